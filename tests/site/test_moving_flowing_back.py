"""The figure `flowing-back` by keys and by the pointer, its numbers against the package."""

import moving_page
import pytest
from moving_lstm import flowing_back
from moving_page import answered, line, number_in, put, rows


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        yield page


def compare(page, enters, **state):
    """All δ of the table, and of the labels of the nodes."""
    wanted = flowing_back(enters, **state)
    for row in rows(page):
        t, h, o, c, _, _, c_tilde, i, f = map(number_in, row)
        found = dict(h=h, o=o, c=c, c_tilde=c_tilde, i=i, f=f)
        for name, values in wanted.items():
            assert found[name] == pytest.approx(values[int(t) - 1], rel=6e-3), (name, t)
    label = page.locator("#moving-flowing-back-c2").get_attribute("aria-label")
    assert number_in(label.rpartition(": ")[2]) == pytest.approx(wanted["c"][1], abs=6e-4)


def test_by_keys(page):
    """From the node that is chosen the arrows lead to all others, and each says its δ."""
    put(page, "flowing-back")
    assert answered(page)[0] is False
    page.locator("#moving-flowing-back-c5").focus()
    for key in ("ArrowLeft", "ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") == "moving-flowing-back-i3"
    assert line(page).startswith("δ of i at step 3 = ")
    for _ in range(4):
        page.get_by_label("bias of the forget gate").press("ArrowLeft")
    compare(page, [0, 0, 0, 0, 0, 1], bias=-1.0)
    assert answered(page)[0] is True
    for _ in range(4):
        page.get_by_label("steps gone back").press("ArrowLeft")
    assert line(page) == "δ of i at step 3 is not reached yet: go further back."


def test_by_pointer(page):
    put(page, "flowing-back")
    page.get_by_role("button", name="error that enters at step 3: 0").click()
    for _ in range(2):
        page.get_by_role("button", name="error that enters at step 6").click()
    page.get_by_label("carousel alone").check()
    page.locator("#moving-flowing-back-c2").click()
    wanted = flowing_back([0, 0, 1, 0, 0, 0], ways="line")["c"][1]
    assert line(page).endswith(f" = {wanted:.3f}.")
    compare(page, [0, 0, 1, 0, 0, 0], ways="line")
    box = page.locator("#moving-flowing-back-f2 rect").bounding_box()
    assert min(box["width"], box["height"]) >= 25
