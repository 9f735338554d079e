"""Mistakes in the gradients of parameters, in what enters and in what is handed on."""

import numpy as np

from .edits import Edit
from .summands import WEIGHTS, alternatives, below, masked, plant_at, weighed


def occurrences(program):
    """parameter -> [(equation, position, operation that uses it, place among its operands)]."""
    found = {}
    for by, ops in program.equations.items():
        for j, op in enumerate(ops):
            for place, a in enumerate(op.args):
                if ops[a].kind == "parameter" and ops[a].name in program.learned:
                    found.setdefault(ops[a].name, []).append((by, j, op, place))
    return found


def gradients(program):
    """Every wrong gradient of one parameter."""
    for name, uses in occurrences(program).items():
        places = [(by, j, place) for by, j, op, place in uses]
        for weight, word in WEIGHTS.items():
            yield gradient(name, word, plant_at(places, weighed(weight)), weight)
        for steps in ("last only", "not first", "first only", "not last"):
            other = {"last only": "not last", "not last": "last only"}
            other |= {"not first": "first only", "first only": "not first"}
            plant = plant_at(places, weighed(0.0, other[steps]))
            yield gradient(name, "steps", plant, 1.0, steps)
        yield gradient(name, "1/B", plant_at(places, scaled(lambda run: run.run.B)))
        yield gradient(name, "1/T", plant_at(places, scaled(lambda run: run.T)))
        letters = program.letters[name]
        if letters[0] == letters[1] != "1":
            yield gradient(name, "transpose", plant_at(places, transposed))
        if len(uses) == 1:
            yield from multiplied(program, name, *uses[0])


def gradient(name, kind, plant, weight=None, steps="all"):
    text = f"gradient of {name}: {kind}" + ("" if steps == "all" else f", {steps}")
    return Edit(("gradient", name), kind, text, (name,), plant, weight, steps)


def scaled(number):
    return lambda back, upstream, k, run: back / number(run)


def transposed(back, upstream, k, run):
    return back.T


def multiplied(program, name, by, j, op, place):
    """The gradient of a matrix, or of a peephole, with a wrong other factor."""
    ops = program.equations[by]
    if op.kind not in ("apply", "mul") or len(op.args) != 2 or op.turned:
        return
    other = op.args[1 - place]
    if not below(ops, other):
        return
    for kind, text, value in alternatives(program, ops, other):
        if kind == "missing":
            continue

        def change(back, upstream, k, run, value=value):
            wrong = value(k, run)
            if wrong is None:
                return back
            return upstream @ wrong.T if op.kind == "apply" else upstream * wrong

        yield gradient(name, f"{kind}: {text}", plant_at([(by, j, place)], masked(change, "all")))


# ---- everything at once


def parameter_gradients(results, run):
    return [f"d{n}" for n in run.program.learned]


def after(place, kind, text, change, weight=None):
    def plant(build):
        build.after.append(change)

    return Edit(place, kind, text, (), plant, weight)


def sums(program):
    """All gradients of parameters divided, clipped or summed twice."""

    def each(function):
        def change(results, run):
            names = parameter_gradients(results, run)
            return {**results, **{n: function(results[n], run) for n in names}}

        return change

    yield after(("sums",), "1/B", "gradients divided by B", each(lambda g, run: g / run.B))
    yield after(("sums",), "1/T", "gradients divided by T", each(lambda g, run: g / run.T))
    both = each(lambda g, run: g / (run.T * run.B))
    yield after(("sums",), "1/(TB)", "gradients divided by T B", both)
    yield after(("sums",), "doubled", "gradients summed twice", each(lambda g, run: 2 * g), 2.0)
    for limit in (0.1, 0.25, 0.5, 1.0, 5.0):

        def norm(results, run, limit=limit):
            names = parameter_gradients(results, run)
            size = np.sqrt(sum(np.sum(results[n] ** 2) for n in names))
            scale = min(1.0, limit / size)
            return {**results, **{n: scale * results[n] for n in names}}

        yield after(("clip",), "norm", f"norm of all gradients clipped to {limit:g}", norm, limit)
        clip = each(lambda g, run, limit=limit: np.clip(g, -limit, limit))
        yield after(("clip",), "value", f"gradients clipped to +-{limit:g}", clip, limit)
