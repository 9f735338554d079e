"""Show a function's code on the page, so that nothing imported is hidden."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import groupby
from typing import Any


class Source:
    """Code that a notebook renders as a highlighted block; print it to have it as plain text."""

    def __init__(self, parts):
        self.parts = parts  # [(path of the module, names, code), ...]

    def _repr_markdown_(self):
        blocks = (f"`{where}`\n\n```python\n{code}\n```\n" for where, _, code in self.parts)
        return "\n".join(blocks)

    def __repr__(self):
        return "\n".join(f"source of {names} in {where}" for where, names, _ in self.parts)

    def __str__(self):
        return "\n\n\n".join(f"# {where}\n\n{code}" for where, _, code in self.parts)


def source(*objects: Any) -> Source:
    """The code of functions or classes, docstrings left out: what the page has explained.

    A block for each run of objects of one module, with the module's path above it.
    """
    if not objects:
        raise ValueError("source: expected at least one function or class")
    return Source(
        [
            (where, ", ".join(f.__name__ for f in group), _joined(group))
            for where, group in ((where, list(run)) for where, run in groupby(objects, _where))
        ]
    )


def _joined(objects):
    return "\n\n\n".join(without_docstring(f) for f in objects)


def _where(thing):
    return inspect.unwrap(thing).__module__.replace(".", "/") + ".py"


def without_docstring(thing: Any) -> str:
    """Source text of a function or class: comments and decorators kept, docstrings removed.

    A docstring that is the whole body stays, and so does one that shares its line with code.
    """
    code = textwrap.dedent(inspect.getsource(thing)).rstrip()
    lines = code.splitlines()
    for first, last in sorted(_docstrings(code), reverse=True):
        while last < len(lines) and not lines[last].strip():  # the blank line behind it
            last += 1
        del lines[first - 1 : last]
    return "\n".join(lines)


def _docstrings(code):
    """First and last line of each docstring that can go."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, kinds) or ast.get_docstring(node) is None or len(node.body) == 1:
            continue
        text, after = node.body[0], node.body[1]
        before = code.splitlines()[text.lineno - 1].encode()[: text.col_offset]
        last = text.end_lineno or text.lineno
        if not before.strip() and after.lineno > last:
            yield text.lineno, last
