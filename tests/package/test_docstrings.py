"""Every public function, method and class says what it is."""

import ast
from pathlib import Path

import pytest

import lstm_ref

PACKAGE = Path(lstm_ref.__file__).parent
# What stands under these says itself what it is: equations, and the sentence of a mistake.
SPEAKING = ("cell", "mistake")


def silent(body, inside=""):
    """Names of what has no docstring, methods as Class.method."""
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        heads = {ast.unparse(each).partition("(")[0] for each in node.decorator_list}
        if not ast.get_docstring(node) and not heads & set(SPEAKING):
            yield inside + node.name
        if isinstance(node, ast.ClassDef):
            yield from silent(node.body, f"{inside}{node.name}.")


def test_what_says_nothing_is_found():
    code = "def f(): ...\nclass C:\n    def g(self):\n        'A word.'\n    def h(self): ..."
    code += "\ndef _hidden(): ...\n@mistake('x')\ndef m(): ..."
    assert list(silent(ast.parse(code).body)) == ["f", "C", "C.h"]


@pytest.mark.parametrize(
    "room", sorted({p.parent for p in PACKAGE.rglob("*.py")}), ids=lambda p: p.name
)
def test_every_public_thing_has_a_docstring(room):
    for path in sorted(room.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        assert ast.get_docstring(tree), path.name
        assert list(silent(tree.body)) == [], path.name
