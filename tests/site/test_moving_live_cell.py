"""The figure `live-cell`, driven by keys and by a pointer."""

import moving_page
import numpy as np
import pytest

from lstm_ref.cells import lstm

PENCIL = dict(f=(0, 0.5, 1), i=(1, 1, 0), c=(2, 1, 0), o=(1, 0.5, 0))


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        moving_page.put(page, "live-cell")
        yield page


def numbers(**moved):
    """c_2 and h_2 of the pencil example, some of its numbers moved; as the line says them."""
    params = {
        name: np.array([[moved.get(name, float(value))]])
        for g, row in PENCIL.items()
        for name, value in zip((f"W_{g}h", f"W_{g}x", f"b_{g}"), row, strict=True)
    }
    x = np.array([moved.get("x1", 1.0), moved.get("x2", -1.0)]).reshape(2, 1, 1)
    h, (_, c), _ = lstm.forward(params, x)
    return f"Step 2: c is {c.item():.3f}, h is {h[1].item():.3f}.".replace("-", "−")


def slider(page, name):
    return page.locator(f'.moving-handle[aria-label="{name}"]')


def test_by_keys_to_a_cell_that_holds(page):
    assert moving_page.line(page) == numbers()
    assert not moving_page.answered(page)[0]
    for name, presses in (("W_ix", 10), ("b_f", 12)):
        slider(page, name).focus()
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
    assert slider(page, "W_ix").get_attribute("aria-valuetext") == "3.50"
    assert moving_page.line(page) == numbers(W_ix=3.5, b_f=4.0)
    assert moving_page.answered(page)[0]


def test_by_a_pointer(page):
    moving_page.drag(page, "x₂", 10, 0)
    value = float(slider(page, "x₂").get_attribute("aria-valuenow"))
    assert -0.9 < value < 0.5
    assert moving_page.line(page) == numbers(x2=value)
    page.get_by_label("backward").check()
    page.get_by_role("button", name="Next step back").click()
    assert "Step 1: δh is" in moving_page.line(page)
    slider(page, "c₀").press("End")
    moving_page.settle(page)
    assert slider(page, "c₀").get_attribute("aria-valuetext") == "2.00"


def opacity(page, wire):
    return float(page.locator(f'[data-wire="{wire}"]').get_attribute("opacity"))


def test_an_equation_lights_its_path(page):
    assert opacity(page, "o") == opacity(page, "kept") == 1
    equation = page.locator(".live-lines button", has_text="tanh c").first
    equation.focus()
    moving_page.settle(page)
    assert opacity(page, "o") == 1 and opacity(page, "kept") < 1
    page.locator(".live-lines button").first.hover()
    moving_page.settle(page)
    assert opacity(page, "o") < 1 and opacity(page, "kept") == 1
    page.mouse.move(0, 0)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Reset").focus()
    moving_page.settle(page)
    assert "live-cell.look=h" in page.url and opacity(page, "net f") < 1


def test_width_is_size_and_hue_is_sign(page):
    def stroke(wire):
        path = page.locator(f'[data-wire="{wire}"] path').first
        return path.get_attribute("stroke"), float(path.get_attribute("stroke-width"))

    below, above = stroke("x in"), stroke("c in")
    assert "below" in below[0] and "above" in above[0]
    assert below[1] == pytest.approx(1.2 + 4.8) and above[1] == pytest.approx(
        1.2 + 4.8 * 0.557, abs=0.01
    )
