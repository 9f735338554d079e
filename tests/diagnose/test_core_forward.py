"""Mistakes of the forward pass are read back, and the gradients that are right for them derived."""

import numpy as np
import pytest
from helpers.implementations import catalogue as strangers
from helpers.implementations.edits import implement

from lstm_ref import cell as declare
from lstm_ref import sigma, t, tanh
from lstm_ref.derive import catalogue, table, tabulate, tree
from lstm_ref.diagnose.core import (
    altered,
    derived,
    families,
    forward,
    given,
    hypotheses,
    passes,
    values,
)
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.interop import vectors

NEW = {"T": 4, "B": 2, "D": 9, "H": 10}
OLD = {"T": 5, "B": 3, "D": 4, "H": 6}
CELLS = ("LSTM", "VANILLA", "GRU_BEFORE", "GRU_AFTER", "ELMAN", "LSTM_1997", "CIFG")


def golden(name, sizes=NEW, seed=1):
    """(table, arrays, errors by name)."""
    _, arrays = vectors.make(name, **sizes, seed=seed)
    cell = table.of_catalogue(name)
    return cell, arrays, {"e": arrays["e"], **{s: arrays[f"e_{s}_T"] for s in cell.states}}


def off(a, b):
    return np.abs(a - b).max() / max(np.abs(b).max(), 1e-6)


@pytest.mark.parametrize("name", catalogue.CELLS)
def test_differentiated_trees_give_the_gradients_of_the_stored_tables(name):
    small = {"T": 3, "B": 2, "D": 4, "H": 6}
    cell, arrays, errors = golden(name, small)
    new = derived.rederived(cell, cell.equations)
    results = passes.Pass(new, values.forward(new, arrays), errors).results()
    for tensor, found in results.items():
        assert off(found, arrays[tensor]) < 1e-9, tensor


def planted(cell, arrays, every=1):
    """Every single mistake forwards that gives numbers, with its values."""
    for edits in [*dict.fromkeys(hypotheses.likely(cell, arrays))][::every]:
        try:
            with np.errstate(all="ignore"):
                found = altered.forward_with(cell, arrays, edits)
        except ValueError:
            continue
        if all(np.abs(found[n]).max() < 1e6 for n in cell.equations):
            yield edits, found


@pytest.mark.parametrize("name", CELLS)
def test_every_mistake_is_read_where_all_is_stored(name):
    cell, arrays, _ = golden(name)
    count = 0
    for edits, found in planted(cell, arrays, 11):
        answer = forward.read(cell, arrays, values.signals(cell, found))
        assert answer.found, edits
        assert edits == answer.edits or edits in answer.ties, (edits, answer.edits)
        count += 1
    assert count > 2


@pytest.mark.parametrize("name", CELLS)
def test_every_mistake_is_read_from_h_alone(name):
    cell, arrays, _ = golden(name)
    for edits, found in planted(cell, arrays, 41):
        answer = forward.read(cell, arrays, {"h": found["h"][1:]})
        assert answer.found, edits
        assert edits == answer.edits or edits in answer.ties, (edits, answer.edits)


def fits(edits, others):
    """Whether both can be there, and neither is said with the words of the other."""
    gates = ("given", "gates")
    places = [e.place for e in (*edits, *others)]
    if sum(p[0] == "state" for p in places) > 1:
        return False
    forwards = any(p[0] == "forward" or p == ("given", "biases") for p in places)
    return len(set(places)) == len(places) and not (gates in places and forwards)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("stored", ["all", "h"])
def test_two_mistakes_do_not_hide_each_other(name, stored):
    cell, arrays, _ = golden(name)
    single = list(planted(cell, arrays))
    rng, count = np.random.default_rng(5), 0
    while count < 3:
        (edits, a), (others, b) = (single[k] for k in rng.choice(len(single), 2, replace=False))
        if not fits(edits, others):
            continue
        with np.errstate(all="ignore"):
            found = altered.forward_with(cell, arrays, (*edits, *others))
        if np.abs(found["h"]).max() > 1e5 or min(off(found["h"], x["h"]) for x in (a, b)) < 1e-6:
            continue
        mine = values.signals(cell, found)
        answer = forward.read(cell, arrays, mine if stored == "all" else {"h": mine["h"]})
        assert answer.found, (edits, others)
        assert len(answer.edits) <= len(edits) + len(others)
        assert off(answer.values["h"], found["h"]) < 1e-8
        count += 1


