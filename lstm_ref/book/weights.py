"""The trained networks that the named experiments have stored, for the pages that look inside."""

from lstm_ref.book import results, stored_nets
from lstm_ref.learn.condition_cells import cell_of
from lstm_ref.types import Array


def load(name: str) -> dict[str, list[dict[str, Array]]]:
    """The trained networks of an experiment: dict of condition -> list of params by seed.

    The file says by which command they were made: the `command` of `results.load(name)`, with its
    settings. Raises ValueError for another name, where no weights are stored, and for weights of
    another command, of other settings or of another cell.
    """
    labels = stored_nets.kept(name)
    settings = results.load(name)["settings"]
    return stored_nets.load(name, {label: cell_of(settings[label]["cell"])[0] for label in labels})
