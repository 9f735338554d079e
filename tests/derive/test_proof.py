"""The proof in index notation can fail: each wrong term is seen, and only where it belongs."""

import dataclasses

import pytest
import sympy

from lstm_ref.derive import proof, terms
from lstm_ref.derive.catalogue import LSTM, VANILLA
from lstm_ref.derive.expressions import at


def altered(monkeypatch, cell, of, change):
    """failures(cell) with the terms of one signal changed."""
    right = terms.of

    def wrong(declared, name):
        found = right(declared, name)
        return change(found) if name == of else found

    monkeypatch.setattr(terms, "of", wrong)
    return proof.failures(cell)


def replaced(**fields):
    return lambda terms: [dataclasses.replace(term, **fields) for term in terms]


@pytest.mark.parametrize(
    "of, change, failing",
    [
        ("f", replaced(inner=at("c")), ["f[t]"]),  # c_t for c_{t-1}
        ("i", replaced(by="h"), ["i[t]"]),  # another error
        ("o", replaced(inner=1 - sympy.tanh(at("c")) ** 2), ["o[t]"]),
        ("h", replaced(via=sympy.Symbol("W_fh")), ["h[t-1]"]),  # one matrix for all
        ("h", lambda terms: [*terms, terms[0]], ["h[t-1]"]),  # one term twice
        ("x", lambda terms: terms[1:], ["x[t]"]),
        (
            "c",
            lambda terms: [dataclasses.replace(t, inner=2 * t.inner) for t in terms],
            ["c[t]", "c[t-1]"],
        ),
        ("b_i", lambda terms: [], ["b_i"]),
        ("b_f", replaced(by="i"), ["b_f"]),
    ],
)
def test_a_wrong_term_fails_its_identity(monkeypatch, of, change, failing):
    assert altered(monkeypatch, LSTM, of, change) == failing


def test_a_matrix_in_place_of_its_transpose_is_seen(monkeypatch):
    # Wᵀδ and Wδ have the same shape for a square matrix: only indices tell them apart.
    def wrong(cell, term):
        value = claimed(cell, term)
        if term.via is None:
            return value
        W, j = sympy.IndexedBase(str(term.via)), sympy.Wild("j")
        return value.replace(W[j, proof.q], lambda j: W[proof.q, j])

    claimed = proof._claimed
    monkeypatch.setattr(proof, "_claimed", wrong)
    assert proof.failures(LSTM) == ["x[t]", "h[t-1]"]


def test_a_wrong_slope_or_weight_gradient_is_seen(monkeypatch):
    slope, products = terms.slope, terms.products
    monkeypatch.setattr(terms, "slope", lambda cell, n: at("f") if n == "f" else slope(cell, n))
    assert proof.failures(LSTM) == ["slope of f"]
    monkeypatch.setattr(terms, "slope", slope)

    def shifted(cell, name):  # h_t where h_{t-1} belongs
        return [
            dataclasses.replace(p, v=at("h")) if name == "W_oh" else p for p in products(cell, name)
        ]

    monkeypatch.setattr(terms, "products", shifted)
    assert proof.failures(LSTM) == ["W_oh"]


def test_the_number_of_identities():
    """LSTM: 8 uses of signals, 4 biases, 8 matrices, 4 slopes. A test that proves nothing fails."""
    counts = {cell.name: len(proof.prove(cell)) for cell in (LSTM, VANILLA)}
    assert counts == {"LSTM": 24, "VANILLA": 27}
    assert all(identity.left != 0 for identity in proof.prove(VANILLA))
