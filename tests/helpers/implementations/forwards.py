"""Mistakes forwards, each with the right gradient of what is computed, and in what is stored."""

from dataclasses import replace
from itertools import permutations

from .edits import Edit
from .program import Op
from .slopes import calls
from .summands import at, below

OTHERS = {
    "sigma": ("hard sigmoid 0.2", "hard sigmoid 1/6", "tanh", "relu", "identity", "softsign"),
    "tanh": ("sigma", "softsign", "relu", "identity", "hard tanh", "scaled tanh"),
    "relu": ("tanh", "softplus", "identity", "sigma"),
}


def with_op(name, j, op):
    """For `Edit.plant`: another operation in an equation."""

    def plant(build):
        ops = list(build.program.equations[name])
        ops[j] = op
        build.program = build.program.but(**{name: tuple(ops)})

    return plant


def activations(program):
    for name, j, op in calls(program):
        for other in OTHERS.get(op.name, ()):
            text = f"{other} for {op.name} in the equation of {name}"
            plant = with_op(name, j, replace(op, name=other))
            yield Edit(("forward", name, j), f"activation: {other}", text, (name,), plant)


def operations_of(program):
    """+ for a product, a summand left out or with the other sign, a signal of another step."""
    for name, ops in program.equations.items():
        for j, op in enumerate(ops):
            signals = [a for a in op.args if below(ops, a)]
            if op.kind == "mul" and len(signals) == len(op.args) == 2:
                yield Edit(
                    ("forward", name, j),
                    "+ for product",
                    f"+ for a product in the equation of {name}",
                    (name,),
                    with_op(name, j, replace(op, kind="add")),
                )
            if op.kind == "add" and len(signals) == len(op.args):
                yield from _without(program, name, j, op, ops)
            if op.kind == "read":
                yield from _lagged(program, name, j, op)


def _without(program, name, j, op, ops):
    for n, a in enumerate(op.args):
        rest = op.args[:n] + op.args[n + 1 :]
        what = " ".join(sorted(str(read[0]) for read in below(ops, a)))
        if len(rest) > 1:
            yield Edit(
                ("forward", name, j),
                "summand missing",
                f"the summand with {what} is missing in the equation of {name}",
                (name,),
                with_op(name, j, replace(op, args=rest)),
            )
        elif ops[rest[0]].kind == "mul":
            yield Edit(
                ("forward", name, j),
                "summand missing",
                f"the summand with {what} is missing in the equation of {name}",
                (name,),
                with_op(name, j, Op("mul", ops[rest[0]].args)),
            )


def _lagged(program, name, j, op):
    order = list(program.equations)
    if op.name not in program.states:
        return
    other = 1 - op.lag
    if other == 0 and order.index(op.name) >= order.index(name):
        return  # its value is not there yet
    text = f"{at(op.name, other)} for {at(op.name, op.lag)} in the equation of {name}"
    yield Edit(("forward", name, j), "lag", text, (name,), with_op(name, j, replace(op, lag=other)))


# ---- what goes in


def renamed(pairs):
    """For `Edit.plant`: the tensors under each other's names; pairs: slot -> what it is given."""

    def plant(build):
        build.given.append(lambda tensors: {**tensors, **{a: tensors[b] for a, b in pairs.items()}})

        def back(results, run):
            return {**results, **{f"d{b}": results[f"d{a}"] for a, b in pairs.items()}}

        build.after.append(back)

    return plant


def gates(program):
    """The weights of gates exchanged or moved in a circle on the way in."""
    mine = {}
    for name in program.active:
        ops = program.equations[name]
        names = [op.name for op in ops if op.kind == "parameter" and op.name in program.learned]
        reads = [(op.name, op.lag) for op in ops if op.kind == "read"]
        key = tuple(program.letters[n] for n in names), tuple(reads)
        mine.setdefault(key, []).append((name, names))
    for group in mine.values():
        for order in permutations(range(min(len(group), 4))):
            if order != tuple(range(len(order))):
                yield _moved(group, order)


def _moved(group, order):
    """Each gate gets the weights of the one that `order` says."""
    pairs, moved = {}, []
    for n, other in enumerate(order):
        if n != other:
            pairs |= dict(zip(group[n][1], group[other][1], strict=True))
            moved.append((group[n][0], group[other][0]))
    pairs = {a: b for a, b in pairs.items() if a != b}
    words = tuple(name for name, _ in moved)
    text = "weights of gates on the way in: " + ", ".join(f"{b} for {a}" for a, b in moved)
    return Edit(("gates",), "permuted", text, words, renamed(pairs))


def given(place, kind, text, change, equations=()):
    def plant(build):
        build.given.append(change)

    return Edit(place, kind, text, equations, plant)


def inputs(program):
    """Initial states, biases and x that do not come in as they are given."""
    for s in program.states:
        zero = {f"{s}_0"}
        yield zeroed(("inputs", f"{s}_0"), "zero", f"{s}_0 taken as zero", zero)
    if len(program.states) > 1:
        zero = {f"{s}_0" for s in program.states}
        yield zeroed(("inputs", "states"), "zero", "initial states taken as zero", zero)
        a, b = program.states[:2]
        if program.letters[a] == program.letters[b]:
            plant = renamed({f"{a}_0": f"{b}_0", f"{b}_0": f"{a}_0"})
            yield Edit(("inputs", "states"), "swapped", f"{a}_0 and {b}_0 exchanged", (), plant)
    biases = [n for n in program.learned if n.startswith("b_")]
    for n in biases:
        yield zeroed(("inputs", n), "zero", f"{n} taken as zero", {n})
        yield ignored(n)
    if len(biases) > 1:
        yield zeroed(("inputs", "biases"), "zero", "all biases ignored", set(biases))
    yield from _sequence(program)


def zeroed(place, kind, text, names):
    return given(place, kind, text, lambda t: {n: 0 * v if n in names else v for n, v in t.items()})


def ignored(name):
    """A parameter that is not there: taken as zero, and its gradient is zero."""

    def plant(build):
        build.given.append(lambda t: {**t, name: 0 * t[name]})
        build.after.append(lambda results, run: {**results, f"d{name}": 0 * results[f"d{name}"]})

    return Edit(("inputs", name), "ignored", f"{name} ignored, its gradient zero", (), plant)


def _sequence(program):
    x = program.inputs[0]

    def reshaped(tensors):
        T, D, B = tensors[x].shape
        return {**tensors, x: tensors[x].reshape(T, B, D).transpose(0, 2, 1)}

    def plant(build):
        build.given.append(reshaped)

        def back(results, run):
            dx = results[f"d{x}"]
            return {**results, f"d{x}": dx.transpose(0, 2, 1).reshape(dx.shape)}

        build.after.append(back)

    yield Edit(("inputs", x), "reshaped", f"{x} reshaped for transposed", (), plant)
    yield given(("inputs", x), "reversed", f"{x} read backwards", lambda t: {**t, x: t[x][::-1]})


def stored(program):
    """Right numbers, stored backwards in time."""
    for names in ((program.output,), (program.output, f"d{program.inputs[0]}")):

        def plant(build, names=names):
            def change(results, run):
                return {**results, **{n: results[n][::-1] for n in names}}

            build.after.append(change)

        yield Edit(("stored", names), "reversed", f"{' and '.join(names)} run backwards", (), plant)
