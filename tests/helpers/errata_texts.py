"""Papers, courses and summaries: numbers for tests/pages/test_errata.py.

An entry's function asserts what the page book/errata.md says in words and returns what it says in
numbers, as phrases that must stand in the entry's paragraph "Measured".
"""

import math
from fractions import Fraction

import numpy as np
import wrong_lstm as wrong
from errata_common import PARAMETERS, error, num, per_cent, wrong_gradients

from lstm_ref.cells import lstm, params
from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.derive.expressions import at, signals, tanh
from lstm_ref.generated import noaf, nog


def ranges_1997():
    ends = np.array([-40.0, 40.0])
    h, g = 2 * wrong.logistic(ends) - 1, 4 * wrong.logistic(ends) - 2
    return [f"$h$ lies in $[{h[0]:.0f}, {h[1]:.0f}]$ and $g$ in $[{g[0]:.0f}, {g[1]:.0f}]$"]


def factor_1997():
    rng = np.random.default_rng(0)
    net, target = rng.normal(size=5), rng.uniform(size=5)
    shifted = net[:, None] + 1e-30j * np.eye(5)
    E = np.sum((target[:, None] - 1 / (1 + np.exp(-shifted))) ** 2, axis=0)
    y = wrong.logistic(net)
    printed = y * (1 - y) * (target - y)
    ratio = -E.imag / 1e-30 / printed
    assert np.ptp(ratio) < 1e-12
    return [f"{ratio[0]:.3f} times"]


def mse_1997():
    """Sequences that are right have an error of at most 0.04, the others of at most 1."""
    bounds = [(n + (2560 - n) * 0.04**2) / 2560 for n in (14, 139)]
    assert bounds[0] < 0.0139 and bounds[1] > 0.0223
    return [f"at most {bounds[0]:.4f}", "0.0139", f"{bounds[1]:.4f}", "0.0223"]


def length_1997():
    """The number of symbols behind the q of task 2c is geometric."""
    more = sum(Fraction(1, 10) * Fraction(9, 10) ** k * k for k in range(600))
    missing = 1 - 2 * Fraction(1, 10)
    return [f"$q + {round(4 + more)}$", "of 1/10 do", f"{float(missing)} is missing"]


def adding_baseline():
    variance = 2 * Fraction(1, 12)
    fourth = Fraction(1, 15)  # of the sum less 1, which is triangular on [-1, 1]
    spread = math.sqrt((fourth - variance**2) / 10_000)
    rng = np.random.default_rng(0)
    square = (rng.random(10**6) + rng.random(10**6) - 1) ** 2
    assert abs(square.mean() - variance) < 1e-3 and abs(square.std() / 100 - spread) < 1e-5
    off = (0.1767 - variance) / spread
    assert float(spread) < 0.00201
    return [
        f"1/6 = {float(variance):.4f}",
        "10,000 sequences",
        f"{spread:.4f}",
        f"0.1767 is {off:.1f} of these",
    ]


def mooc(steps):
    """The data of the exercise, from its own seed: tensors for `steps` of ours, da, dc."""
    rng = np.random.RandomState(1)
    x = rng.randn(3, 10, 7) if steps > 1 else rng.randn(3, 10)[:, :, None]
    h_0 = rng.randn(5, 10)
    c_0 = rng.randn(5, 10) if steps == 1 else np.zeros((5, 10))
    W = {}
    for g in "fioc":
        joint, W[f"b_{g}"] = rng.randn(5, 8), rng.randn(5, 1)
        W[f"W_{g}h"], W[f"W_{g}x"] = joint[:, :5], joint[:, 5:]
    if steps == 1:
        rng.randn(2, 5), rng.randn(2, 1)  # of its output layer
    dh = rng.randn(5, 10, steps) if steps > 1 else rng.randn(5, 10)[:, :, None]
    last = (np.zeros((5, 10)), rng.randn(5, 10) if steps == 1 else np.zeros((5, 10)))
    tensors = {**W, "x": x.transpose(2, 0, 1)[:steps], "h_0": h_0, "c_0": c_0}
    tensors = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    return tensors, {"dh": np.ascontiguousarray(dh.transpose(2, 0, 1)), "dstate_T": last}


def mooc_formulas():
    given = mooc(1)
    want, (got, _) = (
        witnesses.by_hand(lstm, *given),
        wrong_gradients(wrong.printed_formulas, *given),
    )
    assert abs(want["x"][0, 1, 2] - 3.23055911511) < 1e-10
    assert abs(want["W_ch"][3, 1] - 2.30456216369) < 1e-10
    return [
        f"{num(want['x'][0, 1, 2], 4)} is right",
        f"they give {num(got['x'][0, 1, 2], 4)}",
        f"{wrong.worst(got, want, PARAMETERS):.1f} times",
    ]


