"""The continual stream of 2000: its symbols, where it stops, when a solution is perfect."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_ref.history import compiled, continual, published, run
from lstm_ref.history.continual import EXPERIMENTS
from lstm_ref.learn.tasks import reber

B, E = reber.SYMBOLS.index("B"), reber.SYMBOLS.index("E")


def test_a_stream_is_strings_one_after_the_other():
    stream = continual.Stream(np.random.default_rng(1))
    pieces = [stream.take(T) for T in (1, 7, 32, 500)]
    x, target, asked = (
        np.concatenate(parts) for parts in zip(*(s for s, _ in pieces), strict=True)
    )
    begins = np.concatenate([b for _, b in pieces])
    assert asked.all() and (target.astype(bool) == reber.legal(x[..., None])[..., 0]).all()
    symbols = x.argmax(axis=1)
    follows = (symbols[1:] == B) & (symbols[:-1] == E)
    assert begins[0] and (begins[1:] == follows).all() and begins.sum() > 20


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize("stops", [False, True])
def test_c_stops_and_starts_again_as_numpy_does(name, stops):
    experiment = EXPERIMENTS[name]
    sequence, begins = continual.Stream(np.random.default_rng(3)).take(60)
    piece = run.Piece(experiment.decay, 0.0, begins if experiment.reset else None)
    if stops:
        errors, _ = run.Plain(continual.start(experiment.kind, 4)).run(sequence, 0.5, piece=piece)
        sizes = (errors**2).sum(axis=1)
        piece = replace(piece, bound=sizes.max() * 0.999)
        assert 0 < sizes.argmax() < 59
    one, other = continual.start(experiment.kind, 4), run.Plain(continual.start(experiment.kind, 4))
    errors, said = compiled.Compiled(one).run(sequence, 0.5, piece=piece)
    want = other.run(sequence, 0.5, piece=piece)
    assert len(errors) == (sizes.argmax() + 1 if stops else 60)
    np.testing.assert_allclose((errors, said), want, rtol=1e-9, atol=1e-12)
    for part in ("W", "V", "c", "y", "P"):
        got, want = getattr(one, part), getattr(other.nets, part)
        np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-10)


def test_a_reset_forgets_what_came_before():
    """Behind a string's end, all is as in a net of these weights that sees nothing else."""
    experiment = EXPERIMENTS["2000-external-reset"]
    sequence, begins = continual.Stream(np.random.default_rng(3)).take(60)
    last = int(np.flatnonzero(begins)[-1])
    runner = run.Plain(continual.start(experiment.kind, 4))
    _, said = runner.run(sequence, 0.0, False, piece=run.Piece(again=begins))
    runner.start_again()
    _, alone = runner.run(tuple(part[last:] for part in sequence), 0.0, False)
    assert 0 < last and (said[last:] == alone).all()


def test_the_rate_decays_at_each_step():
    """Of two steps with a target, by a net that has learned nothing in between: ratio 0.99^3."""
    sequence, _ = continual.Stream(np.random.default_rng(3)).take(4)
    asked = np.arange(4) == 3
    moved = []
    for decay in (1.0, 0.9):
        nets = continual.start(published.CONTINUAL, 4)
        before = nets.V.copy()
        piece = run.Piece(decay=decay)
        run.Plain(nets).run((*sequence[:2], asked), 0.1, piece=piece)
        moved.append(nets.V - before)
    np.testing.assert_allclose(moved[1], moved[0] * 0.9**3, rtol=1e-9, atol=1e-15)


class Scripted:
    """A runner that says so many symbols right before it errs, a number for each stream."""

    def __init__(self, lengths):
        self.lengths, self.learned = list(lengths), []

    def start_again(self):
        self.left = self.lengths.pop(0)

    def run(self, sequence, rate, learn, piece):
        T = len(sequence[0])
        self.learned.append((T, rate, learn))
        errors = np.zeros((min(T, self.left + 1), 7))
        if self.left < T:
            errors[-1] = 1
        self.left -= T
        return errors, errors


FEW = dict(streams=4, longest=100, tests=3, promising=40, most=10_000)
EXPERIMENT = replace(EXPERIMENTS["2000-forget-gates"], **FEW)


def learn(lengths, **changes):
    return continual.learn(Scripted(lengths), replace(EXPERIMENT, **changes), 0)


def test_perfect_is_every_test_stream_to_its_end():
    found = learn([5, 40, 99, 100, 100, 100, 100])
    assert found["solved"] and found["sequences"] == found["seen"] == 3
    assert found["tests"] == [100, 100, 100] and found["longest"] == 100
    assert (found["learned"], found["tested"]) == (145, 399)


def test_weights_are_tested_after_a_promising_stream_alone():
    found = learn([39, 41, 100, 7, 39, 39, 1, 2, 3])
    assert not found["solved"] and found["sequences"] is None and found["seen"] == 4
    assert found["tests"] == [1, 2, 3] and found["reason"] == "all 4 streams are presented"
    assert found["longest"] == 41


def test_a_net_is_given_up_after_so_many_symbols():
    found = learn([30, 30, 1, 2, 3], most=60)
    assert (found["seen"], found["reason"]) == (2, "60 symbols are over")


def test_the_learning_rate_decays_within_a_stream_and_begins_again():
    runner = Scripted([100, 0])
    experiment = replace(EXPERIMENT, decay=0.99)
    rng = np.random.default_rng(0)
    assert continual.until_error(runner, rng, experiment, learn=True) == 100
    assert continual.until_error(runner, rng, experiment, learn=False) == 0
    sizes, rates, learn = zip(*runner.learned, strict=True)
    assert sizes == (32, 64, 4, 32) and learn == (True, True, True, False)
    np.testing.assert_allclose(rates, [0.5, 0.5 * 0.99**32, 0.5 * 0.99**96, 0.5])


@pytest.mark.parametrize("native", [True, False])
def test_a_trial_depends_on_its_number_alone(monkeypatch, native):
    name, told = "2000-external-reset", []
    few = replace(EXPERIMENTS[name], streams=30, longest=50, tests=2, grown=60)
    monkeypatch.setitem(EXPERIMENTS, name, few)
    both = continual.train(name, [3, 4], native, told.append)
    assert told == both and continual.train(name, [4], native) == both[1:]
    assert both[0]["states"] != both[1]["states"] and both[0]["learned"] != both[1]["learned"]
    assert [(one["seed"], one["seen"], one["code"]) for one in both] == [
        (3, 30, "C" if native else "NumPy"),
        (4, 30, "C" if native else "NumPy"),
    ]


def test_states_grow_without_a_forget_gate():
    """An input gate that is open and a candidate that is not zero: the state grows by each step."""
    nets = continual.start(continual.PLAIN, 0)
    nets.W[:], nets.V[:] = 0, 0
    nets.W[0, 0, :7] = 2  # the first cell, whatever the symbol
    grown = continual.states(compiled.Compiled(nets), np.random.default_rng(0), 400, 100)
    g = 4 / (1 + np.exp(-2)) - 2
    np.testing.assert_allclose(grown["largest |c|"], g / 2 * np.array(grown["steps"]), rtol=1e-3)
    np.testing.assert_allclose(grown["mean |c|"], np.array(grown["largest |c|"]) / 8, atol=1e-3)
