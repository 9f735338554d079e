"""The figure `sentence-gates`, driven by keys and by a pointer."""

import moving_page
import numpy as np
import pytest

from lstm_ref.book import weights
from lstm_ref.learn import inside
from lstm_ref.learn.tasks import agreement

NET = weights.load("inside-gender")["LSTM"][1]


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        moving_page.put(page, "sentence-gates")
        yield page


def expected(subject, twin, at, near="boy"):
    """Both answers with their leads as the line says them; `at` counts in the second sentence."""
    line = "the king sees a girl near a queen and he smiles . the {} meets a woman near a {} and"
    eye = np.eye(len(agreement.GENDER_WORDS))
    x, other = (
        np.stack([eye[agreement.GENDER_WORDS.index(w)] for w in line.format(who, near).split()])
        for who in (subject, twin)
    )
    texts = inside.genders(1)._replace(x=x[:, :, None], new_twin=other[:, :, None])
    leads = inside.transplant({k: v.astype(float) for k, v in NET.items()}, [13], texts, at)
    return [f"{'she' if v > 0 else 'he'}, by {abs(v.item()):.1f}." for v in leads]


def test_by_keys(page):
    before, after = expected("prince", "princess", at=7)
    assert moving_page.line(page) == f"The net expects {before}"
    assert not moving_page.answered(page)[0]
    page.get_by_label("take it from the twin").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="behind boy").focus()
    page.keyboard.press("Enter")
    line = moving_page.line(page)
    assert line.startswith(f"The net expects {before}") and line.endswith(f"“boy”: {after}")
    assert moving_page.answered(page)[0]
    page.get_by_role("slider", name="unit").focus()
    page.keyboard.press("ArrowLeft")
    assert not moving_page.answered(page)[0]


def test_by_a_pointer(page):
    page.get_by_label("noun 4").select_option("queen")
    page.get_by_label("noun 6").select_option("man")
    page.get_by_label("take it from the twin").check()
    page.get_by_role("button", name="behind meets").click()
    before, after = expected("queen", "king", at=2, near="man")
    line = moving_page.line(page)
    assert before in line and "reads king for queen" in line and line.endswith(after)
    assert "sentence-gates.subject2=queen" in page.url
    page.get_by_role("button", name="unit 2:").click()
    assert "With unit 2 taken" in moving_page.line(page)
