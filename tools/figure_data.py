"""Numbers that moving figures show, from stored results and fresh networks: book/figures/data."""

import json

import numpy as np

from lstm_ref.book import weights
from lstm_ref.cells import elman
from lstm_ref.learn import tasks


def carry():
    """A network that adds, seed 0 of the experiment, and the direction in which its carry is read.

    The direction: four weights and a constant, by least squares, to 1 where a carry leaves a digit
    and -1 where none does, on 500 sums of 8 digits.
    """
    net = {k: v.astype(float) for k, v in weights.load("addition")["RNN"][0].items()}
    x, target, _ = tasks.binary_addition(np.random.default_rng(7), 8, 500)
    h, _, _ = elman.forward({k: net[k] for k in elman.SHAPES}, x)
    ones = x.sum(axis=1)
    leaves = np.where(ones + (ones + target) % 2 >= 2, 1, -1)
    design = np.insert(h.transpose(0, 2, 1), 4, 1.0, axis=2).reshape(-1, 5)
    direction = np.linalg.lstsq(design, leaves.ravel(), rcond=None)[0]
    return net | {"read_out": direction.round(4)}


FILES = {"carry.json": carry}


def wanted():
    """{name of the file: its text}; an array stands there flat, row by row."""
    found = {}
    for name, make in FILES.items():
        lists = {key: value.ravel().tolist() for key, value in make().items()}
        rows = ",\n".join(f" {json.dumps(key)}: {json.dumps(row)}" for key, row in lists.items())
        found[name] = f"{{\n{rows}\n}}\n"
    return found
