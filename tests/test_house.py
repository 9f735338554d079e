"""The rooms of the package: imports run one way, downwards, and never in a circle."""

import ast
import graphlib
import inspect
from importlib import import_module
from pathlib import Path

import pytest

import lstm_ref

ROOT = Path(lstm_ref.__file__).parent
# Each may import what stands after it, and nothing that stands before.
ROOMS = """__main__ book study history learn diagnose mistakes interop check native generated derive
cells io arguments optional sizes types""".split()

# Looked up by a name when it is asked for, inside a function: no module needs the other to load.
BY_NAME = {
    ("lstm_ref.cells.resolve", "lstm_ref.generated"),  # what a name stands for may be generated
    ("lstm_ref.derive.declare.declaration", "lstm_ref.derive.catalogue"),  # is it in there?
}


def imported(source, package, for_types):
    """(line, dotted name) of everything of lstm_ref that a module imports, inside functions too.

    for_types: also what only annotations need, under `if TYPE_CHECKING`.

    package: where the module lies, for relative imports. `from a import b` gives "a.b", which may
    be a module or a name in one. Of import_module(f"a.b.{c}") it gives "a.b.".
    """
    tree = ast.parse(source)
    blocks = (
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test)
    )
    unread = set() if for_types else {node for block in blocks for node in ast.walk(block)}
    for node in (n for n in ast.walk(tree) if n not in unread):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(up if node.level else []), *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and called(node) == "import_module":
            first = node.args[0]
            first = first.values[0] if isinstance(first, ast.JoinedStr) else first
            names = [first.value] if isinstance(first, ast.Constant) else []
        yield from ((node.lineno, name) for name in names if name.split(".")[0] == "lstm_ref")


def called(call):
    """The last word of what is called: import_module of importlib.import_module(...)."""
    return getattr(call.func, "id", getattr(call.func, "attr", None))


def graph(sources, for_types=True):
    """module -> {module: line} for dotted name -> (source, whether it is a package)."""
    edges = {}
    for module, (source, is_package) in sources.items():
        package = module if is_package else module.rpartition(".")[0]
        edges[module] = {}
        for line, name in imported(source, package, for_types):
            while name and name not in sources:
                name = name.rpartition(".")[0]
            if name not in ("", module):
                edges[module].setdefault(name, line)
    return edges


def without(pairs, edges):
    """The edges without these; each must be there, and inside a function."""
    for module, target in pairs:
        assert target in edges[module], f"{module} no longer imports {target}"
        head = (n for n in ast.parse(inspect.getsource(import_module(module))).body)
        assert not any(target.rpartition(".")[2] in ast.unparse(n) for n in head if is_import(n))
    return {m: {t: n for t, n in ts.items() if (m, t) not in pairs} for m, ts in edges.items()}


def is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


def room(module):
    return module.split(".")[1]


def upward(edges):
    """Imports that run upwards, as "module:line imports module"."""
    found = []
    for module, targets in edges.items():
        for target, line in targets.items():
            inside = "lstm_ref" not in (module, target)  # the root: a version and lazy names
            if inside and ROOMS.index(room(target)) < ROOMS.index(room(module)):
                found.append(f"{module}:{line} imports {target}")
    return found


@pytest.fixture(scope="module")
def sources():
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ["lstm_ref", *path.relative_to(ROOT).with_suffix("").parts]
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found[name] = path.read_text(encoding="utf-8"), is_package
    return found


def test_every_module_is_in_a_room(sources):
    assert {room(module) for module in sources if module != "lstm_ref"} <= set(ROOMS)


def test_imports_run_downwards(sources):
    assert upward(without(BY_NAME, graph(sources))) == []


def test_no_circle(sources):
    edges = without(BY_NAME, graph(sources, for_types=False))
    order = list(graphlib.TopologicalSorter(edges).static_order())  # CycleError names a circle
    assert set(order) == set(edges)


BOTH = {"lstm_ref": ("", True), "lstm_ref.check": ("", True), "lstm_ref.learn": ("", True)}


@pytest.mark.parametrize(
    "source",
    [
        "import lstm_ref.learn",
        "def f():\n    from lstm_ref.learn import loop",
        "from .. import learn",
        "from ..learn.loop import fit",
        'import importlib\nimportlib.import_module(f"lstm_ref.learn.{name}")',
    ],
)
def test_an_upward_arrow_is_seen(source):
    found = upward(graph({**BOTH, "lstm_ref.check.a": (source, False)}))
    line = source[: source.find("learn")].count("\n") + 1
    assert found == [f"lstm_ref.check.a:{line} imports lstm_ref.learn"]
    assert upward(graph({**BOTH, "lstm_ref.learn.a": ("from ..check import b", False)})) == []


def test_a_circle_is_seen():
    a = "def late():\n    from lstm_ref.check import b"
    b = "from lstm_ref.check.a import late"
    made = graph({**BOTH, "lstm_ref.check.a": (a, False), "lstm_ref.check.b": (b, False)})
    with pytest.raises(graphlib.CycleError, match=r"check\.a"):
        list(graphlib.TopologicalSorter(made).static_order())


def test_what_only_annotations_need_makes_no_circle():
    a = "if TYPE_CHECKING:\n    from lstm_ref.check import b"
    made = {
        **BOTH,
        "lstm_ref.check.a": (a, False),
        "lstm_ref.check.b": ("import lstm_ref.check.a", False),
    }
    assert graph(made)["lstm_ref.check.a"] and not graph(made, False)["lstm_ref.check.a"]
