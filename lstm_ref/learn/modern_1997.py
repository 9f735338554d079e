"""Tasks of 1997 with the LSTM of today: forget gate, whole gradient, Adam, batches, clipping.

What came out stands beside the numbers of 1997 in a column of its own: the tasks and, as near as
can be said, the rules are those of the paper, network and training are not. What the paper counts
are sequences: updates times B.
"""

from typing import Any

Conditions = dict[str, dict[str, Any]]  # label -> settings


RULE = "distance to the rule of 1997"


def _task(task: str, T: int, K: int, rule: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One task; chrono initialisation for its longest lag."""
    start = {"forget_bias": "chrono", "T_max": T}
    how: dict[str, Any] = dict(
        task=task, T=T, K=K, H=16, B=32, learning_rate=1e-2, start=start, rule=rule
    )
    how |= dict(measure=RULE, goal=["<", 1.0], after="tested", updates=2000)
    return how | changes


def reber() -> Conditions:
    """Experiment 1: 256 strings to learn from; all symbols of 512 drawn apart must be right."""
    task: dict[str, Any] = dict(
        task="embedded_reber", T=50, K=7, H=12, B=16, pool=16, updates=3000, every=20
    )
    return {"1": task | dict(measure="perfect streams", goal=[">=", 1.0])}


def lags(p: int = 100) -> Conditions:
    """Experiment 2: a symbol is to be said again after p steps.

    2a and 2b as printed, asked at every step, and with two classes at the end alone. 2c is printed
    with two classes.
    """
    lag: dict[str, Any] = dict(task="long_lag", T=p, rule={"limit": 0.25}, H=8, learning_rate=2e-2)
    a: dict[str, Any] = {"random": False}
    b: dict[str, Any] = {"random": True}
    two = {"asked": "x or y"}
    long: dict[str, Any] = dict(updates=600, every=50)
    return {
        "2a": _task(**lag, K=p + 1, options=a, test=20, after=None, **long),
        "2a, x or y": _task(**lag, K=2, options=a | two, test=20),
        "2b": _task(**lag, K=p + 1, options=b, test_options={"asked": "the end"}, test=500, **long),
        "2b, x or y": _task(**lag, K=2, options=b | two, test=500),
        "2c": _task("distractors", p + 63, 2, {"limit": 0.2}, options={"q": p}, H=8, test=500),
    }


def two_sequences() -> Conditions:
    """Experiments 3a and 3b, rule ST2: the first N of 100 to 110 numbers tell the class."""
    a, b = {"limit": 0.2, "mean": 0.01}, {"limit": 0.2, "mean": 0.04, "wrong": 6 / 256}
    net: dict[str, Any] = dict(H=8, B=64, test=256, updates=1500)
    return {
        f"3{letter}, N = {N}": _task("two_sequence", 110, 2, rule, **net)
        | dict(options={"shortest": 100, "N": N, "clue_noise": noise})
        for letter, noise, rule in (("a", 0.0, a), ("b", 0.2, b))
        for N in (3, 1)
    }


def adding() -> Conditions:
    """Experiment 4: two marked numbers of the first half of 100 to 110, their sum."""
    how: dict[str, Any] = dict(options={"shortest": 100}, test=2000, every=50)
    return {"4": _task("adding_1997", 110, 1, {"limit": 0.04, "mean": 0.01}, **how)}


def orders() -> Conditions:
    """Experiments 6a and 6b: the order of two or three signals in 100 to 110 symbols."""
    return {
        label: _task("temporal_order", 110, 2**signals, {"limit": 0.3, "mean": 0.1})
        | dict(options={"shortest": 100, "signals": signals}, test=2000)
        for label, signals in (("6a", 2), ("6b", 3))
    }


# As `experiments.Experiment` has them.
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "modern-1997-1": dict(
        about="experiment 1 of 1997, embedded Reber strings, with the LSTM and training of today",
        expected="every symbol of 512 strings right with four of five seeds",
        time="3 s",
        conditions=reber(),
    ),
    "modern-1997-2": dict(
        about="experiments 2a to 2c: a symbol is to be said again 100 steps later",
        expected="two classes every seed; asked at every step none",
        time="14 s",
        conditions=lags(),
    ),
    "modern-1997-3": dict(
        about="experiments 3a and 3b: the first three numbers, or one, tell the class",
        expected="every seed, one number with noise last",
        time="10 s",
        conditions=two_sequences(),
    ),
    "modern-1997-4": dict(
        about="experiment 4: add two marked numbers, every error below 0.04",
        expected="every seed",
        time="8 s",
        conditions=adding(),
    ),
    "modern-1997-6": dict(
        about="experiments 6a and 6b: the order of two or three signals",
        expected="every seed",
        time="10 s",
        conditions=orders(),
    ),
}
