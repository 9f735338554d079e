"""The figure of errors that flow back, `flowing-back`, against the cell written by hand."""

import moving_node
import node
import numpy as np
import pytest
from moving_lstm import flowing_back

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
ENTERS = {"0": 0.0, "p": 1.0, "n": -1.0}
STATES = (
    dict(),
    dict(enter="p0np0p", bias=-1.0),
    dict(enter="p0np0p", bias=2.5, ways="line"),
    dict(enter="pnp0np", ways="gates"),
)


@pytest.mark.parametrize("state", STATES)
def test_errors_and_their_summands(state):
    (found,) = moving_node.computed("flowing-back", state)
    numbers = found["numbers"]
    enters = [ENTERS[letter] for letter in state.get("enter", "00000p")]
    others = {key: value for key, value in state.items() if key != "enter"}
    wanted = flowing_back(enters, **others)
    for name, want in wanted.items():
        np.testing.assert_allclose(numbers["errors"][name][1:], want, rtol=1e-12, atol=1e-16)
    parts = {name: np.array(values) for name, values in numbers["parts"].items()}
    by_h = sum(parts[f"h from {gate}"][1:] for gate in ("f", "i", "c_tilde", "o"))
    np.testing.assert_allclose(by_h + enters, wanted["h"], rtol=1e-12, atol=1e-16)
    by_c = parts["c from h"] + parts["c from c"]
    np.testing.assert_allclose(by_c[1:], wanted["c"], rtol=1e-12, atol=1e-16)


def test_every_formula_gives_its_number():
    """The letters of a formula, read as numbers, give the summand that is shown beside it."""
    from lstm_ref.derive import catalogue
    from lstm_ref.derive.typeset import tokens

    (found,) = moving_node.computed("flowing-back", dict(enter="p0np0p"))
    numbers, t = found["numbers"], 4

    def value(token):
        if isinstance(token, str):
            return token.replace("ᵀ ", "*").replace("⊙", "*").replace("−", "-").replace("²(", "2(")
        kind, name, lag = token
        if name == "e":
            return repr(float(numbers["enters"][t - lag]))
        return repr(numbers[kind][name][0 if kind == "params" else t - lag])

    known = {"tanh": np.tanh, "tanh2": lambda u: np.tanh(u) ** 2}
    seen = 0
    for line in tokens.formulas(catalogue.LSTM)["errors"]:
        total = 0.0
        for summand in line["summands"]:
            text = "".join(map(value, summand["tokens"])).replace("²", "**2")
            total += (part := eval(text, dict(known)))
            if line["of"] in ("c", "h") and summand["name"] != "e":
                np.testing.assert_allclose(part, numbers["parts"][summand["name"]][t], rtol=1e-12)
                seen += 1
        np.testing.assert_allclose(total, numbers["errors"][line["of"]][t], rtol=1e-12)
    assert seen == 6


def test_the_exercise_of_the_chapter():
    (found,) = moving_node.computed("flowing-back", dict(enter="00p000", node="c2"))
    errors = found["numbers"]["errors"]
    told = [round(v, 3) for v in (errors["c"][3], errors["h"][2], errors["c"][2])]
    assert told == [0.283, 0.199, 0.335]
    assert found["say"] == "δ of c at step 2 = 0.086 + 0.249 = 0.335."


def test_the_challenge():
    states = {}, dict(bias=-1.0), dict(bias=-1.0, ways="gates"), dict(bias=-1.0, enter="p0000p")
    start, met, cut, two = (found["met"] for found in moving_node.computed("flowing-back", *states))
    assert met is True and all(isinstance(said, str) for said in (start, cut, two))