@pytest.mark.parametrize("name", ["LSTM", "GRU_AFTER", "GRU_BEFORE", "ELMAN"])
def test_independent_implementations_are_read_and_their_gradients_are_right_for_them(name):
    cell, arrays, errors = golden(name)
    for family in strangers.FORWARD:
        for k, edit in enumerate(
            strangers.edits(name).get(family, ())[:: 2 if name == "LSTM" else 1]
        ):
            with np.errstate(all="ignore"):
                theirs = implement(name, arrays, [edit])
            h = {cell.output: theirs[cell.output]}
            whole = {n: a for n, a in theirs.items() if forward.known(cell, n)}
            for mine in (h, whole) if k % 6 == 0 else (whole,):
                answer = forward.read(cell, arrays, mine)
                assert answer.found, edit.text
                ways = (answer.edits, *answer.ties)
                assert any(own_gradients(cell, arrays, errors, e, theirs) for e in ways), edit.text


def own_gradients(cell, arrays, errors, edits, theirs):
    """Whether the own pass of these edits gives their gradients."""
    found = altered.forward_with(cell, arrays, edits)
    results = altered.own_pass(cell, edits, found, errors).results()
    tensors = {n for n in results if n in theirs and not n.startswith("delta_")}
    if ("result", cell.output) in {e.place for e in edits}:
        tensors.discard("dx")  # which may be stored in the other order, too
    return all(off(results[n], theirs[n]) < 1e-8 for n in tensors)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("sizes", [NEW, OLD], ids=["new", "old"])
def test_right_values_are_never_accused(name, sizes):
    for seed in range(4):
        cell, arrays, _ = golden(name, sizes, seed)
        mine = values.signals(cell, values.forward(cell, arrays))
        for stored in (mine, {"h": mine["h"]}):
            for tol, kind in ((1e-9, np.float64), (1e-5, np.float32)):
                theirs = {n: a.astype(kind) for n, a in stored.items()}
                answer = forward.read(cell, arrays, theirs, tol)
                assert answer.found and answer.edits == () and answer.ties == ()


def test_what_nothing_explains_is_said_to_be_so():
    cell, arrays, _ = golden("LSTM")
    rng = np.random.default_rng(3)
    mine = values.signals(cell, values.forward(cell, arrays))
    noise = {n: a + 0.01 * rng.normal(size=a.shape) for n, a in mine.items()}
    for theirs in (noise, {"h": noise["h"]}, {"h": mine["h"] * 1.0001}, {"h": mine["h"][:, ::-1]}):
        answer = forward.read(cell, arrays, theirs)
        assert not answer.found and answer.edits == () and answer.ties == ()


def test_one_equation_that_nothing_explains_leaves_the_others_read():
    cell, arrays, _ = golden("LSTM")
    odd = altered.forward_only(
        cell,
        [
            Edit(("forward", "o"), "", inner=tree.Power(cell.equations["o"].net, tree.Number(2))),
            Edit(("forward", "f"), "activation", other="hard sigmoid"),
        ],
    )
    mine = values.signals(cell, values.forward(odd, arrays))
    answer = forward.read(cell, arrays, {**mine, "h": mine["h"]})
    assert not answer.found and answer.unread == ("net o",)
    assert [(e.place, e.other) for e in answer.edits] == [(("forward", "f"), "hard sigmoid")]
    assert off(answer.values["h"][1:], mine["h"]) == 0


