"""Layers, both directions, unequal lengths: each part is compared, the first wrong one read."""

from functools import cache

import numpy as np
import pytest

from lstm_ref.cells.resolve import resolve
from lstm_ref.diagnose import diagnose
from lstm_ref.diagnose.reading.part_names import place, sorted_by_part
from lstm_ref.interop import vectors
from lstm_ref.learn import sequences
from lstm_ref.learn.layers import BothWays, Stack
from lstm_ref.mistakes import known

NETS = {
    "layers": (dict(layers=2), lambda a, b: Stack(a, b)),
    "both": (dict(both_ways=True), lambda a, b: BothWays(a)),
    "layers, both": (
        dict(layers=2, both_ways=True),
        lambda a, b: Stack(BothWays(a), BothWays(b)),
    ),
    "lengths": (dict(lengths=[4, 2]), lambda a, b: a),
    "all": (
        dict(layers=2, both_ways=True, lengths=[2, 4]),
        lambda a, b: Stack(BothWays(a), BothWays(b)),
    ),
}
LAST = {"layers": "layer 2", "both": "the forward direction", "layers, both": "layer 2, forward"}


@cache
def golden(which, name="LSTM"):
    return vectors.make(name, **NETS[which][0])


def computed(which, a, b, name="LSTM", lengths=True):
    """The gradients that a net of these cells computes: `a` the first layer, `b` the second."""
    header, right = golden(which, name)
    net = NETS[which][1](a, b)
    params = {n: right[n] for n in net.SHAPES}
    state0 = tuple(right[f"{s}_0"] for s in net.STATES)
    ends = (s.rpartition(".") for s in net.STATES)
    last = tuple(right[f"{prefix}{dot}e_{s}_T"] for prefix, dot, s in ends)
    given = header.get("lengths") if lengths else None
    h, _, tape = sequences.run(net, params, right["x"], state0, given)
    dparams, dx, dstate0 = sequences.run_backward(net, params, tape, right["e"], last)
    found = {gradient(n): v for n, v in dparams.items()}
    found |= {gradient(f"{s}_0"): v for s, v in zip(net.STATES, dstate0, strict=True)}
    return {**found, "dx": dx, "h": h}


def gradient(name):
    prefix, dot, own = name.rpartition(".")
    return f"{prefix}{dot}d{own}"


def asked(which, arrays, name="LSTM"):
    return diagnose(arrays, name, against=golden(which, name))


def wrong(name, cell="LSTM"):
    return known.module_with(known.find(name, cell))


@pytest.mark.parametrize("name", ["LSTM", "GRU_AFTER", "PROJECTION"])
@pytest.mark.parametrize("which", NETS)
def test_what_is_right_agrees(which, name):
    if name == "PROJECTION" and "layers" in NETS[which][0]:
        pytest.skip("a layer takes inputs of another width than its outputs")
    cell = resolve(name)
    report = asked(which, computed(which, cell, cell, name), name)
    assert report.ok and not report.missing and not report.unknown, report.text


@pytest.mark.parametrize("which", NETS)
def test_the_names_of_pytorch(which):
    header, right = vectors.make("LSTM", layouts=["torch"], **NETS[which][0])
    mine = {n.removeprefix("torch."): v for n, v in right.items() if n.startswith("torch.")}
    mine = {f"model.lstm.{n}": v for n, v in mine.items() if n.endswith("grad") and "_l" in n}
    report = asked(which, mine)
    assert report.ok, report.text
    key = list(mine)[-4]
    report = asked(which, {**mine, key: -mine[key]})
    assert report.verdict == "unknown" or "−1" in report.text, report.text
    assert key in " ".join(report.layout) and not report.ok


@pytest.mark.parametrize("which", LAST)
@pytest.mark.parametrize("mistake", ["no-carousel", "forget-sigma-for-slope", "bias-mean"])
def test_a_mistake_of_every_part_is_read_in_the_last_layer(which, mistake):
    cell = wrong(mistake)
    report = asked(which, computed(which, cell, cell))
    (found,) = report.mistakes
    assert found.names == (mistake,) and report.part == LAST[which], report.text
    assert f"This gives every stored number of {LAST[which]}." in report.text
    if "both" in which:
        assert "the same as" in report.note


