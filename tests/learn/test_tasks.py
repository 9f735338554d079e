"""Every task: shapes, the rule it states, its chance level, its limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_ref.learn import tasks
from lstm_ref.learn.tasks import agreement, reber, sentences, symbols

# name: (T, options, chance level of the docstring)
CLASSES = {
    "binary_addition": (20, {}, 1 / 2),
    "temporal_order": (60, {}, 1 / 8),
    "temporal_order, 2": (60, {"signals": 2, "shortest": 50}, 1 / 4),
    "two_sequence": (30, {"clue_noise": 0.2, "shortest": 20}, 1 / 2),
    "long_lag": (12, {"random": True, "asked": "the end"}, 1 / 2),
    "long_lag, two classes": (12, {"asked": "x or y"}, 1 / 2),
    "distractors": (40, {"q": 9, "p": 5}, 1 / 2),
    "copy": (14, {}, 1 / 8),
    "recall": (14, {"slots": 6}, 1 / 2),
    "spike_delays": (60, {}, 1 / 2),
    "near_word": (9, {}, 1 / 4),
    "parity": (14, {}, 1 / 2),
    "latest_marked": (20, {}, 1 / 4),
    "pronoun_gender": (40, {}, 1 / 2),
    "subject_verb": (40, {}, 1 / 2),
}
AT_THE_FIRST = 0.1 + 0.9 / 19
NUMBERS = {
    "adding": (40, {}, 1, 1 / 6),
    "adding, lengths": (40, {"shortest": 20}, 1, 1 / 6),
    "multiplication": (40, {}, 1 / 4, 7 / 144),
    # One mark in ten stands at the first step, and one in 19 of the second ones if the first is not
    # there: what is marked then counts 0 or 1.
    "adding_1997": (44, {"shortest": 40}, 0.5, (2 - AT_THE_FIRST) / 48),
    "multiplication_1997": (
        *(44, {"shortest": 40}, (1 + AT_THE_FIRST) / 4),
        1 / 9 + 2 / 9 * AT_THE_FIRST - (1 + AT_THE_FIRST) ** 2 / 16,
    ),
    "two_sequence, numbers": (30, {"target_noise": 0.1}, 0.5, 0.19),
}
LENGTHS = ["adding", "multiplication", "temporal_order", "two_sequence"]
LENGTHS += ["adding_1997", "multiplication_1997"]
REBER = {"embedded_reber": (30, {}), "continual_reber": (60, {})}
ALL = {name: (T, options) for name, (T, options, *_) in (CLASSES | NUMBERS).items()} | REBER


def rng(seed=0):
    return np.random.default_rng(seed)


def make(name, B, seed=0, **more):
    T, options = ALL[name]
    return getattr(tasks, name.split(",")[0])(rng(seed), T, B, **{**options, **more})


@pytest.mark.parametrize("name", ALL)
def test_shapes_and_seeds(name):
    x, target, mask = make(name, 7)
    T = ALL[name][0]
    assert x.shape[::2] == (T, 7) and x.dtype == np.float64 and np.isfinite(x).all()
    assert mask.shape == (T, 7) and mask.dtype == bool and mask.any(axis=0).all()
    if np.issubdtype(target.dtype, np.integer):
        assert target.shape == (T, 7) and target.min() >= 0
    else:
        assert target.shape == (T, 1, 7) and target.dtype == np.float64
    for got, want in zip(make(name, 7), (x, target, mask), strict=True):
        np.testing.assert_array_equal(got, want)
    assert not np.array_equal(make(name, 7, seed=1)[0], x)


@pytest.mark.parametrize("name", CLASSES)
def test_the_best_constant_class_has_the_chance_level(name):
    _, target, mask = make(name, 4000)
    chance = CLASSES[name][2]
    shares = np.bincount(target[mask]) / mask.sum()
    shares = shares[shares > 0]
    np.testing.assert_allclose(shares, chance, atol=5 * np.sqrt(chance / 4000))


@pytest.mark.parametrize("name", NUMBERS)
def test_the_best_constant_number_has_the_chance_level(name):
    _, target, mask = make(name, 20_000)
    best, chance = NUMBERS[name][2:]
    counted = target[:, 0][mask]
    assert abs(counted.mean() - best) < 0.01
    assert abs(np.mean((counted - best) ** 2) - chance) < 0.03 * chance


def test_country_language_has_the_chance_level():
    _, target, mask = tasks.country_language(rng(), 4000, 3)
    np.testing.assert_allclose(np.bincount(target[mask]) / 4000, 1 / 4, atol=0.03)


@pytest.mark.parametrize("name", REBER)
def test_the_critical_symbol_has_the_chance_level(name):
    x, target, _ = make(name, 2000)
    shares = np.bincount(target[reber.critical(x)], minlength=7)
    T, P = (reber.SYMBOLS.index(s) for s in "TP")
    assert shares.sum() == shares[T] + shares[P]
    np.testing.assert_allclose(shares[[T, P]] / shares.sum(), 1 / 2, atol=0.03)


@pytest.mark.parametrize("name", LENGTHS)
def test_different_lengths_and_zeros_behind_the_end(name):
    x, _, mask = make(name, 500, shortest=25)
    ends = tasks.lengths(mask)
    assert set(ends) == set(range(25, len(x) + 1))
    assert not x.transpose(0, 2, 1)[np.arange(len(x))[:, None] >= ends].any()
    np.testing.assert_array_equal(mask.sum(axis=0), 1)


@pytest.mark.parametrize("name, combine", [("adding", np.sum), ("multiplication", np.prod)])
def test_the_marked_numbers(name, combine):
    x, target, mask = make(name, 300, shortest=2)
    for b, end in enumerate(tasks.lengths(mask)):
        where = np.flatnonzero(x[:, 1, b])
        assert len(where) == 2 and where[0] < end // 2 <= where[1] < end
        np.testing.assert_allclose(target[end - 1, 0, b], combine(x[where, 0, b]))


@settings(max_examples=40)
@given(st.integers(10, 130), st.sampled_from([2, 3]), st.integers(0, 99))
def test_temporal_order_is_the_order(T, signals, seed):
    x, target, mask = tasks.temporal_order(rng(seed), T, 3, signals)
    for b in range(3):
        text = [symbols.SYMBOLS[k] for k in x[:, :, b].argmax(axis=1)]
        assert (text[0], text[-1]) == ("E", "B") and set(text[1:-1]) <= set("abcdXY")
        found = [s for s in text if s in "XY"]
        assert len(found) == signals
        assert target[-1, b] == int("".join(str("XY".index(s)) for s in found), 2)


def test_places_of_the_paper():
    x, _, _ = tasks.temporal_order(rng(), 110, 3000, 2, shortest=100)
    signal = x[:, 6:].any(axis=1)
    first, last = signal.argmax(axis=0), 109 - signal[::-1].argmax(axis=0)
    assert (first.min(), first.max(), last.min(), last.max()) == (10, 20, 50, 60)


@pytest.mark.parametrize(
    "name, first, target_of",
    [
        ("adding_1997", 0.0, lambda values: 0.5 + values.sum() / 4),
        ("multiplication_1997", 1.0, np.prod),
    ],
)
def test_the_marks_of_1997(name, first, target_of):
    x, target, mask = make(name, 2000, shortest=24)
    places = []
    for b, end in enumerate(tasks.lengths(mask)):
        numbers, marks = x[:end, 0, b], x[:end, 1, b]
        assert marks[0] == marks[-1] == -1 and set(marks[1:-1]) <= {0, 1}
        where = np.flatnonzero(marks == 1)
        assert where.max(initial=0) < 12 and (where < 10).sum() >= len(where) - 1
        values = np.append(numbers[where], (2 - len(where)) * [first])  # a mark at the first step
        assert target[end - 1, 0, b] == pytest.approx(target_of(values))
        places.append(where)
    two = np.array([where for where in places if len(where) == 2])
    assert set(two.ravel()) == set(range(1, 12))
    assert 1 - len(two) / 2000 == pytest.approx(0.1 + 0.9 / 11, abs=0.03)
    assert x[:, 0].min() < -0.9 if first == 0 else x[:, 0].min() == 0


@pytest.mark.parametrize("random", [False, True])
def test_the_first_symbol_comes_again(random):
    x, target, mask = tasks.long_lag(rng(), 9, 200, random)
    words = x.argmax(axis=1)
    np.testing.assert_array_equal(words[1:], target[:-1])
    np.testing.assert_array_equal(words[0], target[-1])
    assert x.shape == (9, 10, 200) and mask.all() and set(words[0]) == {8, 9}
    assert set(words[1:].ravel()) == set(range(8))
    assert (np.ptp(words[1:], axis=1).max() > 0) == random
    end = tasks.long_lag(rng(), 9, 200, random, "the end")
    np.testing.assert_array_equal(end[1], target)
    two = tasks.long_lag(rng(), 9, 200, random, "x or y")
    np.testing.assert_array_equal(two[1], np.tile(words[0] - 8, (9, 1)))
    for other in (end, two):
        np.testing.assert_array_equal(other[0], x)
        assert other[2][-1].all() and not other[2][:-1].any()


def test_distractors_until_the_trigger():
    x, target, mask = make("distractors", 4000)
    ends = tasks.lengths(mask)
    for b, end in enumerate(ends[:300]):
        words = x[:end, :, b].argmax(axis=1)
        assert (words[0], words[-1]) == (6, 5) and words[1] == 7 + target[end - 1, b]
        assert words[2:-1].max() < 5
    assert not x.transpose(0, 2, 1)[np.arange(40)[:, None] >= ends].any()
    assert ends.min() == 12 and ends.max() == 40
    ends = tasks.lengths(tasks.distractors(rng(), 200, 20_000, 9)[2])
    assert 1 + ends.mean() == pytest.approx(9 + 13, abs=0.3)  # with the last symbol


def test_two_sequence_clues():
    x, target, _ = tasks.two_sequence(rng(), 30, 2000, N=2)
    np.testing.assert_array_equal(x[:2, 0], np.tile(2 * target[0] - 1, (2, 1)))
    assert abs(x[2:].var() - 0.2) < 0.01
    x, target, _ = tasks.two_sequence(rng(), 30, 5000, N=2, clue_noise=0.2)
    assert abs((x[:2, 0] - (2 * target[0] - 1)).var() - 0.2) < 0.01


def strings(words):
    return ["".join(reber.SYMBOLS[k] for k in column) for column in words.T]


def accepted(text):
    """Is it a string of the embedded grammar? Written from the table in the module's docstring."""
    rules = {(0, "B"): 1, (1, "T"): 2, (1, "P"): 3, (2, "S"): 2, (2, "X"): 4, (3, "T"): 3}
    rules |= {(3, "V"): 5, (4, "X"): 3, (4, "S"): 6, (5, "P"): 4, (5, "V"): 6, (6, "E"): 7}
    state = 0
    for symbol in text[2:-2]:
        state = rules.get((state, symbol))
    return state == 7 and text[0] == "B" and text[-1] == "E" and text[1] == text[-2] in "TP"


