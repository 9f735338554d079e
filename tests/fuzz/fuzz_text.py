"""Doors that read text: declarations of cells, and the command line."""

from __future__ import annotations

import contextlib
import io
import re
from contextlib import redirect_stderr, redirect_stdout
from functools import cache

import fuzz_bytes
import fuzz_files
import numpy as np
from fuzz_case import Case, Door, same

from lstm_ref.__main__ import main
from lstm_ref.check import witnesses
from lstm_ref.derive.declare import files
from lstm_ref.derive.expressions import DeclarationError
from lstm_ref.interop import vectors

SOURCE = '''from lstm_ref.derive.declare.language import cell
from lstm_ref.derive.expressions import sigma, t, tanh


@cell
def Mine(x, {signals}, *, W, b):
    """A cell of a test."""
{body}
'''
BODIES = {
    "h": ["h[t] = tanh(W.hh @ h[t-1] + W.hx @ x[t] + b.h)"],
    "z, h": [
        "z[t] = sigma(W.zx @ x[t] + W.zh @ h[t-1] + b.z)",
        "h[t] = z[t] * h[t-1] + (1 - z[t]) * tanh(W.hx @ x[t] + b.h)",
    ],
    "f, c, h": [
        "f[t] = sigma(W.fx @ x[t] + W.fh @ h[t-1] + b.f)",
        "c[t] = f[t] * c[t-1] + tanh(W.cx @ x[t])",
        "h[t] = tanh(c[t])",
    ],
}
KINDS = {  # words of one kind stand in each other's place: the line stays a line
    "signal": "x[t] h[t-1] c[t] c[t-1] z[t] f[t-1] x[t-1] h[t+1] h[t-2] h[1] q[t] h x".split(),
    "parameter": "W.hh W.hx W.zx b.h b.f b.z W.cx W W.net_h W.x b.e 2.W".split(),
    "operator": "+ - * / @ ** , = % //".split(),
    "function": "tanh sigma abs sum exp print None".split(),
    "number": "0 1 2 0.5 -1 1e400 'a' 1j".split(),
    "else": "( ) [ ] . : \n e E S net_h q é lambda".split(" "),
}
WORD = re.compile(r"\w+\[t(?:-1)?\]|\w+\.\w+|\w+|\s+|\S")


def kind_of(word):
    return next((kind for kind, words in KINDS.items() if word in words), "else")


def declaration(rng, folder):
    """One or two words of the equations are lost, doubled, put in, or other ones."""
    signals = rng.choice(list(BODIES))
    lines = ["    " + line for line in BODIES[signals]]
    words = WORD.findall("\n".join(lines))
    done = []
    for _ in range(rng.choice([1, 1, 2])):
        k = rng.choice([k for k, word in enumerate(words) if word.strip()])
        near = rng.choice(KINDS[kind_of(words[k])])
        far = rng.choice(KINDS[rng.choice(list(KINDS))])
        new = rng.choice([[], [words[k]] * 2, [near], [near], [near], [far], [words[k], far]])
        done.append(f"{words[k]} -> {' '.join(new)}")
        words[k : k + 1] = new or [" "]
    path = folder / "mine.py"
    path.write_text(SOURCE.format(signals=signals, body="".join(words)), encoding="utf-8")
    return Case(
        "; ".join(done),
        lambda: files.declared(f"{path}:Mine"),
        right_gradients,
        (DeclarationError,),
        (path.name,),
    )


@cache
def _judged(equations):
    """A cell by its equations, once: its gradients are those of the complex step."""
    cell = FOUND[equations].module
    rng = np.random.default_rng(5)
    tensors, errors = witnesses.problem(cell, rng, T=2, B=1, D=2, H=2)
    try:
        with np.errstate(all="ignore"):
            own = witnesses.by_hand(cell, tensors, errors)
            other = witnesses.by_complex_step(cell, tensors, errors)
    except FloatingPointError:
        return True  # it overflows, and says so
    return all(np.allclose(own[n], other[n], rtol=1e-8, atol=1e-10) for n in own)


FOUND: dict = {}


def right_gradients(cell):
    """What is accepted is a cell: it runs, and its derived gradients are right."""
    equations = repr([(n, str(e.expr)) for n, e in cell.equations.items()])
    FOUND.setdefault(equations, cell)
    return _judged(equations)


# ---- the command line