def mooc_expected():
    given = mooc(4)
    want, (got, _) = witnesses.by_hand(lstm, *given), wrong_gradients(wrong.cut, *given)
    printed = [-0.00173313, 0.08287442, -0.30545663, -0.43281115]
    assert np.allclose(got["x"][:, 1, 2], printed, atol=5e-9)
    # what the exercise calls da0 is what the first step hands back
    tensors, errors = given
    one = {**tensors, "x": tensors["x"][:1]}
    first, _ = wrong_gradients(wrong.right, one, {**errors, "dh": errors["dh"][:1]})
    assert abs(first["h_0"][2, 3] + 0.095911501954) < 1e-11
    cells = {"W_fh": (3, 1), "W_ih": (1, 2), "W_ch": (3, 1), "W_oh": (1, 2), "b_f": (4, 0)}
    for name, value in zip(
        cells,
        (-0.0698198561274, 0.102371820249, -0.0624983794927, 0.0484389131444, -0.0565788),
        strict=True,
    ):
        assert abs(got[name][cells[name]] - value) < 5e-8
    for name, value in (("b_i", -0.06997391), ("b_c", -0.27441821), ("b_o", 0.16532821)):
        assert min(abs(g[name][4, 0] - value) for g in (got, want)) > 0.01
    assert abs(want["x"][3, 1, 2] - got["x"][3, 1, 2]) < 1e-12
    biases = [num(want[b][4, 0], 4) for b in ("b_i", "b_c", "b_o")]
    return [
        f"{num(got['x'][0, 1, 2], 5)} where {num(want['x'][0, 1, 2], 5)} is right",
        f"{num(first['h_0'][2, 3], 4)} for {num(want['h_0'][2, 3], 4)}",
        f"{num(got['W_ih'][1, 2], 4)} for {num(want['W_ih'][1, 2], 4)}",
        f"right are {biases[0]}, {biases[1]} and {biases[2]}",
    ]


def notebook():
    logits, target = np.array([0.3, -1.2, 0.5, 0.1]), np.eye(4)[2]
    y = np.exp(logits) / np.exp(logits).sum()
    loss, printed = -np.sum(target * np.log(y)), -np.mean(target * np.log(y))
    net = np.random.default_rng(0).normal(size=(6, 1000))
    softmax = np.exp(net) / np.exp(net).sum(axis=0)
    assert np.allclose(softmax.sum(axis=0), 1)
    T, (units, _) = 5, net.shape
    return [
        f"For $T = {T}$ the worst gradient is off by {error(wrong.notebook, T):.1f} times",
        per_cent(error(wrong.cut, T)),
        f"With {len(target)} classes the loss is {loss / printed:.0f} times too small",
        f"over {units} units",
        f"{softmax.mean():.2f} on average, with $\\sigma$ {wrong.logistic(net).mean():.2f}",
    ]


def chinese_summary():
    V, E = catalogue.VANILLA, {c.name: c.equations for c in catalogue.GREFF}
    reads = {name: {read for read, _ in signals(e.expr)} for name, e in V.equations.items()}
    coupled = V.equations["c"].expr.subs(at("f"), 1 - at("i"))
    assert E["CIFG"]["c"].expr == coupled and E["CIFG"]["o"] == V.equations["o"]
    for name, changed in (("NIAF", "c_tilde"), ("NOAF", "h")):
        assert [k for k in V.equations if V.equations[k] != E[name][k]] == [changed]
        assert V.equations[changed].expr.has(tanh) and not E[name][changed].expr.has(tanh)
    assert "c" not in reads["c_tilde"] and "c" in reads["f"]
    largest = {}
    for code in (nog, noaf):
        W = {k: np.zeros([{"H": 1, "D": 1, "1": 1}[n] for n in v]) for k, v in code.SHAPES.items()}
        W |= {k: np.full((1, 1), 8.0) for k in W if k.startswith("b_")}
        largest[code] = np.max(np.abs(code.forward(W, np.zeros((1000, 1, 1)))[0]))
    assert largest[nog] <= 1
    D, H = 50, 128
    weights = params.count(
        {k: np.empty([dict(H=H, D=D)[n] for n in lstm.SHAPES[k]]) for k in ("W_fh", "W_fx")}
    )
    return [
        f"$D = {D}$ and $H = {H}$",
        f"{H * H:,}",
        f"{weights:,}",
        "1000 steps",
        f"{largest[noaf]:.0f}",
        f"at most {largest[nog]:.0f}",
    ]


def notes():
    D, H = 50, 128
    rng = np.random.default_rng(0)
    one = params.count(lstm.init(rng, D, H))
    stack = one + 3 * params.count(lstm.init(rng, H, H))
    small = lstm.init(rng, D, H)
    for T in (1, 7):  # the same parameters, whatever the number of steps
        assert len(lstm.forward(small, np.zeros((T, D, 1)))[0]) == T
    block = params.count(numpy_code.compiled(catalogue.BLOCK).init(rng, D, H, G=H // 4))
    untouched = numpy_code.compiled(catalogue.BLOCK).init(rng, D, H, G=H // 4)["W_fx"].shape
    assert untouched == (H // 4, D)
    return [
        f"{one:,} parameters",
        f"{stack:,}",
        f"$D = {D}$ and $H = {H}$",
        f"{H // 4} rows",
        f"{block:,}",
        f"{per_cent(error(wrong.no_carousel, 5))} for $T = 5$",
    ]