def test_embedded_reber_strings_are_of_the_grammar():
    x, target, mask = make("embedded_reber", 400)
    first = strings(x.argmax(axis=1)[:1])
    for b, end in enumerate(tasks.lengths(mask)):
        text = first[b] + strings(target[:end, b : b + 1])[0]
        assert accepted(text), text
        np.testing.assert_array_equal(x[1:end, :, b].argmax(axis=1), target[: end - 1, b])
    assert not x.any(axis=1)[~mask].any()
    short = tasks.embedded_reber(rng(), reber.SHORTEST, 200)
    assert set(strings(short[0].argmax(axis=1))) == {"BTBTXSET", "BTBPVVET", "BPBTXSEP", "BPBPVVEP"}


def test_continual_reber_is_strings_in_a_row():
    x, target, _ = make("continual_reber", 50)
    np.testing.assert_array_equal(x[1:].argmax(axis=1), target[:-1])
    for text in strings(x.argmax(axis=1)):
        while len(text) > 30:
            end = next(k for k in range(8, len(text)) if accepted(text[: k + 1]))
            text = text[end + 1 :]


@pytest.mark.parametrize("name", REBER)
def test_legal_symbols(name):
    x, target, mask = make(name, 300)
    allowed = reber.legal(x)
    assert np.take_along_axis(allowed, target[:, None], axis=1)[:, 0][mask].all()
    assert not allowed.transpose(0, 2, 1)[~mask].any()
    number = allowed.sum(axis=1)
    assert number[mask].min() == 1 and number.max() == 2
    assert (number[reber.critical(x)] == 1).all()
    for t in (0, 4):  # both ways of a choice are seen, and nothing else
        seen = set(target[t][mask[t]])
        assert seen <= set(np.flatnonzero(allowed[t].any(axis=1)))


