"""The figure `scrub` by keys and by the pointer, its numbers against the package."""

import moving_page
import pytest
from moving_elman import scrub
from moving_page import answered, line, put, rows


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        put(page, "scrub")
        yield page


def words(values):
    return "(" + ", ".join("0" if v == 0 else f"{v:.3f}" for v in values) + ")"


def test_by_keys(page):
    """Back in time by the slider: each moment says the numbers of its step."""
    steps, _ = scrub()
    slider = page.get_by_label("moment")
    slider.focus()
    for t in (2, 3):
        page.keyboard.press("ArrowLeft")
        assert line(page).startswith(
            f"Backwards, step {t}: δ{'₀₁₂₃'[t]} = {words(steps[t - 1]['delta'])}."
        )
    for t in (3, 2, 1):
        page.keyboard.press("ArrowLeft")
        assert line(page) == f"Forwards, step {t}: h{'₀₁₂₃'[t]} = {words(steps[t - 1]['h'])}."
    page.keyboard.press("End")
    assert answered(page)[0] is False
    page.get_by_label("second number of h₂").press("Space")
    assert answered(page)[0] is True


def test_by_pointer(page):
    """All uses of a weight are pressed at once, and their terms add up."""
    page.get_by_role("button", name="W_hx at step 2").click()
    pressed = page.get_by_role("button", pressed=True)
    labels = [one.get_attribute("aria-label") for one in pressed.all()]
    assert labels == [f"W_hx at step {t}" for t in (1, 2, 3)]
    steps, sums = scrub()
    assert line(page).endswith(f"All three terms of W_hx together: {words(sums['W_hx'])}.")
    found = [row[-1] for row in rows(page)]
    assert found == [*(words(step["W_hx"]) for step in steps), words(sums["W_hx"])]
    boxes = [box.bounding_box() for box in page.locator("#moving-scrub .moving-press > rect").all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 25
