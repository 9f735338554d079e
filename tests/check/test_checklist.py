"""Each named check of the contract fails where, and only where, its sentence is broken."""

import types

import numpy as np
import pytest

from lstm_ref.cells import elman, gru_after, lstm, stacked
from lstm_ref.check import (
    ContractFailed,
    check_cell,
    checklist,
    checks,
    pair,
    parametrize_with_checks,
    promises,
)
from lstm_ref.derive import catalogue
from lstm_ref.derive.expressions import at
from lstm_ref.generated import projection
from lstm_ref.learn.layers import BothWays, Stack

SMALL = dict(T=3, B=2, D=2, H=2)


@parametrize_with_checks([lstm, projection, Stack(BothWays(elman), lstm)], promises=True, **SMALL)
def test_cells_of_this_package_fulfil_and_promise(check):
    check()


@pytest.mark.parametrize("cell", [gru_after, stacked, "MGU", Stack(lstm, elman)])
def test_others_do_in_one_call(cell):
    check_cell(cell, promises=True, **SMALL)


def but(**functions):
    """The Elman cell with other functions."""
    return types.SimpleNamespace(**{**vars(elman), "NAME": "broken", **functions})


def failed_by(cell, **options):
    with pytest.raises(ContractFailed) as caught:
        check_cell(cell, **options)
    return {f.check.split("-differences-")[0]: f for f in caught.value.failures}


def after(change):
    """elman.backward, its three results changed."""

    def backward(params, tape, dh, dstate_T=None):
        return change(*elman.backward(params, tape, dh, dstate_T), dh)

    return but(backward=backward)


def forward_after(change):
    """elman.forward, h and the last state changed: its gradients are those of another cell."""

    def forward(params, x, state0=None):
        h, (h_T,), tape = elman.forward(params, x, state0)
        return *change(h, h_T, params), tape

    return but(forward=forward)


def remembering():
    kept = []

    def forward(params, x, state0=None):
        kept.append(x.shape)
        h, state, tape = elman.forward(params, x, state0)
        return h + 1e-3 * (len(set(kept)) - 1), state, tape

    return but(forward=forward)


def counting():
    runs = []

    def backward(*args):
        runs.append(1)
        dparams, dx, d = elman.backward(*args)
        return dparams, dx + 1e-13 * len(runs), d

    return but(backward=backward)


def writing(name):
    def forward(params, x, state0=None):
        {"x": x, "h_0": state0[0], "b_h": params["b_h"]}[name][:] += 1e-3
        return elman.forward(params, x, state0)

    return but(forward=forward)


def overwriting(params, tape, dh, dstate_T=None):
    result = elman.backward(params, tape, dh, dstate_T)
    dstate_T[0][:] = 0
    return result


def only_for(broken, forward=elman.forward, backward=elman.backward):
    """Raises where broken(x)."""

    def refusing(params, x, state0=None):
        if broken(x):
            raise ValueError("not made for this")
        return forward(params, x, state0)

    return but(forward=refusing, backward=backward)


def starting_at_one(params, x, state0=None):
    start = (np.ones((len(params["b_h"]), x.shape[2])),) if state0 is None else state0
    return elman.forward(params, x, start)


def any_shape(params, x, state0=None):
    try:
        return elman.forward(params, x, state0)
    except ValueError as error:
        if "state0" in str(error):
            state0 = (np.zeros((len(params["b_h"]), x.shape[2])),)
            return elman.forward(params, x, state0)
        raise


def shifted(dparams, dx, d, dh):
    """Right but for errors of nearly zero: affine, not linear."""
    return dparams, dx + (0 if dh.any() else 1e-3), d


def clipped(dparams, dx, d, dh):
    return dparams, dx * min(1, 5 / np.abs(dh).max() ** 9), d


BROKEN = {
    "shapes": (after(lambda p, dx, d, dh: (p, dx[1:], d)), "gradient of x has shape"),
    "float64": (
        after(lambda p, dx, d, dh: (p, dx.astype(np.float32), d)),
        "gradient of x is float32, expected float64",
    ),
    "arguments-unchanged": (writing("x"), "x differs from its value before the call"),
    "same-bits-twice": (counting(), "gradient of x differs from the first of two runs"),
    "one-step": (only_for(lambda x: len(x) == 1), "ValueError: not made for this"),
    "one-sample": (only_for(lambda x: x.shape[2] == 1), "ValueError: not made for this"),
    "no-memory": (remembering(), "h differs from the run before another problem"),
    "zero-errors": (after(shifted), "gradient of x differs from zero"),
    "linear": (after(clipped), "gradient of x differs from the same mixture"),
    "carried": (
        forward_after(lambda h, h_T, W: (h, (h_T + 1e-3,))), "h in two halves differs from h of"
    ),
    "last-output": (forward_after(lambda h, h_T, W: (h, (h_T + 1e-3,))), "the last state h_T"),
    "no-steps": (only_for(lambda x: len(x) == 0), "ValueError: not made for this"),
    "none-is-zeros": (but(forward=starting_at_one), "h from None differs from h from zeros"),
    "float32": (
        after(lambda p, dx, d, dh: (p, dx.astype(float), d)),
        "gradient of x is float64, expected float32",
    ),
    "refuses-bad-shapes": (but(forward=any_shape), "state0 of a wrong shape is not refused"),
}  # fmt: skip