@pytest.mark.parametrize("which", ["layers", "layers, both"])
def test_a_mistake_of_the_first_layer_alone(which):
    report = asked(which, computed(which, wrong("no-carousel"), resolve("LSTM")))
    assert report.mistakes[0].names == ("no-carousel",) and report.part.startswith("layer 1")
    assert all(n.startswith("1.") or n == "dx" for n in report.differs), report.differs


def test_a_mistake_of_the_reverse_direction_alone():
    right, other = (computed("both", c, c) for c in (resolve("LSTM"), wrong("no-carousel")))
    mine = {n: other[n] if n.startswith("reverse.") else v for n, v in right.items()}
    report = asked("both", mine)
    assert report.mistakes[0].names == ("no-carousel",)
    assert report.part == "the reverse direction" and "forward." not in "".join(report.differs)


def test_forwards_the_lowest_layer_is_read():
    right = golden("layers")[1]
    names = [f"{k}.{n}" for k in (1, 2) for n in ("f", "i", "c_tilde", "c", "o", "h")]
    other = vectors.make("LSTM", layers=2)[1]
    mine = {n: other[n].copy() for n in names}
    squashed = 1 / (1 + np.exp(-right["1.net_c_tilde"]))
    mine["1.c_tilde"] = squashed
    mine["2.h"] = mine["2.h"] + 0.1  # which follows from it, or not
    report = asked("layers", mine)
    assert report.part == "layer 1" and "c̃" in report.begins + report.text, report.text


@pytest.mark.parametrize("which", ["lengths", "all"])
def test_ignored_lengths(which):
    cell = resolve("LSTM")
    report = asked(which, computed(which, cell, cell, lengths=False))
    assert report.verdict == "known" and "the lengths are ignored" in report.text.lower()


def test_unequal_lengths_are_compared_and_not_read():
    cell = wrong("no-carousel")
    report = asked("lengths", computed("lengths", cell, cell))
    assert report.verdict == "unknown" and not report.mistakes
    assert "compared, not read" in report.note


def test_what_is_put_together():
    right = computed("both", *[resolve("LSTM")] * 2)
    report = asked("both", {**right, "dx": 2 * right["dx"]})
    assert list(report.differs) == ["dx"] and "all parts agree" in report.note


def test_names_without_a_part_are_refused():
    right = computed("layers", *[resolve("LSTM")] * 2)
    mine = {n.removeprefix("1."): v for n, v in right.items() if n.startswith("1.")}
    with pytest.raises(ValueError, match="no name says of which layer"):
        asked("layers", mine)
    with pytest.raises(TypeError, match="mine: expected a dict of arrays"):
        asked("layers", resolve("LSTM"))
    report = asked("layers", {**right, "3.dW_fx": right["1.dW_fx"], "nothing": np.ones(3)})
    assert report.verdict == "partly" and len(report.unknown) == 2


@pytest.mark.parametrize(
    "key, layer, way, rest",
    [
        ("weight_ih_l1_reverse.grad", 1, "reverse", "weight_ih_l0.grad"),
        ("encoder.bias_hh_l0.grad", 0, "forward", "encoder.bias_hh_l0.grad"),
        ("layers.2.backward.dW_fx", 2, "reverse", "dW_fx"),
        ("lstm1/kernel", 1, "", "kernel"),
        ("dWf_layer2", 2, "", "dWf"),
        ("fw.dW_fx", None, "forward", "dW_fx"),
        ("dW_fx", None, "", "dW_fx"),
        ("h_0.grad", None, "", "h_0.grad"),
        ("dc_0", None, "", "dc_0"),
    ],
)
def test_what_a_name_says_of_its_place(key, layer, way, rest):
    found = place(key)
    assert (found.layer, found.way, found.rest) == (layer, way, rest)


def test_layers_are_counted_from_0_or_from_1():
    prefixes = [["1."], ["2."]]
    for names in (["layer0.dW", "layer1.dW"], ["layer1.dW", "layer2.dW"]):
        found, rest = sorted_by_part(names, prefixes)
        assert [list(found[p]) for p in ("1.", "2.")] == [[n] for n in names] and not rest
    found, rest = sorted_by_part(["layer2.dW", "layer3.dW", "dW"], prefixes)
    assert rest == ["layer3.dW", "dW"] and list(found["2."]) == ["layer2.dW"]


def test_layers_without_their_vectors_are_told_how():
    right = vectors.make("LSTM", layers=2)[1]
    mine = {n: v for n, v in right.items() if n.startswith(("1.d", "2.d"))}
    with pytest.raises(ValueError, match="are compared with --against FILE"):
        diagnose(mine)
