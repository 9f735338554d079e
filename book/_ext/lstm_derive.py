"""The directive `derive-page`: the editor in which a reader derives a cell, with examples.

Its scripts are in `book/figures/derive`; what they load is in `_static/derive`. The examples are
the declarations of the catalogue as their source has them.
"""

import ast
import html
import json
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from lstm_ref.derive import catalogue

TEMPLATE = '''@cell
def Mine(x, h, f, *, W, b):
    """A title. Where it is from."""
    f[t] = sigma(W.fh @ h[t - 1] + W.fx @ x[t] + b.f)
    h[t] = f[t] * h[t - 1] + (1 - f[t]) * tanh(W.hx @ x[t] + b.h)
'''
# From the simplest to those with a matrix as state.
NAMES = """ELMAN LSTM GRU_BEFORE MGU JANET SRU MINGRU LEM LN_LSTM SLSTM MLSTM GATED_DELTANET RWKV7
HOPFIELD""".split()
PAGE = (Path(__file__).parent / "derive_page.html").read_text(encoding="utf-8")


def declaration(name):
    """The source of a cell of the catalogue that is declared by `@cell`, as it is written there."""
    kind = next(module for module, (_, names) in catalogue.KINDS.items() if name in names)
    text = Path(catalogue.__file__).with_name(f"{kind}.py").read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min(decorator.lineno for decorator in node.decorator_list)
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno]) + "\n"
    raise LookupError(f"{name} is not declared in {kind}.py by a function")


def examples():
    """[{label, text}], the template first."""
    found = [{"label": "A template", "text": TEMPLATE}]
    for name in NAMES:
        title = catalogue.about(catalogue.CELLS[name]).title
        found.append({"label": f"{name}: {title}", "text": declaration(name)})
    return found


class DerivePage(SphinxDirective):
    """The page's editor and what belongs to it."""

    def run(self):
        self.env.note_reread()
        items = examples()
        options = "\n".join(f"<option>{html.escape(one['label'])}</option>" for one in items)
        data = json.dumps(items, ensure_ascii=False).replace("</", r"<\/")
        up = "../" * self.env.docname.count("/")
        text = PAGE.replace("{{options}}", options).replace("{{examples}}", data)
        return [nodes.raw("", text.replace("{{up}}", up), format="html")]


def setup(app):
    app.add_directive("derive-page", DerivePage)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
