"""The worker that derives a cell in a browser, from the files that the site ships."""

import json
import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import derive_assets
import pytest

from lstm_ref.derive import page as told

LSTM = """from lstm_ref import cell, sigma, t, tanh

@cell
def LSTM(x, h, c, f, i, c_tilde, o, *, W, b):
    f[t] = sigma(W.fh @ h[t-1] + W.fx @ x[t] + b.f)
    i[t] = sigma(W.ih @ h[t-1] + W.ix @ x[t] + b.i)
    c_tilde[t] = tanh(W.ch @ h[t-1] + W.cx @ x[t] + b.c)
    c[t] = f[t] * c[t-1] + i[t] * c_tilde[t]
    o[t] = sigma(W.oh @ h[t-1] + W.ox @ x[t] + b.o)
    h[t] = o[t] * tanh(c[t])
"""
OWN = """@cell
def Fading(x, d: scalar, /, h, C, f, k, v, q, *, W, b, gamma=0.1):
    f[t] = exp(-gamma * d[t])
    k[t] = W.k @ x[t]
    v[t] = tanh(W.v @ x[t] + b.v)
    q[t] = max(W.q @ x[t], 0)
    C[t] = f[t] * C[t-1] + outer(v[t], k[t])
    h[t] = C[t] @ q[t]
"""
HEAD = "@cell\ndef A(x, h, *, W, b):\n"
WRONG = [
    HEAD + "    h[t] = tanh(W.hx * x[t])",
    HEAD + "    h[t] = 2 W.hx",
    HEAD + "    h[t] = sigmoid(W.hx @ x[t])",
    HEAD + "    h[t] = x[t] ** 8**99999",
    HEAD + "    def f(u): return f(f(u))\n    h[t] = f(x[t])",
    HEAD + "    while True: pass",
    "\n\ndef f(n):\n    return f(n + 1)\nf(1)",
    "",
]
# Nothing of it may reach the browser: each line is an error.
WAYS_OUT = [
    "from js import fetch",
    "import pyodide.http",
    "from pyodide.code import run_js",
    "from pyodide.ffi import to_js",
    "import pyodide_js",
    "import _pyodide_core",
    "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1/')",
]
# In the page: a worker, what it says, and a promise of the next message of some kinds.
HARNESS = """
window.open_worker = (kept) => {
  window.worker?.terminate();
  window.said = [];
  window.worker = new Worker(kept ? URL.createObjectURL(kept.script) : "derive/worker.js");
  worker.onmessage = ({ data }) => {
    if (data.kind === "kept") window.kept = data.kept;
    else said.push(data);
    window.heard?.();
  };
  worker.onerror = (event) => { said.push({ kind: "error", message: event.message }); };
};
window.next = (kinds, from) => new Promise((resolve) => {
  window.heard = () => {
    const found = said.slice(from).find(({ kind }) => kinds.includes(kind));
    if (found) resolve({ ...found, all: said.slice(from) });
  };
  heard();
});
"""
PAGE = f'<!doctype html><link rel="icon" href="data:,"><script>{HARNESS}</script>'
ENDS = ["done", "refused", "failed", "error"]


