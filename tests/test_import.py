"""Importing the package is cheap: NumPy and nothing else."""

import subprocess
import sys

HEAVY = ("sympy", "autograd", "matplotlib", "torch", "onnxruntime", "IPython")
HEAVY += ("keras", "safetensors", "tqdm")
MODULES = (
    "lstm_ref",
    "lstm_ref.cells.lstm, lstm_ref.cells.elman",
    "lstm_ref.cells.gru_before, lstm_ref.cells.gru_after",
    "lstm_ref.check.witnesses, lstm_ref.learn.optim, lstm_ref.learn.output_layer",
    "lstm_ref.interop.torch_bridge, lstm_ref.interop.keras_bridge, lstm_ref.interop.onnx_bridge",
    "lstm_ref.book, lstm_ref.interop.command, lstm_ref.interop.vectors, lstm_ref.__main__",
    "lstm_ref.learn.experiments, lstm_ref.learn.network, lstm_ref.learn.storage",
)


def test_import_loads_nothing_heavy():
    for modules in MODULES:
        code = f"import sys, {modules}; print([m for m in {HEAVY} if m in sys.modules])"
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert out.returncode == 0, out.stderr
        assert out.stdout.strip() == "[]", f"import {modules} loads {out.stdout.strip()}"


def test_every_generated_cell_loads_without_sympy():
    from pathlib import Path

    import lstm_ref.generated

    folder = Path(lstm_ref.generated.__file__).parent
    modules = ", ".join(f"lstm_ref.generated.{p.stem}" for p in sorted(folder.glob("[!_]*.py")))
    code = f"import sys, lstm_ref.derive, {modules}; print('sympy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "False", out.stderr
