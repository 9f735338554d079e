"""Output layer, losses, optimiser, tasks and the training loop."""

import numpy as np
import pytest
from autograd import grad

from lstm_ref.cells import elman, lstm
from lstm_ref.learn import network, optim, output_layer, tasks, train


def rng(seed=0):
    return np.random.default_rng(seed)


def test_cross_entropy_gradient_by_differences_and_masked_steps_count_nothing():
    y, target = rng().normal(size=(4, 3, 5)), rng(1).integers(0, 3, (4, 5))
    mask = rng(2).random((4, 5)) < 0.6
    loss, dy = output_layer.cross_entropy(y, target, mask)
    v, s = rng(3).normal(size=y.shape), 1e-6
    up, down = (output_layer.cross_entropy(y + k * s * v, target, mask)[0] for k in (1, -1))
    assert abs((up - down) / (2 * s) - np.sum(dy * v)) < 1e-8
    assert not dy.transpose(0, 2, 1)[~mask].any()
    spoiled = y + np.where(mask, 0, 100.0)[:, None, :] * np.arange(3)[None, :, None]
    assert output_layer.cross_entropy(spoiled, np.where(mask, target, 2), mask)[0] == pytest.approx(
        loss
    )


def test_cross_entropy_of_huge_scores_is_finite():
    y = np.array([1e5, -1e5]).reshape(1, 2, 1)
    right, _ = output_layer.cross_entropy(y, np.array([[0]]))
    wrong, dy = output_layer.cross_entropy(y, np.array([[1]]))
    assert right == 0 and wrong == pytest.approx(2e5) and np.isfinite(dy).all()


@pytest.mark.parametrize("dtype, most", [(np.float32, 3e38), (np.float64, 1.7e308)])
def test_cross_entropy_where_a_difference_cannot_be_held(dtype, most):
    """No warning, the loss is inf if it counts, and dy is right."""
    y = np.array([[[most, most], [-most, -most]]], dtype)
    loss, dy = output_layer.cross_entropy(y, np.array([[1, 0]]))
    assert loss == np.inf and dy.dtype == dtype
    np.testing.assert_array_equal(dy, [[[0.5, 0], [-0.5, 0]]])
    loss, dy = output_layer.cross_entropy(y, np.array([[1, 0]]), np.array([[False, True]]))
    assert loss == 0 and not dy.any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_where_the_mask_is_false_changes_nothing(bad):
    y, target = rng().normal(size=(4, 3, 5)), rng(1).integers(0, 3, (4, 5))
    mask = rng(2).random((4, 5)) < 0.6
    want, want_dy = output_layer.cross_entropy(y, target, mask)
    spoiled = np.where(mask[:, None, :] | (np.arange(3) > 0)[:, None], y, bad)
    assert not np.isfinite(spoiled).all()
    loss, dy = output_layer.cross_entropy(spoiled, target, mask)
    assert loss == want and np.array_equal(dy, want_dy)


@pytest.mark.parametrize("which", [output_layer.cross_entropy, output_layer.squared_error])
def test_bad_masks(which):
    y = np.zeros((3, 4, 2))
    target = np.zeros((3, 2), int) if which is output_layer.cross_entropy else y
    with pytest.raises(TypeError, match=r"mask: expected an array of booleans \(3, 2\), got list"):
        which(y, target, [[True, True]] * 3)
    with pytest.raises(ValueError, match=r"of booleans with some True, got int64 \(3, 2\)"):
        which(y, target, np.ones((3, 2), np.int64))


@pytest.mark.parametrize(
    "target, mask, message",
    [
        (np.zeros((2, 2), int), None, "target: expected shape"),
        (np.full((3, 2), 7), None, "classes 0 to 3"),
        (np.zeros((3, 2), int), np.zeros((3, 2), bool), "mask: expected"),
    ],
)
def test_bad_targets(target, mask, message):
    with pytest.raises(ValueError, match=message):
        output_layer.cross_entropy(np.zeros((3, 4, 2)), target, mask)


def test_squared_error_gradient():
    y, target = rng().normal(size=(3, 2)), rng(1).normal(size=(3, 2))
    _, dy = output_layer.squared_error(y, target)
    want = grad(lambda y: np.sum((y - target) ** 2) / y.size)(y)
    np.testing.assert_allclose(dy, want, rtol=1e-13)
    with pytest.raises(ValueError, match="target: expected shape"):
        output_layer.squared_error(y, target[:2])


