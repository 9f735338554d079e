"""Trials beside published numbers: what is cut off is never counted as if it had been met."""

import numpy as np
import pytest

from lstm_ref.book import history_tables
from lstm_ref.book.history_tables import Needed

TRIALS = [
    {"sequences": 40, "seen": 40, "stages": {"a": {"sequences": 10, "wrong": 3}}, "test": {}},
    {"sequences": None, "seen": 90, "stages": {"a": {"sequences": 30}}, "test": {"wrong": 7}},
    {"sequences": 20, "seen": 20, "stages": {"a": {"sequences": 15, "wrong": 0}}, "test": None},
]


def test_what_was_needed():
    ours = history_tables.needed(TRIALS)
    assert (ours.met, ours.cut, ours.n) == ((20, 40), (90,), 3)
    assert history_tables.needed(TRIALS, "a").met == (10, 15, 30)
    assert history_tables.wrong(TRIALS, "a") == [3, 0]
    assert history_tables.wrong(TRIALS) == [7]
    with pytest.raises(ValueError, match="trials: expected at least one"):
        history_tables.needed([])


def test_today_counts_sequences_not_updates():
    trials = [
        {"condition": "a", "solved": 75, "updates": 75},
        {"condition": "b", "solved": 1, "updates": 1},
        {"condition": "a", "solved": None, "updates": 600},
    ]
    result = {"settings": {"a": {"B": 32}, "b": {"B": 2}}, "trials": trials}
    assert history_tables.today(result, "a") == Needed((2400,), (19_200,))
    with pytest.raises(ValueError, match="condition: expected one of a, b"):
        history_tables.today(result, "c")


def test_what_is_cut_off_is_at_least():
    ours = Needed((20, 40), (90,))
    assert ours.mean == 50 and ours.median == 40 and np.isnan(ours.error)
    assert np.isnan(ours.far(50, 10))
    assert Needed((20,), (90, 90)).median == np.inf
    row = history_tables.line("x", 1234, 30, ours)
    assert row == ["x", "1,234", "≥ 50", "–", "40 (20 to > 90)", "2 of 3"]
    row = history_tables.line("x", 50, 30, Needed((), (9000,)))
    assert row == ["x", "50", "≥ 9,000", "–", "cut off (> 9,000)", "0 of 1"]
    row = history_tables.line("x", 500, 2, Needed((300, 340)))
    assert row == ["x", "500", "320 ± 20", "−6.4", "320 (300 to 340)", "2 of 2"]
    assert len(row) == len(history_tables.HEAD)


def test_how_far_a_published_mean_is():
    rng = np.random.default_rng(1)
    drawn = rng.normal(1000, 100, (4000, 2, 20))
    far = [Needed(tuple(ours)).far(theirs.mean(), 20) for ours, theirs in drawn]
    assert 0.9 < np.std(far) < 1.15 and abs(np.mean(far)) < 0.1
    assert Needed((10, 12)).far(20, 2) < 0 < Needed((10, 12)).far(2, 2)


@pytest.mark.parametrize(
    "value, text", [(8440.4, "8,440"), (571_149, "571,000"), (12.4, "12"), (0.2, "0")]
)
def test_three_digits(value, text):
    assert history_tables.shown(value) == text
    assert history_tables.shown(value, least=True) == f"≥ {text}"


def test_the_chart_has_every_trial_and_tells_what_was_cut():
    plt = pytest.importorskip("matplotlib.pyplot")
    _, ax = plt.subplots()
    rows = {"one": (30, Needed((20, 40), (90,))), "two": (None, Needed((5,)))}
    history_tables.chart(ax, rows)
    drawn = [(line.get_marker(), list(line.get_xdata())) for line in ax.lines]
    assert drawn[:3] == [("o", [20, 40]), (">", [90]), ("None", [30, 30])]
    assert drawn[3:] == [("o", [5]), (">", [])]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["one", "two"]
    plt.close()
