"""What `lstm-ref study report` prints and draws."""

import json
import math
import sys

import pytest
from test_study_compare import ladder, study

from lstm_ref import __main__ as program
from lstm_ref import study as room
from lstm_ref.study import importance, report, space, stored

SETTINGS = [*space.RANGES]
PLACES = [1e-6, 1e-4, 1e-2]


def fanova(of, cells):
    """The form of `importance.compute`, with numbers that are easy to find again."""
    names = [*SETTINGS, "learning_rate,size", "rest"]
    shares = {name: {"mean": 0.32 / 2**k, "deviation": 0.01} for k, name in enumerate(names)}
    marginal = {"at": PLACES, "mean": [0.9, 0.5, 0.7], "deviation": [0.1] * 3}
    pair = {"at": [PLACES, [20, 60, 200]], "mean": [[3, 3, 1], [2, 1, 2], [1, 2, 3]]}
    each = {"trials": 9, "shares": shares, "marginals": {"learning_rate": marginal}}
    each["pairs"] = {"learning_rate,size": pair}
    head = {"format": importance.FORMAT, "version": 1, "of": of, "versions": {}, "trees": 64}
    return {**head, "seeds": 5, "tasks": {"speech": dict.fromkeys(cells, each)}}


@pytest.fixture
def small():
    ill = [(math.nan, math.inf)] * 12
    return study(VANILLA=ladder(30), NP=ladder(30, -0.2), FGR=ladder(21), NIG=ladder(3), NOG=ill)


@pytest.fixture
def file(small, tmp_path):
    stored.write(tmp_path / "a.json", small)
    importance.write(tmp_path / "a.importance.json", fanova(small.digest, ["all", "VANILLA", "NP"]))
    return tmp_path / "a.json"


