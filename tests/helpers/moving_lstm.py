"""What moving figures of an LSTM have to show, by the cell written by hand."""

import numpy as np

from lstm_ref.cells import lstm

READS = -1.0, 1.0, 1.0, -1.0, 1.0, 1.0, -1.0
ROWS = {"f": (2.5, 0.5, -1), "i": (2, 1, 2), "c": (1.5, 1.5, 2), "o": (3, -2, 1)}
ONE, NONE = np.ones((1, 1)), np.zeros((1, 1))


def totals(k=1.0):
    """Of the figure `totals`: (steps, results), by Jacobians of (h, c) as in the chapter."""
    params = {}
    for gate, row in ROWS.items():
        numbers = row[0] * k, *row[1:]
        names = f"W_{gate}h", f"W_{gate}x", f"b_{gate}"
        params |= {n: np.array([[float(v)]]) for n, v in zip(names, numbers, strict=True)}
    state, jacobians, steps, ways = (NONE, NONE), [], [], []
    for x in READS:
        _, state, tape = lstm.forward(params, np.full((1, 1, 1), x), state)
        record = {name: value.item() for name, value in tape["steps"][0].items()}
        rows = [lstm.backward(params, tape, None, e)[2] for e in ((ONE, NONE), (NONE, ONE))]
        jacobians.append(np.array([[d.item() for d in row] for row in rows]))
        hc = record["o"] * (1 - np.tanh(record["c"]) ** 2)
        ways.append(np.array([hc, 1.0]))  # of (h, c) by c, o held fixed
        (h_h, _), (c_h, _) = jacobians[-1]
        steps.append({"cc": record["f"], "ch": c_h, "hh": h_h - hc * c_h, "hc": hc})
    results, line, product, pair = [], 1.0, 1.0, ways[0]
    for n, jacobian in enumerate(jacobians[1:]):
        line *= steps[n + 1]["cc"]
        product *= jacobian[1] @ ways[n]
        pair = jacobian @ pair
        results.append({"line": line, "totals": product, "all": pair[1]})
    return steps, results
