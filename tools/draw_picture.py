"""Write the picture of the README with the drawing code of the book: the cell of chapter 4.

    python tools/draw_picture.py

On a white ground, so that it can be read in a dark window as well. The same bytes each time.
"""

import io
import sys

import environment
import keys

PATH = keys.ROOT / "book" / "_assets" / "lstm_cell.svg"


def picture():
    """The picture, as the text of an SVG file."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from lstm_ref.book import style
    from lstm_ref.book.drawings import cell_diagram

    with mpl.rc_context(style.RC):
        figure = Figure(figsize=(4.8, 3.9))
        cell_diagram.cell(figure.add_subplot())
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata=style.METADATA)
    return "".join(line.rstrip() + "\n" for line in text.getvalue().splitlines())


def main():
    environment.apply()
    PATH.write_text(picture(), encoding="utf-8", newline="\n")
    print(f"{PATH.relative_to(keys.ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
