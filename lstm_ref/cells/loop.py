"""The loop over time, forward and backward, the same for every cell.

Forward: one step after the other, each leaving on the tape what its backward step will need.
Backward: the steps in reverse; at each one the error that enters from outside is added to the
error that comes from the next step, and the weight gradients of all steps are summed.
"""

import inspect

import numpy as np

from lstm_ref import arguments


def forward(step, shapes, states, params, x, state0):
    """Run `step` over x (T, D, B) from state0; return h (T, H, B), the last state and the tape."""
    sizes, dtype = arguments.parameters(params, shapes)
    arguments.array("x", x, "TDB", sizes, dtype)
    state0 = arguments.state("state0", state0, states, sizes, dtype)
    step = inspect.unwrap(step)  # its arguments have just been checked
    state, outputs, steps = state0, [state0[0]], []
    for t in range(len(x)):
        state, record = step(params, x[t], state)
        outputs.append(state[0])
        steps.append(record)
    for name, value in zip(states, state, strict=True):
        # Once NaN, a state stays NaN, so the last one tells of them all.
        arguments.finite(f"{name} after the last step", value, FloatingPointError)
    h = np.stack(outputs)[1:]  # h_0 in front, so that T = 0 has a shape too
    return h, state, {"cell": step.__module__, "x": x, "steps": steps}


def backward(step_backward, shapes, states, params, tape, dh, dstate_T):
    """Back-propagate dh (T, H, B) and dstate_T; return gradients of parameters, x and state0."""
    sizes, dtype = arguments.parameters(params, shapes)
    step_backward = inspect.unwrap(step_backward)
    dh, dstate = _errors(step_backward.__module__, tape, dh, dstate_T, states, sizes, dtype)
    dparams = {name: np.zeros_like(params[name]) for name in shapes}
    dx = np.zeros_like(tape["x"])
    for t in reversed(range(len(dx))):
        dstate = (dstate[0] + dh[t], *dstate[1:])  # error from outside + error from the future
        dparams_t, dx[t], dstate = step_backward(params, tape["steps"][t], dstate)
        for name, gradient in dparams_t.items():
            dparams[name] += gradient  # the same weights serve at every step: sum over time
    return dparams, dx, dstate


def _errors(cell, tape, dh, dstate_T, states, sizes, dtype):
    if not isinstance(tape, dict) or tape.get("cell") != cell:
        got = tape.get("cell", "a dict") if isinstance(tape, dict) else type(tape).__name__
        raise TypeError(f"tape: expected the third result of {cell}.forward, got {got}")
    arguments.array("tape: x", tape["x"], "TDB", sizes, dtype)
    if dh is None:
        dh = np.zeros((sizes["T"], sizes["H"], sizes["B"]), dtype)
    arguments.array("dh", dh, "THB", sizes, dtype)
    return dh, arguments.state("dstate_T", dstate_T, states, sizes, dtype)
