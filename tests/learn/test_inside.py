"""Looking into a net: a net built by hand, of which everything is known, and broken texts."""

from types import SimpleNamespace

import numpy as np
import pytest

from lstm_ref.book import results, weights
from lstm_ref.cells import elman, lstm
from lstm_ref.learn import inside, network
from lstm_ref.learn.tasks import agreement

TEXTS = inside.genders(B=60)


def words(x, b, vocabulary):
    return [vocabulary[k] for k in x[:, :, b].argmax(axis=1)]


def by_hand(W_fh=-40.0, b_f=20.0):
    """Unit 0 notes "the"; unit 1, whose forget gate is given, keeps the gender of the next noun."""
    sizes = {"H": 2, "D": 23, "1": 1}
    params = {name: np.zeros([sizes[k] for k in letters]) for name, letters in lstm.SHAPES.items()}
    params["b_o"][:], params["b_f"][0], params["b_i"][0] = 20, -20, 20
    number = agreement.GENDER_WORDS.index
    params["W_cx"][0, number("the")] = 20
    for sign, nouns in ((-20, agreement.MALE), (20, agreement.FEMALE)):
        params["W_cx"][1, [number(noun) for noun in nouns]] = sign
    params["W_fh"][1, 0], params["b_f"][1] = W_fh, b_f
    params["W_ih"][1, 0], params["b_i"][1] = 40, -20
    params |= {"W_yh": np.zeros((23, 2)), "b_y": np.zeros((23, 1))}
    params["W_yh"][TEXTS.answers, 1] = [-1, 1]
    return {name: value.astype(np.float32) for name, value in params.items()}


@pytest.mark.parametrize(
    "texts, vocabulary",
    [(TEXTS, agreement.GENDER_WORDS), (inside.numbers(B=60), agreement.NUMBER_WORDS)],
)
def test_a_twin_differs_in_one_subject_and_its_answer_only(texts, vocabulary):
    pairs = {0: texts.old_twin, texts.length: texts.new_twin}
    for start, twin in pairs.items():
        assert twin.shape == texts.x.shape and (twin.sum(axis=1) == 1).all()
        changed = np.flatnonzero((twin != texts.x).any(axis=(1, 2)))
        assert changed.tolist() == [start + 1, start + texts.asked + 1]
        assert (twin[changed] != texts.x[changed]).any(axis=1).all()
    for b in range(5):
        said = words(texts.x, b, vocabulary)[texts.question + 1]
        assert said == vocabulary[texts.answers[int(texts.second[b])]]
        other = words(texts.new_twin, b, vocabulary)[texts.question + 1]
        assert other == vocabulary[texts.answers[int(not texts.second[b])]]


def test_the_unit_that_holds_the_gender_is_found_and_the_others_do_nothing():
    params = by_hand()
    for at in (inside.MIDDLE, inside.LATE):
        assert inside.flips(params, TEXTS, at).tolist() == [0, 1]
    before, after = inside.transplant(params, [1], TEXTS, inside.MIDDLE)
    np.testing.assert_allclose(after, -before, rtol=1e-4)
    assert ((before > 0) == TEXTS.second).all()
    assert inside.flipped(params, [1], TEXTS, at=0) == 0  # before the subject


def test_what_is_left_of_the_old_subject():
    old, new = inside.shares(by_hand(), 1, TEXTS)
    now = TEXTS.length + 1
    np.testing.assert_allclose(old[1:now], 1, rtol=1e-4)
    np.testing.assert_allclose(old[now:], 0, atol=1e-4)  # forgotten at the new subject
    np.testing.assert_allclose(new[:now], 0, atol=1e-4)
    np.testing.assert_allclose(new[now:], 1, rtol=1e-4)
    kept, _ = inside.shares(by_hand(W_fh=0), 1, TEXTS)  # never forgotten
    np.testing.assert_allclose(kept[1:], 1, rtol=1e-4)


def test_the_gates_product_begins_behind_the_question():
    f = np.full((2 * TEXTS.length, 60), 0.5)
    product = inside.let_through(f, TEXTS)
    np.testing.assert_array_equal(product[: TEXTS.asked + 1], 1)
    np.testing.assert_array_equal(product[TEXTS.asked + 1 :], 0.5 ** np.arange(1, 16))


def test_cases_are_old_gender_then_new():
    values = 10.0 * TEXTS.first + TEXTS.second
    assert inside.by_case(values, TEXTS) == [0, 10, 1, 11]


def test_a_probe_is_tested_on_texts_that_it_was_not_fitted_to():
    rng = np.random.default_rng(0)
    kinds = rng.random(60) < 0.5
    assert inside.probe(np.where(kinds, 2.0, -1.0)[None] + rng.normal(size=(1, 60)) / 9, kinds) == 1
    assert inside.probe(rng.normal(size=(40, 60)), kinds) < 0.8  # enough weights to fit 30 texts


def test_another_cell_and_a_net_without_output_layer():
    params = network.start(elman, np.random.default_rng(0), 23, 5, 23, dtype=np.float32)
    assert inside.flips(params, TEXTS, 3, elman).shape == (5,)
    with pytest.raises(ValueError, match="missing W_yh"):
        inside.signals({name: by_hand()[name] for name in lstm.SHAPES}, TEXTS.x)


def test_the_stored_numbers_are_those_of_the_stored_networks():
    """Seeds 0 and 1 of `gender-unit` are those of `inside-gender`, which keeps the weights."""
    stored = results.by_condition("gender-unit")["LSTM"]
    for params, trial in zip(weights.load("inside-gender")["LSTM"][:2], stored, strict=False):
        found = inside.unit(lstm, SimpleNamespace(params=params), {})
        assert set(found) == set(trial["unit"])
        for name, value in found.items():
            np.testing.assert_allclose(value, trial["unit"][name], atol=0.02, err_msg=name)
