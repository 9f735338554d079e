"""The page "Derive your own cell", driven by keyboard.

The engine in the page is Python in a worker, which is tested apart; here its answers come from the
Python that runs the tests, through a worker that asks for them.
"""

import json
import re
import sys

import pytest
from places import ROOT
from test_site import DESKTOP, PHONE, Visit

from lstm_ref.derive import catalogue, page
from lstm_ref.derive.declare import running

sys.path.append(str(ROOT / "book" / "_ext"))
import lstm_derive

PAGE = "book/derive.html"
# Of the reader's own: in no catalogue.
OWN = """@cell
def Slow(x, h, z, m, *, W, w, b):
    z[t] = sigma(W.zh @ h[t - 1] + W.zx @ x[t] + b.z)
    m[t] = sigma(w.m) * m[t - 1] + (1 - sigma(w.m)) * tanh(W.mx @ x[t] + b.m)
    h[t] = z[t] * h[t - 1] + (1 - z[t]) * (m[t] + sin(W.hx @ x[t]))
"""
WORKER = """
self.onmessage = async ({ data }) => {
  if (data.kind === "start") {
    for (const loaded of [4e6, 16e6])
      self.postMessage({ kind: "progress", loaded, total: 16e6, what: "Loading Python" });
    self.postMessage({ kind: "ready", seconds: {} });
  }
  if (data.kind !== "derive") return;
  if (data.text.includes("while True")) for (;;);
  const found = await (await fetch("answers", { method: "POST", body: data.text })).json();
  for (const part of found) self.postMessage({ ...part, id: data.id });
  if (found.at(-1).kind !== "refused")
    self.postMessage({ kind: "done", id: data.id, seconds: 1 });
};
"""


class Reader(Visit):
    """A reader on the page, and which files the page has asked for."""

    def __init__(self, browser, home):
        super().__init__(browser, home)
        self.asked = []
        self.context.route("**/derive/worker.js", self._worker)
        self.context.route("**/derive/answers", self._answer)
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.open(PAGE)

    def _worker(self, route):
        route.fulfill(body=WORKER, content_type="text/javascript")

    def _answer(self, route):
        found = list(page.answers(route.request.post_data))
        route.fulfill(body=json.dumps(found), content_type="application/json")

    def tab_to(self, selector):
        """Press Tab until an element has the focus."""
        for _ in range(150):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            if self.page.evaluate("document.activeElement.matches('.cm-content')"):
                self.page.keyboard.press("Escape")
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {selector}")

    def write(self, text):
        """Replace what is in the editor, by keyboard, as it stands there: it indents by itself."""
        self.tab_to(".cm-content")
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def leave_editor(self):
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Tab")

    def text(self):
        return self.page.evaluate("""() => [...document.querySelectorAll('.cm-line')]
            .map(line => line.textContent).join('\\n')""")

    def says(self, kind, timeout=60_000):
        self.page.wait_for_selector(f"#derive-says[data-kind={kind}]", timeout=timeout)
        return self.page.inner_text("#derive-says")


@pytest.fixture
def reader(browser, server):
    found = Reader(browser, server)
    yield found
    assert not found.errors and not found.foreign
    found.context.close()


def test_nothing_is_loaded_before_the_button(reader):
    reader.page.wait_for_timeout(300)
    names = [url.rpartition("/")[2] for url in reader.asked if "/derive/" in url]
    assert sorted(names) == ["page.css", "page.js", "shipped.json"]


def test_the_page_says_how_much_it_loads_and_under_which_licences(reader, html):
    shipped = json.loads((html / "_static/derive/shipped.json").read_text(encoding="utf-8"))
    if not shipped["files"]:
        pytest.skip(f"the site was built without the engine: {shipped['missing']}")
    reader.page.wait_for_selector(".derive-shipped a")
    says, prose = reader.page.inner_text(".derive-shipped"), reader.page.inner_text(".bd-article")
    for part in shipped["parts"]:
        assert f"{part['name']} {part['version']} ({part['licence']})" in says
        assert part["licence"] in prose
    assert f"{shipped['size'] / 1e6:.1f} MB" in says
    assert "about 20 MB" in prose and 19e6 < shipped["size"] < 21e6
    scripts = [html / "_static" / "derive" / name for name in ("page.js", "check.js")]
    assert "0.5 MB together" in prose
    assert 0.45e6 < sum(path.stat().st_size for path in scripts) < 0.55e6
    assert (html / "_static/derive/licences.txt").exists()


