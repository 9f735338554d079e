"""Two small languages in which a word must agree with the subject, whatever stands in between.

Both give streams of sentences, one after the other, and ask for the next word.
"""

from __future__ import annotations

import numpy as np

from lstm_ref.learn.tasks import common
from lstm_ref.types import Array, Mask, Target

MALE = ("man", "king", "boy", "prince")
FEMALE = ("woman", "queen", "girl", "princess")
PRONOUNS = ("he", "she")
SEEING = ("sees", "meets", "thanks", "greets")
ACTING = ("smiles", "waits", "leaves", "sings")
GENDER_WORDS = ("the", "a", "near", "and", ".", *PRONOUNS, *MALE, *FEMALE, *SEEING, *ACTING)

SINGULAR = ("key", "book", "house", "dog")
PLURAL = ("keys", "books", "houses", "dogs")
VERBS = ("is", "are")
STATES = ("here", "old", "small", "lost")
NUMBER_WORDS = ("the", "near", ".", *VERBS, *SINGULAR, *PLURAL, *STATES)


def pronoun_gender(
    rng: np.random.Generator,
    T: int,
    B: int,
    phrases: int | tuple[int, int] = (0, 2),
    every_word: bool = False,
) -> tuple[Array, Target, Mask]:
    """Pronoun and subject agree in gender; objects of either gender stand in between.

    A sentence is "the SUBJECT sees a NOUN", some phrases "near a NOUN", "and he/she smiles .".
    Only the subject has "the". phrases: fewest and most of them. Returns x (T, D, B), one-hot over
    GENDER_WORDS, target (T, B), the number of the next word there, mask (T, B), True where the
    next word is the pronoun, or everywhere with every_word. Example, T = 13:

        input    the queen meets a man near a boy and she waits . the
        target                                    she

    The stream stops after T words. T: long enough for one sentence, 6 + 3 phrases.
    Chance at the pronoun: one half.
    Source: made for this book; the gender of the subject as what a cell keeps is from Olah 2015.
    """

    def sentence(nouns, kinds, words, more):
        subject, *others = (_noun((MALE, FEMALE), *pair) for pair in zip(kinds, nouns, strict=True))
        near = [word for noun in others[1 : more + 1] for word in ("near", "a", noun)]
        start = ["the", subject, SEEING[words[0]], "a", others[0], *near, "and"]
        return start, [PRONOUNS[kinds[0]], ACTING[words[1]], "."]

    return _stream(rng, T, B, GENDER_WORDS, sentence, phrases, 6, 2, every_word)


def subject_verb(
    rng: np.random.Generator,
    T: int,
    B: int,
    phrases: int | tuple[int, int] = (0, 2),
    every_word: bool = False,
) -> tuple[Array, Target, Mask]:
    """Verb and subject agree in number; nouns of either number stand in between.

    A sentence is "the SUBJECT", some phrases "near the NOUN", "is/are here .". phrases: fewest
    and most of them. Returns x (T, D, B), one-hot over NUMBER_WORDS, target (T, B), the number of
    the next word there, mask (T, B), True where the next word is the verb, or everywhere with
    every_word. Example, T = 11:

        input    the keys near the house near the book are lost .
        target                                    are

    The stream stops after T words. T: long enough for one sentence, 2 + 3 phrases.
    Chance at the verb: one half. Source: after Linzen, Dupoux & Goldberg 2016.
    """

    def sentence(nouns, kinds, words, more):
        pairs = zip(kinds, nouns, strict=True)
        subject, *others = (_noun((SINGULAR, PLURAL), *pair) for pair in pairs)
        near = [word for noun in others[:more] for word in ("near", "the", noun)]
        return ["the", subject, *near], [VERBS[kinds[0]], STATES[words[0]], "."]

    return _stream(rng, T, B, NUMBER_WORDS, sentence, phrases, 2, 1, every_word)


def _noun(lists, kind, which):
    return lists[kind][which]


def _stream(rng, T, B, vocabulary, sentence, phrases, shortest, fixed, every_word):
    """Sentences until T + 1 words are there. fixed: nouns of a sentence without phrases."""
    least, most = _range(phrases)
    common.enter(rng, T, B, shortest + 3 * most)
    n = T // (shortest + 3 * least) + 2  # sentences, enough for the shortest
    nouns, kinds = (
        rng.integers(0, 4, (B, n, fixed + most)),
        rng.integers(0, 2, (B, n, fixed + most)),
    )
    words, more = rng.integers(0, 4, (B, n, 2)), rng.integers(least, most + 1, (B, n))
    number = {word: k for k, word in enumerate(vocabulary)}
    stream, mask = np.empty((T + 1, B), int), np.zeros((T, B), bool)
    for b in range(B):
        text: list[str] = []
        asked: list[int] = []
        for k in range(n):
            start, rest = sentence(nouns[b, k], kinds[b, k], words[b, k], more[b, k])
            asked.append(len(text) + len(start) - 1)
            text += start + rest
        stream[:, b] = [number[word] for word in text[: T + 1]]
        mask[[t for t in asked if t < T], b] = True
    x = common.one_hot(stream[:-1], len(vocabulary))
    return x, stream[1:], np.ones((T, B), bool) if every_word else mask


def _range(phrases):
    """Fewest and most phrases, from a pair or one number for both."""
    pair = (phrases, phrases) if isinstance(phrases, int | np.integer) else phrases
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise ValueError(f"phrases: expected (fewest, most), got {phrases!r}")
    least, most = (common.whole("phrases", value, 0) for value in pair)
    if least > most:
        raise ValueError(f"phrases: expected fewest <= most, got {phrases!r}")
    return least, most
