"""What the tests of the three bridges share: cells, random parameters, comparison to the bit."""

import importlib
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import strategies as st

from lstm_ref import arguments
from lstm_ref.cells import elman, gru_after, gru_before, irnn, lstm, name_of, stacked
from lstm_ref.check import witnesses
from lstm_ref.interop import carry

GENERATED = {
    name: importlib.import_module(f"lstm_ref.generated.{name.lower()}")
    for name in carry.KINDS
    if name != "IRNN"  # the bridges carry that by hand
}
BY_HAND = [elman, lstm, stacked, gru_before, gru_after]

sizes = st.tuples(st.integers(1, 5), st.integers(2, 5))
dtypes = st.sampled_from([np.float32, np.float64])


def cells(names):
    """Generated cells of these names and their twins by hand, as a mark for pytest."""
    chosen = [GENERATED[name] for name in names if name in GENERATED]
    chosen += [cell for cell in [*BY_HAND, irnn] if name_of(cell) in names]
    return pytest.mark.parametrize("cell", chosen, ids=lambda cell: cell.__name__[9:])


def parameters(cell, D=3, H=4, dtype=np.float64, seed=0):
    """Random parameters, some of them zeros of either sign."""
    rng = np.random.default_rng(seed)
    tensors, _ = witnesses.problem(cell, rng, T=1, B=1, D=D, H=H, dtype=dtype)
    params, _, _ = witnesses.split(cell, tensors)
    for value in params.values():
        value[rng.random(value.shape) < 0.2] = -0.0
        value[rng.random(value.shape) < 0.1] = 0.0
    return params


def scale_of(cell):
    """Of random tensors, so that nothing grows over the steps: the IRNN is not bounded."""
    return 0.3 if name_of(cell) == "IRNN" else 0.8


def assert_same_bits(got, want):
    assert list(got) == list(want)
    for name, value in want.items():
        assert got[name].dtype == value.dtype and got[name].shape == value.shape, name
        assert got[name].tobytes() == np.ascontiguousarray(value).tobytes(), name


def assert_own(found, params, dtype):
    """Arrays of this dtype, each on its own: changing them changes no parameter of ours."""
    for name, value in found.items():
        assert value.dtype == dtype and value.flags.c_contiguous, name
        assert not any(np.shares_memory(value, ours) for ours in params.values()), name


strange_arrays = st.builds(
    lambda shape, dtype, value: np.full(shape, value).astype(dtype),
    st.lists(st.integers(0, 8), max_size=3),
    st.sampled_from(["f4", "f8", ">f8", "i8", "f2", "?", "O", "c16", "U3"]),
    st.sampled_from([0.5, 0.0, -1.0]),
)
strange_values = (
    strange_arrays | st.none() | st.text(max_size=3) | st.lists(st.floats(), max_size=4)
)


def strange(there):
    """Arrays of a library with some taken out, replaced, added or spoilt by NaN."""
    changes = st.dictionaries(
        st.sampled_from([*there, "else", 3]), strange_values | st.just(...), min_size=1
    )

    def changed(changes):
        found = {**there, **changes}
        spoilt = {k: np.full_like(there[k], np.nan) for k, v in changes.items() if k in there}
        return {k: spoilt.get(k) if v is ... else v for k, v in found.items() if v is not None}

    return changes.map(changed)


def refused_or_right(call, cell, found):
    """What comes in wrong is refused by a ValueError or TypeError; what is accepted is right."""
    try:
        params = call(cell, found)
    except (ValueError, TypeError) as error:
        assert str(error)
    else:
        arguments.parameters(params, cell.SHAPES)


def stranger(**changes):
    """A cell like the LSTM, with changes."""
    lstm = GENERATED["LSTM"]
    same = {key: getattr(lstm, key) for key in ("NAME", "SHAPES", "STATES")}
    return SimpleNamespace(**(same | changes))


def assert_loads_only_numpy(module):
    heavy = ("torch", "keras", "onnx", "onnxruntime", "safetensors", "sympy", "autograd")
    code = f"import sys, lstm_ref.interop.{module}; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (out.stdout.strip(), out.stderr) == ("[]", "")
