"""A declaration answered part by part: what the page that derives a reader's cell shows.

    for part in answers(text): ...

Each part is a dict that JSON can hold. A part says what it is in `kind`: "part" with `part`
"equations", "steps", "proof", "code", in this order, or "refused". Runs without NumPy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lstm_ref.derive import proof, terms, tree
from lstm_ref.derive.codegen import c_code, js_code, numpy_alone, torch_code
from lstm_ref.derive.declare import checks, running
from lstm_ref.derive.declare.declaration import DeclarationError
from lstm_ref.derive.typeset import latex, rules
from lstm_ref.derive.typeset.alphabets import Text
from lstm_ref.derive.typeset.carried import ERROR
from lstm_ref.derive.typeset.ranks import of_names

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.typeset.lines import Line

Part = dict[str, Any]
CODE = {
    "numpy": numpy_alone.source,
    "c": c_code.source,
    "javascript": js_code.source,
    "torch": torch_code.source,
}


def answers(text: str) -> Iterator[Part]:
    """The parts of the answer to a declaration, each as soon as it is there.

    - equations: `name`, `title`, `lines` of LaTeX, `words` that they take for granted, `remarks`;
    - steps: `lines`, each with `group`, `title`, `latex`, and `words` where an error term arises;
    - proof: `claims`, each with `what`, `latex` or None, `holds` and `why`; `assumed`;
    - code: the text of a file for each language of `CODE`;
    - refused: `message`, `cure` or None, `line` and `column` from 1 or None, which ends the answer.
      A column counts units of UTF-16, as an editor in a browser does.
    """
    try:
        cell = running.from_text(text)
        for name, part in PARTS.items():
            yield {"kind": "part", "part": name, **part(cell)}
    except DeclarationError as error:
        yield refused(error, text)
    except Exception as error:  # of SymPy, for a cell that nobody has thought of
        yield refused(DeclarationError(f"no derivation: {type(error).__name__}: {error}"), text)


def refused(error: DeclarationError, text: str) -> Part:
    """A fault of a text: its message and its cure apart."""
    message, _, cure = error.said.partition("; ")
    place = {"line": error.line, "column": _column(error, text)}
    return {"kind": "refused", "message": message, "cure": cure or None, **place}


def _column(error, text):
    """The column in units of UTF-16."""
    lines = re.split(r"\r\n|\r|\n", text)
    if error.line is None or error.column is None or not 0 < error.line <= len(lines):
        return None
    before = lines[error.line - 1].encode("utf-8", "replace")[: error.column - 1]
    return len(before.decode("utf-8", "ignore").encode("utf-16-le")) // 2 + 1


def equations(cell: Cell) -> Part:
    """The forward pass, a block of LaTeX for each equation, and what goes without saying."""
    lines = [_block(cell, line) for line in latex.PARTS["Equations"](cell)]
    words = rules.sentences(cell, Text(of_names(cell)))
    title = cell.title if cell.doc else None
    found = {"lines": lines, "words": words, "remarks": checks.remarks(cell)}
    return {"name": cell.name, "title": title, **found}


def steps(cell: Cell) -> Part:
    """Error terms step by step, the gradients of the weights, the errors that are passed on."""
    groups = {name: rows for name, rows in latex.PARTS.items() if name != "Equations"}
    return {"lines": [_step(cell, name, line) for name in groups for line in groups[name](cell)]}


def _step(cell, group, line):
    style = Text(of_names(cell), start=line.start)
    found = {"group": group, "title": style.line(line.left), "latex": _block(cell, line)}
    if isinstance(line.left, tree.Delta):
        found["words"] = _uses(cell, line.left.name)
    return found


def _uses(cell, name):
    """The equations through which an error reaches a signal."""
    readers = dict.fromkeys((term.by, term.lag) for term in terms.of(cell, name))
    where = [f"{by}[t+1]" if lag else f"{by}[t]" for by, lag in readers]
    where += ["the outside, as the output"] * (name == cell.output)
    return f"{name}[t] acts on the error through {' and '.join(where)}."


def _block(cell: Cell, line: Line) -> str:
    return str(latex.aligned([line], latex.printer(cell)))


def proved(cell: Cell) -> Part:
    """What is shown in index notation, for any size and any number of steps."""
    claims = [
        {**_claim(cell, identity.of), "holds": identity.holds, "why": _doubt(identity)}
        for identity in proof.prove(cell)
    ]
    return {"claims": claims, "assumed": list(proof.ASSUMED)}


def _doubt(identity):
    """Why an identity is not shown, or None."""
    if identity.holds:
        return None
    return identity.why or "the forms differ, and all numbers that were tried agree"


TIMES = {"t": "at every step before the last", "T": "at the last step", "0": "at the start"}


def _claim(cell, of):
    """What an identity is about, in words and in LaTeX."""
    if of.startswith("slope of "):
        return {"what": f"the {of.replace(' of ', ' of the activation of ')}", "latex": None}
    name, _, time = of.removesuffix("]").partition("[")
    what = f"the error of {name} {TIMES[time]}" if time else f"the gradient of {name}"
    symbol = tree.Signal(name) if time else tree.Parameter(name)
    style = latex.printer(cell, width=None)
    style = style.at_start() if time == "0" else style
    shown = style.line(tree.Partial(ERROR, symbol)) if time != "T" else None
    return {"what": what, "latex": shown}


def code(cell: Cell) -> Part:
    """The cell as files that stand alone."""
    return {language: source(cell) for language, source in CODE.items()}


PARTS = {"equations": equations, "steps": steps, "proof": proved, "code": code}
