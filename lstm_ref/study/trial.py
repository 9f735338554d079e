"""One trial: a cell on a task with settings that its number gives. Needs neither Optuna nor Dask.

As in Greff et al. 2017: gradient descent with Nesterov's momentum, an update a sequence, the
learning rate multiplied by 1 - momentum, noise on the inputs, no clipping; the weights with the
best measure on the validation set are kept, and training ends when that has not improved for some
epochs. Details beyond the paper's abstract are from memory. Here there are fewer epochs.
"""

from __future__ import annotations

import hashlib
import platform
import time
from typing import Any

import numpy as np

from lstm_ref import __version__
from lstm_ref.learn.numerics import numerics
from lstm_ref.study import net, space
from lstm_ref.study.objectives import OBJECTIVES
from lstm_ref.study.tasks import load
from lstm_ref.types import Arrays, Workspace

# patience: epochs without a better measure. sequences: the first of each set, 0 for all.
RULES = {"seed": 0, "epochs": 40, "patience": 10, "sequences": 0}


def run(
    task: str,
    cell: str,
    number: int,
    rules: dict[str, int],
    compiled: bool = True,
    settings: dict[str, int | float] | None = None,
) -> Any:
    """The result of a trial, a dict as JSON has it, equal bit for bit wherever nothing differs.

    rules: as RULES. settings: these in place of those that its number gives. The dict: settings;
    valid, the best measure on the validation set, and test, that on the test set of the same
    weights; best, their epoch (0: untrained); curve, the measure on the validation set before
    training and after each epoch; ended, why; weights, how many, and digest, of the best ones;
    code, what ran, and where. `seconds` of processor time is the one thing that differs from run
    to run.

    A trial that diverges has a result: what it was before. Raises ValueError for a wrong name.
    """
    clock = time.process_time()
    data = load(task, rules["sequences"])
    drawn = settings or space.settings(rules["seed"], task, cell, number)
    network, code = net.cell_of(cell, data.both, compiled)
    rng = space.generator(rules["seed"], task, cell, number, space.WEIGHTS)
    params = net.start(network, rng, data.D, int(drawn["size"]), data.K)
    objective = OBJECTIVES[data.objective]
    best, found, curve, ended = params, 0, [], f"all {rules['epochs']} epochs are done"
    descent = _epochs(network, params, data, drawn, (task, cell, number), rules)
    try:
        with np.errstate(all="ignore"):  # what is not finite is looked for
            for epoch, now in enumerate(descent):
                curve.append(net.measure(network, objective, now, data.valid))
                if curve[-1] < min(curve[:-1], default=np.inf):
                    best, found = {n: w.copy() for n, w in now.items()}, epoch
                if epoch - found >= rules["patience"]:
                    ended = f"no better measure for {rules['patience']} epochs"
                    break
    except FloatingPointError as error:
        ended = f"diverged in epoch {len(curve)}: {error}"
    return {
        "settings": drawn,
        "valid": curve[found],
        "test": net.measure(network, objective, best, data.test),
        "best": found,
        "curve": curve,
        "ended": ended,
        "weights": sum(w.size for w in best.values()),
        "digest": _digest(best),
        "code": code,
        "where": where(),
        "seconds": time.process_time() - clock,
    }


def where() -> dict[str, str]:
    """What decides the last digits: versions, processor, library of matrix products, threads."""
    return {
        "lstm_ref": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **numerics(),
    }


def _epochs(cell, params, data, drawn, name, rules):
    """The parameters, changed in place: before training and after each epoch."""
    momentum = 1 - drawn["one_minus_momentum"]
    rate = drawn["learning_rate"] * drawn["one_minus_momentum"]
    velocity = {n: np.zeros_like(w) for n, w in params.items()}
    objective = OBJECTIVES[data.objective]
    workspace: Workspace = {}
    yield params
    for epoch in range(1, rules["epochs"] + 1):
        rng = space.generator(rules["seed"], *name, space.EPOCHS, epoch)
        for k in rng.permutation(len(data.train)):
            x, target = data.train[k]
            noise = drawn["noise"] * rng.standard_normal(x.shape, np.float32)
            noisy = x + noise.astype(np.float32)
            _, grads = net.gradients(cell, objective, params, noisy, target, workspace)
            net.nesterov(params, velocity, grads, rate, momentum)
        yield params


def _digest(params: Arrays) -> str:
    """Of every bit of the weights."""
    found = hashlib.sha256()
    for name in sorted(params):
        found.update(name.encode() + params[name].tobytes())
    return found.hexdigest()[:16]
