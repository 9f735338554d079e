"""What the witnesses are asked with, and how two dicts of gradients are compared."""

import types

import numpy as np
import pytest

from lstm_ref.cells import elman, lstm
from lstm_ref.check import witnesses


def test_a_missing_gradient_and_a_wrong_shape_are_seen():
    tensors, errors = witnesses.problem(elman, np.random.default_rng(0))
    right = witnesses.by_hand(elman, tensors, errors)
    with pytest.raises(witnesses.GradientMismatch, match="expected of"):
        witnesses.compare({k: v for k, v in right.items() if k != "x"}, right, "w")
    with pytest.raises(witnesses.GradientMismatch, match=r"shape \(6,\), expected \(6, 1\)"):
        witnesses.compare({**right, "b_h": right["b_h"][:, 0]}, right, "w")
    with pytest.raises(witnesses.GradientMismatch, match="by hand nan"):
        witnesses.compare({**right, "b_h": right["b_h"] * np.nan}, right, "w")


def test_the_witnesses_do_not_use_the_backward_pass():
    def refuse(*_):
        raise RuntimeError("a witness called backward")

    cell = types.SimpleNamespace(**{**vars(lstm), "backward": refuse})
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(1), T=3)
    one = witnesses.by_autograd(cell, tensors, errors)
    two = witnesses.by_complex_step(cell, tensors, errors)
    witnesses.compare(one, two, "the complex step", tol=1e-12)