def test_a_site_without_the_engine_says_so(browser, server):
    found = Reader(browser, server)
    text = json.dumps({"files": [], "missing": "npm ci failed: no network"})
    found.context.route("**/shipped.json", lambda route: route.fulfill(body=text))
    found.page.reload()
    assert "without the engine: npm ci failed: no network." in found.says("failed")
    assert not found.errors
    found.context.close()


def test_an_own_cell_by_keyboard_alone(reader):
    keys, look = reader.page.keyboard, reader.page.locator
    reader.write(OWN)
    assert reader.text() == OWN
    reader.leave_editor()
    assert reader.page.evaluate("document.activeElement.id") == "derive-run"
    keys.press("Enter")
    proof = page.proved(running.from_text(OWN))["claims"]
    assert reader.says("done").startswith(f"Slow: {len(proof)} of {len(proof)} identities hold")
    headings = look("#derive-results h2").all_inner_texts()
    assert headings == [
        "Equations", "The way back, step by step", "Proof", "Numeric check", "Code",
    ]  # fmt: skip
    assert look(".derive-holds").count() == len(proof) and look(".derive-fails").count() == 0
    reader.tab_to(".derive-contents li:nth-child(3) a")
    keys.press("Enter")
    assert reader.page.evaluate("document.activeElement.textContent") == "Proof"
    reader.page.wait_for_function(
        "!document.querySelector('#derive-results .math:not(:has(mjx-container))')"
    )
    assert not look("mjx-merror").count()
    assert look(".derive-steps > li").count() == len(page.steps(running.from_text(OWN))["lines"])
    off = float(look("[aria-labelledby=derived-numbers]").get_attribute("data-off"))
    assert 0 < off < 1e-13
    assert "They agree" in reader.page.inner_text("[aria-labelledby=derived-numbers]")


def test_other_random_numbers(reader):
    reader.tab_to("#derive-run")
    reader.page.keyboard.press("Enter")
    reader.says("done")
    box = reader.page.locator("[aria-labelledby=derived-numbers]")
    first = box.get_attribute("data-off")
    reader.tab_to("[aria-labelledby=derived-numbers] > button")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_function("document.body.innerText.includes('seed 2')")
    assert box.get_attribute("data-off") != first
    box.locator("summary").click()
    assert "b_f" in box.locator("tbody").inner_text()


def test_code_is_chosen_copied_and_downloaded_by_keyboard(reader):
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.tab_to("#derive-run")
    reader.page.keyboard.press("Enter")
    reader.says("done")
    code = page.code(running.from_text(lstm_derive.TEMPLATE))
    reader.tab_to("#derive-numpy")
    for language, file in (("c", "mine.h"), ("javascript", "Mine.js"), ("torch", "mine_torch.py")):
        reader.page.keyboard.press("ArrowRight")
        reader.page.keyboard.press("Tab")
        reader.page.keyboard.press("Enter")
        reader.page.get_by_text("Copied.").locator("visible=true").wait_for()
        assert reader.page.evaluate("navigator.clipboard.readText()") == code[language]
        reader.page.keyboard.press("Tab")
        with reader.page.expect_download() as download:
            reader.page.keyboard.press("Enter")
        assert download.value.suggested_filename == file
        assert download.value.path().read_text(encoding="utf-8") == code[language]
        reader.page.focus(f"#derive-{language}")
    assert reader.page.locator(".derive-source pre:visible").count() == 1


HEAD, GATE, OUT = (
    "@cell\ndef Mine(x, h, f, *, W, b):\n",
    "    f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)\n",
    "    h[t] = f[t] * h[t - 1] + (1 - f[t]) * tanh(W.hx @ x[t] + b.h)\n",
)
WRONG = [
    (GATE.replace("W.fh @", "W.fh *") + OUT, 3, "works with @", "small letter"),
    (GATE.replace("h[t - 1]", "h") + OUT, 3, "write h[t] or h[t-1]", ""),
    (OUT + GATE, 3, "used before it is defined", "move its equation up"),
    (GATE + OUT.replace("h[t - 1]", "h[t - 2]"), 4, "the one before", "name a delayed signal"),
    (GATE.replace("sigma", "sigmoid") + OUT, 3, "sigmoid is not known", "it is called sigma"),
    (GATE + OUT.replace("W.hx @", "W.hx"), 4, "SyntaxError", "a product is written with *"),
    (OUT.replace("f[t]", "0.5"), 1, "f has no equation", "write f[t] = ..."),
]


