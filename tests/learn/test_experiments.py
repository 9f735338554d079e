"""Named experiments: their settings work, results are complete, nothing is lost on the way."""

import argparse
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from places import ROOT

from lstm_ref.cells import lstm
from lstm_ref.check import witnesses
from lstm_ref.learn import (
    command,
    condition_cells,
    experiments,
    loop,
    measures,
    network,
    tasks,
    trials,
)
from lstm_ref.learn.condition_cells import cell_of
from lstm_ref.learn.tasks import agreement

TINY = experiments.Experiment(
    about="a small one",
    expected="nothing",
    time="1 s",
    conditions={
        "one": dict(task="adding", T=8, K=1, H=3, B=4, updates=40, every=10, test=20)
        | dict(measure="squared error", goal=["<", 0.0]),
        "two": dict(task="temporal_order", T=12, K=8, H=3, B=4, updates=30, every=10, test=20),
    },
)
RESULTS = ROOT / command.FOLDER
CONDITIONS = [
    (name, condition)
    for name in experiments.EXPERIMENTS
    for condition in experiments.settings(name)
]


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(experiments.EXPERIMENTS, "tiny", TINY)


def cli(*arguments):
    parser = argparse.ArgumentParser(prog="lstm_ref")
    command.add(parser.add_subparsers(required=True))
    options = parser.parse_args(["experiments", *map(str, arguments)])
    return options.run(options)


@pytest.mark.parametrize("name, label", CONDITIONS)
def test_every_condition_runs(name, label):
    condition = experiments.settings(name)[label]
    assert json.loads(json.dumps(condition)) == condition
    short = condition | dict(updates=2, every=1, test=3, B=2, goal=None)
    if not {"shortest", "q"} & set(condition["options"]):  # or no T below would do
        short["T"] = min(condition["T"], 60)
    if "pool" in short:
        short["pool"] = 3
    short["learning_rate"] = min(condition["learning_rate"], 0.03)  # at 0.1 the IRNN may diverge
    cell, run = trials.train(short, 0)
    assert len(run.history["loss"]) == 2 and np.isfinite(run.history["score"]).all()
    b_y = run.params["b_y"]
    assert b_y.dtype == np.dtype(condition["dtype"]) and b_y.shape == (condition["K"], 1)


def test_every_output_layer_has_the_size_of_its_task():
    sizes = {"adding": 1, "temporal_order": 8, "continual_reber": 7, "recall_any": 2}
    sizes["country_any"] = len(tasks.LANGUAGES)
    sizes |= {"country_language": 4, "latest_marked": 4, "parity": 2, "binary_addition": 2}
    sizes |= {"embedded_reber": 7, "long_lag": 101, "distractors": 2, "two_sequence": 2}
    sizes |= {"adding_1997": 1, "multiplication_1997": 1}
    sizes["pronoun_gender"] = len(agreement.GENDER_WORDS)
    sizes["subject_verb"] = len(agreement.NUMBER_WORDS)
    for name, label in CONDITIONS:
        condition = experiments.settings(name)[label]
        options, size = condition["options"], sizes[condition["task"]]
        size = 4 if options.get("signals") == 2 else 2 if "asked" in options else size
        assert condition["K"] == size, name


def test_adding_400_is_solved():
    """One seed of the five here; all five are in the stored result."""
    condition = experiments.settings("adding-400")["LSTM chrono"]
    stated = dict(
        T=400, H=16, B=16, learning_rate=2e-2, dtype="float32", goal=["<", 0.01], test=200
    )
    assert {key: condition[key] for key in stated} == stated
    assert condition["start"] == {"forget_bias": "chrono", "T_max": 400}
    _, run = trials.train(condition, 2)
    assert run.solved <= 1000 and run.history["score"][-1] < 0.01


