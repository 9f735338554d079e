"""The LSTM, derived and checked: NumPy cells whose gradients are proven right.

Importing this package loads nothing else, and its cells load NumPy only.
Start with ``from lstm_ref.cells import lstm``. Every cell module has ``SHAPES``, ``STATES``,
``init``, ``forward`` and ``backward``; the plain ones have ``step`` and ``step_backward``, too.

Shapes, everywhere: T steps, D inputs, H units, B samples as columns.
A sequence x is (T, D, B), a state h or c is (H, B), a bias is (H, 1).
"""

__version__ = "0.1.0"
