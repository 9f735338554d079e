"""Buttons to the repository on every page where the book has an address, and else on none."""

import re

import address
import pytest
from bs4 import BeautifulSoup
from places import ROOT
from test_site import pages

HERE, BRANCH = address.read(ROOT)
SERVICES = re.compile(r"//(colab\.research\.google\.com|mybinder\.org)/")


def wanted(page):
    """The addresses, without their questions, that the buttons of a page lead to."""
    if not HERE:
        return set()
    name = HERE.removeprefix("https://github.com/")
    buttons = {HERE, f"{HERE}/issues/new"}
    if page.startswith("notebooks/"):
        buttons.add(f"https://colab.research.google.com/github/{name}/blob/{BRANCH}/{page}.ipynb")
        buttons.add(f"https://mybinder.org/v2/gh/{name}/{BRANCH}")
    return buttons


@pytest.mark.parametrize("page", pages())
def test_the_buttons_of_a_page_are_those_of_the_address(html, page):
    soup = BeautifulSoup((html / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
    header = soup.select_one(".bd-header-article").find_all("a", href=re.compile("^https?:"))
    anywhere = soup.find_all("a", href=SERVICES)
    assert {a["href"].split("?")[0] for a in [*header, *anywhere]} == wanted(page)
