"""Damaged inputs at every door: a few here, more than 10,000 with `make fuzz`."""

import numpy as np
import pytest
import run
from fuzz_case import Case, TooMuchWork, bounded, judged

CASES = 600
SEED = 0  # `make fuzz` has another one


@pytest.mark.parametrize("door", run.DOORS)
def test_refused_as_promised_or_right(door, tmp_path):
    chosen = [pair for pair in run.numbers(CASES) if pair[0] == door]
    assert chosen and not list(run.faults(SEED, chosen, tmp_path))


def test_a_case_is_the_same_each_time(tmp_path):
    for door in run.DOORS:
        first, second = (run.case(door, 7, 3, tmp_path / "case") for _ in range(2))
        assert first.what == second.what


def raising(error):
    def call():
        raise error

    return call


def endless():
    while True:
        len([])


FAULTS = {
    "another number": (lambda: 2.0, "accepted: 2.0"),
    "another error": (raising(KeyError("W_fx")), "KeyError"),
    "no name": (raising(ValueError("bad shape")), "names none of x"),
    "no words": (raising(ValueError()), "an empty message"),
    "too long": (raising(ValueError("x" * 601)), "of 601 characters"),
    "two paragraphs": (raising(ValueError("x\n\ny")), "several paragraphs"),
    "no end": (endless, "TooMuchWork"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_each_kind_of_fault_is_seen(what, monkeypatch):
    call, message = FAULTS[what]
    assert message in judged(Case("", call, lambda result: result == 1.0, (ValueError,), ("x",)))


def test_what_is_right_is_let_through():
    refuse = raising(ValueError("x: bad shape"))
    for call in (lambda: 1.0, refuse):
        assert judged(Case("", call, lambda result: result == 1.0, (ValueError,), ("x",))) is None


def test_no_handler_catches_too_much_work():
    with pytest.raises(TooMuchWork), bounded(100):
        try:
            endless()
        except Exception:
            pass


def test_bits_are_compared():
    from fuzz_case import same

    one = {"a": np.array([0.0]), "b": (1, [None])}
    assert same(one, {"a": np.array([0.0]), "b": (1, [None])})
    for other in (np.array([-0.0]), np.array([0.0], "f4"), np.array([[0.0]]), np.ma.array([0.0])):
        assert not same(one, {**one, "a": other})
    assert not same(one, {**one, "b": (True, [None])})
