"""The LSTM in C of chapter 9: it compiles without a warning and gives the golden numbers."""

import importlib.util
import re
import shutil
import subprocess

import numpy as np
import pytest
from places import ROOT

from lstm_ref.interop import vectors

SOURCE = ROOT / "book" / "_assets" / "lstm.c"
STRICT = ("-std=c99", "-O2", "-Wall", "-Wextra", "-pedantic", "-Werror")


@pytest.fixture(scope="module")
def compiler():
    found = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if found is None:
        pytest.skip("no C compiler found (cc, gcc, clang): the example in C was not run")
    return found


def run(compiler, folder, source, cell="LSTM", **sizes):
    """Golden vectors, and the file that the compiled program makes of their inputs."""
    header, golden = vectors.make(cell, **sizes)
    for suffix in ("h", "json"):
        vectors.write(folder / f"{cell.lower()}.{suffix}", header, golden)
    (folder / "lstm.c").write_text(source, encoding="utf-8")
    command = [compiler, *STRICT, "lstm.c", "-lm", "-o", "lstm"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    made = subprocess.run([folder / "lstm"], capture_output=True, check=True, timeout=60)
    (folder / "mine.json").write_bytes(made.stdout)
    return golden


def worst(folder, golden, cell="LSTM"):
    """The largest relative error of each array that differs by more than 1e-12."""
    header, mine = vectors.read_arrays(folder / "mine.json")
    assert header == {"cell": cell}
    assert set(mine) == {"h", *(n for n in golden if n[0] == "d" and n[1:] in golden)}
    assert all(mine[n].shape == golden[n].shape for n in mine)
    off = {n: np.max(np.abs(mine[n] - golden[n])) / np.max(np.abs(golden[n])) for n in mine}
    return {n: error for n, error in off.items() if error > 1e-12}


@pytest.mark.parametrize(
    "sizes",
    [dict(), dict(T=1, B=1, D=1, H=1), dict(T=9, B=2, D=7, H=3, seed=8)],
    ids=["the page's", "ones", "others"],
)
def test_the_c_program_gives_the_golden_numbers(compiler, sizes, tmp_path):
    assert (
        worst(tmp_path, run(compiler, tmp_path, SOURCE.read_text(encoding="utf-8"), **sizes)) == {}
    )


def test_it_reads_nothing_but_what_it_is_given():
    """None of the results in lstm.h is used: it would be no witness."""
    from foreign import inputs

    _, golden = vectors.make("LSTM")
    text = SOURCE.read_text(encoding="utf-8")
    results = set(golden) - set(inputs(golden))
    read = set(re.findall(r"\blstm_(\w+)", text))
    assert not results & read
    assert set(inputs(golden)) <= read


CAROUSEL = ("dc[k][s] = delta_c * f;", "dc[k][s] = 0 * f;")


def diagnosed(folder):
    """Exit code and words of `diagnose mine.json --against lstm.json`."""
    if importlib.util.find_spec("lstm_ref.diagnose.diagnosis") is None:
        pytest.skip("lstm_ref.diagnose.diagnosis is not there yet")
    import argparse
    import contextlib
    import io

    from lstm_ref.diagnose import command

    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(required=True))
    files = [str(folder / "mine.json"), "--against", str(folder / "lstm.json")]
    options = parser.parse_args(["diagnose", *files])
    with contextlib.redirect_stdout(io.StringIO()) as words:
        code = options.run(options)
    return code, words.getvalue()


def test_diagnose_says_that_it_agrees(compiler, tmp_path):
    run(compiler, tmp_path, SOURCE.read_text(encoding="utf-8"))
    assert diagnosed(tmp_path)[0] == 0


def test_a_mistake_in_c_shows(compiler, tmp_path):
    text = SOURCE.read_text(encoding="utf-8")
    assert text.count(CAROUSEL[0]) == 1
    wrong = worst(tmp_path, run(compiler, tmp_path, text.replace(*CAROUSEL)))
    assert "dW_fx" in wrong and "dc_0" in wrong and "h" not in wrong


def test_a_mistake_in_c_is_named(compiler, tmp_path):
    run(compiler, tmp_path, SOURCE.read_text(encoding="utf-8").replace(*CAROUSEL))
    code, words = diagnosed(tmp_path)
    assert code == 1 and "∂E/∂c_t lacks δ_c,t+1 ⊙ f_{t+1}" in words


# Exercise of chapter 9: peepholes. Old lines and new ones; the new ones stand in its solution.
PEEPHOLES = {
    "static const double (*const bias[4])[1]": """
static const double (*const w[4])[1] = {lstm_w_fc, lstm_w_ic, 0, lstm_w_oc};
static double dw[4][H];
static const double (*const bias[4])[1]""",
    "          gate[t][g][k][s] = g == C ? tanh(net) : 1 / (1 + exp(-net));": """
          if (g == F || g == I) net += w[g][k][0] * c[t - 1][k][s];
          gate[t][g][k][s] = g == C ? tanh(net) : 1 / (1 + exp(-net));
          if (g == O) gate[t][g][k][s] = net;""",
    "        h[t][k][s] = gate[t][O][k][s] * tanh(c[t][k][s]);": """
        double net_o = gate[t][O][k][s] + w[O][k][0] * c[t][k][s];
        gate[t][O][k][s] = 1 / (1 + exp(-net_o));
        h[t][k][s] = gate[t][O][k][s] * tanh(c[t][k][s]);""",
    "        delta[O][k] = delta_h * tanh_c * o * (1 - o);\n": "",
    "        double delta_c = dc[k][s] + delta_h * o * (1 - tanh_c * tanh_c);": """
        delta[O][k] = delta_h * tanh_c * o * (1 - o);
        double delta_c = dc[k][s] + delta_h * o * (1 - tanh_c * tanh_c);
        delta_c += w[O][k][0] * delta[O][k];""",
    "        dc[k][s] = delta_c * f;": """
        dc[k][s] = delta_c * f;
        dc[k][s] += w[F][k][0] * delta[F][k] + w[I][k][0] * delta[I][k];
        dw[F][k] += delta[F][k] * c[t - 1][k][s];
        dw[I][k] += delta[I][k] * c[t - 1][k][s];
        dw[O][k] += delta[O][k] * c[t][k][s];""",
}
PRINTED = """
  print("dw_fc", dw[F], 0, H, 1);
  print("dw_ic", dw[I], 0, H, 1);
  print("dw_oc", dw[O], 0, H, 1);
"""


def test_the_solution_with_peepholes(compiler, tmp_path):
    text = SOURCE.read_text(encoding="utf-8")
    for old, new in PEEPHOLES.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new.lstrip("\n"))
    text = text.replace('  print("h",', PRINTED + '  print("h",')
    text = text.replace("lstm_", "vanilla_").replace("LSTM_", "VANILLA_")
    text = text.replace('"lstm.h"', '"vanilla.h"').replace('\\"LSTM\\"', '\\"VANILLA\\"')
    golden = run(compiler, tmp_path, text, cell="VANILLA")
    assert worst(tmp_path, golden, "VANILLA") == {}
