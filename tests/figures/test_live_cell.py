"""The figure `live-cell` against the cell written by hand."""

import moving_node
import node
import numpy as np
import pytest

from lstm_ref.cells import lstm

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
PENCIL = dict(f=(0, 0.5, 1), i=(1, 1, 0), c=(2, 1, 0), o=(1, 0.5, 0))
GIVEN = dict(x1=1.0, x2=-1.0, h0=0.0, c0=0.0, y1=0.0, y2=1.0)
GIVEN |= {
    name: float(value)
    for g, row in PENCIL.items()
    for name, value in zip((f"W_{g}h", f"W_{g}x", f"b_{g}"), row, strict=True)
}
OTHER = {name: 0.25 * k - 2 for k, name in enumerate(n for n in GIVEN if "_" in n)}
OTHER |= dict(x1=-0.7, x2=1.9, h0=0.35, c0=-1.2, y1=0.55, y2=-0.8)
STATES = {}, OTHER, {**OTHER, "W_fx": 3.5, "h0": -1.0}
HELD = {"W_ix": 3.0, "b_f": 3.0, "W_fx": -1.0}
GATES = {"f": "f", "i": "i", "c_tilde": "c", "o": "o"}


def column(value):
    return np.array([[float(value)]])


def forward(given, first=1, last=2, state=None):
    params = {name: column(given[name]) for name in given if "_" in name}
    x = np.array([given["x1"], given["x2"]])[first - 1 : last].reshape(-1, 1, 1)
    state = state or (column(given["h0"]), column(given["c0"]))
    return params, *lstm.forward(params, x, state)


def backward_by_steps(given):
    """For t = 2, 1: each step on its own, with the errors that come back from the one behind it."""
    one = forward(given, 1, 1)[2]
    before = {1: (column(given["h0"]), column(given["c0"])), 2: one}
    outputs = forward(given)[1][:, 0, 0]
    dh, dc, found = 0.0, 0.0, {}
    for t in (2, 1):
        e = outputs[t - 1] - given[f"y{t}"]
        params, _, _, tape = forward(given, t, t, before[t])
        dstate = column(e + dh), column(dc)
        gradients, dx, passed = lstm.backward(params, tape, None, dstate)
        found[t] = dict(delta_h=e + dh, into_c=dc, dx=dx.item(), e=e, gradients=gradients)
        found[t]["passed"] = [one.item() for one in passed]
        dh, dc = (one.item() for one in passed)
    return found, dh, dc


def close(found, want):
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-15)


@pytest.fixture(scope="module")
def all_computed():
    return moving_node.computed("live-cell", *STATES)


@pytest.mark.parametrize("k", range(len(STATES)))
def test_forward(all_computed, k):
    numbers, given = all_computed[k]["numbers"], GIVEN | STATES[k]
    _, outputs, (_, c), tape = forward(given)
    close(numbers["signals"]["h"], [given["h0"], *outputs[:, 0, 0]])
    assert abs(numbers["signals"]["c"][2] - c.item()) < 1e-12
    for t, record in enumerate(tape["steps"], 1):
        for name in (*GATES, "c"):
            close(numbers["signals"][name][t], record[name].item())
        close(numbers["tanhC"][t], np.tanh(record["c"].item()))
        net = numbers["nets"]["c_tilde"][t]
        close(np.tanh(net), record["c_tilde"].item())
        for name in "fio":
            close(1 / (1 + np.exp(-numbers["nets"][name][t])), record[name].item())


@pytest.mark.parametrize("k", range(len(STATES)))
def test_backward(all_computed, k):
    numbers, given = all_computed[k]["numbers"], GIVEN | STATES[k]
    found, dh, dc = backward_by_steps(given)
    for t in (1, 2):
        close(numbers["e"][t], found[t]["e"])
        close(numbers["totals"]["h"][t], found[t]["delta_h"])
        close(numbers["parts"]["c from c"][t], found[t]["into_c"])
        close(numbers["totals"]["x"][t], found[t]["dx"])
        for name, letter in GATES.items():  # the gradient of a bias in one step is its error term
            close(numbers["errors"][name][t], found[t]["gradients"][f"b_{letter}"].item())
    close([numbers["totals"][s][0] for s in "hc"], [dh, dc])
    for name, value in numbers["gradients"].items():
        want = sum(found[t]["gradients"][name].item() for t in (1, 2))
        close(value, want)
    close(numbers["E"], (found[1]["e"] ** 2 + found[2]["e"] ** 2) / 2)


