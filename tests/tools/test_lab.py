"""`make lab`: JupyterLab starts without a network and its kernel is the book's."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request

import pytest
from places import ROOT

LAB = ROOT / ".venv-lab"
TOKEN = "test"
pytestmark = pytest.mark.skipif(
    not (LAB / "installed").exists(), reason="no .venv-lab: `make lab` makes it"
)
# No proxy leads out, and the server's own address needs none.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Address of a running JupyterLab, ended afterwards."""
    log = tmp_path_factory.mktemp("lab") / "log"
    options = ["--no-browser", "--ServerApp.port=0", f"--IdentityProvider.token={TOKEN}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    with open(log, "w") as out:
        server = subprocess.Popen(
            ["sh", "tools/lab.sh", *options],
            cwd=ROOT,
            stdout=out,
            stderr=out,
            env=os.environ | OFFLINE,
        )
    try:
        for _ in range(240):
            found = re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/lab", log.read_text())
            if found or server.poll() is not None:
                break
            time.sleep(0.25)
        assert found, log.read_text()
        yield f"http://127.0.0.1:{found[1]}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def get(url, data=None):
    request = urllib.request.Request(
        url,
        data=None if data is None else json.dumps(data).encode(),
        headers={"Authorization": f"token {TOKEN}"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return answer.read().decode()


def test_the_page_and_the_notebooks_are_there(address):
    assert "<title>JupyterLab</title>" in get(f"{address}/lab")
    listed = json.loads(get(f"{address}/api/contents/notebooks"))["content"]
    assert "01_rnn.ipynb" in {entry["name"] for entry in listed}


def test_it_asks_for_no_news(address):
    answer = get(f"{address}/lab/api/settings/@jupyterlab/apputils-extension:notification")
    wanted = {"checkForUpdates": False, "fetchNews": "false"}
    found = json.loads(answer)["schema"]["properties"]
    assert {name: found[name]["default"] for name in wanted} == wanted


# Starts the kernel as the server does.
KERNEL = """
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="python3", startup_timeout=120)
code = "import os, sys, lstm_ref; print(sys.prefix, os.environ['OPENBLAS_NUM_THREADS'])"
client.execute_interactive(code, timeout=120)
client.stop_channels()
manager.shutdown_kernel(now=True)
"""


def test_the_kernel_is_that_of_the_book():
    python = LAB / "bin" / "python"
    done = subprocess.run([python, "-c", KERNEL], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == f"{ROOT / '.venv'} 1\n", done.stderr
