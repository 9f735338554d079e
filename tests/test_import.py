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


def test_vectors_and_diagnose_need_no_sympy_for_the_catalogue(tmp_path):
    right, wrong, noise = (str(tmp_path / f"{name}.npz") for name in ("right", "wrong", "noise"))
    code = f"""
import sys
sys.modules["sympy"] = None
import numpy as np
from lstm_ref.__main__ import main
from lstm_ref.diagnose import diagnose
from lstm_ref.interop import vectors
main(["vectors", "GRU_AFTER", "-o", {str(tmp_path / "layers.npz")!r}, "--layers", "2",
      "--both-ways", "--layout", "torch"])
main(["vectors", "GRU_AFTER", "-o", {right!r}])
main(["vectors", "--tells", {right!r}])
right = vectors.read({right!r})[1]
rng = np.random.default_rng(0)
np.savez({wrong!r}, **{{**right, "dW_zx": 2 * right["dW_zx"]}})
noise = {{n: v + rng.normal(size=v.shape) for n, v in right.items() if n in ("dW_zx", "dW_zh")}}
np.savez({noise!r}, **noise, dWq=noise["dW_zx"])
found = [main(["diagnose", f, "--cell", "GRU_AFTER"]) for f in ({right!r}, {wrong!r}, {noise!r})]
found.append(diagnose({{"dx": right["dx"]}}, "GRU_AFTER").ok)
from lstm_ref.cells import gru_after
found.append(diagnose(gru_after, "GRU_AFTER").ok)
assert found == [0, 1, 1, True, True], found
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
