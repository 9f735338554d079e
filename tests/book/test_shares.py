"""Fisher's test against counting all deals, and against published numbers."""

from itertools import combinations

import pytest

from lstm_ref.book.shares import fisher


def counted(a, n, b, m):
    """The same by dealing every hand."""
    places = range(n + m)
    hands = [sum(k < n for k in hand) for hand in combinations(places, a + b)]
    ways = {k: hands.count(k) for k in set(hands)}
    return sum(way for way in ways.values() if way <= ways[a]) / len(hands)


@pytest.mark.parametrize("case", [(3, 4, 1, 4), (5, 5, 2, 6), (0, 3, 3, 3), (2, 7, 2, 3)])
def test_as_counted(case):
    assert fisher(*case) == pytest.approx(counted(*case), rel=1e-12)


def test_the_lady_who_tastes_tea():
    """Fisher 1935: 3 of 4 cups and 1 of 4; 17/70 on one side, 34/70 on both."""
    assert fisher(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert fisher(12, 30, 24, 30) == pytest.approx(fisher(24, 30, 12, 30), rel=1e-12)
    assert 0.003 < fisher(24, 30, 12, 30) < 0.004
    assert fisher(7, 10, 7, 10) == 1


@pytest.mark.parametrize("case", [(5, 4, 1, 4), (1, 4, 5, 4), (-1, 4, 1, 4), (1, 0, 0, 4)])
def test_what_is_no_share(case):
    with pytest.raises(ValueError, match="expected"):
        fisher(*case)
