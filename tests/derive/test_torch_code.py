"""PyTorch code of every cell: against the NumPy module, autograd through itself, gradcheck.

`make test-torch` runs this file in an environment that has PyTorch.
"""

import types

import kinds
import numpy as np
import pytest

from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import numpy_code, torch_code

torch = pytest.importorskip("torch", reason="PyTorch is not installed: `make test-torch` runs this")

torch.set_num_threads(1)
OTHERS = {**kinds.KINDS, **kinds.HARD}
NAMES = [*catalogue.CELLS, *OTHERS]
every = pytest.mark.parametrize("name", NAMES)
SMALL = {"T": 2, "B": 2, "D": 2, "H": 2}


def declared(name):
    return OTHERS[name] if name in OTHERS else catalogue.CELLS[name]


def executed(source):
    module = types.ModuleType("printed")
    exec(compile(source, "printed", "exec"), module.__dict__)
    return module


def problem(name, **sizes):
    """(NumPy module, PyTorch file as a module, tensors, errors from outside)."""
    module = numpy_code.compiled(declared(name))
    tensors, outside = witnesses.problem(module, np.random.default_rng(1), **sizes)
    return module, executed(torch_code.source(declared(name))), tensors, outside


def leaves(module, tensors):
    return {
        name: torch.tensor(value, requires_grad=name in witnesses.learned(module))
        for name, value in tensors.items()
    }


def run(module, printed, tensors, plain=False):
    """(outputs, last states), by the derived Function or by the plain forward."""
    params, x, state0 = witnesses.split(module, tensors)
    sizes = printed.fn.sizes(params, x, state0)
    if plain:
        outputs, state_T, _ = printed.forward(sizes, params, x, state0)
        return outputs, state_T
    inputs = [x[name] for name in printed.INPUTS] if isinstance(x, dict) else [x]
    outputs, *state_T = printed.Derived.apply(sizes, *inputs, *state0, *params.values())
    return outputs, state_T


def gradients(module, printed, tensors, outside, plain=False):
    """(outputs, gradients of the functional) as arrays."""
    given = leaves(module, tensors)
    outputs, state_T = run(module, printed, given, plain)
    E = (outputs * torch.tensor(outside["dh"])).sum()
    for error, value in zip(outside["dstate_T"], state_T, strict=True):
        E = E + (value * torch.tensor(error)).sum()
    wanted = {name: given[name] for name in witnesses.learned(module)}
    found = torch.autograd.grad(E, list(wanted.values()), allow_unused=True)
    named = zip(wanted.items(), found, strict=True)
    grads = {n: (torch.zeros_like(v) if g is None else g).numpy() for (n, v), g in named}
    return outputs.detach().numpy(), grads


@every
def test_it_equals_the_numpy_module_and_autograd(name):
    module, printed, tensors, outside = problem(name, T=4, B=3, D=4, H=4)
    want = witnesses.by_hand(module, tensors, outside)
    y, *_ = module.forward(*witnesses.split(module, tensors))
    for plain in (False, True):
        outputs, got = gradients(module, printed, tensors, outside, plain)
        np.testing.assert_allclose(outputs, y, rtol=1e-12, atol=1e-13)
        witnesses.compare(got, want, "the NumPy module", tol=1e-12)


@pytest.mark.parametrize("name", [*NAMES[::6], "LSTM", "SLSTM", "DELTA_RULE", "DECAYS", "INPUTS"])
def test_it_passes_gradcheck(name):
    module, printed, tensors, _ = problem(name, **SMALL)
    given = leaves(module, tensors)

    def function(*values):
        outputs, state_T = run(module, printed, dict(zip(given, values, strict=True)))
        return outputs, *state_T

    assert torch.autograd.gradcheck(function, tuple(given.values()))


