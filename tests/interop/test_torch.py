"""Outside witness of forward and backward: PyTorch, where it is installed.

For Linux use its CPU build; `make test-torch` runs this file in an environment that has it.
Parameters go there by `lstm_ref.interop.torch_bridge`, which is thereby tested too.
"""

import numpy as np
import pytest
from bridged import GENERATED, cells

from lstm_ref.cells import elman, gru_after, irnn, lstm
from lstm_ref.check import witnesses
from lstm_ref.interop import carry, torch_bridge
from lstm_ref.learn.layers import BothWays, Stack

torch = pytest.importorskip("torch", reason="PyTorch is not installed: `make test-torch` runs this")

CARRIED = ["ELMAN", "IRNN", "LSTM", "NP", "GRU_AFTER", "GRU_AFTER_Z_WRITES"]
every_kind = pytest.mark.parametrize(
    "cell", [elman, irnn, gru_after, lstm], ids=lambda c: c.__name__
)


def numbers(state_dict):
    return {name: value.detach().numpy() for name, value in state_dict.items()}


def load(layer, state_dict):
    layer.load_state_dict({name: torch.from_numpy(value) for name, value in state_dict.items()})
    return layer


def layer_of(cell, params, **options):
    """A torch layer with our parameters."""
    kind, sizes = torch_bridge.layer(cell, params)
    layer = getattr(torch.nn, kind)(**sizes, **options, dtype=torch.float64)
    return load(layer, torch_bridge.to_torch(cell, params))


def tensors_of(hx):
    """hx of the bridge as leaf tensors: a list and the form that a layer takes."""
    parts = hx if isinstance(hx, tuple) else (hx,)
    leaves = [torch.tensor(part, requires_grad=True) for part in parts]
    return leaves, tuple(leaves) if len(leaves) > 1 else leaves[0]


def torch_gradients(cell, tensors, errors):
    """Outputs and gradients of the same functional by PyTorch, in our names and shapes."""
    params, x, state0 = witnesses.split(cell, tensors)
    layer = layer_of(cell, params)
    x_t = torch.tensor(carry.rows(x), requires_grad=True)
    starts, hx = tensors_of(torch_bridge.state_to_torch(cell, state0))
    y, last = layer(x_t, hx)
    last = last if isinstance(last, tuple) else (last,)
    E = (y * torch.tensor(carry.rows(errors["dh"]))).sum()
    for error, value in zip(errors["dstate_T"], last, strict=True):
        E = E + (value[0] * torch.tensor(error.T)).sum()
    E.backward()
    grads = numbers({name: p.grad for name, p in layer.named_parameters()})
    # Both biases have the gradient of their sum. We have one, but inside the GRU's reset gate two.
    grads["bias_hh_l0"][: -len(params["b_hh"]) if "b_hh" in params else None] = 0
    found = torch_bridge.from_torch(cell, grads) | {"x": carry.columns(x_t.grad.numpy())}
    back = [start.grad.numpy() for start in starts]
    back = torch_bridge.state_from_torch(cell, back if len(back) > 1 else back[0])
    found |= {f"{s}_0": value for s, value in zip(cell.STATES, back, strict=True)}
    return carry.columns(y.detach().numpy()), found


@cells([*CARRIED, "PROJECTION"])
@pytest.mark.parametrize("T, B, D, H", [(1, 1, 1, 1), (5, 3, 4, 6), (20, 2, 3, 8)])
def test_forward_and_backward_agree_with_torch(cell, T, B, D, H):
    tensors, errors = witnesses.problem(cell, np.random.default_rng(T), T=T, B=B, D=D, H=H)
    if "W_hm" in tensors:  # PyTorch wants P < H
        if H == 1:
            pytest.skip("no projection below one unit")
        tensors, errors = projected(cell, tensors, errors, H - 1)
    y, grads = torch_gradients(cell, tensors, errors)
    h, _, _ = cell.forward(*witnesses.split(cell, tensors))
    np.testing.assert_allclose(h, y, atol=1e-13)
    witnesses.compare(witnesses.by_hand(cell, tensors, errors), grads, "PyTorch", tol=1e-12)


def projected(cell, tensors, errors, P):
    """The same problem with the projection cut down to P units."""

    def cut(value, letters):
        return value[tuple(slice(P if letter == "P" else None) for letter in letters)].copy()

    letters = {**cell.SHAPES, "x": cell.INPUT, **{f"{s}_0": v for s, v in cell.STATES.items()}}
    errors = {
        "dh": cut(errors["dh"], cell.OUTPUT),
        "dstate_T": tuple(map(cut, errors["dstate_T"], cell.STATES.values())),
    }
    return {name: cut(value, letters[name]) for name, value in tensors.items()}, errors


