"""Measure cells that no library has: compiled, as NumPy, and as a PyTorch loop with autograd.

Run by `make bench`. Forward and backward, in one run, in turns, one thread; see measure.py. The
loop is the equations as they are written; beside it a tuned one, which has one product for the
inputs of all steps and one for all gates of a step, and torch.compile of a step, where it works.
That outputs and gradients agree is asserted before timing.
"""

import argparse
import importlib.util
import statistics
import warnings

from measure import interleaved, ratio  # first, for it sets the number of threads

import numpy as np  # isort: skip

from lstm_ref import native
from lstm_ref.cells import loop
from lstm_ref.cells.resolve import resolve

# H, B, T, D
SIZES = [(16, 1, 100, 8), (32, 16, 100, 16), (64, 32, 100, 32), (128, 32, 100, 64)]
COMPILED = (64, 32)  # the size at which torch.compile is tried
COLUMNS = ("native", "numpy", "tuned", "compiled")
TARGETS = {"native": 0.25, "numpy": 0.4}


def as_written(name, p, torch):
    """A step of the cell as its equations say it, column by column: what one tries first."""
    sigma, tanh = torch.sigmoid, torch.tanh

    def net(g, x, h):
        return p[f"W_{g}h"] @ h + p[f"W_{g}x"] @ x + p[f"b_{g}"]

    def vanilla(x, h, c):
        f = sigma(net("f", x, h) + p["w_fc"] * c)
        i = sigma(net("i", x, h) + p["w_ic"] * c)
        c = f * c + i * tanh(net("c", x, h))
        o = sigma(net("o", x, h) + p["w_oc"] * c)
        return o * tanh(c), c

    def fgr(x, h, f, i, c, o):
        def more(g):
            return p[f"R_{g}f"] @ f + p[f"R_{g}i"] @ i + p[f"R_{g}o"] @ o

        more_f, more_i, more_o = map(more, "fio")
        f = sigma(net("f", x, h) + p["w_fc"] * c + more_f)
        i = sigma(net("i", x, h) + p["w_ic"] * c + more_i)
        c = f * c + i * tanh(net("c", x, h))
        o = sigma(net("o", x, h) + p["w_oc"] * c + more_o)
        return o * tanh(c), f, i, c, o

    def gru_before(x, h):
        z, r = sigma(net("z", x, h)), sigma(net("r", x, h))
        return (z * h + (1 - z) * tanh(net("h", x, r * h)),)

    def slstm(x, h, m, c, n):
        f, i, z, o = (p[f"W_{g}"] @ x + p[f"R_{g}"] @ h + p[f"b_{g}"] for g in "fizo")
        keep = torch.nn.functional.logsigmoid(f) + m
        m = torch.maximum(keep, i)
        f, i = torch.exp(keep - m), torch.exp(i - m)
        c, n = f * c + i * tanh(z), f * n + i
        return sigma(o) * c / n, m, c, n

    return {"VANILLA": vanilla, "FGR": fgr, "GRU_BEFORE": gru_before, "SLSTM": slstm}[name]


def stacked(p, names):
    import torch

    return torch.cat([p[name] for name in names])


def vanilla(p, torch):
    """(what multiplies x, bias, step) with the states as a tuple."""
    R = stacked(p, [f"W_{g}h" for g in "fico"])

    def step(net, state):
        h, c = state
        f, i, g, o = (net + h @ R.T).chunk(4, 1)
        f = torch.sigmoid(f + p["w_fc"].T * c)
        i = torch.sigmoid(i + p["w_ic"].T * c)
        c = f * c + i * torch.tanh(g)
        h = torch.sigmoid(o + p["w_oc"].T * c) * torch.tanh(c)
        return h, c

    return [f"W_{g}x" for g in "fico"], [f"b_{g}" for g in "fico"], step


