"""The LSTM, derived and checked: NumPy cells whose gradients are proven right.

Importing this package loads nothing else, and its cells load NumPy only.
Start with ``from lstm_ref.cells import lstm``. Every cell module has ``SHAPES``, ``STATES``,
``init``, ``forward`` and ``backward``; the plain ones have ``step`` and ``step_backward``, too.

Shapes, everywhere: T steps, D inputs, H units, B samples as columns.
A sequence x is (T, D, B), a state h or c is (H, B), a bias is (H, 1).
"""

__version__ = "0.1.0"

# What declares a cell, loaded on first use, because it needs SymPy: module -> names.
_LANGUAGE = {
    "lstm_ref.derive.declare.language": "cell Family scalar fixed DeclarationError",
    "lstm_ref.derive.declare.declaration": "without",
    "lstm_ref.derive.declare.functions": (
        "exp log sqrt sin cos max min abs sum mean softmax norm dot outer diag spread"
    ),
    "lstm_ref.derive.expressions": "t sigma tanh relu softplus logsigmoid",
}
_WHERE = {name: module for module, names in _LANGUAGE.items() for name in names.split()}


def __getattr__(name):
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_WHERE[name]), name)
