"""Initial values of the parameters: each named initialisation with its source.

A cell's parameters are a plain dict whose keys are the symbols of the page: params["W_fx"] is
W_fx, the weights into f from x. Every cell module declares their shapes once, in SHAPES.
"""

import numpy as np

# Gates of the LSTM in the order used everywhere; c stands for the candidate c̃ in W_cx, W_ch, b_c.
GATES = ("f", "i", "c", "o")

RECURRENT = ("uniform", "glorot", "orthogonal")


def draw(rng, shapes, D, H, recurrent="uniform", dtype=np.float64):
    """Draw every weight of `shapes` (name -> letters); biases are zero.

    recurrent: "uniform": every weight from U(-k, k), k = 1/sqrt(H), the default of PyTorch's
    nn.LSTM; "glorot": every weight from U(-k, k), k = sqrt(6 / (rows + columns)) (Glorot & Bengio
    2010, eq. 16); "orthogonal": recurrent matrices (H, H) random orthogonal (Saxe et al. 2014),
    the others as in "glorot".
    Raises TypeError or ValueError for a bad rng, size, dtype or name.
    """
    _check(rng, D, H, recurrent, dtype)
    sizes = {"D": D, "H": H, "1": 1}
    params = {}
    for name, letters in shapes.items():
        shape = tuple(sizes[letter] for letter in letters)
        if letters.endswith("1"):
            values = np.zeros(shape)
        elif recurrent == "orthogonal" and letters == "HH":
            values = orthogonal(rng, H)
        else:
            k = 1 / np.sqrt(H) if recurrent == "uniform" else np.sqrt(6 / sum(shape))
            values = rng.uniform(-k, k, shape)
        params[name] = values.astype(dtype)
    return params


def orthogonal(rng, H):
    """Random orthogonal matrix (H, H), uniform over the orthogonal group (Mezzadri 2007)."""
    q, r = np.linalg.qr(rng.normal(size=(H, H)))
    return q * np.sign(np.diag(r))  # without the signs the draw would not be uniform


def chrono(rng, H, T_max, dtype=np.float64):
    """Chrono bias log(u), u ~ U(1, T_max - 1), shape (H, 1): memories of 1 to T_max steps.

    For the LSTM b_f takes it and b_i its negative (Tallec & Ollivier 2018, eq. 16).
    T_max: the longest dependency expected, in steps, at least 3.
    """
    if isinstance(T_max, bool) or not isinstance(T_max, int | np.integer) or T_max < 3:
        raise ValueError(f"T_max: expected a whole number of steps >= 3, got {T_max!r}")
    return np.log(rng.uniform(1, T_max - 1, (H, 1))).astype(dtype)


def bias(name, value, rng, H, T_max, dtype):
    """A gate's bias (H, 1): a number for all units, or "chrono" with T_max."""
    if isinstance(value, str):
        if value != "chrono":
            raise ValueError(f'{name}: expected a number or "chrono", got {value!r}')
        return chrono(rng, H, T_max, dtype)
    if isinstance(value, bool) or not np.isscalar(value) or not np.isfinite(value):
        raise ValueError(f'{name}: expected a finite number or "chrono", got {value!r}')
    if T_max is not None:
        raise ValueError(f'T_max: is used by {name}="chrono" only, got {T_max!r}')
    return np.full((H, 1), value, dtype)


def count(params):
    """Number of trainable numbers in a dict of parameters."""
    return sum(value.size for value in params.values())


def _check(rng, D, H, recurrent, dtype):
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected np.random.default_rng(seed), got {type(rng).__name__}")
    for name, size in (("D", D), ("H", H)):
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"{name}: expected a whole number >= 1, got {size!r}")
    if recurrent not in RECURRENT:
        raise ValueError(f"recurrent: expected one of {', '.join(RECURRENT)}, got {recurrent!r}")
    if np.dtype(dtype).name not in ("float32", "float64"):
        raise TypeError(f"dtype: expected float32 or float64, got {np.dtype(dtype).name}")
