"""Exercises that are answered in the page: the script judges as the package does."""

import sys

import numpy as np
import pytest
from places import ROOT

from lstm_ref.book.exercises import table
from lstm_ref.book.exercises.exercise import Exercise
from lstm_ref.book.exercises.formula import Formula

sys.path.append(str(ROOT / "book" / "_ext"))
import lstm_exercises

ALL = {label: one for label, one in table.everything().items() if one.can_be_typed}
ASSETS = ROOT / "book" / "_assets"
SCRIPT = (ASSETS / "formula.js").read_text(encoding="utf-8")
SCRIPT += (ASSETS / "exercises.js").read_text(encoding="utf-8")
PLANTED = [
    Exercise("ex-a", lambda: 91648, {91136: "Biases?", 22912: "One layer.", 45824: "Two."}),
    Exercise("ex-b", lambda: (3.5, -2e-7), {(1, 2): "A.", (3.5, 3.5): "B.", 7.0: "C."}, tol=0.02),
    Exercise("ex-c", lambda: np.array([0.0, 0.0]), {(1, 2): "A.", (2, 1): "B.", (1, 1): "C."}),
    Exercise("ex-d", lambda: "W_oh", {"W_ih": "A?", "W_fh": "B?", "W_ch": "C?"}),
    Exercise("ex-e", lambda: -0.25, {0.25: "The sign?", 1: "One?", 2: "Two?"}, tol=1e-3),
    Exercise(
        "ex-f",
        lambda: Formula("delta_c[t + 1]*f[t + 1]*(1 - f[t + 1]) + w_oc*sqrt(1 - c[t]**2)"),
        lambda: [
            (Formula("delta_c[t]*f[t + 1]*(1 - f[t + 1]) + w_oc*sqrt(1 - c[t]**2)"), "Which step?"),
            (Formula("delta_c[t + 1]*f[t + 1] + w_oc*sqrt(1 - c[t]**2)"), "The slope?"),
            (Formula("delta_c[t + 1]*f[t + 1]*(1 - f[t + 1])"), "The peephole?"),
        ],
    ),
]
# Other forms of ex-f, near misses, and what is no formula.
FORMULAS = """
w.oc*(1-c[t]^2)**.5 - δ_c[t+1]*f[t+1]*(f[t+1]-1)
w_oc * sqrt((1 - c)*(1 + c)) + delta_c[t + 1]·(f[t + 1] − f[t+1]**2)
exp(log(abs(f[t+1]*w_oc)))*0 + delta_c[t+1]*f[t+1]*(1-f[t+1])/1e0 + w_oc*sqrt(1-c*c)
-(delta_c[t+1]*f[t+1]*(1-f[t+1]) + w_oc*sqrt(1-c[t]**2))
2*(delta_c[t+1]*f[t+1]*(1-f[t+1]) + w_oc*sqrt(1-c[t]**2))
delta_c[t+1]*f[t+1]*(1-f[t+1]) + w_oc*sqrt(1-c[t]**2)*1.001
delta_c[t+1]*f[t+1]*(1-f[t+1]) - w_oc*sqrt(1-c[t]**2)
-c[t]**2 + w_oc + delta_c[t+1] + f[t+1]
2**-1 * w_oc + c + delta_c[t+1] * f[t+1]
2**3**-1 * w_oc + c + delta_c[t+1] * f[t+1]
1 - w_oc - c - delta_c[t+1] - f[t+1]
w_oc / c / delta_c[t+1] / f[t+1]
tanh(sigma(w_oc)) + sigmoid(c) + delta_c[t+1] + f[t+1]
delta_c[t+1]*f[t+1]
delta_c[t]
h[t]
f[t]
c[t-1]
f[t+2]
f[0]
f[s]
f @ c[t]
w_oc @ c[t]
(f[t+1]
f[t+1])
f[t+1] *
* 3
2 c[t]
c(t)
relu(c)
alert(1)
constructor(c)
toString(c)
c.constructor
__proto__
c = 3
c if c else c
lambda: c
'c'
c; c
1e999
( )
sqrt()
sqrt(c, c)
""".strip().split("\n")


def near(one):
    """Answers around the right one, inside and outside the tolerance, and the wrong ones."""
    found = [answer for answer, _ in one.pairs]
    if one.is_formula:
        return [*found, one.right, f"2*({one.right.text})", f"{one.right.text} + {one.right.text}"]
    if isinstance(one.right, str):
        return [*found, one.right, one.right.upper(), f" {one.right} ", "other"]
    right = np.asarray(one.right, float)
    scale = np.abs(right).max() or 1.0
    rng = np.random.default_rng(0)
    for size in (0, 0.4, 0.9, 1.1, 3, 1e4):
        off = size * one.tol * scale * rng.choice([-1, 1], right.shape)
        found.append((right + off).tolist())
    return found


def typed(answer):
    """As a reader types it."""
    if isinstance(answer, Formula):
        return answer.text
    return answer if isinstance(answer, str) else repr(np.asarray(answer).tolist())


def shown(sentence):
    """As the page shows what `judge` says."""
    return sentence[0].upper() + sentence[1:] + ("" if sentence[-1] in ".?!" else ".")


