"""Libraries: numbers for tests/pages/test_errata.py.

An entry's function asserts what the page book/errata.md says in words and returns what it says in
numbers, as phrases that must stand in the entry's paragraph "Measured".
"""

import math

import numpy as np
import wrong_lstm as wrong
from errata_common import EXACT, PARAMETERS, error, num, per_cent, problem, wrong_gradients

from lstm_ref.cells import gru_after, gru_before, lstm, params
from lstm_ref.check import witnesses
from lstm_ref.generated import vanilla


def numpy_ml():
    def no_biases(seed):
        tensors, errors = problem(5, seed)
        return {k: 0 * v if k.startswith("b_") else v for k, v in tensors.items()}, errors

    blind = []
    for seed in range(20):
        given = no_biases(seed)
        want = witnesses.by_hand(lstm, *given)
        blind.append(
            wrong.worst(wrong_gradients(wrong.slopes_with_b_o, *given)[0], want, PARAMETERS)
        )
    assert max(blind) < EXACT
    return ["biases of 0", f"{per_cent(error(wrong.slopes_with_b_o, 5))} for $T = 5$"]


def boundary(zero):
    """Errors of W_gh, w_ic and w_fc of a vanilla cell without the terms of its first step."""
    tensors, errors = witnesses.problem(vanilla, np.random.default_rng(0), scale=0.5)
    if zero:
        tensors |= {s: 0 * tensors[s] for s in ("h_0", "c_0")}
    W, x, state = witnesses.split(vanilla, tensors)
    _, state_1, tape_1 = vanilla.forward(W, x[:1], state)
    _, _, tape = vanilla.forward(W, x[1:], state_1)
    later, _, error_1 = vanilla.backward(W, tape, errors["dh"][1:], errors["dstate_T"])
    first, _, _ = vanilla.backward(W, tape_1, errors["dh"][:1], error_1)
    whole = {k: first[k] + later[k] for k in W}
    want = witnesses.by_hand(vanilla, tensors, errors)
    assert max(np.max(np.abs(whole[k] - want[k])) for k in W) < 1e-12
    lost = [k for k in W if k.endswith("h") or k in ("w_ic", "w_fc")]
    return {k: wrong.worst({k: later[k]}, want, [k]) for k in lost}


def brainstorm():
    assert max(boundary(zero=True).values()) < EXACT
    found = boundary(zero=False)
    return [f"{len(found)} of the 15 gradients", f"up to {per_cent(max(found.values()))}"]


def mxnet():
    """A layer of two directions: the first writes ∂E/∂x over ∂E/∂y, which the second then reads."""
    rng, found = np.random.default_rng(0), []
    H = 6
    for _ in range(20):
        W = {
            k: 0.5 * rng.normal(size=[{"H": H, "D": 2 * H, "1": 1}[n] for n in letters])
            for k, letters in lstm.SHAPES.items()
        }
        x, dy = rng.normal(size=(2, 5, 2 * H, 3))
        tapes = [lstm.forward(W, part)[2] for part in (x, np.ascontiguousarray(x[::-1]))]
        buffer = dy.copy()
        _, buffer[:], _ = lstm.backward(W, tapes[0], np.ascontiguousarray(buffer[:, :H]))
        got, want = (
            lstm.backward(W, tapes[1], np.ascontiguousarray(e[::-1, H:]))[0] for e in (buffer, dy)
        )
        found.append(wrong.worst(got, want))
    return [f"{np.median(found):.1f} times"]


def lasagne():
    rng = np.random.default_rng(0)
    tensors, _ = witnesses.problem(vanilla, rng, T=20, B=100, scale=0.5)
    W, x, (h, c) = witnesses.split(vanilla, tensors)
    gates, inside = [], []
    for x_t in x:
        net = {g: W[f"W_{g}h"] @ h + W[f"W_{g}x"] @ x_t + W[f"b_{g}"] for g in wrong.GATES}
        f, i = (wrong.logistic(net[g] + W[f"w_{g}c"] * c) for g in "fi")
        c = f * c + i * np.tanh(net["c"])
        o = wrong.logistic(net["o"]) + W["w_oc"] * c
        gates.append(o)
        inside.append(wrong.logistic(net["o"] + W["w_oc"] * c))
        h = o * np.tanh(c)
    gates, inside = np.stack(gates), np.stack(inside)
    assert 0 < inside.min() and inside.max() < 1
    outside = np.mean((gates <= 0) | (gates >= 1))
    return [
        f"{len(x)} steps",
        f"between {num(gates.min(), 1)} and {num(gates.max(), 1)}",
        f"{per_cent(outside)} of them",
    ]


def d2l_gru():
    T, found = 20, {}
    for H in (1, 6):
        tensors, _ = witnesses.problem(gru_after, np.random.default_rng(0), T=T, H=H)
        tensors["b_hh"] *= 0
        _, x, state = witnesses.split(gru_after, tensors)
        W = {k: tensors[k] for k in gru_before.SHAPES}
        before = gru_before.forward(W, x, state)[0]
        after = gru_after.forward({**W, "b_hh": tensors["b_hh"]}, x, state)[0]
        found[H] = np.max(np.abs(before - after))
    assert found[1] < EXACT
    D, H = 28, 32
    rng = np.random.default_rng(0)
    extra = params.count(gru_after.init(rng, D, H)) - params.count(gru_before.init(rng, D, H))
    return [
        f"six units and {T} steps the outputs differ by up to {found[6]:.2f}",
        f"{D} inputs and {H} units the second has {extra} biases more",
    ]


def fresh_forget_gates():
    """Largest product of forget gates over a sequence, weights and steps as in the source."""
    rng, D, H, T, scale = np.random.default_rng(0), 28, 32, 32, 0.01
    W = lstm.init(rng, D, H, forget_bias=0.0)
    W = {k: scale * rng.normal(size=v.shape) if k.startswith("W") else v for k, v in W.items()}
    x = np.zeros((T, D, 1))
    x[np.arange(T), rng.integers(0, D, T), 0] = 1
    f = np.stack([record["f"] for record in lstm.forward(W, x)[2]["steps"]])
    return np.prod(f, axis=0).max(), f"weights of {scale} and biases of 0, over its {T} steps"


def not_solved():
    kept, start = fresh_forget_gates()
    H, T, scale, grown = 16, 60, 3, []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        W = lstm.init(rng, 4, H)
        W |= {f"W_{g}h": scale * rng.normal(size=(H, H)) for g in wrong.GATES}
        x = np.repeat(rng.normal(size=(T, 4, 1)), H, axis=2)  # a sample for each unit of h_T
        tape = lstm.forward(W, x)[2]
        _, _, (dh_0, _) = lstm.backward(W, tape, None, (np.eye(H), np.zeros((H, H))))
        grown.append(np.linalg.norm(dh_0, 2))
    power = math.floor(math.log10(np.median(grown)))
    mantissa, exponent = f"{kept:.0e}".split("e")
    return [
        start,
        f"${mantissa} \\cdot 10^{{{int(exponent)}}}$",
        f"from $N(0, {scale**2})$ and {H} units",
        f"$\\partial h_{{{T}}} / \\partial h_0$ is above $10^{{{power}}}$",
    ]
