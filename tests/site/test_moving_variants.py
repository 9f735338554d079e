"""The figure `variants`, driven by keys and by a pointer."""

import moving_page
import numpy as np
import pytest

from lstm_ref.cells import lstm

VALUES = [0.8, -0.3, 0.5, -0.6, 0.2, -0.9, 0.4, -0.2, 0.6, -0.5]


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        moving_page.put(page, "variants")
        yield page


def outputs(b_f, b_i=-3.0):
    """h of the LSTM of the figure at all steps."""
    rows = dict(i=(0, 6, 0.5, b_i), f=(0, -6, -0.5, b_f), c=(2, 0, 0.5, 0), o=(0, 0, 0.5, 2))
    params = {}
    for g, (value, mark, h, b) in rows.items():
        params |= {f"W_{g}x": np.array([[value, mark]], dtype=float)}
        params |= {f"W_{g}h": np.array([[h]]), f"b_{g}": np.array([[float(b)]])}
    x = np.array([[[v], [float(t in (0, 5))]] for t, v in enumerate(VALUES)])
    return lstm.forward(params, x)[0][:, 0, 0]


def says(t, b_f):
    one, coupled = outputs(b_f), outputs(3.0)
    apart = np.abs(one - coupled).max()
    text = f"LSTM {one[t - 1]:.3f}, CIFG {coupled[t - 1]:.3f}, ", f"at most {apart:.3f}."
    return [part.replace("-", "−") for part in text]


def test_by_keys(page):
    for part in says(6, 1.0):
        assert part in moving_page.line(page)
    assert not moving_page.answered(page)[0]
    page.get_by_role("slider", name="b_f of the LSTM").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.get_by_role("slider", name="step t").focus()
    page.keyboard.press("End")
    for part in says(10, 3.0):
        assert part in moving_page.line(page)
    assert moving_page.answered(page)[0]


def test_by_a_pointer(page):
    assert page.locator(".variants-terms del").count() == 5
    page.get_by_role("button", name="One state").click()
    moving_page.settle(page)
    assert page.locator(".variants-gone").count() == page.locator(".variants-new").count() == 1
    assert "variants.cell=GRU" in page.url
    page.get_by_role("button", name="Back to the LSTM").click()
    moving_page.settle(page)
    assert page.locator(".variants-terms :is(del, ins)").count() == 0
    moving_page.drag(page, "step t", -60, 0)
    t = int(page.locator('.moving-handle[aria-label="step t"]').get_attribute("aria-valuenow"))
    assert 1 < t < 6
    assert says(t, 1.0)[0] in moving_page.line(page)
