"""The trained networks that the named experiments have stored, for the pages that look inside."""

from importlib import resources

from lstm_ref.book import results
from lstm_ref.learn import storage
from lstm_ref.learn.condition_cells import cell_of
from lstm_ref.types import Array


def load(name: str) -> dict[str, list[dict[str, Array]]]:
    """The trained networks of an experiment: dict of condition -> list of params by seed.

    The file says by which command they were made: the `command` of `results.load(name)`, with its
    settings. Raises ValueError for another name, where no weights are stored, and for weights of
    another command, of other settings or of another cell.
    """
    result = results.load(name)
    settings, command = result["settings"], result["command"]
    kept = [label for label, condition in settings.items() if condition.get("weights")]
    if not kept:
        raise ValueError(f"{name}: no weights are stored; {command}")
    cells = {label: cell_of(settings[label]["cell"])[0] for label in kept}
    with resources.as_file(resources.files(results).joinpath(f"{name}.npz")) as path:
        nets, about = storage.load_all(path, cells)
    if (about.get("command"), about.get("settings")) != (command, settings):
        raise ValueError(f"{name}: its weights are not those of the result; run {command}")
    return {label: [found[seed] for seed in sorted(found)] for label, found in nets.items()}