def test_the_criterion_of_1997():
    x, _, mask = make("embedded_reber", 50)
    y = reber.legal(x).astype(float)
    assert reber.right(y, x).all()
    t, b = 3, 0
    best = y[t, :, b].argmax()
    y[t, best, b] = -1
    assert not reber.right(y, x)[t, b] and reber.right(y, x).sum() == mask.size - 1
    with pytest.raises(ValueError, match="string of the grammar, got another at step 0"):
        reber.legal(x[1:])


@settings(max_examples=30)
@given(st.integers(1, 6), st.integers(0, 12), st.integers(2, 5), st.integers(0, 99))
def test_copy_copies(items, wait, kinds, seed):
    T = 2 * items + wait
    x, target, mask = tasks.copy(rng(seed), T, 4, items, kinds)
    words = x.argmax(axis=1)
    np.testing.assert_array_equal(words[:items], target[mask].reshape(items, 4))
    assert (words[T - items] == kinds + 1).all() and (words[items : T - items] == kinds).all()


@settings(max_examples=30)
@given(st.integers(1, 5), st.integers(0, 3), st.integers(0, 9), st.integers(0, 99))
def test_recall_asks_for_what_was_put_there(items, free, wait, seed):
    T, slots = 2 * items + wait, items + free
    x, target, mask = tasks.recall(rng(seed), T, 3, items, slots)
    assert x.shape[1] == slots + 2
    np.testing.assert_array_equal(x[:, -1].astype(bool), mask)
    for b in range(3):
        stored = {int(x[t, :slots, b].argmax()): x[t, slots, b] for t in range(items)}
        assert len(stored) == items
        for t in range(T - items, T):
            assert target[t, b] == (stored[int(x[t, :slots, b].argmax())] > 0)
        assert not x[items : T - items, :slots, b].any()
    bits = x[:, slots]  # ones of chance while waiting, nothing while a slot is asked for
    assert (np.abs(bits[: T - items]) == 1).all() and not bits[T - items :].any()


