"""Kinds of mistakes of public code, planted here in plain NumPy: what is told, and what is not."""

import numpy as np
import pytest
from helpers.implementations.declared import find

from lstm_ref.derive import catalogue, tabulate
from lstm_ref.diagnose import diagnose
from lstm_ref.diagnose.core import given
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.interop import vectors

SIZES = {"T": 4, "B": 2, "D": 9, "H": 10}
HEADER, RIGHT = vectors.make("LSTM", **SIZES)
GATES = ("f", "i", "c", "o")


def logistic(u):
    return 1 / (1 + np.exp(-u))


def computed(h_0=None, c_0=None, weights=None, wrap=False, straight=(), **errors):
    """Gradients of an LSTM by hand; weights: gate -> whose weights it takes; wrap: index -1.

    straight: steps at which W_oh is not transposed. errors: others that enter, "e" and "e_h_T".
    """
    V, T = {**RIGHT, **errors}, SIZES["T"]
    h_0 = V["h_0"] if h_0 is None else h_0
    c_0 = V["c_0"] if c_0 is None else c_0
    own = weights or {}
    W = {g: [V[n.format(own.get(g, g))] for n in ("W_{}x", "W_{}h", "b_{}")] for g in GATES}
    h, c, gates = [h_0], [c_0], [None]
    for t in range(T):
        net = {g: W[g][0] @ V["x"][t] + W[g][1] @ h[-1] + W[g][2] for g in GATES}
        a = {g: np.tanh(u) if g == "c" else logistic(u) for g, u in net.items()}
        c.append(a["f"] * c[-1] + a["i"] * a["c"])
        h.append(a["o"] * np.tanh(c[-1]))
        gates.append(a)
    grads = {n: np.zeros_like(V[n[1:]]) for n in RIGHT if n[0] == "d" and n[1:3] in ("W_", "b_")}
    dx, dh, dc = np.zeros_like(V["x"]), V["e_h_T"], V["e_c_T"]
    for t in range(T, 0, -1):
        a, before = gates[t], -1 if wrap and t == 1 else t - 1
        dh = dh + V["e"][t - 1]
        dc = dc + dh * a["o"] * (1 - np.tanh(c[t]) ** 2)
        d = {
            "o": dh * np.tanh(c[t]) * a["o"] * (1 - a["o"]),
            "f": dc * c[before] * a["f"] * (1 - a["f"]),
            "i": dc * a["c"] * a["i"] * (1 - a["i"]),
            "c": dc * a["i"] * (1 - a["c"] ** 2),
        }
        for g in GATES:
            name = own.get(g, g)
            grads[f"dW_{name}x"] += d[g] @ V["x"][t - 1].T
            grads[f"dW_{name}h"] += d[g] @ h[before].T
            grads[f"db_{name}"] += d[g].sum(axis=1, keepdims=True)
        dx[t - 1] = sum(W[g][0].T @ d[g] for g in GATES)
        back = {g: W[g][1].T for g in GATES} | ({"o": W["o"][1]} if t in straight else {})
        dh = sum(back[g] @ d[g] for g in GATES)
        dc = dc * a["f"]
    return {**grads, "dx": dx, "dh_0": dh, "dc_0": dc}, np.stack(h[1:])


def told(arrays):
    report = diagnose(arrays, against=(HEADER, RIGHT))
    sentences = [m.sentence for one in report.mistakes for m in one.mistakes]
    return report, " | ".join(sentences)


def test_the_right_one_agrees():
    report, _ = told(computed()[0])
    assert report.verdict == "agrees" and report.missing == ()


ZERO = np.zeros_like(RIGHT["h_0"])
KINDS = {
    "zero states": (dict(h_0=ZERO, c_0=ZERO), "zero", "swapped"),
    "c_0 alone": (dict(c_0=ZERO), "c_0", "h_0"),
    "swapped states": (dict(h_0=RIGHT["c_0"], c_0=RIGHT["h_0"]), "swapped", "zero"),
    "permuted gates": (dict(weights={"f": "o", "c": "f", "o": "c"}), "gate", "zero"),
    "index -1": (dict(wrap=True), "index −1", "zero"),
}