@cells(CARRIED)
def test_a_layer_of_torch_is_read_and_written_back(cell):
    """PyTorch's own start values: two biases, neither zero; the sum is kept, and the outputs."""
    torch.manual_seed(0)
    kind, sizes = torch_bridge.layer(cell, cell.init(np.random.default_rng(0), 3, 4))
    layer = getattr(torch.nn, kind)(**sizes, dtype=torch.float64)
    before = numbers(layer.state_dict())
    assert np.all(before["bias_ih_l0"] != 0) and np.all(before["bias_hh_l0"] != 0)
    params = torch_bridge.from_torch(cell, before)
    x = np.random.default_rng(1).normal(size=(5, 3, 2))
    y = layer(torch.tensor(carry.rows(x)))[0].detach().numpy()
    h, _, _ = cell.forward(params, x)
    np.testing.assert_allclose(h, carry.columns(y), atol=1e-14)
    again = layer_of(cell, params)
    after = numbers(again.state_dict())
    sums = [d.pop("bias_ih_l0") + d.pop("bias_hh_l0") for d in (before, after)]
    np.testing.assert_array_equal(*sums)
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value)


@pytest.mark.parametrize("name", ["RNN", "RNNCell"])
def test_relu_is_not_read_as_tanh(name):
    """The weights of both are the same; the module tells."""
    torch.manual_seed(0)
    inside = getattr(torch.nn, name)(3, 4, nonlinearity="relu", dtype=torch.float64)
    model = torch.nn.ModuleDict({"rnn": inside})
    layer = 0 if name == "RNN" else None
    for source, prefix in ((inside, ""), (model, "rnn.")):
        with pytest.raises(torch_bridge.NotCarried, match="'relu', and ELMAN needs 'tanh'"):
            torch_bridge.from_torch(elman, source, layer, prefix=prefix)
        params = torch_bridge.from_torch(irnn, source, layer, prefix=prefix)
    x = np.random.default_rng(1).normal(size=(5, 3, 2))
    h, _, _ = irnn.forward(params, x)
    state = torch.zeros(2, 4, dtype=torch.float64)
    y = torch.tensor(carry.rows(x))
    if layer is None:
        for step in y:
            state = inside(step, state)
    else:
        state = inside(y)[0][-1]
    np.testing.assert_allclose(h[-1].T, state.detach().numpy(), atol=1e-14)
    tanh = getattr(torch.nn, name)(3, 4, dtype=torch.float64)
    with pytest.raises(torch_bridge.NotCarried, match="'tanh', and IRNN needs 'relu'"):
        torch_bridge.from_torch(irnn, tanh, layer)


def test_tensors_of_another_precision_are_refused_by_name():
    there = torch.nn.LSTM(3, 4, dtype=torch.bfloat16)
    with pytest.raises(TypeError, match="weight_.*_l0: expected float32 or float64"):
        torch_bridge.from_torch(lstm, there)


def run_both_ways(cell, state_dict, L, x, hx):
    """L bidirectional layers by our cell: outputs (T, 2 H, B) and the last state of each."""
    last = []
    for layer in range(L):
        outputs = []
        for reverse in (False, True):
            params = torch_bridge.from_torch(cell, state_dict, layer, reverse)
            state0 = torch_bridge.state_from_torch(cell, hx, 2 * layer + reverse)
            way = slice(None, None, -1 if reverse else 1)
            h, state, _ = cell.forward(params, x[way], state0)
            outputs.append(h[way])
            last.append(state)
        x = np.concatenate(outputs, axis=1)
    return x, last


@every_kind
def test_layers_on_layers_in_both_directions(cell):
    torch.manual_seed(0)
    kind, options = torch_bridge.layer(cell, cell.init(np.random.default_rng(0), 3, 4))
    options |= dict(num_layers=3, bidirectional=True, dtype=torch.float64)
    layer = getattr(torch.nn, kind)(**options)
    rng = np.random.default_rng(1)
    x = rng.normal(size=(5, 3, 2))
    states = [tuple(rng.normal(size=(4, 2)) for _ in cell.STATES) for _ in range(6)]
    hx = torch_bridge.state_to_torch(cell, *states)
    y, last = layer(torch.tensor(carry.rows(x)), tensors_of(hx)[1])
    state_dict = numbers(layer.state_dict())
    h, state_T = run_both_ways(cell, state_dict, 3, x, hx)
    np.testing.assert_allclose(h, carry.columns(y.detach().numpy()), atol=1e-13)
    last = [part.detach().numpy() for part in (last if isinstance(last, tuple) else (last,))]
    for k, state in enumerate(state_T):
        want = torch_bridge.state_from_torch(cell, last if len(last) > 1 else last[0], k)
        np.testing.assert_allclose(state, want, atol=1e-13)
    network = Stack(*[BothWays(cell)] * 3)
    together = tuple(part for state in states for part in state)
    params = torch_bridge.layers_from_torch(cell, layer)
    h, ends, _ = network.forward(params, x, together)
    np.testing.assert_allclose(h, carry.columns(y.detach().numpy()), atol=1e-13)
    np.testing.assert_allclose(ends, [part for state in state_T for part in state], atol=1e-13)
    back = {}
    for k in range(3):
        for reverse in (False, True):
            params = torch_bridge.from_torch(cell, state_dict, k, reverse)
            back |= torch_bridge.to_torch(cell, params, k, reverse)
    load(layer, back)  # strict: every name is there, and no other
    again = layer(torch.tensor(carry.rows(x)), tensors_of(hx)[1])[0]
    np.testing.assert_allclose(again.detach().numpy(), y.detach().numpy(), atol=1e-14)