def test_squared_error_counts_what_the_mask_says():
    y, target = rng().normal(size=(4, 2, 5)), rng(1).normal(size=(4, 2, 5))
    mask = rng(2).random((4, 5)) < 0.6
    counted = np.broadcast_to(mask[:, None], y.shape)
    loss, dy = output_layer.squared_error(y, target, mask)
    assert loss == pytest.approx(np.mean((y - target)[counted] ** 2))
    want = grad(lambda y: np.sum(((y - target) * counted) ** 2) / counted.sum())(y)
    np.testing.assert_allclose(dy, want, rtol=1e-13)
    spoiled = output_layer.squared_error(y, np.where(counted, target, np.nan), mask)
    assert spoiled[0] == loss and np.array_equal(spoiled[1], dy)
    all_of_it = output_layer.squared_error(y, target, np.ones((4, 5), bool))
    assert all_of_it[0] == pytest.approx(output_layer.squared_error(y, target)[0])
    for bad in (mask[1:], np.zeros((4, 5), bool)):
        with pytest.raises(ValueError, match="mask: expected shape"):
            output_layer.squared_error(y, target, bad)


def test_the_loss_goes_by_the_target():
    y, numbers, classes = (
        rng().normal(size=(2, 3, 4)),
        rng(1).normal(size=(2, 3, 4)),
        np.ones((2, 4)),
    )
    assert output_layer.loss(y, numbers)[0] == output_layer.squared_error(y, numbers)[0]
    classes = classes.astype(int)
    assert output_layer.loss(y, classes)[0] == output_layer.cross_entropy(y, classes)[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_losses_keep_the_dtype(dtype):
    y, mask = rng().normal(size=(2, 3, 4)).astype(dtype), np.eye(2, 4, dtype=bool)
    for target in (y[::-1], np.zeros((2, 4), int)):
        loss, dy = output_layer.loss(y, target, mask)
        assert dy.dtype == dtype and type(loss) is float


@pytest.mark.parametrize("shape", [(5, 2), (4, 5, 2)])
def test_scores_backward(shape):
    params, h = output_layer.init(rng(), 5, 3), rng(1).normal(size=shape)
    params["b_y"] = rng(4).normal(size=(3, 1))
    dy = rng(2).normal(size=output_layer.scores(params, h).shape)
    dparams, dh = output_layer.scores_backward(params, h, dy)
    want = grad(lambda p: np.sum((p["W_yh"] @ h + p["b_y"]) * dy))(params)
    for name, value in want.items():
        np.testing.assert_allclose(dparams[name], value, rtol=1e-12)
    np.testing.assert_allclose(dh, params["W_yh"].T @ dy)


@pytest.mark.parametrize("cell", [elman, lstm])
def test_gradients_of_the_whole_network(cell):
    params = network.start(cell, rng(), 2, 3, 2)
    params = {k: v + 0.3 * rng(5).normal(size=v.shape) for k, v in params.items()}
    batch = tasks.binary_addition(rng(1), 4, 3)
    _, grads, _ = network.gradients(cell, params, batch)
    for name, value in params.items():
        v, s = rng(2).normal(size=value.shape), 1e-6
        up, down = (network.loss(cell, {**params, name: value + k * s * v}, batch) for k in (1, -1))
        assert abs((up - down) / (2 * s) - np.sum(grads[name] * v)) < 1e-7, name


def test_adam_is_the_published_algorithm():
    """Kingma & Ba 2015, algorithm 1, written as it is printed."""
    params, state = {"w": np.array([1.0, -2.0])}, None
    state = optim.adam_start(params)
    w, m, v = params["w"].copy(), 0.0, 0.0
    for t in range(1, 6):
        g = rng(t).normal(size=2)
        params, state = optim.adam_step(params, {"w": g}, state, 0.1)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w = w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        np.testing.assert_allclose(params["w"], w, rtol=1e-12)
    with pytest.raises(ValueError, match="gradients: expected"):
        optim.adam_step(params, {"u": g}, state, 0.1)


def test_gradient_descent_and_momentum_are_what_is_printed():
    w, v = {"w": np.array([1.0, -2.0])}, 0.0
    plain, moving, state = w, w, optim.momentum_start(w)
    by_hand, with_v = w["w"], w["w"]
    for t in range(1, 6):
        g = rng(t).normal(size=2)
        plain, _ = optim.sgd_step(plain, {"w": g}, optim.sgd_start(w), 0.1)
        moving, state = optim.momentum_step(moving, {"w": g}, state, 0.1, 0.8)
        by_hand, v = by_hand - 0.1 * g, 0.8 * v - 0.1 * g
        with_v = with_v + v
        np.testing.assert_allclose(plain["w"], by_hand, rtol=1e-13)
        np.testing.assert_allclose(moving["w"], with_v, rtol=1e-13)
    assert list(w["w"]) == [1, -2]
    once, _ = optim.momentum_step(w, {"w": g}, optim.momentum_start(w), 0.1, 0.0)
    np.testing.assert_array_equal(once["w"], optim.sgd_step(w, {"w": g}, (), 0.1)[0]["w"])
    usual, _ = optim.momentum_step(w, {"w": g}, state, 0.1)
    want, _ = optim.momentum_step(w, {"w": g}, state, 0.1, 0.9)
    np.testing.assert_array_equal(usual["w"], want["w"])
    with pytest.raises(ValueError, match="momentum: expected 0 <= momentum < 1, got 1"):
        optim.momentum_step(w, {"w": g}, state, 0.1, 1)


@pytest.mark.parametrize("name", optim.OPTIMISERS)
def test_optimisers_keep_dtype_and_refuse_other_names(name):
    start, step = optim.OPTIMISERS[name]
    params = {"w": np.ones(2, np.float32)}
    state = start(params)
    for _ in range(2):
        params, state = step(params, {"w": np.ones(2, np.float32)}, state, np.float64(0.1))
    assert params["w"].dtype == np.float32 and (params["w"] < 1).all()
    with pytest.raises(ValueError, match=r"gradients: expected \['w'\], got \['u'\]"):
        step(params, {"u": np.ones(2)}, state, 0.1)


def test_clip_by_value():
    clipped = optim.clip_by_value({"a": np.array([3.0, -0.5]), "b": np.array([-4.0])}, 1.0)
    assert list(clipped["a"]) == [1, -0.5] and list(clipped["b"]) == [-1]
    with pytest.raises(ValueError, match="limit"):
        optim.clip_by_value(clipped, -1)


def test_clip_by_norm():
    grads = {"a": np.array([3.0]), "b": np.array([[4.0]])}
    clipped, norm = optim.clip_by_norm(grads, 1.0)
    assert norm == 5 and clipped["a"][0] == pytest.approx(0.6) and clipped["b"][0, 0] == 0.8
    assert optim.clip_by_norm(grads, 6.0)[0] is grads
    with pytest.raises(ValueError, match="limit"):
        optim.clip_by_norm(grads, 0)
    with pytest.raises(FloatingPointError, match="the norm of the gradient is nan"):
        optim.clip_by_norm({"a": np.array([np.nan, 1.0])}, 1.0)
    with pytest.raises(FloatingPointError, match="the norm of the gradient is inf"):
        optim.clip_by_norm({"a": np.array([np.inf, 1.0])}, 1.0)


def test_binary_addition_adds():
    x, target, mask = tasks.binary_addition(rng(), 12, 50)
    powers = 2 ** np.arange(12)
    numbers = np.einsum("t,tdb->db", powers, x).astype(int)
    np.testing.assert_array_equal(powers @ target, numbers.sum(axis=0) % 2**12)
    assert mask.all()


def test_country_language_asks_for_the_country_one_grew_up_in():
    x, target, mask = tasks.country_language(rng(), 500, 6)
    words = np.array(tasks.VOCABULARY)[x.argmax(axis=1)]
    assert x.shape[0] == 9 and np.all(words[0] == "grew-up-in") and np.all(words[-1] == "speak")
    np.testing.assert_array_equal(words[1], np.array(tasks.COUNTRIES)[target[-1]])
    assert mask[-1].all() and not mask[:-1].any()
    share = np.isin(words[2:-1], tasks.COUNTRIES).mean()
    assert 0.2 < share < 0.3  # false clues
    with pytest.raises(ValueError, match="distance"):
        tasks.country_language(rng(), 5, -1)


def test_fit_lowers_the_loss_and_leaves_its_arguments():
    params = network.start(elman, rng(), 2, 4, 2)
    before = {k: v.copy() for k, v in params.items()}
    batch = tasks.binary_addition(rng(1), 6, 8)
    trained, losses = train.fit(elman, params, [batch] * 60, 0.02)
    assert losses.shape == (60,) and losses[-1] < 0.8 * losses[0]
    assert all(np.array_equal(params[k], v) for k, v in before.items())
    assert network.accuracy(elman, trained, batch) > network.accuracy(elman, params, batch) - 0.05


def test_a_diverged_run_says_what_to_try():
    params = network.start(elman, rng(), 2, 4, 2)
    params["W_yh"] *= 1e308
    advice = "after 0 updates; try a smaller learning rate than 0.02 or a smaller clip"
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=advice):
        train.fit(elman, params, [tasks.binary_addition(rng(1), 6, 8)] * 3, 0.02)
