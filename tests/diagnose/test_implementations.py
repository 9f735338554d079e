"""The generator of implementations: right ones are right, wrong ones wrong as they say."""

from dataclasses import replace

import numpy as np
import pytest
from implementations import (
    case,
    catalogue,
    gru_by_hand,
    judge,
    layouts,
    lstm_by_hand,
    public,
    table,
)
from implementations.edits import implement
from implementations.program import program

from lstm_ref.derive.catalogue import CELLS

BY_HAND = {"LSTM": lstm_by_hand, "VANILLA": lstm_by_hand, "CIFG": lstm_by_hand}
BY_HAND |= {"COUPLED": lstm_by_hand, "LSTM_1997": lstm_by_hand, "PEEPHOLE_FO": lstm_by_hand}
BY_HAND |= {"ELMAN": gru_by_hand, "GRU_BEFORE": gru_by_hand, "GRU_AFTER": gru_by_hand}
BY_HAND |= {"GRU_BEFORE_Z_WRITES": gru_by_hand, "GRU_AFTER_Z_WRITES": gru_by_hand}
NEW, OLD = tuple(case.NEW.items()), tuple(case.OLD.items())


def worst(got, want, names=None):
    return max(judge.off(got[n], want[n]) for n in names or got)


@pytest.mark.parametrize("cell", CELLS)
def test_right_implementation_of_every_cell(cell):
    want = case.golden(cell, OLD)
    got = implement(cell, want)
    gradients = {f"d{n}" for n in (*program(cell).learned, *program(cell).inputs)}
    assert gradients | {f"d{s}_0" for s in program(cell).states} <= set(got)
    zero = [n for n in got if not np.any(want[n])]  # what the derivation knows to be zero
    assert worst(got, want, set(got) - set(zero)) < 1e-12
    assert all(np.abs(got[n]).max() < 1e-12 for n in zero)


@pytest.mark.parametrize("sizes", [OLD, NEW])
@pytest.mark.parametrize("cell", BY_HAND)
def test_right_implementation_by_hand(cell, sizes):
    want = case.golden(cell, sizes)
    got = BY_HAND[cell].implement(cell, want)
    assert {n for n in want if n[0] == "d" and not n.startswith("delta_")} <= set(got)
    assert worst(got, want, set(got) & set(want)) < 1e-12


# The same mistake, by hand and operation by operation.
PAIRS = [
    ("LSTM", "delta_f with c_t", ("factor", "f", "c", 0), "c_t for c_{t-1}"),
    ("LSTM", "delta_o without the slope", ("slope", "o"), "missing (all)"),
    ("LSTM", "slope of the candidate at the activation", ("slope", "c_tilde"), "activation (all)"),
    ("GRU_BEFORE", "delta_z with the wrong sign", ("delta", "z"), "sign"),
    ("ELMAN", "W_hh not transposed", ("matrix", "W_hh"), "goes through"),
]


@pytest.mark.parametrize("cell, by_hand, place, text", PAIRS)
def test_both_kinds_agree_on_a_mistake(cell, by_hand, place, text):
    arrays = case.golden(cell, NEW)
    mine = [e for e in public.edits(cell) if e.place[1] == by_hand]
    every = [e for family in catalogue.edits(cell).values() for e in family]
    other = [e for e in every if e.place[: len(place)] == place and text in e.text]
    a, b = public.implement(cell, arrays, mine), implement(cell, arrays, other[:1])
    assert len(mine) == 1 and other
    assert worst(a, b) < 1e-12
    assert worst(a, public.implement(cell, arrays, ())) > 1e-3


@pytest.mark.parametrize("cell", ["LSTM", "VANILLA", "GRU_AFTER", "MGU", "FASTGRNN", "MAMBA2"])
def test_every_edit_computes_something_else(cell):
    arrays, kept = case.golden(cell, OLD), {}
    right, seen = implement(cell, arrays, (), kept), []
    for edits in catalogue.edits(cell).values():
        for edit in edits:
            got = implement(cell, arrays, [edit], kept)
            assert {n: v.shape for n, v in got.items()} == {n: v.shape for n, v in right.items()}
            assert all(np.isfinite(v).all() for v in got.values()), edit.text
            seen += [edit] if catalogue.differ(got, right) else []
    many = sum(map(len, catalogue.edits(cell).values()))
    assert len(seen) > 0.9 * many and many > 200  # some do nothing in this cell, and are not drawn


def test_a_draw_hides_no_mistake_and_comes_again():
    for n in range(5):
        some, again = (case.make(np.random.default_rng(n), n) for _ in range(2))
        assert len(some.edits) == n and some.record() == again.record()
        for edit in some.edits:
            rest = [e for e in some.edits if e is not edit]
            arrays = case.golden(some.cell, tuple(some.sizes.items()))
            less = case.computed(some.cell, arrays, rest)
            assert catalogue.differ(some.truth, {k: less[k] for k in some.truth})


