"""The gradient of 1997, carried forward in time, is the derived one without the other ways back."""

import numpy as np
import pytest

from lstm_ref import cell, sigma, spread, t
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.history import net
from lstm_ref.history.topology import Topology

T, D, BLOCKS, CELLS = 7, 3, 2, 2
ALL = ("cells", "gates", "outputs")


@cell
def Blocks(x, c, h, i, o, g, *, W, R, b):
    i[t] = sigma(W.ix @ x[t] + W.ih @ h[t - 1] + R.ii @ i[t - 1] + R.io @ o[t - 1] + b.i)
    o[t] = sigma(W.ox @ x[t] + W.oh @ h[t - 1] + R.oi @ i[t - 1] + R.oo @ o[t - 1] + b.o)
    g[t] = 4 * sigma(W.gx @ x[t] + W.gh @ h[t - 1] + R.gi @ i[t - 1] + R.go @ o[t - 1] + b.g) - 2
    c[t] = c[t - 1] + spread(i[t]) * g[t]
    h[t] = spread(o[t]) * (2 * sigma(c[t]) - 1)


@cell
def Swapped(x, c, h, i, o, g, *, W, R, b):
    i[t] = sigma(W.ix @ x[t] + W.ih @ h[t - 1] + R.ii @ i[t - 1] + R.io @ o[t - 1] + b.i)
    o[t] = sigma(W.ox @ x[t] + W.oh @ h[t - 1] + R.oi @ i[t - 1] + R.oo @ o[t - 1] + b.o)
    g[t] = 2 * sigma(W.gx @ x[t] + W.gh @ h[t - 1] + R.gi @ i[t - 1] + R.go @ o[t - 1] + b.g) - 1
    c[t] = c[t - 1] + spread(i[t]) * g[t]
    h[t] = spread(o[t]) * (4 * sigma(c[t]) - 2)


@cell
def Forgetting(x, c, h, f, i, o, g, *, W, b):
    f[t] = sigma(W.fx @ x[t] + W.fh @ h[t - 1] + b.f)
    i[t] = sigma(W.ix @ x[t] + W.ih @ h[t - 1] + b.i)
    o[t] = sigma(W.ox @ x[t] + W.oh @ h[t - 1] + b.o)
    g[t] = 4 * sigma(W.gx @ x[t] + W.gh @ h[t - 1] + b.g) - 2
    c[t] = spread(f[t]) * c[t - 1] + spread(i[t]) * g[t]
    h[t] = spread(o[t]) * (2 * sigma(c[t]) - 1)


def cut(item):
    """What the paper leaves out: errors that would flow back through hidden units."""
    return item.of in "hfio" and item.lag == 1


def rows(array, gates):
    """Rows of W by the letters of what they lead into: cells, then the gates."""
    memory = BLOCKS * CELLS
    places = {"g": slice(0, memory)}
    for k, letter in enumerate(gates):
        places[letter] = slice(memory + k * BLOCKS, memory + (k + 1) * BLOCKS)
    return {letter: array[place] for letter, place in places.items()}


def columns(array, gates, sees):
    """Columns of W by what they come from: x, h, the gates, and the bias."""
    found, first = {"x": array[:, :D]}, D
    seen = {"h": BLOCKS * CELLS, **({letter: BLOCKS for letter in gates} if sees == "all" else {})}
    for letter, width in seen.items():
        found[letter] = array[:, first : first + width]
        first += width
    return {**found, "b": array[:, first:]}


def named(array, gates, sees):
    """W (hidden, seen + 1) as the parameters of a declared cell."""
    found = {}
    for into, part in rows(array, gates).items():
        for source, block in columns(part, gates, sees).items():
            family = "b_" if source == "b" else "W_" if source in "xh" else "R_"
            found[family + into + (source if source != "b" else "")] = block
    return found


CASES = {
    "1997": (Blocks, "io", "all", {}),
    "1997, ranges swapped": (Swapped, "io", "all", {"g": 1.0, "h": 2.0}),
    "2000": (Forgetting, "fio", "cells", {}),
}


def ours(gates, sees, ranges, x, e):
    """(W, outputs of the cells (T, memory), gradient of W): errors e (T, memory) at the cells."""
    memory = BLOCKS * CELLS
    kind = Topology(D, memory, BLOCKS, CELLS, gates, ALL, sees, **ranges)
    nets = net.start(kind, [np.random.default_rng(5)], 1.0, {})
    nets.V[:] = np.eye(memory, memory + 1)
    total, said = np.zeros_like(nets.W), []
    for x_t, e_t in zip(x, e, strict=True):
        _, tape = net.step(nets, x_t[None])
        said.append(nets.y[0, :memory])
        total += net.gradients(nets, tape, e_t[None])[0]
    return nets.W[0], np.array(said), total[0]


@pytest.mark.parametrize("year", CASES)
@pytest.mark.parametrize("truncated", (True, False))
def test_the_truncated_gradient_is_the_derived_one(year, truncated):
    declared, gates, sees, ranges = CASES[year]
    rng = np.random.default_rng(1)
    x, e = rng.normal(size=(T, D)), rng.normal(size=(T, BLOCKS * CELLS))
    W, said, gradient = ours(gates, sees, ranges, x, e)
    module = declared.module
    if truncated:
        module = numpy_code.compiled(declared.truncated("Cut", cut))
    states = [np.zeros((BLOCKS if s in "fio" else BLOCKS * CELLS, 1)) for s in module.STATES]
    params = named(W, gates, sees)
    y, _, tape = module.forward(params, x[..., None], tuple(states))
    np.testing.assert_allclose(said, y[..., 0], rtol=1e-12)
    derived = module.backward(params, tape, e[..., None])[0]
    differ = [np.abs(derived[n] - g).max() for n, g in named(gradient, gates, sees).items()]
    assert (max(differ) < 1e-12) == truncated
