"""The figure of the fading sentence, driven by keys and by hand; numbers against the package."""

import json

import moving_page
import numpy as np
import pytest
from places import ROOT

from lstm_ref.cells import elman, lstm

STORED = json.loads((ROOT / "book/figures/data/fading.json").read_text(encoding="utf-8"))
SIZES = {"H": 16, "D": 15, "1": 1}


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        moving_page.put(page, "fading")
        yield page


def last_ten(kind, distance, bias=0.0):
    """The share of the last ten words, as the line says it."""
    cell = {"RNN": elman, "LSTM": lstm}[kind]
    params = {
        name: np.array(STORED[f"{kind}.{name}"]).reshape([SIZES[letter] for letter in word])
        for name, word in cell.SHAPES.items()
    }
    if kind == "LSTM":
        params["b_f"] = np.full((16, 1), bias)
    words = np.array(STORED["words"][:2] + STORED["words"][42 - distance :])
    _, last, tape = cell.forward(params, np.eye(15)[words][:, :, None])
    back = (np.array(STORED["error"])[:, None], *(0 * state for state in last[1:]))
    sizes = np.linalg.norm(cell.backward(params, tape, None, back)[1][:, :, 0], axis=1)
    return f"the last ten {100 * sizes[-10:].sum() / sizes.sum():.3g} % of all"


def test_by_keys(page):
    assert last_ten("RNN", 30) in moving_page.line(page)
    page.get_by_role("slider", name="words between").press("End")
    assert last_ten("RNN", 40) in moving_page.line(page)
    right, says = moving_page.answered(page)
    assert not right and "nothing to set" in says
    page.get_by_role("radio", name="LSTM").press("Space")
    assert last_ten("LSTM", 40, 1.0) in moving_page.line(page)
    bias = page.get_by_role("slider", name="forget bias")
    for _ in range(10):
        bias.press("ArrowRight")
    assert last_ten("LSTM", 40, 2.0) in moving_page.line(page)
    assert moving_page.answered(page)[0] is True


def test_by_hand(page):
    page.get_by_role("radio", name="LSTM").click()
    slider = page.get_by_role("slider", name="words between")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + 2, box["y"] + box["height"] / 2)
    line = moving_page.line(page)
    assert "LSTM: the clue has 0.79" in line and last_ten("LSTM", 0, 1.0) in line
    shades = page.locator(".moving-picture rect")
    assert shades.count() == 3
    depths = [float(shades.nth(k).get_attribute("fill-opacity")) for k in range(3)]
    assert max(depths) == 0.5 and min(depths) > 0.1
