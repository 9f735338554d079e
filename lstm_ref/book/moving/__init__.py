"""The moving figures of the book in their first state: what a notebook and the paper show of them.

On the site a script brings them to life (book/figures). `make figures` writes the files NAME.html
beside this module, from the same code that moves them.
"""

import html
import re
from importlib import resources

ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r'(?:<th scope="row">|<td>)(.*?)</t[hd]>', re.DOTALL)


class Still:
    """A figure in its first state; a notebook shows it as HTML."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.html = (resources.files(__name__) / f"{name}.html").read_text(encoding="utf-8").strip()

    def rows(self) -> list[list[str]]:
        """The rows of the figure's table, as they are shown, without its head."""
        found = (CELL.findall(row) for row in ROW.findall(self.html))
        return [[html.unescape(word) for word in row] for row in found if row]

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Still({self.name!r})"


def names() -> list[str]:
    """The names of all moving figures, in alphabetical order."""
    found = (file.name for file in resources.files(__name__).iterdir())
    return sorted(name.removesuffix(".html") for name in found if name.endswith(".html"))


def show(name: str) -> Still:
    """The figure with this name. Raises ValueError for a name that none has."""
    if name not in names():
        raise ValueError(f"name: expected one of {', '.join(names())}, got {name!r}")
    return Still(name)
