"""Results of the named experiments, stored: `python -m lstm_ref experiments NAME` writes them.

NAME.json has what was measured; NAME.npz has the weights, where the experiment keeps them.
"""

import json
from importlib import resources
from typing import Any

from lstm_ref.types import Array


def names() -> list[str]:
    """The names of the stored results, sorted."""
    files = resources.files(__name__).iterdir()
    return sorted(file.name.removesuffix(".json") for file in files if file.name.endswith(".json"))


def load(name: str) -> dict[str, Any]:
    """The result of an experiment: a dict as `learn.trials.run` returns it.

    It says command, versions, and settings by condition; trials is a list of dicts, one for each
    condition and seed. Raises ValueError where no result of that name is stored.
    """
    if name not in (known := names()):
        raise ValueError(f"result: expected one of {', '.join(known)}, got {name!r}")
    return json.loads(resources.files(__name__).joinpath(f"{name}.json").read_bytes())


def by_condition(name: str) -> dict[str, list[dict[str, Any]]]:
    """The trials of an experiment by condition: dict of lists, in the order of the seeds."""
    found: dict[str, list[dict[str, Any]]] = {}
    for trial in load(name)["trials"]:
        found.setdefault(trial["condition"], []).append(trial)
    return found


def weights(name: str) -> dict[str, list[dict[str, Array]]]:
    """The trained networks of an experiment: dict of condition -> list of params by seed.

    The file says by which command they were made: the `command` of `load(name)`, with its
    settings. Raises ValueError for another name, where no weights are stored, and for weights of
    another command, of other settings or of another cell.
    """
    from lstm_ref.learn import storage, trials  # which plain numbers do not need

    result = load(name)
    settings, command = result["settings"], result["command"]
    kept = [label for label, condition in settings.items() if condition.get("weights")]
    if not kept:
        raise ValueError(f"{name}: no weights are stored; {command}")
    cells = {label: trials.cell_of(settings[label]["cell"])[0] for label in kept}
    with resources.as_file(resources.files(__name__).joinpath(f"{name}.npz")) as path:
        nets, about = storage.load_all(path, cells)
    if (about.get("command"), about.get("settings")) != (command, settings):
        raise ValueError(f"{name}: its weights are not those of the result; run {command}")
    return {label: [found[seed] for seed in sorted(found)] for label, found in nets.items()}
