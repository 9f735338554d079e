"""A release is of its tag's version, says what has changed, and its checksums fit."""

import subprocess
import sys
import zipfile

import downloads
import pytest
import release
from places import ROOT

CHANGELOG = (
    "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2030-01-01\n\nNew.\n\n## [0.1.0]\n\nOld.\n"
)


def test_the_notes_are_those_of_the_version():
    assert release.notes("v0.2.0", CHANGELOG, "0.2.0") == "New.\n"
    assert release.notes("v0.1.0", CHANGELOG, "0.1.0") == "Old.\n"


@pytest.mark.parametrize(
    ("tag", "version", "changelog", "said"),
    [
        ("v0.3.0", "0.2.0", CHANGELOG, r"TAG: expected v0\.2\.0.*got 'v0\.3\.0'"),
        ("0.2.0", "0.2.0", CHANGELOG, r"TAG: expected v0\.2\.0"),
        ("v0.3.0", "0.3.0", CHANGELOG, r"a section \[0\.3\.0\]"),
        ("v0.2.0", "0.2.0", CHANGELOG.replace("New.", ""), r"a section \[0\.2\.0\]"),
        ("v0.2.0", "0.2.0", CHANGELOG.replace("d]\n", "d]\n\nMore.\n"), "what is Unreleased"),
    ],
)
def test_a_tag_that_does_not_fit_makes_no_release(tag, version, changelog, said):
    with pytest.raises(ValueError, match=said):
        release.notes(tag, changelog, version)


def test_the_changelog_of_this_version_can_be_read():
    said = release.sections((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert next(iter(said)) == "Unreleased" and said[release.__version__]


def test_what_is_collected_fits_its_checksums(tmp_path):
    site, dist = tmp_path / "html", tmp_path / "dist"
    (site / "downloads").mkdir(parents=True)
    (site / "index.html").write_text("page")
    (site / "downloads" / "lstm.c").write_text("code")
    with pytest.raises(ValueError, match="run make book"):
        release.collect(site, dist)
    line = f"{downloads.checksum(site / 'downloads' / 'lstm.c')}  lstm.c\n"
    (site / "downloads" / downloads.SUMS).write_text(line)
    release.collect(site, dist, "0.2.0")
    lines = (dist / downloads.SUMS).read_text().splitlines()
    assert len(lines) == 2 and {p.name for p in dist.iterdir()} == {
        *(each.split()[1] for each in lines),
        downloads.SUMS,
    }
    for each in lines:
        digits, name = each.split()
        assert downloads.checksum(dist / name) == digits
    with zipfile.ZipFile(dist / "lstm_ref-0.2.0-site.zip") as archive:
        assert archive.read("site/index.html") == b"page"


def test_the_command_refuses_another_tag():
    command = [sys.executable, ROOT / "tools/release.py", "v99.0"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and "TAG: expected v" in done.stderr
