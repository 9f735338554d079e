"""The figure `variants` against the cells written by hand."""

import moving_node
import node
import numpy as np
import pytest

from lstm_ref.cells import gru_before, lstm
from lstm_ref.derive import catalogue, tabulate
from lstm_ref.derive.codegen import js_terms

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
VALUES = [0.8, -0.3, 0.5, -0.6, 0.2, -0.9, 0.4, -0.2, 0.6, -0.5]
START = dict(b_f=1.0, b_i=-3.0, b_o=2.0, b_r=2.0)
STATES = {}, dict(b_f=-1.0, b_i=0.5, b_o=-2.0, b_r=-1.5), dict(b_f=3.0)
X = np.array([[[v], [float(t in (0, 5))]] for t, v in enumerate(VALUES)])  # (10, 2, 1)


def params_of(cell, given):
    """Weights from x and from h, and the bias, of each layer of one unit."""
    i, candidate = ([0, 6], 0.5, given["b_i"]), ([2, 0], 0.5, 0)
    turned = ([0, -6], -0.5)
    layers = dict(i=i, f=(*turned, given["b_f"]), z=(*turned, -given["b_i"]), c=candidate)
    layers |= dict(h=candidate, o=([0, 0], 0.5, given["b_o"]), r=([0, 0], 0.5, given["b_r"]))
    found = {}
    for name in cell.SHAPES:
        x, h, b = layers[name.split("_")[1][0]]
        value = b if name.startswith("b") else x if name.endswith("x") else h
        found[name] = np.array(value, dtype=float).reshape(1, -1)
    return found


def by_steps(cell, params):
    """Records, outputs, and the errors of E = h at the last step, each step on its own."""
    state, states, records = tuple(np.zeros((1, 1)) for _ in cell.STATES), [], []
    for x in X:
        states.append(state)
        state, record = cell.step(params, x, state)
        records.append(record)
    outputs = [s[0].item() for s in (*states, state)]
    back = tuple(np.array([[float(k == 0)]]) for k in range(len(state)))
    errors = []
    for t in reversed(range(len(X))):
        _, _, tape = cell.forward(params, X[t : t + 1], states[t])
        gradients, _, passed = cell.backward(params, tape, None, back)
        one = {name[2:]: g.item() for name, g in gradients.items() if name.startswith("b")}
        errors.append(one | {"into h": back[0].item(), "out": [p.item() for p in passed]})
        back = passed
    return records, outputs, errors[::-1]


def close(found, want):
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-14)


@pytest.fixture(scope="module", params=range(len(STATES)))
def case(request):
    changes = STATES[request.param]
    return START | changes, moving_node.computed("variants", changes)[0]["numbers"]


def test_lstm(case):
    given, numbers = case
    run = numbers["runs"]["LSTM"]
    records, outputs, errors = by_steps(lstm, params_of(lstm, given))
    close(run["signals"]["h"], outputs)
    for t, (record, error) in enumerate(zip(records, errors, strict=True), 1):
        for name in ("f", "i", "c_tilde", "c", "o"):
            close(run["signals"][name][t], record[name].item())
        for name, letter in (("f", "f"), ("i", "i"), ("c_tilde", "c"), ("o", "o")):
            close(run["errors"][name][t], error[letter])
        close(run["errors"]["h"][t], error["into h"])
        close(run["errors"]["c"][t] * record["f"].item(), error["out"][1])


def test_coupled_is_an_lstm_with_the_input_gate_turned_round(case):
    given, numbers = case
    run = numbers["runs"]["CIFG"]
    turned = params_of(lstm, given) | {"b_f": np.array([[-given["b_i"]]])}
    records, outputs, errors = by_steps(lstm, turned)
    close(run["signals"]["h"], outputs)
    for t, (record, error) in enumerate(zip(records, errors, strict=True), 1):
        close(1 - run["signals"]["i"][t], record["f"].item())
        close(run["errors"]["i"][t], error["i"] - error["f"])  # net_f = -net_i
        close(run["errors"]["c_tilde"][t], error["c"])
        close(run["errors"]["o"][t], error["o"])
        close(run["errors"]["c"][t] * record["f"].item(), error["out"][1])
    lstm_h = by_steps(lstm, params_of(lstm, given))[1]
    close(numbers["apart"], np.abs(np.subtract(lstm_h, outputs)).max())


def test_gru(case):
    given, numbers = case
    run = numbers["runs"]["GRU"]
    records, outputs, errors = by_steps(gru_before, params_of(gru_before, given))
    close(run["signals"]["h"], outputs)
    for t, (record, error) in enumerate(zip(records, errors, strict=True), 1):
        for name, letter in (("z", "z"), ("r", "r"), ("h_tilde", "h")):
            close(run["signals"][name][t], record[name].item())
            close(run["errors"][name][t], error[letter])
        close(run["errors"]["h"][t], error["into h"])


def pieces(cell, fate):
    (found,) = moving_node.computed("variants", dict(cell=cell))
    return {
        p["name"] for row in found["numbers"]["rows"] for p in row["pieces"] if p["fate"] == fate
    }


def summands(name):
    """Names of all summands of the error terms of a cell, from the list of the engine."""
    table = tabulate.computed(catalogue.CELLS[name])
    every = js_terms.names(table).values()
    return {f"{s.of} from {s.by}" for s in every if s.of in table.equations} | {"e"}


CHANGED = {"c from c", "i from c"}  # other factors in CIFG than in the LSTM
AS_BEFORE = {"e", "h from z"}  # of the GRU's summands, z for i


def test_what_is_struck_out_and_put_in():
    assert pieces("LSTM", "kept") == summands("LSTM") and not pieces("LSTM", "gone")
    assert pieces("CIFG", "gone") == {"f from c", "h from f"} | CHANGED
    assert pieces("CIFG", "new") == CHANGED
    assert pieces("CIFG", "kept") == summands("COUPLED") - CHANGED
    assert pieces("GRU", "gone") == summands("COUPLED") - {"e", "h from i"}
    assert pieces("GRU", "kept") == AS_BEFORE
    assert pieces("GRU", "new") == summands("GRU_BEFORE") - AS_BEFORE


def test_the_challenge():
    start, too_far, met = moving_node.computed("variants", {}, dict(b_f=6.0), dict(b_f=3.0))
    assert "near 0" in start["met"] and "larger" in too_far["met"] and met["met"] is True
    assert met["numbers"]["apart"] < 1e-12
