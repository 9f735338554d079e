"""Do two shares differ? 24 of 30 against 12 of 30: Fisher's exact test."""

from math import comb

from lstm_ref.learn.tasks.common import whole


def fisher(a: int, n: int, b: int, m: int) -> float:
    """Two-sided p of a of n against b of m: how likely shares as far apart are by chance.

    The a + b that succeeded are dealt to n + m places at random; p is the probability of all
    outcomes that are at most as likely as the one observed. Raises TypeError, ValueError.
    """
    n, m = (whole(name, value, 1) for name, value in (("n", n), ("m", m)))
    a, b = (whole(name, value, 0) for name, value in (("a", a), ("b", b)))
    if a > n or b > m:
        raise ValueError(f"a, b: expected at most n and m, got {a} of {n} and {b} of {m}")
    right = a + b
    ways = {k: comb(n, k) * comb(m, right - k) for k in range(max(0, right - m), min(n, right) + 1)}
    return sum(way for way in ways.values() if way <= ways[a]) / comb(n + m, right)
