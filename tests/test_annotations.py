"""Every public function says its types. What they say is checked by mypy, in `make lint`."""

import ast
from pathlib import Path

import lstm_ref

PACKAGE = Path(lstm_ref.__file__).parent


def public(body, inside=""):
    """(name, node) of the functions and methods that a reader may call.

    A function with @cell above it declares equations; its parameters are letters. One with
    @exercise(...) gives a right answer and is called by what judges.
    """
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            above = [ast.unparse(each).partition("(")[0] for each in node.decorator_list]
            if not {"cell", "exercise"} & {*above}:
                yield inside + node.name, node


def silent(code):
    """What has no annotation: "name: argument", "name: result"."""
    found = []
    for name, node in public(ast.parse(code).body):
        a = node.args
        arguments = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
        if "." in name and "staticmethod" not in map(ast.unparse, node.decorator_list):
            arguments = arguments[1:]  # self
        found += [f"{name}: {each.arg}" for each in arguments if each.annotation is None]
        found += [f"{name}: result"] * (node.returns is None)
    return found


def test_what_says_nothing_is_found():
    code = "def f(a: int, *b, c=1, **d) -> int: ...\nclass C:\n    def g(self): ...\ndef _h(x): ..."
    assert silent(code) == ["f: c", "f: b", "f: d", "C.g: result"]
    assert silent("@cell\ndef LSTM(x, h, *, W): ...") == []
    assert silent("@exercise('ex-a', wrong={})\ndef a(): ...") == []


def test_every_public_function_says_its_types():
    paths = sorted(PACKAGE.rglob("*.py"))
    found = {str(p.relative_to(PACKAGE)): silent(p.read_text("utf-8")) for p in paths}
    assert len(found) > 100
    assert {path: names for path, names in found.items() if names} == {}


def test_the_package_tells_that_it_is_typed():
    assert (PACKAGE / "py.typed").is_file()
