"""The moving figures as the pages load them, run by Node: their computations and first states."""

import json
import subprocess

import node
from places import ROOT

SCRIPTS = ROOT / "book" / "_assets" / "figures"
RUNNER = """
const fs = require("fs"), vm = require("vm");
const { scripts, name, states } = JSON.parse(fs.readFileSync(0));
const world = vm.createContext({ TextEncoder, TextDecoder, URLSearchParams });
for (const path of scripts) vm.runInContext(fs.readFileSync(path, "utf8"), world);
world.states = JSON.stringify(states);
console.log(vm.runInContext(`{
  const plain = (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value;
  const figure = bookFigures.figures["${name}"];
  const start = Object.fromEntries(Object.entries(figure.parameters).map(([k, p]) => [k, p.start]));
  const found = JSON.parse(states).map((changes) => {
    const state = { ...start, ...changes };
    const numbers = figure.compute(state);
    return { numbers, say: figure.say(numbers, state), table: figure.table(numbers, state),
      met: figure.ask.kind === "challenge" ? figure.ask.judge(numbers, state) : null };
  });
  JSON.stringify(found, plain);
}`, world));
"""


def computed(name, *states):
    """What a figure computes: a dict numbers, say, table, met for each dict of changes."""
    given = {
        "scripts": [str(SCRIPTS / "base.js"), str(SCRIPTS / f"{name}.js")],
        "name": name,
        "states": [dict(state) for state in states] or [{}],
    }
    done = subprocess.run(
        [node.node(), "-e", RUNNER],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
