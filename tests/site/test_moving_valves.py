"""The figure of three valves, driven by keys and by hand; its numbers against the package."""

import moving_page
import numpy as np
import pytest

from lstm_ref.cells import lstm


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        moving_page.put(page, "valves")
        yield page


def said(value):
    return f"{value:.3f}".replace("-", "−")


def held(value, f, steps):
    """c and, read, h so many steps after the value was written."""
    W = {name: np.zeros((1, 1)) for name in lstm.SHAPES} | {"W_cx": np.ones((1, 1))}
    shut, open_ = np.array([[-40.0]]), np.array([[40.0]])
    wait = np.log(f) - np.log1p(-f) if f < 1 else 40.0
    state = np.zeros((1, 1)), np.zeros((1, 1))
    for t in range(steps + 1):
        W |= {"b_i": shut if t else open_, "b_o": open_, "b_f": np.array([[wait]])}
        state, _ = lstm.step(W, np.array([[value]]), state)
    return state[1].item(), state[0].item()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).press("Enter")


def to_step(page, keys):
    page.locator(".moving-handle[aria-label=step]").focus()
    for key in keys:
        page.keyboard.press(key)


def test_by_keys(page):
    c, h = held(0.9, 0.9, 9)
    assert f"c = {said(c)}" in moving_page.line(page) and f"h = {said(h)}" in moving_page.line(page)
    press(page, "Do not read at step 12")
    assert "h = 0.000" in moving_page.line(page)
    right, says = moving_page.answered(page)
    assert not right and "holds 0.645" in says
    page.get_by_role("slider", name="f while waiting").press("End")
    to_step(page, ["End", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft"])
    c, h = held(0.9, 1, 33)
    line = moving_page.line(page)
    assert "Step 36" in line and f"c = {said(c)}" in line and f"h = {said(h)}" in line
    assert moving_page.answered(page)[0] is True
    page.get_by_role("radio", name="o stuck open").press("Space")
    right, says = moving_page.answered(page)
    assert not right and "it is seen" in says


def test_by_hand(page):
    """The cursor goes where its track is pressed, and follows the finger."""
    track = page.locator(".moving-handle[aria-label=step] rect").bounding_box()
    unit = page.locator(".moving-picture").bounding_box()["width"] / 400  # of the viewBox
    step = lambda t: (track["x"] + (8 + 9 * (t - 0.5)) * unit, track["y"] + track["height"] / 2)  # noqa: E731
    page.mouse.click(*step(20))
    assert "Step 20" in moving_page.line(page)
    page.get_by_role("button", name="Write at step 20").click()
    assert f"c = {said(np.tanh(0.9))}" in moving_page.line(page)
    moving_page.drag(page, "step", 90 * unit, 0)
    line = moving_page.line(page)
    assert "Step 30" in line and f"c = {said(held(0.9, 0.9, 10)[0])}" in line
    page.get_by_role("button", name="Read at step 30").click()
    assert f"h = {said(held(0.9, 0.9, 10)[1])}" in moving_page.line(page)


def test_fingers_have_room(page):
    box = page.locator(".moving-handle[aria-label=step] rect").bounding_box()
    assert box["height"] >= 24
