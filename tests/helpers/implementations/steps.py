"""Mistakes in time: the first and the last step, windows, what is left over, errors not taken."""

import numpy as np

from .edits import Edit
from .summands import below
from .tape import Back, Changes

SEEN = {
    "last": ("index -1: the backward pass reads {s}_T for {s}_0", lambda v, T: v[T]),
    "new": ("stale buffer: step 1 of the backward pass reads {s}_1 for {s}_0", lambda v, T: v[1]),
    "zero": ("the backward pass reads zeros for {s}_0", lambda v, T: np.zeros_like(v[0])),
    "ones": ("the backward pass reads ones for {s}_0", lambda v, T: np.ones_like(v[0])),
}


def edit(place, kind, text, change, field, equations=()):
    def plant(build):
        getattr(build.changes, field).append(change)

    return Edit(place, kind, text, equations, plant)


def seen(program):
    """What the backward pass reads for the initial states."""
    groups = [(s,) for s in program.states]
    groups += [tuple(program.states)] if len(program.states) > 1 else []
    for states in groups:
        for word, (text, value) in SEEN.items():

            def change(V, T, states=states, value=value):
                wrong = {s: value(V[s], T) for s in states}
                for s in states:
                    V[s][0] = wrong[s]

            told = ", ".join(text.format(s=s) for s in states)
            yield edit(("states", states), word, told, change, "values", touched(program, states))


def touched(program, states):
    """Names of what gets a wrong number where a state one step back is read wrongly."""
    found = {}
    for name, ops in program.equations.items():
        for op in ops[:-1] if name in program.active else ops:  # the value itself is kept
            inside = [any((s, 1) in below(ops, a) for s in states) for a in op.args]
            if any(inside) and op.kind in ("mul", "apply", "call", "outer", "pow"):
                for n, a in enumerate(op.args):
                    if op.kind == "call" or any(inside[:n] + inside[n + 1 :]):
                        found |= dict.fromkeys(name for name, lag in below(ops, a))
    return tuple(found)


def errors(program):
    """Errors that enter and are not taken."""
    out = program.output
    for s in program.states:

        def ignored(e, last, run, s=s):
            return e, {**last, s: 0 * last[s]}

        yield edit(("errors", f"e_{s}_T"), "dropped", f"e_{s}_T ignored", ignored, "errors", (s,))

    def only_last(e, last, run):
        return np.concatenate([0 * e[:-1], e[-1:]]), last

    def not_last(e, last, run):
        return np.concatenate([e[:-1], 0 * e[-1:]]), last

    def not_first(e, last, run):
        return np.concatenate([0 * e[:1], e[1:]]), last

    def through_slope(e, last, run):
        return e * (1 - np.stack(run.V[out][1:]) ** 2), last

    for kind, text, change in (
        ("last only", "e taken at the last step only", only_last),
        ("not last", "e at step T ignored", not_last),
        ("not first", "e at step 1 ignored", not_first),
        ("slope", f"e_t multiplied by 1 - {out}_t^2", through_slope),
        ("doubled", "e taken twice", lambda e, last, run: (2 * e, last)),
    ):
        yield edit(("errors", "e"), kind, text, change, "errors", (out,))


def windows(program):
    for steps in (0, 1, 2):

        def plant(build, steps=steps):
            build.changes.window = steps + 1

        yield Edit(("window",), "window", f"errors go back {steps} steps only", (), plant, steps)


def left_over(program):
    """What the run before has left enters at step T of this one."""
    for s in program.states:

        def change(run, e, last, s=s):
            first = Back(run, *_entered(run, e, last), 1).results()[0]
            return {**last, s: last[s] + first[f"{s}_0"]}

        def plant(build, change=change):
            build.repeats.append(change)

        text = f"the error at {s}_0 of the run before is added at {s}_T"
        yield Edit(("before", s), "left over", text, (s,), plant)


def _entered(run, e, last):
    for change in run.changes.errors:
        e, last = change(e, dict(last), run)
    return e, last


def too_early(program):
    """The weights are updated before the errors are handed on; learning rate 0.01."""

    def change(run, e, last):
        kept, run.changes = run.changes, Changes(places=run.changes.places)
        gradients, _ = run.backward(e, last)
        run.changes = kept
        for n in run.program.learned:
            run.changes.back[n] = run.tensors[n] - 0.01 * gradients[n]
        return last

    def plant(build):
        build.repeats.append(change)

    yield Edit(("early",), "early", "backward pass with weights already updated", (), plant)
