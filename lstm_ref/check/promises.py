"""Checks of what only the cells of this package promise: made with promises=True."""

import numpy as np

from lstm_ref.check import witnesses
from lstm_ref.check.checklist import changed, dtype_is, same
from lstm_ref.check.evidence import Evidence


def no_steps(evidence: Evidence, tol: float = 0) -> None:
    """T = 0: no output, the state as it was, and its error handed on."""
    empty = evidence.other(T=0)
    found, given = empty.run(), empty.tensors
    if np.shape(found.h) != empty.errors["dh"].shape:
        raise AssertionError(
            f"h has shape {np.shape(found.h)}, expected {empty.errors['dh'].shape}"
        )
    for k, s in enumerate(evidence.cell.STATES):
        same(found.state_T[k], given[f"{s}_0"], f"{s}_T", f"{s}_0", 0)
        same(found.gradients[f"{s}_0"], empty.errors["dstate_T"][k], f"d{s}_0", f"d{s}_T", 0)
    for name in evidence.cell.SHAPES:
        same(found.gradients[name], 0 * given[name], f"gradient of {name}", "zero", 0)


def none_is_zeros(evidence: Evidence, tol: float = 0) -> None:
    """None in the place of initial states or of errors means zeros."""
    cell, given = evidence.cell, evidence.tensors
    params, x, state0 = witnesses.split(cell, given)
    h, _, tape = cell.forward(params, x, None)
    zeros = tuple(0 * s for s in state0)
    same(h, cell.forward(params, x, zeros)[0], "h from None", "h from zeros", 0)
    dh, last = evidence.errors["dh"], changed(evidence.errors, lambda e: 0 * e)["dstate_T"]
    for name, none, zero in (
        ("dstate_T", (dh, None), (dh, last)),
        ("dh", (None, last), (0 * dh, last)),
    ):
        got, want = (cell.backward(params, tape, *errors)[1] for errors in (none, zero))
        pairs = [(x, got[x], want[x]) for x in got] if isinstance(got, dict) else [("x", got, want)]
        for x, none_given, zeros_given in pairs:
            same(none_given, zeros_given, f"d{x} with {name} = None", f"d{x} with zeros", 0)


def float32(evidence: Evidence, tol: float = 0) -> None:
    """float32 stays float32, and the numbers are those of float64 but for rounding."""

    def low(value):
        return value.astype(np.float32)

    given = {name: low(value) for name, value in evidence.tensors.items()}
    found = evidence.run(given, changed(evidence.errors, low))
    dtype_is(found, np.float32)
    for name, want in evidence.results.gradients.items():
        same(found.gradients[name], want, f"gradient of {name}", "that in float64", 1e-3)


def refuses_bad_shapes(evidence: Evidence, tol: float = 0) -> None:
    """An argument of a wrong shape is refused by an error that names it."""
    tensors, errors, cell = evidence.tensors, evidence.errors, evidence.cell
    starts = [f"{state}_0" for state in cell.STATES]
    for name, value in tensors.items():
        says = "state0" if name in starts else name.split(".")[-1]
        _refused(evidence, {**tensors, name: value[..., 0]}, errors, says)
        if name in starts:  # a sample more than x has
            wider = np.concatenate([value, value[:, :1]], axis=1)
            _refused(evidence, {**tensors, name: wider}, errors, says)
    longer = np.concatenate([errors["dh"], errors["dh"][:1]])
    _refused(evidence, tensors, {**errors, "dh": longer}, "dh")


def _refused(evidence, tensors, errors, name):
    try:
        evidence.run(tensors, errors)
    except (TypeError, ValueError) as error:
        if name not in str(error):
            message = f"{name} of a wrong shape: the error does not name it: {error}"
            raise AssertionError(message) from None
        return
    raise AssertionError(f"{name} of a wrong shape is not refused")


PROMISES = (no_steps, none_is_zeros, float32, refuses_bad_shapes)
