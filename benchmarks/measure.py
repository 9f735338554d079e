"""Measure lstm_ref.native and cells.stacked against others, in one run, in turns; a table.

Run by `make bench` in an environment of its own. What is not installed is left out with a
word. Times are processor time of this process, one thread, medians of ratios taken round by round,
so that other work on the machine disturbs little.
"""

import argparse
import importlib.util
import os
import statistics
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402

from lstm_ref import native  # noqa: E402
from lstm_ref.cells import loop, lstm, stacked  # noqa: E402
from lstm_ref.generated import lstm as generated  # noqa: E402

PACKAGES = ("torch", "autograd", "onnxruntime")

# H, B, T, D
SIZES = [
    (16, 1, 100, 8),
    (32, 16, 100, 16),
    (64, 32, 100, 32),
    (128, 32, 100, 64),
    (256, 64, 50, 128),
    (512, 64, 50, 256),
]
PLAIN_UP_TO, AUTOGRAD_UP_TO = 128, 64  # larger ones would take minutes and tell nothing new


def problem(H, B, T, D, dtype):
    rng = np.random.default_rng(0)
    params = lstm.init(rng, D, H, dtype=dtype)
    shapes = {"x": (T, D, B), "dh": (T, H, B)} | {k: (H, B) for k in ("h", "c", "dh_T", "dc_T")}
    return params, {k: rng.normal(size=v).astype(dtype) for k, v in shapes.items()}


def ours(cell, params, a, **options):
    """(forward, forward and backward) of one of our cells, as functions without arguments."""

    def forward():
        return cell.forward(params, a["x"], (a["h"], a["c"]), **options)

    def both():
        _, _, tape = forward()
        return cell.backward(params, tape, a["dh"], (a["dh_T"], a["dc_T"]))

    return forward, both


def with_torch(params, a):
    """The same for torch.nn.LSTM with the same weights; agreement is asserted before timing."""
    import torch

    torch.set_num_threads(1)
    H, D = params["W_fx"].shape
    layer = torch.nn.LSTM(D, H, dtype=getattr(torch, a["x"].dtype.name))
    stack = {k: np.concatenate([params[k.format(g)] for g in "ifco"]) for k in ("W_{}x", "W_{}h")}
    bias = np.concatenate([params[f"b_{g}"] for g in "ifco"])[:, 0]
    values = (stack["W_{}x"], stack["W_{}h"], bias, 0 * bias)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    layer.load_state_dict({k: torch.tensor(v) for k, v in zip(names, values, strict=True)})
    leaf = {k: torch.tensor(np.ascontiguousarray(a[k].swapaxes(-1, -2))) for k in a}
    inputs = [leaf["x"], leaf["h"][None], leaf["c"][None]]
    for value in inputs:
        value.requires_grad_()

    def forward():
        with torch.no_grad():
            return layer(inputs[0], (inputs[1], inputs[2]))

    def both():
        for value in (*inputs, *layer.parameters()):
            value.grad = None
        y, (h, c) = layer(inputs[0], (inputs[1], inputs[2]))
        torch.autograd.backward((y, h[0], c[0]), (leaf["dh"], leaf["dh_T"], leaf["dc_T"]))
        return layer.weight_hh_l0.grad, inputs[0].grad

    agree(params, a, both())
    return forward, both


def agree(params, a, gradients):
    dparams, dx, _ = ours(stacked, params, a)[1]()
    dW = np.concatenate([dparams[f"W_{g}h"] for g in "ifco"])
    tolerance = 1e-9 if dx.dtype == np.float64 else 2e-3
    for got, want in ((dW, gradients[0].numpy()), (dx.swapaxes(1, 2), gradients[1].numpy())):
        assert np.abs(got - want).max() <= tolerance * np.abs(want).max(), "not the same numbers"


def with_onnxruntime(params, a):
    """Forward by ONNX Runtime's LSTM operator, float32 only; agreement is asserted first."""
    import onnxruntime
    from onnx import TensorProto, helper

    W, R = (np.concatenate([params[f"W_{g}{k}"] for g in "iofc"])[None] for k in "xh")
    b = np.concatenate([params[f"b_{g}"] for g in "iofc"])[None, :, 0]
    feeds = {"X": a["x"].swapaxes(1, 2), "W": W, "R": R, "B": np.hstack([b, 0 * b])}
    feeds |= {f"initial_{k}": a[k].T[None] for k in "hc"}
    feeds = {k: np.ascontiguousarray(v) for k, v in feeds.items()}
    names = list(feeds)
    node = helper.make_node("LSTM", [*names[:4], "", *names[4:]], ["Y"], hidden_size=len(a["h"]))
    inputs = [
        helper.make_tensor_value_info(k, TensorProto.FLOAT, v.shape) for k, v in feeds.items()
    ]
    output = helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None] * 4)
    graph = helper.make_graph([node], "lstm", inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    h, _, _ = ours(stacked, params, a)[0]()
    y = session.run(None, feeds)[0][:, 0].swapaxes(1, 2)
    assert np.abs(h - y).max() < 1e-4, "not the same numbers as ONNX Runtime"
    return lambda: session.run(None, feeds)


def with_autograd(params, a):
    """Forward and backward by HIPS autograd through the plain cell's step."""
    from autograd import grad

    step = lstm.step.__wrapped__  # without the check of arguments, as in lstm.forward

    def E(params, x, h, c):
        total, state = 0.0, (h, c)
        for t in range(len(x)):
            state, _ = step(params, x[t], state)
            total = total + np.sum(state[0] * a["dh"][t])  # step by step: no big array of boxes
        return total + np.sum(state[0] * a["dh_T"]) + np.sum(state[1] * a["dc_T"])

    gradient = grad(E, argnum=(0, 1, 2, 3))
    return lambda: gradient(params, a["x"], a["h"], a["c"])


def bare_products(params, a):
    """Only the matrix products that forward and backward cannot do without."""
    T, D, B = a["x"].shape
    H = len(a["h"])
    dtype = a["x"].dtype
    W, R = (np.concatenate([params[f"W_{g}{k}"] for g in "fico"]) for k in "xh")
    flat_x, flat_h = np.ones((D, T * B), dtype), np.ones((H, T * B), dtype)
    net, flat_net = np.ones((4 * H, B), dtype), np.ones((4 * H, T * B), dtype)

    def both():
        W @ flat_x
        for _ in range(T):
            np.matmul(R, a["h"], out=net)
        for _ in range(T):
            R.T @ net
        W.T @ flat_net, flat_net @ flat_x.T, flat_net @ flat_h.T

    return both


def interleaved(work, seconds):
    """Processor seconds of each function, round by round: {name: [times]}."""
    times = {name: [] for name in work}
    for function in work.values():
        function()  # warm up
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[next(iter(times))]) < 5:
        for name, function in work.items():
            start = time.process_time()
            function()
            times[name].append(time.process_time() - start)
    return times


