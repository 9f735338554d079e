"""Tutorials: numbers for tests/pages/test_errata.py.

An entry's function asserts what the page book/errata.md says in words and returns what it says in
numbers, as phrases that must stand in the entry's paragraph "Measured".
"""

import numpy as np
import wrong_lstm as wrong
from errata_common import EXACT, PARAMETERS, error, per_cent, problem, wrong_gradients

from lstm_ref.cells import lstm
from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.derive.expressions import at, tanh


def numpy_tutorial():
    errors = {T: error(wrong.h_before_c, T, zero=True, last=True) for T in (1, 2, 3, 20)}
    assert errors[1] < EXACT
    return ["exact for $T = 1$"] + [f"{per_cent(errors[T])} for $T = {T}$" for T in (2, 3, 20)]


def all_of_chinese(tensors, errors):
    """The carousel dropped, W_gx from the last step only, b_i and b_o copied from b_f."""
    got, deltas = wrong_gradients(wrong.no_carousel, tensors, errors)
    x_T = tensors["x"][-1]
    got |= {f"W_{g}x": deltas[-1][g] @ x_T.T for g in wrong.GATES}
    return got | {"b_i": got["b_f"], "b_o": got["b_f"]}


def its_own_check(T):
    """The problem of its gradient check: weights below 1e-4, no biases, error at the end."""
    rng, sizes = np.random.default_rng(0), {"H": 2, "D": 3, "1": 1}
    tensors = {
        k: rng.uniform(-1e-4, 1e-4, [sizes[n] for n in letters])
        for k, letters in lstm.SHAPES.items()
    }
    zero = np.zeros((2, 1))
    tensors |= dict.fromkeys(("b_f", "b_i", "b_c", "b_o", "h_0", "c_0"), zero)
    tensors["x"] = np.array([[1.0, 2, 3], [2, 3, 4], [3, 4, 5]])[:T, :, None]
    dh = np.zeros((T, 2, 1))
    dh[-1] = 1
    return tensors, {"dh": dh, "dstate_T": (zero, zero)}


def chinese_tutorial():
    """All of it together; and its own gradient check: T = 2, weights of 1e-4, no biases."""
    worst = {}
    for T in (2, 3):
        given = its_own_check(T)
        pair = all_of_chinese(*given), witnesses.by_hand(lstm, *given)
        worst[T] = {k: wrong.worst(*pair, [k]) for k in PARAMETERS}
    right = {k for k in PARAMETERS if worst[2][k] < EXACT}
    assert right == {"W_fh", "W_ih", "W_ch", "W_oh", "W_fx", "b_f"}
    carousel = {T: error(wrong.no_carousel, T, zero=True, last=True) for T in (1, 2, 5, 20)}
    assert carousel[1] < EXACT
    return [
        f"{len(right)} of the {len(PARAMETERS)} gradients are right",
        f"$T = 2$, $b_i$ is wrong by {per_cent(worst[2]['b_i'])}",
        f"$T = 3$, $W_{{fh}}$ itself is wrong by {per_cent(worst[3]['W_fh'])}",
        *(f"{per_cent(carousel[T])} for $T = {T}$" for T in (2, 5, 20)),
    ]


def guide():
    errors = {
        T: error(wrong.h_path_without_carousel, T, zero=True, last=True) for T in (1, 2, 3, 20)
    }
    assert errors[1] < EXACT and errors[2] < EXACT
    return ["exact for $T = 1$ and $T = 2$"] + [
        f"{per_cent(errors[T])} for $T = {T}$" for T in (3, 20)
    ]


def video():
    errors = {T: error(wrong.slopes_at_values, T, zero=True) for T in (1, 5)}
    return [
        f"{errors[1]:.1f} times its largest entry for $T = 1$",
        f"{errors[5]:.1f} times for $T = 5$",
    ]


def unrolled(tensors, carried, output):
    """Steps of a cell with another state: carried(c) goes on, h = o output(c)."""
    W, x, (h, s) = witnesses.split(lstm, tensors)
    steps = []
    for x_t in x:
        steps.append(wrong.forward(W, x_t[None], h, s)[2][0])
        h, s = steps[-1]["o"] * output(steps[-1]["c"]), carried(steps[-1]["c"])
    return steps


def blog():
    """The state that is carried is tanh(c): s_t = tanh(f s_{t-1} + i c̃), h = o s."""
    changes = dict(c=tanh, h=lambda _: at("o") * at("c"))
    cell = numpy_code.compiled(catalogue.LSTM.but("SQUASHED", "", **changes))
    found = {wrong.right: [], wrong.carry_before_slope: []}
    for seed in range(20):
        given = problem(5, seed)
        want = witnesses.by_hand(cell, *given)
        for step, errors in found.items():
            steps = unrolled(given[0], np.tanh, np.tanh)
            got = wrong.backward(steps, given[1]["dh"], given[1]["dstate_T"], step)[0]
            errors.append(wrong.worst(got, want, PARAMETERS))
    assert max(found[wrong.carry_before_slope]) < EXACT
    after, usual = np.median(found[wrong.right]), error(wrong.carry_before_slope, 5)
    return [
        f"For $T = 5$ the present gradient is off by {per_cent(after)} from",
        f"the usual LSTM by {per_cent(usual)}",
    ]


def minimal_lstm():
    def draw():
        return np.random.RandomState(0).rand(6, 10)

    different = len({draw().tobytes() for _ in wrong.GATES})
    h = at("o") * at("c")
    linear = numpy_code.compiled(catalogue.LSTM.but("NO_TANH", "", h=lambda _: h))
    given = problem(5, 0)
    steps = unrolled(given[0], lambda c: c, lambda c: c)
    got = wrong.backward(steps, given[1]["dh"], given[1]["dstate_T"], wrong.no_tanh)[0]
    assert wrong.worst(got, witnesses.by_hand(linear, *given)) < EXACT
    return [
        f"{different} matrix instead of {len(wrong.GATES)}",
        f"for $T = 5$, are off by {per_cent(error(wrong.no_tanh, 5))}",
    ]
