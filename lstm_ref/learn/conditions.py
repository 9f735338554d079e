"""Experiments of chapters 1, 2, 6, 7 and 8: conditions are dicts of settings, see `experiments`."""

from collections.abc import Mapping, Sequence
from typing import Any

Conditions = dict[str, dict[str, Any]]  # label -> settings


def addition() -> Conditions:
    """Chapter 1: sums of 8 digits, tested with 40."""
    task = dict(task="binary_addition", cell="ELMAN", T=8, K=2, H=4, B=32)
    task |= dict(updates=800, every=100, test_options={"T": 40}, weights=True)
    return {"RNN": task}


def distances() -> Conditions:
    """Chapter 2: a far word, from 0 to 40 words away."""
    short: dict[str, Any] = dict(
        task="country_language", K=4, H=16, B=32, dtype="float64", test=400
    )
    short |= dict(updates=400, every=400)
    chrono = {"forget_bias": "chrono", "T_max": 40}
    kinds: Conditions = {
        "RNN, learning rate 0.01": dict(cell="ELMAN", learning_rate=0.01),
        "RNN, learning rate 0.003": dict(cell="ELMAN", learning_rate=0.003),
        "RNN, orthogonal": dict(
            cell="ELMAN", learning_rate=0.003, start={"recurrent": "orthogonal"}
        ),
        "LSTM, bias 1": dict(learning_rate=0.01),
        "LSTM, chrono": dict(learning_rate=0.01, start=chrono),
    }
    return {
        f"{name}, distance {words}": short | kind | dict(T=words + 3)
        for name, kind in kinds.items()
        for words in (0, 10, 20, 40)
    }


# Chapter 6: the vanilla cell, Greff's eight, blocks of three cells, both GRUs.
VARIANTS = (
    *("VANILLA", "NIG", "NFG", "NOG", "NIAF", "NOAF", "NP", "CIFG", "FGR"),
    *("BLOCK", "GRU_BEFORE", "GRU_AFTER"),
)


def variants(**task: Any) -> Conditions:
    """Chapter 6: every variant on one task."""
    task = dict(H=12, B=50, test=200, every=10, learning_rate=0.04) | task
    start = {"spread": task["T"]}
    blocks = {"BLOCK": {"G": 4}}
    return {name: task | dict(cell=name, start=start | blocks.get(name, {})) for name in VARIANTS}


def forget_biases() -> Conditions:
    """Chapter 6: the bias of the forget gate."""
    task = dict(task="temporal_order", T=50, K=8, H=12, B=50, test=200)
    task |= dict(learning_rate=0.04, updates=250, every=10, goal=[">=", 0.99])
    return {f"b_f = {b:.0f}": task | dict(start={"forget_bias": b}) for b in (0.0, 1.0, 2.0)}


def dials(
    learning_rates: Sequence[float],
    sizes: tuple[int, int],
    start: dict[str, Any],
    stops: Mapping[str, dict[str, Any]],
    every: dict[str, Any] | None = None,
    **task: Any,
) -> Conditions:
    """Chapter 7: the dial against the LSTM, and the dial with stops at one learning rate.

    sizes: H of the dials and of the LSTM; start: of the LSTM; stops: label -> start; every: what
    all starts have in common.
    """
    task, every = (
        dict(B=32, dtype="float64", every=50, test=200, after="losses") | task,
        every or {},
    )
    dial = dict(H=sizes[0], start=every)
    lstm = dict(H=sizes[1], cell="LSTM", start=every | start)
    found = {}
    for learning_rate in learning_rates:
        for name, kind in (("dial", dial | dict(cell="DIAL")), ("LSTM", lstm)):
            label = f"{name}, learning rate {learning_rate}"
            found[label] = task | kind | dict(learning_rate=learning_rate)
    for label, b in stops.items():
        found[label] = task | dial | dict(cell="STOPS", learning_rate=0.03, start=every | b)
    return found


# Chapter 8: label on the page -> name of the mistake.
PUBLISHED = {
    "1 no carousel": "no-carousel",
    "2 not on the way to h": "h-path-without-carousel",
    "3 too early": "dh-overwritten",
    "4 no way back": "no-recurrence",
    "5 slope of the slope": "slopes-at-activation",
    "6 slope on the carousel": "tanh-slope-after-sum",
    "7 biases": "slopes-with-bias-of-o",
}


def wrong_gradients() -> Conditions:
    """Chapter 8: the right gradient and published mistakes, on a short and a longer task."""
    task = dict(task="temporal_order", K=4, H=12, B=32, test=200, options={"signals": 2})
    task |= dict(updates=125, goal=[">=", 0.99])
    names = {"right": "LSTM"} | {k: f"LSTM with {name}" for k, name in PUBLISHED.items()}
    return {
        f"{label}, T = {T}": task
        | dict(cell=name, T=T, start={"forget_bias": "chrono", "T_max": T})
        for label, name in names.items()
        for T in (10, 20)
    }


# As `experiments.Experiment` has them.
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "addition": dict(
        about="binary addition with an RNN of 4 units; sums of 8 digits, asked for 40",
        expected="every digit right, with every seed",
        time="1 s",
        conditions=addition(),
    ),
    "far-word": dict(
        about="a country named 0 to 40 words before; RNN and LSTM, two starts each",
        expected="all at distance 0; at 40 LSTM chrono alone",
        time="20 s",
        conditions=distances(),
    ),
    "variants-order": dict(
        about="temporal order in 30 steps with twelve variants of the LSTM",
        expected="every seed of all, NIG and FGR last",
        time="7 s",
        conditions=variants(task="temporal_order", T=30, K=8, updates=500, goal=[">=", 0.99]),
    ),
    "variants-latest": dict(
        about="the letter marked last, with twelve variants; learned in 20 steps, asked in 400",
        expected="every seed but one of NIG; NFG most often wrong in 400 steps",
        time="7 s",
        conditions=variants(task="latest_marked", T=20, K=4, updates=150, after="longer"),
    ),
    "forget-bias": dict(
        about="temporal order in 50 steps with forget biases of 0, 1 and 2",
        expected="within 250 updates with 1 or 2 every seed, with 0 none",
        time="1 s",
        conditions=forget_biases(),
    ),
    "dial-parity": dict(
        about="parity with the dial, a cell made up, against an LSTM of its size",
        expected="every seed of both, the dial sooner",
        time="2 s",
        conditions=dials(
            (0.03, 0.1),
            (7, 6),
            {"forget_bias": 1.0},
            {"stops": {}},
            task="parity",
            T=20,
            K=2,
            updates=150,
            every={"recurrent": "glorot"},
        ),
    ),
    "dial-clue": dict(
        about="a country named 20 words before, with the dial and an LSTM of its size",
        expected="at learning rate 0.03 hardly a dial, with stops all",
        time="3 s",
        conditions=dials(
            (0.01, 0.03),
            (11, 9),
            {"forget_bias": 5.0},
            {"stops": {"b_g": -5.0}, "stops b_g = 0": {}},
            task="country_language",
            T=23,
            K=4,
            updates=200,
        ),
    ),
    "wrong-gradients": dict(
        about="two signals in order: the right gradient and seven published mistakes",
        expected="no way back: never; no carousel: never in 20 steps",
        time="15 s",
        conditions=wrong_gradients(),
    ),
}