def test_a_layout_loses_no_number():
    rng, kinds = np.random.default_rng(3), set()
    for _ in range(60):
        made = case.make(rng, 0, "LSTM", case.NEW, "gradients")
        file = [v.ravel() for n, v in made.arrays.items() if n not in made.beside]
        got = np.sort(np.concatenate(file))
        want = [v for n, v in made.truth.items()]
        want += [v for n, v in made.truth.items() if made.layout.two_biases and n[:3] == "db_"]
        want = np.sort(np.concatenate([v.ravel() for v in want]))
        if made.layout.dtype != "float64":
            want = want.astype(np.float32)
        assert np.array_equal(got, want)
        kinds.add(made.layout.kind)
    assert kinds == set(layouts.KINDS)


# ---- the judge


def oracle(made, edits=None, **more):
    edits = made.edits if edits is None else edits
    found = {"agrees": not edits, "named": tuple(edits), "tensors": dict(made.truth)}
    found["evaluate"] = lambda arrays: case.computed(made.cell, arrays, edits)
    return judge.Answer(**{**found, **more})


def cases(count, many=12):
    rng = np.random.default_rng(count)
    return [case.make(rng, count) for _ in range(many)]


@pytest.mark.parametrize("count", range(5))
def test_who_knows_all_is_exact(count):
    assert {judge.judge(made, oracle(made))[0] for made in cases(count)} == {judge.EXACT}


def test_judge_finds_what_is_false():
    (right, *_), made = cases(0), next(c for c in cases(2) if all(e.equations for e in c.edits))
    other = next(c for c in cases(1, 40) if c.cell == made.cell and c.edits[0] not in made.edits)
    half = oracle(made, made.edits[:1], agrees=False)
    rest = frozenset(made.edits[1].equations)
    other_one = oracle(made, other.edits)
    somewhere = next(n for n in ("x", "h", "o", "f", "z") if n not in judge.wrong_equations(made))
    for what, word in [
        (oracle(made, (), agrees=True), judge.FALSE),
        (other_one, judge.FALSE),
        (half, judge.FALSE),
        (replace(half, accused=rest), judge.LOCATED),
        (replace(half, whole=False), judge.LOCATED),
        (replace(other_one, whole=False, of=frozenset({somewhere})), judge.FALSE),
        (replace(other_one, whole=False, of=rest), judge.LOCATED),
        (replace(other_one, ties=(oracle(made).evaluate,)), judge.LOCATED),
        (judge.Answer(accused=rest), judge.LOCATED),
        (judge.Answer(accused=frozenset({somewhere})), judge.FALSE),
        (judge.Answer(), judge.UNKNOWN),
    ]:
        assert judge.judge(made, what)[0] == word, what
    assert judge.judge(right, judge.Answer(accused=rest))[0] == judge.FALSE
    assert judge.judge(right, judge.Answer())[0] == judge.UNKNOWN


def test_judge_sees_a_wrong_layout():
    made = case.make(np.random.default_rng(2), 0, "LSTM", case.NEW, "gradients", plain=True)
    turned = {**made.truth, "dW_fh": made.truth["dW_fh"].T}
    assert judge.judge(made, oracle(made, tensors=turned))[0] == judge.FALSE
    swapped = {**made.truth, "dW_fh": made.truth["dW_ih"]}
    assert judge.judge(made, oracle(made, tensors=swapped))[0] == judge.FALSE


def test_judge_compares_numbers_on_other_inputs_too():
    """Twice a summand and half of it is no mistake; what is right here alone is none of theirs."""
    made = case.make(np.random.default_rng(5), 1, "LSTM", case.NEW, "gradients", ("errors",))
    only_here = oracle(made, evaluate=lambda arrays: dict(made.truth))
    assert judge.judge(made, only_here)[0] == judge.FALSE
    twice, half = (summand(made.cell, weight) for weight in (2.0, 0.5))
    in_other_words = oracle(made, (*made.edits, twice, half))
    assert judge.judge(made, in_other_words)[0] == judge.EXACT


def summand(cell, weight):
    edits = catalogue.edits(cell)["summand"]
    return next(e for e in edits if e.weight == weight and e.place[1] == "h")


# ---- the table


def test_table_counts_each_file_once_and_shares_add_up():
    def ask(made):  # who knows all about one mistake, and nothing about more
        return oracle(made) if len(made.edits) < 2 else judge.Answer(work=len(made.edits))

    found, parts = table.judged(ask, 3, range(24)), table.Table()
    for first in (0, 12):
        parts.join(table.judged(ask, 3, range(first, first + 12)))
    assert found == parts and list(found.lines()) == list(parts.lines())
    assert sum(row["files"] for row in found.record()["rows"]) == 24
    assert found.share("exact", (0, 1)) == found.share("unknown", (2, 3, 4)) == 1
    assert found.faults == [] and max(found.work.values()) == 4
    assert len(found.missed) == sum(n > 1 for n in table.COUNTS[:20] + table.COUNTS[:4])


def test_table_shows_what_is_false():
    found = table.judged(lambda made: judge.Answer(agrees=True), 3, range(6))
    wrong = [n for n in range(6) if table.COUNTS[n]]
    assert [told[0] for told in found.faults] == wrong
    assert found.share("false", (1, 2, 3, 4)) == 1 and found.share("exact", (0,)) == 1