def test_recall_asks_in_any_order():
    x, _, _ = tasks.recall(rng(), 6, 600, 3)
    slot = x[:, :3].argmax(axis=1)
    orders = np.array([np.argmax(slot[:3] == asked, axis=0) for asked in slot[3:]])
    counts = np.unique(orders, axis=1, return_counts=True)[1]
    assert len(counts) == 6 and counts.min() > 60  # all six, about equally often


def test_spikes_stand_at_their_delays():
    x, target, mask = tasks.spike_delays(rng(), 108, 100)
    more = 0
    for b in range(100):
        times, counted = np.flatnonzero(x[:, 0, b]), np.flatnonzero(mask[:, b])
        np.testing.assert_array_equal(counted, times[1:10])  # nine, as 9 * 11 fit into 107
        np.testing.assert_array_equal(np.diff(times)[:9], 10 + target[counted, b])
        more += len(times) > 10
    assert more > 5  # spikes that come in time only because the delays were short


def complete(x, words):
    """The complete sentences of each sample, as lists of words."""
    for b in range(x.shape[2]):
        text = " ".join(words[k] for k in x[:, :, b].argmax(axis=1))
        yield from (part.split() for part in text.split(" .")[:-1])


def test_pronouns_agree_with_the_subject():
    x, target, mask = make("pronoun_gender", 200)
    other = 0
    for words in complete(x, agreement.GENDER_WORDS):
        gender = ("he", "she")[words[1] in agreement.FEMALE]
        assert words[0] == "the" and words[words.index("and") + 1] == gender
        nouns = [w for w in words[2:] if w in agreement.FEMALE + agreement.MALE]
        other += any((noun in agreement.FEMALE) != (gender == "she") for noun in nouns)
    assert other > 200  # distractors
    asked = {agreement.GENDER_WORDS[k] for k in x.transpose(0, 2, 1)[mask].argmax(axis=1)}
    assert asked == {"and"} and set(target[mask]) == {5, 6}


