"""Tasks with a known answer: generators of (x, target, mask).

A task is called as task(rng, T, B, ...): T steps, B samples; `country_language` alone takes a
distance, from which T follows: country_language(rng, B, distance). rng: np.random.default_rng.
x is (T, D, B). target is (T, B) of class numbers, or (T, 1, B) of numbers. mask (T, B) says which
steps count. Where sequences differ in length, one ends with its last step that counts (`lengths`);
padding behind it is zeros. A bad argument raises ValueError, another rng TypeError.
The generators stand in modules by subject; all of them are here under their names.
"""

from lstm_ref.learn.tasks.agreement import pronoun_gender, subject_verb
from lstm_ref.learn.tasks.arithmetic import (
    adding,
    adding_1997,
    binary_addition,
    multiplication,
    multiplication_1997,
)
from lstm_ref.learn.tasks.common import lengths
from lstm_ref.learn.tasks.memory import copy, recall
from lstm_ref.learn.tasks.reber import continual_reber, embedded_reber
from lstm_ref.learn.tasks.running import latest_marked, parity
from lstm_ref.learn.tasks.sentences import (
    COUNTRIES,
    FILLERS,
    LANGUAGES,
    VOCABULARY,
    country_language,
    near_word,
)
from lstm_ref.learn.tasks.symbols import distractors, long_lag, temporal_order, two_sequence
from lstm_ref.learn.tasks.timing import spike_delays

__all__ = [
    "COUNTRIES",
    "FILLERS",
    "LANGUAGES",
    "VOCABULARY",
    "adding",
    "adding_1997",
    "binary_addition",
    "continual_reber",
    "copy",
    "country_language",
    "distractors",
    "embedded_reber",
    "latest_marked",
    "lengths",
    "long_lag",
    "multiplication",
    "multiplication_1997",
    "near_word",
    "parity",
    "pronoun_gender",
    "recall",
    "spike_delays",
    "subject_verb",
    "temporal_order",
    "two_sequence",
]
