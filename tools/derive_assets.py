"""What the page that derives a reader's cell needs: Python for browsers, SymPy, `lstm_ref.derive`.

    python tools/derive_assets.py [FOLDER]     by default _build/html/_static/derive

Pyodide comes from npm, by the lock in book/derive; SymPy and mpmath are those of this environment,
which requirements.txt pins with hashes. They are kept in .cache/derive, compiled by Pyodide's own
Python, and nothing is fetched a second time. Where Pyodide cannot be fetched, the rest of the book
is built without it, and the page says why it cannot derive.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "book" / "derive"
CACHE = ROOT / ".cache" / "derive"
FOLDER = ROOT / "_build" / "html" / "_static" / "derive"

LOCKED = ("package.json", "package-lock.json")
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
# Of npm: a short wait where there is no network.
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
QUIET += ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--loglevel=error")
# Of SymPy, what no derivation loads; tests besides.
LEFT_OUT = [
    f"sympy/{part}/"
    for part in (
        *("categories", "crypto", "diffgeom", "holonomic", "liealgebras", "sandbox", "stats"),
        *(f"parsing/{part}" for part in ("autolev", "c", "fortran", "latex")),
        *(f"physics/{part}" for part in ("biomechanics", "continuum_mechanics", "control", "hep")),
        *(f"physics/{part}" for part in ("mechanics", "optics", "quantum", "vector")),
    )
]
TESTS = {"tests", "benchmarks"}
OURS = ("__init__.py", "optional.py", "sizes.py")
# Printed into NumPy files, and never loaded here.
TEXTS = ("generated/runtime_alone.py", "generated/runtime.py", "cells/functions.py")


class Missing(Exception):
    """Something cannot be had here; the message says what, and why."""


def ship(folder=FOLDER):
    """Put the worker and its files into a folder of the site; what is missing, or None."""
    folder.mkdir(parents=True, exist_ok=True)  # the scripts of the page are there already
    shutil.copy(SOURCE / "worker.js", folder)
    try:
        shipped, missing = _files(folder), None
    except Missing as error:
        shipped, missing = {"files": [], "missing": str(error)}, str(error)
    _write(folder / "shipped.json", shipped)
    return missing


def _files(folder):
    """Copy everything; what shipped.json says about it."""
    package = fetched()
    archive, versions = packed()
    sources = {name: package / name for name in PYODIDE} | {"derive.zip": archive}
    for name, source in sources.items():
        shutil.copyfile(source, folder / name)
    (folder / "licences.txt").write_text(licences(versions), encoding="utf-8", newline="\n")
    files = [{"name": name, **_sum(folder / name)} for name in sources]
    about = json.loads((package / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
    size = sum(file["size"] for file in files)
    return {"files": files, "size": size, "info": about, "parts": parts(versions)}


def _sum(path):
    data = path.read_bytes()
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _write(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


# ---- Pyodide, from npm


def fetched():
    """The folder of the npm package, fetched once for each lock. Raises Missing."""
    key = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in LOCKED)).hexdigest()
    home, package = CACHE / "npm", CACHE / "npm" / "node_modules" / "pyodide"
    stamp = home / "fetched.json"
    files = {name: _sum(package / name) for name in PYODIDE if (package / name).is_file()}
    if not stamp.is_file() or json.loads(stamp.read_text()) != {"lock": key, "files": files}:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for name in LOCKED:
            shutil.copy(SOURCE / name, home)
        _npm("ci", *QUIET)  # which compares each package with the hash of the lock
        files = {name: _sum(package / name) for name in PYODIDE}
        _write(stamp, {"lock": key, "files": files})
    return package


def _npm(*arguments):
    """What npm prints. Raises Missing with what it says of its failure."""
    command = ["sh", str(ROOT / "tools" / "npm.sh"), *arguments]
    environment = {**os.environ, "PYTHON": sys.executable}
    try:
        done = subprocess.run(
            command, cwd=CACHE / "npm", capture_output=True, text=True, env=environment
        )
    except OSError as error:
        raise Missing(f"npm {arguments[0]} failed: {error}") from error
    if done.returncode:
        raise Missing(f"npm {arguments[0]} failed: {_reason(done.stderr)}")
    return done.stdout


def _reason(said):
    """The line of what npm or pip said that tells most: the first with an error, or the last."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it says nothing"]
    telling = [line for line in lines if "error" in line.lower()] or lines[-1:]
    return telling[0].removeprefix("npm error ").removeprefix("ERROR: ")[:200]


# ---- the archive, made by Pyodide in Node


