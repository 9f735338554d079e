"""Mistakes in the slopes of activations, and in error terms as a whole."""

import numpy as np

from .edits import Edit
from .operations import FUNCTIONS, sigma
from .summands import below, masked, plant_at

# function(u, y): wrong slopes of a function with argument u and value y
OF_SIGMA = {
    "missing": lambda u, y: np.ones_like(y),
    "at the activation": lambda u, y: sigma(y) * (1 - sigma(y)),
    "that of tanh": lambda u, y: 1 - y * y,
    "value only": lambda u, y: y,
    "1 - value": lambda u, y: 1 - y,
    "at the net, not squashed": lambda u, y: u * (1 - u),
    "squared": lambda u, y: (y * (1 - y)) ** 2,
}
OF_TANH = {
    "missing": lambda u, y: np.ones_like(y),
    "at the activation": lambda u, y: 1 - np.tanh(y) ** 2,
    "that of sigma": lambda u, y: y * (1 - y),
    "1 - value": lambda u, y: 1 - y,
    "raw": lambda u, y: 1 - u * u,
    "squared": lambda u, y: (1 - y * y) ** 2,
    "1 + square": lambda u, y: 1 + y * y,
}
OF_RELU = {"missing": lambda u, y: np.ones_like(y)}
WRONG = {"sigma": OF_SIGMA, "tanh": OF_TANH, "relu": OF_RELU}


def calls(program):
    """(equation, position, operation) of every function of one argument."""
    for name, ops in program.equations.items():
        for j, op in enumerate(ops):
            if op.kind == "call" and op.name in FUNCTIONS:
                yield name, j, op


def slope_change(name, j, op, wrong):
    def change(back, upstream, k, run):
        values = run.values(name, k)
        return upstream * wrong(values[op.args[0]], values[j])

    return change


def slopes(program):
    """Every wrong slope of a cell, one at a time."""
    for name, j, op in calls(program):
        outer = name in program.active and j == len(program.equations[name]) - 1
        of = (name,) if outer else tuple(n for n, lag in below(program.equations[name], j))
        for word, wrong in WRONG.get(op.name, {}).items():
            change = slope_change(name, j, op, wrong)
            for steps in ("all", "last only", "first only"):
                yield Edit(
                    ("slope", name, j),
                    word,
                    f"slope of {op.name} in the equation of {name}: {word} ({steps})",
                    of,
                    plant_at([(name, j, 0)], masked(change, steps)),
                    None,
                    steps,
                )


def all_slopes(program):
    """Every slope of a gate at the activation, as a function `dsigmoid(y)` misread does."""
    chosen = [(n, j, op) for n, j, op in calls(program) if n in program.active and op.name in WRONG]
    for word in ("at the activation", "missing"):
        here = [(n, j, op) for n, j, op in chosen if word in WRONG[op.name]]

        def plant(build, here=here, word=word):
            for n, j, op in here:
                change = slope_change(n, j, op, WRONG[op.name][word])
                build.changes.places[n, j, 0].append(change)

        if len(here) > 1:
            names = tuple(dict.fromkeys(n for n, j, op in here))
            yield Edit(("slopes",), word, f"all slopes {word}", names, plant)


def at_output(program):
    """The whole error at the output multiplied by 1 - h^2."""
    name = program.output
    if name in program.active:
        return
    last = len(program.equations[name]) - 1

    def change(back, upstream, k, run):
        return back * (1 - run.V[name][k] ** 2)

    text = f"the error at {name}_t multiplied by 1 - {name}_t^2"
    yield Edit(("delta", name), "slope", text, (name,), plant_at([(name, last, -1)], change))


def deltas(program):
    """Mistakes in an error term as a whole, for all that comes after it."""
    yield from at_output(program)
    for name in program.active:
        net = program.equations[name][-1].args[0]

        def net_for(error, k, run, name=name, net=net):
            return run.values(name, k)[net]

        for word, change in {
            "net for delta": net_for,
            "doubled": lambda error, k, run: 2 * error,
            "sign": lambda error, k, run: -error,
            "dropped": lambda error, k, run: 0 * error,
            "zero at step 1": lambda error, k, run: error * (k > 1),
            "zero before T": lambda error, k, run: error * (k == run.T),
            "zero at step T": lambda error, k, run: error * (k < run.T),
        }.items():

            def plant(build, name=name, change=change):
                build.changes.deltas[name].append(change)

            yield Edit(("delta", name), word, f"error term of {name}: {word}", (name,), plant)
