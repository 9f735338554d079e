"""Processor time of a derivation: terms, proof, code, LaTeX, for cells of 10, 20 and 40 signals.

    python benchmarks/derivation.py [SIGNALS ...]

Each cell is a chain of gates, candidates and memories, every one reading the one before; with
`coupled` in place of a number it is twelve signals that all read each other. Every cell is measured
in a process of its own, in which nothing has been derived before.
"""

import subprocess
import sys
import time

import sympy

from lstm_ref.derive import proof
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.derive.declare.declaration import Cell, Equation
from lstm_ref.derive.expressions import Dot, at, sigma, tanh
from lstm_ref.derive.typeset import latex

WIDE = 12


def product(name, vector):
    return Dot(sympy.Symbol(f"W_{name}"), vector)


def chain(signals):
    """Gate, candidate, memory, and again; the output is a memory."""
    names = [f"g{k}" for k in range(signals - 1)] + ["h"]
    equations = {}
    for k, name in enumerate(names):
        before, kind = at(names[k - 1]) if k else at("x"), (signals - 1 - k) % 3
        if kind == 0 and k > 1:
            gate = at(names[k - 2])
            equations[name] = gate * at(name, 1) + (1 - gate) * before
        else:
            seen = product(f"{name}x", before) + product(f"{name}h", at("h", 1))
            equations[name] = (sigma if kind == 2 else tanh)(seen + sympy.Symbol(f"b_{name}"))
    return equations


def coupled():
    """Every signal reads all others, by a matrix one step back and unit by unit."""
    names = [f"g{k}" for k in range(WIDE - 1)] + ["h"]
    equations = {}
    for k, name in enumerate(names):
        seen = [product(f"{name}x", at("x"))]
        seen += [product(f"{name}{other}", at(other, 1)) for other in names]
        seen += [at(other) * at(other, 1) for other in names[:k]]
        equations[name] = tanh(sympy.Add(*seen))
    return equations


def measure(word):
    """One line of the table."""
    equations = coupled() if word == "coupled" else chain(int(word))
    cell = Cell("Chain", "", "x", {name: Equation(name, e) for name, e in equations.items()})
    steps = {
        "terms": lambda: cell.terms,
        "proof": lambda: proof.prove(cell),
        "code": lambda: numpy_code.source(cell),
        "LaTeX": lambda: latex.document(cell),
    }
    seconds = {}
    for name, step in steps.items():
        start = time.process_time()
        found = step()
        seconds[name] = time.process_time() - start
        assert name != "proof" or all(identity.holds for identity in found)
    columns = "".join(f"{value:8.2f}" for value in (*seconds.values(), sum(seconds.values())))
    print(f"{len(equations):3} {word:8}{columns}", flush=True)


def main():
    words = sys.argv[1:] or ["10", "20", "40", "coupled"]
    if len(words) == 1:
        return measure(words[0])
    print("signals       terms   proof    code   LaTeX     all   seconds")
    for word in words:
        subprocess.run([sys.executable, __file__, word], check=True)


if __name__ == "__main__":
    main()
