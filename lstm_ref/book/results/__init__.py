"""Results of the named experiments, stored: `python -m lstm_ref experiments NAME` writes them."""

import json
from importlib import resources


def names():
    """The names of the stored results, sorted."""
    files = resources.files(__name__).iterdir()
    return sorted(file.name.removesuffix(".json") for file in files if file.name.endswith(".json"))


def load(name):
    """The result of an experiment: a dict as `learn.trials.run` returns it.

    It says command, versions, and settings by condition; trials is a list of dicts, one for each
    condition and seed. Raises ValueError where no result of that name is stored.
    """
    if name not in (known := names()):
        raise ValueError(f"result: expected one of {', '.join(known)}, got {name!r}")
    return json.loads(resources.files(__name__).joinpath(f"{name}.json").read_bytes())


def by_condition(name):
    """The trials of an experiment by condition: dict of lists, in the order of the seeds."""
    found = {}
    for trial in load(name)["trials"]:
        found.setdefault(trial["condition"], []).append(trial)
    return found
