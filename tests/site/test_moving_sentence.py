"""The figure `sentence`, driven by keys and by a pointer."""

import moving_page
import numpy as np
import pytest

SHOWN = "Shown: at “them” singular; at “because” female, singular."


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        moving_page.put(page, "sentence")
        yield page


def test_by_keys_to_the_story(page):
    assert moving_page.line(page).endswith("Shown: nothing.")
    assert not moving_page.answered(page)[0]
    for name in ("number at them", "number at because", "gender at because"):
        page.get_by_role("button", name=f"o of the {name}").focus()
        page.keyboard.press("Enter")
    assert moving_page.line(page).endswith(SHOWN)
    assert moving_page.answered(page)[0]
    page.get_by_role("button", name="o of the gender at them").focus()
    page.keyboard.press("Space")
    assert not moving_page.answered(page)[0]


def test_by_a_pointer(page):
    page.get_by_role("button", name="begin anew").click()
    for word in ("girls", "who", "saw", "boy"):
        page.get_by_role("button", name=word, exact=True).click()
    kept = f"{np.tanh(3) / (1 + np.exp(-8)):.2f}"  # i times the candidate
    assert f"gender {kept}, number {kept}" in moving_page.line(page)
    page.get_by_role("button", name="take back").click()
    assert f"gender −{kept}, number −{kept}" in moving_page.line(page)
    page.get_by_role("button", name="o of the number at who").click()
    assert moving_page.line(page).endswith("Shown: at “who” plural.")
    assert "sentence.words=lfng" in page.url