NUMBERS = ["0", "-1", "1", "2", "1.5", "1e3", "", " 2", "9" * 30, "9" * 5000, "x", "\u0663", "--T"]
NAMES = ["LSTM", "lstm", "Elman", "LSTN", "", " ", "x" * 300, "\udcff", "no.py:A"]
NAMES += ["..", "/dev/null", "\0", "-", "%s", "{}"]
OUTPUTS = ["no/such/a.npz", "a.txt", "", ".npz", "x" * 300 + ".npz", "\0.npz", "\udcff.json", "/"]


def command(rng, folder):
    """One of the commands with strange names and numbers."""
    cell, output = rng.choice(NAMES), rng.choice([*[str(folder / "a.npz")] * 9, *OUTPUTS])
    sizes = {f"--{k}": rng.choice("12345") for k in "TBDH"}
    if rng.random() < 0.6:
        sizes[rng.choice([*sizes, "--seed", "--cell", "--x"])] = rng.choice(NUMBERS)
    options = [word for pair in sizes.items() for word in pair]
    kinds = {
        "derive": ["derive", cell, "--format", rng.choice(["text", "latex", "x", ""])],
        "vectors": ["vectors", rng.choice([cell, "ELMAN"]), *options, "-o", output],
        "diagnose": ["diagnose", rng.choice([cell, output]), *options],
        "experiments": ["experiments", cell, "--seeds", rng.choice(NUMBERS), "-o", output],
        "none": [rng.choice([cell, "vectors", "diagnose", "--x"])],
    }
    arguments = rng.choice(list(kinds.values()))
    return Case(
        " ".join(repr(word)[:40] for word in arguments),
        lambda: run(arguments, folder),
        lambda result: may_end_so(result, arguments),
        (),
        (),
    )


def run(arguments, folder):
    """(exit code, output, errors) of a command in this process, in a folder."""
    out, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    errors.reconfigure(errors="backslashreplace")
    with contextlib.chdir(folder), redirect_stdout(out), redirect_stderr(errors):
        try:
            code = main(arguments)
        except SystemExit as end:
            code = end.code
    return code, *(s.detach().getvalue().decode() for s in (out, errors))


def may_end_so(result, arguments):
    """2 with one short message, or 0 for what was asked; 1 is for numbers that differ."""
    code, output, errors = result
    if code == 2:
        message = errors[errors.rfind("error:") :] if errors.startswith("usage:") else errors
        return (
            0 < len(message) < 600 and "Traceback" not in errors and "\n\n" not in message.strip()
        )
    if code != 0 or errors:
        return False
    if arguments[0] != "vectors":
        return arguments[0] == "derive" and bool(output)
    header, _ = vectors.read(arguments[-1])
    asked = dict(zip(arguments[2:-2:2], arguments[3:-2:2], strict=True))
    return all(header["sizes"][k] == int(asked[f"--{k}"]) for k in "TBDH")


# ---- diagnose, from file to report


def diagnosis(rng, folder):
    """Right numbers in a damaged file: unusable, or differing; right only if they still are."""
    right = folder.parent / "elman.json"
    if not right.exists():
        vectors.write(right, *vectors.make("ELMAN", T=2, B=2, D=2, H=3))
    data = right.read_bytes()
    damages = [fuzz_files.text] if rng.random() < 0.5 else [fuzz_bytes.raw]
    what, damaged = rng.choice(damages)(rng, data)
    path = folder / "mine.json"
    path.write_bytes(damaged)
    return Case(
        what,
        lambda: run(["diagnose", str(path), "--against", str(right)], folder),
        lambda result: _diagnosed(result, path, right),
        (),
        (),
    )


def _diagnosed(result, path, right):
    code, output, errors = result
    if code == 2 and "These inputs are not those of the vectors" in errors:
        return not output and len(errors) < 2000  # a report
    if code == 2:
        return may_end_so(result, []) and (path.name in errors or "mine" in errors)
    if code == 1:
        return bool(output) and not errors
    arrays, own = vectors.read_arrays(path)[1], vectors.read(right)[1]
    near = all(n in own and np.allclose(v, own[n], 1e-5, 1e-6) for n, v in arrays.items())
    return code == 0 and (same(arrays, own) or near)


DOORS = {
    "declaration": Door(declaration, 400),
    "command": Door(command, 400),
    "diagnose": Door(diagnosis, 150),
}
