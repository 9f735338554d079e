"""What holds for every moving figure, in a real browser."""

import re

import moving_page
import pytest
from axe_playwright_python.sync_playwright import Axe

from lstm_ref.book import moving

FIGURE = re.compile(r'<div class="moving" data-figure="([\w-]+)"')


def pages_of(html):
    """Name of a figure -> the pages that show it."""
    found = {name: [] for name in moving.names()}
    for path in sorted(html.rglob("*.html")):
        for name in {*FIGURE.findall(path.read_text(encoding="utf-8"))}:
            found[name].append(path.relative_to(html).as_posix())
    return found


def test_every_figure_stands_on_a_page_and_only_there_its_script(html):
    for name, pages in pages_of(html).items():
        assert pages, name
        for path in html.rglob("*.html"):
            text = path.read_text(encoding="utf-8")
            shown = path.relative_to(html).as_posix() in pages
            assert (f"figures/{name}.js" in text) == shown, (name, path)


@pytest.fixture
def page(browser):
    with moving_page.narrow(browser) as page:
        yield page


every = pytest.mark.parametrize("name", moving.names())


@every
def test_still_is_the_first_state(page, name):
    """Bringing it to life changes nothing that is seen, so nothing on the page moves."""
    moving_page.put(page, name)
    line = page.locator(".moving-line").inner_text()
    assert line and line in page.evaluate(
        "html => new DOMParser().parseFromString(html, 'text/html').body.textContent",
        moving.show(name).html,
    )


@every
def test_accessible_and_narrow(page, name):
    moving_page.put(page, name)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


CONTROLS = (
    "input[type=range], [role=slider], .moving-control input[type=radio], input[type=checkbox], "
    "select, .moving-press"
)


def address(page):
    return page.evaluate("location.href")


def moved(page):
    """Press keys on the first control until the address says that the state is another one."""
    page.locator(f".moving :is({CONTROLS})").first.focus()
    old = address(page)
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "Enter", "Space"):
        page.keyboard.press(key)
        page.wait_for_timeout(100)
        if address(page) != old:
            return
    raise AssertionError("no key changes the state")


@every
def test_moved_by_keys_linked_and_reset(page, name):
    """A change by a key is in the address, which brings it back; Reset takes it back."""
    moving_page.put(page, name)
    first, start = page.locator(f"#moving-{name}").inner_html(), address(page)
    moved(page)
    link, says = address(page), page.locator(".moving-line").inner_text()
    assert f"{name}." in link
    page.get_by_role("button", name="Reset").click()
    page.wait_for_timeout(100)
    assert address(page) == start
    assert page.locator(f"#moving-{name}").inner_html() == first
    moving_page.put(page, name, link.partition("?")[2])
    page.wait_for_timeout(100)
    assert page.locator(".moving-line").inner_text() == says


@every
def test_asks_and_judges(page, name):
    moving_page.put(page, name)
    page.get_by_role("button", name="Check", exact=True).click()
    says = page.locator(".moving-ask [role=status]")
    assert says.get_attribute("data-right") == "no" and says.inner_text()


@every
def test_without_scripts_the_picture_alone(browser, html, name):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((html / pages_of(html)[name][0]).as_uri())
    figure = page.locator(f"#moving-{name}")
    assert figure.locator("svg").first.is_visible()
    assert figure.locator(".moving-controls").count() > 0
    assert figure.locator(".moving-controls:visible").count() == 0
    context.close()