def test_stored_results_are_of_the_settings_of_today():
    for path in sorted(RESULTS.glob("*.json")):
        if path.stem not in experiments.EXPERIMENTS:
            continue  # made by another part
        result = json.loads(path.read_text(encoding="utf-8"))
        assert result["experiment"] == path.stem
        assert result["settings"] == experiments.settings(path.stem), f"run {result['command']}"
        assert {trial["condition"] for trial in result["trials"]} == set(result["settings"])
        if path.stem == "adding-400":
            solved = [trial for trial in result["trials"] if trial["solved"]]
            assert len(solved) >= 4 and all(trial["solved"] <= 1000 for trial in solved)


def gradients(kind, T, W_h=0.8):
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(0), T=T)
    tensors |= {n: W_h * tensors[n] for n in lstm.SHAPES if n.startswith("W") and n.endswith("h")}
    cell, _ = cell_of(kind)
    return witnesses.by_hand(cell, tensors, errors)


@pytest.mark.parametrize("kind", experiments.WRONG)
def test_the_wrong_gradients_are_wrong_in_the_stated_way(kind):
    without = kind == "LSTM without carousel"
    one, full = gradients(kind, 1), gradients("LSTM", 1)
    same = {name: value for name, value in one.items() if not name.endswith("_0")}
    witnesses.compare(same, {name: full[name] for name in same}, "the full gradient", tol=1e-12)
    long, full = gradients(kind, 6), gradients("LSTM", 6)
    assert np.abs(long["W_fx"] - full["W_fx"]).max() > 0.05 * np.abs(full["W_fx"]).max()
    # With no way from h_{t-1} into the gates the carousel is all there is.
    cut, full = gradients(kind, 6, W_h=0.0), gradients("LSTM", 6, W_h=0.0)
    if without:
        assert not cut["c_0"].any() and full["c_0"].any()
    else:
        witnesses.compare(cut, full, "the full gradient", tol=1e-12)


def test_the_result_is_complete(tiny, tmp_path, capsys):
    path = tmp_path / "tiny.json"
    assert cli("tiny", "--seeds", 2, "-o", path) == 0
    out, err = capsys.readouterr()
    assert "one, seed 1: squared error 0." in out and f"written to {path}" in out and err == ""
    assert "one: squared error < 0.0 with 0 of 2 seeds" in out
    result = json.loads(path.read_text())
    assert os.listdir(tmp_path) == ["tiny.json"]
    assert result["command"] == "python -m lstm_ref experiments tiny --seeds 2"
    assert result["settings"] == experiments.settings("tiny")
    assert {"numpy", "blas", "blas kernel", "simd", "threads"} <= set(result["versions"])
    found = [(trial["condition"], trial["seed"]) for trial in result["trials"]]
    assert found == [("one", 0), ("one", 1), ("two", 0), ("two", 1)]
    trial = result["trials"][1]
    assert trial["update"] == [10, 20, 30, 40] and len(trial["score"]) == 4
    assert trial["solved"] is None and trial["updates"] == 40
    again = trials.run("tiny", 2, tmp_path / "again.json", report=lambda text: None)
    assert without_time(again) == without_time(result)


def without_time(result):
    return {
        **result,
        "trials": [
            {k: v for k, v in trial.items() if k != "seconds"} for trial in result["trials"]
        ],
    }


def test_interrupted_it_goes_on(tiny, tmp_path, monkeypatch, capsys):
    want = trials.run("tiny", 2, tmp_path / "want.json", report=lambda text: None)
    count, real = [], tasks.adding

    def adding(*arguments, **options):
        count.append(1)
        if len(count) == 60:  # in the second trial
            raise KeyboardInterrupt
        return real(*arguments, **options)

    monkeypatch.setattr(tasks, "adding", adding)
    path = tmp_path / "tiny.json"
    assert cli("tiny", "--seeds", 2, "-o", path) == 130
    assert "the same command goes on from here" in capsys.readouterr().err
    assert not path.exists() and (tmp_path / ".tiny.partial").is_dir()
    assert cli("tiny", "--seeds", 2, "-o", path) == 0
    assert len(count) < 60 + 30 and not (tmp_path / ".tiny.partial").exists()
    assert without_time(json.loads(path.read_text())) == without_time(want)


