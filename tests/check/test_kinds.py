"""Any pair of functions is checked, however it computes: each kind right, and with a mistake."""

import numpy as np
import pytest

from lstm_ref.check import ContractFailed, NotRun, check_cell, checks, pair

SHAPES, STATES = {"W_hx": "HD", "W_hh": "HH", "b_h": "H1"}, {"h": "HB"}


def lists(W, x, h):
    outputs = [h]
    for x_t in x:
        outputs.append(np.tanh(W["W_hh"] @ outputs[-1] + W["W_hx"] @ x_t + W["b_h"]))
    return outputs


def assigned(W, x, h):
    """H[t] = h into an array of float."""
    H = np.zeros((len(x) + 1, *h.shape))
    H[0] = h
    for t, x_t in enumerate(x, 1):
        H[t] = np.tanh(W["W_hh"] @ H[t - 1] + W["W_hx"] @ x_t + W["b_h"])
    return H


def assigned_as_x(W, x, h):
    """H[t] = h into an array of the dtype of x."""
    H = np.zeros((len(x) + 1, *h.shape), x.dtype)
    H[0] = h
    for t, x_t in enumerate(x, 1):
        H[t] = np.tanh(W["W_hh"] @ H[t - 1] + W["W_hx"] @ x_t + W["b_h"])
    return H


def in_place(W, x, h):
    """np.add(out=) into buffers of float."""
    net, outputs = np.empty(h.shape), [h]
    for x_t in x:
        np.add(W["W_hh"] @ outputs[-1], W["W_hx"] @ x_t, out=net)
        outputs.append(np.tanh(net + W["b_h"]))
    return outputs


def numbers(W, x, h):
    """One number after the other, by float()."""
    outputs = [h]
    for x_t in x:
        net = W["W_hh"] @ outputs[-1] + W["W_hx"] @ x_t + W["b_h"]
        outputs.append(np.array([[float(np.tanh(v)) for v in row] for row in net]))
    return outputs


def bare(value):
    return getattr(value, "_value", value)


def detached(W, x, h):
    """b_h without what autograd needs: no error, a gradient of 0."""
    return lists({**W, "b_h": bare(W["b_h"])}, x, h)


def halved(W, x, h):
    """The values of a pass with b_h / 2 where autograd looks."""
    return lists({**W, "b_h": W["b_h"] / (1 if W["b_h"] is bare(W["b_h"]) else 2)}, x, h)


def real(W, x, h):
    """b_h without its imaginary part, no warning."""
    hidden = W["b_h"].real if np.iscomplexobj(bare(W["b_h"])) else W["b_h"]
    return lists({**W, "b_h": hidden}, x, h)


def dropping(W, x, h):
    """Both hidden: nothing but differences is left."""
    return lists({**W, "b_h": bare(W["b_h"]).real}, x, h)


ALL = {"autograd", "complex step", "differences"}
KINDS = {  # forward -> who speaks, and a word about who does not
    lists: (ALL, None),
    assigned: ({"differences"}, "writes into an array, H\\[t\\] = h"),
    assigned_as_x: ({"complex step", "differences"}, "writes into an array, H\\[t\\] = h"),
    in_place: ({"differences"}, "writes in place"),
    numbers: ({"differences"}, "float\\(\\)|imaginary"),
    detached: ({"complex step", "differences"}, "autograd has lost track.*b_h"),
    halved: ({"complex step", "differences"}, "autograd sees another forward pass"),
    real: ({"autograd", "differences"}, "complex step has lost track.*b_h"),
    dropping: ({"differences"}, "has lost track"),
}
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda f: f.__name__)


def made(kind, change=lambda dparams: dparams):
    """A pair of functions: this kind of loop, and a backward pass that is right but for change."""

    def forward(W, x, state):
        outputs = kind(W, x, state[0])
        return np.stack([*outputs])[1:], (outputs[-1],), (x, outputs)

    def backward(W, tape, dh, dstate_T):
        x, h = tape
        total = {name: np.zeros(value.shape) for name, value in W.items()}
        dx, d = np.zeros(x.shape), dstate_T[0]
        for t in reversed(range(len(x))):
            delta = (dh[t] + d) * (1 - h[t + 1] ** 2)
            total["W_hx"] += delta @ x[t].T
            total["W_hh"] += delta @ h[t].T
            total["b_h"] += delta.sum(axis=1, keepdims=True)
            dx[t], d = W["W_hx"].T @ delta, W["W_hh"].T @ delta
        return change(total), dx, (d,)

    return pair(forward, backward, SHAPES, STATES, name=kind.__name__)


@every_kind
def test_a_right_pair_passes(kind):
    speaks, says = KINDS[kind]
    report = check_cell(made(kind))
    assert set(report) == speaks
    assert all(set(found) == {*SHAPES, "x", "h_0"} for found in report.values())
    assert report.cell == kind.__name__ and f"witnesses: {', '.join(report)}" in str(report)
    silent = {name.removeprefix("gradient-").rsplit("-", 1)[0] for name in report.not_run}
    assert silent == {w.replace(" ", "-") for w in ALL - speaks}
    if says:
        import re

        assert any(re.search(says, why) for why in report.not_run.values())


@every_kind
@pytest.mark.parametrize("name", SHAPES)
def test_a_wrong_pair_fails_by_whoever_speaks(kind, name):
    def change(dparams):
        dparams[name][0, 0] *= 1.001
        return dparams

    with pytest.raises(ContractFailed) as caught:
        check_cell(made(kind, change))
    failures = {f.check: f for f in caught.value.failures}
    speaks = {w.replace(" ", "-") for w in KINDS[kind][0]}
    gradients = {f"gradient-{w}-{name}" for w in speaks}
    assert gradients <= set(failures) <= gradients | {"one-step", "one-sample"}
    if speaks == {"differences"}:  # entry by entry, so that the place is known
        found = failures[f"gradient-differences-{name}"]
        assert found.entry == (0, 0) and found.got == pytest.approx(1.001 * found.want, rel=1e-6)
        assert "allowed 1e-06" in found.message


def test_without_autograd_the_others_decide(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "autograd", None)
    report = check_cell(made(lists))
    assert set(report) == {"complex step", "differences"}
    assert "autograd is not installed" in str(report)


def test_a_pair_that_does_not_run_fails_once():
    def forward(W, x, state):
        raise IndexError("no such step")

    with pytest.raises(ContractFailed, match="IndexError: no such step") as caught:
        check_cell(pair(forward, forward, SHAPES, STATES))
    assert [f.check for f in caught.value.failures] == ["shapes"]
    (check,) = (c for n, c in checks(pair(forward, forward, SHAPES, STATES)) if n == "linear")
    with pytest.raises(NotRun, match="see the check 'shapes'"):
        check()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"forward": 3}, "forward: expected a function, got int"),
        ({"backward": None}, "backward: expected a function, got NoneType"),
        ({"SHAPES": ["W"]}, r"SHAPES: expected a dict of axes in letters.*\['W'\]"),
        ({"STATES": {"h": (2, 3)}}, "STATES: expected a dict of axes in letters"),
        ({"SHAPES": {"W": "Hd"}}, "SHAPES: W has the axis 'd'; expected letters of"),
        ({"OUTPUT": "TBH?"}, r"OUTPUT: OUTPUT has the axis '\?'"),
    ],
)
def test_a_pair_says_what_it_lacks(change, says):
    functions = made(lists)
    arguments = {name: getattr(functions, name) for name in ("forward", "backward")}
    with pytest.raises(TypeError, match=says):
        pair(**{**arguments, "SHAPES": SHAPES, "STATES": STATES, **change})
