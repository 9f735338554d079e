"""The LSTM, derived and checked: NumPy cells whose gradients are proven right.

Importing this package loads NumPy and nothing else.
Start with ``from lstm_ref.cells import lstm``; every cell module has the same five functions,
``init``, ``step``, ``forward``, ``step_backward`` and ``backward``.

Shapes, everywhere: T steps, D inputs, H units, B samples as columns.
A sequence x is (T, D, B), a state h or c is (H, B), a bias is (H, 1).
"""

__version__ = "0.1.0"
