"""The chapters for their reader: little code in the way, a figure early, exercises that judge.

What a reader sees at once is visible; `hide-input` folds a cell, and `remove-*` takes it off the
page.
"""

import re
import tomllib

import nbformat
import pytest
from places import ROOT

from lstm_ref.book.exercises import table

NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
# At most so many visible lines of code, blank ones aside.
VISIBLE = {
    "01_rnn": 62,
    "02_long_dependencies": 64,
    "03_gates": 98,
    "04_forward": 89,
    "05_symbolic_bptt": 119,
    "06_variants": 129,
    "07_your_own_cell": 162,
    "08_checking_gradients": 295,
    "09_same_numbers_elsewhere": 156,
    "10_training": 175,
    "11_inside_a_trained_lstm": 171,
    "12_finite_memory": 221,
    "13_1997_again": 100,
    "14_odyssey": 60,
}
COLUMNS, FIRST_CELLS, CHECKED = 78, 6, 3
FOLDED = {"hide-input", "hide-cell", "remove-cell", "remove-input"}
JUDGE = re.compile(r"""\bjudge\(\s*["']([^"']*)["']""")


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def visible(notebook):
    return [cell for cell in code(notebook) if not FOLDED & {*cell.metadata.get("tags", [])}]


def lines(cells):
    return [line for cell in cells for line in cell.source.splitlines() if line.strip()]


def has_figure(cell):
    """A picture among the outputs, or one that Markdown brings in."""
    if cell.cell_type == "markdown":
        return "```{figure}" in cell.source or "![" in cell.source
    shown = [data for output in cell.get("outputs", []) for data in output.get("data", {}).items()]
    return any(mime.startswith("image/") or "<svg" in str(text) for mime, text in shown)


def only_imports(cell):
    return all(re.match(r"(import|from|style\.use)\b|[ )]", line) for line in lines([cell]))


def labels(notebook, directive):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    if directive == "exercise":
        return re.findall(r"\{exercise\}[^\n]*\n:label: (\S+)", text)
    return re.findall(r"\{solution(?:-start)?\} (\S+)", text)


def faults(notebook, most):
    """What stands in the reader's way, as sentences."""
    seen = visible(notebook)
    long = [line for line in lines(code(notebook)) if len(line) > COLUMNS]
    figures = [number for number, cell in enumerate(notebook.cells) if has_figure(cell)]
    found = {
        f"{len(lines(seen))} visible lines of code, at most {most}": len(lines(seen)) > most,
        f"lines over {COLUMNS} columns: {long}": long,
        f"the first figure is in cell {figures[:1]}": figures[:1] > [FIRST_CELLS - 1]
        or not figures,
        "it opens with code": notebook.cells[0].cell_type != "markdown",
        "it opens on imports": seen and only_imports(seen[0]),
        "an answer in sight: verdict(": any("verdict(" in cell.source for cell in code(notebook)),
    }
    return [text for text, bad in found.items() if bad] + faults_of_exercises(notebook)


def faults_of_exercises(notebook):
    checked = [label for cell in visible(notebook) for label in JUDGE.findall(cell.source)]
    known = table.everything()
    few = len({*checked}) < CHECKED
    found = [f"{len({*checked})} checked exercises, at least {CHECKED}"] * few
    for name in ("exercise", "solution"):
        there = labels(notebook, name)
        found += [f"{label} has no {name}" for label in checked if label not in there]
    return found + [f"{label} is not in the table" for label in checked if label not in known]


@pytest.mark.parametrize("name", VISIBLE)
def test_the_reader_comes_first(name):
    assert faults(nbformat.read(NOTEBOOKS[name], as_version=4), VISIBLE[name]) == []


def test_every_chapter_is_looked_at():
    assert [*VISIBLE] == [*NOTEBOOKS]


def test_ruff_holds_the_columns_of_every_chapter():
    said = tomllib.loads((ROOT / "notebooks" / "ruff.toml").read_text(encoding="utf-8"))
    assert said["line-length"] == COLUMNS
    assert not {"exclude", "extend-exclude"} & said.keys()


def planted(*changed):
    """A short notebook without a fault, and some cells changed: (number, source, tags)."""
    new = nbformat.v4
    cells = [new.new_markdown_cell("# Title\n\nWhy?"), new.new_code_cell("import numpy as np")]
    cells[1].metadata.tags = ["hide-input"]
    cells += [
        new.new_markdown_cell("```{figure} a.svg\nA caption.\n```"),
        new.new_code_cell("c = f * c"),
    ]
    for label in ("ex-rnn-a", "ex-rnn-b", "ex-rnn-c"):
        cells.append(
            new.new_markdown_cell(f"````{{exercise}} Title\n:label: {label}\nHow many?\n````")
        )
        cells.append(new.new_code_cell(f'answer = None\nprint(judge("{label}", answer))'))
        cells.append(new.new_markdown_cell(f"````{{solution}} {label}\nSo many.\n````"))
    for number, source, tags in changed:
        cells[number].source = source
        cells[number].metadata.tags = tags
    return new.new_notebook(cells=cells)


@pytest.fixture
def three(monkeypatch):
    known = dict.fromkeys(("ex-rnn-a", "ex-rnn-b", "ex-rnn-c"))
    monkeypatch.setattr(table, "everything", lambda: known)
    return known


def test_a_chapter_without_fault(three):
    assert faults(planted(), 7) == []


@pytest.mark.parametrize(
    "changed, says",
    [
        ((3, "a = 1\n\nb = 2", []), "8 visible lines of code, at most 7"),
        ((1, "a = " + "1 + " * 20 + "1", ["hide-input"]), "lines over 78 columns"),
        ((2, "No picture.", []), "the first figure is in cell []"),
        ((1, "import numpy as np\nstyle.use()", []), "it opens on imports"),
        (
            (5, 'print(judge("ex-rnn-a", answer))', ["hide-input"]),
            "2 checked exercises, at least 3",
        ),
        ((5, "print(verdict(answer, 3))", []), "an answer in sight: verdict("),
        ((5, 'print(judge("ex-rnn-d", answer))', []), "ex-rnn-d is not in the table"),
        ((4, "How many?", []), "ex-rnn-a has no exercise"),
        ((6, "So many.", []), "ex-rnn-a has no solution"),
    ],
)
def test_a_fault_is_seen(three, changed, says):
    assert any(says in fault for fault in faults(planted(changed), 7))
    late = [("x = 1", []) for _ in range(FIRST_CELLS)]
    notebook = planted()
    notebook.cells[2:2] = [nbformat.v4.new_markdown_cell(source) for source, _ in late]
    assert "the first figure is in cell [8]" in faults(notebook, 7)
