"""Exercises that judge an answer in the page, without a kernel.

Below an exercise of the table `lstm_ref.book.exercises` stands a line that says what to do: run a
cell of the notebook. Where the answer is a formula, a number, a short tuple or a word,
`exercises.js` puts a field before that line, and the cell itself is left out of the page. What the
script judges by comes from the table; it is encoded, so that nobody who looks at the source reads
the answer.
"""

import base64
import html
import json
import re

import numpy as np
from docutils import nodes
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node

from lstm_ref.book.exercises import table
from lstm_ref.book.exercises.verdict import NOT_YET

JUDGE = re.compile(r"""\bjudge\(\s*["']([^"']+)["']""")
LONGEST_CELL = 4  # lines of one that only takes an answer and judges it
DIGITS = 12  # fewer than two processors may differ in
LINE = """
<div class="answer"{data}>
<p class="answer-line">{text}</p>
</div>
"""
TEXT = "A cell of {notebook} takes your answer and judges it. {how}"
FORMULAS = '<script src="{up}_static/formula.js" defer></script>'
NOTEBOOK = '<a href="{up}_sources/{docname}.ipynb" download>the notebook</a>'
HOW = '<a href="{up}book/how_to_read.html#exercises-that-check-themselves">How?</a>'


def known(label):
    """The checked exercise with this label, or None."""
    words = label.split("-")
    chapter = table.of_chapter(words[1]) if words[1:] and words[1] in table.CHAPTERS else {}
    return chapter.get(label)


def plain(value):
    """A number or an array as JSON takes it, a word as it is."""
    if isinstance(value, str):
        return value
    if hasattr(value, "text"):  # a formula
        return value.text
    return json.loads(json.dumps(np.asarray(value, float).tolist()), parse_float=rounded)


def rounded(text):
    return float(f"{float(text):.{DIGITS}g}")


def encoded(exercise):
    """What the script judges by, in base64."""
    wrong = [[plain(answer), hint] for answer, hint in exercise.pairs]
    data = {"right": plain(exercise.right), "tol": exercise.tol, "wrong": wrong}
    if exercise.is_formula:
        data["letters"] = sorted(exercise.letters)
    return base64.b64encode(json.dumps(data, ensure_ascii=False).encode()).decode()


def line(exercise, docname):
    """The line below an exercise, as HTML; with what the script needs if it can be typed in."""
    up = "../" * docname.count("/")
    text = TEXT.format(notebook=NOTEBOOK.format(up=up, docname=docname), how=HOW.format(up=up))
    data = ""
    if exercise.can_be_typed:
        data = f' data-exercise="{html.escape(exercise.label)}" data-answer="{encoded(exercise)}"'
    return LINE.format(data=data, text=text)


def add_lines(app, doctree):
    """Below every checked exercise its line; the cells that take the answers need no output."""
    docname = app.env.docname
    typed, formulas = set(), False
    for node in doctree.findall(lambda n: isinstance(n, exercise_node | exercise_enumerable_node)):
        exercise = known(node.get("label", ""))
        if exercise is None:
            continue
        if exercise.can_be_typed:
            typed.add(exercise.label)
            formulas = formulas or exercise.is_formula
        node += nodes.raw("", line(exercise, docname), format="html")
    if formulas:
        up = "../" * docname.count("/")
        doctree += nodes.raw("", FORMULAS.format(up=up), format="html")
    for cell in [*doctree.findall(is_cell)]:
        tidy(cell, typed)


def is_cell(node):
    return isinstance(node, nodes.container) and "cell" in node["classes"]


def tidy(cell, typed):
    """Leave out a cell that a field replaces, and an output that only says "not answered yet"."""
    source = next(cell.findall(nodes.literal_block), None)
    labels = JUDGE.findall(source.astext()) if source else []
    if not labels:
        return
    short = len(source.astext().split("\n")) <= LONGEST_CELL
    if short and typed.issuperset(labels):
        cell.parent.remove(cell)
        return
    for output in [*cell.findall(nodes.container)]:
        if "cell_output" in output["classes"] and output.astext().strip() == NOT_YET:
            output.parent.remove(output)


def setup(app):
    app.setup_extension("sphinx_exercise")
    app.connect("doctree-read", add_lines)
    app.add_js_file("exercises.js", defer="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
