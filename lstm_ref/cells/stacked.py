"""The LSTM of `lstm_ref.cells.lstm`, made for speed: same parameters, same numbers to rounding.

What makes it fast:

- one product per step: all gates, from h, x and the constant 1 (for the bias) together; on the
  way back likewise, and the weight gradients of all steps are one product after the loop;
- one tanh for all four: σ(a) = (1 + tanh(a/2)) / 2, with the halves taken into the weights;
- on the way back, what does not depend on the errors is computed for many steps at once, so that
  seven operations a step are left;
- no new arrays inside the loops: operations write into buffers, and buffers are kept in a
  workspace from call to call.

The rows of a step are o, i, f, c̃, c_{t-1}, each H rows. In this order the three logistic gates
are neighbours, (i, f) times (c̃, c_{t-1}) is one product, and (i, f, c̃) all get their error from
c_t. What a step reads is h_{t-1}, x_t, 1 on top of each other, H + D + 1 rows.
Nobody outside sees it. Shapes: T steps, D inputs, H units, B samples as columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from lstm_ref.cells import loop, lstm
from lstm_ref.cells.loop import workspace
from lstm_ref.cells.lstm import NAME, SHAPES, STATES, init
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

__all__ = ["NAME", "SHAPES", "STATES", "backward", "forward", "init", "stream", "workspace"]

CELL = lstm.CELL._replace(module=__name__)
ORDER = "oifc"  # of the first 4 H rows
CHUNK = 1 << 15  # numbers computed at once on the way back: they should fit into the cache


def _buffer(space, name, shape, dtype):
    """A buffer of this name and shape, the old one if it fits; its content is whatever it is."""
    old = space["buffers"].get(name)
    if old is None or old.shape != shape or old.dtype != dtype:
        old = space["buffers"][name] = np.empty(shape, dtype)
    return old


def _joint(params):
    """The weights of a step as one matrix (4H, H + D + 1): from h, from x, and the bias."""
    return np.concatenate(
        [np.hstack([params[f"W_{g}h"], params[f"W_{g}x"], params[f"b_{g}"]]) for g in ORDER]
    )


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """As `lstm.forward`: (h (T, H, B), (h_T, c_T), tape).

    workspace: from `workspace()`, for speed when called again and again. h and the states are
    yours to keep; the tape is valid until the next `forward` with the same workspace.
    """
    sizes, (h_0, c_0), tape = loop.enter(CELL, params, x, state0, workspace)
    if np.issubdtype(tape["dtype"], np.complexfloating):
        raise TypeError("params: expected float32 or float64, got complex128; use cells.lstm")
    T, D, H, B = (sizes[k] for k in "TDHB")
    space, dtype = tape["space"], tape["dtype"]
    read = _buffer(space, "read", (T + 1, H + D + 1, B), dtype)  # the last one for h_T only
    read[0, :H], read[:-1, H:-1], read[:, -1] = h_0, x, 1
    rows = _buffer(space, "rows", (T + 1, 5 * H, B), dtype)  # the last one for c_T only
    rows[0, 4 * H :] = c_0
    tanh_c = _buffer(space, "tanh_c", (T, H, B), dtype)
    _loop(_joint(tape["params"]), read, rows, tanh_c)
    last = read[T, :H].copy(), rows[T, 4 * H :].copy()
    loop.leave(CELL, last)
    return read[1:, :H].copy(), last, {**tape, "read": read, "rows": rows, "tanh_c": tanh_c}


def _loop(joint, read, rows, tanh_c):
    """The steps: fills the states in read (T + 1, H + D + 1, B), rows (T + 1, 5 H, B), tanh_c."""
    T, H, B = tanh_c.shape
    half = joint.dtype.type(0.5)
    joint[: 3 * H] *= half  # σ(a) = (1 + tanh(a/2)) / 2
    pair = np.empty((2 * H, B), joint.dtype)
    keep, write = pair[H:], pair[:H]
    dot, add, multiply, tanh = np.dot, np.add, np.multiply, np.tanh
    for t in range(T):
        row, th = rows[t], tanh_c[t]
        net, logistic, c_t = row[: 4 * H], row[: 3 * H], rows[t + 1, 4 * H :]
        dot(joint, read[t], out=net)
        tanh(net, out=net)
        multiply(logistic, half, out=logistic)
        add(logistic, half, out=logistic)
        multiply(row[H : 3 * H], row[3 * H :], out=pair)  # i ⊙ c̃ and f ⊙ c_{t-1}
        add(keep, write, out=c_t)
        tanh(c_t, out=th)
        multiply(row[:H], th, out=read[t + 1, :H])


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """As `lstm.backward`: (dparams, dx, (dh_0, dc_0)). tape: from `forward` of this module."""
    sizes, dh, dstate = loop.enter_backward(CELL, params, tape, dh, dstate_T)
    read, dtype, *_ = loop.take(tape, ("read", "dtype", "rows", "tanh_c"))
    joint, space, H = _joint(tape["params"]), loop.backward_space(tape), sizes["H"]
    delta = _buffer(space, "delta", (sizes["T"], 4 * H, sizes["B"]), dtype)
    back = _buffer(space, "back", (sizes["T"] + 1, *read[0, :-1].shape), dtype)
    back[-1, :H] = dstate[0]
    dc_0 = _loop_backward(joint, tape, dh, dstate[1].copy(), delta, back)
    return (
        _weight_gradients(delta, read[:-1], space),
        back[:-1, H:].copy(),
        (back[0, :H].copy(), dc_0),
    )


def _loop_backward(joint, tape, dh, dc, delta, back):
    """The steps in reverse: fills delta (T, 4 H, B) and back, the errors at h_{t-1} and x_t.

    back (T + 1, H + D, B) has the error at h_T in its last place. Returns dc_0.
    """
    rows, tanh_c = tape["rows"], tape["tanh_c"]
    T, H, B = tanh_c.shape
    total, share = np.empty((H, B), dc.dtype), np.empty((H, B), dc.dtype)
    joint_T = np.ascontiguousarray(joint[:, :-1].T)
    dot, add, multiply = np.dot, np.add, np.multiply
    steps = max(1, CHUNK // (5 * H * B))
    for end in range(T, 0, -steps):
        start = max(0, end - steps)
        slope = _factors(rows[start:end], tanh_c[start:end], delta[start:end])
        for t in range(end - 1, start - 1, -1):
            d = delta[t]
            d_o, d_rest = d[:H], d[H:].reshape(3, H, B)
            add(dh[t], back[t + 1, :H], out=total)  # δ_h
            multiply(total, slope[t - start], out=share)
            add(dc, share, out=dc)  # δ_c
            multiply(d_o, total, out=d_o)
            multiply(d_rest, dc, out=d_rest)
            multiply(dc, rows[t, 2 * H : 3 * H], out=dc)  # through f, to the step before
            dot(joint_T, d, out=back[t])
    return dc


def _factors(rows, tanh_c, out):
    """What multiplies the errors of some steps: everything that the forward pass has fixed.

    Fills out (n, 4 H, B): o(1-o) tanh(c) for δ_h; i(1-i) c̃, f(1-f) c_{t-1} and (1-c̃²) i for δ_c.
    Returns o (1 - tanh²(c)), (n, H, B): the share of δ_h in δ_c.
    """
    H = tanh_c.shape[1]
    logistic, c_tilde = rows[:, : 3 * H], rows[:, 3 * H : 4 * H]
    out_l, out_c = out[:, : 3 * H], out[:, 3 * H :]
    np.multiply(logistic, logistic, out=out_l)
    np.subtract(logistic, out_l, out=out_l)
    out[:, :H] *= tanh_c
    out[:, H : 3 * H] *= rows[:, 3 * H :]  # (i, f) with (c̃, c_{t-1})
    np.multiply(c_tilde, c_tilde, out=out_c)
    np.subtract(1, out_c, out=out_c)
    out_c *= rows[:, H : 2 * H]
    slope = tanh_c * tanh_c
    np.subtract(1, slope, out=slope)
    slope *= rows[:, :H]
    return slope


def _weight_gradients(delta, read, space):
    """Σ over steps and samples of δ [h_{t-1}, x_t, 1]^T: one product, then cut into parameters."""

    def flat(name, values):  # (T, n, B) -> (n, T B)
        T, n, B = values.shape
        out = _buffer(space, name, (n, T, B), values.dtype)
        np.copyto(out, values.transpose(1, 0, 2))
        return out.reshape(n, T * B)

    joint = flat("flat delta", delta) @ flat("flat read", read).T
    H = len(joint) // 4
    columns = {"h": slice(0, H), "x": slice(H, -1), "b": slice(-1, None)}
    gradients = {}
    for name in SHAPES:
        block = joint[ORDER.index(name[2]) * H :][:H]
        gradients[name] = block[:, columns["b" if name[0] == "b" else name[3]]].copy()
    return gradients


def stream(
    params: Params,
    chunks: Iterable[Array],
    state0: State | None = None,
    workspace: Workspace | None = None,
) -> Iterator[tuple[Array, State]]:
    """Run over a sequence that comes in pieces: yields (h, (h, c)) for each x in `chunks`.

    chunks: iterable of x (T_k, D, B), T_k = 0 allowed. The state is carried from piece to piece;
    the numbers are those of one call on the whole sequence. Memory is that of one piece.
    """
    state = state0
    for x in chunks:
        h, state, _ = forward(params, x, state, workspace)
        yield h, state