def packed():
    """(the archive, the versions that it was made with), made once for its sources."""
    files = [*_theirs("mpmath"), *_theirs("sympy"), *_ours()]
    digest = hashlib.sha256((SOURCE / "pack.cjs").read_bytes())
    for name in LOCKED:
        digest.update((SOURCE / name).read_bytes())
    theirs = digest.copy()
    for file in files:
        line = f"{file['name']} {file['how']} {file.pop('sum')}\n".encode()
        digest.update(line)
        if file["how"] == "bare":
            theirs.update(line)
    archive = CACHE / "packed" / f"{digest.hexdigest()[:32]}.zip"
    stamp = archive.with_suffix(".json")
    about = json.loads(stamp.read_text(encoding="utf-8")) if stamp.is_file() else {}
    if not archive.is_file() or about.get("archive") != _sum(archive):
        about = {"versions": _pack(archive, files, theirs.hexdigest()[:32])}
        _write(stamp, {**about, "archive": _sum(archive)})
    return archive, about["versions"]


def _pack(archive, files, key):
    """Make the archive; the versions that Pyodide says it has."""
    shutil.rmtree(archive.parent, ignore_errors=True)
    archive.parent.mkdir(parents=True)
    job = {"archive": str(archive), "compiled": str(_compiled(key)), "files": files}
    _write(CACHE / "npm" / "job.json", job)
    shutil.copy(SOURCE / "pack.cjs", CACHE / "npm")
    print("Packing SymPy and the engine for the browser (half a minute)", flush=True)
    return json.loads(_npm("run", "--silent", "pack", "--", "job.json"))


def _compiled(key):
    """The folder of what was compiled of SymPy and mpmath; those of others are removed."""
    home = CACHE / "compiled"
    home.mkdir(parents=True, exist_ok=True)
    for old in home.iterdir():
        if old.name != key:
            shutil.rmtree(old)
    (home / key).mkdir(exist_ok=True)
    return home / key


def _theirs(name):
    """The modules of an installed package, as its wheel had them. Raises Missing."""
    for file in sorted(metadata.files(name) or [], key=str):
        path = file.as_posix()
        left_out = TESTS & {*file.parts} or any(path.startswith(part) for part in LEFT_OUT)
        if file.parts[0] != name or file.suffix != ".py" or left_out:
            continue
        data = Path(file.locate()).read_bytes()
        own = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        if file.hash is None or own != file.hash.value:
            raise Missing(f"{path} of {name} is not as it was installed; make install")
        yield {"name": path, "source": str(file.locate()), "how": "bare", "sum": own}


def _ours():
    package = ROOT / "lstm_ref"
    derive = sorted(path for path in (package / "derive").rglob("*.py"))
    for path in (*(package / name for name in OURS), *derive):
        yield _of_ours(path, "compile")
    for name in TEXTS:
        yield _of_ours(package / name, "keep")


def _of_ours(path, how):
    name = path.relative_to(ROOT).as_posix()
    own = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"name": name, "source": str(path), "how": how, "sum": own}


# ---- what is shipped, and under which licence


def parts(versions):
    """Name, version, licence and home of everything that is shipped."""
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    pyodide = lock["node_modules/pyodide"]
    rows = [
        ("Pyodide", pyodide["version"], pyodide["license"], "https://github.com/pyodide/pyodide"),
        ("CPython", versions["python"], "PSF-2.0", "https://github.com/python/cpython"),
        ("SymPy", metadata.version("sympy"), "BSD-3-Clause", "https://github.com/sympy/sympy"),
        ("mpmath", metadata.version("mpmath"), "BSD-3-Clause", "https://github.com/mpmath/mpmath"),
        ("lstm_ref", metadata.version("lstm-ref"), "MIT", None),
    ]
    return [dict(zip(("name", "version", "licence", "home"), row, strict=True)) for row in rows]


HEAD = """What the page that derives a cell is made of. The sources are at these addresses, under
the tags of the versions. SymPy and mpmath are compiled, without docstrings, tests and what no
derivation loads; Pyodide is as published on npm.
"""


def licences(versions):
    """The notices that go with the files."""
    rows = [
        ", ".join(filter(None, [f"{row['name']} {row['version']}", row["licence"], row["home"]]))
        for row in parts(versions)
    ]
    blocks = [
        "\n".join([HEAD, *rows, ""]),
        f"CPython\n\n{versions['copyright']}\n",
        *(f"{name}\n\n{_licence(name)}" for name in ("sympy", "mpmath")),
        f"lstm_ref\n\n{(ROOT / 'LICENSE').read_text(encoding='utf-8')}",
    ]
    return f"\n{'-' * 78}\n\n".join(blocks)


def _licence(name):
    """The text that came with an installed package."""
    found = next(f for f in metadata.files(name) if f.name == "LICENSE" and ".dist-info" in str(f))
    return Path(found.locate()).read_text(encoding="utf-8")


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    if missing := ship(folder):
        print(f"The page that derives a cell cannot derive: {missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
