"""Where an installed Chromium is: for `make pdf` and for the browser tests."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
ARGUMENTS = ("--disable-dev-shm-usage", "--disable-gpu")
INSTALL = (
    "Install it (Debian: apt-get install chromium; macOS: brew install --cask chromium; anywhere: "
    ".venv/bin/python -m playwright install chromium), or give its path in the variable CHROMIUM."
)


def find(playwright):
    """Path of a Chromium, or None."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), MAC]
    candidates.append(playwright.chromium.executable_path)  # what Playwright itself installed
    return next((path for path in candidates if path and Path(path).exists()), None)