def fgr(p, torch):
    R = stacked(p, [f"W_{g}h" for g in "fico"])
    rows = [torch.cat([p[f"R_{g}{k}"] for k in "fio"], 1) for g in "fio"]
    G = torch.cat(rows)

    def step(net, state):
        h, f, i, c, o = state
        f_net, i_net, g, o_net = (net + h @ R.T).chunk(4, 1)
        more_f, more_i, more_o = (torch.cat([f, i, o], 1) @ G.T).chunk(3, 1)
        f = torch.sigmoid(f_net + more_f + p["w_fc"].T * c)
        i = torch.sigmoid(i_net + more_i + p["w_ic"].T * c)
        c = f * c + i * torch.tanh(g)
        o = torch.sigmoid(o_net + more_o + p["w_oc"].T * c)
        return o * torch.tanh(c), f, i, c, o

    return [f"W_{g}x" for g in "fico"], [f"b_{g}" for g in "fico"], step


def gru_before(p, torch):
    R = stacked(p, ["W_zh", "W_rh"])

    def step(net, state):
        (h,) = state
        H = h.shape[1]
        z, r = torch.sigmoid(net[:, : 2 * H] + h @ R.T).chunk(2, 1)
        new = torch.tanh(net[:, 2 * H :] + (r * h) @ p["W_hh"].T)
        return (z * h + (1 - z) * new,)

    return [f"W_{g}x" for g in "zrh"], [f"b_{g}" for g in "zrh"], step


def slstm(p, torch):
    R = stacked(p, [f"R_{g}" for g in "fizo"])
    log_sigmoid = torch.nn.functional.logsigmoid

    def step(net, state):
        h, m, c, n = state
        f, i, z, o = (net + h @ R.T).chunk(4, 1)
        keep = log_sigmoid(f) + m
        m = torch.maximum(keep, i)
        f, i = torch.exp(keep - m), torch.exp(i - m)
        c = f * c + i * torch.tanh(z)
        n = f * n + i
        return torch.sigmoid(o) * c / n, m, c, n

    return [f"W_{g}" for g in "fizo"], [f"b_{g}" for g in "fizo"], step


CELLS = {"VANILLA": vanilla, "FGR": fgr, "GRU_BEFORE": gru_before, "SLSTM": slstm}


def problem(cell, H, B, T, D, dtype):
    rng = np.random.default_rng(0)
    params = cell.init(rng, D, H, dtype=dtype)
    params = {k: v + rng.normal(0, 0.1, v.shape).astype(dtype) for k, v in params.items()}
    arrays = [rng.normal(size=s).astype(dtype) for s in [(T, D, B), (T, H, B)]]
    states = [rng.uniform(0.5, 1, (H, B)).astype(dtype) for _ in cell.STATES]
    return params, *arrays, tuple(states)


def ours(cell, params, x, dh, states):
    space = loop.workspace()

    def both():
        y, _, tape = cell.forward(params, x, states, workspace=space)
        dparams, dx, _ = cell.backward(params, tape, dh)
        return y, dparams, dx

    return both


def with_torch(name, params, x, dh, states, compiled=False):
    """The loop over equations as they are written."""
    import torch

    torch.set_num_threads(1)
    p = {k: torch.tensor(v, requires_grad=True) for k, v in params.items()}
    inputs, errors = torch.tensor(x, requires_grad=True), torch.tensor(dh)
    start = tuple(map(torch.tensor, states))
    step = as_written(name, p, torch)
    if compiled:
        step = torch.compile(step)

    def both():
        for value in (inputs, *p.values()):
            value.grad = None
        state, outputs = start, []
        for x_t in inputs:
            state = step(x_t, *state)
            outputs.append(state[0])
        y = torch.stack(outputs)
        y.backward(errors)
        return y.detach().numpy(), {k: v.grad.numpy() for k, v in p.items()}, inputs.grad.numpy()

    return both


