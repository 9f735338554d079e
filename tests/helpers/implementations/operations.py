"""What each operation computes, and what it hands back to its operands, written out by hand."""

import numpy as np


def sigma(u):
    """Logistic function, of any numbers."""
    return 0.5 + 0.5 * np.tanh(0.5 * u)


def softplus(u):
    return np.maximum(u, 0) + np.log1p(np.exp(-np.abs(u)))


def hard(slope):
    """The hard sigmoid of this slope, and its derivative."""

    def value(u):
        return np.clip(slope * u + 0.5, 0, 1)

    def derivative(u, y):
        return slope * ((y > 0) & (y < 1))

    return value, derivative


def larger(a, b):
    return 0.5 * (1 + np.sign(a - b))


# word -> (value of u, derivative of u and the value y)
FUNCTIONS = {
    "sigma": (sigma, lambda u, y: y * (1 - y)),
    "tanh": (np.tanh, lambda u, y: 1 - y * y),
    "relu": (lambda u: np.maximum(u, 0), lambda u, y: 1.0 * (u > 0)),
    "abs": (np.abs, lambda u, y: np.sign(u)),
    "softplus": (softplus, lambda u, y: sigma(u)),
    "logsigmoid": (lambda u: -softplus(-u), lambda u, y: sigma(-u)),
    "exp": (np.exp, lambda u, y: y),
    "log": (np.log, lambda u, y: 1 / u),
    "sin": (np.sin, lambda u, y: np.cos(u)),
    "cos": (np.cos, lambda u, y: -np.sin(u)),
    "atan": (np.arctan, lambda u, y: 1 / (1 + u * u)),
    "sinh": (np.sinh, lambda u, y: np.cosh(u)),
    "cosh": (np.cosh, lambda u, y: np.sinh(u)),
    # what no cell of the catalogue has, and implementations have instead
    "identity": (lambda u: u, lambda u, y: np.ones_like(u)),
    "softsign": (lambda u: u / (1 + np.abs(u)), lambda u, y: 1 / (1 + np.abs(u)) ** 2),
    "hard sigmoid 0.2": hard(0.2),
    "hard sigmoid 1/6": hard(1 / 6),
    "hard tanh": (lambda u: np.clip(u, -1, 1), lambda u, y: 1.0 * (np.abs(u) < 1)),
    "scaled tanh": (
        lambda u: 1.7159 * np.tanh(2 * u / 3),
        lambda u, y: 1.7159 * 2 / 3 * (1 - np.tanh(2 * u / 3) ** 2),
    ),
}


def value(op, args, rows):
    """The value of an operation that has operands. rows: letter -> size."""
    kind = op.kind
    if kind == "add":
        total = args[0] + args[1]
        for more in args[2:]:
            total = total + more
        return total
    if kind == "mul":
        return times(args)
    if kind == "apply":
        return applied(args[0], args[1], op.turned)
    if kind == "call":
        if op.name == "max":
            return np.maximum(*args)
        return np.minimum(*args) if op.name == "min" else FUNCTIONS[op.name][0](args[0])
    if kind == "pow":
        return args[0] ** args[1]
    if kind == "outer":
        return column(args[0]) * row(args[1])
    if kind == "spread":
        return np.repeat(args[0], rows["H"] // args[0].shape[0], axis=0)
    if kind == "softmax":
        powers = np.exp(args[0] - args[0].max(axis=0))
        return powers / powers.sum(axis=0)
    total = args[0].sum(axis=0, keepdims=True)
    return total if kind == "total" else total / len(args[0])


def times(parts):
    product = parts[0]
    for part in parts[1:]:
        product = product * part
    return product


def applied(A, v, turned):
    """A v or Aᵀ v; A (n, m), the same in every sample, or (n, m, B)."""
    if A.ndim == 2:
        return (A.T if turned else A) @ v
    return np.einsum("nmb,nb->mb" if turned else "nmb,mb->nb", A, v)


def column(a):
    return a[:, None] if np.ndim(a) else np.ones((1, 1, 1))


def row(b):
    return b[None] if np.ndim(b) else np.ones((1, 1, 1))


def back(op, k, upstream, args, y):
    """What operand k gets of the error `upstream` at the value y, not yet summed to its shape."""
    kind = op.kind
    if kind == "add":
        return upstream
    if kind == "mul":
        return times([upstream, *args[:k], *args[k + 1 :]])
    if kind == "apply":
        return _back_apply(op, k, upstream, args)
    if kind == "call":
        return upstream * slope(op, k, args, y)
    if kind == "pow":
        return upstream * args[1] * args[0] ** (args[1] - 1)
    if kind == "outer":
        other = row(args[1]) if k == 0 else column(args[0])
        return (upstream * other).sum(axis=1 - k)
    if kind == "spread":
        return upstream.reshape(len(args[0]), -1, upstream.shape[-1]).sum(axis=1)
    if kind == "softmax":
        return y * (upstream - (upstream * y).sum(axis=0))
    whole = np.broadcast_to(upstream, args[0].shape)
    return whole if kind == "total" else whole / len(args[0])


def slope(op, k, args, y):
    """The derivative of a function by its operand k."""
    if op.name in ("max", "min"):
        way = larger(*args) if op.name == "max" else larger(*args[::-1])
        return way if k == 0 else 1 - way
    return FUNCTIONS[op.name][1](args[0], y)


def _back_apply(op, k, upstream, args):
    A, v = args
    if k == 1:
        return applied(A, upstream, not op.turned)
    left, right = (v, upstream) if op.turned else (upstream, v)
    return left @ right.T if A.ndim == 2 else left[:, None] * right[None]


def fitted(g, shape):
    """g summed over what was broadcast from this shape."""
    if g.shape == shape:
        return g
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return np.broadcast_to(g, shape)
