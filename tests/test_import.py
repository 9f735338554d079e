"""Importing the package is cheap: NumPy and nothing else."""

import subprocess
import sys

HEAVY = ("sympy", "autograd", "matplotlib", "torch", "onnxruntime", "IPython")
MODULES = (
    "lstm_ref",
    "lstm_ref.cells.lstm, lstm_ref.cells.elman",
    "lstm_ref.cells.gru_before, lstm_ref.cells.gru_after",
    "lstm_ref.check.witnesses, lstm_ref.learn.optim, lstm_ref.learn.readout",
)


def test_import_loads_nothing_heavy():
    for modules in MODULES:
        code = f"import sys, {modules}; print([m for m in {HEAVY} if m in sys.modules])"
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert out.returncode == 0, out.stderr
        assert out.stdout.strip() == "[]", f"import {modules} loads {out.stdout.strip()}"
