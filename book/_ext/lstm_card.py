"""The directive `cell-card`: all equations of a cell of the catalogue, as they are derived now."""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from lstm_ref.book.card import Card
from lstm_ref.derive import catalogue


class CardOf(SphinxDirective):
    """The card of the cell that its argument names."""

    required_arguments = 1

    def run(self):
        self.env.note_reread()
        text = Card(catalogue.CELLS[self.arguments[0]])._repr_markdown_()
        card = nodes.container(classes=["card-of-a-cell"])
        self.state.nested_parse(StringList(text.splitlines()), self.content_offset, card)
        return [card]


def setup(app):
    app.add_directive("cell-card", CardOf)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
