"""Mistakes in the summands of the error terms: left out, weighed, wrong factor, wrong matrix."""

from .edits import STEPS, Edit
from .operations import applied, times

WEIGHTS = {0.0: "dropped", 2.0: "doubled", -1.0: "sign", 0.5: "halved"}


def masked(change, steps):
    """A planted function at some steps only, right at the others."""
    here = STEPS[steps]

    def planted(back, upstream, k, run):
        return change(back, upstream, k, run) if here(k, run.T) else back

    return planted


def weighed(weight, steps="all"):
    return masked(lambda back, upstream, k, run: weight * back, steps)


def reads(program, by):
    """(of, lag) -> positions of the operations of an equation that read it."""
    found = {}
    for j, op in enumerate(program.equations[by]):
        if op.kind == "read":
            found.setdefault((op.name, op.lag), []).append(j)
    return found


def at(name, lag):
    return f"{name}_{{t-{lag}}}" if lag > 0 else f"{name}_{{t+{-lag}}}" if lag else f"{name}_t"


def place_of(by, positions):
    return [(by, j, -1) for j in positions]


def plant_at(places, change):
    def plant(build):
        for place in places:
            build.changes.places[place].append(change)

    return plant


def summand(by, of, lag, positions, weight, steps, number=None):
    """What equation `by` hands to the signal `of`, weighed; number: only one of several parts."""
    whole = number is None
    chosen = positions if whole else [positions[number]]
    kind = WEIGHTS[weight] if steps == "all" else "steps"
    what = "the summand" if whole else f"part {number + 1} of the summand"
    return Edit(
        ("summand", of, by, lag) if whole else ("part", of, by, lag, number),
        kind,
        f"{what} of the error at {at(of, lag)} that comes from {by}_t has the weight {weight:g}"
        f" ({steps})",
        (of,),
        plant_at(place_of(by, chosen), weighed(weight, steps)),
        weight,
        steps,
    )


def summands(program):
    """Every summand edit of a cell."""
    for by in program.equations:
        for (of, lag), positions in reads(program, by).items():
            for weight, steps in [(w, "all") for w in WEIGHTS] + [
                (0.0, s) for s in ("last only", "first only", "not first", "not last")
            ]:
                yield summand(by, of, lag, positions, weight, steps)
            if len(positions) > 1:
                for n in range(len(positions)):
                    yield summand(by, of, lag, positions, 0.0, "all", n)


# ---- factors


def below(ops, j):
    """Names that are read below an operation: (name, lag), parameters as (name, None)."""
    op = ops[j]
    if op.kind == "read":
        return {(op.name, op.lag)}
    if op.kind == "parameter":
        return {(op.name, None)}
    return set().union(*(below(ops, a) for a in op.args)) if op.args else set()


def read_later(name, lag):
    """A signal at another step; outside of the sequence the step stays right (None)."""

    def value(k, run):
        slot = k - lag
        values = run.V[name]
        return values[slot] if 0 <= slot <= run.T and values[slot] is not None else None

    return value


def alternatives(program, ops, operand):
    """(kind, text, function(k, run) -> array or None) for a wrong factor in place of an operand."""
    op = ops[operand]
    if op.kind == "read":
        for lag in (0, 1, -1):
            if lag != op.lag and abs(lag - op.lag) == 1:
                text = f"{at(op.name, lag)} for {at(op.name, op.lag)}"
                yield "lag", text, read_later(op.name, lag)
        for other in program.equations:
            fits = program.letters[other] == program.letters[op.name] and other != op.name
            if fits and (not op.lag or other in program.states):
                text = f"{at(other, op.lag)} for {at(op.name, op.lag)}"
                yield "signal", text, read_later(other, op.lag)
    if op.kind == "call" and ops[op.args[0]].kind == "read":
        inner = ops[op.args[0]]
        text = f"{at(inner.name, inner.lag)} for {op.name}({at(inner.name, inner.lag)})"
        yield "raw", text, read_later(inner.name, inner.lag)
    yield "missing", "1 for a factor", lambda k, run: 1.0


def factor_edit(by, j, place, other, ops, kind, text, value):
    """An operand of a product is handed the error times a wrong other factor."""
    args = ops[j].args
    names = sorted(below(ops, args[place]), key=str)

    def change(back, upstream, k, run):
        wrong = value(k, run)
        if wrong is None:
            return back
        values = run.values(by, k)
        rest = [values[a] for n, a in enumerate(args) if n not in (place, other)]
        return times([upstream, wrong, *rest])

    of, lag = names[0]
    signals = tuple(n for n, lag in names)
    return Edit(
        ("factor", of, by, lag or 0, j, place, other),
        kind,
        f"{by}_t hands to {of} a wrong factor: {text}",
        signals,
        plant_at([(by, j, place)], change),
    )


def factors(program):
    for by, ops in program.equations.items():
        for j, op in enumerate(ops):
            if op.kind != "mul":
                continue
            arrays = [n for n, a in enumerate(op.args) if below(ops, a)]
            for place in arrays:
                for other in (n for n in arrays if n != place):
                    for kind, text, value in alternatives(program, ops, op.args[other]):
                        yield factor_edit(by, j, place, other, ops, kind, text, value)


# ---- matrices


def matrices(program):
    """A square matrix that is not transposed on the way back."""
    for by, ops in program.equations.items():
        for j, op in enumerate(ops):
            if op.kind != "apply" or ops[op.args[0]].kind != "parameter":
                continue
            name = ops[op.args[0]].name
            letters = program.letters[name]
            if letters[0] != letters[1]:
                continue

            def change(back, upstream, k, run, name=name, op=op):
                return applied(run.params[name], upstream, op.turned)

            of = sorted(below(ops, op.args[1]), key=str)
            yield Edit(
                ("matrix", name, by, j),
                "transpose",
                f"{name} is not transposed where the error of {by}_t goes through it",
                tuple(n for n, lag in of),
                plant_at([(by, j, 1)], change),
            )
            for lag_steps in ("last only", "not last"):
                yield Edit(
                    ("matrix", name, by, j),
                    "transpose",
                    f"{name} is not transposed on the way back ({lag_steps})",
                    tuple(n for n, lag in of),
                    plant_at([(by, j, 1)], masked(change, lag_steps)),
                    None,
                    lag_steps,
                )
