"""What the forward steps of `forwards_*` share: NumPy as autograd differentiates it.

A step is step(p, x, s): parameters by the names of the declaration, given ones too; the input
(D, B), or a dict of inputs where the cell has several; a dict of states. It returns the output and
the new states. Samples are columns; the state of a matrix memory is (rows, columns, B).
"""

import autograd.numpy as np

th = np.tanh


def sig(v):
    return 1 / (1 + np.exp(-v))


def rectified(v):
    return np.maximum(v, 0)


def log1pexp(v):
    return np.log1p(np.exp(-np.abs(v))) + rectified(v)


def outer(v, k):
    return np.einsum("ib,jb->ijb", v, k)


def read(C, q):
    """C q in every sample."""
    return np.einsum("ijb,jb->ib", C, q)


def unit(v):
    """Vectors of length 1."""
    return v / np.sqrt(np.sum(v * v, axis=0, keepdims=True))


def centred(v):
    return v - np.mean(v, axis=0, keepdims=True)


def normed(v, gain, shift, epsilon=1e-5):
    """Layer normalisation."""
    d = centred(v)
    return gain * d / np.sqrt(np.mean(d**2, axis=0, keepdims=True) + epsilon) + shift


def softmax(v):
    powers = np.exp(v - np.max(v, axis=0, keepdims=True))
    return powers / np.sum(powers, axis=0, keepdims=True)
