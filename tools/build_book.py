"""Render the stored outputs strictly and never stale: every warning is an error.

    python tools/build_book.py [--execute | --stored]

Notebooks whose outputs may be stale (tools/keys.py says why) are executed first, in place; all of
them with --execute, none with --stored: for `make test`, which has just compared them.
The pages are always built anew, because a second build after a failed one would succeed with the
error still on the page. Last come the files of the page that derives a cell, see derive_assets.
"""

import argparse
import shutil
import subprocess
import sys

import derive_assets
import environment
import keys
import run_notebooks

BUILD = keys.ROOT / "_build"
# Not bin/jupyter-book: that script names the folder in which .venv was made.
PROGRAM = "from jupyter_book.cli.main import main; main()"
STRICT = ["build", ".", "-W", "-n", "--keep-going"]


def refresh(everything):
    """Make the stored outputs those of the sources; the names of notebooks that failed."""
    paths = run_notebooks.chosen([], everything)
    if paths:
        print(f"Executing {len(paths)} of {len(keys.notebooks())} notebooks", flush=True)
    failed, _ = run_notebooks.run(paths)
    return failed


def render():
    """Build all pages; the exit code of Jupyter Book."""
    for name in ("html", ".doctrees", "_sphinx_design_static"):
        shutil.rmtree(BUILD / name, ignore_errors=True)
    code = subprocess.run([sys.executable, "-c", PROGRAM, *STRICT], cwd=keys.ROOT).returncode
    if code:
        for report in sorted(BUILD.glob("html/reports/**/*.log")):
            print(
                f"\n--- {report.relative_to(keys.ROOT)}", *tail(report), sep="\n", file=sys.stderr
            )
        print("\nThe book was NOT built: see the warnings above.", file=sys.stderr)
    return code


def tail(path, lines=25):
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--execute", action="store_true", help="execute all notebooks first")
    which.add_argument("--stored", action="store_true", help="execute none")
    arguments = parser.parse_args()
    environment.apply()
    if not arguments.stored and (failed := refresh(arguments.execute)):
        print(f"\nThe book was NOT built: {', '.join(failed)} failed.", file=sys.stderr)
        return 1
    if code := render():
        return code
    if missing := derive_assets.ship():
        print(f"\nThe page that derives a cell cannot derive: {missing}", file=sys.stderr)
        print("The rest of the book is complete.", file=sys.stderr)
    print("\nWithout a PDF of the book: `make pdf` prints it, where there is a Chromium.")
    print(f"Open {BUILD / 'html' / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
