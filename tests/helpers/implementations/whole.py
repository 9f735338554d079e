"""Mistakes that touch many places at once: what is overwritten, not carried, taken for another."""

import numpy as np

from .edits import Edit
from .summands import place_of, plant_at, reads, weighed
from .sums import occurrences


def handed(program):
    """(of, lag) -> [(by, positions)]: all summands of an error term from the same step."""
    found = {}
    for by in program.equations:
        for key, positions in reads(program, by).items():
            found.setdefault(key, []).append((by, positions))
    return found


def carries(program):
    """Nothing goes back from step t + 1 to a state; or only what one equation hands over."""
    for (of, lag), parts in handed(program).items():
        if lag == 0 and of not in program.inputs:
            continue
        every = [(by, j, -1) for by, positions in parts for j in positions]
        if lag and len(parts) > 1:
            text = f"nothing of step t + 1 goes back to {of}_t"
            yield Edit(("carry", of), "dropped", text, (of,), plant_at(every, weighed(0.0)))
        if len(parts) < 3:
            continue
        for n, word in ((0, "first"), (-1, "last")):
            by, positions = parts[n]
            rest = [place for place in every if place not in place_of(by, positions)]
            text = f"the error at {of} is overwritten: {by} alone hands something over"
            yield Edit(("carry", of), word, text, (of,), plant_at(rest, weighed(0.0)))


def overwritten(program):
    """Gradients of all parameters written with = in the loop over steps, so of one step alone."""
    places = [(by, j, p) for uses in occurrences(program).values() for by, j, op, p in uses]
    for steps, others in (("first only", "not first"), ("last only", "not last")):
        text = f"gradients of all parameters: {steps}"
        plant = plant_at(places, weighed(0.0, others))
        yield Edit(("sums",), "steps", text, (), plant, 1.0, steps)


def errors(program):
    """Errors that enter, divided, reshaped for transposed or taken for each other."""
    out = program.output

    def divided(e, last, run):
        return e / run.B, {s: v / run.B for s, v in last.items()}

    def reshaped(e, last, run):
        T, n, B = e.shape
        return e.reshape(T, B, n).transpose(0, 2, 1), last

    def reversed_(e, last, run):
        return e[::-1], last

    def swapped(e, last, run):
        a, b = program.states[:2]
        return e, {**last, a: last[b], b: last[a]}

    changes = [
        ("1/B", "all errors that enter divided by B", divided),
        ("reshaped", "e reshaped for transposed", reshaped),
        ("reversed", "e read backwards", reversed_),
    ]
    if len(program.states) > 1:
        a, b = program.states[:2]
        if program.letters[a] == program.letters[b]:
            changes.append(("swapped", f"e_{a}_T and e_{b}_T exchanged", swapped))
    for kind, text, change in changes:

        def plant(build, change=change):
            build.changes.errors.append(change)

        wrong = tuple(program.states) if kind == "swapped" else (out,)
        yield Edit(("errors", "e", kind), kind, text, wrong, plant)


def transposed(program):
    """A recurrent matrix, or all, used transposed forwards, with the right gradient of that."""
    square = [n for n in program.learned if program.letters[n][0] == program.letters[n][1] != "1"]
    groups = [(n,) for n in square] + ([tuple(square)] if len(square) > 1 else [])
    for names in groups:

        def plant(build, names=names):
            build.given.append(lambda t: {**t, **{n: t[n].T for n in names}})

            def back(results, run):
                return {**results, **{f"d{n}": results[f"d{n}"].T for n in names}}

            build.after.append(back)

        text = f"{', '.join(names)} transposed on the way in"
        yield Edit(("inputs", names[0], "T"), "transposed", text, (), plant)


def shifted(program):
    """A bias that gets 1 more, as TensorFlow's forget_bias does."""
    for name in (n for n in program.learned if n.startswith("b_")):

        def plant(build, name=name):
            build.given.append(lambda t: {**t, name: t[name] + 1})

        yield Edit(("inputs", name, "+1"), "plus one", f"{name} + 1", (), plant)


def states(program):
    """An initial state reshaped for transposed."""
    for s in program.states:
        if len(program.letters[s]) != 1:
            continue

        def plant(build, s=s):
            def given(t):
                n, B = t[f"{s}_0"].shape
                return {**t, f"{s}_0": t[f"{s}_0"].reshape(B, n).T}

            def back(results, run):
                d = results[f"d{s}_0"]
                return {**results, f"d{s}_0": d.T.reshape(d.shape)}

            build.given.append(given)
            build.after.append(back)

        text = f"{s}_0 reshaped for transposed"
        yield Edit(("inputs", f"{s}_0", "shape"), "reshaped", text, (), plant)


def stored(program):
    """h stored one step late: h_0 ... h_{T-1}."""
    out = program.output
    if out in program.states:

        def plant(build):
            def change(results, run):
                late = np.concatenate([run.V[out][0][None], results[out][:-1]])
                return {**results, out: late}

            build.after.append(change)

        yield Edit(("stored", (out,)), "late", f"{out} stored one step late", (), plant)


EVERY = (carries, overwritten, errors, transposed, shifted, states, stored)


def whole(program):
    for family in EVERY:
        yield from family(program)
