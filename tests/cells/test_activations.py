import numpy as np

from lstm_ref.cells.activations import sigmoid


def test_does_not_overflow():
    for dtype in (np.float32, np.float64):
        with np.errstate(all="raise"):
            y = sigmoid(np.array([-1e300 if dtype == np.float64 else -1e30, -800, 0, 800], dtype))
        np.testing.assert_array_equal(y, np.array([0, 0, 0.5, 1], dtype))
        assert y.dtype == dtype


def test_is_the_logistic_function():
    """A public example writes 0.5 (tanh(x) + 1), which is the logistic function of 2x."""
    x = np.linspace(-30, 30, 601)
    np.testing.assert_allclose(sigmoid(x), 1 / (1 + np.exp(-x)), atol=2e-16)


def test_derivative_by_complex_step():
    x = np.linspace(-5, 5, 11)
    y = sigmoid(x)
    np.testing.assert_allclose(sigmoid(x + 1e-30j).imag / 1e-30, y * (1 - y), rtol=1e-13)