def with_tuned_torch(name, params, x, dh, states):
    """One product for the inputs of all steps, one for all gates of a step, samples in front."""
    import torch

    p = {k: torch.tensor(v, requires_grad=True) for k, v in params.items()}
    inputs = torch.tensor(np.ascontiguousarray(x.swapaxes(1, 2)), requires_grad=True)
    errors = torch.tensor(np.ascontiguousarray(dh.swapaxes(1, 2)))
    start = tuple(torch.tensor(np.ascontiguousarray(s.T)) for s in states)

    def both():
        for value in (inputs, *p.values()):
            value.grad = None
        of_x, bias, step = CELLS[name](p, torch)
        state, outputs = start, []
        for net in inputs @ stacked(p, of_x).T + stacked(p, bias)[:, 0]:
            state = step(net, state)
            outputs.append(state[0])
        y = torch.stack(outputs)
        y.backward(errors)
        dx = inputs.grad.numpy().swapaxes(1, 2)
        return y.detach().numpy().swapaxes(1, 2), {k: v.grad.numpy() for k, v in p.items()}, dx

    return both


def far(found, want):
    """The largest difference of outputs and gradients, of the largest number of each array."""
    (y, dparams, dx), (other, others, dother) = found, want
    pairs = [(y, other), (dx, dother), *((dparams[k], others[k]) for k in dparams)]
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


def contenders(name, size, dtype, compiled):
    numpy, fast = resolve(name, fastest=True), native.cell(name)
    given = problem(numpy, *size, dtype)
    work = {"native": ours(fast, *given), "numpy": ours(numpy, *given)}
    exact = ours(numpy, *_double(given))()
    apart = {k: far(f(), exact) for k, f in work.items()}
    if importlib.util.find_spec("torch"):
        work["torch"] = with_torch(name, *given)
        work["tuned"] = with_tuned_torch(name, *given)
        apart |= {k: far(work[k](), exact) for k in ("torch", "tuned")}
        if compiled:
            add_compiled(work, name, given)
    assert max(apart.values()) < (1e-9 if dtype == np.float64 else 5e-3), "not the same numbers"
    return work, apart


def add_compiled(work, name, given):
    """torch.compile beside it, where it works."""
    function = with_torch(name, *given, compiled=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function()
    except (
        Exception
    ) as error:  # whatever stands in its way: no compiler, no headers, its own faults
        print(f"torch.compile does not work for {name}: {type(error).__name__}")
        return
    work["compiled"] = function


def _double(given):
    params, x, dh, states = given
    wide = np.float64
    params = {k: v.astype(wide) for k, v in params.items()}
    return params, x.astype(wide), dh.astype(wide), tuple(s.astype(wide) for s in states)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4, help="for each cell, size, precision")
    parser.add_argument("--no-compile", action="store_true", help="leave out torch.compile")
    options = parser.parse_args()
    print("forward and backward of cells of one's own; times of a PyTorch loop with autograd are 1")
    print("cell          H   B precision  native   numpy   tuned compile | error of each but that")
    rows = []
    for name in CELLS:
        for dtype in (np.float32, np.float64):
            for size in SIZES:
                tried = size[:2] == COMPILED and dtype == np.float32 and not options.no_compile
                work, apart = contenders(name, size, dtype, tried)
                times = interleaved(work, options.seconds)
                row = {
                    k: ratio(times, k, "torch") for k in ("native", "numpy", "tuned", "compiled")
                }
                rows.append((name, row))
                shown = ("      -" if v is None else f"{v:7.2f}" for v in row.values())
                errors = " ".join(f"{v:.0e}" for v in apart.values())
                head = f"{name:11s} {size[0]:4d} {size[1]:3d} {dtype.__name__:9s}"
                print(head, *shown, " |", errors, flush=True)
    for kind, target in TARGETS.items():
        means = {n: mean([r[kind] for m, r in rows if m == n]) for n in CELLS}
        if None in means.values():
            print(f"{kind}: not measured, PyTorch is missing")
            continue
        each = ", ".join(f"{n} {v:.2f}" for n, v in means.items())
        print(f"geometric mean {kind}/torch: {each}; target: all <= {target}")

    if None not in [row["tuned"] for _, row in rows]:
        against = {n: mean([r["native"] / r["tuned"] for m, r in rows if m == n]) for n in CELLS}
        each = ", ".join(f"{n} {v:.2f}" for n, v in against.items())
        print(f"geometric mean native/tuned torch: {each}")


def mean(values):
    """The geometric mean, None where one is missing."""
    return None if None in values else statistics.geometric_mean(values)


if __name__ == "__main__":
    main()