def ratio(times, a, b):
    """Median over rounds of a / b, None where one of them was not measured."""
    if a not in times or b not in times:
        return None
    return statistics.median(x / y for x, y in zip(times[a], times[b], strict=True))


def contenders(H, B, T, D, dtype, available):
    params, a = problem(H, B, T, D, dtype)
    work = dict(
        zip(("fwd", "both"), ours(stacked, params, a, workspace=stacked.workspace()), strict=True)
    )
    work["native"] = ours(native.cell("LSTM"), params, a, workspace=loop.workspace())[1]
    work["generated"] = ours(generated, params, a, workspace=loop.workspace())[1]
    work["products"] = bare_products(params, a)
    if available["torch"]:
        work |= zip(("torch fwd", "torch both"), with_torch(params, a), strict=True)
    if available["onnxruntime"] and dtype == np.float32:
        work["onnx fwd"] = with_onnxruntime(params, a)
    if H <= PLAIN_UP_TO:
        work["plain"] = ours(lstm, params, a)[1]
    if available["autograd"] and H <= AUTOGRAD_UP_TO:
        work["autograd"] = with_autograd(params, a)
    return work


COLUMNS = [  # heading, numerator, denominator
    ("fwd/torch", "fwd", "torch fwd"),
    ("fwd/onnx", "fwd", "onnx fwd"),
    ("f+b/torch", "both", "torch both"),
    ("native/torch", "native", "torch both"),
    ("generated/f+b", "generated", "both"),
    ("plain/f+b", "plain", "both"),
    ("autograd/f+b", "autograd", "both"),
    ("products/f+b", "products", "both"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=6, help="for each size and precision")
    seconds = parser.parse_args().seconds
    available = {k: importlib.util.find_spec(k) is not None for k in PACKAGES}
    for name in (k for k, there in available.items() if not there):
        print(f"{name} is not installed: left out")
    print("   H   B   T precision  f+b ms", *(f"{c[0]:>13}" for c in COLUMNS))
    rows = {}
    for dtype in (np.float32, np.float64):
        for H, B, T, D in SIZES:
            times = interleaved(contenders(H, B, T, D, dtype, available), seconds)
            row = {heading: ratio(times, *pair) for heading, *pair in COLUMNS}
            rows[H, B, dtype] = row
            cells = ("            -" if v is None else f"{v:13.2f}" for v in row.values())
            ms = 1000 * statistics.median(times["both"])
            print(f"{H:4d} {B:3d} {T:3d} {dtype.__name__:9s} {ms:7.1f}", *cells, flush=True)
    summary(rows)


def summary(rows):
    """The targets, each with what was measured, and the one number at the end."""
    autograd = [r["autograd/f+b"] for (H, B, _), r in rows.items() if (H, B) == (32, 16)]
    bound = [r["products/f+b"] for (H, _, _), r in rows.items() if H == 512]
    if None not in autograd:
        print(f"target: >= 10 times faster than autograd at H=32, B=16: {min(autograd):.1f}")
    print(f"target: above half of the matrix-product bound at H=512: {min(bound):.2f}")
    derived = [r["generated/f+b"] for (H, _, _), r in rows.items() if H == 128]
    print(f"target: derived code within 1.3 of stacked at H=128: {max(derived):.2f}")
    for kind, goal, most in (("f+b/torch", 0.7, 2), ("native/torch", 0.55, 1.15)):
        against = [r[kind] for r in rows.values()]
        if None in against:
            print(f"geometric mean {kind}: not measured, PyTorch is missing")
            continue
        mean, target = statistics.geometric_mean(against), f" (target: <= {goal})"
        print(f"target: no size slower than {most} times torch: worst {max(against):.2f}")
        print(f"geometric mean {kind} forward+backward: {mean:.2f}{target}")


if __name__ == "__main__":
    main()