def test_the_tables(file, capsys):
    assert program.main(["study", "report", str(file)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0][:4] == ["$", "python", "-m", "lstm_ref"]
    assert " ".join(lines[1]) == "96 trials, 0.0027 hours of processor time"
    rows = {line[0]: line[1:] for line in lines if line and line[0] in space.CELLS}
    assert rows["VANILLA"] == ["30", "0", "0", "41", "3", "41.5", "42", "42.5", "42", "1"]
    assert rows["NP"][:10] == ["30", "0", "0", "21", "3", "21.5", "22", "22.5", "22", "1"]
    assert rows["NP"][10] == "-20" and rows["NP"][-1] == "better" and rows["NP"][13] == "4"
    assert rows["FGR"][-1] == "worse" and len(rows["NP"]) == 17
    assert rows["NIG"][4] == "1" and rows["NIG"][9:] == ["-", "26", *"-----"]
    assert rows["NOG"][3:] == ["inf", "2", "inf", "inf", "inf", *"--", *"------"]
    assert ["learning_rate", "×", "size", "1.0", "2.0", "2.0", "2.0"] in lines
    assert [line for line in lines if line[:1] == ["size"]] == [
        ["size", "1.0", "32.0", "32.0", "32.0"]
    ]


def test_as_json(file, small, capsys):
    assert program.main(["study", "report", str(file), "--json"]) == 0
    printed = capsys.readouterr().out
    found = json.loads(printed, parse_constant=lambda name: pytest.fail(name))
    task = found["tasks"]["speech"]
    assert found["commands"] == small.commands and found["importance"]["of"] == small.digest
    assert [row["cell"] for row in task["cells"]] == small.cells("speech")
    by_name = {row["cell"]: row for row in task["cells"]}
    assert by_name["NP"]["against"]["difference"] == pytest.approx(-20)
    assert by_name["NP"]["verdict"] == "better" and by_name["VANILLA"]["against"] is None
    assert by_name["NOG"]["valid"] is None and by_name["NOG"]["tenth"] == [None, None]
    assert len(task["curves"]["NP"]) == 3 and by_name["NP"]["settings"]["size"] > 19


def test_fewer_trials_and_no_scikit_learn(file, capsys, monkeypatch):
    """The stored fANOVA is of other trials then, and cannot be had."""
    monkeypatch.delitem(sys.modules, "lstm_ref.study.forest", raising=False)
    monkeypatch.delattr(room, "forest", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    assert program.main(["study", "report", str(file), "--trials", "10"]) == 0
    printed = capsys.readouterr()
    assert "scikit-learn: pip install 'lstm_ref[study]'" in printed.err
    assert "% of the variance" not in printed.out
    assert printed.out.splitlines()[5].split()[:2] == ["VANILLA", "10"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["no.json"], "no.json"),
        (["{}", "--storage=a.db"], "FILE: expected a file or --storage, got both\n"),
        (["{}", "--trials=0"], "--trials: expected at least 1, got 0\n"),
        (["{}", "--figures=nowhere"], "--figures: no folder nowhere\n"),
    ],
)
def test_what_is_refused(file, arguments, message, capsys):
    arguments = [each.format(file) for each in arguments]
    assert program.main(["study", "report", *arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err and printed.out == ""


def test_numbers_for_reading():
    values = [3, 0.123456, -0.5, 12.3456, math.nan, math.inf, 123456.0]
    expected = ["3", "0.123", "-0.5", "12.35", "-", "inf", "1.235e+05"]
    assert [report.short(value) for value in values] == expected


NO_MATPLOTLIB = "Matplotlib is not installed, so nothing is drawn"


def test_figures(file, tmp_path, capsys):
    pytest.importorskip("matplotlib", reason=NO_MATPLOTLIB)
    before = {}
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        assert program.main(["study", "report", str(file), "--figures", str(folder)]) == 0
        written = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert written == (before or written)
        before = written
    names = ("cells", "curves", "shares", "rate", "rate-size")
    assert {*before} == {f"speech-{name}.svg" for name in names}
    assert all(text.startswith(b"<?xml") for text in before.values())
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 10 and str(tmp_path / "a" / "speech-cells.svg") in said


@pytest.fixture
def ax():
    figure = pytest.importorskip("matplotlib.figure", reason=NO_MATPLOTLIB)
    return figure.Figure().subplots()


def labels(axis):
    return [each.get_text() for each in axis.get_ticklabels()]


def test_the_figure_of_the_cells(ax, small):
    from lstm_ref.study import draw

    assert draw.tenths(ax, small, "speech") is ax
    assert labels(ax.yaxis) == small.cells("speech") == ["VANILLA", "NIG", "NOG", "NP", "FGR"]
    points = [line for line in ax.lines if line.get_marker() == "o"]
    assert [*points[2].get_xdata()] == [21, 22, 23] and {*points[2].get_ydata()} == {3}
    assert [line.get_markerfacecolor() != "white" for line in points] == [False] * 2 + [True] * 2
    band = [(each.get_x(), each.get_width()) for each in ax.patches if each.get_fill()]
    assert band == [(41.5, 1)], "VANILLA's box"
    assert [(each.get_text(), each.xy[1]) for each in ax.texts] == [("diverged", 2)]


def test_the_figures_of_the_fanova(ax, small):
    from lstm_ref.study import draw

    found = fanova("", ["all", "VANILLA", "NP"])
    found["tasks"]["speech"]["all"] = {"shares": None}
    draw.shares(ax, found, "speech")
    assert labels(ax.yaxis)[-2:] == ["pairs", "three and more"]
    widths = dict(zip(labels(ax.yaxis), (bar.get_width() for bar in ax.patches), strict=True))
    assert widths["size"] == 32 and widths["learning rate"] == 16 and widths["pairs"] == 2
    ax.clear()
    draw.rate_and_size(ax, found, "speech")
    assert ax.lines[0].get_xdata().tolist() == [1e-2, 1e-4, 1e-6], "the best rate of each size"
    ax.clear()
    draw.setting(ax, small, found, "speech")
    assert ax.get_xscale() == "log" and ax.lines[-1].get_ydata().tolist() == [0.9, 0.5, 0.7]
    sizes = [len(line.get_xdata()) for line in ax.lines if line.get_zorder() == 3]
    assert sizes == [30], "VANILLA's own"


def test_the_figure_of_the_curves(ax, small):
    from lstm_ref.study import draw

    draw.curves(ax, small, "speech", "NP")
    own, plain = ax.lines
    assert own.get_ydata()[1] == pytest.approx(0.22) and plain.get_ydata()[1] == pytest.approx(0.42)
