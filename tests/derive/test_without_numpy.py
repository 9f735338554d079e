"""The derivation where there is no NumPy, as in a browser: the same text, letter by letter."""

import subprocess
import sys

# Refuses NumPy to everybody, SymPy too; then prints all that is derived.
PROGRAM = """
import json, sys

class No:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "numpy":
            raise ModuleNotFoundError("No module named 'numpy'", name="numpy")

if sys.argv[1] == "without":
    sys.meta_path.insert(0, No())
else:
    import numpy
from lstm_ref.derive import catalogue, page, report

OWN = '''@cell
def Mine(x, d: scalar, /, h, C, f, k, v, q, *, W, b, gamma=0.1):
    f[t] = exp(-gamma * d[t])
    k[t] = W.k @ x[t]
    v[t] = tanh(W.v @ x[t] + b.v)
    q[t] = W.q @ x[t]
    C[t] = f[t] * C[t - 1] + outer(v[t], k[t])
    h[t] = C[t] @ q[t]
'''
for name in ("LSTM", "FGR"):
    cell = catalogue.CELLS[name]
    print(report.text(cell, jacobian=True), report.as_latex(cell), report.CODE["torch"](cell))
    for language in ("numpy", "c", "javascript", "javascript-module"):
        print(report.CODE[language](cell))
for text in (OWN, OWN.replace("W.k @", "W.k *"), "from lstm_ref.derive.catalogue import GRU_AFTER"):
    for part in page.answers(text):
        print(json.dumps(part))
print("numpy" in sys.modules, file=sys.stderr)
"""


def derived(how):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.strip()


def test_a_derivation_needs_no_numpy():
    plain, loaded = derived("without")
    assert loaded == "False"
    assert (plain, "True") == derived("with")
    for said in ("27 of 27 identities hold", '"part": "proof"', "W_k is a matrix", "import torch"):
        assert said in plain
