"""The figure of training, `train`: its code, run by Node as the page's worker runs it, against the
package, which gets the same random numbers."""

import json
import subprocess

import moving_node
import node
import numpy as np
import page_stream
import pytest
from places import ROOT

from lstm_ref.book import moving
from lstm_ref.book.moving import training
from lstm_ref.cells import params
from lstm_ref.cells.resolve import resolve
from lstm_ref.derive import catalogue

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
DATA = ROOT / "book" / "figures" / "src" / "train"
SETTINGS = {"distance": 8, "rate": 0.02, "forget": 2, "seed": 5}
KEYS = {"rnn": "ELMAN", "gru": "GRU_AFTER", "lstm": "LSTM", "cut": "LSTM_WITHOUT_CAROUSEL"}
RUNNER = """
const fs = require("fs"), vm = require("vm");
const { scripts, further, code } = JSON.parse(fs.readFileSync(0));
for (const path of scripts) vm.runInThisContext(fs.readFileSync(path, "utf8"));
vm.runInThisContext(bookFigures.figures.train.worker);
bookFigures.cells = {};
globalThis.ENGINE = `V8 ${process.versions.v8}`;
for (const text of further) vm.runInThisContext(text);
for (const [name, cell] of Object.entries(bookFigures.cells)) training.cells[name] = cell();
const plain = (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value;
console.log(JSON.stringify(vm.runInThisContext(`(() => {${code}})()`), plain));
"""
RACE = """
const lanes = LANES.map(([name, forget]) => ({ cell: training.cells[name], forget }));
const race = new training.Race(lanes, SETTINGS);
for (let n = 0; n < UPDATES; n++) race.step();
return { points: race.points, losses: race.losses, failed: race.failed };
"""


