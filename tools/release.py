"""Put together what a release holds: the site's downloads, the site itself, checksums and notes.

    python tools/release.py TAG

After `make book`, for the tag of the version, say v0.1.0. It writes dist/, with SHA256SUMS of all
that is in it, and _build/notes.md: what CHANGELOG.md says of the version.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

import downloads

from lstm_ref import __version__

SITE = downloads.ROOT / "_build" / "html"
DIST = downloads.ROOT / "dist"
NOTES = downloads.ROOT / "_build" / "notes.md"


def sections(changelog):
    """Name of a section of the changelog, a version or Unreleased -> its text."""
    parts = re.split(r"(?m)^## \[([^\]]+)\].*\n", changelog)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def notes(tag, changelog, version=__version__):
    """What the changelog says of the version of this tag; ValueError where they do not fit."""
    if tag != f"v{version}":
        raise ValueError(f"TAG: expected v{version}, the version of lstm_ref, got {tag!r}")
    said = sections(changelog)
    if not said.get(version):
        raise ValueError(f"CHANGELOG.md: expected a section [{version}] that says something")
    if said.get("Unreleased"):
        raise ValueError(f"CHANGELOG.md: what is Unreleased belongs under [{version}]")
    return said[version] + "\n"


def collect(site=SITE, dist=DIST, version=__version__):
    """Copy the downloads of the built site into dist, made anew, with the site as an archive."""
    offered = Path(site, "downloads")
    if not (offered / downloads.SUMS).is_file():
        raise ValueError(f"{site}: expected the built site with its downloads; run make book")
    shutil.rmtree(dist, ignore_errors=True)
    shutil.copytree(offered, dist)
    files = {p.relative_to(site).as_posix(): p for p in Path(site).rglob("*") if p.is_file()}
    archive = Path(dist, f"lstm_ref-{version}-site.zip")
    downloads.zipped(archive, {f"site/{name}": path.read_bytes() for name, path in files.items()})
    sums = Path(dist, downloads.SUMS)
    line = f"{downloads.checksum(archive)}  {archive.name}\n"
    sums.write_text(sums.read_text(encoding="utf-8") + line, encoding="utf-8", newline="\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tag", metavar="TAG", help="of the version, say v0.1.0")
    try:
        changelog = (downloads.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        text = notes(parser.parse_args().tag, changelog)
        collect()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    NOTES.write_text(text, encoding="utf-8", newline="\n")
    print(*sorted(path.name for path in DIST.iterdir()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
