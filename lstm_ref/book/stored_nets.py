"""The trained networks that an experiment has stored, of cells that the page names itself.

`weights.load` finds the cells by their names in the settings, whatever they are, and so depends on
all cells there are; this depends on those that are given.
"""

from collections.abc import Mapping
from importlib import resources
from typing import Any

from lstm_ref.book import results
from lstm_ref.learn import storage
from lstm_ref.types import Array


def kept(name: str) -> list[str]:
    """The conditions of an experiment whose weights are stored.

    Raises ValueError for another name, and where no weights are stored.
    """
    result = results.load(name)
    found = [label for label, one in result["settings"].items() if one.get("weights")]
    if not found:
        raise ValueError(f"{name}: no weights are stored; {result['command']}")
    return found


def load(name: str, cells: Mapping[str, Any]) -> dict[str, list[dict[str, Array]]]:
    """The trained networks of an experiment: dict of condition -> list of params by seed.

    cells: condition -> its cell. Raises ValueError for another name, where no weights are stored,
    and for weights of another command, of other settings or of another cell.
    """
    kept(name)
    result = results.load(name)
    settings, command = result["settings"], result["command"]
    with resources.as_file(resources.files(results).joinpath(f"{name}.npz")) as path:
        nets, about = storage.load_all(path, dict(cells))
    if (about.get("command"), about.get("settings")) != (command, settings):
        raise ValueError(f"{name}: its weights are not those of the result; run {command}")
    return {label: [found[seed] for seed in sorted(found)] for label, found in nets.items()}
