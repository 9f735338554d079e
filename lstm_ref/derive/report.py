"""What `python -m lstm_ref derive` prints."""

import sys
import textwrap
from collections.abc import Callable
from typing import Any

from lstm_ref.derive import catalogue, proof
from lstm_ref.derive.codegen import c_code, js_code, js_terms, numpy_alone, torch_code
from lstm_ref.derive.declare import checks, files
from lstm_ref.derive.declare.declaration import Cell, DeclarationError
from lstm_ref.derive.typeset import appendix, latex
from lstm_ref.derive.typeset import jacobian as jacobians


def run(
    name: str | None,
    form: str,
    listing: bool,
    width: int | None = None,
    jacobian: bool = False,
) -> int:
    """Print a derivation, or the catalogue where no cell is named.

    width: letters on a line, by default what `latex` has; jacobian: with that of one step. Returns
    the exit code, 2 for unusable input.
    """
    if listing or name is None:
        print(catalogued())
        return 0
    try:
        cell = files.declared(name)
        print(CODE[form](cell).rstrip() if form in CODE else FORMATS[form](cell, width, jacobian))
    except (DeclarationError, jacobians.NoJacobian) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def catalogued() -> str:
    """The names and titles of the catalogue, by kind."""
    width = max(map(len, catalogue.CELLS))
    blocks = []
    for heading, names in catalogue.KINDS.values():
        rows = [f"  {name:{width}}  {catalogue.CELLS[name].title}" for name in names]
        blocks.append("\n".join([f"{heading}:", *rows]))
    return "\n\n".join(blocks)


def text(cell: Cell, width: int | None = None, jacobian: bool = False) -> str:
    """Equations, derivation and gradients as plain text, and what the proof says."""
    width = width or latex.COLUMNS
    parts = [f"{cell.name}: {cell.title}" if cell.doc else cell.name]
    parts += [f"{heading}\n\n{body}" for heading, body in latex.text(cell, width).items()]
    if jacobian:
        parts.append(f"One step\n\n{latex.jacobian_as_text(cell, width)}")
    if remarks := checks.remarks(cell):
        parts.append("\n".join(["Remarks\n", *(textwrap.fill(line, 79) for line in remarks)]))
    return "\n\n".join([*parts, f"Proof in index notation\n\n{proved(cell)}"])


BULLET: Any = {"initial_indent": "- ", "subsequent_indent": "  "}


def proved(cell: Cell) -> str:
    """How many identities are shown; which are in doubt, which refuted; what is assumed."""
    identities = proof.prove(cell)
    wrong, doubtful = proof.wrong(identities), proof.not_shown(identities)
    shown = len(identities) - len(wrong) - len(doubtful)
    lines = [f"{shown} of {len(identities)} identities hold for any size and any number of steps."]
    if doubtful:
        text = "Not shown, though all numbers that were tried agree"
        lines.append(f"{text}: {', '.join(doubtful)}.")
    if wrong:
        lines.append(f"Wrong, numbers differ: {', '.join(wrong)}.")
    lines.append("Taken for granted:")
    lines += [textwrap.fill(line, 79, **BULLET) for line in proof.ASSUMED]
    return "\n".join(lines)


def as_latex(cell: Cell, width: int | None = None, jacobian: bool = False) -> str:
    """The same as LaTeX, an appendix of a paper; needs amsmath."""
    return appendix.appendix(cell, width or latex.LETTERS, jacobian)


FORMATS = {"text": text, "latex": as_latex}
# language -> the text of a file; lines of code are as long as they are, a Jacobian has none
CODE: dict[str, Callable[[Cell], str]] = {"numpy": numpy_alone.source, "c": c_code.source}
CODE |= {"javascript": js_code.source, "javascript-module": js_code.module}
CODE |= {"javascript-terms": js_terms.module}
CODE |= {"torch": torch_code.source}
