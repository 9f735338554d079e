"""Each optional package hidden: every module loads, or says what to install."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lstm_ref
from lstm_ref import optional
from lstm_ref.cells import lstm
from lstm_ref.check import witnesses
from lstm_ref.learn import progress

PACKAGE = Path(lstm_ref.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)
# Not even installed here, as with the lowest versions.
ABSENT = {package for package in optional.EXTRAS if importlib.util.find_spec(package) is None}
# Loads every module without some packages; prints name -> message of those that do not load.
LOAD = """
import importlib, json, sys
hidden, modules = json.loads(sys.argv[1]), json.loads(sys.argv[2])
sys.modules.update(dict.fromkeys(hidden))
failed = {}
for module in modules:
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        failed[module] = [error.name, str(error)]
print(json.dumps(failed))
"""


def without(*hidden):
    """name -> (the missing module, message) of the modules that do not load."""
    command = [sys.executable, "-c", LOAD, json.dumps(hidden), json.dumps(MODULES)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    failed = json.loads(done.stdout)
    return {
        m: said for m, said in failed.items() if said[0].split(".")[0] not in ABSENT - {*hidden}
    }


@pytest.fixture(scope="module")
def bare():
    """What does not load with NumPy alone."""
    return without(*optional.EXTRAS)


@pytest.mark.parametrize("package, at_least", [("sympy", 40), ("matplotlib", 10)])
def test_without_one_each_module_loads_or_says_what_to_install(package, at_least):
    failed = without(package)
    assert len(failed) >= at_least
    for module, (name, message) in failed.items():
        assert name.split(".")[0] == package, module
        assert f" needs {optional.remedy(package)}" in message, module


def test_what_is_used_in_functions_only_is_not_needed_to_load():
    assert without("autograd", "onnx", "onnxruntime", "safetensors", "tqdm") == {}


def test_with_numpy_alone_the_cells_work_and_the_rest_says_what_is_missing(bare):
    for module, (_, message) in bare.items():
        assert "pip install 'lstm_ref[" in message, module
    rooms = ("cells", "generated", "io", "check.witnesses", "learn.train", "interop.torch_bridge")
    for room in rooms:
        assert not [module for module in bare if module.startswith(f"lstm_ref.{room}")], room


def test_every_import_of_an_optional_package_is_guarded():
    """Those within functions, too: in the block `with needs(...)`, or with an answer of its own."""
    # A check that is not run, a bar that is not shown; a file whose `package` is asked before.
    answered = {"check/evidence.py", "learn/progress.py", "io/safetensors.py"}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        guarded = guarded_lines(tree)
        for node in ast.walk(tree):
            if set(imported(node)) & set(optional.EXTRAS) and node.lineno not in guarded:
                where = path.relative_to(PACKAGE).as_posix()
                assert behind(path) or where in answered, f"{where}:{node.lineno}"


def behind(path):
    """Whether a package around a module is guarded, so that it is loaded first."""
    around = [each for each in path.parents if PACKAGE in (each, *each.parents)]
    return any("with needs(__name__)" in (p / "__init__.py").read_text("utf-8") for p in around)


def imported(node):
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    return [(node.module or "").partition(".")[0]] if isinstance(node, ast.ImportFrom) else []


def guarded_lines(tree):
    """Lines in a block `with needs(...)`, and in `if TYPE_CHECKING`."""
    heads = {ast.With: lambda n: n.items[0].context_expr, ast.If: lambda n: n.test}
    blocks = [n for n in ast.walk(tree) if type(n) in heads]
    words = ("needs(", "TYPE_CHECKING")
    blocks = [n for n in blocks if ast.unparse(heads[type(n)](n)).startswith(words)]
    return {line for n in blocks for line in range(n.lineno, n.end_lineno + 1)}


def test_the_missing_of_somebody_else_is_left_as_it_is():
    with pytest.raises(ModuleNotFoundError, match="No module named 'nowhere_at_all'"):
        with optional.needs("x"):
            import nowhere_at_all  # noqa: F401


def test_autograd_missing_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "autograd", None)
    tensors = witnesses.problem(lstm, np.random.default_rng(0))[0]
    with pytest.raises(ModuleNotFoundError, match=r"needs autograd: pip install 'lstm_ref\[check"):
        witnesses.by_autograd(lstm, tensors, {})


def test_no_bar_without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert isinstance(progress.bar(True, 3), progress.Silent)


@pytest.mark.parametrize("command", [["derive", "LSTM"], ["vectors", "gates.py:Mine"]])
def test_a_command_without_sympy_says_it_in_a_line(command):
    code = "import runpy, sys; sys.modules['sympy'] = None; "
    code += "sys.argv[0] = 'lstm-ref'; runpy.run_module('lstm_ref', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True)
    said = f"lstm_ref {command[0]} needs SymPy: pip install 'lstm_ref[derive]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