KILLED = """
    import signal, sys
    signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs may ignore it
    from lstm_ref.learn import experiments, trials
    tiny = dict(task="adding", T=8, K=1, H=3, B=4, updates=int(sys.argv[2]), every=10, test=20)
    tiny["measure"] = "squared error"
    experiments.EXPERIMENTS["tiny"] = experiments.Experiment("", "", "", {"one": tiny})
    trials.run("tiny", 1, sys.argv[1])
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_from_the_keyboard_is_kept(tmp_path):
    script = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path / "tiny.json"), "1000000"]
    process = subprocess.Popen(script, stderr=subprocess.PIPE, text=True)
    folder, deadline = tmp_path / ".tiny.partial", time.monotonic() + 60
    while not folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0 and "Interrupted" in err
    assert (folder / "0-0.npz").exists() and not (tmp_path / "tiny.json").exists()


INTERRUPTED = """
    import signal, sys, time
    signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs may ignore it
    from lstm_ref import __main__

    def wait(*arguments):
        print("ready", flush=True)
        time.sleep(60)

    class Loading:
        def find_spec(name, *arguments):
            return wait() if name == sys.argv[2] else None

    if sys.argv[2] == "measure":
        from lstm_ref.learn import experiments, measures
        tiny = dict(task="adding", T=8, K=1, H=3, B=4, updates=2, every=1, test=20, after="stream")
        tiny["measure"] = "squared error"
        experiments.EXPERIMENTS["gender"] = experiments.Experiment("", "", "", {"one": tiny})
        measures.AFTER["stream"] = wait
    sys.meta_path.insert(0, Loading)
    sys.exit(__main__.main(["experiments", "gender", "--quiet", "-o", sys.argv[1]]))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("where", ["lstm_ref.learn.trials", "numpy", "measure"])
def test_ctrl_c_outside_of_the_loop(tmp_path, where):
    """While modules are loaded, and in the measure after the training."""
    script = [
        sys.executable,
        "-c",
        textwrap.dedent(INTERRUPTED),
        str(tmp_path / "tiny.json"),
        where,
    ]
    pipe = subprocess.PIPE
    process = subprocess.Popen(script, stdout=pipe, stderr=pipe, text=True)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "interrupted; the same command goes on from here\n"
    assert (tmp_path / ".tiny.partial" / "0-0.npz").exists() == (where == "measure")


