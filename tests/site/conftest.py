"""The built site on a local server, and a Chromium to look at it."""

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from places import ROOT
from playwright.sync_api import sync_playwright

BROWSER_MISSING = pytest.StashKey[bool]()
HTML = ROOT / "_build" / "html"
SCREENSHOTS = ROOT / "_build" / "screenshots"  # of pages of which a test failed
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
NO_BROWSER = (
    "The browser part did NOT run: no Chromium was found. Install it (Debian: apt-get install "
    "chromium; macOS: brew install --cask chromium; anywhere: .venv/bin/python -m playwright "
    "install chromium), or give its path in the variable CHROMIUM."
)


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


def find_chromium(playwright):
    """Path of a Chromium, or None."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), MAC]
    candidates.append(playwright.chromium.executable_path)  # what Playwright itself installed
    return next((path for path in candidates if path and Path(path).exists()), None)


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
        path = find_chromium(playwright)
        if path is None:
            request.config.stash[BROWSER_MISSING] = True
            if os.environ.get("CI", "").lower() in ("1", "true"):
                pytest.fail("no Chromium, and CI must have one", pytrace=False)
            pytest.skip("no Chromium: the browser part did NOT run, see above how to install it")
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


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
