"""The numeric check of the page "Derive your own cell": its script as it is shipped, in Node."""

import json
import subprocess

import kinds
import node
import numpy as np
import pytest
from places import ROOT

from lstm_ref.check import witnesses
from lstm_ref.check.errors import relative
from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import js_code, numpy_code

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)

SCRIPT = ROOT / "book" / "_assets" / "derive" / "check.js"
RUNNER = """
const fs = require("fs");
globalThis.self = globalThis;
(0, eval)(fs.readFileSync(process.argv[2], "utf8"));
const plain = (key, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);
const found = JSON.parse(fs.readFileSync(process.argv[3])).map(({ source, name, seed }) => {
  try {
    return numericCheck(source, name, seed);
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
});
fs.writeFileSync(`${process.argv[3]}.out`, JSON.stringify(found, plain));
"""
OTHERS = {**kinds.KINDS, **kinds.HARD}
CELLS = {**{name: catalogue.CELLS[name] for name in catalogue.CELLS}, **OTHERS}


def run(folder, jobs):
    script, path = folder / "check.cjs", folder / "jobs.json"
    script.write_text(RUNNER, encoding="utf-8")
    path.write_text(json.dumps(jobs), encoding="utf-8")
    subprocess.run([node.node(), str(script), str(SCRIPT), str(path)], check=True, timeout=300)
    return json.loads((folder / "jobs.json.out").read_text(encoding="utf-8"))


def job(source, seed=1):
    line = next(line for line in source.splitlines() if line.endswith(" = (() => {"))
    return {"source": source, "name": line.split()[1], "seed": seed}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    jobs = [job(js_code.source(cell)) for cell in CELLS.values()]
    return dict(zip(CELLS, run(tmp_path_factory.mktemp("check"), jobs), strict=True))


def flat(groups, several):
    """Arrays by the names of the tensors."""
    inputs = groups["inputs"] if several else {"x": next(iter(groups["inputs"].values()))}
    states = {f"{name}_0": array for name, array in groups["state0"].items()}
    return {**groups["params"], **inputs, **states}


@pytest.mark.parametrize("name", CELLS)
def test_it_agrees_with_the_numpy_module(name, found):
    """Its random numbers, put into NumPy: the same gradients, by both of its ways."""
    result = found[name]
    assert "error" not in result
    assert result["off"] < 1e-12
    cell, task = CELLS[name], result["task"]
    sizes = {"1": 1, **task["sizes"]}
    module = numpy_code.compiled(cell)
    shapes, x, states, dh = witnesses.shapes(module, sizes)
    x = x if isinstance(x, dict) else {"x": x}
    shapes = {**shapes, **x, **{f"{s}_0": shape for s, shape in states.items()}}
    given = flat(task, len(x) > 1)
    tensors = {n: np.reshape(given[n], shape) for n, shape in shapes.items()}
    last = tuple(np.reshape(task["dstate"][s], shape) for s, shape in states.items())
    outside = {"dh": np.reshape(task["dy"], dh), "dstate_T": last}
    want = witnesses.by_hand(module, tensors, outside)
    for way in ("got", "want"):
        arrays = flat(result[way], len(x) > 1)
        assert arrays.keys() == want.keys()
        assert max(relative(np.ravel(want[n]), arrays[n]) for n in want) < 1e-11
    assert result["count"] == sum(array.size for array in want.values())


def test_a_seed_is_a_problem(tmp_path):
    source = js_code.source(catalogue.CELLS["LSTM"])
    one, same, other = run(tmp_path, [job(source, 1), job(source, 1), job(source, 2)])
    assert one == same and one["task"]["dy"] != other["task"]["dy"]
    drawn = np.concatenate([np.ravel(a) for a in one["task"]["params"].values()])
    assert 0.6 < drawn.std() < 1.0 and abs(drawn.mean()) < 0.2


FAULTS = ((" - ", " + "), (" + ", " - "), ("+= ", "= "), ("sigmoid(", "("), ("tanh_c_t[", "c_t["))


@pytest.mark.parametrize("name", ["LSTM", "GRU_AFTER", "LN_LSTM"])
def test_every_fault_in_the_backward_pass_is_seen(name, tmp_path):
    """Signs, sums and factors of the loops of `backward`, changed one by one."""
    source = js_code.source(catalogue.CELLS[name])
    front, back = source.split("  function backward(")
    jobs = []
    for right, wrong in FAULTS:
        pieces = back.split(right)
        for k in range(1, len(pieces)):
            before, behind = right.join(pieces[:k]), right.join(pieces[k:])
            line = before.rpartition("\n")[2] + right + behind.partition("\n")[0]
            if " = " in line and "delta" in line and "subarray" not in line and "new" not in line:
                jobs.append(job(f"{front}  function backward({before}{wrong}{behind}"))
    found = run(tmp_path, jobs)
    assert len(jobs) > 5
    assert all("error" in one or one["off"] is None or one["off"] > 1e-6 for one in found)