def wires_backward(seen, one, f, tanh_c):
    """What each wire carries back in one step, from what single steps of the package give."""
    c = seen["passed"][1] / f  # dE/dc: through the product with f it becomes what is handed on
    slopes = c - seen["into_c"]
    found = {"c in": seen["passed"][1], "c out": seen["into_c"], "c up": slopes}
    found |= dict.fromkeys(("kept", "c", "written"), c)
    found |= {"tanh": slopes / (1 - tanh_c**2), "h": seen["delta_h"], "h up": seen["e"]}
    found |= {"h out": seen["delta_h"] - seen["e"], "h in": seen["passed"][0], "x in": seen["dx"]}
    for name, letter in GATES.items():
        value = one[name].item()
        slope = 1 - value**2 if name == "c_tilde" else value * (1 - value)
        found[f"net {name}"] = seen["gradients"][f"b_{letter}"].item()
        found[name] = found[f"net {name}"] / slope
    return found


@pytest.mark.parametrize("k", range(len(STATES)))
def test_wires(all_computed, k):
    numbers, given = all_computed[k]["numbers"], GIVEN | STATES[k]
    records = forward(given)[3]["steps"]
    back = backward_by_steps(given)[0]
    for t, one in enumerate(records, 1):
        f, i, candidate, o, c = (one[s].item() for s in (*GATES, "c"))
        last = numbers["signals"]["c"][t - 1]
        h = o * np.tanh(c)
        want = {"c in": last, "kept": f * last, "written": i * candidate, "tanh": np.tanh(c)}
        want |= dict.fromkeys(("c", "c out", "c up"), c) | dict.fromkeys(("h", "h out", "h up"), h)
        want |= {"h in": numbers["signals"]["h"][t - 1], "x in": given[f"x{t}"]}
        want |= {name: one[name].item() for name in GATES}
        want |= {f"net {name}": numbers["nets"][name][t] for name in GATES}
        seen = {wire["name"]: wire for wire in numbers["wires"][t - 1]}
        assert seen.keys() == want.keys()
        behind = wires_backward(back[t], one, f, np.tanh(c))
        for name, wire in seen.items():
            np.testing.assert_allclose(wire["forward"], want[name], rtol=1e-12, err_msg=name)
            np.testing.assert_allclose(
                wire["backward"], behind[name], rtol=1e-12, atol=1e-14, err_msg=name
            )


ACTIVATIONS = {"σ": lambda u: 1 / (1 + np.exp(-u)), "tanh": np.tanh, None: lambda u: u}


@pytest.mark.parametrize("k", range(len(STATES)))
def test_each_equation_that_is_shown_holds_for_its_numbers(all_computed, k):
    """What stands on its right, read as a sum of products, is what stands on its left."""
    lines = all_computed[k]["numbers"]["lines"]
    assert len(lines) == 2 * 2 * 6
    for line in lines:
        total = sum(np.prod([value for _, value in factors]) for factors in line["summands"])
        close(ACTIVATIONS[line.get("activation")](total), line["value"])


def test_the_challenge():
    start, met, moved = moving_node.computed("live-cell", {}, HELD, {**HELD, "x2": 1.0})
    assert "from 0.557 to 0.228" in start["met"]
    assert met["met"] is True
    assert "Leave the inputs" in moved["met"]


def test_the_line_has_the_numbers_of_the_pencil():
    forward, backward = moving_node.computed("live-cell", {}, {"pass": "backward"})
    assert forward["say"] == "Step 2: c is 0.228, h is 0.102."
    assert backward["say"].startswith("E is 0.453. Step 2: δh is −0.898, δc −0.387")
