"""Numbers that moving figures show, from stored results and fresh networks: book/figures/data."""

import json

import numpy as np

from lstm_ref.book import weights
from lstm_ref.cells import elman, lstm
from lstm_ref.learn import tasks
from lstm_ref.learn.tasks import agreement


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


def fading():
    """A sentence, an error at its end, and fresh weights of both networks of 16 units.

    Words as numbers of the vocabulary, 40 of them between the clue and the question. Weights with
    four digits; all biases of the LSTM are 0, the figure sets that of the forget gates.
    """
    x, _, _ = tasks.country_language(np.random.default_rng(0), 1, 40)
    found = {"words": x[:, :, 0].argmax(axis=1), "error": np.random.default_rng(1).normal(size=16)}
    for cell, start in ((elman, {}), (lstm, {"forget_bias": 0.0})):
        fresh = cell.init(np.random.default_rng(2), len(tasks.VOCABULARY), 16, **start)
        kind = "LSTM" if cell is lstm else "RNN"
        found |= {f"{kind}.{name}": value for name, value in fresh.items()}
    rounded = {name: np.round(value, 4) + 0.0 for name, value in found.items() if name != "words"}
    return found | rounded | {"vocabulary": np.array(tasks.VOCABULARY)}


def gender_net():
    """Net 1 of chapter 11; of its output layer the two pronouns, and the words of its language."""
    net = {**weights.load("inside-gender")["LSTM"][1]}
    W, b = net.pop("W_yh"), net.pop("b_y")
    for word in agreement.PRONOUNS:
        k = agreement.GENDER_WORDS.index(word)
        net |= {f"W_{word}": W[k], f"b_{word}": b[k]}
    words = {"words": agreement.GENDER_WORDS, "male": agreement.MALE, "female": agreement.FEMALE}
    return net | {name: np.array(value) for name, value in words.items()}


FILES = {"carry.json": carry, "fading.json": fading, "gender-net.json": gender_net}


def flat(array):
    """As a list; single precision with as few digits as tell a number from its neighbours."""
    single = array.dtype == np.float32
    return [float(str(value)) for value in array.ravel()] if single else array.ravel().tolist()


def wanted():
    """{name of the file: its text}; an array stands there flat, row by row."""
    found = {}
    for name, make in FILES.items():
        lists = {key: flat(value) for key, value in make().items()}
        rows = ",\n".join(f" {json.dumps(key)}: {json.dumps(row)}" for key, row in lists.items())
        found[name] = f"{{\n{rows}\n}}\n"
    return found
