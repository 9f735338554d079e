"""The figure of bias and half-life, driven by keys and by hand; its numbers against the package."""

import moving_page
import numpy as np
import pytest

from lstm_ref.cells.activations import sigmoid


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        moving_page.put(page, "half-life")
        yield page


def says(bias):
    f = sigmoid(bias)
    return f"b = {bias:.2f}: f = {f:.4f}, half-life {-np.log(2) / np.log(f):.1f} steps"


def test_by_keys(page):
    page.locator(".moving-handle[aria-label='forget bias']").focus()
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    assert says(1.5) in moving_page.line(page)
    assert moving_page.answered(page)[0] is False
    page.keyboard.press("Tab")
    page.get_by_role("slider", name="forget bias").last.focus()
    for _ in range(91):
        page.keyboard.press("ArrowRight")
    assert says(6.05) in moving_page.line(page)
    assert moving_page.answered(page)[0] is True


def test_by_hand(page):
    unit = page.locator(".moving-picture").bounding_box()["width"] / 400  # of the viewBox
    moving_page.drag(page, "forget bias", 3 * (390 - 34) / 11 * unit, 0)
    assert says(4.0) in moving_page.line(page)
    box = page.locator(".moving-handle circle").first.bounding_box()
    assert min(box["width"], box["height"]) >= 24
