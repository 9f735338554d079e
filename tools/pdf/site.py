"""The built pages in the order of the book, without what only a screen can use."""

import posixpath
import re
from dataclasses import dataclass

import yaml
from bs4 import BeautifulSoup, Tag

FRONT = "Before the chapters"  # the part that has no caption in _toc.yml
# Fields and buttons, marks for the mouse, scripts; files that lie beside the site.
SCREEN = (
    "script:not([type='text/x-latex']), .headerlink, .viewcode-link, .copybtn, .derive-app, "
    ".toctree-wrapper, .answer, .cells-filter, .cells-of, .moving-controls, .only-dark, "
    "link, details.cell-code, details.cell-vectors, input, textarea, select, [hidden]"
)
LATER = "text/x-latex"  # a formula that the site typesets when it is opened
ALIGNED = re.compile(r"\\begin\{aligned\}(.*)\\end\{aligned\}", re.S)


@dataclass
class Page:
    """A page: its path without suffix, what stands for it in ids, its title, its article."""

    name: str
    slug: str
    title: str
    article: Tag


def parts(toc):
    """(caption, names of pages) of each part of the book, from the text of _toc.yml."""
    toc = yaml.safe_load(toc)
    found = []
    for part in toc["parts"]:
        names = [] if found else [toc["root"]]
        for chapter in part["chapters"]:
            names += [chapter["file"], *(one["file"] for one in chapter.get("sections", []))]
        found.append((part.get("caption", FRONT), names))
    return found


def slug(name):
    """What stands for a page in the ids of the combined page."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)


def load(html, name):
    """The page of this name in the folder of the site, made fit for paper."""
    text = (html / f"{name}.html").read_text(encoding="utf-8")
    return read(text, name)


def read(text, name):
    """The page from its HTML."""
    article = BeautifulSoup(text, "html.parser").select_one("article.bd-article")
    if article is None:
        raise ValueError(f"{name}: expected a page with an article, got none")
    for tag in article.select(SCREEN):
        tag.decompose()
    for tag in article.select("button"):  # equations of a figure at rest may be pressed
        tag.name, tag.attrs = "div", {}
    typeset_all(article)
    link_cards(article)
    name_images(article, posixpath.dirname(name))
    return Page(name, slug(name), " ".join(article.find("h1").get_text().split()), article)


def typeset_all(article):
    """Formulas that wait until they are opened become formulas as all others are.

    Those of all cells are higher than a page: each of their equations is a formula of its own, with
    its result and without the steps that lead there, which the site has.
    """
    for script in article.select(f"script[type='{LATER}']"):
        box = script.parent
        box["class"] = [*box.get("class", []), "math"]
        script.replace_with("".join(f"\\[{one}\\]" for one in equations(script.string)))


def equations(latex):
    """The equations of an `aligned`, which begin with a left side, each as an `aligned`."""
    inside = ALIGNED.fullmatch(latex.strip())
    if inside is None:
        return [latex]
    groups = []
    for row in rows(inside[1]):
        if groups and row.lstrip().startswith("&"):
            groups[-1].append(row)
        else:
            groups.append([row])
    lines = ["\\\\".join(without_steps(group)) for group in groups]
    return [f"\\begin{{aligned}}{line}\\end{{aligned}}" for line in lines]


def without_steps(group):
    """Of `a = b = c`, a row each and what goes on below, `a = c`."""
    last = max(k for k, row in enumerate(group) if k == 0 or row.lstrip().startswith("&="))
    left = group[0].partition("&=")[0]
    return group if last == 0 else [left + group[last].lstrip(), *group[last + 1 :]]


def rows(latex):
    """What stands between the line ends that are in no inner environment."""
    found, depth = [""], 0
    for part in re.split(r"(\\begin\{|\\end\{|\\\\)", latex):
        depth += (part == "\\begin{") - (part == "\\end{")
        if part == "\\\\" and depth == 0:
            found.append("")
        else:
            found[-1] += part
    return found


def link_cards(article):
    """The link that covers a card becomes one of its title."""
    for link in article.select("a.sd-stretched-link"):
        title = link.find_parent(class_="sd-card").select_one(".sd-card-title")
        if title is not None:
            title.string = title.get_text(strip=True)
            inner = BeautifulSoup("", "html.parser").new_tag("a", href=link["href"])
            title.string.wrap(inner)
        link.decompose()


def name_images(article, folder):
    """Images by their path from the top of the site."""
    for image in article.select("img[src]"):
        if not re.match(r"[a-z]+:", image["src"]):
            image["src"] = posixpath.normpath(posixpath.join(folder, image["src"]))
        image.attrs.pop("loading", None)  # all are there when it is printed
