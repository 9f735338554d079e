"""Timed spikes from one cell, with and without peepholes: Gers, Schraudolph & Schmidhuber 2002.

After one pulse at the beginning nothing comes in any more; a cell has to give a spike every F steps
and to be silent in between. Without peepholes a gate sees x and h alone. Where the output gate is
closed, h = 0, whatever c is: no gate sees the state, all gates stand still, and the output gate has
nothing that could open it again. So a silent cell without peepholes cannot tell time; with them it
can. The argument is of the paper; here cells are trained through all of time, with Adam, not by its
rules.

Many nets of one cell are trained side by side as the units of one cell whose recurrent matrices
are diagonal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from lstm_ref.cells.resolve import resolve
from lstm_ref.learn import optim
from lstm_ref.native import NoCompiler, compiled
from lstm_ref.types import Array, Arrays, Params

HEIGHT = 0.7  # of a spike
LEARNED = ("W_y", "b_y")


@dataclass(frozen=True)
class Experiment:
    """about: in words. cell: with peepholes VANILLA, without NP. output_layer: what counts is a
    learned W_y h + b_y, else h itself. F: steps from spike to spike; spikes: so many are trained
    on; tested: steps of the test. trials: how many nets.
    """

    about: str
    cell: str
    output_layer: bool = False
    F: int = 5
    spikes: int = 3
    updates: int = 6000
    learning_rate: float = 0.02
    clip: float = 1.0
    tested: int = 1000
    trials: int = 50
    long: bool = False


def _pair(about, name, **how):
    """With and without peepholes."""
    with_them, without = f"2002: {about}, with peepholes", f"2002: {about}, without peepholes"
    return {
        f"2002-{name}-peepholes": Experiment(with_them, "VANILLA", **how),
        f"2002-{name}-none": Experiment(without, "NP", **how),
    }


EXPERIMENTS = {
    **_pair("a spike every 5 steps", "spikes"),
    **_pair("a spike every 5 steps, output layer", "output", output_layer=True),
}


def settings(name: str) -> dict[str, Any]:
    """What an experiment is run with, for JSON."""
    told = asdict(EXPERIMENTS[name])
    return {key: told[key] for key in told if key not in ("about", "trials", "long")}


def task(F: int, T: int) -> tuple[Array, Array]:
    """x and target, (T, 1, 1): a pulse at step 0, spikes at steps F, 2 F and so on."""
    x, target = np.zeros((T, 1, 1)), np.zeros((T, 1, 1))
    x[0], target[F::F] = 1, HEIGHT
    return x, target


def start(experiment: Experiment, numbers: Sequence[int]) -> Arrays:
    """Parameters of the nets with these numbers; both cells begin with the same, as far as they
    have them."""
    names = list(resolve("VANILLA").SHAPES)
    drawn = np.array([np.random.default_rng(k).normal(0, 0.5, len(names)) for k in numbers])
    shapes, params = resolve(experiment.cell).SHAPES, {}
    for name, values in zip(names, drawn.T, strict=True):
        if name in shapes:
            params[name] = np.diag(values) if shapes[name] == "HH" else values[:, None]
    params["b_f"] = params["b_f"] + 1
    if experiment.output_layer:
        one = np.ones((len(numbers), 1))
        params |= {"W_y": one, "b_y": 0 * one}
    return params


@cache
def _module(cell, native):
    """What runs a cell: C where it is wanted and can be had, else NumPy."""
    if native:
        with suppress(NoCompiler, ModuleNotFoundError):
            return compiled(cell)
    return resolve(cell)


def run(
    experiment: Experiment, params: Params, x: Array, native: bool = False
) -> tuple[Array, Array, Any]:
    """(y, h (T, K, 1), tape): what the nets say and what their cells say."""
    h, _, tape = _module(experiment.cell, native).forward(_own(params), x, None)
    return (params["W_y"] * h + params["b_y"] if "W_y" in params else h), h, tape


def gradients(
    experiment: Experiment, params: Params, x: Array, target: Array, native: bool = False
) -> Arrays:
    """Of the squared errors, where a spike counts as much as the silence before it."""
    y, h, tape = run(experiment, params, x, native)
    dy = (y - target) * np.where(target > 0, experiment.F - 1, 1)
    dh = params["W_y"] * dy if "W_y" in params else dy
    back = _module(experiment.cell, native).backward
    found = dict(back(_own(params), tape, np.ascontiguousarray(dh))[0])
    if "W_y" in params:
        found |= {"W_y": (dy * h).sum(axis=0), "b_y": dy.sum(axis=0)}
    return {name: _of_one_net(params[name], g) for name, g in found.items()}


def _own(params):
    return {name: value for name, value in params.items() if name not in LEARNED}


def _of_one_net(value, gradient):
    """No weights from net to net."""
    return gradient * np.eye(len(value)) if value.shape[0] == value.shape[1] else gradient


def one(params: Params, k: int) -> dict[str, float]:
    """The numbers of net k."""
    square = {name: value.shape[0] == value.shape[1] > 1 for name, value in params.items()}
    return {n: float(v[k, k] if square[n] else v[k, 0]) for n, v in params.items()}


def learn(experiment: Experiment, params: Arrays, native: bool = True) -> Arrays:
    """Train all nets, each with its own clipping; returns their parameters."""
    x, target = task(experiment.F, experiment.spikes * experiment.F + 1)
    state = optim.adam_start(params)
    for _ in range(experiment.updates):
        found = gradients(experiment, params, x, target, native)
        norm = np.sqrt(sum((g**2).sum(axis=1) for g in found.values()))[:, None]
        clipped = {n: g * np.minimum(1, experiment.clip / norm) for n, g in found.items()}
        params, state = optim.adam_step(params, clipped, state, experiment.learning_rate)
    return params


def first_wrong(experiment: Experiment, y: Array) -> list[int | None]:
    """The first step of y (T, K, 1) with a spike too many or too few, of each net, None for none.

    A spike is what is above half its height.
    """
    _, target = task(experiment.F, len(y))
    wrong = ((y > HEIGHT / 2) != (target > 0))[..., 0]
    return [int(one.argmax()) if one.any() else None for one in wrong.T]


def sight(params: Params, tape: Any, k: int) -> Arrays:
    """How much the gates of the next step see of the state: ∂net_g,t+1/∂c_t of net k, (T,).

    "f sees" and "i sees"; "f sees through h" and "i sees through h" without the peephole: what goes
    through h_t = o_t tanh(c_t), which is all there is where there are no peepholes.
    """
    w = one({name: params[name] for name in params if name not in LEARNED}, k)
    c, o = (tape[name][1:, k, 0] for name in "co")
    through_o = w.get("w_oc", 0.0) * o * (1 - o) * np.tanh(c)
    dh = o * (1 - np.tanh(c) ** 2) + through_o
    found = {}
    for gate in "fi":
        found[f"{gate} sees through h"] = w[f"W_{gate}h"] * dh
        found[f"{gate} sees"] = w[f"W_{gate}h"] * dh + w.get(f"w_{gate}c", 0.0)
    return found


def train(
    name: str,
    numbers: Sequence[int],
    native: bool = True,
    say: Callable[[dict[str, Any]], object] = lambda result: None,
) -> list[dict[str, Any]]:
    """Train the nets with these numbers, side by side; but for rounding a net is as it is alone.

    A result: condition, seed, solved: right for all steps of the test; sequences: updates, None
    where it is not; seen, how many there were; first_wrong, a step; quiet_h and quiet_y, the
    largest absolute h and y outside of spikes; lowest spike; largest_error, of y; weights; code.
    """
    experiment = EXPERIMENTS[name]
    params = learn(experiment, start(experiment, numbers), native)
    x, target = task(experiment.F, experiment.tested)
    y, h, _ = run(experiment, params, x)
    code = "NumPy" if _module(experiment.cell, native) is resolve(experiment.cell) else "C"
    results = []
    for place, (number, step) in enumerate(zip(numbers, first_wrong(experiment, y), strict=True)):
        found = {
            "condition": name,
            "seed": int(number),
            "solved": step is None,
            "sequences": experiment.updates if step is None else None,
            "seen": experiment.updates,
            "first_wrong": step,
            **_measured(y[:, place], h[:, place], target[:, 0]),
            "weights": one(params, place),
            "code": code,
        }
        results.append(found)
        say(found)
    return results


def _measured(y, h, target):
    spikes = target > 0
    told = {
        "quiet_h": np.abs(h[~spikes]).max(),
        "quiet_y": np.abs(y[~spikes]).max(),
        "lowest": y[spikes].min(),
        "largest_error": np.abs(y - target).max(),
    }
    return {name: round(float(value), 4) for name, value in told.items()}


def net(weights: dict[str, float]) -> Arrays:
    """The parameters of one net of a result, (1, 1) each."""
    return {name: np.array([[value]]) for name, value in weights.items()}