@pytest.mark.parametrize("name", ["LSTM", "GRU_BEFORE", "GRU_AFTER"])
def test_the_forward_pass_is_read_from_weight_gradients(name):
    cell, arrays, errors = golden(name)
    read = 0
    for edits, found in [((), values.forward(cell, arrays)), *planted(cell, arrays, 17)]:
        results = altered.own_pass(cell, edits, found, errors).results()
        answer = hypotheses.read_gradients(cell, arrays, errors, results)
        if answer.found:
            read += 1
            assert edits == answer.edits or edits in answer.ties, (edits, answer.edits)
    assert read > 6


@pytest.mark.parametrize("name", ["LSTM", "GRU_AFTER", "ELMAN"])
def test_a_bias_that_has_a_gradient_was_taken_as_zero(name):
    cell, arrays, errors = golden(name)
    for place in [("given", b) for b in given.biases(cell)] + [("given", "biases")]:
        edits = (Edit(place, "zero", other="zero"), Edit(("state", "h"), "zero", other="zero"))
        if place == ("given", "biases") and len(given.biases(cell)) == 1:
            continue
        found = altered.forward_with(cell, arrays, edits)
        results = altered.own_pass(cell, edits, found, errors).results()
        answer = forward.read(cell, arrays, {"h": found["h"][1:]})
        assert set(families.settled(cell, answer.edits, results)) == set(edits)
        assert families.settled(cell, answer.edits, {}) == answer.edits


def test_a_declared_cell_is_read_too():
    @declare
    def OWN(x, s, g, m, *, A, B, p):
        g[t] = sigma(A.g @ s[t - 1] + B.g @ x[t] + p.g)
        m[t] = tanh(A.m @ (g[t] * s[t - 1]) + B.m @ x[t] + p.m)
        s[t] = s[t - 1] + g[t] * (m[t] - s[t - 1])

    cell = tabulate.table(OWN)
    rng = np.random.default_rng(2)
    sizes = {"H": 10, "D": 9, "1": 1}
    arrays = {n: 0.4 * rng.normal(size=[sizes[x] for x in cell.letters[n]])
              for n in (*cell.matrices, *cell.vectors)}  # fmt: skip
    arrays |= {"x": rng.normal(size=(4, 9, 2)), "s_0": rng.normal(size=(10, 2))}
    for edits, found in planted(cell, arrays, 4):
        answer = forward.read(cell, arrays, values.signals(cell, found))
        assert answer.found and (edits == answer.edits or edits in answer.ties), edits


def differences(cell, arrays, edits, errors, rng):
    """(by central differences, by the own pass) of E along a random direction."""
    names = [*cell.matrices, *cell.vectors, *cell.inputs, *(f"{s}_0" for s in cell.states)]
    way = {n: rng.normal(size=arrays[n].shape) for n in names}

    def E(step):
        moved = {n: arrays[n] + step * way[n] for n in names}
        found = altered.forward_with(cell, {**arrays, **moved}, edits)
        last = sum(np.sum(errors[s] * found[s][-1]) for s in cell.states)
        return np.sum(errors["e"] * found[cell.output][1:]) + last

    found = altered.forward_with(cell, arrays, edits)
    results = altered.own_pass(cell, edits, found, errors).results()
    stopped = {e.place[1] for e in edits if e.other in ("zero", "ones")}
    own = {n: 0.0 if _stopped(n, stopped) else np.sum(way[n] * results[f"d{n}"]) for n in names}
    step = 1e-5
    return (E(step) - E(-step)) / (2 * step), sum(own.values())


def _stopped(name, stopped):
    """Whether a constant was taken for it: E does not depend on what was given."""
    state = name.removesuffix("_0")
    return bool({name, state} & stopped or ("all" in stopped and name.endswith("_0"))
                or ("biases" in stopped and name.startswith("b_")))  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_the_own_pass_is_the_derivative_of_what_is_computed(name):
    cell, arrays, errors = golden(name)
    rng = np.random.default_rng(0)
    for edits, _ in planted(cell, arrays, 17):
        if any("hard" in e.other or "relu" in e.other for e in edits):
            continue  # corners: one step of a difference may cross them
        if any(e.kind == "state" for e in edits):
            continue
        wanted, got = differences(cell, arrays, edits, errors, rng)
        assert abs(got - wanted) < 1e-5 * max(abs(wanted), 1), edits
