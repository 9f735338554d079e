"""Show a function's code on the page, so that nothing imported is hidden."""

import ast
import inspect
import textwrap


class Source:
    """Code that a notebook renders as a highlighted block and a terminal as plain text."""

    def __init__(self, where, code):
        self.where, self.code = where, code

    def _repr_markdown_(self):
        return f"`{self.where}`\n\n```python\n{self.code}\n```\n"

    def __repr__(self):
        return f"{self.where}\n\n{self.code}"


def source(*functions):
    """The code of functions of one module, docstrings left out: what the page has explained."""
    module = inspect.getmodule(inspect.unwrap(functions[0]))
    where = module.__name__.replace(".", "/") + ".py"
    return Source(where, "\n\n\n".join(without_docstring(f) for f in functions))


def without_docstring(function):
    """Source text of a function or class, comments kept, its docstring removed."""
    code = textwrap.dedent(inspect.getsource(function)).rstrip()
    lines = code.splitlines()
    body = ast.parse(code).body[0].body
    first = body[0]
    docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if docstring and isinstance(first.value.value, str) and len(body) > 1:
        del lines[first.lineno - 1 : first.end_lineno]
        while not lines[first.lineno - 1].strip():  # the blank line behind it
            del lines[first.lineno - 1]
    return "\n".join(lines)
