"""Two sentences of a textbook: a word that depends on one far back, one that depends on a near one.

Words are one-hot; the answer is a class of its own short list, at one step of the sentence.
"""

from __future__ import annotations

import numpy as np

from lstm_ref.learn.tasks import common
from lstm_ref.types import Array, Mask, Target

COUNTRIES = ("France", "Italy", "Spain", "Japan")
LANGUAGES = ("French", "Italian", "Spanish", "Japanese")
FILLERS = ("we", "had", "a", "house", "near", "the", "river", "and", "visited")
VOCABULARY = ("grew-up-in", *COUNTRIES, *FILLERS, "speak")

THINGS = ("clouds", "fish", "books", "cows")
PLACES = ("sky", "sea", "shelf", "meadow")
NEAR_VOCABULARY = (*THINGS, "are", "in", *FILLERS)


def country_language(rng: np.random.Generator, B: int, distance: int) -> tuple[Array, Target, Mask]:
    """ "I grew up in France ... I speak French": the language of the country one grew up in.

    A sentence is "grew-up-in", a country, `distance` random words, "speak"; at "speak" the
    language is to be named, no other step counts. One random word in four is a country too, a
    false clue: only the one behind "grew-up-in" matters. Example, distance 4:

        input    grew-up-in  France  we  visited  Japan  a  speak
        target   -           -       -   -        -      -  French

    Returns x (distance + 3, D, B) one-hot over VOCABULARY, target (T, B) class numbers 0 to 3 for
    LANGUAGES, mask (T, B) True at "speak". Chance: one in four. With distance 0 the clue stands
    directly before the question, as near as in "the clouds are in the sky".
    Source: made for this book from the sentence of Olah 2015.
    """
    T = common.whole("distance", distance, 0) + 3
    common.enter(rng, T, B)
    country = rng.integers(0, len(COUNTRIES), B)
    words = np.empty((T, B), int)
    words[0] = VOCABULARY.index("grew-up-in")
    words[1] = 1 + country
    filler = 1 + len(COUNTRIES) + rng.integers(0, len(FILLERS), (distance, B))
    false_clue = 1 + rng.integers(0, len(COUNTRIES), (distance, B))
    words[2:-1] = np.where(rng.random((distance, B)) < 0.25, false_clue, filler)
    words[-1] = VOCABULARY.index("speak")
    x = np.eye(len(VOCABULARY))[words].transpose(0, 2, 1)
    mask = np.zeros((T, B), bool)
    mask[-1] = True
    return x, np.broadcast_to(country, (T, B)).copy(), mask


def near_word(rng: np.random.Generator, T: int, B: int) -> tuple[Array, Target, Mask]:
    """ "The clouds are in the sky": the word depends on one that stands four steps back.

    T - 5 random words, then "the", one of THINGS, "are in the"; there the place is to be named.
    Returns x (T, D, B), one-hot over NEAR_VOCABULARY, target (T, B), class numbers 0 to 3 for
    PLACES, mask (T, B), True at the last step. Example, T = 8:

        input    we  had  a  the  clouds  are  in  the
        target                                     sky

    T: at least 5. Chance: one in four.
    Source: Olah 2015, who contrasts it with the sentence of `country_language`.
    """
    ends = common.enter(rng, T, B, 5)
    thing = rng.integers(0, len(THINGS), B)
    first = len(NEAR_VOCABULARY) - len(FILLERS)
    words = first + rng.integers(0, len(FILLERS), (T, B))
    words[-5] = words[-1] = NEAR_VOCABULARY.index("the")
    words[-4], words[-3], words[-2] = thing, len(THINGS), len(THINGS) + 1
    x = common.one_hot(words, len(NEAR_VOCABULARY))
    return x, np.broadcast_to(thing, (T, B)).copy(), common.at_the_end(ends, T)
