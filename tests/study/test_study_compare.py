"""Cells compared: by hand on small studies, against SciPy where it is installed."""

import math

import numpy as np
import pytest
from test_stored import RULES, told

from lstm_ref.study import compare, stored, welch
from lstm_ref.study.space import Key


def study(**cells):
    """A study of one task: cell -> [(valid, test), ...], by number."""
    trials = {
        Key("speech", cell, number): told(Key("speech", cell, number), valid) | {"test": test}
        for cell, pairs in cells.items()
        for number, (valid, test) in enumerate(pairs)
    }
    return stored.Stored({"speech": RULES}, trials)


def ladder(n, shift=0.0):
    """Measures that fall with the number: the test ones a hundred times the validation ones."""
    return [(0.7 - k / 100 + shift, 70 - k + 100 * shift) for k in range(n)]


def test_the_table_by_hand():
    cells = {"VANILLA": ladder(30), "NP": ladder(30, -0.2), "FGR": ladder(21)}
    rows = compare.table(study(**cells), "speech")
    assert [*rows] == ["VANILLA", "NP", "FGR"]
    plain = rows["VANILLA"]
    assert plain.tenth == [41, 42, 43] and (plain.mean, plain.deviation) == (42, 1)
    assert plain.quartiles == [41.5, 42, 42.5] and plain.median == 55.5
    assert (plain.trials, plain.test, plain.valid) == (30, 41, pytest.approx(0.41))
    assert plain.against is plain.holm is None and plain.verdict() == ""
    assert rows["FGR"].tenth == [50, 51, 52], "21 trials: a tenth is 3"
    better = rows["NP"].against
    assert better.difference == pytest.approx(-20) and better.freedom == pytest.approx(4)
    # t = -20 / sqrt(2/3); 2.776445 is in every table of Student's distribution, for 4 degrees
    assert better.t == pytest.approx(-20 / math.sqrt(2 / 3))
    assert better.low == pytest.approx(-20 - 2.776445 * math.sqrt(2 / 3), rel=1e-6)
    assert rows["NP"].holm == pytest.approx(2 * better.p)
    assert rows["NP"].verdict() == "better" and rows["FGR"].verdict() == "worse"
    assert rows["FGR"].holm == pytest.approx(rows["FGR"].against.p)


def test_the_tenth_is_chosen_by_the_validation_set():
    rows = compare.table(study(VANILLA=[(0.3, 9.0), (0.1, 5.0), (0.2, 1.0)]), "speech")
    assert rows["VANILLA"].tenth == [5] and rows["VANILLA"].test == 5


def test_one_cell_and_others_without_vanilla():
    rows = compare.table(study(NP=ladder(20), FGR=ladder(20)), "speech")
    assert [row.against for row in rows.values()] == [None, None]
    with pytest.raises(ValueError, match="task: expected one of speech"):
        compare.table(study(NP=ladder(2)), "digits")


def test_a_tenth_of_fewer_than_eleven_is_one_and_no_test():
    rows = compare.table(study(VANILLA=ladder(10), NP=ladder(10), FGR=ladder(11)), "speech")
    assert len(rows["NP"].tenth) == 1 and len(rows["FGR"].tenth) == 2
    test = rows["NP"].against
    assert test.difference == 0 and math.isnan(test.p) and math.isnan(rows["NP"].holm)
    assert math.isnan(rows["NP"].deviation) and rows["NP"].verdict() == ""


def test_what_diverged_is_the_worst():
    ill = [(math.nan, math.nan), (math.inf, math.inf), *ladder(20)]
    found = study(VANILLA=ladder(20), NP=ill, FGR=[(math.nan, math.nan)] * 20)
    found.told["speech", "NP", 5]["best"] = 0
    rows = compare.table(found, "speech")
    assert (rows["NP"].unlearned, rows["FGR"].unlearned) == (1, 0)
    assert rows["NP"].tenth == [51, 52, 53] and math.isfinite(rows["NP"].against.p)
    assert rows["NP"].median == 60.5 + 1
    assert math.isnan(rows["FGR"].mean) and rows["FGR"].quartiles == [math.inf] * 3
    assert math.isnan(rows["FGR"].against.p) and rows["FGR"].verdict() == ""


def test_quartiles_are_those_of_numpy():
    values = np.random.default_rng(1).normal(size=(17, 3))
    np.testing.assert_allclose(
        compare.quartiles(values), np.quantile(values, [0.25, 0.5, 0.75], axis=0), rtol=1e-14
    )
    assert compare.quartiles(np.array([1.0, math.nan, 3.0])).tolist() == [2, 3, math.inf]


def test_learning_curves():
    found = study(VANILLA=ladder(20), NP=[(0.8, 1.0)] * 11)
    assert compare.curves(found, "speech", "VANILLA").tolist() == pytest.approx(
        np.quantile([[0.9, 0.51, 0.51], [0.9, 0.52, 0.52]], [0.25, 0.5, 0.75], axis=0)
    )
    assert compare.curves(found, "speech", "NP").tolist() == [[0.9, 0.8]] * 3
    early = study(NP=[(0.6, 1.0), (0.8, 1.0), *[(0.89, 1.0)] * 9])  # two epochs, and one
    assert compare.curves(early, "speech", "NP")[1].tolist() == pytest.approx([0.9, 0.7, 0.7])


def test_holm_by_hand():
    assert welch.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    found = welch.holm([0.4, math.nan, 0.3, 0.9])
    assert math.isnan(found.pop(1)) and found == pytest.approx([0.9, 0.9, 0.9])
    assert welch.holm([]) == []


@pytest.mark.parametrize(
    "t, freedom, p",  # the first two have formulas: 1 - 2 atan(t) / pi, and 1 - t / sqrt(2 + t²)
    [
        (3.0, 1, 1 - 2 * math.atan(3) / math.pi),
        (-0.3, 2, 1 - 0.3 / math.sqrt(2.09)),
        (0.0, 5.5, 1.0),
        (2.2281388519649385, 10, 0.05),
        (2.7764451051977987, 4, 0.05),
    ],
)
def test_known_tails(t, freedom, p):
    assert welch.tails(t, freedom) == pytest.approx(p, rel=1e-9)
    if p < 1:
        assert welch.quantile(p, freedom) == pytest.approx(abs(t), rel=1e-9)


def test_scipy_agrees():
    reason = "SciPy is not installed: `make test-study` runs this"
    stats = pytest.importorskip("scipy.stats", reason=reason)
    rng = np.random.default_rng(7)
    for _ in range(200):
        n, m = rng.integers(2, 30, 2)
        a, b = rng.normal(0, 1, n), rng.normal(rng.uniform(0, 4), rng.uniform(0.01, 5), m)
        ours, theirs = welch.welch(a, b), stats.ttest_ind(a, b, equal_var=False)
        interval = theirs.confidence_interval(0.95)
        expected = (theirs.statistic, theirs.df, theirs.pvalue, interval.low, interval.high)
        found = (ours.t, ours.freedom, ours.p, ours.low, ours.high)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-200)


@pytest.mark.parametrize(
    "a, b", [([1.0], [1.0, 2.0]), ([1.0, math.inf], [1.0, 2.0]), ([2, 2], [1, 1])]
)
def test_no_spread_no_test(a, b):
    assert math.isnan(welch.welch(a, b).p)