def test_verbs_agree_with_the_subject():
    x, target, mask = make("subject_verb", 200, phrases=(1, 3))
    wrong = 0
    for words in complete(x, agreement.NUMBER_WORDS):
        verb = next(w for w in words if w in agreement.VERBS)
        assert (verb == "are") == (words[1] in agreement.PLURAL)
        last = words[words.index(verb) - 1]
        assert last in agreement.SINGULAR + agreement.PLURAL and words.count("near") in (1, 2, 3)
        wrong += (last in agreement.PLURAL) != (verb == "are")
    assert wrong > 100  # the nearest noun is a false clue
    assert {agreement.NUMBER_WORDS[k] for k in target[mask]} == set(agreement.VERBS)


def test_parity_says_whether_the_ones_so_far_are_odd():
    x, target, mask = make("parity", 50)
    assert mask.all() and set(np.unique(x)) == {0, 1}
    for b in range(50):
        for t in range(len(x)):
            assert target[t, b] == int(x[: t + 1, 0, b].sum()) % 2


def test_latest_marked_says_the_letter_under_the_last_mark():
    x, target, mask = make("latest_marked", 400)
    assert mask.all() and x[0, 4].all() and (x[:, :4].sum(axis=1) == 1).all()
    assert abs(x[1:, 4].mean() - 0.1) < 0.02
    for b in range(400):
        for t in range(len(x)):
            (marked,) = np.flatnonzero(x[: t + 1, 4, b])[-1:]
            assert target[t, b] == x[marked, :4, b].argmax()


@pytest.mark.parametrize("name", ["pronoun_gender", "subject_verb"])
def test_every_word_as_target(name):
    x, target, mask = make(name, 5, every_word=True)
    assert mask.all()
    np.testing.assert_array_equal(x[1:].argmax(axis=1), target[:-1])


def test_near_word_hangs_on_the_thing():
    x, target, mask = make("near_word", 100)
    words = np.array(sentences.NEAR_VOCABULARY)[x.argmax(axis=1)]
    np.testing.assert_array_equal(words[-4], np.array(sentences.THINGS)[target[-1]])
    assert (words[[-5, -3, -2, -1]].T == ["the", "are", "in", "the"]).all() and mask[-1].all()
    assert not np.isin(words[:-5], sentences.THINGS).any()


@pytest.mark.parametrize("name", ALL)
def test_bad_sizes(name):
    task, options = getattr(tasks, name.split(",")[0]), ALL[name][1]
    for T, B, which in ((0, 2, "T"), (2.5, 2, "T"), (True, 2, "T"), (40, 0, "B"), (40, None, "B")):
        with pytest.raises(ValueError, match=f"{which}: expected a whole number >= "):
            task(rng(), T, B, **options)
    with pytest.raises(TypeError, match="rng: expected np.random.default_rng"):
        task(np.random.RandomState(0), 40, 2, **options)


def test_bad_sizes_of_the_task_that_takes_a_distance():
    for B, distance, which in (
        (0, 3, "B"),
        (2.0, 3, "B"),
        (2, -1, "distance"),
        (2, "3", "distance"),
    ):
        with pytest.raises(ValueError, match=f"{which}: expected a whole number >= "):
            tasks.country_language(rng(), B, distance)
    with pytest.raises(TypeError, match="rng: expected np.random.default_rng"):
        tasks.country_language(np.random.RandomState(0), 2, 3)


def test_every_task_says_where_it_is_from():
    for name in {name.split(",")[0] for name in ALL} | {"country_language"}:
        said = getattr(tasks, name).__doc__
        assert "Source: " in said, name


