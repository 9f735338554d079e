"""The page book/errata.md: every entry is computed, and every number it measures is ours."""

import re

import errata_libraries
import errata_texts
import errata_tutorials
import errata_vectors
import numpy as np
import pytest
import wrong_lstm as wrong
from errata_common import EXACT, PARAMETERS, error, problem
from places import ROOT

PAGE = ROOT / "book" / "errata.md"
SECTION = re.compile(r"^\(errata-([a-z0-9-]+)\)=\n### (.+)\n((?:(?!^\(errata-|^## ).*\n)*)", re.M)
ENTRIES = {label: text for label, _, text in SECTION.findall(PAGE.read_text(encoding="utf-8"))}
# Names of things that hold digits: entries, equations, indices, the interval of a gate.
NOT_MEASURED = r"d\w+(\[\d\])+|entry (\[\d\])+|equation \d+|_\d|\$\(0, 1\)\$|N\(0, 0\.5\^2\)|= 0\$"


def numbers_of(label):
    """The function that computes an entry has the name of its label."""
    name = label.replace("-", "_")
    for module in (errata_texts, errata_tutorials, errata_libraries, errata_vectors):
        if hasattr(module, name):
            return getattr(module, name)
    raise AssertionError(f"no function {name} computes the entry errata-{label}")


def measured(text):
    """All paragraphs that begin with "**Measured.**", and what follows them up to a blank line."""
    return " ".join(re.findall(r"\*\*Measured\.\*\* ((?:.+\n)+)", text)).replace("\n", " ")


def test_the_page_has_its_entries():
    headings = re.findall(r"^### ", PAGE.read_text(encoding="utf-8"), re.M)
    assert len(ENTRIES) == len(headings) == 23


@pytest.mark.parametrize("label", ENTRIES)
def test_entry(label):
    """Each phrase of the test is on the page; without them no number is left there."""
    said = measured(ENTRIES[label])
    assert said, "no paragraph that begins with **Measured.**"
    for phrase in sorted(numbers_of(label)(), key=len, reverse=True):
        assert phrase in said, f"the page does not say {phrase!r}: {said}"
        said = said.replace(phrase, "", 1)
    said = re.sub(NOT_MEASURED, "", said)
    left = re.findall(r"\d[\d.,]*", said)
    assert not left, f"numbers that no test computed: {left} in {said}"


@pytest.mark.parametrize("label", ENTRIES)
def test_an_entry_says_what_was_read(label):
    assert "**Read**" in ENTRIES[label] or label == "notes"


def test_the_setting_is_the_one_described():
    tensors, errors = problem(5, 0)
    assert len(PARAMETERS) == 12
    assert tensors["x"].shape == (5, 4, 3) and tensors["W_fh"].shape == (6, 6)
    assert errors["dh"].shape == (5, 6, 3) and not np.any(errors["dstate_T"])
    assert 0.4 < np.std(np.concatenate([v.ravel() for v in tensors.values()])) < 0.6
    assert wrong.worst({k: 0 * v for k, v in tensors.items()}, tensors) == 1
    tensors, errors = problem(5, 0, zero=True, last=True)
    assert not tensors["h_0"].any() and not errors["dh"][:-1].any() and errors["dh"][-1].any()


def test_without_a_mistake_the_small_lstm_is_right():
    assert max(error(wrong.right, T) for T in (1, 2, 3, 20)) < EXACT


@pytest.mark.parametrize(
    "mistake",
    [
        wrong.no_carousel,
        wrong.h_path_without_carousel,
        wrong.h_before_c,
        wrong.printed_formulas,
        wrong.cut,
        wrong.notebook,
        wrong.slopes_at_values,
        wrong.carry_before_slope,
        wrong.no_tanh,
        wrong.slopes_with_b_o,
    ],
    ids=lambda step: step.__name__,
)
def test_every_mistake_shows_from_three_steps_on(mistake):
    assert error(mistake, 3) > 0.1