def answer(page, label, text):
    box = page.locator(f'[data-exercise="{label}"]')
    box.get_by_role("textbox").fill(text)
    box.get_by_role("textbox").press("Enter")
    return box.get_by_role("status").inner_text().removeprefix("✓").strip()


def agrees(page, one):
    for given in near(one):
        says = answer(page, one.label, typed(given))
        if np.shape(given) == np.shape(one.right):
            assert says == shown(one.judge(given)), given
        else:
            assert "asked for, this is" in says


@pytest.fixture
def page(browser):
    page = browser.new_page()
    yield page
    page.close()


def put(page, *exercises):
    lines = "".join(lstm_exercises.line(one, "notebooks/x") for one in exercises)
    page.set_content(f"<div class='bd-article'>{lines}</div><script>{SCRIPT}</script>")


def test_the_script_judges_as_the_package(page):
    put(page, *PLANTED)
    for one in PLANTED:
        agrees(page, one)


@pytest.mark.parametrize(
    ("label", "text", "says"),
    [
        ("ex-a", "91,648", "Right."),
        ("ex-a", "91648.0", "Right."),
        ("ex-a", "9.1648e4", "Right."),
        ("ex-a", "91136", "Not right. Biases?"),
        ("ex-a", "91 648", "One number is asked for, this is 2."),
        ("ex-a", "about 91648", "Not a number: about."),
        ("ex-a", "", "Not answered yet."),
        ("ex-a", "1e999", "It contains NaN or infinity."),
        ("ex-b", "3.5 0", "Right."),
        ("ex-b", "(3.5, 0.0,)", "Right."),
        ("ex-b", "[3.5; 0]", "Right."),
        ("ex-b", "3.5, 1", "Not right: 1 of 2 entries, the first at [1]."),
        ("ex-b", "3.5, 3.5", "Not right. B."),
        ("ex-e", "−1/4", "Right."),
        ("ex-e", "1/0", "It contains NaN or infinity."),
        ("ex-d", "w_oh ", "Right."),
        ("ex-d", "<b>", "Not right."),
    ],
)
def test_what_is_typed(page, label, text, says):
    put(page, *PLANTED)
    assert answer(page, label, text) == says


def test_formulas_are_read_as_the_package_reads_them(page):
    one = PLANTED[-1]
    put(page, one)
    verdicts = [(text, one.judge(text), answer(page, one.label, text)) for text in FORMULAS]
    assert [(text, page, shown(says)) for text, says, page in verdicts if page != shown(says)] == []
    assert [says for _, says, _ in verdicts].count("right") == 3
    assert page.get_by_label("Your answer, a formula").count() == 1


def test_long_formulas_are_refused(page):
    put(page, PLANTED[-1])
    for text in ("1+" * 300 + "1", "c" * 501):
        assert answer(page, "ex-f", text) == "It is longer than 500 letters."
        assert PLANTED[-1].judge(text) == "it is longer than 500 letters"
    assert answer(page, "ex-f", "(" * 240 + "c" + ")" * 240).startswith("Not right")


def test_by_keyboard_alone(page):
    put(page, PLANTED[0])
    page.keyboard.press("Tab")
    page.keyboard.type("91136")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.get_by_role("status").inner_text() == "Not right. Biases?"
    assert page.get_by_label("Your answer, a number").input_value() == "91136"


def test_the_right_answer_is_not_in_plain_sight():
    for one in [*PLANTED, *ALL.values()]:
        page = lstm_exercises.line(one, "notebooks/x")
        assert len(typed(one.right)) < 3 or typed(one.right) not in page  # 4 is in any base64
        assert '"right"' not in page
        assert not any(hint in page for _, hint in one.pairs)


def test_every_exercise_of_the_site(browser, server, html):
    """On its page a field that agrees with the package; without scripts the line that tells."""
    pages = {p: p.read_text(encoding="utf-8") for p in sorted((html / "notebooks").glob("*.html"))}
    tab = browser.new_page()
    silent = browser.new_context(java_script_enabled=False).new_page()
    for path, text in pages.items():
        there = [one for label, one in ALL.items() if f'data-exercise="{label}"' in text]
        if there:
            tab.goto(f"{server}/notebooks/{path.name}")
            silent.goto(f"{server}/notebooks/{path.name}")
        for one in there:
            agrees(tab, one)
            box = silent.locator(f'[data-exercise="{one.label}"]')
            assert "A cell of the notebook takes your answer" in box.inner_text()
            assert box.locator("form").count() == 0
    tab.close()
    silent.context.close()


def test_every_checked_exercise_is_on_a_page(html):
    text = "".join(p.read_text(encoding="utf-8") for p in (html / "notebooks").glob("*.html"))
    missing = [label for label in ALL if f'data-exercise="{label}"' not in text]
    assert not missing
    assert text.count('class="answer"') >= len(table.everything())


def test_no_page_says_not_answered_yet(html):
    """Where every answer goes through `judge`, what it says of no answer is left out."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if "verdict(" not in path.read_text(encoding="utf-8"):
            page = (html / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
            assert "<pre><span></span>not answered yet" not in page.replace("\n", ""), path.stem
