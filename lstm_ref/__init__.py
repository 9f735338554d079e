"""The LSTM, derived and checked: NumPy cells whose gradients are proven right.

Importing this package loads nothing else, and its cells load NumPy only.
Start with ``from lstm_ref.cells import lstm``. Every cell module has ``SHAPES``, ``STATES``,
``init``, ``forward`` and ``backward``; the plain ones have ``step`` and ``step_backward``, too.

Shapes, everywhere: T steps, D inputs, H units, B samples as columns.
A sequence x is (T, D, B), a state h or c is (H, B), a bias is (H, 1).
"""

__version__ = "0.1.0"

# What declares a cell, loaded on first use, because it needs SymPy: name -> module.
_LANGUAGE = {
    "cell": "lstm_ref.derive.declare.language",
    "Family": "lstm_ref.derive.declare.language",
    "without": "lstm_ref.derive.declare.declaration",
    "sigma": "lstm_ref.derive.expressions",
    "t": "lstm_ref.derive.expressions",
    "tanh": "lstm_ref.derive.expressions",
}


def __getattr__(name):
    if name not in _LANGUAGE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_LANGUAGE[name]), name)
