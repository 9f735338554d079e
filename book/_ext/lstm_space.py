"""Every formula has its room before MathJax is there: no line moves when it is typeset.

Matplotlib sets the formula in the same Computer Modern and says how wide and high it is. The page
gives the room in `ex`, as MathJax makes its letters fit those around them; `book.css` uses it until
the page is typeset. What Matplotlib cannot read gets the room of what is left of it.
"""

import html
import re
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from PIL import Image

MATH = "math notranslate nohighlight"  # the class of what Sphinx writes
FORMULA = re.compile(rf'<(span|div) (class="(?:[\w-]+ )*{MATH}"[^>]*)>(.*?)</\1>', re.DOTALL)
HERE = Path(__file__).parent
SIDES = ("width", "height")

PARSER = MathTextParser("path")
SIZE = 1000  # in which Matplotlib sets: its roundings vanish
STRUT = (0.75, 0.25)  # of a line in a table, in em
BETWEEN = 0.3  # lines of a table
ARGUMENT = r"\{((?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*)\}"
# What Matplotlib does not know, or sets in another way.
KNOWN = [
    (rf"\\boxed\s*{ARGUMENT}", r"{\\:{\1}\\:}"),
    (rf"\\(?:cancel|gf|gi|gc|go)\s*{ARGUMENT}", r"{\1}"),
    (r"\\([td]?frac)(\d)", r"\\\1{\2}"),
    (r"(\\[td]?frac\{\d\})(\d)", r"\1{\2}"),
    (r"(\\[td]?frac\{\d\})(\\[a-z]+)", r"\1{\2}"),
    (rf"\\class\{{[^}}]*\}}{ARGUMENT}", r"{\1}"),
    (rf"\\underbrace{ARGUMENT}", r"{\1}"),
    (r"\\ct(?![a-zA-Z])", r"\\tilde{c}"),
    (r"\\R(?![a-zA-Z])", r"\\mathbb{R}"),
    (r"\\(net|diag)(?![a-zA-Z])", r"\\mathrm{\1}"),
    (r"\\(?:[bB]igg?[lrm]?|limits|nolimits)(?![a-zA-Z])", ""),
    (r"\\tfrac", r"\\frac"),
    (r"\\(?:text|mathbf|textbf)\s*\{", r"\\mathrm{"),
    (r"\\(le|ge|ne)(?![a-zA-Z])", r"\\\1q"),
    (r"\\(?:nonumber|notag)|\\label\{[^}]*\}", ""),
    (r"([_^])\s*\\(top)(?![a-zA-Z])", r"\1{\\\2}"),
]
ENVIRONMENT = re.compile(r"\\begin\{(\w+)\*?\}(?:\{[lcr|]*\})?|\\end\{\w+\*?\}")
BREAK = re.compile(r"\\\\(?:\[[^\]]*\])?")
# How much wider TeX sets these marks than Matplotlib, in em, in the line and in indices.
SPACES = (
    (re.compile(r"[=<>]|\\(?:leq|geq|neq|approx|in|to|leftarrow|rightarrow)(?![a-zA-Z])"), 0.156),
    (re.compile(r"[+*]|(?<=[\w)}] )-|\\(?:cdot|times|odot|pm)(?![a-zA-Z])"), 0.044),
    (re.compile(r"\\partial"), 0.11),
    (re.compile(r"(?<![\\a-zA-Z])[THKNPVf](?![a-zA-Z_])"), 0.07),
    (re.compile(r"(?<!\\),"), -0.05),
)
IN_INDICES = ((re.compile("[-+]"), -0.15), (re.compile(","), -0.11))
INDEX = re.compile(r"[_^]\{([^{}]*)\}")
# What MathJax adds, in em: a frame above and below, limits above and below a displayed sum.
FRAME, UPPER, LOWER = 0.27, 0.85, 0.2


def known(tex):
    """A formula in the words of Matplotlib."""
    before = None
    while before != tex:
        before = tex
        for pattern, other in KNOWN:
            tex = re.sub(pattern, other, tex)
    return " ".join(tex.split())