def test_ways_of_getting_it_wrong(reader):
    """The message and the cure stand at the line, are read out, and one step from there."""
    keys = reader.page.keyboard
    for body, line, message, cure in WRONG:
        reader.page.evaluate("document.activeElement.blur()")
        reader.write(HEAD + body)
        keys.press("Control+Enter")
        text = reader.says("refused")
        assert text.startswith(f"Line {line}: ") and message in text and cure in text
        note = reader.page.locator(".derive-faulty + .derive-fault")
        assert message in note.inner_text() and cure in note.inner_text()
        rows = (HEAD + body).split("\n")
        assert reader.page.inner_text(".cm-line.derive-faulty") == rows[line - 1]
        assert reader.page.get_attribute(".cm-content", "aria-invalid") == "true"
        reader.tab_to("#derive-go")
        keys.press("Enter")
        keys.press("ControlOrMeta+Shift+k")  # CodeMirror deletes the line of the cursor
        assert rows[line - 1] not in reader.text().split("\n")
        assert not reader.page.locator(".derive-fault").count()
        assert reader.page.inner_text("#derive-says") == ""


def test_an_endless_declaration_is_stopped(reader):
    reader.write(HEAD + "    while True:\n        pass\n")
    reader.leave_editor()
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_function(
        "document.getElementById('derive-bytes').textContent === 'Deriving …'"
    )
    reader.tab_to("#derive-stop")
    reader.page.keyboard.press("Enter")
    assert reader.says("stopped").startswith("Stopped.")
    assert reader.page.evaluate("document.activeElement.id") == "derive-run"
    reader.page.evaluate("document.activeElement.blur()")
    reader.write(OWN)
    reader.page.keyboard.press("Control+Enter")
    assert reader.says("done").startswith("Slow: ")


def test_a_link_carries_the_declaration_and_runs_nothing(reader):
    text = OWN.replace("@cell", '# δ, 細胞, 🙂 <b> & "\n@cell')
    reader.write(text)
    reader.leave_editor()
    reader.tab_to("#derive-link")
    reader.page.keyboard.press("Enter")
    reader.says("done")
    link = reader.page.url
    assert re.fullmatch(r"[^#]+#cell=[\w-]+", link)
    for other in ("about:blank", link.split("#")[0]):  # a new page, and one that is open
        reader.page.goto(other)
        reader.page.goto(link)
        assert "nothing has been run" in reader.says("link")
        assert reader.text() == text
    assert not [url for url in reader.asked if url.endswith(("worker.js", "answers"))]
    reader.tab_to("#derive-reset")
    reader.page.keyboard.press("Enter")
    assert reader.text() == lstm_derive.TEMPLATE and "#" not in reader.page.url


@pytest.mark.parametrize("hash", ["#cell=%%%", "#cell=gICA", "#cell=" + "QUFB" * 9000])
def test_a_damaged_link_is_named(reader, hash):
    reader.page.goto("about:blank")
    reader.page.goto(f"{reader.home}/{PAGE}{hash}")
    assert "damaged" in reader.says("refused")
    assert reader.text() == lstm_derive.TEMPLATE


def test_every_example_is_the_declaration_of_the_catalogue(reader):
    examples = lstm_derive.examples()
    assert len(examples) > 12
    for name, example in zip(lstm_derive.NAMES, examples[1:], strict=True):
        assert running.from_text(example["text"]) == catalogue.CELLS[name]
    options = reader.page.locator("#derive-example option").all_inner_texts()
    assert options == [example["label"] for example in examples]
    reader.tab_to("#derive-example")
    reader.page.keyboard.type("RWKV7")
    reader.page.keyboard.press("Tab")
    reader.page.keyboard.press("Enter")
    assert reader.text() == examples[1 + lstm_derive.NAMES.index("RWKV7")]["text"]


