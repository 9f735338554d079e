"""Ids that are unique in the combined page, and links that lead to them."""

import posixpath
import re
from urllib.parse import unquote, urlsplit

from pdf import site

LISTS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns")
OUTSIDE = ("http", "https", "mailto")
URL = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")


class Lost(ValueError):
    """Links of a page that lead to nothing."""


def new_ids(page):
    """Old id -> new one, for every id of the page; of those that occur twice the first counts."""
    ids = {}
    for tag in page.article.find_all(id=True):
        if tag["id"] in ids:
            del tag["id"]  # a browser goes to the first as well
            continue
        new = f"{page.slug}.{re.sub(r'[^A-Za-z0-9_.-]', '-', tag['id'])}"
        while new in ids.values():
            new += "-"
        ids[tag["id"]] = new
    return ids


def put_ids(page, ids):
    """Write the new ids, and all that names one except links."""
    for tag in page.article.find_all(True):
        for key, value in [*tag.attrs.items()]:
            if key == "id":
                tag["id"] = ids[value]
            elif key in LISTS:
                words = value if isinstance(value, list) else value.split()
                tag[key] = " ".join(ids.get(word, word) for word in words)
            elif isinstance(value, str) and "url(" in value:
                tag[key] = in_text(value, ids)
            elif tag.name != "a" and key in ("href", "xlink:href") and value.startswith("#"):
                tag[key] = "#" + ids.get(value[1:], value[1:])  # <use> of an SVG
        if tag.name == "style" and tag.string:
            selectors = re.sub(
                r"#([\w-]+)(?=[^{}]*\{)", lambda m: f"#{ids.get(m[1], m[1])}", tag.string
            )
            tag.string = in_text(selectors, ids)


def in_text(text, ids):
    return URL.sub(lambda found: f"url(#{ids.get(found[1], found[1])})", text)


def put_links(page, ids):
    """Links to pages of the book lead to their place here; `ids`: of each page, by its name.

    A link to anything else of the site (a file, the index) becomes its text, one outside stays.
    Raises `Lost` with what leads to a place that a page of the book does not have.
    """
    lost = []
    for link in page.article.find_all("a", href=True):
        address = urlsplit(link["href"])
        if address.scheme in OUTSIDE:
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), address.path))
        name = target.removesuffix(".html") if address.path else page.name
        where = unquote(address.fragment)
        if name not in ids or (address.path and not target.endswith(".html")):
            link.unwrap()
        elif not where:
            link["href"] = f"#{site.slug(name)}"
        elif where in ids[name]:
            link["href"] = f"#{ids[name][where]}"
        else:
            lost.append(link["href"])
    if lost:
        raise Lost(f"{page.name}: links to places that are not there: {', '.join(lost)}")


def join(pages):
    """Give all pages ids of their own and links to each other."""
    ids = {page.name: new_ids(page) for page in pages}
    for page in pages:
        put_ids(page, ids[page.name])
        put_links(page, ids)
