"""The figure `sentence` against the package: the cell of chapter 4 that is built by hand."""

import moving_node
import node
import numpy as np
import pytest

from lstm_ref.cells import lstm

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
SENTENCE = "the boys slept and the girl who saw them sings because she"
VOCABULARY = sorted({*SENTENCE.split(), "boy", "girls", "sing"})
SUBJECTS = {"boy": (1, 1), "girl": (-1, 1), "boys": (1, -1), "girls": (-1, -1)}
S = 8.0


def spelled(words):
    return "".join(chr(97 + VOCABULARY.index(word)) for word in words.split())


def places(*words):
    return "".join(str(int(word in words)) for word in VOCABULARY)


def story(gender=(), number=()):
    """The weights of the chapter, with o open at these words."""
    sizes = {"D": len(VOCABULARY), "H": 2, "1": 1}
    params = {name: np.zeros([sizes[k] for k in word]) for name, word in lstm.SHAPES.items()}
    params["b_f"][:], params["b_i"][:], params["b_o"][:] = S, -S, -S
    for word, values in SUBJECTS.items():
        k = VOCABULARY.index(word)
        params["W_fx"][:, k], params["W_ix"][:, k] = -2 * S, 2 * S
        params["W_cx"][:, k] = 3 * np.array(values)
    for unit, words in enumerate((gender, number)):
        for word in words:
            params["W_ox"][unit, VOCABULARY.index(word)] = 2 * S
    return params


CASES = (
    (SENTENCE, (), ()),
    (SENTENCE, ("because",), ("them", "because")),
    ("girls saw the boy who sing", ("the", "boy"), ("who",)),
)


def state_of(sentence, gender, number):
    return dict(words=spelled(sentence), gender=places(*gender), number=places(*number))


@pytest.mark.parametrize("case", CASES)
def test_numbers(case):
    sentence, gender, number = case
    (found,) = moving_node.computed("sentence", state_of(*case))
    numbers = found["numbers"]
    assert numbers["words"] == sentence.split()
    index = [VOCABULARY.index(word) for word in sentence.split()]
    x = np.eye(len(VOCABULARY))[index][:, :, None]
    h, _, tape = lstm.forward(story(gender, number), x)
    close = dict(rtol=1e-12, atol=1e-15)
    for t, record in enumerate(tape["steps"]):
        for gate in "fi":  # the same in both units
            np.testing.assert_allclose(numbers["gates"][t][gate], record[gate][:, 0], **close)
        for unit, seen in enumerate(numbers["units"][t]):
            want = record["c"][unit, 0], record["o"][unit, 0], h[t, unit, 0]
            np.testing.assert_allclose([seen[name] for name in "coh"], want, **close)


def test_the_challenge():
    start, everywhere, other, met = moving_node.computed(
        "sentence",
        {},
        dict(number="1" * 14),
        dict(words=spelled("the girl")),
        state_of(*CASES[1]),
    )
    assert "At “them” is shown: nothing" in start["met"]
    assert "At “boys” is shown: plural" in everywhere["met"]
    assert "Reset" in other["met"] and met["met"] is True
    assert met["say"].endswith("at “them” singular; at “because” female, singular.")