def ran(code, further=()):
    """What the worker's text gives for some lines of JavaScript; further: scripts of cells."""
    scripts = [str(moving_node.SCRIPTS / f"{one}.js") for one in ("base", "train")]
    given = json.dumps({"scripts": scripts, "further": list(further), "code": code})
    done = subprocess.run(
        [node.node(), "-e", RUNNER],
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def raced(lanes, settings, updates, further=()):
    """A race in Node; lanes: (name of a cell, whether its b_f is set)."""
    code = RACE.replace("LANES", json.dumps(lanes)).replace("SETTINGS", json.dumps(settings))
    return ran(code.replace("UPDATES", str(updates)), further)


BY_HAND = {"ELMAN": {}, "GRU_AFTER": {}, "LSTM": {"forget_bias": SETTINGS["forget"]}}


def test_losses_are_those_of_the_package():
    found = raced([(name, name == "LSTM") for name in BY_HAND], SETTINGS, 20)
    for k, (name, start) in enumerate(BY_HAND.items()):
        losses, shares = page_stream.by_the_package(resolve(name), SETTINGS, 20, start)
        np.testing.assert_allclose(found["losses"][k], losses, rtol=1e-10, err_msg=name)
        points = found["points"][k]
        assert (points[0]["right"], points[-1]["right"]) == shares
        assert np.isclose(points[-1]["loss"], losses[10:].mean(), rtol=1e-10)


def test_without_carousel_is_the_declaration_with_the_term_left_out():
    cut = catalogue.LSTM.truncated("CUT", lambda term: term.of == term.by == "c")
    losses, _ = page_stream.by_the_package(cut, SETTINGS, 20, BY_HAND["LSTM"])
    found = raced([("LSTM_WITHOUT_CAROUSEL", True), ("LSTM", True)], SETTINGS, 20)["losses"]
    np.testing.assert_allclose(found[0], losses, rtol=1e-10)
    assert found[0][0] == found[1][0]  # the same way forward
    assert abs(found[0][-1] - found[1][-1]) > 1e-3


def test_a_large_gradient_is_clipped():
    wild = SETTINGS | {"rate": 0.3}
    found = raced([("ELMAN", False)], wild, 20)["losses"][0]
    losses, _ = page_stream.by_the_package(resolve("ELMAN"), wild, 20)
    np.testing.assert_allclose(found, losses, rtol=1e-8)
    free, _ = page_stream.by_the_package(resolve("ELMAN"), wild, 20, clip=1e9)
    assert np.abs(losses - free).max() > 1e-3


@pytest.fixture(scope="module")
def further():
    """name -> (losses of 3 updates, why it failed) of every cell that can be added."""
    lanes = list(training.names().items())
    short = SETTINGS | {"distance": 3}
    done = raced(lanes, short, 3, [training.script(name) for name, _ in lanes])
    return dict(
        zip(training.names(), zip(done["losses"], done["failed"], strict=True), strict=True)
    )


def test_every_further_cell_is_trained(further):
    assert len(further) > 50
    for name, (losses, failed) in further.items():
        assert failed is None and len(losses) == 3 and np.isfinite(losses).all(), name


@pytest.mark.parametrize("name", ["JANET", "PEEPHOLE_FO", "MGU"])
def test_further_cells_are_those_of_the_package(further, name):
    start = {"forget_bias": SETTINGS["forget"]} if training.names()[name] else {}
    losses, _ = page_stream.by_the_package(resolve(name), SETTINGS | {"distance": 3}, 3, start)
    np.testing.assert_allclose(further[name][0], losses, rtol=1e-10)


def test_names_of_further_cells():
    assert json.loads((DATA / "cells.json").read_text()) == training.names()
    with pytest.raises(ValueError, match="name: expected one of .*JANET.*, got 'MAMBA2'"):
        training.script("MAMBA2")


def test_stored_run_is_reproduced():
    """Whole by the same engine; by another one, which rounds otherwise, at its beginning."""
    stored = json.loads((DATA / "run.json").read_text())
    lanes = [(KEYS[key], key in ("lstm", "cut")) for key in stored["settings"]["cells"]]
    same = ran("return ENGINE") == stored["engine"]
    updates = stored["updates"] if same else 30
    done = raced(lanes, stored["settings"], updates)
    for k, points in enumerate(done["points"]):
        assert [p["right"] for p in points] == stored["right"][k][: len(points)]
        found = [p["loss"] for p in points[1:]]
        want = stored["loss"][k][1 : len(points)]
        np.testing.assert_allclose(found, want, rtol=1e-9 if same else 1e-6)


def test_the_first_picture_is_the_stored_run():
    stored = json.loads((DATA / "run.json").read_text())
    (first,) = moving_node.computed("train", {})
    shown = first["numbers"]["curves"]
    assert [curve["key"] for curve in shown] == stored["settings"]["cells"]
    for name in ("right", "loss"):
        assert [[p[name] for p in curve["points"]] for curve in shown] == stored[name]
    rows = moving.show("train").rows()
    assert [float(row[1]) for row in rows] == stored["right"][0]


def test_near_all_learn():
    """As chapter 10 says: without words in between, without the carousel too."""
    stored = json.loads((DATA / "run.json").read_text())["settings"]
    lanes = [(KEYS[key], key in ("lstm", "cut")) for key in stored["cells"]]
    for points in raced(lanes, stored | {"distance": 0}, 300)["points"]:
        assert points[-1]["right"] == 1


def test_the_challenge_can_be_met():
    """At a distance of 30 with a b_f of 7, not with 5: the judge sees what a run gives."""
    far = {"distance": 30, "rate": 0.02, "seed": 1}
    rows = {b_f: raced([("LSTM", True)], far | {"forget": b_f}, 150)["points"][0] for b_f in (5, 7)}
    says = ran(JUDGE.replace("POINTS", json.dumps(list(rows.values()))))
    assert "at best" in says[0] and says[1] is True


JUDGE = """
const { judge } = bookFigures.figures.train.ask;
const curves = (points) => [{ key: "lstm", points, failed: null }];
return POINTS.map((points) => judge({ phase: "done", curves: curves(points) }, { distance: 30 }));
"""


def test_the_start_is_that_of_the_package():
    shapes = catalogue.LSTM.SHAPES
    theta = params.draw(page_stream.Numbers(5, page_stream.FIRST), shapes, {"D": 15, "H": 16})
    found = ran(
        f"""
        const lane = {{ cell: training.cells.LSTM, forget: true }};
        return new training.Race([lane], {json.dumps(SETTINGS)}).nets[0].params;"""
    )
    for name in shapes:
        want = np.full((16, 1), 2.0) if name == "b_f" else theta[name]
        np.testing.assert_allclose(found[name], want.ravel(), rtol=1e-14)
