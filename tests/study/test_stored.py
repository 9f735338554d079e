"""A study in one file: written, read, and refused where it is damaged."""

import json
import math

import pytest

from lstm_ref.study import space, stored, trial
from lstm_ref.study.space import Key

RULES = trial.RULES | {"seed": 4, "epochs": 2}


def told(key, valid=0.5):
    """What a trial of this name may have given."""
    curve = [0.9, valid, 0.75] if math.isnan(valid) or valid < 0.75 else [0.9, valid]
    settings = space.settings(RULES["seed"], *key)
    others = {"test": valid / 7, "best": 1, "curve": curve, "ended": f"all {len(curve)} are done"}
    others |= {"weights": 10 + key.number, "digest": f"ab{key.number}", "code": "C"}
    return {"settings": settings, "valid": valid, **others, "where": {"a": "1"}, "seconds": 0.1}


@pytest.fixture
def study():
    """Two tasks, one of them with one cell; trials are missing; one diverged."""
    keys = [Key("speech", cell, number) for cell in ("NP", "VANILLA") for number in (0, 1, 11)]
    keys += [Key("digits", "NP", number) for number in (2, 3)]
    trials = {key: told(key, 0.1 + key.number / 17) for key in keys}
    for key, value in ((keys[0], math.inf), (keys[1], -math.inf), (keys[-1], 1 / 3)):
        trials[key] = told(key, value)
    trials[keys[2]] |= {"test": math.inf, "ended": "diverged in epoch 2: the loss is inf"}
    return stored.Stored({"speech": RULES, "digits": RULES | {"sequences": 3}}, trials)


@pytest.fixture
def file(study, tmp_path):
    stored.write(tmp_path / "study.json", study)
    return tmp_path / "study.json"


def test_what_is_written_is_read_bit_for_bit(study, file):
    again = stored.read(file)
    assert again == study and again.tasks == ["speech", "digits"]
    kinds = [{name: type(v) for name, v in each.items()} for each in study.told.values()]
    assert kinds == [{name: type(v) for name, v in again.told[k].items()} for k in study.told]
    before = file.read_bytes()
    stored.write(file, again)
    assert file.read_bytes() == before and b"Infinity" not in before


def test_a_measure_that_is_no_number(study, file):
    key = Key("speech", "NP", 0)
    study.told[key] = told(key, math.nan)
    stored.write(file, study)
    found = stored.read(file).told[key]
    assert math.isnan(found["valid"]) and math.isnan(found["curve"][1])
    assert math.isnan(found["test"])


def test_the_commands(study, file):
    start = "python -m lstm_ref study run --tasks"
    rest = "--seed 4 --epochs 2"
    assert stored.read(file).commands == [
        f"{start} speech --cells VANILLA,NP --trials 12 {rest}",
        f"{start} digits --cells NP --trials 4 {rest} --sequences 3",
    ]
    assert json.loads(file.read_text())["commands"] == study.commands
    both = {Key(task, cell, 0): {} for task in ("digits", "speech") for cell in space.CELLS}
    alike = stored.Stored({"digits": trial.RULES, "speech": trial.RULES}, both)
    assert alike.commands == [f"{start} digits,speech --trials 1"]


def test_columns_and_fewer_trials(study):
    assert study.column("speech", "NP", "weights").tolist() == [10, 11, 21]
    size = [space.settings(4, "digits", "NP", number)["size"] for number in (2, 3)]
    assert study.column("digits", "NP", "size").tolist() == size
    assert len(study.below(2).told) == 4 and study.below(2).tasks == ["speech"]
    with pytest.raises(ValueError, match="task: expected one of speech, digits, got 'songs'"):
        study.column("songs", "NP", "valid")
    with pytest.raises(ValueError, match="cell: expected one of NP, got 'FGR'"):
        study.column("digits", "FGR", "valid")


def damaged(change):
    def changed(said):
        change(said["studies"][0])

    return changed


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda said: said.update(format="x"), "expected format \"lstm_ref study\", got 'x'"),
        (lambda said: said.update(version=2), "expected version 1, got 2; a newer"),
        (lambda said: said.pop("where"), "the study: where is missing"),
        (lambda said: said.update(more=1), "the study: 'more' is not known"),
        (lambda said: said.update(studies=5), "studies: expected a list, got 5"),
        (lambda said: said.update(studies=[7]), r"studies\[0\]: expected an object, got 7"),
        (lambda said: said["studies"].append(said["studies"][0]), r"studies\[3\]: speech/VANILLA"),
        (damaged(lambda a: a.pop("digest")), r"studies\[0\]: digest is missing"),
        (damaged(lambda a: a.update(task=3)), r"studies\[0\]\.task: expected a text, got 3"),
        (damaged(lambda a: a["rules"].pop("seed")), r"\.rules: seed is missing"),
        (damaged(lambda a: a["rules"].update(seed=1.5)), r"\.rules\.seed: expected a whole"),
        (damaged(lambda a: a["rules"].update(seed=9)), r"studies\[1\]\.rules: others than before"),
        (damaged(lambda a: a["number"].reverse()), r"\.number: expected numbers that rise"),
        (damaged(lambda a: a["number"].pop()), r"\.\w+: expected 2, as many as numbers, got 3"),
        (damaged(lambda a: a["number"].clear()), r"\.number: expected numbers that rise"),
        (damaged(lambda a: a["size"].append(2)), r"\.size: expected 3, as many as numbers, got 4"),
        (damaged(lambda a: a.update(test={})), r"\.test: expected a list, got an object"),
        (damaged(lambda a: a["test"].__setitem__(0, "1")), r"\.test: expected a float, got '1'"),
        (damaged(lambda a: a["test"].__setitem__(0, None)), r"\.test: expected a float, got None"),
        (damaged(lambda a: a["best"].__setitem__(0, -1)), r"\.best: expected at least 0, got -1"),
        (damaged(lambda a: a["best"].__setitem__(0, 9)), r"trial 0: best: expected an epoch below"),
        (damaged(lambda a: a["valid"].__setitem__(0, 7.0)), r"trial 0: valid is 7.0, the curve"),
        (damaged(lambda a: a["curve"].__setitem__(0, 7.0)), r"\.curve: expected a list, got 7.0"),
        (damaged(lambda a: a["curve"][0].append(True)), r"\.curve: expected a float, got True"),
        (damaged(lambda a: a["where"].__setitem__(0, 1)), r"\.where: expected numbers below 1"),
        (damaged(lambda a: a["digest"].__setitem__(0, 1)), r"\.digest: expected a text, got 1"),
    ],
)
def test_a_damaged_file_is_refused(file, change, message):
    said = json.loads(file.read_text())
    change(said)
    file.write_text(json.dumps(said))
    with pytest.raises(stored.StoredError, match=message) as error:
        stored.read(file)
    assert str(error.value).startswith(f"{file}: ")


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"format": ', b"{" * 1000])
def test_what_is_no_json(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(stored.StoredError, match="a.json: "):
        stored.read(tmp_path / "a.json")
    with pytest.raises(FileNotFoundError):
        stored.read(tmp_path / "b.json")


def test_no_trial(tmp_path):
    with pytest.raises(ValueError, match="trials: expected at least one"):
        stored.write(tmp_path / "a.json", stored.Stored({}, {}))
    assert not [*tmp_path.iterdir()]