def test_what_adding_up_reaches_in_the_multiplication_problem():
    """The levels that the docstring states, by exact integration over both numbers."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    nodes, weights = (nodes + 1) / 2, weights / 2
    x, y = (grid.ravel() for grid in np.meshgrid(nodes, nodes))
    root = np.sqrt(np.outer(weights, weights).ravel())
    levels = []
    for degree in (0, 1, 2):  # of the best polynomial in the sum
        powers = np.vander(x + y, degree + 1)
        levels.append(np.linalg.lstsq(powers * root[:, None], x * y * root)[1][0])
    # Given the sum s <= 1, x is uniform on 0 to s; the other half of the sums mirrors this one.
    s, u = (grid.ravel() for grid in np.meshgrid(nodes, nodes))
    product, share = u * s * (s - u * s), np.outer(weights, weights).ravel()
    mean = s**2 / 6
    levels.append(2 * np.sum(share * s * (product - mean) ** 2))
    for text, level in zip(("7/144", "1/144", "1/504", "1/540"), levels, strict=True):
        top, bottom = map(int, text.split("/"))
        assert text in tasks.multiplication.__doc__ and level == pytest.approx(top / bottom)
    x, target, mask = tasks.multiplication(rng(), 2, 100_000)
    total = np.vander(x[:, 0].sum(axis=0), 3)
    error = np.linalg.lstsq(total, target[1, 0])[1][0] / 100_000
    assert error == pytest.approx(1 / 504, rel=0.03)


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("adding", {"shortest": 41}, "shortest: expected at most T = 40, got 41"),
        ("adding", {"shortest": 1}, "shortest: expected a whole number >= 2"),
        ("temporal_order", {"signals": 4}, "signals: expected 2 or 3"),
        ("temporal_order", {"signals": 2.0}, "signals: expected a whole number"),
        ("temporal_order", {"signals": [2]}, "signals: expected a whole number"),
        ("two_sequence", {"clue_noise": "a"}, "clue_noise: expected a variance >= 0, got 'a'"),
        ("two_sequence", {"target_noise": None}, "target_noise: expected a variance"),
        ("recall", {"items": 2.0, "slots": 4}, "items: expected a whole number >= 1, got 2.0"),
        ("recall", {"slots": 4.0}, "slots: expected a whole number >= 1, got 4.0"),
        ("subject_verb", {"phrases": 1.5}, r"phrases: expected \(fewest, most\), got 1.5"),
        ("two_sequence", {"N": 0}, "N: expected a whole number"),
        ("two_sequence", {"clue_noise": -1}, "clue_noise: expected a variance"),
        ("two_sequence", {"target_noise": np.nan}, "target_noise: expected a variance"),
        ("adding_1997", {"shortest": 19}, "shortest: expected a whole number >= 20"),
        ("multiplication_1997", {"shortest": 41}, "shortest: expected at most T = 40, got 41"),
        ("long_lag", {"asked": "x"}, "asked: expected one of every step, the end, x or y, got 'x'"),
        ("distractors", {"q": 38}, "T: expected a whole number >= 41, got 40"),
        ("distractors", {"q": 3.0}, "q: expected a whole number >= 1, got 3.0"),
        ("distractors", {"q": 3, "p": 0}, "p: expected a whole number >= 1, got 0"),
        ("copy", {"items": 21}, "T: expected a whole number >= 42"),
        ("copy", {"symbols": 1}, "symbols: expected a whole number >= 2"),
        ("recall", {"items": 4, "slots": 3}, "slots: expected at least items = 4, got 3"),
        ("spike_delays", {"F": 39}, "T: expected a whole number >= 41"),
        ("pronoun_gender", {"phrases": (2, 1)}, "phrases: expected fewest <= most"),
        ("pronoun_gender", {"phrases": 12}, "T: expected a whole number >= 42"),
        ("subject_verb", {"phrases": (1, 2, 3)}, r"phrases: expected \(fewest, most\)"),
        ("subject_verb", {"phrases": (-1, 2)}, "phrases: expected a whole number >= 0"),
    ],
)
def test_bad_options(name, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(tasks, name)(rng(), 40, 2, **options)


def test_lengths_of_a_mask():
    mask = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 0]], bool)
    np.testing.assert_array_equal(tasks.lengths(mask), [2, 3, 1])
    for bad in (mask & [True, True, False], mask.astype(int), mask[0]):
        with pytest.raises(ValueError, match=r"mask: expected booleans \(T, B\)"):
            tasks.lengths(bad)
