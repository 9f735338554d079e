"""The icons that the pages show, cut out of the theme's icon fonts.

Font Awesome is 700 kB for two dozen pictures. The letters that a stylesheet names stay, in fonts of
another name as their licence asks (book/_assets/icons/LICENSE.txt), inside the stylesheet.
"""

import base64
import io
import logging
import re

from fontTools import subset
from fontTools.ttLib import TTFont

logging.getLogger("fontTools").setLevel(logging.WARNING)  # else a line for each table

FACE = re.compile(r"@font-face\{[^}]*font-family:[\"']?Font Awesome[^}]*\}")
FILE = re.compile(r"webfonts/([\w-]+)\.ttf")
PRIVATE = re.compile("[\ue000-\uf8ff]")  # where icon fonts have their letters
ESCAPED = re.compile(r"\\([ef][0-9a-f]{3})\b")
# The file -> the classes of its icons.
CLASSES = {
    "fa-solid-900": ("fas", "fa-solid"),
    "fa-regular-400": ("far", "fa-regular"),
    "fa-brands-400": ("fab", "fa-brands"),
}


def cut(style, folder):
    """A stylesheet with fonts of its own icons in it instead of links to all of Font Awesome's."""
    letters = {*PRIVATE.findall(style)} | {chr(int(n, 16)) for n in ESCAPED.findall(style)}
    faces = {}

    def face(found):
        name = FILE.search(found[0])
        if name is None or name[1] in faces or not shown(style, CLASSES.get(name[1], ())):
            return ""
        faces[name[1]] = found[0]
        data = base64.b64encode(font(folder / f"{name[1]}.ttf", letters)).decode()
        source = f'src:url(data:font/woff;base64,{data}) format("woff")'
        return re.sub(r"src:[^}]*", source, found[0])

    return (
        FACE.sub(face, style)
        .replace("Font Awesome\\ 6", "Book\\ Icons")
        .replace("Font Awesome 6", "Book Icons")
    )


def shown(style, classes):
    """Are there rules for icons of a font?"""
    return any(re.search(rf"\.{name}(?![\w-])", style) for name in classes)


def font(path, letters):
    """A font of these letters alone, the same bytes in every build."""
    whole = TTFont(path, recalcTimestamp=False)
    options = subset.Options(layout_features=[], name_IDs=["*"], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(letter) for letter in letters])
    cutter.subset(whole)
    for record in whole["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):  # the names that its licence reserves
            record.string = (
                record.toUnicode()
                .replace("Font Awesome", "Book Icons")
                .replace("FontAwesome", "BookIcons")
            )
    whole.flavor = "woff"
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()
