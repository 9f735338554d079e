"""The LSTM of `lstm_ref.cells.lstm`, made for speed: same parameters, same numbers to rounding.

What makes it fast:

- all gates in one product per step: net_t = R h_{t-1} + (W x_t + b), the second part for all
  steps before the loop, and the weight gradients of all steps in one product after it;
- one tanh for all four: σ(a) = (1 + tanh(a/2)) / 2, with the halves taken into the weights;
- on the way back, what does not depend on the errors is computed for many steps at once, so that
  seven operations a step are left;
- no new arrays inside the loops: operations write into buffers, and buffers are kept in a
  workspace from call to call.

The rows of a step's buffer are o, i, f, c̃, c_{t-1}, each H rows. In this order the three logistic
gates are neighbours, (i, f) times (c̃, c_{t-1}) is one product, and (i, f, c̃) all get their error
from c_t. Nobody outside sees it. Shapes: T steps, D inputs, H units, B samples as columns.
"""

import numpy as np

from lstm_ref.cells import door
from lstm_ref.cells.lstm import SHAPES, STATES, init

__all__ = ["SHAPES", "STATES", "backward", "forward", "init", "stream", "workspace"]

ORDER = "oifc"  # of the first 4 H rows
CHUNK = 1 << 15  # numbers computed at once on the way back: they should fit into the cache


def workspace():
    """Buffers that calls may share; pass it to `forward` again and again.

    Every call of `forward` with it overwrites the tape of the call before.
    """
    return {"buffers": {}, "call": 0}


def _buffer(space, name, shape, dtype):
    """A buffer of this name and shape, the old one if it fits; its content is whatever it is."""
    old = space["buffers"].get(name)
    if old is None or old.shape != shape or old.dtype != dtype:
        old = space["buffers"][name] = np.empty(shape, dtype)
    return old


def _stack(params, kind):
    """The four matrices or biases of one kind on top of each other, in ORDER."""
    return np.concatenate([params[kind.format(g)] for g in ORDER])


