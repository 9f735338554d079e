"""Training in the page, driven by keys and by hand; its numbers against the package."""

import re

import moving_page
import numpy as np
import page_stream
import pytest
from axe_playwright_python.sync_playwright import Axe

from lstm_ref.book.moving import training
from lstm_ref.cells.resolve import resolve

CELLS = {"ELMAN": {}, "GRU_AFTER": {}, "LSTM": {"forget_bias": 3}}
ALONE = "train.rnn=0&train.gru=0&train.cut=0"
PATIENCE = 60_000  # milliseconds; the machine may have other work


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        yield page


def says(page, pattern):
    """Wait until the line matches; the match."""
    page.wait_for_function(
        "pattern => new RegExp(pattern).test(document.querySelector('.moving-line').innerText)",
        arg=pattern,
        timeout=PATIENCE,
    )
    return re.search(pattern, page.locator(".moving-line").inner_text())


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def rows(page):
    """The rows of the table: text of the cells."""
    return page.locator(".moving-numbers tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
    )


def test_thirty_updates_by_keys(page):
    moving_page.put(page, "train", "train.distance=5&train.rate=3&train.seed=7")
    assert "Press Start" in moving_page.line(page)
    button(page, "10 updates").focus()
    for n in (10, 20, 30):
        page.keyboard.press("Enter")
        says(page, f"Paused, {n} updates")
    found = rows(page)
    assert [row[0] for row in found] == ["0", "10", "20", "30"]
    settings = {"distance": 5, "rate": 0.01, "seed": 7}
    for k, (name, start) in enumerate(CELLS.items()):
        losses, shares = page_stream.by_the_package(resolve(name), settings, 30, start)
        right, loss = 1 + 2 * k, 2 + 2 * k
        assert [found[0][right], found[3][right]] == [f"{share:.2f}" for share in shares]
        assert f" {found[3][right]}" in page.locator(".moving-line").inner_text()
        means = losses.reshape(3, 10).mean(axis=1)
        np.testing.assert_allclose([float(row[loss]) for row in found[1:]], means, rtol=1e-5)
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()


def test_pause_resume_stop_by_hand(page):
    moving_page.put(page, "train", "train.distance=0")
    button(page, "Start").click()
    says(page, "Running, (50|100)")
    button(page, "Pause").click()
    n = says(page, r"Paused, (\d+) updates")[1]
    page.wait_for_timeout(300)
    assert f"Paused, {n} updates" in moving_page.line(page)
    button(page, "10 updates").click()
    says(page, f"Paused, {int(n) + 10} updates")
    button(page, "Resume").click()
    says(page, f"Running, (?!{n} )")
    button(page, "Stop").click()
    says(page, "Stopped")
    count = len(rows(page))
    page.wait_for_timeout(300)
    assert len(rows(page)) == count > 1
    button(page, "10 updates").click()  # another run, from the start
    says(page, "Paused, 10 updates")
    assert len(rows(page)) == 2


def test_without_cells_nothing_starts(page):
    moving_page.put(page, "train", f"train.lstm=0&{ALONE}")
    for name in ("Start", "10 updates", "Stop"):
        button(page, name).click(force=True)
        assert button(page, name).get_attribute("aria-disabled") == "true"
    assert "Press Start" in moving_page.line(page)


def test_other_settings_are_another_run_and_reset_brings_the_stored_one(page):
    moving_page.put(page, "train")
    first = page.locator("#moving-train").inner_html()
    button(page, "10 updates").click()
    says(page, "Paused, 10 updates")
    seed = page.get_by_role("slider", name="seed")
    seed.focus()
    page.keyboard.press("ArrowRight")
    assert "Press Start" in moving_page.line(page) and "seed 2" in moving_page.line(page)
    assert "train.seed=2" in page.evaluate("location.href") and rows(page) == []
    button(page, "Reset").click()
    moving_page.settle(page)
    assert page.locator("#moving-train").inner_html() == first
    button(page, "10 updates").click()
    says(page, "Paused, 10 updates")
    button(page, "Reset").click()
    moving_page.settle(page)
    assert page.locator("#moving-train").inner_html() == first


def test_the_stored_run_is_this_run(page):
    moving_page.put(page, "train")
    stored = rows(page)
    button(page, "10 updates").click()
    says(page, "Paused, 10 updates")
    assert rows(page) == stored[:2]


def test_the_challenge(page):
    moving_page.put(page, "train", f"train.distance=30&train.forget=7&{ALONE}")
    assert "Press Start" in moving_page.answered(page)[1]
    button(page, "Start").click()
    says(page, "Running, (1[05]0|2)|Done")
    assert moving_page.answered(page)[0] is True


def test_the_challenge_is_refused(page):
    moving_page.put(page, "train", f"train.distance=30&train.forget=1&{ALONE}")
    button(page, "10 updates").click()
    says(page, "Paused, 10 updates")
    right, why = moving_page.answered(page)
    assert not right and "After 10 updates" in why


def test_less_motion(browser):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    moving_page.put(page, "train", "train.distance=0")
    button(page, "Start").click()
    seen = set()
    while "Done" not in page.locator(".moving-line").inner_text():
        seen.add(len(rows(page)))
        page.wait_for_timeout(20)
    assert seen <= {0, 1, 6, 11, 16, 21, 26, 31} and len(rows(page)) == 31
    context.close()


def test_a_cell_of_the_catalogue_from_a_folder(page, html):
    """Opened as a file, where a worker may load nothing."""
    address = (html / "notebooks" / "10_training.html").as_uri()
    page.goto(f"{address}?train.distance=5&train.other=JANET")
    page.wait_for_selector("#moving-train[data-moving=yes]")
    button(page, "10 updates").click()
    says(page, "Paused, 10 updates.*JANET")
    losses, _ = page_stream.by_the_package(
        resolve("JANET"), {"distance": 5, "rate": 0.02, "seed": 1}, 10
    )
    assert np.isclose(float(rows(page)[1][-1]), losses.mean(), rtol=1e-5)


def test_the_code_of_every_cell_is_there(html):
    found = {path.stem for path in (html / "_static" / "figures" / "cells").glob("*.js")}
    assert found == {*training.names()}


def test_code_that_is_not_there(browser):
    page = browser.new_page()  # its console says that the file is missing
    moving_page.put(page, "train", "train.other=MGU")
    button(page, "Start").click()
    says(page, "Nothing is trained: the code of MGU is not there")
    page.close()
