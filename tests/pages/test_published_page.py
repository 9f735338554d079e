"""The page "Published vectors" and the job that it offers: what they say is so, and runs."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from places import ROOT

import lstm_ref
from lstm_ref.interop import published, vectors

PAGE = (ROOT / "book" / "published.md").read_text(encoding="utf-8")
JOB = ROOT / "book" / "_assets" / "gradients.yml"


def test_the_program_of_the_page_runs():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    catches = len(published.catches("lstm.npz"))
    assert done.stdout == f"LSTM (3, 2) lstm.npz\n{catches} known mistakes show\n", done.stderr


def test_the_sizes_of_the_table():
    rows = re.findall(r"^\| `([\w.-]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", PAGE, re.M)
    assert [row[0] for row in rows] == published.names("LSTM")[:2]
    for name, *sizes in rows:
        assert published.about(name)["sizes"] == dict(zip("TBDH", map(int, sizes), strict=True))


def test_what_it_names_is_there():
    links = re.findall(r"<((?:_assets|\.\.)/[^>]+)>`", PAGE)
    assert len(links) == 13 and all((ROOT / "book" / path).is_file() for path in links)
    readers = {path.name for path in (ROOT / "book" / "_assets" / "readers").iterdir()}
    assert readers == {Path(path).name for path in links if "/readers/" in path}
    named = set(re.findall(r"`([a-z_0-9-]+\.(?:npz|json))`", PAGE)) - {"mine.json"}
    there = {path.name for path in published.FOLDER.iterdir()}
    assert named <= there and len(named) > 8
    edition = json.loads((published.FOLDER / "index.json").read_text("utf-8"))["edition"]
    assert f"this is edition {edition}." in PAGE
    assert "vanilla-small.json" in PAGE and "vanilla-small.json" in published.names()


STEPS = yaml.safe_load(JOB.read_text(encoding="utf-8"))["jobs"]["compare"]["steps"]


def test_the_actions_of_the_job_are_pinned_as_ours_are():
    ours = "".join(path.read_text("utf-8") for path in (ROOT / ".github/workflows").glob("*.yml"))
    used = re.findall(r"uses: (\S+ # \S+)", JOB.read_text(encoding="utf-8"))
    assert len(used) == len([step for step in STEPS if "uses" in step]) == 2
    assert all(f"uses: {line}" in ours for line in used)
    job = yaml.safe_load(JOB.read_text(encoding="utf-8"))
    assert job["permissions"] == {"contents": "read"} and set(job[True]) == {"push", "pull_request"}


# A program as a reader might have it: it reads the inputs, and prints its gradients.
MINE = """#!{python}
import json, sys
import numpy as np
from lstm_ref.cells import lstm
from lstm_ref.check import witnesses

arrays = json.load(open(sys.argv[1], encoding="utf-8"))["arrays"]
given = {{name: np.array(a["data"]).reshape(a["shape"]) for name, a in arrays.items()}}
errors = {{"dh": given["e"], "dstate_T": (given["e_h_T"], given["e_c_T"])}}
grads = witnesses.by_hand(lstm, given, errors)
{mistake}
print(json.dumps({{f"d{{name}}": value.tolist() for name, value in grads.items()}}))
"""
RIGHT, WRONG = "", 'grads["b_f"] = 2 * grads["b_f"]'


@pytest.fixture
def repository(tmp_path):
    """A folder as the job's first lines ask for it; pip is one that only says what it is given."""
    (tmp_path / "vectors").mkdir()
    for name in ("lstm.npz", "lstm-small.json"):
        shutil.copy(published.path(name), tmp_path / "vectors")
    shutil.copy(published.FOLDER / "SHA256SUMS", tmp_path / "vectors")
    wheel = f"lstm_ref-{lstm_ref.__version__}-py3-none-any.whl"
    (tmp_path / "vectors" / wheel).touch()
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "pip", f'#!/bin/sh\n[ "$*" = "install vectors/{wheel}[derive]" ]\n')
    own = "import sys; from lstm_ref.__main__ import program; sys.exit(program())"
    program(tmp_path / "bin" / "lstm-ref", f'#!/bin/sh\nexec "{sys.executable}" -c "{own}" "$@"\n')
    return tmp_path


def program(path, text):
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def run_job(repository):
    """Name of the step that failed, or None; and all that was printed."""
    said = ""
    path = f"{repository / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for step in STEPS:
        if "run" in step:
            done = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
                cwd=repository,
                env=os.environ | {"PATH": path},
                capture_output=True,
                text=True,
                timeout=200,
            )
            said += done.stdout + done.stderr
            if done.returncode:
                return step["name"], said
    return None, said


needs_sha256sum = pytest.mark.skipif(
    not shutil.which("sha256sum"), reason="no sha256sum: the job was not run"
)


@needs_sha256sum
def test_the_job_passes_what_is_right(repository):
    program(repository / "my_lstm", MINE.format(python=sys.executable, mistake=RIGHT))
    failed, said = run_job(repository)
    assert failed is None, said
    assert "All numbers agree" in said


@needs_sha256sum
def test_the_job_fails_on_a_mistake_and_names_it(repository):
    program(repository / "my_lstm", MINE.format(python=sys.executable, mistake=WRONG))
    failed, said = run_job(repository)
    assert failed.startswith("Compare") and "db_f" in said


@needs_sha256sum
def test_the_job_fails_on_vectors_that_are_not_the_published_ones(repository):
    program(repository / "my_lstm", MINE.format(python=sys.executable, mistake=RIGHT))
    vectors.write(repository / "vectors" / "lstm.npz", *vectors.make("LSTM", seed=2))
    assert run_job(repository)[0] == "The vectors are the published ones"
