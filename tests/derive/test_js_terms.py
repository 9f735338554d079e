"""JavaScript with a weight for every summand, run in Node, against vectors and derived modules."""

import json
import subprocess

import node
import numpy as np
import pytest

from lstm_ref.derive import catalogue, table
from lstm_ref.derive.codegen import js_terms
from lstm_ref.interop import made

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)

# Peepholes, a product inside of a net and beside one, several widths, exponentials, many slopes.
NAMES = ("LSTM", "VANILLA", "GRU_BEFORE", "GRU_AFTER", "LSTM_1997", "PROJECTION", "MOGRIFIER")
NAMES += ("SLSTM", "LIGRU", "RHN", "RWKV4", "MULTIPLICATIVE_LSTM")
RUNNER = """
const job = JSON.parse(require("fs").readFileSync(0));
const { path, sizes, params, x, state0, dy, dstate, weights } = job;
const arrays = (found) => Object.fromEntries(
  Object.entries(found).map(([name, list]) => [name, Float64Array.from(list)]));
import(path).then(({ default: cell }) => {
  const p = arrays(params);
  const { signals, nets } = cell.forward(sizes, p, Float64Array.from(x), arrays(state0));
  const back = cell.backward(
    sizes, p, signals, nets, Float64Array.from(dy), arrays(dstate), weights);
  console.log(JSON.stringify({ signals, nets, ...back, summands: cell.summands },
    (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value));
});
"""


def run(folder, name, vectors, weights=None):
    """What the module of a cell gives on the inputs of its vectors."""
    cell = catalogue.CELLS[name]
    path = folder / f"{name}.terms.mjs"
    path.write_text(js_terms.module(cell), encoding="utf-8")
    arrays, sizes = vectors["arrays"], vectors["sizes"]
    flat = {key: value.ravel().tolist() for key, value in arrays.items()}
    job = {
        "path": path.as_uri(),
        "sizes": sizes,
        "params": {key: flat[key] for key in cell.SHAPES},
        "x": flat[cell.input],
        "state0": {s: flat[f"{s}_0"] for s in cell.states},
        "dy": flat["e"],
        "dstate": {s: flat[f"e_{s}_T"] for s in cell.states},
        "weights": weights or {},
    }
    command = [node.node(), "-e", RUNNER]
    done = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def drawn(name, cell=None):
    header, arrays = made.make(cell or name, seed=3)
    return {"sizes": header["sizes"], "arrays": arrays}


def near(got, want, what):
    got = np.reshape(got, want.shape)
    scale = max(1.0, np.abs(want).max())
    assert np.abs(got - want).max() <= 1e-12 * scale, what


def compare(found, vectors, cell):
    """Every signal, error term and gradient, and that the parts add up to the totals."""
    arrays = vectors["arrays"]
    steps = {k: np.reshape(v, (vectors["sizes"]["T"] + 1, -1)) for k, v in found["signals"].items()}
    errors = {k: np.reshape(v, steps[k].shape) for k, v in found["errors"].items()}
    totals = {k: np.reshape(v, steps[k].shape) for k, v in found["totals"].items()}
    for name in cell.equations:
        near(steps[name][1:], arrays[name].reshape(steps[name][1:].shape), name)
        if f"delta_{name}" in arrays:
            near(errors[name][1:], arrays[f"delta_{name}"].reshape(steps[name][1:].shape), name)
    for name in cell.SHAPES:
        near(found["dparams"][name], arrays[f"d{name}"], name)
    near(
        totals[cell.input][1:], arrays[f"d{cell.input}"].reshape(totals[cell.input][1:].shape), "x"
    )
    for state in cell.states:
        near(totals[state][0], arrays[f"d{state}_0"].ravel(), state)


@pytest.mark.parametrize("name", NAMES)
def test_every_number(tmp_path, name):
    vectors = drawn(name)
    found = run(tmp_path, name, vectors)
    compare(found, vectors, catalogue.CELLS[name])
    parts = {of: [] for of, _ in found["summands"].values()}
    for key, (of, _) in found["summands"].items():
        parts[of].append(found["parts"][key])
    for of, each in parts.items():
        if of in found["dparams"]:
            near(np.sum(each, axis=0), np.array(found["dparams"][of]), of)


STRUCK = (
    ("LSTM", "c from c"),
    ("LSTM", "h from i"),
    ("VANILLA", "c from o"),
    ("LSTM", "b_o from o"),
)


@pytest.mark.parametrize("name, key", (*STRUCK, ("GRU_BEFORE", "h from h")))
def test_a_struck_summand_is_a_dropped_one(tmp_path, name, key):
    summands = js_terms.names(table.stored(table.COMPUTED, name))
    struck = summands[key]

    def drop(item):
        return (item.of, item.by, item.lag) == (struck.of, struck.by, struck.lag)

    right, wrong = drawn(name), drawn(name, catalogue.CELLS[name].truncated("Wrong", drop))
    found = run(tmp_path, name, right, {key: 0})
    with pytest.raises(AssertionError):
        compare(found, right, catalogue.CELLS[name])
    compare(found, wrong, catalogue.CELLS[name])
    assert not np.any(found["parts"][key])


@pytest.mark.parametrize("name, word", [("MLSTM", "f_tilde"), ("LN_LSTM", "ones"), ("TLSTM", "d")])
def test_other_cells_are_refused(name, word):
    with pytest.raises(ValueError, match=rf"cell: expected .* vectors .*, got '{word}'"):
        js_terms.module(catalogue.CELLS[name])
