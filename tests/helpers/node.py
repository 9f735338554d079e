"""Generated JavaScript run by Node, many cells in one process.

Node comes with Playwright, which the tests of the site need anyway and requirements.txt pins; else
that of the machine. Numbers go there and back as JSON, which changes no bit.
"""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np

from lstm_ref.check import witnesses

NONE = "no Node: Playwright, of the extra `test`, brings it; or install Node 18 or newer"

RUNNER = """
const fs = require("fs"), vm = require("vm"), url = require("url");

function arrays(found) {
  if (found === null || found === undefined) return undefined;
  if (Array.isArray(found)) return Float64Array.from(found);
  return Object.fromEntries(Object.entries(found).map(([k, v]) => [k, arrays(v)]));
}

function lists(found) {
  if (Object.prototype.toString.call(found) === "[object Float64Array]") return Array.from(found);
  return Object.fromEntries(Object.entries(found).map(([k, v]) => [k, lists(v)]));
}

async function loaded(job) {
  if (job.module) return (await import(url.pathToFileURL(job.module))).default;
  return vm.runInNewContext(`${job.source};\\n${job.name}`);
}

async function run(job) {
  const cell = await loaded(job);
  const given = Object.fromEntries(["params", "x", "state0", "dy", "dstate"].map(
    (key) => [key, arrays(job[key])]));
  const first = cell.forward(job.sizes, given.params, given.x, given.state0);
  cell.backward(first.tape, given.dy);  // twice from one tape
  const back = cell.backward(first.tape, given.dy, given.dstate);
  return lists({ y: first.y, state: first.state, dparams: back.dparams, dx: back.dx,
    dstate0: back.dstate0 });
}

async function main(path) {
  const jobs = JSON.parse(fs.readFileSync(path)), found = [];
  for (const job of jobs) {
    try {
      found.push(await run(job));
    } catch (error) {
      found.push({ error: `${error.name}: ${error.message}` });
    }
  }
  fs.writeFileSync(`${path}.out`, JSON.stringify(found));
}
main(process.argv[2]);
"""


def node():
    """The path of Node, None where there is none."""
    found = importlib.util.find_spec("playwright")
    if found:
        folder = Path(found.origin).parent / "driver"
        for name in ("node", "node.exe"):
            if (folder / name).is_file():
                return str(folder / name)
    return shutil.which("node") or shutil.which("nodejs")


def run(folder, jobs):
    """Results of jobs, one dict each, {"error": text} where something was thrown."""
    script, path = folder / "run.cjs", folder / "jobs.json"
    script.write_text(RUNNER, encoding="utf-8")
    path.write_text(json.dumps(jobs), encoding="utf-8")
    subprocess.run([node(), str(script), str(path)], check=True, timeout=120)
    return json.loads(Path(f"{path}.out").read_text(encoding="utf-8"))


def job(source, name, module, tensors, outside, sizes):
    """What one cell is to do: source as a script, name of its constant, and NumPy's tensors."""
    params, x, state0 = witnesses.split(module, tensors)
    several = isinstance(x, dict)
    return {
        "source": source,
        "name": name,
        "sizes": sizes,
        "params": _lists(params),
        "x": _lists(x) if several else x.ravel().tolist(),
        "state0": _lists(dict(zip(module.STATES, state0, strict=True))),
        "dy": outside["dh"].ravel().tolist(),
        "dstate": _lists(dict(zip(module.STATES, outside["dstate_T"], strict=True))),
    }


def _lists(arrays):
    return {name: array.ravel().tolist() for name, array in arrays.items()}


def gathered(module, found, tensors, like):
    """(outputs, last states, gradients by their names), in NumPy's shapes; like: outputs."""
    inputs = witnesses.inputs(module)
    dx = found["dx"] if len(inputs) > 1 else {inputs[0]: found["dx"]}
    gradients = {**found["dparams"], **dx}
    gradients |= {f"{s}_0": value for s, value in found["dstate0"].items()}
    shaped = {n: np.reshape(v, tensors[n].shape) for n, v in gradients.items()}
    states = [np.reshape(found["state"][s], tensors[f"{s}_0"].shape) for s in module.STATES]
    return np.reshape(found["y"], like.shape), states, shaped
