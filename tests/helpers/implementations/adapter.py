"""The answers of `diagnose` and of its reading core, in the form that can be judged."""

import re
from functools import cache, partial

import numpy as np

from lstm_ref.derive import catalogue, tabulate
from lstm_ref.diagnose import diagnose
from lstm_ref.diagnose.core import altered, backward, forward
from lstm_ref.diagnose.core.reader import Reader
from lstm_ref.diagnose.wording.formulas import letter

from .case import golden, vectors_of
from .declared import find
from .judge import Answer

FORWARDS = ("given", "state", "forward")
TOLERANCE = {"float64": 1e-7, "float32": 1e-5, "rounded": 1e-5}


@cache
def table_of(name):
    """The table of a cell of the catalogue or of `declared`."""
    return tabulate.table(catalogue.declared(find(name)))


@cache
def reader(name, sizes):
    return Reader(table_of(name), golden(name, sizes))


def ask_core(made):
    """What the core says of the tensors by our names, without any layout."""
    key = made.cell, tuple(made.sizes.items())
    _, found = reader(*key).read([made.truth], TOLERANCE[made.layout.dtype])
    accused = {plain(name, made) for name, _ in found.unexplained}
    return answered(made, found.edits, found.ties, found.exact, accused)


def ask(made):
    """What `diagnose` says of the file."""
    against = vectors_of(made.cell, tuple(made.sizes.items()))
    report = diagnose(made.arrays, find(made.cell), against=against)
    found = [tuple(e for m in one.mistakes for e in m.edits) for one in report.mistakes]
    sure = bool(report.mistakes) and report.mistakes[0].sure
    letters = {letter(name): name for name in table_of(made.cell).letters}
    said = (re.match(r"(?:forward: |δ_|∂E/∂)(\S+) has", line) for line in report.unexplained)
    accused = {letters.get(m[1], m[1]) for m in said if m}
    edits, *ties = found or [()]
    answer = answered(made, edits, ties, sure, accused)
    answer.agrees = report.verdict in ("agrees", "partly")
    answer.text = report.text
    return answer


def plain(name, made):
    """The equation, parameter or input that is meant: W_fx of dW_fx, f of "forward f"."""
    name = name.removeprefix("forward ")
    return name[1:] if name[0] == "d" and name in made.names else name


def answered(made, edits, ties, whole, accused):
    run = partial(evaluated, made.cell, made.names)
    return Answer(
        agrees=whole and not edits,
        named=edits,
        of=frozenset(n for e in edits for n in subjects(e)),
        whole=whole,
        ties=tuple(partial(run, tie) for tie in ties),
        accused=frozenset(accused),
        evaluate=partial(run, edits),
        text=str(edits),
    )


def subjects(edit):
    """Names of what an edit is about."""
    name = edit.place[1]
    return [name] if isinstance(name, str) else [n.removeprefix("d") for n in name]


def evaluated(cell, names, edits, arrays):
    """What an implementation with these edits computes on golden vectors."""
    table = table_of(cell)
    forwards = [e for e in edits if e.place[0] in FORWARDS or e.place == ("result", table.output)]
    values = altered.forward_with(table, arrays, forwards)
    errors = {"e": arrays["e"], **{s: arrays[f"e_{s}_T"] for s in table.states}}
    base = altered.own_pass(table, forwards, values, errors)
    rest = [e for e in edits if e not in forwards]
    limits = [e for e in rest if e.place[0] == "scale" and e.kind == "clipped"]
    found = backward.evaluated(base, [e for e in rest if e not in limits], {})
    for edit in limits:
        found = clipped(table, found, float(edit.other))
    for name in set(names) - set(found):
        found[name] = forward.result(table, values, name, tuple(forwards))
    return found


def clipped(table, found, limit):
    """The gradients of all parameters, their norm clipped."""
    names = [f"d{n}" for n in (*table.matrices, *table.vectors)]
    norm = np.sqrt(sum(np.sum(found[n] ** 2) for n in names))
    return {**found, **{n: min(1.0, limit / norm) * found[n] for n in names}}