class Handler(SimpleHTTPRequestHandler):
    """A server that keeps what it was asked for."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()


def served(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the worker and its files."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text(PAGE)
    if missing := derive_assets.ship(folder / "derive"):
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"CI must derive in a browser: {missing}", pytrace=False)
        pytest.skip(f"deriving in a browser did NOT run: {missing}")
    return folder


class Client:
    """A page with a worker."""

    def __init__(self, browser, server):
        self.address = f"http://127.0.0.1:{server.server_port}/"
        self.context = browser.new_context()
        self.page, self.requests, self.errors = self.context.new_page(), [], []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda said: self.errors.append(said.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(self.address)
        self.open()

    def open(self):
        """A worker, which is not started."""
        self.page.evaluate("open_worker()")

    def ask(self, message, kinds=ENDS):
        """The first message of these kinds that comes after a message to the worker."""
        script = """([message, kinds]) => {
            const from = said.length; worker.postMessage(message); return next(kinds, from); }"""
        return self.page.evaluate(script, [message, kinds])

    def start(self):
        return self.ask({"kind": "start"}, ["ready", "failed", "error"])

    def derive(self, text, number=1):
        return self.ask({"kind": "derive", "id": number, "text": text})


@pytest.fixture(scope="module")
def client(browser, site):
    """A worker that has started."""
    with served(site) as server:
        found = Client(browser, server)
        found.server, found.began = server, found.start()
        assert found.began["kind"] == "ready", found.began
        yield found
        found.context.close()
        server.shutdown()


def test_it_says_in_bytes_how_far_it_is(client, site):
    told_of = [m for m in client.began["all"] if m["kind"] == "progress"]
    shipped = json.loads((site / "derive" / "shipped.json").read_text(encoding="utf-8"))
    assert {m["total"] for m in told_of} == {shipped["size"]}
    loaded = [m["loaded"] for m in told_of]
    assert loaded == sorted(loaded) and loaded[-1] == shipped["size"] and len(loaded) > 20
    assert [m["what"] for m in told_of][-2:] == ["Starting Python", "Starting SymPy"]
    assert set(client.began["seconds"]) == {"fetch", "start", "import"}


@pytest.mark.parametrize("text", [LSTM, OWN], ids=["LSTM", "own"])
def test_a_cell_is_derived_as_python_derives_it_here(client, text):
    end = client.derive(text, 7)
    assert end["kind"] == "done" and end["seconds"] > 0, end
    parts = [{**part, "id": 7} for part in told.answers(text)]
    assert [part["part"] for part in parts] == ["equations", "steps", "proof", "code"]
    assert end["all"][:-1] == parts


@pytest.mark.parametrize("text", WRONG, ids=lambda text: ascii(text[-20:]))
def test_what_is_wrong_comes_with_its_line(client, text):
    (expected,) = told.answers(text)
    (found,) = client.derive(text, 3)["all"]
    if "while" in text:  # of which one Python counts the test, and another one the body
        assert found.pop("column") and expected.pop("column")
    assert found == {**expected, "id": 3}


def test_what_is_not_there_is_told(client):
    found = client.derive("x = 1\nimport numpy as np")
    assert (found["kind"], found["line"], found["column"]) == ("refused", 2, 1)
    assert found["message"] == "ModuleNotFoundError: No module named 'numpy'"
    assert found["cure"].startswith("a cell runs on symbols and needs no numpy")


@pytest.mark.parametrize("text", WAYS_OUT, ids=lambda text: text.split("\n")[0])
def test_what_is_typed_has_no_way_out(client, text):
    before = len(client.server.asked)
    found = client.derive(text)
    assert found["kind"] == "refused" and "Error" in found["message"], found
    assert len(client.server.asked) == before
    assert client.derive(OWN)["kind"] == "done"


def test_it_asks_nobody_but_the_site_and_complains_of_nothing(client):
    assert client.derive(OWN)["kind"] == "done"
    assert client.requests and all(
        url.startswith((client.address, f"blob:{client.address}")) for url in client.requests
    ), client.requests
    assert client.errors == []


def test_without_a_network_it_derives_once_it_is_loaded(client):
    client.context.set_offline(True)
    try:
        assert client.derive(OWN)["kind"] == "done"
    finally:
        client.context.set_offline(False)


def test_an_endless_text_is_ended_and_the_next_worker_derives(browser, site):
    with served(site) as server:
        client = Client(browser, server)
        assert client.start()["kind"] == "ready"
        client.page.evaluate("worker.postMessage({kind: 'derive', id: 1, text: 'while 1: pass'})")
        client.page.wait_for_timeout(500)
        assert not client.page.evaluate("said.some((message) => message.id === 1)")
        before = len(server.asked)
        client.context.set_offline(True)
        client.page.evaluate("open_worker(kept)")
        script = "worker.postMessage({kind: 'start', kept}); next(['ready', 'failed', 'error'], 0)"
        assert client.page.evaluate(script)["kind"] == "ready"
        assert client.derive(OWN)["kind"] == "done"
        assert len(server.asked) == before, "what was loaded is loaded again"
        assert client.errors == []
        client.context.close()
        server.shutdown()


@pytest.mark.parametrize("name", ["python_stdlib.zip", "derive.zip", "pyodide.asm.wasm"])
@pytest.mark.parametrize("how", ["changed", "cut", "gone"])
def test_a_damaged_file_is_named(browser, site, tmp_path, name, how):
    shutil.copytree(site, tmp_path / "site")
    path = tmp_path / "site" / "derive" / name
    data = bytearray(path.read_bytes())
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(data[:-1])
    else:
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    with served(tmp_path / "site") as server:
        client = Client(browser, server)
        found = client.start()
        assert found["kind"] == "failed", found
        said = {"changed": "damaged", "cut": "damaged", "gone": "could not be loaded: 404"}
        assert found["message"].startswith(f"{name} ") and said[how] in found["message"]
        client.context.close()
        server.shutdown()


def test_without_its_files_it_says_why(browser, tmp_path, monkeypatch):
    def fails():
        raise derive_assets.Missing("npm ci failed: no network")

    monkeypatch.setattr(derive_assets, "fetched", fails)
    assert derive_assets.ship(tmp_path / "derive") == "npm ci failed: no network"
    (tmp_path / "index.html").write_text(PAGE)
    with served(tmp_path) as server:
        client = Client(browser, server)
        assert client.start()["message"] == "npm ci failed: no network"
        client.context.close()
        server.shutdown()
