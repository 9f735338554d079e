"""Several mistakes forwards are read from weight gradients, each equation alone."""

import numpy as np
import pytest
from helpers.implementations import case, catalogue
from helpers.implementations.edits import implement

from lstm_ref.derive import table
from lstm_ref.diagnose.core import altered, turned, values
from lstm_ref.diagnose.core.alone import Alone, Nets
from lstm_ref.diagnose.core.reader import Reader
from lstm_ref.diagnose.core.turned import INVERSES
from lstm_ref.diagnose.core.values import ELEMENTWISE

KEY = tuple(case.NEW.items())


def planted(cell, *texts):
    """(weight gradients and h, edits) of an independent implementation with these mistakes."""
    every = [e for family in catalogue.edits(cell).values() for e in family]
    edits = [next(e for e in every if e.text == text) for text in texts]
    arrays = case.golden(cell, KEY)
    return implement(cell, arrays, edits)


def read(cell, results, h):
    arrays = case.golden(cell, KEY)
    found = table.of_catalogue(cell)
    names = [f"d{n}" for n in (*found.matrices, *found.vectors)]
    _, read = Reader(found, arrays).read([{n: results[n] for n in (*names, *["h"][:h])}], 1e-7)
    return found, arrays, read


SEVERAL = {
    "one equation": ("LSTM", "hard sigmoid 0.2 for sigma in the equation of i", "b_i taken as zero",
                     "identity for tanh in the equation of c_tilde"),
    "four": ("LSTM", "tanh for sigma in the equation of o",
             "softsign for sigma in the equation of f", "b_i ignored, its gradient zero",
             "c_0 taken as zero"),
    "gates": ("LSTM", "weights of gates on the way in: i for f, f for i", "c_0 taken as zero",
              "softsign for tanh in the equation of c_tilde"),
    "both ways": ("LSTM", "tanh for sigma in the equation of o",
                  "softsign for sigma in the equation of f", "gradient of W_ih: doubled"),
    "gru": ("GRU_BEFORE", "softsign for sigma in the equation of z", "b_r taken as zero",
            "softsign for tanh in the equation of h_tilde"),
}  # fmt: skip


@pytest.mark.parametrize(
    "which, h",
    [(which, h) for which in SEVERAL for h in (True, False) if h or which not in ("four", "gates")],
)
def test_several_mistakes_do_not_mix(which, h):
    cell, *texts = SEVERAL[which]
    results = planted(cell, *texts)
    known, arrays, found = read(cell, results, h)
    assert found.exact and found.edits, found
    other = altered.forward_with(known, arrays, found.edits)
    for name in known.equations:  # the whole forward pass, of which nothing but h was stored
        assert np.allclose(other[name][1:], results[name], atol=1e-9), name


@pytest.mark.parametrize("word", INVERSES)
def test_an_activation_is_turned_round(word):
    u = np.linspace(-0.9, 0.9, 7) if word != "relu" else np.linspace(0.1, 2, 7)
    assert np.allclose(INVERSES[word](ELEMENTWISE[word](u)), u, atol=1e-9)


def test_what_an_equation_reads_comes_back_from_what_it_gives():
    cell = table.of_catalogue("LSTM")
    right = values.forward(cell, case.golden("LSTM", KEY))
    found = turned.turns(cell, right)
    assert {(t.name, t.signal) for t in found} >= {("h", "c"), ("h", "o"), ("c", "i"), ("c", "f")}
    for turn in found:
        net = right[turn.name][1:]
        back = turn.solved(net, right, slice(1, len(net) + 1))
        late = 1 - turn.lag
        assert np.allclose(back, right[turn.signal][late : late + len(net)], atol=1e-9), turn


def test_an_equation_is_read_alone_with_two_mistakes_and_not_where_it_is_none_of_ours():
    cell = table.of_catalogue("LSTM")
    right = values.forward(cell, case.golden("LSTM", KEY))
    W, b = right["W_fx"], right["b_f"]
    x, h = right["x"][1:], right["h"][:-1]
    alone = Alone(Nets(cell), "f", right, 1e-9)
    (one,) = alone.explanations(np.tanh(2 * (W @ x) + right["W_fh"] @ h))
    assert one.equation.activation == "tanh" and len(one.edits) == 2
    assert one.edits[1].kind == "twice; forgotten"
    assert alone.explanations(np.tanh(W @ x**2 + right["W_fh"] @ h + b)) == []
