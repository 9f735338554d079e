"""Programs with a few characters changed: each is the known mistake whose name it has."""

import numpy as np
import pytest

pytest.importorskip("sympy")

from lstm_ref.book import altered
from lstm_ref.cells import lstm
from lstm_ref.check import witnesses
from lstm_ref.mistakes import known


@pytest.mark.parametrize("name", [name for name in altered.CHANGES if name != "tutorial"])
def test_a_changed_line_is_the_known_mistake(name):
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(1))
    theirs = known.gradients(known.find(name), *witnesses.split(lstm, tensors), errors)
    mine = witnesses.by_hand(altered.program(name), tensors, errors)
    right = witnesses.by_hand(lstm, tensors, errors)
    assert max(np.abs(mine[k] - right[k]).max() for k in right) > 1e-3
    for key, want in theirs.items():
        np.testing.assert_allclose(mine[key], want, rtol=1e-11, atol=1e-13)


def test_the_right_program_is_right():
    assert max(altered.worst(altered.right(), 4, 3, zero=False, last=False)) < 1e-12
    assert max(altered.worst(altered.program("no-carousel"), 4, 3)) > 0.1


def test_names_and_lines_that_are_not_there_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="name: expected one of no-carousel, .*, got 'nothing'"):
        altered.program("nothing")
    monkeypatch.setitem(altered.CHANGES, "planted", [("no such line", "")])
    with pytest.raises(ValueError, match="planted changes 'no such line', which the code does not"):
        altered.program("planted")


def test_problems_are_what_they_say():
    tensors, errors = altered.problem(5, 0)
    assert not tensors["h_0"].any() and not errors["dh"][:-1].any() and errors["dh"][-1].any()
    tensors, errors = altered.problem(5, 0, zero=False, last=False)
    assert tensors["h_0"].all() and errors["dh"].all() and tensors["b_f"].any()
    assert not any(e.any() for e in errors["dstate_T"])


def test_the_check_of_the_tutorial_passes():
    given = altered.of_the_tutorial()
    computed = witnesses.by_hand(altered.program("tutorial"), *given)["W_fh"]
    np.testing.assert_allclose(altered.differences(*given, "W_fh", 1e-3), computed, rtol=1e-5)
    assert altered.off(altered.program("tutorial"), *given)["b_i"] > 0.5
