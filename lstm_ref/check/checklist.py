"""The checks of a cell, one small function each; `contract` runs them.

The first sentence of each says what it asserts. A check is a function of the `Evidence` of a cell
and of a tolerance; it raises AssertionError where the cell fails, and NotRun where it cannot tell.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lstm_ref.check import witnesses
from lstm_ref.check.evidence import BY_DIFFERENCES, EXACT, Evidence, NotRun
from lstm_ref.check.witnesses import Errors, GradientMismatch, compare
from lstm_ref.types import Array, CellLike

Check = Callable[..., Any]  # function(evidence, tol=...)


class Error(NamedTuple):
    """The relative error that a check of one gradient found."""

    witness: str
    tensor: str
    value: float


def of(
    cell: CellLike, tol: float, promises: Iterable[Check] = ()
) -> Iterator[tuple[str, Callable[[Evidence], Any]]]:
    """Yield (name, function of Evidence) of all checks, the gradients tensor by tensor.

    promises: checks that are made besides.
    """
    before: tuple[Check, ...] = BEFORE
    for check in before:
        yield _slug(check), partial(check, tol=tol)
    tensors = witnesses.learned(cell)
    for witness in (*EXACT, "differences"):
        for tensor in tensors:
            name = f"gradient-{witness.replace(' ', '-')}-{tensor}"
            yield name, partial(gradient, tol=tol, witness=witness, tensor=tensor)
    for check in (*AFTER, *promises):
        yield _slug(check), partial(check, tol=tol)


def _slug(check):
    return check.__name__.replace("_", "-")


def same(got: ArrayLike, want: ArrayLike, what: str, than: str, tol: float) -> None:
    """compare, in other words: these are no gradients."""
    try:
        compare({what: np.asarray(got)}, {what: np.asarray(want)}, than, tol=tol)
    except GradientMismatch as wrong:
        message = f"{what} has shape {np.shape(got)}, expected {np.shape(want)}"
        if wrong.entry is not None:
            message = (
                f"{what} differs from {than} at {list(wrong.entry)}: "
                f"{wrong.got:.12g}, {than} {wrong.want:.12g}"
            )
        raise GradientMismatch(message, what, wrong.entry, wrong.got, wrong.want) from None


def same_results(cell: CellLike, got: Any, want: Any, than: str, tol: float) -> None:
    """h, the last state and all gradients of two runs."""
    same(got.h, want.h, "h", than, tol)
    for name, a, b in zip(cell.STATES, got.state_T, want.state_T, strict=True):
        same(a, b, f"{name}_T", than, tol)
    for name, gradient in want.gradients.items():
        same(got.gradients[name], gradient, f"gradient of {name}", than, tol)


# ---- what every cell must fulfil, before its gradients


def shapes(evidence: Evidence, tol: float = 0) -> None:
    """Results have the shapes of what they belong to: h, last state, a gradient for each tensor."""
    found, given = evidence.first, evidence.tensors
    states = {f"{s}_0": value for s, value in zip(evidence.cell.STATES, found.state_T, strict=True)}
    names = witnesses.learned(evidence.cell)
    if set(found.gradients) != set(names):
        raise AssertionError(f"gradients of {sorted(found.gradients)}, expected of {sorted(names)}")
    pairs = [("h", found.h, evidence.errors["dh"])]
    pairs += [(f"the last state {n[:-2]}_T", value, given[n]) for n, value in states.items()]
    pairs += [(f"gradient of {n}", found.gradients[n], given[n]) for n in names]
    for what, got, want in pairs:
        if np.shape(got) != want.shape:
            raise AssertionError(f"{what} has shape {np.shape(got)}, expected {want.shape}")


def float64(evidence: Evidence, tol: float = 0) -> None:
    """float64 stays float64: in less, no witness could tell a mistake from rounding."""
    dtype_is(evidence.results, np.float64)


def arguments_unchanged(evidence: Evidence, tol: float = 0) -> None:
    """Forward and backward leave their arguments as they were."""
    left, errors = evidence.results.arguments, evidence.errors
    before = {**evidence.tensors, "dh": errors["dh"]}
    before |= {f"d{s}_T": e for s, e in zip(evidence.cell.STATES, errors["dstate_T"], strict=True)}
    for name, value in before.items():
        same(left[name], value, name, "its value before the call", 0)


def same_bits_twice(evidence: Evidence, tol: float = 0) -> None:
    """The same arguments give the same bits twice."""
    first = evidence.results
    same_results(evidence.cell, evidence.run(), first, "the first of two runs", 0)


# ---- the gradients


def gradient(evidence: Evidence, tol: float, witness: str, tensor: str) -> Error:
    """The gradient of one tensor is that of a witness."""
    want, least, called = evidence.witness(witness)
    got = evidence.results.gradients[tensor]
    if np.shape(got) != evidence.tensors[tensor].shape:
        raise NotRun("gradients have other shapes than their tensors, see the check 'shapes'")
    if witness == "differences" and "direction" in called:
        got = np.sum(got * evidence.differences[0][tensor])[None]
    try:
        errors = compare({tensor: got}, {tensor: want[tensor]}, called, tol=max(tol, least))
    except GradientMismatch as wrong:
        place = wrong.tensor, wrong.entry, wrong.got, wrong.want
        raise GradientMismatch(str(wrong).removeprefix(": "), *place) from None
    return Error(witness, tensor, errors[tensor])


# ---- what every cell must fulfil, besides


def one_step(evidence: Evidence, tol: float) -> None:
    """A sequence of one step gives results of the right shapes and gradients."""
    _small(evidence, evidence.other(T=1), tol)


def one_sample(evidence: Evidence, tol: float) -> None:
    """A batch of one sample gives results of the right shapes and gradients."""
    _small(evidence, evidence.other(B=1), tol)


def _small(whole, evidence, tol):
    _ = whole.results
    shapes(evidence)
    wrong = evidence.contradicted(evidence.first.gradients, max(tol, BY_DIFFERENCES))
    if wrong:
        raise AssertionError(f"gradient of {wrong} differs from the central difference")


def no_memory(evidence: Evidence, tol: float = 0) -> None:
    """Nothing is kept between calls: another problem in between changes no bit."""
    first = evidence.results
    evidence.other(T=evidence.sizes["T"] + 1, B=evidence.sizes["B"] + 1).run()
    same_results(evidence.cell, evidence.run(), first, "the run before another problem", 0)


def zero_errors(evidence: Evidence, tol: float = 0) -> None:
    """Where no error enters, all gradients are zero."""
    _ = evidence.results
    found = evidence.run(errors=changed(evidence.errors, lambda e: 0 * e)).gradients
    for name, got in found.items():
        same(got, np.zeros_like(got), f"gradient of {name}", "zero", 0)


def linear(evidence: Evidence, tol: float) -> None:
    """Gradients are linear in the errors that enter."""
    one, two = evidence.errors, evidence.other().errors
    sides = [evidence.results.gradients, evidence.run(errors=two).gradients]
    mixed: Errors = {"dh": 2 * one["dh"] - two["dh"]}
    pairs = zip(one["dstate_T"], two["dstate_T"], strict=True)
    mixed["dstate_T"] = tuple(2 * a - b for a, b in pairs)
    for name, got in evidence.run(errors=mixed).gradients.items():
        want = 2 * np.asarray(sides[0][name]) - sides[1][name]
        same(got, want, f"gradient of {name}", "the same mixture of gradients", max(tol, 1e-12))


def carried(evidence: Evidence, tol: float) -> None:
    """Two halves with the state carried over are the whole sequence."""
    cell, whole = evidence.cell, evidence.results
    params, x, state0 = witnesses.split(cell, evidence.tensors)
    if not getattr(cell, "CAUSAL", True):
        raise NotRun("a part of the cell begins at the end of the sequence")
    T = len(whole.h)
    if T < 2:
        raise NotRun("one step has no halves: T >= 2")
    h_1, state, _ = cell.forward(params, _part(x, 0, T // 2), state0)
    h_2, state_T, _ = cell.forward(params, _part(x, T // 2, T), state)
    same(np.concatenate([h_1, h_2]), whole.h, "h in two halves", "h of the whole", tol)
    for name, a, b in zip(cell.STATES, state_T, whole.state_T, strict=True):
        same(a, b, f"{name}_T in two halves", f"{name}_T of the whole", tol)


def _part(x, start, end):
    """Some steps of a sequence, or of each of several inputs."""
    return {n: v[start:end] for n, v in x.items()} if isinstance(x, dict) else x[start:end]


def last_output(evidence: Evidence, tol: float) -> None:
    """Where h is a state and the output, the last state h_T is the last output."""
    cell = evidence.cell
    if cell.STATES.get("h") != getattr(cell, "OUTPUT", "THB")[1:]:
        raise NotRun("the output is not among the states")
    found = evidence.results
    h_T = found.state_T[list(cell.STATES).index("h")]
    same(h_T, found.h[-1], "the last state h_T", "the last output", tol)


def changed(errors: Errors, change: Callable[[Array], Array]) -> Errors:
    """Errors with change(array) in the place of each."""
    return {"dh": change(errors["dh"]), "dstate_T": tuple(map(change, errors["dstate_T"]))}


def dtype_is(found: Any, dtype: type) -> None:
    """Refuse results that are not of this dtype."""
    named = [("h", found.h), *(("the last state", value) for value in found.state_T)]
    named += [(f"gradient of {name}", value) for name, value in found.gradients.items()]
    for what, value in named:
        if np.asarray(value).dtype != dtype:
            raise AssertionError(f"{what} is {np.asarray(value).dtype}, expected {dtype.__name__}")


BEFORE = (shapes, float64, arguments_unchanged, same_bits_twice)
AFTER = (one_step, one_sample, no_memory, zero_errors, linear, carried, last_output)
