"""The directive `downloads`: makes the files that the site offers, and links them with their size
and SHA-256. They lie in the folder `downloads` of the site."""

import subprocess
import sys
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

TOOLS = Path(__file__).resolve().parents[2] / "tools"
FOLDER = "downloads"
# End of the name: what it is.
WHAT = {
    ".whl": "the package",
    "-notebooks.zip": "the chapters, executed",
    "-figures.zip": "all figures of the chapters as SVG, with their captions",
    "-vectors.zip": "the published golden vectors of all cells",
    "lstm.c": "the LSTM of chapter 9 in C",
    "lstm.h": "its golden vectors",
    ".pdf": "all equations of the LSTM on one sheet of A4",
    "SHA256SUMS": "the checksums below",
}


def make(folder):
    """Write the files in the environment of the stored outputs."""
    python = [sys.executable, str(TOOLS / "environment.py"), sys.executable]
    subprocess.run(
        [*python, str(TOOLS / "downloads.py"), str(folder)], check=True, stdout=subprocess.DEVNULL
    )


def listed(folder):
    """(name, bytes, SHA-256) of each file; of the list of checksums itself, last, no SHA-256."""
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    rows = [line.split("  ", 1)[::-1] for line in lines]
    return [
        (name, (folder / name).stat().st_size, sha) for name, sha in [*rows, ("SHA256SUMS", "")]
    ]


class Downloads(SphinxDirective):
    """A list of links; below each its SHA-256."""

    def run(self):
        folder = Path(self.env.app.outdir, FOLDER)
        make(folder)
        self.env.note_reread()  # the files are of this build
        up = "../" * self.env.docname.count("/")
        items = nodes.bullet_list()
        for name, size, sha in listed(folder):
            what = next(text for end, text in WHAT.items() if name.endswith(end))
            line = nodes.paragraph()
            line += nodes.reference("", name, refuri=f"{up}{FOLDER}/{name}", classes=["download"])
            line += nodes.Text(f" ({max(1, round(size / 1024)):,} KB): {what}")
            item = nodes.list_item("", line)
            if sha:
                item += nodes.literal_block(sha, sha, language="text")
            items += item
        return [items]


def setup(app):
    app.add_directive("downloads", Downloads)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
