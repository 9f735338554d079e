"""Outside witness of forward and backward: PyTorch, where it is installed.

For Linux use its CPU build; `make test-torch` runs this file in an environment that has it.
"""

import numpy as np
import pytest

from lstm_ref.cells import elman, gru_after, lstm
from lstm_ref.check import witnesses

torch = pytest.importorskip("torch", reason="PyTorch is not installed: `make test-torch` runs this")

# Rows of PyTorch's stacked weights, in its order.
LAYERS = {elman: ("RNN", "h"), gru_after: ("GRU", "rzh"), lstm: ("LSTM", "ifco")}


def layer_of(cell, params):
    """A torch layer with our parameters; its second bias is 0 except inside the GRU's reset."""
    kind, letters = LAYERS[cell]
    H, D = params[f"W_{letters[0]}x"].shape
    layer = getattr(torch.nn, kind)(D, H, dtype=torch.float64)
    inner = [
        params["b_hh"] if g == "h" and "b_hh" in params else 0 * params[f"b_{g}"] for g in letters
    ]
    stacked = {
        "weight_ih_l0": np.concatenate([params[f"W_{g}x"] for g in letters]),
        "weight_hh_l0": np.concatenate([params[f"W_{g}h"] for g in letters]),
        "bias_ih_l0": np.concatenate([params[f"b_{g}"] for g in letters])[:, 0],
        "bias_hh_l0": np.concatenate(inner)[:, 0],
    }
    layer.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in stacked.items()})
    return layer


def torch_gradients(cell, tensors, errors):
    """Outputs and gradients of the same functional by PyTorch, in our names and shapes."""
    params, x, state0 = witnesses.split(cell, tensors)
    layer = layer_of(cell, params)
    x_t = torch.tensor(x.transpose(0, 2, 1), requires_grad=True)
    starts = [torch.tensor(s.T[None].copy(), requires_grad=True) for s in state0]
    y, last = layer(x_t, tuple(starts) if len(starts) > 1 else starts[0])
    last = last if isinstance(last, tuple) else (last,)
    E = (y * torch.tensor(errors["dh"].transpose(0, 2, 1))).sum()
    for error, value in zip(errors["dstate_T"], last, strict=True):
        E = E + (value[0] * torch.tensor(error.T)).sum()
    E.backward()
    H = len(state0[0])
    grads = {"x": x_t.grad.numpy().transpose(0, 2, 1)}
    grads |= {f"{s}_0": v.grad[0].numpy().T for s, v in zip(cell.STATES, starts, strict=True)}
    for k, g in enumerate(LAYERS[cell][1]):
        rows = slice(k * H, (k + 1) * H)
        grads[f"W_{g}x"] = layer.weight_ih_l0.grad.numpy()[rows]
        grads[f"W_{g}h"] = layer.weight_hh_l0.grad.numpy()[rows]
        grads[f"b_{g}"] = layer.bias_ih_l0.grad.numpy()[rows, None]
        if g == "h" and "b_hh" in params:
            grads["b_hh"] = layer.bias_hh_l0.grad.numpy()[rows, None]
    return y.detach().numpy().transpose(0, 2, 1), grads


@pytest.mark.parametrize("cell", LAYERS, ids=lambda cell: cell.__name__.split(".")[-1])
@pytest.mark.parametrize("T, B, D, H", [(1, 1, 1, 1), (5, 3, 4, 6), (20, 2, 3, 8)])
def test_forward_and_backward_agree_with_torch(cell, T, B, D, H):
    tensors, errors = witnesses.problem(cell, np.random.default_rng(T), T=T, B=B, D=D, H=H)
    y, grads = torch_gradients(cell, tensors, errors)
    h, _, _ = cell.forward(*witnesses.split(cell, tensors))
    np.testing.assert_allclose(h, y, atol=1e-13)
    witnesses.compare(witnesses.by_hand(cell, tensors, errors), grads, "PyTorch", tol=1e-12)
