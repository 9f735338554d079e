"""A moving figure alone on a page, in a real browser."""

from contextlib import contextmanager

from places import ROOT

from lstm_ref.book import moving

SCRIPTS = ROOT / "book" / "_assets" / "figures"
SHELL = """<!doctype html><html lang="en" data-theme="light"><title>{name}</title>
<style>{css} :root {{ --pst-color-background: #fff }}</style>
<main class="bd-article"><h1>{name}</h1>{html}</main></html>"""


@contextmanager
def narrow(browser, width=360):
    """A page as wide as a phone; at the end nothing may have been said on its console."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    problems = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert problems == []
    page.close()


def put(page, name, query=""):
    """Show a figure, with its scripts loaded, in the state that the query asks for."""
    css = (ROOT / "book/_assets/book.css").read_text(encoding="utf-8")
    css += (SCRIPTS / "figures.css").read_text(encoding="utf-8")
    page.route(
        "**/alone.html*",
        lambda route: route.fulfill(
            content_type="text/html; charset=utf-8",
            body=SHELL.format(name=name, css=css, html=moving.show(name).html),
        ),
    )
    page.goto("http://book.test/alone.html" + (f"?{query}" if query else ""))
    for script in ("base", name):
        page.add_script_tag(path=SCRIPTS / f"{script}.js")
    page.wait_for_selector(f"#moving-{name}[data-moving=yes]")
    settle(page)


def settle(page):
    """Wait until what was changed is drawn."""
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => setTimeout(r, 30)))")


def line(page):
    """The line with the numbers, once drawn."""
    settle(page)
    return page.locator(".moving-line").inner_text()


def answered(page):
    """Press Check: (whether it is right, what is said)."""
    page.get_by_role("button", name="Check", exact=True).click()
    settle(page)
    says = page.locator(".moving-ask [role=status]")
    return says.get_attribute("data-right") == "yes", says.inner_text()


def drag(page, label, x, y):
    """Drag the knob of the handle with this name by so many pixels of the screen."""
    handle = page.locator(f'.moving-handle[aria-label="{label}"]')
    handle.scroll_into_view_if_needed()
    box = handle.locator(".moving-knob").bounding_box()
    start = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + x / 2, start[1] + y / 2)
    page.mouse.move(start[0] + x, start[1] + y)
    page.mouse.up()
    settle(page)


def number_in(text):
    """The number that a figure writes so: with a minus sign, "2.1·10⁻³" where it is small."""
    head, _, power = text.replace("\u2212", "-").partition("·10")
    digits = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(head) * 10.0 ** int(digits or 0)


def rows(page):
    """The table of a figure, unfolded, row by row, as texts."""
    page.locator(".moving-numbers > summary").click()
    found = page.locator(".moving-numbers tbody tr").all()
    return [row.locator("th, td").all_inner_texts() for row in found]
