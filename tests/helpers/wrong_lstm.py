"""An LSTM by itself, with the mistakes of public sources built in: for tests/pages/test_errata.py.

It shares no line with `lstm_ref.cells.lstm`. A mistake is a function that takes the place of
`right`, the backward step; what each stands for is told on the page book/errata.md.

v holds the values of a step: x, h_prev, c_prev, net, f, i, c_tilde, o, c and the weights W.
delta_h, delta_c: error at h_t and the part of the error at c_t that comes from step t + 1.
A step returns a dict: "f", "i", "c", "o": error terms at the weighted inputs, which give the weight
gradients; "back": those that go through W_gh and W_gx, the same unless said otherwise; "carry": the
error handed to c_{t-1}.
"""

import numpy as np

GATES = "fico"


def logistic(a):
    return 1 / (1 + np.exp(-a))


def slope(a):
    """tanh'(a)."""
    return 1 - np.tanh(a) ** 2


def logistic_slope(a):
    """σ'(a)."""
    return logistic(a) * (1 - logistic(a))


def forward(W, x, h, c):
    """-> outputs (T, H, B), last state, list of the values of each step."""
    steps = []
    for x_t in x:
        net = {g: W[f"W_{g}h"] @ h + W[f"W_{g}x"] @ x_t + W[f"b_{g}"] for g in GATES}
        v = dict(x=x_t, h_prev=h, c_prev=c, W=W, net=net)
        v |= {g: logistic(net[g]) for g in "fio"}
        v["c_tilde"] = np.tanh(net["c"])
        c = v["f"] * c + v["i"] * v["c_tilde"]
        h = v["o"] * np.tanh(c)
        v["c"] = c
        steps.append(v)
    return np.stack([v["o"] * np.tanh(v["c"]) for v in steps]), (h, c), steps


def from_cell(v, delta_h, at_c):
    """Error terms of a step whose error at the cell state is at_c."""
    f, i, c_tilde, o = (v[k] for k in ("f", "i", "c_tilde", "o"))
    return {
        "f": at_c * v["c_prev"] * f * (1 - f),
        "i": at_c * c_tilde * i * (1 - i),
        "c": at_c * i * (1 - c_tilde**2),
        "o": delta_h * np.tanh(v["c"]) * o * (1 - o),
        "carry": at_c * f,
    }


def direct(v, delta_h):
    """The part of the error at c_t that comes through h_t of the same step."""
    return delta_h * v["o"] * slope(v["c"])


def right(v, delta_h, delta_c):
    return from_cell(v, delta_h, direct(v, delta_h) + delta_c)


def no_carousel(v, delta_h, delta_c):
    """There is no error at the cell state but that of the same step."""
    return from_cell(v, delta_h, direct(v, delta_h))


def h_path_without_carousel(v, delta_h, delta_c):
    """What goes back through the gates is computed as if there were no carousel."""
    terms = right(v, delta_h, delta_c)
    return {**terms, "back_h": no_carousel(v, delta_h, delta_c)}


def h_before_c(v, delta_h, delta_c):
    """The error at h is overwritten by that of step t - 1 before it is used for c_{t-1}."""
    terms = right(v, delta_h, delta_c)
    delta_h_prev = sum(v["W"][f"W_{g}h"].T @ terms[g] for g in GATES)
    return {**terms, "carry": (direct(v, delta_h_prev) + delta_c) * v["f"]}


def printed_formulas(v, delta_h, delta_c):
    """Equations 8 to 10 of the MOOC exercise as printed, but with c_prev for its c̃_prev."""
    f, i, c_tilde = v["f"], v["i"], v["c_tilde"]
    d, terms = direct(v, delta_h), right(v, delta_h, delta_c)
    terms["c"] = delta_c * i + d * i * c_tilde * slope(c_tilde)
    terms["i"] = delta_c * c_tilde + d * c_tilde * i * (1 - i)
    terms["f"] = delta_c * v["c_prev"] + d * v["c_prev"] * f * (1 - f)
    return terms


def cut(v, delta_h, delta_c):
    """Nothing goes back to step t - 1, neither by h nor by c."""
    terms = right(v, delta_h, 0)
    return {**terms, "back_h": dict.fromkeys(GATES, 0), "carry": 0}


