"""The fANOVA of a study: stored, read, refused where it is damaged, and made of the trials."""

import json

import numpy as np
import pytest
from test_stored import told
from test_study_compare import study

from lstm_ref.study import importance, space, stored
from lstm_ref.study.space import Key

WITHOUT = "scikit-learn is not installed: `make test-study` runs this"


@pytest.mark.parametrize("name", space.RANGES)
def test_a_share_of_a_range_and_back(name):
    low, high, _ = space.RANGES[name]
    assert [space.share(name, end) for end in (low, high)] == [0, 1]
    shares = np.array([0.0, 0.3, 1.0])
    back = [space.share(name, each) for each in space.value(name, shares)]
    assert back == pytest.approx(shares, abs=1e-12)
    assert space.value("size", np.array(0.5)) == pytest.approx(np.sqrt(20 * 200))


def test_where_it_lies():
    assert str(importance.beside("a/study.json")) == "a/study.importance.json".replace("/", "/")


@pytest.fixture
def file(tmp_path):
    numbers = {"mean": 0.5, "deviation": 0.1}
    found = {"format": importance.FORMAT, "version": 1, "of": "ab", "versions": {}, "trees": 64}
    found |= {"seeds": 5, "tasks": {"speech": {"all": {"shares": {"size": numbers}}}}}
    importance.write(tmp_path / "a.importance.json", found)
    assert importance.read(tmp_path / "a.importance.json") == found
    return tmp_path / "a.importance.json"


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda found: found.update(version=3), "expected version 1, got 3"),
        (lambda found: found.update(format=stored.FORMAT), "expected format"),
        (lambda found: found.pop("seeds"), "the fANOVA: seeds is missing"),
        (lambda found: found.update(more=1), "the fANOVA: 'more' is not known"),
    ],
)
def test_a_damaged_file_is_refused(file, change, message):
    found = json.loads(file.read_text())
    change(found)
    file.write_text(json.dumps(found))
    with pytest.raises(stored.StoredError, match=message):
        importance.read(file)


def test_of_a_study_that_is_known():
    """The measure is the logarithm of the learning rate, and for one cell too few trials."""
    pytest.importorskip("sklearn", reason=WITHOUT)
    keys = [Key("speech", cell, n) for cell in ("VANILLA", "NP") for n in range(60)]
    trials = {key: told(key) for key in [*keys, Key("speech", "FGR", 0)]}
    for each in trials.values():
        each["valid"] = 2 + space.share("learning_rate", each["settings"]["learning_rate"])
    trials[keys[0]]["valid"] = float("inf")
    found = importance.compute(stored.Stored({"speech": {}}, trials))
    cells = found["tasks"]["speech"]
    assert [*cells] == ["all", "VANILLA", "NP"]
    assert [each["trials"] for each in cells.values()] == [120, 59, 60]
    for each in cells.values():
        shares = {name: part["mean"] for name, part in each["shares"].items()}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-4) and len(shares) == 4 + 6 + 1
        assert shares["learning_rate"] > 0.9
        rate = each["marginals"]["learning_rate"]
        assert rate["at"][0] == 1e-6 and rate["at"][-1] == 1e-2
        assert rate["mean"] == pytest.approx(np.linspace(2, 3, importance.PLACES), abs=0.1)
        flat = each["marginals"]["size"]["mean"]
        assert np.ptp(flat) < 0.1 and all(2 < value < 3 for value in flat)
        pair = each["pairs"]["learning_rate,size"]
        assert pair["at"][1][0] == 20 and np.shape(pair["mean"]) == (importance.PLACES,) * 2
        assert pair["mean"][0] == pytest.approx([2] * importance.PLACES, abs=0.1)


def test_measures_that_are_all_the_same():
    pytest.importorskip("sklearn", reason=WITHOUT)
    found = importance.compute(study(VANILLA=[(0.5, 0.5)] * 30))
    assert found["tasks"] == {"speech": {}}
