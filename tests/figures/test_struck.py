"""The figure of summands struck out, `struck`, against the derivation and the protocols."""

import moving_node
import node
import numpy as np
import pytest
from moving_struck import FOUR, LETTERS, SUMMANDS, errors, gradients, shaped

from lstm_ref.cells import lstm
from lstm_ref.check import protocols, witnesses
from lstm_ref.mistakes import power

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
STATES = (
    dict(FOUR[3], struck="f"),
    dict(FOUR[3], struck="abcd"),
    dict(FOUR[3], struck="eimrz"),
    dict(FOUR[3], struck="", T=4, B=2, scale="1.0"),
    dict(FOUR[0], struck="f", T=3),
)
BACK = "".join(LETTERS[f"h from {gate}"] for gate in ("f", "i", "c_tilde", "o"))
MISTAKES = {"no-carousel": LETTERS["c from c"], "no-h-path": BACK}
MISTAKES["no-recurrence"] = MISTAKES["no-carousel"] + BACK


@pytest.mark.parametrize("state", STATES)
def test_gradients_and_their_errors(state):
    (found,) = moving_node.computed("struck", state)
    numbers = found["numbers"]
    struck = [name for name in SUMMANDS if LETTERS[name] in state["struck"]]
    for name, want in gradients(numbers["given"], struck).items():
        got = np.reshape(numbers["got"][name], want.shape)
        assert np.abs(got - want).max() <= 1e-12 * max(1e-9, np.abs(want).max()), name
    for name, want in errors(numbers["given"], struck).items():
        assert numbers["errors"][name] == pytest.approx(want, rel=1e-9, abs=1e-12), name


def test_every_summand_is_on_the_card():
    """Each by itself makes some gradient wrong, and they are all that there are."""
    states = [dict(FOUR[3], struck=letter) for letter in LETTERS.values()]
    for state, found in zip(states, moving_node.computed("struck", *states), strict=True):
        off = found["numbers"]["errors"]
        assert max(off.values()) > 1e-3, state
        assert found["numbers"]["seen"], state
    assert len(LETTERS) == 26


def test_differences_agree_with_the_complex_step():
    (found,) = moving_node.computed("struck", dict(FOUR[3], struck=""))
    numbers = found["numbers"]
    params, x, (h_0, c_0), dy = shaped(numbers["given"])
    tensors = {**params, "x": x, "h_0": h_0, "c_0": c_0}
    zero = np.zeros_like(h_0)
    by_step = witnesses.by_complex_step(lstm, tensors, {"dh": dy, "dstate_T": (zero, zero)})
    for name, want in by_step.items():
        got = np.reshape(numbers["got"][name], want.shape)
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-12 * np.abs(want).max())
    assert numbers["noise"] < 1e-9 and not numbers["seen"]


def test_the_four_checks_see_what_those_of_the_package_see():
    matrix = power.kill_matrix(protocols=protocols.PROTOCOLS[:4], names=[*MISTAKES])
    order = [MISTAKES[name] for name in matrix["mistakes"]]
    for settings, wanted in zip(FOUR, matrix["killed"], strict=True):
        states = [dict(settings, struck=struck) for struck in order]
        found = moving_node.computed("struck", *states)
        assert [one["numbers"]["seen"] for one in found] == wanted.tolist()


def test_a_limit_too_tight_is_said():
    (found,) = moving_node.computed("struck", dict(FOUR[2], struck="", limit="0.000000001"))
    assert "refuses even the right ones" in found["say"] and found["numbers"]["noise"] > 1e-9


def test_the_challenge():
    two = dict(FOUR[2], struck=LETTERS["x from c_tilde"])
    states = {}, two, dict(two, struck="f"), dict(two, struck=two["struck"] + "f"), dict(two, T=1)
    start, met, seen, both, one = (f["met"] for f in moving_node.computed("struck", *states))
    assert met is True and all(isinstance(said, str) for said in (start, seen, both, one))
