"""The figure of the fading sentence, `fading`, against the package."""

import json

import figure_data
import moving_node
import node
import numpy as np
import pytest
from places import ROOT

from lstm_ref.cells import elman, lstm

STORED = json.loads((ROOT / "book/figures/data/fading.json").read_text(encoding="utf-8"))
SIZES = {"H": 16, "D": 15, "1": 1}
CELLS = {"RNN": elman, "LSTM": lstm}
needs_node = pytest.mark.skipif(node.node() is None, reason=node.NONE)


def test_the_stored_numbers_are_fresh_weights():
    made = figure_data.fading()
    assert STORED.keys() == made.keys()
    for name, value in made.items():
        if name == "vocabulary":
            assert STORED[name] == value.tolist()
        else:
            np.testing.assert_allclose(STORED[name], value.ravel(), rtol=0, atol=1.1e-4)
    assert np.ptp(STORED["RNN.W_hh"]) > 0.4 < np.ptp(STORED["LSTM.W_fh"])


def expected(kind, distance, bias):
    """Length of the derivative with respect to each word, as a share of the longest."""
    cell = CELLS[kind]
    params = {
        name: np.array(STORED[f"{kind}.{name}"]).reshape([SIZES[letter] for letter in word])
        for name, word in cell.SHAPES.items()
    }
    if kind == "LSTM":
        params["b_f"] = np.full((16, 1), float(bias))
    words = np.array(STORED["words"][:2] + STORED["words"][42 - distance :])
    _, last, tape = cell.forward(params, np.eye(15)[words][:, :, None])
    error = np.array(STORED["error"])[:, None]
    back = (error, *(0 * state for state in last[1:]))
    dx = cell.backward(params, tape, None, back)[1]
    lengths = np.linalg.norm(dx[:, :, 0], axis=1)
    return words, lengths / lengths.max()


@needs_node
@pytest.mark.parametrize("distance, bias", [(30, 1), (0, 0), (7, 2.5), (40, 6)])
def test_numbers(distance, bias):
    (found,) = moving_node.computed("fading", dict(distance=distance, bias=bias))
    for kind in CELLS:
        words, want = expected(kind, distance, bias)
        assert found["numbers"]["words"] == words.tolist()
        np.testing.assert_allclose(found["numbers"][kind], want, rtol=1e-12)


@needs_node
def test_the_challenge():
    lstm = dict(net="LSTM", distance=40)
    cases = dict(lstm, bias=2), dict(lstm, bias=1), dict(net="RNN", distance=40), dict(net="LSTM")
    met, early, nothing, short = (c["met"] for c in moving_node.computed("fading", *cases))
    assert met is True and "too early" in early and "nothing to set" in nothing
    assert "longest sentence has 40" in short
