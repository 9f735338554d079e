"""Small tasks with a known answer: generators of (x, target, mask)."""

import numpy as np


def binary_addition(rng, T, B):
    """Two binary numbers, least significant digit first; say the digits of their sum.

    Returns x (T, 2, B) of 0 and 1, target (T, B), mask all True. Example, T = 4:

        first number    1 1 0 0      (3)
        second number   1 0 1 0      (5)
        sum             0 0 0 1      (8)

    The digit to say depends on the carry, which is not in the input. Chance: one half.
    """
    digits = rng.integers(0, 2, (T, 2, B))
    carry, target = np.zeros(B, int), np.empty((T, B), int)
    for t in range(T):
        total = digits[t].sum(axis=0) + carry
        target[t], carry = total % 2, total // 2
    return digits.astype(float), target, np.ones((T, B), bool)


COUNTRIES = ("France", "Italy", "Spain", "Japan")
LANGUAGES = ("French", "Italian", "Spanish", "Japanese")
FILLERS = ("we", "had", "a", "house", "near", "the", "river", "and", "visited")
VOCABULARY = ("grew-up-in", *COUNTRIES, *FILLERS, "speak")


def country_language(rng, B, distance):
    """ "I grew up in France ... I speak French": the language of the country one grew up in.

    A sentence is "grew-up-in", a country, `distance` random words, "speak"; at "speak" the
    language is to be named, no other step counts. One random word in four is a country too, a
    false clue: only the one behind "grew-up-in" matters. Example, distance 4:

        input    grew-up-in  France  we  visited  Japan  a  speak
        target   -           -       -   -        -      -  French

    Returns x (distance + 3, D, B) one-hot over VOCABULARY, target (T, B) class numbers 0 to 3 for
    LANGUAGES, mask (T, B) True at "speak". Chance: one in four. With distance 0 the clue stands
    directly before the question, as near as in "the clouds are in the sky".
    """
    if isinstance(distance, bool) or not isinstance(distance, int | np.integer) or distance < 0:
        raise ValueError(f"distance: expected a whole number >= 0, got {distance!r}")
    T = distance + 3
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
