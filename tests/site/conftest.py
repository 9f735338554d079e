"""The built site on a local server, and a Chromium to look at it."""

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import chromium
import pytest
from places import ROOT
from playwright.sync_api import sync_playwright

BROWSER_MISSING = pytest.StashKey[bool]()
HTML = ROOT / "_build" / "html"
SCREENSHOTS = ROOT / "_build" / "screenshots"  # of pages of which a test failed
NO_BROWSER = f"The browser part did NOT run: no Chromium was found. {chromium.INSTALL}"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def html():
    """Folder of the built site."""
    if not (HTML / "index.html").exists():
        pytest.fail("There is no built site: run `make book` first")
    return HTML


@pytest.fixture(scope="session")
def server(html):
    """Address of the site, without a slash at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(html))) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


def pytest_collection_modifyitems(items):
    """Before the pages, one by one, what looks at all of them; then the largest page first."""

    def place(item):
        if "visit" not in getattr(item, "fixturenames", ()):
            return -1, 0
        page = HTML / f"{item.callspec.params['visit']}.html"
        return 0, -page.stat().st_size if page.exists() else 0

    items.sort(key=place)


# Ends with the module: Playwright's event loop must be gone when nbval starts its kernels.
@pytest.fixture(scope="module")
def browser(request):
    with sync_playwright() as playwright:
        path = chromium.find(playwright)
        if path is None:
            request.config.stash[BROWSER_MISSING] = True
            if os.environ.get("CI", "").lower() in ("1", "true"):
                pytest.fail("no Chromium, and CI must have one", pytrace=False)
            pytest.skip("no Chromium: the browser part did NOT run, see above how to install it")
        running = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
        yield running
        running.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A picture of the page that a failed test was looking at."""
    report = yield
    visit = getattr(item, "funcargs", {}).get("visit")
    if report.failed and report.when == "call" and visit is not None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        name = "".join(letter if letter.isalnum() else "_" for letter in item.name)
        visit.page.screenshot(path=SCREENSHOTS / f"{name}.png")
    return report


def pytest_terminal_summary(terminalreporter, config):
    if config.stash.get(BROWSER_MISSING, False):
        terminalreporter.section("browser")
        terminalreporter.write_line(NO_BROWSER)