@every_kind
def test_single_cells_and_batch_first_and_no_bias(cell):
    params = cell.init(np.random.default_rng(0), 3, 4)
    x = np.random.default_rng(1).normal(size=(5, 3, 2))
    h, _, _ = cell.forward(params, x)
    kind, sizes = torch_bridge.layer(cell, params)
    step = getattr(torch.nn, f"{kind}Cell")(**sizes, dtype=torch.float64)
    load(step, torch_bridge.to_torch(cell, params, layer=None))
    state = step(torch.tensor(x[0].T.copy()))
    first = state[0] if isinstance(state, tuple) else state
    np.testing.assert_allclose(first.detach().numpy().T, h[0], atol=1e-14)
    layer = layer_of(cell, params, batch_first=True)
    y = layer(torch.tensor(carry.rows(x, batch_first=True)))[0].detach().numpy()
    np.testing.assert_allclose(carry.columns(y, batch_first=True), h, atol=1e-14)
    params |= {name: 0 * value for name, value in params.items() if name.startswith("b_")}
    bare = getattr(torch.nn, kind)(**sizes, bias=False, dtype=torch.float64)
    load(bare, torch_bridge.to_torch(cell, params, bias=False))
    y = bare(torch.tensor(carry.rows(x)))[0].detach().numpy()
    np.testing.assert_allclose(carry.columns(y), cell.forward(params, x)[0], atol=1e-14)
    torch_bridge.from_torch(cell, numbers(bare.state_dict()), bias=False)


def test_a_layer_inside_a_model_by_file(tmp_path):
    """What PyTorch users store: a model's state dict as safetensors; ours can be loaded there."""
    torch_files = pytest.importorskip("safetensors.torch")
    torch.manual_seed(0)
    model = torch.nn.ModuleDict({"rnn": torch.nn.LSTM(3, 4), "out": torch.nn.Linear(4, 2)})
    path = tmp_path / "model.safetensors"
    torch_files.save_file(model.state_dict(), path)
    found = torch_bridge.read_safetensors(path, prefix="rnn.")
    params = torch_bridge.from_torch(lstm, found, prefix="rnn.")
    assert params["W_fx"].dtype == np.float32
    x = np.random.default_rng(1).normal(size=(5, 3, 2)).astype(np.float32)
    y = model["rnn"](torch.tensor(carry.rows(x)))[0].detach().numpy()
    np.testing.assert_allclose(lstm.forward(params, x)[0], carry.columns(y), atol=1e-6)
    torch_bridge.write_safetensors(path, torch_bridge.to_torch(lstm, params, prefix="rnn."))
    done = model.load_state_dict(torch_files.load_file(path), strict=False)
    assert done.unexpected_keys == [] and done.missing_keys == ["out.weight", "out.bias"]


def test_the_defaults_of_torch():
    """Weights and both biases are drawn from U(-1/sqrt(H), 1/sqrt(H)); no gate is favoured."""
    torch.manual_seed(0)
    for kind in ("RNN", "GRU", "LSTM"):
        layer = getattr(torch.nn, kind)(3, 400)
        for name, value in numbers(layer.state_dict()).items():
            assert np.abs(value).max() <= 1 / 20 and np.abs(value).max() > 0.99 / 20, name
    params = torch_bridge.from_torch(lstm, numbers(layer.state_dict()))
    assert abs(params["b_f"].mean()) < 0.01  # not 1


def test_the_projection_of_torch_is_smaller_than_its_layer():
    cell = GENERATED["PROJECTION"]
    with pytest.raises(ValueError, match="proj_size"):
        torch.nn.LSTM(3, 4, proj_size=4)
    with pytest.raises(ValueError, match="proj_size"):
        torch_bridge.layer(cell, cell.init(np.random.default_rng(0), 3, 4, P=4))
