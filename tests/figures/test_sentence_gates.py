"""The figure `sentence-gates` against the package and the stored net of chapter 11."""

import json

import figure_data
import moving_node
import node
import numpy as np
import pytest

from lstm_ref.book import weights
from lstm_ref.cells import lstm
from lstm_ref.learn import inside, network
from lstm_ref.learn.tasks import agreement

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
NET = {
    name: value.astype(float) for name, value in weights.load("inside-gender")["LSTM"][1].items()
}
FIGURE = dict(subject1="king", object1="girl", near1="queen")
FIGURE |= dict(subject2="prince", object2="woman", near2="boy", unit=13, act="none", at=15)
OTHER = dict(subject1="princess", near1="man", subject2="woman", object2="king")
STATES = (
    {},
    dict(act="twin"),
    dict(**OTHER, act="twin", at=19),
    dict(act="zero", at=14, unit=4),
    dict(**OTHER, act="held", at=12),
)
SIGNALS = ("f", "i", "c_tilde", "c", "o", "h")


def words_of(state):
    he = {noun: "he" for noun in agreement.MALE} | {noun: "she" for noun in agreement.FEMALE}
    return (
        (
            "the {subject1} sees a {object1} near a {near1} and {pronoun} smiles . "
            "the {subject2} meets a {object2} near a {near2} and"
        )
        .format(**state, pronoun=he[state["subject1"]])
        .split()
    )


def one_hot(words):
    eye = np.eye(len(agreement.GENDER_WORDS))
    return np.stack([eye[agreement.GENDER_WORDS.index(word)] for word in words])[:, :, None]


def lead(h):
    he, she = (agreement.GENDER_WORDS.index(word) for word in agreement.PRONOUNS)
    W, b = NET["W_yh"], NET["b_y"]
    return ((W[she] - W[he]) @ h + b[she] - b[he]).item()


def expected(state, unit):
    """Signals of the unit and leads behind every word, word by word with `lstm.step`."""
    words, kinds = words_of(state), (agreement.MALE, agreement.FEMALE)
    twin = [*words]
    for one, other in (kinds, kinds[::-1]):
        if words[13] in one:
            twin[13] = other[one.index(words[13])]
    own = network.own_params(lstm, NET)
    zero = np.zeros((16, 1))
    mine, beside, rows, leads = (zero, zero), (zero, zero), [], []
    for t, (x, y) in enumerate(zip(one_hot(words), one_hot(twin), strict=True)):
        mine, record = lstm.step(own, x, mine)
        beside = lstm.step(own, y, beside)[0]
        if t == state["at"] or (t > state["at"] and state["act"] == "held"):
            for part, other in zip(mine, beside, strict=True):
                if state["act"] != "none":
                    part[unit] = other[unit] if state["act"] == "twin" else 0
        record = {**record, "h": mine[0], "c": mine[1]}
        rows.append([record[name][unit].item() for name in SIGNALS])
        leads.append(lead(mine[0]))
    return words, twin, rows, leads


@pytest.mark.parametrize("changes", STATES)
def test_numbers(changes):
    state = FIGURE | changes
    (found,) = moving_node.computed("sentence-gates", changes)
    numbers = found["numbers"]
    words, twin, rows, leads = expected(state, state["unit"])
    assert (numbers["words"], numbers["twin"]) == (words, twin)
    np.testing.assert_allclose(numbers["rows"], rows, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(numbers["leads"], leads, rtol=1e-12, atol=1e-12)
    intact = expected(state | {"act": "none"}, 0)[3]
    np.testing.assert_allclose(numbers["intact"], intact, rtol=1e-12, atol=1e-12)
    each = [expected(state, k)[3][-1] for k in range(16)]
    np.testing.assert_allclose(numbers["units"], each, rtol=1e-12, atol=1e-12)


def test_as_the_transplant_of_the_package():
    """A text of the chapter's: with these nouns the same answer changes by the same unit."""
    texts = inside.genders(1)
    x = one_hot(words_of(FIGURE))
    twin = one_hot(words_of(FIGURE | {"subject2": "princess"}))
    texts = texts._replace(x=x, new_twin=twin)
    before, after = inside.transplant(NET, [13], texts, at=3)
    (found,) = moving_node.computed("sentence-gates", dict(act="twin"))
    leads = found["numbers"]["intact"][-1], found["numbers"]["leads"][-1]
    np.testing.assert_allclose(leads, [before.item(), after.item()], rtol=1e-12)


def test_the_net_is_the_stored_one():
    stored = json.loads(figure_data.wanted()["gender-net.json"])
    for name in lstm.SHAPES:
        assert np.array_equal(np.float32(stored[name]).astype(float), NET[name].ravel())


def test_the_challenge():
    start, early, other, met = moving_node.computed(
        "sentence-gates",
        {},
        dict(act="twin"),
        dict(act="twin", at=19, unit=5),
        dict(act="twin", at=19),
    )
    assert "Nothing is changed" in start["met"] and "later" in early["met"]
    assert "still he" in other["met"] and met["met"] is True