@pytest.mark.parametrize("stored", [(), ("h",)])
@pytest.mark.parametrize("kind", KINDS)
def test_kinds_are_told(kind, stored):
    options, word, other = KINDS[kind]
    grads, h = computed(**options)
    report, said = told({**grads, **{n: h for n in stored}})
    assert report.verdict == "known" and len(report.mistakes) == 1
    assert word in said and other not in said, said


def test_outputs_that_run_backwards():
    grads, h = computed()
    report, said = told({**grads, "h": h[::-1]})
    assert report.verdict == "known" and "h runs backwards in time" in said
    assert list(report.differs) == ["h"]


def test_a_norm_that_is_clipped():
    grads, _ = computed()
    names = [n for n in grads if n[1] in "Wb"]
    norm = np.sqrt(sum(np.sum(grads[n] ** 2) for n in names))
    report, said = told({n: grads[n] * 0.25 / norm for n in names})
    assert report.verdict == "known" and "0.25" in said and "divided by B" not in said


@pytest.mark.parametrize("order", ["fioc", "ocif"])
def test_one_matrix_of_x_1_h(order):
    grads, _ = computed()
    rows = [np.hstack([grads[f"dW_{g}x"], grads[f"db_{g}"], grads[f"dW_{g}h"]]) for g in order]
    report, _ = told({"dW": np.concatenate(rows).T})
    assert report.ok and report.layout


def test_an_equation_between_is_not_accused_where_h_alone_says_that_something_is_wrong():
    """h has another value because of the gates: its own equation is right."""
    weights = {"f": "o", "c": "f", "o": "c"}
    _, h = computed(h_0=np.tanh(RIGHT["h_0"]), c_0=RIGHT["c_0"] + 0.1, weights=weights)
    report = diagnose({"h": h}, against=(HEADER, RIGHT))
    assert report.verdict == "unknown"
    assert report.unexplained == ("these numbers do not say which equation is another one",)


def test_an_only_input_has_its_own_letter_or_is_called_x():
    cell = find("LETTERS")
    arrays = vectors.make(cell, **SIZES)[1]
    turned = Edit(("given", "u"), "reversed", other="reversed")
    found = given.taken(tabulate.table(catalogue.declared(cell)), arrays, (turned,))
    assert np.array_equal(found["u"], arrays["x"][::-1])


RESHAPED = RIGHT["e"].reshape(SIZES["T"], SIZES["B"], SIZES["H"]).transpose(0, 2, 1)
BACK = {
    "reshaped": (dict(e=RESHAPED), ["is reshaped at every step, not transposed"]),
    "swapped": (
        dict(e_h_T=RIGHT["e_c_T"], e_c_T=RIGHT["e_h_T"]),
        [
            "enters at c_T stands where the error that enters at h_T belongs",
            "enters at h_T stands where the error that enters at c_T belongs",
        ],
    ),
    "transposed": (dict(straight=(2, 3)), ["W_oh where W_ohᵀ belongs"]),
}


@pytest.mark.parametrize("kind", BACK)
def test_what_is_wrong_on_the_way_back_alone(kind):
    options, sentences = BACK[kind]
    report, said = told(computed(**options)[0])
    assert all(sentence in said for sentence in sentences), said
    assert report.mistakes[0].sure and len(report.mistakes) == 1


@pytest.mark.parametrize("limit", [0.25, 1.0])
def test_entries_clipped_to_a_limit(limit):
    found = computed(straight=(2,))[0]
    clipped = {n: np.clip(v, -limit, limit) if n[1] in "Wb" else v for n, v in found.items()}
    assert any(np.abs(v).max() > limit for n, v in found.items() if n[1] in "Wb")
    unchanged = {n: np.clip(v, -limit, limit) if n[1] in "Wb" else v
                 for n, v in computed()[0].items()}  # fmt: skip
    _, said = told(unchanged)
    assert said == f"every entry of the gradients of all parameters is clipped to ±{limit:g}"
    report, said = told(clipped)
    assert report.verdict != "agrees" and ("clipped to" in said or not report.mistakes)


@pytest.mark.parametrize("factor, known", [(0.125, True), (1 / 3, True), (0.1413696712, False)])
def test_a_factor_of_many_digits_is_no_explanation(factor, known):
    """A norm that was clipped before something else was left out gives such a factor."""
    found = {n: v * factor if n[1] in "Wb" else v for n, v in computed()[0].items()}
    report, _ = told(found)
    assert bool(report.mistakes) == known
