/* The editor of the page "Derive your own cell": CodeMirror with Python's colours, whose Tab key
   leaves it after Escape, and which shows one message at its line. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, LRLanguage, bracketMatching, indentNodeProp, indentUnit, syntaxHighlighting }
  from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, keymap, lineNumbers } from "@codemirror/view";
import { parser } from "@lezer/python";
import { tags } from "@lezer/highlight";

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], class: "tok-keyword" },
  { tag: [tags.string, tags.special(tags.string)], class: "tok-string" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: [tags.number, tags.bool, tags.null], class: "tok-number" },
  { tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName)), tags.meta],
    class: "tok-function" },
]);

/* A body is four blanks further in than its head: all that a declaration needs. */
function bodyIndent(context) {
  const head = context.state.doc.lineAt(context.pos).from === 0 ? "" : context.lineAt(context.pos, -1).text;
  return context.baseIndent + (/:\s*$/.test(head) ? context.unit : 0);
}
const python = LRLanguage.define({
  name: "python",
  parser: parser.configure({ props: [indentNodeProp.add({ Body: (context) => context.continue() ?? bodyIndent(context) })] }),
  languageData: { commentTokens: { line: "#" } },
});

const setFault = StateEffect.define();

class Note extends WidgetType {
  constructor(fault) {
    super();
    this.fault = fault;
  }

  eq(other) {
    return other.fault === this.fault;
  }

  toDOM() {
    const box = document.createElement("div");
    box.className = "derive-fault";
    const message = document.createElement("p");
    message.textContent = this.fault.message;
    box.append(message);
    if (this.fault.cure) {
      const cure = document.createElement("p");
      cure.className = "derive-cure";
      cure.textContent = this.fault.cure;
      box.append(cure);
    }
    return box;
  }
}

function marks(doc, fault) {
  if (!fault || !fault.line) return Decoration.none;
  const line = doc.line(Math.min(fault.line, doc.lines));
  const found = [Decoration.line({ class: "derive-faulty" }).range(line.from)];
  const place = fault.column ? line.from + fault.column - 1 : line.to;
  if (place < line.to) {
    const word = /^[\w.]+|^./.exec(doc.sliceString(place, line.to))[0];
    found.push(Decoration.mark({ class: "derive-place" }).range(place, place + word.length));
  }
  found.push(Decoration.widget({ widget: new Note(fault), block: true, side: 1 }).range(line.to));
  return Decoration.set(found);
}

const faults = StateField.define({
  create: () => Decoration.none,
  update(found, transaction) {
    for (const effect of transaction.effects)
      if (effect.is(setFault)) return marks(transaction.state.doc, effect.value);
    return transaction.docChanged ? Decoration.none : found;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/* An editor in `parent`. labels: ids for aria-labelledby and aria-describedby; run: what Ctrl-Enter
   does; changed: called whenever the text is another one. */
export function makeEditor(parent, { text, labelledby, describedby, run, changed }) {
  const attributes = { "aria-labelledby": labelledby, "aria-describedby": describedby, spellcheck: "false" };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), history(), python, bracketMatching(), indentUnit.of("    "), faults,
        syntaxHighlighting(COLOURS), EditorView.contentAttributes.of(attributes),
        EditorState.tabSize.of(4), EditorView.lineWrapping,
        keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, ...defaultKeymap, ...historyKeymap,
          indentWithTab]),
        EditorView.updateListener.of((update) => update.docChanged && changed()),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace(newText) { // as one edit, which can be undone
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: newText }, selection: { anchor: 0 } });
    },
    show(fault) {
      view.dispatch({ effects: setFault.of(fault) });
      view.contentDOM.setAttribute("aria-invalid", fault ? "true" : "false");
    },
    goTo(line) {
      const found = view.state.doc.line(Math.min(line, view.state.doc.lines));
      view.dispatch({ selection: { anchor: found.from }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
  };
}
