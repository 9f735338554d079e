"""`make test-torch` runs every test that waits for PyTorch or Keras: nothing else would."""

import ast
import re

from places import ROOT

WAITS = re.compile(r"""importorskip\(\s*["'](torch|keras)["']""")


def waiting():
    """The tests that ask for PyTorch or Keras: files, or FILE::TEST where only some of it asks."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if not WAITS.search(text):
            continue
        name = path.relative_to(ROOT).as_posix()
        for node in ast.parse(text).body:
            part = ast.get_source_segment(text, node)
            if WAITS.search(part):
                yield f"{name}::{node.name}" if hasattr(node, "name") else name


def test_the_command_names_them_all():
    command = (ROOT / "tools" / "test_torch.sh").read_text(encoding="utf-8")
    named = set(re.findall(r"tests/\w+/test_[\w.:]+", command))
    wanted = set(waiting())
    assert len(wanted) >= 3
    files = {name.split("::")[0] for name in wanted}
    assert files == {name.split("::")[0] for name in named}
    # A function that is no test is called by one, which the command has to name by hand.
    tests = {name for name in wanted if "::test_" in name or "::" not in name}
    assert tests <= named, f"not run: {tests - named}"
