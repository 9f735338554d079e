"""The files of the page that derives a cell: where from, what if they cannot be had."""

import json
from pathlib import Path

import derive_assets
import pytest
from derive_assets import Missing


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """An npm that writes what it was asked to fetch, and the calls of it."""
    calls = []

    def fake(*arguments):
        calls.append(arguments[0])
        package = derive_assets.CACHE / "npm" / "node_modules" / "pyodide"
        package.mkdir(parents=True, exist_ok=True)
        for name in derive_assets.PYODIDE:
            (package / name).write_text(name)
        return ""

    monkeypatch.setattr(derive_assets, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(derive_assets, "_npm", fake)
    return calls


def test_what_is_there_is_not_fetched_again(npm):
    package = derive_assets.fetched()
    assert derive_assets.fetched() == package and npm == ["ci"]


def test_what_is_damaged_or_locked_anew_is_fetched_again(npm, monkeypatch, tmp_path):
    package = derive_assets.fetched()
    (package / "pyodide.asm.wasm").write_text("damaged")
    derive_assets.fetched()
    assert npm == ["ci", "ci"]
    (package / "pyodide.mjs").unlink()
    derive_assets.fetched()
    assert npm == ["ci"] * 3
    for name in derive_assets.LOCKED:
        (tmp_path / name).write_text("another lock")
    monkeypatch.setattr(derive_assets, "SOURCE", tmp_path)
    derive_assets.fetched()
    assert npm == ["ci"] * 4


def test_an_archive_is_made_again_where_it_is_damaged_or_its_sources_changed(npm, monkeypatch):
    def pack(*arguments):
        npm.append(arguments[0])
        job = json.loads((derive_assets.CACHE / "npm" / "job.json").read_text(encoding="utf-8"))
        Path(job["archive"]).write_text("packed")
        return '{"python": "3.14.2"}'

    derive_assets.fetched()
    monkeypatch.setattr(derive_assets, "_npm", pack)
    archive, versions = derive_assets.packed()
    assert derive_assets.packed() == (archive, versions) and versions == {"python": "3.14.2"}
    assert npm == ["ci", "run"]
    archive.write_text("damaged")
    assert derive_assets.packed()[0].read_text() == "packed" and npm == ["ci", "run", "run"]
    monkeypatch.setattr(derive_assets, "OURS", ("__init__.py",))
    assert derive_assets.packed()[0] != archive and not archive.exists()


def test_where_nothing_can_be_fetched_the_folder_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(derive_assets, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "empty"))
    missing = derive_assets.ship(tmp_path / "derive")
    assert missing == "npm ci failed: code ENOTCACHED"
    assert "\n" not in missing and len(missing) < 300
    files = {path.name for path in (tmp_path / "derive").iterdir()}
    assert files == {"worker.js", "shipped.json"}
    shipped = json.loads((tmp_path / "derive" / "shipped.json").read_text(encoding="utf-8"))
    assert shipped == {"files": [], "missing": missing}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("npm error code ENOTFOUND\nnpm error network ...", "code ENOTFOUND"),
        ("Installing Node\nWARNING: Retrying\nERROR: No matching", "No matching"),
        ("node: not found\n", "node: not found"),
        ("", "it says nothing"),
    ],
)
def test_the_reason_is_one_line(said, reason):
    assert derive_assets._reason(said) == reason


def test_sympy_is_packed_as_its_wheel_had_it(monkeypatch):
    files = {file["name"]: file for file in derive_assets._theirs("sympy")}
    assert list(files) == sorted(files) and len(files) > 600
    assert "sympy/core/add.py" in files and "sympy/physics/units/__init__.py" in files
    assert not any("/tests/" in name or "/mechanics/" in name for name in files)
    monkeypatch.setattr(derive_assets.base64, "urlsafe_b64encode", lambda _: b"another")
    with pytest.raises(Missing, match="sympy/__init__.py of sympy is not as it was installed"):
        list(derive_assets._theirs("sympy"))


def test_ours_is_what_derives_and_the_texts_that_it_prints():
    files = {file["name"]: file["how"] for file in derive_assets._ours()}
    assert files["lstm_ref/derive/page.py"] == "compile"
    assert files["lstm_ref/generated/runtime.py"] == "keep"
    assert "lstm_ref/arguments.py" not in files


def test_every_part_has_a_licence_and_a_notice():
    versions = {"python": "3.14.2", "copyright": "Copyright (c) 2001 Python Software Foundation."}
    text = derive_assets.licences(versions)
    for row in derive_assets.parts(versions):
        assert f"{row['name']} {row['version']}, {row['licence']}" in text
    for holder in ("SymPy Development Team", "Fredrik Johansson", "Python Software Foundation"):
        assert holder in text
