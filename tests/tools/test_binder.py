"""What Binder installs: the chapters' needs, in the versions of the lock."""

import os
import re
import subprocess

from packaging.requirements import Requirement
from places import ROOT

# In place of Binder's Python: keeps what it was asked and the constraints, installs nothing.
PYTHON = '#!/bin/sh\necho "$@" >asked\ncp "$6" pins\n'


def test_the_chapters_are_installed_in_the_versions_of_the_lock(tmp_path):
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python3"
    python.write_text(PYTHON)
    python.chmod(0o755)
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    (tmp_path / "requirements.txt").write_text(lock)
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    script = ROOT / ".binder" / "postBuild"
    done = subprocess.run([script], cwd=tmp_path, env={**os.environ, "PATH": path})
    assert done.returncode == 0
    assert (tmp_path / "asked").read_text().endswith("--editable .[book]\n")
    locked = re.findall(r"(?m)^([^\s#-][^\\\n]*?) *\\?$", lock)
    pins = (tmp_path / "pins").read_text().splitlines()
    assert pins == locked and len(pins) > 100
    numpy = next(pin for pin in map(Requirement, pins) if pin.name == "numpy")
    assert str(numpy.specifier).startswith("==2.")


def test_binder_has_the_python_of_the_lock():
    python = re.search(r"--python-version (\S+)", (ROOT / "Makefile").read_text())[1]
    assert (ROOT / ".binder" / "runtime.txt").read_text() == f"python-{python}\n"