def notebook(v, delta_h, delta_c):
    """Cut, wrong slopes, and cell states one step late: c_{t-1} for c_t, c_{t-2} for c_{t-1}."""
    c, c_prev = v["c_prev"], v["c_prev_prev"]
    at_c = delta_h * v["o"] * slope(np.tanh(c))
    return {
        "f": at_c * c_prev * logistic(v["f"]),
        "i": at_c * v["c_tilde"] * logistic_slope(v["i"]),
        "c": at_c * v["i"] * slope(v["c_tilde"]),
        "o": delta_h * np.tanh(c) * logistic_slope(v["o"]),
        "back_h": dict.fromkeys(GATES, 0),
        "carry": 0,
    }


def slopes_at_values(v, delta_h, delta_c):
    """Slopes taken at the activations, tanh' for the output gate, none at all on the way back."""
    at_c = direct(v, delta_h) + delta_c
    gates = {
        "f": at_c * v["c_prev"],
        "i": at_c * v["c_tilde"],
        "c": at_c * v["i"],
        "o": delta_h * np.tanh(v["c"]),
    }
    terms = {g: gates[g] * logistic_slope(v[g]) for g in "fi"}
    terms |= {"c": gates["c"] * slope(v["c_tilde"]), "o": gates["o"] * slope(v["o"])}
    return {**terms, "back": gates, "carry": at_c * v["f"]}


def carry_before_slope(v, delta_h, delta_c):
    """The error from step t + 1 is added before the slope of tanh instead of behind it."""
    return from_cell(v, delta_h, (delta_h * v["o"] + delta_c) * slope(v["c"]))


def no_tanh(v, delta_h, delta_c):
    """The backward step of a cell with h = o c: right there, wrong here."""
    terms = from_cell(v, delta_h, delta_h * v["o"] + delta_c)
    return {**terms, "o": delta_h * v["c"] * v["o"] * (1 - v["o"])}


def slopes_with_b_o(v, delta_h, delta_c):
    """f and i are right, but their slopes are taken at weighted inputs that hold b_o."""
    terms, W = right(v, delta_h, delta_c), v["W"]
    at_c = direct(v, delta_h) + delta_c
    for g, other in (("f", v["c_prev"]), ("i", v["c_tilde"])):
        terms[g] = at_c * other * logistic_slope(v["net"][g] - W[f"b_{g}"] + W["b_o"])
    return terms


def backward(steps, dh, last, step=right):
    """-> dict of gradients (the parameters, x, h_0, c_0), list of the error terms of each step."""
    W, (delta_h, delta_c) = steps[0]["W"], last
    for k, v in enumerate(steps):
        v["c_prev_prev"] = steps[k - 1]["c_prev"] if k else steps[-1]["c"]  # as lists in Python do
    total, dx, deltas = {name: np.zeros_like(value) for name, value in W.items()}, [], []
    for v, outside in zip(reversed(steps), reversed(dh), strict=True):
        terms = step(v, delta_h + outside, delta_c)
        back = terms.get("back", terms)
        for g in GATES:
            total[f"W_{g}x"] += terms[g] @ v["x"].T
            total[f"W_{g}h"] += terms[g] @ v["h_prev"].T
            total[f"b_{g}"] += terms[g].sum(axis=1, keepdims=True)
        dx.append(sum(W[f"W_{g}x"].T @ back[g] for g in GATES))
        to_h = terms.get("back_h", back)
        delta_h = sum(W[f"W_{g}h"].T @ np.broadcast_to(to_h[g], delta_h.shape) for g in GATES)
        delta_c = terms["carry"] * np.ones_like(delta_h)
        deltas.append(terms)
    return {**total, "x": np.stack(dx[::-1]), "h_0": delta_h, "c_0": delta_c}, deltas[::-1]


def worst(got, want, names=None):
    """Largest error of a tensor: largest deviation over the largest entry that is right."""
    errors = []
    for name in names or want:
        off, scale = np.max(np.abs(got[name] - want[name])), np.max(np.abs(want[name]))
        errors.append(off / scale if scale else off)
    return max(errors)
