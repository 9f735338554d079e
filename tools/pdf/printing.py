"""Chromium prints the combined page: typeset, fitted, numbered, twice."""

import mimetypes
from contextlib import contextmanager
from pathlib import Path

import chromium
import matplotlib
from playwright.sync_api import sync_playwright

from pdf import result

HOME = "http://book.invalid/"  # answered here: nothing is fetched
PAGE = f"{HOME}book.html"
MINUTES = 15
# The text of an A4 page, in CSS pixels; print.css has the margins.
WIDTH, HEIGHT = 620, 930
SMALLEST = 0.55  # of a formula or a table, against the text around it
FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")  # print.css names them
FIT = Path(__file__).with_name("fit.js")
READY = """async () => {
  await MathJax.startup.promise;
  await document.fonts.ready;
  await Promise.all(Array.from(document.images, (image) => image.decode()));
}"""
WRONG = """() => Array.from(document.querySelectorAll("mjx-merror, [data-mjx-error]"),
  (tag) => tag.textContent + " " + (tag.dataset.mjxError || ""))"""
NUMBER = """(numbers) => document.querySelectorAll(".page-of").forEach((place) => {
  place.textContent = numbers[place.dataset.of];
})"""


class NoBrowser(RuntimeError):
    """There is no Chromium."""


class NotPrinted(RuntimeError):
    """The combined page has a fault that would be seen on paper."""


def pdf(text, folder, browser, say=lambda words: None):
    """The combined page as PDF, bytes; what it shows lies in the folder of the site.

    The second printing has the page numbers that were found in the first. `say` is told what is
    done: for a whole book each step takes a minute or more.
    """
    with opened(text, folder, browser) as page:
        say("formulas are typeset")
        prepare(page)
        places = page.eval_on_selector_all(".page-of", "all => all.map((one) => one.dataset.of)")
        page.evaluate(NUMBER, dict.fromkeys(places, "000"))
        say("printed once, for the numbers of the pages")
        numbers = result.numbers(printed(page))
        if missing := sorted(set(places) - numbers.keys()):
            raise NotPrinted(f"no page has what these lead to: {', '.join(missing)}")
        page.evaluate(NUMBER, {place: str(numbers[place]) for place in places})
        say("printed with them")
        data = printed(page)
    if result.numbers(data) != numbers:
        raise NotPrinted("page numbers are not those of the first printing")
    return data


@contextmanager
def chromium_running():
    """A Chromium of this machine. Raises `NoBrowser` where there is none."""
    with sync_playwright() as playwright:
        path = chromium.find(playwright)
        if path is None:
            raise NoBrowser(f"no Chromium was found. {chromium.INSTALL}")
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def opened(text, folder, browser):
    """The combined page in a browser that reads the folder of the site and nothing else."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.set_default_timeout(MINUTES * 60_000)
    page.emulate_media(media="print", color_scheme="light", reduced_motion="reduce")
    page.route("**/*", lambda route: answer(route, text, Path(folder)))
    missing = []
    page.on("requestfailed", lambda request: missing.append(request.url))
    page.goto(PAGE)
    if missing:
        raise NotPrinted(f"the site has not: {', '.join(missing)}")
    yield page
    page.close()


def answer(route, text, folder):
    """Give the page itself, a file of the site, or nothing."""
    address = route.request.url.partition("?")[0]
    if address == PAGE:
        route.fulfill(body=text, content_type="text/html; charset=utf-8")
        return
    for start, place in ((f"{HOME}fonts/", FONTS), (HOME, folder)):
        path = (place / address.removeprefix(start)).resolve()
        if address.startswith(start) and path.is_file() and path.is_relative_to(place.resolve()):
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            route.fulfill(body=path.read_bytes(), content_type=kind)
            return
    route.abort()


def prepare(page):
    """Wait until all is there and typeset; make too large things fit."""
    page.evaluate(READY)
    if wrong := page.evaluate(WRONG):
        raise NotPrinted(f"formulas that MathJax could not set: {'; '.join(wrong)}")
    room = {"height": HEIGHT, "smallest": SMALLEST}
    if left := page.evaluate(FIT.read_text(encoding="utf-8"), room):
        raise NotPrinted("too large for a page: " + "; ".join(left))


def printed(page):
    """What Chromium prints now: with tags and bookmarks, in the size that the style sheet says."""
    return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
