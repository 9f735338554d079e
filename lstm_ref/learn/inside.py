"""Looking into a trained net: twins of a text, transplants of units, what a unit's gates do.

The languages are those of `tasks.agreement`. A text is two sentences, one behind the other, all of
one build, so that a word stands at the same step in all texts. The *question* is the step after
which the pronoun or verb is due. A *twin* of a text has another first or another second subject.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lstm_ref.cells import lstm
from lstm_ref.learn import loop, network, output_layer, tasks
from lstm_ref.learn.tasks import agreement
from lstm_ref.types import AnyCell, Array, Arrays, Params, State

SEED, TEXTS = 7, 400


class Texts(NamedTuple):
    """Texts x (T, D, B) and their twins, in float32 like the stored nets; T is twice `length`."""

    x: Array
    old_twin: Array  # with another first subject
    new_twin: Array  # with another second subject
    first: Array  # (B,) bool: is the first subject of the second kind?
    second: Array  # (B,) bool: and the second one?
    length: int  # words of a sentence
    asked: int  # the word of a sentence after which its answer is due
    answers: list[int]  # the two answers, as numbers of the vocabulary

    @property
    def question(self) -> int:
        """The step of the second question."""
        return self.length + self.asked


def genders(B: int = TEXTS) -> Texts:
    """Texts of `tasks.pronoun_gender` with one phrase in every sentence, 12 words each."""
    kinds = (*agreement.MALE, "he"), (*agreement.FEMALE, "she")
    return _texts(tasks.pronoun_gender, agreement.GENDER_WORDS, kinds, 1, 12, 8, B)


def numbers(B: int = TEXTS) -> Texts:
    """Texts of `tasks.subject_verb` with two phrases in every sentence, 11 words each."""
    kinds = (*agreement.SINGULAR, "is"), (*agreement.PLURAL, "are")
    return _texts(tasks.subject_verb, agreement.NUMBER_WORDS, kinds, 2, 11, 7, B)


def _texts(make, vocabulary, kinds, phrases, length, asked, B):
    """Texts of a language. kinds: nouns and answer of the first, and of the second kind."""
    x = make(np.random.default_rng(SEED), 2 * length, B, phrases)[0].astype(np.float32)
    known = [[vocabulary.index(word) for word in kind] for kind in kinds]
    first, second = [1, asked + 1], [length + 1, length + asked + 1]  # subject and answer
    old_twin, new_twin = _exchanged(x, known, first), _exchanged(x, known, second)
    old, new = (np.isin(x[t].argmax(axis=0), known[1]) for t in (1, length + 1))
    return Texts(x, old_twin, new_twin, old, new, length, asked, [known[0][-1], known[1][-1]])


def _exchanged(x, kinds, steps):
    """x with the words of the two kinds exchanged at these steps."""
    order = np.arange(x.shape[1])
    order[kinds[0] + kinds[1]] = kinds[1] + kinds[0]
    other = x.copy()
    other[steps] = x[steps][:, order]
    return other


def signals(params: Params, x: Array) -> Arrays:
    """Gates and states of an LSTM at all steps: f, i, c_tilde, c, o, h, each (T, H, B)."""
    h, _, tape = lstm.forward(network.own_params(lstm, params), x)
    names = ("f", "i", "c_tilde", "c", "o")
    return {name: np.stack([step[name] for step in tape["steps"]]) for name in names} | {"h": h}


def lead(cell: AnyCell, params: Params, x: Array, state: State, answers: list[int]) -> Array:
    """By how much the second answer's score is ahead of the first one's after x, (B,)."""
    h, _, _ = cell.forward(network.own_params(cell, params), x, state)
    y = output_layer.scores(params, h)[-1]
    return y[answers[1]] - y[answers[0]]


def transplant(
    params: Params, units: Any, texts: Texts, at: int, cell: AnyCell = lstm
) -> tuple[Array, Array]:
    """Leads of the second answer before and after some units got the state of the new twin, (B,).

    units: their numbers; at: the word of the second sentence after which it happens, from 0.
    """
    now, own = texts.length + at + 1, network.own_params(cell, params)
    mine, twin = (cell.forward(own, x[:now])[1] for x in (texts.x, texts.new_twin))
    mixed = tuple(state.copy() for state in mine)
    for state, other in zip(mixed, twin, strict=True):
        state[units] = other[units]
    rest = texts.x[now : texts.question + 1]
    before, after = (lead(cell, params, rest, state, texts.answers) for state in (mine, mixed))
    return before, after


def flipped(params: Params, units: Any, texts: Texts, at: int, cell: AnyCell = lstm) -> float:
    """Share of the texts whose answer changes by the transplant."""
    before, after = transplant(params, units, texts, at, cell)
    return float(np.mean((before > 0) != (after > 0)))


def flips(params: Params, texts: Texts, at: int, cell: AnyCell = lstm) -> Array:
    """Of each unit alone the share of texts that its transplant flips, (H,)."""
    H = params["W_yh"].shape[1]
    return np.array([flipped(params, [k], texts, at, cell) for k in range(H)])


def shares(params: Params, k: int, texts: Texts) -> tuple[Array, Array]:
    """What the cell state of unit k holds of the old and of the new subject, (T,) each.

    The mean |difference| between texts and twins, divided by what it is when the question comes.
    """
    c = signals(params, texts.x)["c"][:, k]
    twins = (texts.old_twin, texts.new_twin)
    old, new = (np.abs(c - signals(params, x)["c"][:, k]).mean(axis=1) for x in twins)
    return old / old[texts.asked], new / new[texts.question]


def let_through(f: Array, texts: Texts) -> Array:
    """The product of the forget gates behind the first question, f (T, B); mean over texts, (T,).

    It is what would be left of the old content if nothing were written over it; 1 up to there.
    """
    behind = np.arange(len(f)) > texts.asked
    return np.where(behind[:, None], f, 1).cumprod(axis=0).mean(axis=1)


CASES = ((0, 0), (1, 0), (0, 1), (1, 1))  # kind of the old subject, kind of the new one


def by_case(values: Array, texts: Texts) -> list[float]:
    """Means of values (B,) over the texts of each of CASES."""
    chosen = ((texts.first == old) & (texts.second == new) for old, new in CASES)
    return [float(values[those].mean()) for those in chosen]


def probe(c: Array, kinds: Array) -> float:
    """Share of right answers of a linear reader of c (n, B), fitted to the first half of texts."""
    features = np.vstack([c, np.ones(c.shape[1])]).T.astype(float)
    goal, half = 2.0 * kinds - 1, c.shape[1] // 2
    weights = np.linalg.lstsq(features[:half], goal[:half], rcond=None)[0]
    return float(np.mean((features[half:] @ weights > 0) == kinds[half:]))


def probes(params: Params, without: int, texts: Texts, at: tuple[int, ...]) -> list[float]:
    """`probe` of all units but one behind these words of the second sentence."""
    c = np.delete(signals(params, texts.x)["c"], without, axis=1)
    return [probe(c[texts.length + word], texts.second) for word in at]


# Words of the second sentence, from 0: "a" behind the verb, where the subject is known and no other
# noun has come, and the last noun before "and".
MIDDLE, LATE = 3, 7


def unit(cell: AnyCell, run: loop.Training, condition: dict[str, Any]) -> dict[str, Any]:
    """Of a net trained on `tasks.pronoun_gender`: the unit that holds the gender, and its gates.

    Returns a dict for JSON. "unit": the one whose transplant flips most texts at MIDDLE; "flipped"
    and "flipped late" (H,), at MIDDLE and LATE; "others", all but the unit, and "probe", of these,
    at MIDDLE and LATE; and what `_gates` finds.
    """
    texts, params = genders(), run.params
    flipping = flips(params, texts, MIDDLE)
    k = int(flipping.argmax())
    rest = [other for other in range(len(flipping)) if other != k]
    numbers = {
        "flipped": flipping,
        "flipped late": flips(params, texts, LATE),
        "others": [flipped(params, rest, texts, at) for at in (MIDDLE, LATE)],
        "probe": probes(params, k, texts, (MIDDLE, LATE)),
        **_gates(params, k, texts),
    }
    return {"unit": k, **{name: _short(value) for name, value in numbers.items()}}


def _gates(params, k, texts):
    """What the gates of unit k do.

    Over all steps "old" and "new" (`shares`), "product" (`let_through`) and means over the texts:
    "f", "i", "o", "written", which is |i c_tilde|, and "f by new", (2, T), for either new subject;
    at the new subject "f now" and "i now" by CASES; at the question "c" for either new subject.
    """
    found = {name: values[:, k] for name, values in signals(params, texts.x).items()}
    old, new = shares(params, k, texts)
    now, kinds = texts.length + 1, (~texts.second, texts.second)
    means = {name: found[name].mean(axis=1) for name in ("f", "i", "o")}
    return means | {
        "old": old,
        "new": new,
        "product": let_through(found["f"], texts),
        "written": np.abs(found["i"] * found["c_tilde"]).mean(axis=1),
        "f by new": [found["f"][:, kind].mean(axis=1) for kind in kinds],
        "f now": by_case(found["f"][now], texts),
        "i now": by_case(found["i"][now], texts),
        "c": [found["c"][texts.question, kind].mean() for kind in kinds],
    }


def _short(value):
    """Numbers with four digits behind the point, as lists."""
    return np.round(np.asarray(value, dtype=float), 4).tolist()
