"""The figure of the carry, driven by keys and by hand."""

import moving_page
import pytest


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        moving_page.put(page, "carry")
        yield page


def line(window, width, digit, carry):
    return (
        f"Window of {width}: {window} of 10 right; state: 10. Digit {digit}: carry {carry}, w·h ="
    )


def press(page, number, digit):
    """Turn a digit over by a key."""
    label = f"digit {digit} of the {number} number: "
    page.locator(f'.moving-press[aria-label^="{label}"]').press("Enter")


def test_by_keys(page):
    """1000000000 and 1111111111: the first pair makes a carry, all others pass it on."""
    assert line(7, 3, 5, 1) in moving_page.line(page)
    for digit in (2, 4, 6, 8, 9):
        press(page, "first", digit)
    for digit in (2, 4, 7, 10):
        press(page, "second", digit)
    page.get_by_role("slider", name="digit that is asked").press("End")
    handle = page.locator(".moving-handle[aria-label='digits in the window']")
    handle.focus()
    for width, right in ((4, 4), (5, 5), (6, 6)):
        handle.press("ArrowRight")
        assert line(right, width, 10, 1) in moving_page.line(page)
        assert moving_page.answered(page)[0] is (width == 6)
    for _ in range(4):
        handle.press("ArrowRight")
    assert line(10, 10, 10, 1) in moving_page.line(page)
    right, says = moving_page.answered(page)
    assert not right and "sees everything" in says


def test_one_stop_of_tab_and_the_arrows_from_there(page):
    assert page.locator(".moving-press[tabindex='0']").count() == 1
    page.locator(".moving-press[tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)  # the last one leads nowhere
    page.keyboard.press("Enter")
    moving_page.settle(page)
    assert "carry.second=0010110110" in page.url


def test_by_hand(page):
    unit = page.locator(".moving-picture").bounding_box()["width"] / 408  # of the viewBox
    moving_page.drag(page, "digits in the window", -68 * unit, 0)  # two columns
    assert line(9, 5, 5, 1) in moving_page.line(page)
    page.locator('.moving-press[aria-label^="digit 1 of the first number"]').click()
    assert line(10, 5, 5, 0) in moving_page.line(page)
    for part in (".moving-press", ".moving-handle rect"):
        box = page.locator(part).first.bounding_box()
        assert min(box["width"], box["height"]) >= 24
