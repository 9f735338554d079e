"""The LSTM of `lstm_ref.cells.lstm`, made for speed: same parameters, same numbers to rounding.

What makes it fast:

- all gates in one product per step: net_t = R h_{t-1} + (W x_t + b), the second part for all
  steps before the loop, and the weight gradients of all steps in one product after it;
- one tanh for all four: σ(a) = (1 + tanh(a/2)) / 2, with the halves taken into the weights;
- no new arrays inside the loop: every operation writes into a buffer, and buffers are kept in a
  workspace from call to call.

Gates are stacked in the order f, i, o, c̃ here, so that the three logistic ones are neighbours;
nobody outside sees it. Shapes: T steps, D inputs, H units, B samples as columns.
"""

import numpy as np

from lstm_ref.cells import door
from lstm_ref.cells.lstm import SHAPES, STATES, init

__all__ = ["SHAPES", "STATES", "backward", "forward", "init", "stream", "workspace"]

ORDER = "fioc"


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
    """W (4H, D), R (4H, H), b (4H, 1), the rows of f, i and o halved for the one tanh."""
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
    T, D, H, B = (sizes[k] for k in "TDHB")
    space = {"buffers": {}, "call": 0} if workspace is None else workspace
    space["call"] += 1
    W, R, b = _packed(params)
    gates = _buffer(space, "gates", (T, 4 * H, B), dtype)
    c = _buffer(space, "c", (T + 1, H, B), dtype)
    tanh_c = _buffer(space, "tanh_c", (T, H, B), dtype)
    h = np.empty((T + 1, H, B), dtype)  # handed out, so never a shared buffer
    h[0], c[0] = h_0, c_0
    np.matmul(W, x, out=gates)
    gates += b
    _loop(R, gates, c, tanh_c, h)
    for name, value in (("h", h[T]), ("c", c[T])):
        door.finite(f"{name} after the last step", value, FloatingPointError)
    tape = dict(cell=__name__, x=x, h=h, c=c, gates=gates, tanh_c=tanh_c, space=space)
    tape["call"] = space["call"]
    return h[1:], (h[T].copy(), c[T].copy()), tape


def _loop(R, gates, c, tanh_c, h):
    """The steps: gates (T, 4H, B) holds W x_t + b on entry and f, i, o, c̃ on exit."""
    T, H, B = tanh_c.shape
    product, write = np.empty((4 * H, B), h.dtype), np.empty((H, B), h.dtype)
    matmul, add, multiply, tanh = np.matmul, np.add, np.multiply, np.tanh
    half = h.dtype.type(0.5)
    for t in range(T):
        g = gates[t]
        matmul(R, h[t], out=product)
        add(g, product, out=g)
        tanh(g, out=g)
        logistic = g[: 3 * H]
        multiply(logistic, half, out=logistic)
        add(logistic, half, out=logistic)
        c_t = c[t + 1]
        multiply(g[:H], c[t], out=c_t)
        multiply(g[H : 2 * H], g[3 * H :], out=write)
        add(c_t, write, out=c_t)
        tanh(c_t, out=tanh_c[t])
        multiply(g[2 * H : 3 * H], tanh_c[t], out=h[t + 1])


def backward(params, tape, dh, dstate_T=None):
    """As `lstm.backward`: (dparams, dx, (dh_0, dc_0)). tape: from `forward` of this module."""
    if not isinstance(tape, dict) or tape.get("cell") != __name__:
        raise TypeError(f"tape: expected the third result of {__name__}.forward")
    if tape["call"] != tape["space"]["call"]:
        raise ValueError("tape: overwritten by a later forward with the same workspace")
    sizes, dtype = door.parameters(params, SHAPES)
    door.array("tape: x", tape["x"], "TDB", sizes, dtype)
    T, D, H, B = (sizes[k] for k in "TDHB")
    dh = np.zeros((T, H, B), dtype) if dh is None else dh
    door.array("dh", dh, "THB", sizes, dtype)
    dstate = door.state("dstate_T", dstate_T, STATES, sizes, dtype)
    delta = _buffer(tape["space"], "delta", (T, 4 * H, B), dtype)
    dstate_0 = _loop_backward(_stack(params, "W_{}h"), tape, dh, dstate, delta)
    dx = np.matmul(_stack(params, "W_{}x").T, delta)
    return _weight_gradients(delta, tape["x"], tape["h"][:-1], tape["space"]), dx, dstate_0


def _loop_backward(R, tape, dh, dstate_T, delta):
    """The steps in reverse: fills delta (T, 4H, B), returns (dh_0, dc_0)."""
    gates, c, tanh_c = tape["gates"], tape["c"], tape["tanh_c"]
    T, H, B = tanh_c.shape
    dh_next, dc = (value.copy() for value in dstate_T)
    total, slope = np.empty((H, B), dh_next.dtype), np.empty((4 * H, B), dh_next.dtype)
    R_T = np.ascontiguousarray(R.T)
    matmul, add, subtract, multiply = np.matmul, np.add, np.subtract, np.multiply
    for t in range(T - 1, -1, -1):
        g, d, th = gates[t], delta[t], tanh_c[t]
        f, i, o, c_tilde = g[:H], g[H : 2 * H], g[2 * H : 3 * H], g[3 * H :]
        add(dh[t], dh_next, out=total)  # δ_h
        multiply(total, th, out=d[2 * H : 3 * H])  # δ_h ⊙ tanh(c), the o part
        multiply(total, o, out=total)
        add(dc, total, out=dc)
        multiply(total, th, out=total)
        multiply(total, th, out=total)
        subtract(dc, total, out=dc)  # δ_c = δ_c from later + δ_h ⊙ o ⊙ (1 - tanh²(c))
        multiply(dc, c[t], out=d[:H])
        multiply(dc, c_tilde, out=d[H : 2 * H])
        multiply(dc, i, out=d[3 * H :])
        multiply(g, g, out=slope)  # slopes: g - g² for σ, 1 - g² for tanh
        subtract(g[: 3 * H], slope[: 3 * H], out=slope[: 3 * H])
        subtract(1, slope[3 * H :], out=slope[3 * H :])
        multiply(d, slope, out=d)
        multiply(dc, f, out=dc)
        matmul(R_T, d, out=dh_next)
    return dh_next, dc


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
