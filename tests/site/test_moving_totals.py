"""The figure `totals` by keys and by the pointer, its numbers against the package."""

import moving_page
import pytest
from moving_lstm import totals
from moving_page import answered, line, number_in, put, rows


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        yield page


def shown(page):
    """The three numbers of the picture."""
    labels = [bar.get_attribute("aria-label") for bar in page.locator(".moving-press").all()[-3:]]
    return [number_in(label.partition(": ")[2]) for label in labels]


def compare(page, k, lag):
    result = totals(k)[1][lag - 1]
    wanted = [result[name] for name in ("line", "totals", "all")]
    assert shown(page) == pytest.approx(wanted, rel=6e-3)
    assert [number_in(v) for v in rows(page)[lag - 1][2:5]] == pytest.approx(wanted, rel=6e-3)


def test_by_keys(page):
    put(page, "totals")
    assert answered(page)[0] is False
    page.get_by_label("recurrent weights times").focus()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    node = page.get_by_role("button", name="to c at step 4")
    node.focus()
    page.keyboard.press("Enter")
    assert node.get_attribute("aria-pressed") == "true"
    bar = page.get_by_role("button", name="the product of totals")
    bar.focus()
    page.keyboard.press("Space")
    assert page.get_by_label("the product of totals", exact=True).is_checked()
    compare(page, -0.5, 3)
    assert answered(page)[0] is True


def test_by_pointer(page):
    put(page, "totals", "totals.k=1.5")
    page.get_by_role("button", name="to c at step 7").click()
    assert "From c₁ to c₇" in line(page)
    compare(page, 1.5, 6)
    box = page.get_by_role("button", name="to c at step 2").locator("circle").first.bounding_box()
    assert min(box["width"], box["height"]) >= 24
