"""Build the site strictly and never stale: every warning is an error.

    python tools/build_book.py

The pages are always built anew, because a second build after a failed one would succeed with the
error still on the page. Executed notebooks are kept between builds, but only while everything
that they depend on and that Jupyter Book does not look at is the same.
"""

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import environment

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
KEY = BUILD / "execution-key"


def execution_key():
    """Hash of what decides a notebook's output besides its own cells."""
    digest = hashlib.sha256(platform.python_version().encode())
    sources = sorted(p for p in (ROOT / "lstm_ref").rglob("*") if p.is_file())
    others = [ROOT / "requirements.txt", ROOT / "tools" / "environment.py"]
    data = sorted(p for p in (ROOT / "notebooks").rglob("*") if p.is_file())
    for path in [*sources, *others, *data]:
        skipped = ("__pycache__", ".ipynb_checkpoints")
        if path.suffix == ".ipynb" or any(part in skipped for part in path.parts):
            continue
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def clear():
    """Remove the pages, and the executed notebooks if they may be stale."""
    for name in ("html", "_sphinx_design_static"):
        shutil.rmtree(BUILD / name, ignore_errors=True)
    shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
    key = execution_key()
    if not KEY.exists() or KEY.read_text() != key:
        for name in (".jupyter_cache", "jupyter_execute"):
            shutil.rmtree(BUILD / name, ignore_errors=True)
    BUILD.mkdir(exist_ok=True)
    KEY.write_text(key)


def main():
    clear()
    environment.apply()
    # Not bin/jupyter-book: that script names the folder in which .venv was made.
    program = "from jupyter_book.cli.main import main; main()"
    arguments = ["build", ".", "-W", "-n", "--keep-going"]
    code = subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT).returncode
    if code:
        for report in sorted(BUILD.glob("html/reports/**/*.log")):
            print(f"\n--- {report.relative_to(ROOT)}", *tail(report), sep="\n", file=sys.stderr)
        print("\nThe book was NOT built: see the warnings above.", file=sys.stderr)
        return code
    print(f"\nOpen {BUILD / 'html' / 'index.html'}")
    return 0


def tail(path, lines=25):
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]


if __name__ == "__main__":
    sys.exit(main())
