"""What the implementations by hand share: lines, of which a mistake replaces some.

An implementation is a dict line -> function(v), where v has the values of a step as attributes.
`wrong` replaces lines; the function then gets v too. All is plain NumPy, step by step.
"""

from types import SimpleNamespace

import numpy as np


class Values(SimpleNamespace):
    """The values of a step, by name."""


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def run_lines(lines, names, v):
    """Evaluate lines in order; each result becomes an attribute of v."""
    for name in names:
        setattr(v, name, lines[name](v))


def summed(total, more):
    """Add gradients of a step to those of the steps after it."""
    for name, value in more.items():
        total[name] = total[name] + value if name in total else value
    return total


def through(W, v, gates, letter):
    """The error that all gates hand to x (letter "x") or to the state (letter "h")."""
    return sum(W[f"W_{g}{letter}"].T @ getattr(v, f"d{g}") for g in gates)


def gate_gradients(v, gates, x, h):
    """Gradients of one step: outer products of the error terms with x and the state before."""
    found = {}
    for g in gates:
        error = getattr(v, f"d{g}")
        found[f"dW_{g}x"] = error @ x.T
        found[f"dW_{g}h"] = error @ h.T
        found[f"db_{g}"] = error.sum(axis=1, keepdims=True)
    return found
