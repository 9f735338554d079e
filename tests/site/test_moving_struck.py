"""The figure `struck` by keys and by the pointer, its numbers against the package."""

import moving_node
import moving_page
import node
import pytest
from moving_page import answered, line, number_in, put, rows
from moving_struck import FOUR, LETTERS, errors

CAROUSEL = f"#moving-struck-{LETTERS['c from c']}"
pytestmark = pytest.mark.skipif(node.node() is None, reason=node.NONE)


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        put(page, "struck")
        yield page


def compare(page, settings, struck):
    """The errors of the table are those of the derivation without these summands."""
    (found,) = moving_node.computed("struck", dict(settings, struck=""))
    wanted = errors(found["numbers"]["given"], struck)
    for name, error, _ in rows(page):
        name = name.replace("₀", "_0")
        assert number_in(error) == pytest.approx(wanted[name], rel=6e-3, abs=1e-12), name


def test_the_first_picture(page):
    """The carousel is struck out, gradients are wrong, and the check of one matrix passes."""
    assert page.get_by_role("button", pressed=True).count() == 1
    assert line(page).endswith("The check passes.")
    compare(page, FOUR[0], ["c from c"])


def test_by_keys(page):
    page.locator(CAROUSEL).press("Enter")
    assert line(page) == "All gradients are right. The check passes, as it should."
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    here = page.evaluate("document.activeElement.id")
    assert here == f"moving-struck-{LETTERS['o from h']}"
    page.keyboard.press("Space")
    page.get_by_role("button", name="six steps").press("Enter")
    page.get_by_label("steps", exact=True).press("ArrowLeft")
    assert "The check sees it" in line(page)
    compare(page, dict(FOUR[3], T=5), ["o from h"])


def test_by_pointer(page):
    assert answered(page)[0] is False
    page.locator(CAROUSEL).click()
    part = page.get_by_role("button", name="strike out W_cxᵀ δ_c̃,t in the error of x")
    part.click()
    assert answered(page) == (
        False,
        "With two steps and a look at all parameters: the button sets them.",
    )
    page.get_by_role("button", name="two steps").click()
    assert line(page).endswith("The check passes.")
    compare(page, FOUR[2], ["x from c_tilde"])
    assert answered(page)[0] is True
    page.get_by_label("these, x, h₀ and c₀").check()
    assert "The check sees it, at x" in line(page)
    assert answered(page)[0] is False
    sizes = [box.bounding_box() for box in page.locator("#moving-struck .moving-press rect").all()]
    assert min(min(box["width"], box["height"]) for box in sizes) >= 25