@pytest.mark.parametrize("name", ["LSTM", "GRU_D", "FIXED", "GATED_DELTANET"])
def test_the_module_has_the_parameters_by_their_names(name):
    module, printed, tensors, _ = problem(name, T=3, B=2, D=3, H=4)
    params, x, state0 = witnesses.split(module, leaves(module, tensors))
    sizes = printed.fn.sizes(params, x)
    letters = {k for word in {**module.SHAPES, **module.CELL.FIXED}.values() for k in word} - {"1"}
    fixed = {n: params[n] for n in module.CELL.FIXED}
    classes = [v for v in vars(printed).values() if isinstance(v, type)]
    kind = next(v for v in classes if issubclass(v, torch.nn.Module))
    cell = kind(**{k: sizes[k] for k in {*letters, "D", "H"}}, **fixed, dtype=torch.float64)
    assert [n for n, _ in cell.named_parameters()] == list(module.SHAPES)
    assert [n for n, _ in cell.named_buffers()] == list(module.CELL.FIXED)
    if name == "LSTM":
        assert (cell.b_f == 1).all() and not cell.b_i.any()
    cell.load_state_dict(params)
    outputs, state_T = cell(x, state0)
    plain, _ = cell.plain(x, state0)
    y, last, _ = module.forward(*witnesses.split(module, tensors))
    for value in (outputs, plain):
        np.testing.assert_allclose(value.detach().numpy(), y, atol=1e-13)
    np.testing.assert_allclose(state_T[0].detach().numpy(), last[0], atol=1e-13)
    cell(x)[0].sum().backward()
    assert all(p.grad.any() for p in cell.parameters())
    zeros, _, _ = module.forward(*witnesses.split(module, tensors)[:2])
    np.testing.assert_allclose(cell(x)[0].detach().numpy(), zeros, atol=1e-13)


def test_it_learns_in_float32():
    printed = executed(torch_code.source(catalogue.CELLS["LSTM"]))
    torch.manual_seed(0)
    cell = printed.LSTM(3, 8)
    x = torch.randn(4, 3, 8)
    wanted = torch.tanh(x.cumsum(0)).sum(1, keepdim=True)
    optimizer, losses = torch.optim.Adam(cell.parameters(), 0.03), []
    for _ in range(25):
        loss = ((cell(x)[0].mean(1, keepdim=True) * 4 - wanted) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def test_a_wrong_shape_is_named():
    printed = executed(torch_code.source(catalogue.CELLS["LSTM"]))
    cell = printed.LSTM(3, 4)
    with pytest.raises(
        ValueError, match=r"x: expected a shape \(T, D, B\), T = 6, D = 3, B = 2, got"
    ):
        cell(torch.zeros(6, 5, 2))
    with pytest.raises(
        ValueError, match=r"h: expected a shape \(H, B\), H = 4, B = 2, got \(3, 2\)"
    ):
        cell(torch.zeros(6, 3, 2), (torch.zeros(3, 2), torch.zeros(4, 2)))
    with pytest.raises(ValueError, match="x: expected at least one step"):
        cell(torch.zeros(0, 3, 2))


# ---- faults planted in the way back are seen

FAULTS = {"[t]": "[t - 1]", "[t - 1]": "[t]", "[1:]": "[:-1]", "[:-1]": "[1:]", ".T @": " @"}
FAULTS |= {" - ": " + ", " + ": " - ", "**2": "**3", "dim=-3": "dim=-2", "fn.total(": "fn.mean("}
FAULTS |= {"fn.apply(": "fn.apply_transposed(", "fn.apply_transposed(": "fn.apply("}
FAULTS |= {"torch.sigmoid(": "torch.tanh(", "next_": "0 * next_", "[..., None, :]": ""}


@pytest.mark.parametrize("name", ["DECAYS", "LAYER_NORM", "INPUTS", "NUMBER", "TWO_WIDTHS"])
def test_every_fault_planted_in_the_way_back_is_seen(name):
    module, _, tensors, outside = problem(name, T=3, B=3, D=4, H=5)
    want = witnesses.by_hand(module, tensors, outside)
    source = torch_code.source(declared(name))
    start = source.index("    e = fn.from_one(dh)")
    front, back = source[:start], source[start:]
    back, behind = back.split("class Derived")
    planted, unseen = 0, []
    for right, wrong in FAULTS.items():
        pieces = back.split(right)
        for k in range(1, len(pieces)):
            planted += 1
            changed = right.join(pieces[:k]) + wrong + right.join(pieces[k:])
            if not seen(f"{front}{changed}class Derived{behind}", module, tensors, outside, want):
                unseen.append(f"{right} {k}")
    assert planted > 8 and unseen == []


def seen(source, module, tensors, outside, want):
    try:
        _, got = gradients(module, executed(source), tensors, outside)
        witnesses.compare(got, want, "", tol=1e-9)
    except Exception:
        return True
    return False
