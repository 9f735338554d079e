"""The networks of 1997 in C and in NumPy, alone and side by side: the same numbers."""

import copy
import dataclasses

import numpy as np
import pytest

from lstm_ref.history import compiled, experiments, net, published, rules, run, tasks, trials
from lstm_ref.history.run import Plain, Trial
from lstm_ref.native import compiler


def have_compiler():
    try:
        compiler.found()
    except compiler.NoCompiler:
        return False
    return True


needs_c = pytest.mark.skipif(not have_compiler(), reason="no C compiler")


def reber(rng):
    return tasks.reber_sequence(tasks.reber_string(rng))


# Every kind of topology: gates that see gates, forget gates, no output gate, short cuts.
KINDS = {
    "order": (published.ORDER[2], tasks.order, {"i": [-2.0, -4.0]}),
    "adding": (published.ADDING, lambda rng: tasks.adding(rng, 100), {"i": [-3.0, -6.0]}),
    "lag": (published.lag(20), lambda rng: tasks.noise_free(rng, 20), {}),
    "distractors": (published.lags(9), lambda rng: tasks.distractors(rng, 20, 9), {}),
    "two": (published.TWO_SEQUENCE, tasks.two_sequence, {"o": [-2.0, -4.0, -6.0]}),
    "reber": (published.REBER["3 x 2"], reber, {"o": [-1.0, -2.0, -3.0]}),
    "ranges": (dataclasses.replace(published.REBER["3 x 2"], g=0.7, h=1.6), reber, {}),
    "continual": (published.CONTINUAL, reber, {"f": [0.5, 1, 1.5, 2], "o": [-1.0, -2, -3, -4]}),
}


def nets_of(kind, biases, numbers=(0, 1, 2)):
    return net.start(kind, [np.random.default_rng([5, k]) for k in numbers], 0.4, biases)


@needs_c
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("once", [False, True])
def test_c_is_numpy(name, once):
    kind, draw, biases = KINDS[name]
    slow, fast = nets_of(kind, biases), nets_of(kind, biases)
    before, rng = fast.W[1].copy(), np.random.default_rng(8)
    one, other = Plain(slow, 1), compiled.Compiled(fast, 1)
    for _ in range(3):
        sequence = draw(rng)
        for runner in (one, other):
            runner.start_again()
        for mine, its in zip(
            one.run(sequence, 0.5, once=once), other.run(sequence, 0.5, once=once), strict=True
        ):
            np.testing.assert_allclose(mine, its, atol=1e-12)
        np.testing.assert_allclose(one.nets.c[0], other.c, atol=1e-12)
    np.testing.assert_allclose(slow.W, fast.W, atol=1e-12)
    np.testing.assert_allclose(slow.V, fast.V, atol=1e-12)
    assert abs(fast.W[1] - before).max() > 1e-4
    biased = np.concatenate([fast.free_W[:, -1], fast.free_V[:, -1]])
    ends = np.concatenate([fast.W[1, :, -1], fast.V[1, :, -1]])
    assert (ends[~biased] == 0).all()


@needs_c
def test_c_goes_on_where_it_stands_and_learns_only_if_asked():
    kind, _, biases = KINDS["continual"]
    rng = np.random.default_rng(0)
    x, target, asked = (
        np.concatenate(p) for p in zip(*(reber(rng) for _ in range(4)), strict=True)
    )
    whole, halves = (compiled.Compiled(nets_of(kind, biases)) for _ in range(2))
    before = whole.W.copy()
    error, _ = whole.run((x, target, asked), learn=False)
    assert (whole.W == before).all() and whole.P.any() == 0
    pieces = [
        halves.run((x[a:b], target[a:b], asked[a:b]), learn=False)[0]
        for a, b in ((0, 9), (9, None))
    ]
    assert (np.concatenate(pieces) == error).all()
    with pytest.raises(ValueError, match="sequence: expected shapes"):
        whole.run((x[:, :6], target, asked))


def trial(number, most=12, **changes):
    rng = np.random.default_rng([7, number])
    given = dict(rule=rules.InARow(2, 0.5), stages=1, most=most) | changes
    return Trial(rng, lambda rng: tasks.adding(rng, 20), **given)


@pytest.mark.parametrize("once", [False, True])
def test_side_by_side_as_alone(once):
    """A trial does not see the others; one that is over is left out, the others go on."""
    kind, _, biases = KINDS["adding"]
    beside = nets_of(kind, biases)
    rows = [rules.InARow(n, 9.0) for n in (3, 50, 5)]
    ended = {}
    several = [
        trial(
            k, rule=rows[k], at_stage=lambda stage, one, k=k: ended.update({k: one.nets.W.copy()})
        )
        for k in range(3)
    ]
    run.together(copy.copy(beside), several, 0.5, once)
    assert [one.met for one in several] == [[3], [None], [5]]
    assert [one.count for one in several] == [3, 12, 5]
    for k in (0, 2):
        alone = nets_of(kind, biases)
        run.one(
            Plain(alone, k),
            trial(k, rule=rules.InARow(len(ended) and (3, 0, 5)[k], 9.0)),
            0.5,
            once,
        )
        np.testing.assert_allclose(alone.W[k], ended[k][0], atol=1e-13)
        assert abs(alone.W[k] - nets_of(kind, biases).W[k]).max() > 1e-4


