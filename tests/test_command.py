"""The command line, as a newcomer types it."""

import subprocess
import sys

import pytest

from lstm_ref import __main__ as program
from lstm_ref.derive import catalogue

MINE = """
from lstm_ref.derive.expressions import sigma, t, tanh
from lstm_ref.derive.declare.language import cell


@cell
def Mine(x, h, g, *, W, b):
    g[t] = sigma(W.gh @ h[t - 1] + W.gx @ x[t] + b.g)
    h[t] = g[t] * h[t - 1] + (1 - g[t]) * tanh(W.hx @ x[t] + b.h)
"""


def shell(*arguments, cwd=None, **options):
    command = [sys.executable, "-m", "lstm_ref", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, **options
    )


@pytest.mark.parametrize("name", catalogue.BOOK)
@pytest.mark.parametrize("form", ["text", "latex", "numpy", "c", "javascript", "torch"])
def test_every_cell_in_every_format(name, form, capsys):
    assert program.main(["derive", name.lower(), "--format", form]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    if form == "text":
        assert "identities hold for any size and any number of steps." in out
        assert "Not shown" not in out and "Wrong" not in out
    elif form == "latex":
        assert out.count(r"\begin{align*}") == out.count(r"\end{align*}") == 4
    elif form == "c":
        assert f"{name}_forward" in out and out.endswith("#endif\n")
    elif form == "javascript":
        assert f"const {name} = (() => {{" in out and out.endswith("\n})();\n")
    else:
        compile(out, name, "exec")


def test_the_module_is_the_script_with_an_export(capsys):
    assert program.main(["derive", "LSTM", "--format", "javascript-module"]) == 0
    assert capsys.readouterr().out.endswith("\n})();\n\nexport default LSTM;\n")


def test_the_list(capsys):
    assert program.main(["derive", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(catalogue.CELLS)
    headings = [line for line in lines if line and not line.startswith("  ")]
    assert headings == [f"{heading}:" for heading, _ in catalogue.KINDS.values()]


def test_a_readers_file(tmp_path):
    (tmp_path / "my_cells.py").write_text(MINE, encoding="utf-8")
    for name in ("my_cells.py:Mine", "my_cells.py"):
        result = shell("derive", name, cwd=tmp_path)
        assert result.returncode == 0 and result.stderr == ""
        assert "g_t = σ(W_gh h_{t-1} + W_gx x_t + b_g)" in result.stdout
        assert "δ_g,t = ∂E/∂net_g,t" in result.stdout


@pytest.mark.parametrize(
    "text, name, message",
    [
        (None, "missing.py:Mine", "missing.py: no such file"),
        (MINE, "my.py:Other", "no cell 'Other'; the file has Mine"),
        (
            MINE + MINE.replace("Mine", "Two"),
            "my.py",
            "expected FILE.py:NAME; the file has Mine, Two",
        ),
        ("x = 1\n", "my.py:Mine", "the file has no cell; a cell is a function with @cell above it"),
        (
            "x = 1\nx[t] h[t]\n",
            "my.py:Mine",
            "x[t] h[t]; a product is written with *, that of a matrix with @: b.h * h[t-1]",
        ),
        ("from lstm_ref import sigmoid\n", "my.py:Mine", "; it is called sigma"),
        ("x = 1\ny = x / 0\n", "my.py:Mine", "my.py, line 2: ZeroDivisionError: division by zero"),
        (MINE.replace("h[t] =", "h ="), "my.py:Mine", "my.py: Mine, line 6: h has no equation"),
        (
            "import sys\nsys.exit(3)\n",
            "my.py:Mine",
            "my.py, line 2: it ends Python, with exit code 3; put that under if __name__ ==",
        ),
        (
            MINE.replace(" + W.gx @ x[t]", "").replace("W.hx @ x[t] + ", ""),
            "my.py",
            "my.py: Mine, line 6: the input x is never read; add it",
        ),
        (None, "NOBODY", "no cell 'NOBODY' in the catalogue; `derive --list` lists all"),
    ],
)
def test_unusable_input_is_told_in_one_line(tmp_path, text, name, message, monkeypatch, capsys):
    if text is not None:
        (tmp_path / "my.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert program.main(["derive", name]) == 2
    out, err = capsys.readouterr()
    assert out == "" and message in err and len(err.splitlines()) == 1


def test_a_readers_file_may_import_what_lies_beside_it(tmp_path, capsys):
    (tmp_path / "gates_of_mine.py").write_text("from sympy import sin as gate\n", encoding="utf-8")
    text = MINE.replace("sigma(", "gate(").replace(
        "\n\n\n", "\nfrom gates_of_mine import gate\n\n\n"
    )
    (tmp_path / "my.py").write_text(text, encoding="utf-8")
    before = list(sys.path)
    assert program.main(["derive", f"{tmp_path / 'my.py'}:Mine"]) == 0
    out, err = capsys.readouterr()
    assert "g_t = sin(W_gh h_{t-1} + W_gx x_t + b_g)" in out and err == ""
    assert sys.path == before


def test_a_docstring_of_a_reader_does_not_break_the_source(tmp_path, capsys):
    doc = "    r'''A \\xi gate and \"\"\" in it.'''\n"
    text = MINE.replace("*, W, b):\n", "*, W, b):\n" + doc)
    (tmp_path / "my.py").write_text(text, encoding="utf-8")
    assert program.main(["derive", f"{tmp_path / 'my.py'}", "--format", "numpy"]) == 0
    out = capsys.readouterr().out
    space = {}
    exec(compile(out, "my", "exec"), space)
    assert space["__doc__"].startswith('Mine: A \\xi gate and """ in it.')


def test_no_cell_no_command_and_a_reader_who_leaves_early():
    assert shell("derive").returncode == 2 and "expected a cell" in shell("derive").stderr
    assert shell().returncode == 2
    pipe = f"{sys.executable} -m lstm_ref derive FGR --format numpy | head -1"
    result = subprocess.run(pipe, shell=True, capture_output=True, text=True)
    assert result.stderr == "" and result.stdout.startswith('"""FGR')


def test_letters_on_a_terminal_that_knows_only_ascii():
    import os

    result = shell("derive", "ELMAN", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0 and "δ_h,t" in result.stdout


def test_without_sympy_it_says_what_to_install(monkeypatch, capsys):
    for name in [
        n for n in sys.modules if n == "sympy" or n.startswith(("sympy.", "lstm_ref.derive."))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("lstm_ref.derive.report", raising=False)
    monkeypatch.setitem(sys.modules, "sympy", None)
    assert program.main(["derive", "LSTM"]) == 2
    assert "needs SymPy: pip install 'lstm_ref[derive]'" in capsys.readouterr().err


def test_ctrl_c_ends_any_command_without_a_traceback(monkeypatch, capsys):
    from lstm_ref.derive import report

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "run", interrupted)
    assert program.main(["derive", "LSTM"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_width_and_jacobian(capsys):
    assert program.main(["derive", "LSTM", "--jacobian", "--width", "60"]) == 0
    text = capsys.readouterr().out
    assert "One step\n\n∂c_t/∂h_{t-1} = diag(c_{t-1} ⊙ f_t ⊙ (1 − f_t)) W_fh\n" in text
    lines = text.replace("\u0303", "").partition("Proof")[0].splitlines()[1:]
    assert 50 < max(map(len, lines)) <= 60
    assert program.main(["derive", "LSTM", "--jacobian", "--format", "latex"]) == 0
    text = capsys.readouterr().out
    assert r"\frac{\partial c_t}{\partial c_{t-1}} &= \operatorname{diag}(f_t)" in text
    assert text.startswith("% LSTM: ") and r"\usepackage{amsmath}" in text.splitlines()[1]


@pytest.mark.parametrize(
    "options, message",
    [
        (["--width", "10"], "--width: expected at least 20, got 10"),
        (["--format", "numpy", "--width", "60"], "--width and --jacobian are for text and latex"),
        (["--format", "torch", "--jacobian"], "--width and --jacobian are for text and latex"),
    ],
)
def test_unusable_options_of_derive(options, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        program.main(["derive", "LSTM", *options])
    assert message in capsys.readouterr().err