def test_every_check_is_broken_here():
    every = (*checklist.BEFORE, *checklist.AFTER, *promises.PROMISES)
    assert {f.__name__.replace("_", "-") for f in every} == set(BROKEN)
    assert all(f.__doc__ and f.__doc__.strip()[-1] == "." for f in every)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_sentence_is_seen(name):
    cell, says = BROKEN[name]
    failures = failed_by(
        cell, promises=name in {f.__name__.replace("_", "-") for f in promises.PROMISES}
    )
    assert says in failures[name].message and failures[name].cell == "elman"


@pytest.mark.parametrize(
    ("name", "too"),
    [
        ("one-step", set()),
        ("last-output", {"carried", "no-steps"}),
        ("no-steps", set()),
        ("none-is-zeros", set()),
        ("float32", set()),
        ("refuses-bad-shapes", set()),
    ],
)
def test_nothing_else_fails(name, too):
    assert set(failed_by(BROKEN[name][0], promises=True)) == {name} | too


def test_what_nobody_promised_is_not_asked():
    for name in ("no-steps", "none-is-zeros", "float32", "refuses-bad-shapes"):
        check_cell(BROKEN[name][0])


@pytest.mark.parametrize("name", ["h_0", "b_h"])
def test_every_argument_is_looked_at(name):
    assert failed_by(writing(name))["arguments-unchanged"].tensor == name
    last = failed_by(but(backward=overwriting))["arguments-unchanged"]
    assert last.tensor == "dh_T" and last.want != 0 == last.got


def test_all_failures_are_reported_together():
    def wrong(dparams, dx, d, dh):
        return {**dparams, "b_h": 2 * dparams["b_h"]}, dx, (1.5 * d[0],)

    with pytest.raises(ContractFailed) as caught:
        check_cell(after(wrong))
    of = {f.check for f in caught.value.failures}
    witnesses = "autograd", "complex-step", "differences"
    assert of == {f"gradient-{w}-{n}" for w in witnesses for n in ("b_h", "h_0")} | {
        "one-step", "one-sample",
    }  # fmt: skip
    lines = str(caught.value).splitlines()
    assert lines[0] == "elman: 8 of 26 checks failed" and len(lines) == 9
    first = caught.value.failures[0]
    assert lines[1] == f"  gradient-autograd-b_h: {first.message}"
    assert (first.tensor, first.got) == ("b_h", pytest.approx(2 * first.want))
    with pytest.raises(ContractFailed) as caught:
        check_cell(after(wrong), stop=True)
    assert [f.check for f in caught.value.failures] == ["gradient-autograd-b_h"]


def test_names_of_checks_and_the_tests_of_pytest():
    mark = parametrize_with_checks([elman, Stack(elman)]).args
    assert mark[0] == "check"
    ids = [p.id for p in mark[1]]
    assert ids[:5] == [f"elman-{f}" for f in (
        "shapes", "float64", "arguments-unchanged", "same-bits-twice", "gradient-autograd-W_hx",
    )]  # fmt: skip
    assert "Stack(ELMAN)-gradient-complex-step-1.W_hh" in ids and len(set(ids)) == len(ids)
    skipped = next(p for p in mark[1] if p.id == "Stack(ELMAN)-last-output")
    with pytest.raises(pytest.skip.Exception, match="the output is not among the states"):
        skipped.values[0]()


def test_nothing_is_computed_before_a_check_is_called():
    def never(*_):
        raise RuntimeError("called")

    assert len(list(checks(pair(never, never, elman.SHAPES, elman.STATES)))) == 26


MINE = catalogue.VANILLA.but("MINE", h=lambda expr: at("o") * at("c"))


@pytest.mark.parametrize(
    ("cell", "name"), [(catalogue.VANILLA, "vanilla"), ("VANILLA", "vanilla"), (MINE, "MINE")]
)
def test_a_declared_cell_by_itself_and_by_name(cell, name):
    report = check_cell(cell, promises=True, **SMALL)
    assert report.cell == name and set(report["complex step"]) >= {"w_oc", "x", "c_0"}


def test_a_stack_is_checked_part_by_part():
    report = check_cell(Stack(lstm, lstm), **SMALL)
    assert {"1.W_fx", "2.W_fx", "x", "1.h_0", "2.c_0"} <= set(report["complex step"])

    class Wrong(Stack):
        def backward(self, *args):
            dparams, dx, dstate0 = super().backward(*args)
            return {**dparams, "2.W_fx": 1.1 * dparams["2.W_fx"]}, dx, dstate0

    assert {f.tensor for f in failed_by(Wrong(lstm, lstm), **SMALL).values()} >= {"2.W_fx"}


def test_layers_that_do_not_fit_say_so():
    from lstm_ref.generated import sru

    with pytest.raises(ContractFailed, match="part 2 takes x with 6 rows, not 7"):
        check_cell(Stack(projection, sru))
