"""The figure of paths, driven by keys and by hand; its numbers against the package."""

import moving_page
import numpy as np
import pytest

from lstm_ref.cells import elman


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        moving_page.put(page, "cobweb")
        yield page


def ends(w, *starts):
    """Where the paths are after 20 steps, as the line writes it."""
    params = dict(W_hh=np.array([[w]]), W_hx=np.zeros((1, 1)), b_h=np.zeros((1, 1)))
    h, _, _ = elman.forward(params, np.zeros((20, 1, len(starts))), (np.array([starts]),))
    return [f"{value:.4f}".replace("-", "−") for value in h[-1, 0]]


def test_by_keys(page):
    weight = page.get_by_role("slider", name="recurrent weight w")
    weight.focus()
    for _ in range(22):
        page.keyboard.press("ArrowRight")
    line = moving_page.line(page)
    for end in ends(2.0, 0.8, 0.9):
        assert end in line
    assert moving_page.answered(page)[0] is False
    start = page.locator(".moving-handle[aria-label='start h₀']")
    start.focus()
    for _ in range(45):
        page.keyboard.press("ArrowLeft")
    page.get_by_role("slider", name="distance of the neighbour").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    line = moving_page.line(page)
    for end in ends(2.0, -0.1, 0.08):
        assert end in line
    assert moving_page.answered(page)[0] is True


def test_by_hand(page):
    unit = page.locator(".moving-picture").bounding_box()["width"] / 412  # of the viewBox
    moving_page.drag(page, "start h₀", -120 * unit, 0)  # 120 a whole number of h
    for end in ends(0.9, -0.2, -0.1):
        assert end in moving_page.line(page)
