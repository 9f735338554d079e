"""Results of the named experiments, stored: `python -m lstm_ref experiments NAME` writes them.

NAME.json has what was measured; NAME.npz has the weights, where the experiment keeps them, which
`lstm_ref.book.weights` reads. judged.json is no experiment: it says how often `diagnose` is right,
as `python -m tests.helpers.implementations --json FILE` has counted; `command` says of how many.
"""

import json
from importlib import resources
from typing import Any


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
