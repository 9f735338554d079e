"""Python of somebody else, run for the cell that it declares; faults with their line and cure."""

from __future__ import annotations

import ast
import sys
import traceback
import warnings
from types import CodeType

import lstm_ref
from lstm_ref.derive.declare import refusals
from lstm_ref.derive.declare.declaration import Cell, DeclarationError
from lstm_ref.derive.declare.notes import Place, place

NAME = "<declaration>"  # of the file that a text without a file is for Python
NO_CELL = "there is no cell; a cell is a function with @cell above it"


def from_text(text: str) -> Cell:
    """The cell that a text declares; the words of the language need not be imported in it.

    A name with a line in front, as in _Base, is passed over where there is another cell.
    Raises DeclarationError with the line in the text, for whatever is wrong with it as Python too.
    """
    space = {"__name__": "declaration", **{word: getattr(lstm_ref, word) for word in words()}}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd is told below, if it fails
            tree = ast.parse(text, NAME)
            exec(compile(tree, NAME, "exec", dont_inherit=True), space)
    except (Exception, SystemExit) as error:
        raise fault(error, NAME) from error
    return _only(space, tree)


def words() -> list[str]:
    """What `lstm_ref` offers for declarations."""
    return sorted(lstm_ref._WHERE)


def fault(error: BaseException, file: str) -> DeclarationError:
    """An error that ended the run of a file, as one of its declaration, with the line and the cure.

    file: as it was compiled. The message begins with no name of it.
    """
    where = _last(error, file)
    if isinstance(error, DeclarationError):
        where = where if error.line is None else (error.line, error.column)
        return DeclarationError(error.said, "", *where)
    if isinstance(error, SyntaxError) and error.filename == file:
        return _no_python(error)
    if isinstance(error, SystemExit):
        end = f"it ends Python, with exit code {error.code!r}; put that under "
        return DeclarationError(f'{end}if __name__ == "__main__"', "", *where)
    if isinstance(error, RecursionError):
        return DeclarationError(refusals.RECURSION, "", *where)
    said = ": ".join(filter(None, [type(error).__name__, str(error)]))
    return DeclarationError(f"{said}{refusals.outside(error)}", "", *where)


def _last(error: BaseException, file: str) -> Place:
    """Where in the file the error arose."""
    found: CodeType | None = None
    at = 0
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == file:
            found, at = frame.f_code, frame.f_lasti
    return (None, None) if found is None else place(found, at)


def _no_python(error):
    """A line that Python cannot read: most often a product without a sign."""
    line, said = error.text or "", f"{type(error).__name__}: {error.msg}"
    cure = "; a product is written with *, that of a matrix with @: b.h * h[t-1], W.hx @ x[t]"
    cure = cure if str(error.msg).startswith("invalid syntax") else ""
    column = None if not error.offset else len(line[: error.offset - 1].encode()) + 1
    shown = f": {line.strip():.80}" if line.strip() else ""
    return DeclarationError(f"{said}{shown}{cure}", "", error.lineno, column)


def _only(space, tree):
    """The one cell among what the text has defined; one that it imports counts if there is none."""
    catalogue = sys.modules.get("lstm_ref.derive.catalogue")
    others = {id(cell) for cell in catalogue.CELLS.values()} if catalogue else set()
    cells = {id(value): name for name, value in space.items() if isinstance(value, Cell)}
    own = [name for key, name in cells.items() if key not in others] or [*cells.values()]
    names = [name for name in own if not name.startswith("_")] or own
    if not names:
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        line = functions[0].lineno if functions else None
        raise DeclarationError(NO_CELL, "", line, None if line is None else 1)
    if len(names) > 1:
        cure = f"leave one, or call one that is only built upon _{names[0]}"
        said = f"{names[1]} is a second cell beside {names[0]}; {cure}"
        raise DeclarationError(said, "", *_bound(names[1], tree))
    return space[names[0]]


def _bound(name: str, tree: ast.Module) -> Place:
    """Where a name gets its value."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node]
        if name in {getattr(each, "id", getattr(each, "name", None)) for each in targets}:
            return node.lineno, node.col_offset + 1
    return None, None
