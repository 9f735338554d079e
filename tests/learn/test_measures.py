"""How much error comes back: the norm at a lag is that of central differences by the state."""

import numpy as np
import pytest

from lstm_ref.cells import irnn, lstm
from lstm_ref.learn import loop, measures, network, tasks


@pytest.mark.parametrize("cell", [lstm, irnn], ids=["LSTM", "IRNN"])
@pytest.mark.parametrize("lag", [1, 10])
def test_the_error_at_a_lag(cell, lag):
    rng = np.random.default_rng(3)
    params = network.start(cell, rng, D=2, H=3, K=1)
    params = {n: 0.5 * rng.normal(size=v.shape) for n, v in params.items()}
    x, target, mask = tasks.adding(rng, T=51, B=2)
    theta = {name: params[name] for name in cell.SHAPES}
    _, state, _ = cell.forward(theta, x[:-lag])

    def loss(h):
        out, _, _ = cell.forward(theta, x[-lag:], (h, *state[1:]))
        y = params["W_yh"] @ out[-1] + params["b_y"]
        return np.mean((y - target[-1]) ** 2)

    slopes = np.zeros_like(state[0])
    for place in np.ndindex(slopes.shape):
        step = np.zeros_like(slopes)
        step[place] = 1e-6
        slopes[place] = (loss(state[0] + step) - loss(state[0] - step)) / 2e-6
    found = measures.error_back(cell, params, (x, target, mask))
    assert np.linalg.norm(slopes) > 1e-6
    assert found[measures.LAGS.index(lag)] == pytest.approx(np.linalg.norm(slopes), rel=1e-5)


def test_what_an_experiment_stores_is_on_one_batch():
    params = network.start(lstm, np.random.default_rng(0), D=2, H=3, K=1)
    run = loop.fit(lstm, params, lambda rng: tasks.adding(rng, 5, 2), updates=1, learning_rate=0.1)
    batch = tasks.adding(np.random.default_rng(5), 51, 16)
    assert measures.lags(lstm, run, {}) == measures.error_back(lstm, run.params, batch)
