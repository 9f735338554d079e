"""What is taken, told, held and taken again; without Dask."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lstm_ref import __main__ as program
from lstm_ref.study import space, stored

storage = pytest.importorskip(
    "lstm_ref.study.storage", reason="Optuna is not installed: `make test-study` runs this"
)

RULES = {"seed": 3, "epochs": 2, "patience": 5, "sequences": 4}


def opened(file, rules=RULES):
    return storage.Studies(storage.opened(str(file)), ["digits"], ["NP", "CIFG"], rules)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """The tables of two studies without a trial: to make them takes longer than a test."""
    path = tmp_path_factory.mktemp("empty") / "a.db"
    opened(path)
    return path


@pytest.fixture
def file(empty, tmp_path):
    return Path(shutil.copy(empty, tmp_path / "a.db"))


def result(key):
    """What a trial may give, other numbers for another one."""
    found = {"settings": space.settings(RULES["seed"], *key), "curve": [0.9, 0.5 + key.number / 9]}
    others = {
        "test": 0.25,
        "best": 1,
        "ended": "diverged in epoch 2: the loss is inf",
        "weights": 7,
    }
    others |= {"digest": "ab", "code": "C", "where": {"numpy": "2"}, "seconds": 1.5}
    return found | {"valid": found["curve"][1]} | others


def test_what_is_told_is_read_again_and_nothing_is_missing(file):
    studies = opened(file)
    keys = []
    for key in studies.coming(3):
        keys.append(key)
        studies.tell(key, result(key))
    assert keys == [("digits", cell, number) for number in range(3) for cell in ("NP", "CIFG")]
    again = opened(file)
    assert again.told(3) == {key: result(key) for key in keys}
    assert again.held(3) == {} and list(again.coming(3)) == []
    assert len(list(again.coming(4))) == 2 and len(again.told(2)) == 4


def test_a_trial_of_a_process_that_lives_is_left_to_it(file):
    first, second = opened(file), opened(file)
    mine = next(first.coming(1))
    assert list(second.coming(1)) == [("digits", "CIFG", 0)]
    assert [*second.held(1)] == [mine, ("digits", "CIFG", 0)]
    assert all("process" in words for words in second.held(1).values())


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
import test_study_storage
studies = test_study_storage.opened(sys.argv[1])
coming = studies.coming(2)
studies.tell(*(lambda key: (key, test_study_storage.result(key)))(next(coming)))
key = next(coming)
if sys.argv[3] == "taking":  # its settings are not stored yet
    study = studies._studies["digits", "NP"]
    study._storage.create_new_trial(study._study_id)
if sys.argv[3] == "telling":  # a part of the result is stored
    studies._trial(key).set_user_attr("result", {"test": 99.0})
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("where", ["between", "taking", "telling"])
def test_a_trial_of_a_process_that_was_killed_is_taken_again(file, where):
    here = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", KILLED, str(file), here, where])
    assert done.returncode == -9
    studies = opened(file)
    assert [*studies.told(2)] == [("digits", "NP", 0)]
    keys = []
    for key in studies.coming(2):
        keys.append(key)
        studies.tell(key, result(key))
    assert sorted(keys) == [("digits", "CIFG", 0), ("digits", "CIFG", 1), ("digits", "NP", 1)]
    assert studies.told(9) == {k: result(k) for k in [space.Key("digits", "NP", 0), *keys]}


def test_told_twice_counts_once(file):
    first, second = opened(file), opened(file)
    key = next(first.coming(1))
    first.tell(key, result(key))
    second.tell(key, result(key) | {"test": 99.0})
    assert second.told(1)[key] == result(key)


def test_other_machines_keep_theirs_until_they_are_taken_over(file):
    studies = opened(file)
    key = next(studies.coming(1))
    studies._trial(key).set_user_attr("owner", "00000000-1-1-0123456789abcdef")
    other = opened(file)
    assert key not in list(other.coming(1)) and "another machine" in other.held(1)[key]
    assert key in list(other.coming(1, everything=True))


def test_one_too_many_is_left_for_more(file):
    """Two clients see that the last trial is missing at the same moment, and both take one."""
    first, second = opened(file), opened(file)
    a, b = first.coming(1), second.coming(1)
    begun = {space.Key("digits", "NP", 0), space.Key("digits", "CIFG", 0)}
    first_key = next(a)
    study = second._studies["digits", first_key.cell]
    assert next(b).cell != first_key.cell and next(b, None) is None
    study.ask(storage.distributions()).set_user_attr("owner", "")
    assert {*first.trials(1)} == begun
    assert space.Key("digits", first_key.cell, 1) in list(second.coming(2))


def test_everything_into_one_file_and_back(file, tmp_path, capsys):
    studies = opened(file)
    keys = []
    for key in studies.coming(3):
        if key != ("digits", "NP", 1):  # which is held, and not told
            keys.append(key)
            studies.tell(key, result(key))
    out = str(tmp_path / "study.json")
    arguments = ["study", "export", "--storage", str(file), out]
    assert program.main(arguments) == 0
    assert capsys.readouterr().out == f"{out}: 5 trials, 1 kB\n"
    assert stored.read(out) == stored.Stored({"digits": RULES}, {key: result(key) for key in keys})
    assert program.main([*arguments, "--trials=1"]) == 0
    assert {*stored.read(out).told} == {key for key in keys if key.number == 0}


def test_what_cannot_be_exported(file, tmp_path, capsys):
    other = tmp_path / "b.db"
    opened(file).tell((key := next(opened(file).coming(1))), result(key))
    shutil.copy(file, other)
    for storages, message in (
        ([other, file], f"digits/{key.cell} is in two storages"),
        ([tmp_path / "c.db"], f"--storage: no file {tmp_path / 'c.db'}"),
    ):
        given = [f"--storage={where}" for where in storages]
        assert program.main(["study", "export", *given, str(tmp_path / "a.json")]) == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "a.json").exists() and not (tmp_path / "c.db").exists()


def test_cells_with_other_rules_are_not_put_together(file):
    opened(file)
    other = storage.optuna.create_study(storage=storage.opened(str(file)), study_name="digits/FGR")
    other.set_user_attr("rules", RULES | {"epochs": 9})
    with pytest.raises(storage.StudyError, match="digits/FGR has other rules than the cells"):
        storage.everything([storage.opened(str(file))])
    storage.optuna.delete_study(study_name="digits/FGR", storage=storage.opened(str(file)))
    storage.optuna.create_study(storage=storage.opened(str(file)), study_name="else")
    with pytest.raises(storage.StudyError, match="'else' is no study of lstm_ref"):
        storage.everything([storage.opened(str(file))])


def test_other_rules(file):
    opened(file)
    with pytest.raises(storage.StudyError, match="digits/NP is stored with seed 3, epochs 2"):
        opened(file, RULES | {"epochs": 3})


def test_a_folder_that_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        storage.opened(str(tmp_path / "no" / "a.db"))


def test_a_file_that_is_something_else(tmp_path):
    (tmp_path / "a.db").write_text("no database" * 99)
    with pytest.raises(storage.StudyError, match="cannot be opened: .*file is not a database"):
        storage.opened(str(tmp_path / "a.db"))


@pytest.mark.parametrize("url", ["nothing://host/study", "postgresql+nodriver://host/study"])
def test_a_url_that_nothing_can_open(url):
    with pytest.raises(storage.StudyError, match="the storage cannot be opened: "):
        storage.opened(url)