def test_tab_indents_and_escape_leaves(reader):
    reader.write("h[t]")
    reader.page.keyboard.press("Home")
    reader.page.keyboard.press("Tab")
    assert reader.text() == "    h[t]"
    reader.page.keyboard.press("Shift+Tab")
    assert reader.text() == "h[t]"
    reader.page.keyboard.press("Escape")
    reader.page.keyboard.press("Shift+Tab")
    assert not reader.page.evaluate("document.activeElement.matches('.cm-content')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_results_and_faults_are_accessible_and_fit_a_phone(reader, scheme):
    reader.tab_to("#derive-run")
    reader.page.keyboard.press("Enter")
    reader.says("done")
    reader.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    for size in (DESKTOP, PHONE):
        assert not reader.violations(scheme, size)
    assert reader.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    reader.write(HEAD + WRONG[0][0])
    reader.page.keyboard.press("Control+Enter")
    reader.says("refused")
    assert not reader.violations(scheme, PHONE)
    assert reader.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_proof_that_fails_is_seen(reader):
    """A claim that does not hold, and a backward pass that is wrong: neither looks right."""
    found = list(page.answers(lstm_derive.TEMPLATE))
    found[2]["claims"][1].update(holds=False, why="the forms differ")
    code = found[3]
    wrong = code["javascript"].replace("(1 - f_t[j])", "(1 + f_t[j])")
    assert wrong != code["javascript"]
    code["javascript"] = wrong
    reader.context.unroute("**/derive/answers")
    reader.context.route(
        "**/derive/answers",
        lambda route: route.fulfill(body=json.dumps(found), content_type="application/json"),
    )
    reader.tab_to("#derive-run")
    reader.page.keyboard.press("Enter")
    claims = len(found[2]["claims"])
    assert reader.says("done").startswith(f"Mine: {claims - 1} of {claims} identities hold")
    assert "not shown. the forms differ" in reader.page.inner_text(".derive-claims")
    assert "do NOT agree" in reader.page.inner_text("[aria-labelledby=derived-numbers]")


def test_a_missing_engine_is_named(reader):
    reader.context.unroute("**/derive/worker.js")
    reader.context.route("**/derive/worker.js", lambda route: route.fulfill(status=404))
    reader.tab_to("#derive-run")
    reader.page.keyboard.press("Enter")
    assert "could not be loaded" in reader.says("failed")
    assert reader.page.is_enabled("#derive-run")
    reader.errors = [error for error in reader.errors if "404" not in error]


def test_a_page_from_a_folder_says_what_to_do(html, browser):
    tab = browser.new_page()
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto((html / PAGE).as_uri())
    tab.wait_for_selector("#derive-says[data-kind=file]")
    assert "make serve" in tab.inner_text("#derive-says")
    assert tab.is_disabled("#derive-run") and tab.locator(".cm-content").count() == 1
    assert not errors
    tab.close()


def test_without_scripts_the_command_line_is_named(browser, server):
    silent = browser.new_context(java_script_enabled=False).new_page()
    silent.goto(f"{server}/{PAGE}")
    assert "python -m lstm_ref derive FILE.py:NAME" in silent.inner_text(".derive-static")
    assert silent.locator(".derive-app").is_hidden()
    silent.context.close()


def test_formulas_that_lead_away_are_not_typeset(reader):
    found = list(page.answers(lstm_derive.TEMPLATE))
    found[0]["lines"] = [r"\href{javascript:alert(1)}{x}"]
    found[0]["title"] = "<img src=x onerror=alert(1)>"
    reader.context.unroute("**/derive/answers")
    reader.context.route(
        "**/derive/answers",
        lambda route: route.fulfill(body=json.dumps(found), content_type="application/json"),
    )
    reader.tab_to("#derive-run")
    reader.page.keyboard.press("Enter")
    reader.says("done")
    assert "\\href" in reader.page.inner_text("[aria-labelledby=derived-equations]")
    assert reader.page.locator(".derive-part a, .derive-part img").count() == 0


def test_with_the_engine_itself(browser, server, html):
    """An own cell, one that never ends and is stopped, and again, without a network by then."""
    shipped = json.loads((html / "_static/derive/shipped.json").read_text(encoding="utf-8"))
    if not shipped["files"]:
        pytest.skip(f"the site was built without the engine: {shipped['missing']}")
    found = Reader(browser, server)
    found.context.unroute("**/derive/worker.js")
    keys = found.page.keyboard
    found.write(OWN)
    keys.press("Control+Enter")
    found.page.wait_for_function(
        "/ of \\d+\\.\\d MB/.test(document.getElementById('derive-bytes').textContent)"
    )
    first = found.says("done", timeout=180_000)
    assert first.startswith("Slow: ") and not found.foreign
    found.context.set_offline(True)
    found.write("while True:\n    pass\n")
    keys.press("Control+Enter")
    found.page.wait_for_timeout(500)
    found.tab_to("#derive-stop")
    keys.press("Enter")
    found.says("stopped")
    found.write(OWN)
    keys.press("Control+Enter")
    assert found.says("done", timeout=180_000) == first
    assert not found.errors
    found.context.close()
