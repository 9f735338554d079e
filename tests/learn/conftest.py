"""Weights that tests of files share."""

import numpy as np
import pytest

from lstm_ref.cells import lstm
from lstm_ref.learn import network, storage


@pytest.fixture
def params():
    return network.start(lstm, np.random.default_rng(0), 3, 4, 2)


@pytest.fixture
def good(tmp_path, params):
    path = tmp_path / "good.npz"
    storage.save(path, lstm, params, task="adding")
    return path