KILLED_SAVING = """
    import os, signal, sys
    from lstm_ref.io import npz
    from lstm_ref.learn import trials, experiments
    tiny = dict(task="adding", T=8, K=1, H=3, B=4, updates=40, every=10, test=20)
    tiny |= dict(measure="squared error", goal=["<", 0.0])
    experiments.EXPERIMENTS["tiny"] = experiments.Experiment("", "", "", {"one": tiny})

    def half(file, arrays):
        file.write(b"PK")
        os.kill(os.getpid(), signal.SIGKILL)

    npz.write = half
    trials.run("tiny", 1, sys.argv[1])
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_killed_while_saving_it_leaves_nothing_for_good(tiny, tmp_path):
    path, folder = tmp_path / "tiny.json", tmp_path / ".tiny.partial"
    script = [sys.executable, "-c", textwrap.dedent(KILLED_SAVING), str(path)]
    assert subprocess.run(script, capture_output=True).returncode == -signal.SIGKILL
    claim, left = sorted(os.listdir(folder), reverse=True)
    assert claim.startswith("claim-") and left.startswith(".0-0.npz.") and left.endswith(".tmp")
    (tmp_path / ".tiny.json.123.tmp").write_bytes(b"half")
    trials.run("tiny", 1, path, report=lambda text: None)
    assert os.listdir(tmp_path) == ["tiny.json"]
    # What somebody else has put there stays.
    folder.mkdir()
    for name in ("notes.txt", ".0-0.npz.mine.tmp"):
        (folder / name).write_text("")
    trials.run("tiny", 1, path, report=lambda text: None)
    assert sorted(os.listdir(folder)) == [".0-0.npz.mine.tmp", "notes.txt"]


def test_ctrl_c_while_tidying_up_leaves_a_complete_result(tiny, tmp_path, monkeypatch, capsys):
    path, real, calls = tmp_path / "tiny.json", trials._tidy, []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(trials, "_tidy", interrupted)
    assert cli("tiny", "--seeds", 1, "-o", path) == 130
    assert capsys.readouterr().err == f"interrupted; the result is complete in {path}\n"
    assert os.listdir(tmp_path) == ["tiny.json"]


def test_a_second_run_of_the_same_result_is_refused(tiny, tmp_path, capsys):
    from lstm_ref.io.claims import claimed

    path = tmp_path / "tiny.json"
    with claimed(tmp_path / ".tiny.partial"):
        assert cli("tiny", "--seeds", 1, "-o", path) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("another run is at work (process ")
    assert os.listdir(tmp_path) == []


def test_what_is_missing_is_said_before_the_first_trial(tmp_path, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError("No module named 'sympy'", name="sympy")

    monkeypatch.setattr(condition_cells, "truncated", missing)
    monkeypatch.setattr(trials, "train", lambda *_: pytest.fail("trained"))
    with pytest.raises(ModuleNotFoundError):
        trials.run("three-gradients", 1, tmp_path / "x.json")
    assert os.listdir(tmp_path) == []


def test_an_unwritable_name_is_refused_before_training(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(trials, "train", lambda *_: pytest.fail("trained"))
    (tmp_path / "folder.json").mkdir()
    assert cli("tiny", "-o", tmp_path / "folder.json") == 2
    assert "folder.json" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["folder.json"]


def test_a_deeply_nested_result_in_place_is_no_traceback(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "lstm_ref" / "book" / "results"
    folder.mkdir(parents=True)
    (folder / "tiny.json").write_text("[" * 200_000)
    assert cli("tiny", "--seeds", 1) == 0
    assert json.loads((folder / "tiny.json").read_text())["experiment"] == "tiny"


def test_other_settings_do_not_take_up_the_trials_of_before(tiny, tmp_path, monkeypatch, capsys):
    path, real = tmp_path / "tiny.json", trials.write_whole
    monkeypatch.setattr(trials, "write_whole", lambda *_: (_ for _ in ()).throw(OSError("full")))
    assert cli("tiny", "--seeds", 1, "-o", path) == 2
    assert "full" in capsys.readouterr().err
    monkeypatch.setattr(trials, "write_whole", real)
    monkeypatch.setitem(experiments.DEFAULTS, "learning_rate", 1e-3)
    assert cli("tiny", "--seeds", 1, "-o", path) == 2
    err = capsys.readouterr().err
    assert "the checkpoint of another run: learning_rate: 0.02 there, 0.001 here" in err
    assert "remove this file to begin anew" in err and not path.exists()


def test_a_trial_that_diverges_is_a_result(tiny, monkeypatch):
    condition = experiments.settings("tiny")["one"] | dict(learning_rate=1e308, optimiser="sgd")
    found = trials.trial("one", condition, 0)
    assert found["solved"] is None and found["reason"].startswith("diverged after")
    # in one line, as everything the command says
    assert "; try a smaller learning rate" in found["reason"]
    line = trials.line(condition, found)
    assert "diverged after" in line and "\n" not in line
    json.dumps(found, allow_nan=False)
    monkeypatch.setitem(measures.MEASURES, "squared error", lambda *_, batch: np.inf)
    found = trials.trial("one", experiments.settings("tiny")["one"] | dict(updates=10), 0)
    assert found["score"] == [None]
    assert "squared error not finite" in trials.line(experiments.settings("tiny")["one"], found)


def test_the_list(capsys):
    assert cli() == 0
    out = capsys.readouterr().out
    for name, experiment in experiments.EXPERIMENTS.items():
        assert f"{name} " in out and experiment.about in out and experiment.expected in out
        assert experiment.time in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["nothing"], "experiment: expected one of adding-400, .*, got 'nothing'"),
        (["gender", "--seeds", "0"], "--seeds: expected at least 1, got 0"),
        (["gender", "-o", "x.txt"], "-o x.txt: expected a .json file in a folder that exists"),
        (["gender", "-o", "none/x.json"], "expected a .json file in a folder that exists"),
        (["gender"], "no folder lstm_ref/book here: say with -o FILE.json where to write"),
    ],
)
def test_unusable_input(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and not os.listdir(tmp_path)
    import re

    assert re.search(message, err)


def test_the_folder_of_the_book(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("lstm_ref/book").mkdir(parents=True)
    assert cli("tiny", "--seeds", 1) == 0
    assert Path("lstm_ref/book/results/tiny.json").exists()


def test_a_result_of_the_book_with_more_seeds_stays(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = Path("lstm_ref/book/results/tiny.json")
    path.parent.mkdir(parents=True)
    path.write_text("{}")  # no result: it may go
    assert cli("tiny", "--seeds", 2) == 0
    stored = path.read_bytes()
    assert cli("tiny", "--seeds", 1) == 2 and path.read_bytes() == stored
    assert "tiny.json holds 2 seeds, more than 1: say --seeds 2, or" in capsys.readouterr().err
    assert cli("tiny", "--seeds", 1, "-o", "mine.json") == 0 and path.read_bytes() == stored
    assert cli("tiny", "--seeds", 2) == 0


def test_streams_are_measured(monkeypatch):
    condition = experiments.settings("continual-reber")["forget gate"] | dict(updates=2, T=100)
    cell, run = trials.train(condition, 0)
    found = measures.stream(cell, run, condition, T=300, B=3, piece=100)
    x, _, _ = tasks.continual_reber(np.random.default_rng(98), 300, 3)
    y, *_ = network.scores(cell, run.params, (x, np.zeros((300, 3), int), None))
    from lstm_ref.learn.tasks import reber

    assert found["errors"] == (~reber.right(y, x)).sum() and found["symbols"] == 900
    assert found["perfect"] == 0
    assert found["steps"] == [100, 200, 300] and len(found["mean |c|"]) == 3
    assert 0 < found["mean |c|"][0] <= found["largest |c|"][0]
    once_wrong = np.ones((300, 3), bool)
    once_wrong[7, :2] = False
    monkeypatch.setattr(reber, "right", lambda y, x: once_wrong)
    found = measures.stream(cell, run, condition, T=300, B=3, piece=100)
    assert found["perfect"] == 1 and found["errors"] == 2


def test_recall_is_measured_by_items_and_delay():
    condition = experiments.settings("recall")["H = 4"] | dict(updates=1)
    cell, run = trials.train(condition, 0)
    table = np.array(measures.recall(cell, run, condition, B=50)["right"])
    assert table.shape == (5, 5) and abs(table.mean() - 0.5) < 0.1  # untrained: chance
    rng = np.random.default_rng(0)
    lengths = {len(trials.recall_any(rng, 20, 2, 16)[0]) for _ in range(300)}
    assert min(lengths) < 8 and max(lengths) > 44 and max(lengths) <= 52


def test_distance_is_measured_by_phrases(monkeypatch):
    condition = experiments.settings("number")["GRU"] | dict(updates=1)
    cell, run = trials.train(condition, 0)
    found = measures.distance(cell, run, condition)
    assert found["phrases"] == [0, 2, 4, 8, 16, 32]
    seen = []
    monkeypatch.setattr(network, "accuracy", lambda *_: seen.append(_[2]) or 0.25)
    assert measures.distance(cell, run, condition, B=7)["right"] == 6 * [0.25]
    for n, (x, _, mask) in zip(found["phrases"], seen, strict=True):
        assert x.shape[::2] == (2 + 3 * n, 7)
        assert mask[-1].all() and not mask[:-1].any()  # the verb follows the last word


def test_nothing_heavy_is_loaded():
    """The command line is quick, and training needs no SymPy."""
    code = "import sys, lstm_ref.learn.command; print('numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
    heavy = ("sympy", "autograd", "matplotlib", "tqdm", "safetensors")
    modules = ("trials", "layers", "loop", "storage", "tasks", "train", "measures")
    code = f"import sys, {', '.join(f'lstm_ref.learn.{m}' for m in modules)}; "
    code += f"print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_loop_interrupted_is_a_keyboard_interrupt():
    assert issubclass(loop.Interrupted, KeyboardInterrupt)


def test_cells_of_the_chapters():
    module, init = cell_of("DIAL")
    assert init is module.init and "W_ax" in module.SHAPES
    assert cell_of("STOPS")[0].SHAPES != module.SHAPES
    module, init = cell_of("LSTM with no-carousel")
    assert init is lstm.init and set(module.SHAPES) == set(lstm.SHAPES)
    with pytest.raises(ValueError, match="expected one of .*, got 'no-such'"):
        cell_of("LSTM with no-such")


def test_a_far_word_by_its_distance():
    condition = experiments.settings("far-word")["LSTM, chrono, distance 10"]
    make = trials.MIXED[condition["task"]]
    x, _, mask = make(np.random.default_rng(0), condition["T"], 3)
    want, _, _ = tasks.country_language(np.random.default_rng(0), 3, 10)
    np.testing.assert_array_equal(x, want)
    assert mask[-1].all() and len(x) == 13


@pytest.mark.parametrize(
    "name, biases",
    [("VANILLA", {"b_f", "b_i"}), ("NFG", {"b_i"}), ("NIG", {"b_f"}), ("GRU_AFTER", {"b_z"})],
)
def test_spread_biases(name, biases):
    module, _ = cell_of(name)
    start = trials.spread_biases(module, np.random.default_rng(0), 500, 20)
    assert set(start) == biases and all(b.shape == (500, 1) for b in start.values())
    for bias, b in start.items():
        u = np.exp(-b if bias == "b_i" else b)
        assert 1 <= u.min() < 2 and 18 < u.max() <= 19
    if len(start) == 2:
        np.testing.assert_array_equal(start["b_f"], -start["b_i"])


def test_spread_biases_are_those_of_the_net():
    condition = experiments.settings("variants-latest")["BLOCK"] | dict(updates=1, every=1)
    module, init = cell_of("BLOCK")
    params = trials.begin(module, init, np.random.default_rng(3), condition, 5)
    b = np.log(np.random.default_rng(3).uniform(1, 19, (4, 1))).astype(np.float32)
    np.testing.assert_array_equal(params["b_f"], b)
    np.testing.assert_array_equal(params["b_i"], -b)


def test_measure_losses():
    history = {"loss": np.concatenate([np.full(30, 1.0), np.full(30, 0.05)])}
    run = loop.Training({}, history, None, "", 0.0)
    found = measures.losses(None, run, {})
    # 20 losses of which k are 1: their mean is (k + (20 - k) 0.05) / 20 < 0.1 from k = 1 on
    assert found["solved"] == 49 and found["last"] == pytest.approx(0.05)
    assert found["mean of 5"] == [1.0] * 6 + [0.05] * 6
    run = run._replace(history={"loss": np.ones(40)})
    assert measures.losses(None, run, {})["solved"] is None


def test_measure_longer():
    condition = experiments.settings("variants-latest")["NFG"] | dict(updates=1)
    cell, run = trials.train(condition, 0)
    assert 0.4 < measures.longer(cell, run, condition, T=50, B=40) < 0.95
    know = run.params | {"W_yh": 0 * run.params["W_yh"], "b_y": np.float32([[9], [0], [0], [0]])}
    _, target, _ = tasks.latest_marked(np.random.default_rng(98), 50, 40)
    wrong = measures.longer(cell, run._replace(params=know), condition, T=50, B=40)
    assert wrong == pytest.approx(np.mean(target != 0))
