"""What the site folds stands at the end on paper: solutions and code, linked there and back."""

from bs4 import BeautifulSoup

SOLUTIONS = "Solutions"
CODE = "Folded code"
CODE_SAID = (
    "What the site folds: imports, drawings, tables, and the checks of every number in the text. "
    "Each piece stands in the notebook at the place that its title leads to."
)


def element(name, text=None, **attributes):
    """A new tag; `class_` is its class."""
    attributes = {key.rstrip("_"): value for key, value in attributes.items()}
    tag = BeautifulSoup("", "html.parser").new_tag(name, attrs=attributes)
    if text is not None:
        tag.string = text
    return tag


def place(target):
    """A page number, which is written in when it is known."""
    return element("span", **{"class": "page-of", "data-of": target})


def pointer(target, words, kind):
    """A line that leads to what was moved: a link and the number of its page."""
    line = element("p", **{"class": f"aside {kind}"})
    line.append(element("a", words, href=f"#{target}"))
    line.append(" · page ")
    line.append(place(target))
    return line


def heading(page, level="h3"):
    """A heading below which something of a page stands, and leads to it."""
    head = element(level)
    head.append(element("a", page.title, href=f"#{page.slug}"))
    return head


def chapter(name, pages, take, said=None):
    """A page at the end with all that `take` takes out of the pages; None if that is nothing."""
    section = element("section")
    section.append(element("h1", name, id=name.lower().replace(" ", "-")))
    if said:
        section.append(element("p", said))
    found = False
    for page in pages:
        head, several = heading(page, "h2"), take(page)
        if several:
            section.append(head)
            section.extend(several)
            found = True
    return section if found else None


def take_solutions(page):
    """Take the solutions out of a page; each exercise leads to its own, which leads back."""
    taken = []
    for solution in page.article.select("div.solution"):
        back = solution.select_one(".admonition-title a[href^='#']")
        exercise = back and page.article.find(id=back["href"][1:])
        if exercise is None:  # of no exercise of this page: it stays
            continue
        exercise.append(pointer(solution["id"], "Solution", "to-solution"))
        back.insert_after(place(exercise["id"]))
        back.insert_after(" · page ")
        taken.append(solution.extract())
    return taken


def take_code(page):
    """Take the folded code out of a page; in its place a line says where it is."""
    taken = []
    for number, details in enumerate(page.article.select("details.hide"), 1):
        words = details.select_one(".collapsed").get_text(strip=True).removeprefix("Show ")
        here, there = f"{page.slug}.folded-{number}", f"{page.slug}.code-{number}"
        block = element("div", id=there, **{"class": "folded"})
        line = element("p", **{"class": "folded-title"})
        line.append(element("a", words, href=f"#{here}"))
        block.append(line)
        block.extend(inside.extract() for inside in details.select(".cell_input"))
        mark = pointer(there, words, "to-code")
        mark["id"] = here
        details.replace_with(mark)
        taken.append(block)
    gather(page.article)
    return taken


def gather(article):
    """Lines that lead to code and stand below each other become one."""
    for cell in article.select("div.cell:has(> .to-code)"):
        before = cell.find_previous_sibling()
        if before is None or "cell" not in before.get("class", ()):
            continue
        lines = before.find_all(True, recursive=False)
        if lines and "to-code" in lines[-1].get("class", ()):
            line = cell.select_one(".to-code")
            line.name = "span"
            line["class"] = "also"
            lines[-1].append(line.extract())


def unfold(page):
    """What is still folded on a page is shown; its summary becomes a line above."""
    for details in page.article.select("details"):
        summary = details.find("summary")
        if summary is not None:
            summary.name = "p"
            summary.attrs = {"class": "summary"}
        details.name = "div"
        details.attrs.pop("open", None)