@cache
def line(tex):
    """Width, height and depth in em of what stands in one line."""
    text = known(tex)
    if not text:
        return 0, 0, 0
    try:
        with mpl.rc_context({"mathtext.fontset": "cm"}):
            width, height, depth, *_ = PARSER.parse(f"${text}$", 72, FontProperties(size=SIZE))
    except ValueError:
        letters = re.sub(r"\\[a-zA-Z]+|[{}^_\\]", "m", text)
        return 0.5 * len(letters), *STRUT
    wider = more(SPACES, INDEX.sub("_", text)) + more(IN_INDICES, " ".join(INDEX.findall(text)))
    return width / SIZE + wider, (height - depth) / SIZE, depth / SIZE


def more(marks, text):
    return sum(size * len(mark.findall(text)) for mark, size in marks)


def rows(tex):
    """The lines of a displayed formula, each as its parts between the marks of alignment."""
    lines = BREAK.split(ENVIRONMENT.sub("", tex))
    return [re.split(r"(?<!\\)&", each) for each in lines if each.strip()]


def displayed(part):
    """Height and depth in em of a part of a displayed line."""
    _, above, below = line(re.sub(r"\\frac(?![a-zA-Z])", r"\\dfrac", part))
    frame = FRAME * ("\\boxed" in part)
    upper = UPPER * bool(re.search(r"\\(?:sum|prod)_(?:\{[^}]*\}|\w)\^", part))
    lower = LOWER * bool(re.search(r"\\(?:sum|prod)_", part))
    return above + max(frame, upper), below + max(frame, lower)


def height(tex):
    """Of a displayed formula, in em."""
    lines = []
    for row in rows(tex):
        above, below = zip(*map(displayed, row), strict=True)
        lines.append((max(above), max(below)))
    if len(lines) == 1 and not ENVIRONMENT.search(tex):
        return sum(lines[0])
    text = sum(max(h, STRUT[0]) + max(d, STRUT[1]) for h, d in lines)
    return text + BETWEEN * (len(lines) - 1)


def style(tag, content):
    """The sizes of a formula, for book.css."""
    tex = html.unescape(re.sub(r'<span class="eqno">.*?</span>', "", content, flags=re.DOTALL))
    tex = re.sub(r"^\s*\\[(\[]|\\[)\]]\s*$", "", tex)
    if tag == "div":
        return f"--h:{height(tex):.2f}"
    width, above, below = line(re.sub(r"\\(sum|prod)_", r"\\\1{}_", tex))
    return f"--w:{width:.2f};--h:{above + below:.2f};--d:{below:.2f}"


def with_room(text):
    """A page in which every formula has its sizes."""

    def opened(found):
        tag, rest, content = found.groups()
        return f'<{tag} {rest} style="{style(tag, content)}">{content}</{tag}>'

    return FORMULA.sub(opened, text)


def pixels(path):
    """Width and height of a picture as a browser shows it, or None where it does not say."""
    if path.suffix == ".svg":
        head = path.read_text(encoding="utf-8")[:2000]
        found = [re.search(rf'<svg[^>]*\s{side}="([\d.]+)(pt|px)?"', head) for side in SIDES]
        if not all(found):
            return None
        return [round(float(one[1]) * (4 / 3 if one[2] == "pt" else 1)) for one in found]
    with Image.open(path) as picture:
        return picture.size


def with_sizes(text, files):
    """A page in which every picture has its size; `files`: name in _images -> path."""

    def sized(found):
        path = files.get(found[1])
        size = pixels(path) if path is not None and " width=" not in found[0] else None
        if size is None:
            return found[0]
        return found[0].replace("<img", f'<img width="{size[0]}" height="{size[1]}"', 1)

    return re.sub(r'<img [^>]*src="[^"]*_images/([^"]+)"[^>]*>', sized, text)


def give_room(app, pagename, templatename, context, doctree):
    """Formulas and pictures of a page get their sizes."""
    if context.get("body"):
        files = {name: Path(app.srcdir, path) for path, name in app.builder.images.items()}
        context["body"] = with_sizes(with_room(context["body"]), files)


def setup(app):
    # Behind the configuration of MathJax, which has priority 500.
    app.add_js_file(None, body=(HERE / "room.js").read_text(encoding="utf-8"), priority=600)
    app.connect("html-page-context", give_room, priority=940)  # the previews are made before
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