def _packed(params):
    """W (4H, D), R (4H, H), b (4H, 1), the rows of o, i and f halved for the one tanh."""
    packed = [_stack(params, kind) for kind in ("W_{}x", "W_{}h", "b_{}")]
    for values in packed:
        values[: 3 * len(values) // 4] *= values.dtype.type(0.5)
    return packed


def _check(params, x, state0):
    sizes, dtype = door.parameters(params, SHAPES)
    if np.issubdtype(dtype, np.complexfloating):
        raise TypeError("params: expected float32 or float64, got complex128; use cells.lstm")
    door.array("x", x, "TDB", sizes, dtype)
    return sizes, dtype, door.state("state0", state0, STATES, sizes, dtype)


def forward(params, x, state0=None, workspace=None):
    """As `lstm.forward`: (h (T, H, B), (h_T, c_T), tape).

    workspace: from `workspace()`, for speed when called again and again. h and the states are
    yours to keep; the tape is valid until the next `forward` with the same workspace.
    """
    sizes, dtype, (h_0, c_0) = _check(params, x, state0)
    T, H, B = (sizes[k] for k in "THB")
    space = {"buffers": {}, "call": 0} if workspace is None else workspace
    space["call"] += 1
    W, R, b = _packed(params)
    rows = _buffer(space, "rows", (T + 1, 5 * H, B), dtype)  # the last one for c_T only
    tanh_c = _buffer(space, "tanh_c", (T, H, B), dtype)
    h = np.empty((T + 1, H, B), dtype)  # handed out, so never a shared buffer
    h[0], rows[0, 4 * H :] = h_0, c_0
    _loop(W, R, b, x, rows, tanh_c, h)
    last = h[T].copy(), rows[T, 4 * H :].copy()
    for name, value in zip(STATES, last, strict=True):
        door.finite(f"{name} after the last step", value, FloatingPointError)
    tape = dict(cell=__name__, x=x, h=h, rows=rows, tanh_c=tanh_c, space=space)
    return h[1:], last, {**tape, "call": space["call"]}


def _loop(W, R, b, x, rows, tanh_c, h):
    """The steps: fills rows (T + 1, 5 H, B), tanh_c (T, H, B) and h (T + 1, H, B)."""
    T, H, B = tanh_c.shape
    nets = rows[:-1, : 4 * H]
    np.matmul(W, x, out=nets)
    nets += b
    product, pair = np.empty((4 * H, B), h.dtype), np.empty((2 * H, B), h.dtype)
    keep, write = pair[H:], pair[:H]
    dot, add, multiply, tanh = np.dot, np.add, np.multiply, np.tanh
    half = h.dtype.type(0.5)
    for t in range(T):
        row, h_t, th = rows[t], h[t + 1], tanh_c[t]
        net, logistic, c_t = row[: 4 * H], row[: 3 * H], rows[t + 1, 4 * H :]
        dot(R, h[t], out=product)
        add(net, product, out=net)
        tanh(net, out=net)
        multiply(logistic, half, out=logistic)
        add(logistic, half, out=logistic)
        multiply(row[H : 3 * H], row[3 * H :], out=pair)  # i ⊙ c̃ and f ⊙ c_{t-1}
        add(keep, write, out=c_t)
        tanh(c_t, out=th)
        multiply(row[:H], th, out=h_t)


def backward(params, tape, dh, dstate_T=None):
    """As `lstm.backward`: (dparams, dx, (dh_0, dc_0)). tape: from `forward` of this module."""
    if not isinstance(tape, dict) or tape.get("cell") != __name__:
        raise TypeError(f"tape: expected the third result of {__name__}.forward")
    if tape["call"] != tape["space"]["call"]:
        raise ValueError("tape: overwritten by a later forward with the same workspace")
    sizes, dtype = door.parameters(params, SHAPES)
    door.array("tape: x", tape["x"], "TDB", sizes, dtype)
    T, H, B = (sizes[k] for k in "THB")
    dh = np.zeros((T, H, B), dtype) if dh is None else dh
    door.array("dh", dh, "THB", sizes, dtype)
    dstate = door.state("dstate_T", dstate_T, STATES, sizes, dtype)
    delta = _buffer(tape["space"], "delta", (T, 4 * H, B), dtype)
    dstate_0 = _loop_backward(_stack(params, "W_{}h"), tape, dh, dstate, delta)
    dx = np.matmul(_stack(params, "W_{}x").T, delta)
    return _weight_gradients(delta, tape["x"], tape["h"][:-1], tape["space"]), dx, dstate_0


def _loop_backward(R, tape, dh, dstate_T, delta):
    """The steps in reverse: fills delta (T, 4 H, B), returns (dh_0, dc_0)."""
    rows, tanh_c = tape["rows"], tape["tanh_c"]
    T, H, B = tanh_c.shape
    dh_next, dc = (value.copy() for value in dstate_T)
    total, share = np.empty((H, B), dc.dtype), np.empty((H, B), dc.dtype)
    R_T = np.ascontiguousarray(R.T)
    dot, add, multiply = np.dot, np.add, np.multiply
    steps = max(1, CHUNK // (5 * H * B))
    for end in range(T, 0, -steps):
        start = max(0, end - steps)
        slope = _factors(rows[start:end], tanh_c[start:end], delta[start:end])
        for t in range(end - 1, start - 1, -1):
            d = delta[t]
            d_o, d_rest = d[:H], d[H:].reshape(3, H, B)
            add(dh[t], dh_next, out=total)  # δ_h
            multiply(total, slope[t - start], out=share)
            add(dc, share, out=dc)  # δ_c
            multiply(d_o, total, out=d_o)
            multiply(d_rest, dc, out=d_rest)
            multiply(dc, rows[t, 2 * H : 3 * H], out=dc)  # through f, to the step before
            dot(R_T, d, out=dh_next)
    return dh_next, dc


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


def _weight_gradients(delta, x, h_prev, space):
    """Sums over steps and samples of δ x^T, δ h_{t-1}^T and δ, as one product each."""
    T, four_H, B = delta.shape
    H = four_H // 4

    def flat(name, values):  # (T, n, B) -> (n, T B)
        out = _buffer(space, name, (values.shape[1], T, B), values.dtype)
        np.copyto(out, values.transpose(1, 0, 2))
        return out.reshape(values.shape[1], T * B)

    rows = flat("flat delta", delta)
    blocks = {"W_{}x": rows @ flat("flat x", x).T, "W_{}h": rows @ flat("flat h", h_prev).T}
    blocks["b_{}"] = rows.sum(axis=1, keepdims=True)
    return {
        name: blocks[name[:2] + "{}" + name[3:]][ORDER.index(name[2]) * H :][:H].copy()
        for name in SHAPES
    }


def stream(params, chunks, state0=None, workspace=None):
    """Run over a sequence that comes in pieces: yields (h, (h, c)) for each x in `chunks`.

    chunks: iterable of x (T_k, D, B), T_k = 0 allowed. The state is carried from piece to piece;
    the numbers are those of one call on the whole sequence. Memory is that of one piece.
    """
    state = state0
    for x in chunks:
        h, state, _ = forward(params, x, state, workspace)
        yield h, state
