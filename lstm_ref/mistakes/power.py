"""Which way of checking a gradient sees which mistake.

`kill_matrix` plays every known mistake against every protocol of `lstm_ref.check.protocols`. What
a protocol compares with is the right gradient, so only the choice of its problem makes it blind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lstm_ref.check import protocols as ways
from lstm_ref.check import witnesses
from lstm_ref.check.errors import relative
from lstm_ref.check.protocols import BOOK, PROTOCOLS, Protocol
from lstm_ref.derive.catalogue import declared
from lstm_ref.mistakes import evaluate, known
from lstm_ref.mistakes.edits import Mistake
from lstm_ref.mistakes.evaluate import Numbers
from lstm_ref.types import Params

# Nineteen mistakes that were planted in an experiment on blind checks; which nineteen follows from
# the numbers and names that are on record, the list itself is not.
PLANTED = (
    "no-carousel",
    "no-h-path",
    "dh-overwritten",
    "tanh-for-slope",
    "slope-of-raw-c",
    "double-tanh",
    "no-tanh-slope",
    "tanh-slope-after-sum",
    "no-forget-slope",
    "no-output-slope",
    "output-slope-at-activation",
    "candidate-slope-at-activation",
    "c-for-previous-c",
    "forget-gate-late",
    "input-weights-last-step",
    "not-transposed",
    "bias-copied",
    "bias-mean",
    "i-and-candidate-swapped",
)


def numbers(protocol: Protocol, cell: Any = "LSTM", seed: int = 0) -> Numbers:
    """The `Numbers` of a protocol for a declared cell, drawn by `protocols.problem`."""
    cell = declared(cell)
    tensors, errors = ways.problem(protocol, cell, seed)
    return Numbers(cell, *witnesses.split(cell, tensors), errors)


def off(
    protocol: Protocol,
    mistake: Mistake,
    given: Numbers | None = None,
    right: Params | None = None,
) -> float:
    """Largest relative error of a mistake among the gradients that the protocol compares.

    given, right: its `numbers` and the right gradients, if they are at hand.
    """
    given = given or numbers(protocol, mistake.cell)
    if mistake.second and protocol.runs < 2:
        return 0.0
    right = right or evaluate.gradients((), given)[1]
    wrong = evaluate.gradients(mistake, given)[1]
    looked = {"all": tuple(right), "parameters": tuple(given.params)}
    names = protocol.look if isinstance(protocol.look, tuple) else looked[protocol.look]
    return max((relative(wrong[n], right[n], 0.0) for n in names if n in right), default=0.0)


def kill_matrix(
    cell: Any = "LSTM",
    protocols: Sequence[Protocol] = PROTOCOLS,
    names: Iterable[str] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Every known mistake of a cell against every protocol.

    names: only these mistakes. Returns {"protocols": names, "mistakes": names, "errors": array
    (protocols, mistakes) of the largest relative error that a protocol sees, "killed": errors above
    its tolerance}.
    """
    chosen = [m for m in known.of(cell) if names is None or m.name in names]
    errors = np.zeros((len(protocols), len(chosen)))
    for row, protocol in zip(errors, protocols, strict=True):
        given = numbers(protocol, cell, seed)
        right = evaluate.gradients((), given)[1]
        row[:] = [off(protocol, mistake, given, right) for mistake in chosen]
    return {
        "protocols": [p.name for p in protocols],
        "mistakes": [m.name for m in chosen],
        "errors": errors,
        "killed": errors > np.array([[p.tol] for p in protocols]),
    }


# What a check can do without: each is tried in turn by `least`, then the fewest steps.
SAVINGS: tuple[dict[str, Any], ...] = (
    {"runs": 1},
    {"last_state": False},
    {"loss": "last"},
    {"zero_state": True},
    {"bias": 0.0},
    {"scale": 1e-4},
    {"B": 1},
)


def least(
    mistake: Mistake,
    protocol: Protocol = replace(BOOK, look="parameters", tol=1e-6),  # noqa: B008, it is frozen
) -> Protocol:
    """The smallest check that still sees a mistake: the protocol with all it can do without.

    From `protocol` one demand after the other is given up, if the mistake still shows: second run,
    error at the last state and at every step, random states, biases, weights of order 1, samples;
    then steps. What parameters do not show at all is looked for in all tensors.
    """
    found = protocol if off(protocol, mistake) > protocol.tol else replace(protocol, look="all")
    for saving in (*SAVINGS, *({"T": T} for T in range(protocol.T - 1, 0, -1))):
        smaller = replace(found, **saving)
        if off(smaller, mistake) > protocol.tol:
            found = smaller
        elif "T" in saving:
            break
    return found
