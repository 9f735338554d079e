"""The figure of three valves, `valves`, against the package."""

import moving_node
import node
import numpy as np
import pytest

from lstm_ref.cells import lstm

pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)
START = dict(
    f=0.9, i=0.0, o=0.0, value=0.9, broken="none", flags="..w........r.......................r...."
)
HELD = dict(f=1, flags="..w................................r....")
STATES = (
    dict(),
    HELD,
    dict(f=0.97, i=0.12, o=0.3, value=-1.35, flags="wrb....w" * 5),
    dict(broken="f"),
    dict(HELD, broken="i"),
    dict(HELD, broken="o"),
)
STUCK = dict(f=0.9, i=1.0, o=1.0)


def expected(**changes):
    """Signals at forty steps, by the cell written by hand."""
    state = START | changes
    steps = np.arange(1, 41)
    noise = 7 * steps * (steps + 1) % 41 / 20 - 1
    write, read = (np.array([flag in kinds for flag in state["flags"]]) for kinds in ("wb", "rb"))
    gates = {
        "f": np.where(write, 0.0, state["f"]),
        "i": np.where(write, 1.0, state["i"]),
        "o": np.where(read, 1.0, state["o"]),
    }
    if state["broken"] in STUCK:
        gates[state["broken"]] = np.full(40, STUCK[state["broken"]])
    with np.errstate(divide="ignore"):
        weighted = {g: np.clip(np.log(v) - np.log1p(-v), -40, 40) for g, v in gates.items()}
    value = np.where(write, state["value"], noise)
    x = np.stack([weighted["f"], weighted["i"], weighted["o"], value], axis=1)[:, :, None]
    params = {name: np.zeros((1, 4 if name.endswith("x") else 1)) for name in lstm.SHAPES}
    for column, gate in enumerate("fioc"):
        params[f"W_{gate}x"][0, column] = 1
    h, _, tape = lstm.forward(params, x)
    tracks = {name: [r[name].item() for r in tape["steps"]] for name in ("c_tilde", *"ifco")}
    return gates, tracks | {"h": h[:, 0, 0]}


@pytest.mark.parametrize("state", STATES)
def test_numbers(state):
    (found,) = moving_node.computed("valves", state)
    gates, tracks = expected(**state)
    assert found["numbers"].keys() == tracks.keys()
    for name, want in tracks.items():
        np.testing.assert_allclose(found["numbers"][name], want, rtol=1e-12, atol=1e-14)
    for name, want in gates.items():  # they are what was set
        np.testing.assert_allclose(found["numbers"][name], want, rtol=0, atol=1e-15)


REFUSED = {
    "steps go by": dict(flags="." * 40),
    "What is stored is 0.885": dict(HELD, value=1.4),
    "At step 4 the memory holds 0.645": dict(HELD, f=0.9),
    "Which valve": dict(HELD, broken="i"),
    "it is seen: h = 0.615": dict(HELD, broken="o"),
    "it is seen": dict(f=1),
}


def test_the_challenge():
    found = moving_node.computed("valves", HELD, {}, *REFUSED.values())
    assert found[0]["met"] is True
    assert isinstance(found[1]["met"], str)
    for words, case in zip(REFUSED, found[2:], strict=True):
        assert words in case["met"]