def test_what_is_said_is_computed_once_and_only_if_wanted():
    kind, draw, biases = KINDS["adding"]
    runner = Plain(nets_of(kind, biases))
    sequences = [draw(np.random.default_rng(k)) for k in range(4)]
    runs, plain = [], runner.run
    runner.run = lambda *given, **how: runs.append(1) or plain(*given, **how)
    said = run.Said(runner, sequences)
    first = next(iter(said))
    assert len(runs) == 1 and len([*said]) == 4 and len([*said]) == 4 and len(runs) == 4
    runner.start_again()
    assert (plain(sequences[0], learn=False)[1] == first).all()


def test_a_trial_counts_from_before_the_row():
    one = trial(0, most=100, rule=rules.InARow(4, 9.0, late=4))
    run.one(Plain(nets_of(*KINDS["adding"][::2])), one, 0.1)
    assert one.met == [0] and one.count == 4


@pytest.mark.parametrize("name", experiments.EXPERIMENTS)
def test_every_experiment_begins(name):
    one = experiments.EXPERIMENTS[name]
    begun = one.begin(np.random.default_rng(0), 0)
    x, target, _ = begun.draw(np.random.default_rng(1))
    assert x.shape[1] == one.kind.inputs and target.shape[1] == one.kind.outputs
    assert begun.rule.seen(np.full((1, one.kind.outputs), 9.0), []) == 0
    assert one.kind.weights in {weights for _, weights in published.LSTM.values()}


def test_all_legal_symbols_or_the_one_that_comes():
    for reading, counts in (("legal", {1, 2}), ("closed", {1})):
        one = experiments.EXPERIMENTS[f"1997-1-reber-3x2-0.5-{reading}"]
        begun = one.begin(np.random.default_rng(0), 0)
        x, target, _ = begun.draw(np.random.default_rng(1))
        assert set(target.sum(axis=1)) == counts
        came = np.concatenate([x[1:], np.eye(7)[[-1]]])
        assert (target >= came).all()  # the last symbol is E


def short(monkeypatch, **changes):
    """An experiment that is over soon."""
    easy = {"begin": experiments._online(tasks.order, lambda: rules.InARow(3, 2.0))}
    changed = dataclasses.replace(experiments.EXPERIMENTS["1997-6a-order"], **(easy | changes))
    monkeypatch.setitem(experiments.EXPERIMENTS, "1997-6a-order", changed)
    monkeypatch.setattr(trials, "TESTED", 5)


@pytest.mark.parametrize("native", [pytest.param(True, marks=needs_c), False])
def test_results(monkeypatch, native):
    short(monkeypatch)
    said = []
    both = trials.train("1997-6a-order", [3, 4], native, said.append)
    (again,) = trials.train("1997-6a-order", [4], native)
    assert again == both[1] and both[0] != both[1] and said == both
    assert again["sequences"] == again["seen"] == 3 and again["solved"]
    stage = again["stages"]["solved"]
    assert stage["of"] == stage["wrong"] == 5 and 0.3 < stage["mean_error"] < 0.7
    assert stage["squared_error"] > stage["mean_error"] ** 2
    assert again["code"] == ("C" if native else "NumPy") and "end" not in again


@needs_c
def test_numpy_and_c_agree_on_a_result(monkeypatch):
    short(monkeypatch)
    fast, slow = (trials.train("1997-6a-order", [0], native)[0] for native in (True, False))
    error = fast["stages"]["solved"].pop("mean_error"), slow["stages"]["solved"].pop("mean_error")
    assert error[0] == pytest.approx(error[1], rel=1e-10)


def test_cut_off(monkeypatch):
    never = experiments._online(tasks.order, lambda: rules.InARow(3, 0.0))
    short(monkeypatch, begin=never, most=4)
    (cut,) = trials.train("1997-6a-order", [0])
    assert not cut["solved"] and cut["sequences"] is None and cut["seen"] == 4
    assert cut["stages"] == {"solved": {"sequences": None}}
    assert cut["end"]["of"] == 5 and cut["end"]["wrong"] == 5


def test_unknown_name():
    with pytest.raises(ValueError, match="experiment: expected one of .*1997-6a-order.*, got 'x'"):
        trials.train("x", [0])
