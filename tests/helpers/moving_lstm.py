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


def flowing_back(enters, bias=1.0, ways="both"):
    """Of the figure `flowing-back`: error terms of all signals at steps 1 to 6, by their names.

    ways: "line" for the carousel alone, "gates" for all but the carousel.
    """
    rows = {"f": (0, 0.5, bias), "i": (1, 1, 0), "c": (2, 1, 0), "o": (1, 0.5, 0)}
    names = [n for g in rows for n in (f"W_{g}h", f"W_{g}x", f"b_{g}")]
    values = [float(v) for row in rows.values() for v in row]
    params = {n: np.array([[v]]) for n, v in zip(names, values, strict=True)}
    x = np.array([1.0, -1.0, 2.0, 0.0, -1.0, 1.0]).reshape(6, 1, 1)
    _, _, tape = lstm.forward(params, x)
    found, next_h, next_c = [], NONE, NONE
    for record, e in zip(reversed(tape["steps"]), reversed(enters), strict=True):
        delta_h = e + next_h
        grads, _, (next_h, next_c) = lstm.step_backward(params, record, (delta_h, next_c))
        delta_c = next_c / record["f"]
        gates = [grads[f"b_{g}"] for g in "fico"]  # of one sample: the error term itself
        found.append([v.item() for v in (*gates, delta_c, delta_h)])
        next_h = next_h * (ways != "line")
        next_c = next_c * (ways != "gates")
    names = "f", "i", "c_tilde", "o", "c", "h"
    return dict(zip(names, np.array(found[::-1]).T, strict=True))
