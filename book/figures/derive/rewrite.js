/* A script that `derive --format javascript` printed, rewritten so that it computes with complex
   numbers: every operator, every function of Math and every place of an array becomes a call of
   `complex.js`, here named $. Nothing else changes, so it is the same program. */
import { parse } from "acorn";

const BINARY = { "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod",
  "<": "lt", "<=": "le", ">": "gt", ">=": "ge" };

const isMath = (node) => node.type === "MemberExpression" && !node.computed &&
  node.object.type === "Identifier" && node.object.name === "Math";

/* Parts of a node that are nodes, in the order of the text. */
function parts(node) {
  const found = Object.values(node).flat().filter((part) => part && typeof part.type === "string");
  return found.sort((a, b) => a.start - b.start);
}

class Rewriter {
  constructor(source) {
    this.source = source;
  }

  /* The text of a node, rewritten. */
  text(node) {
    return this[node.type]?.(node) ?? this.copied(node);
  }

  copied(node) {
    let end = node.start, found = "";
    for (const part of parts(node)) {
      if (part.start < end) continue; // { x } is one name for two parts
      found += this.source.slice(end, part.start) + this.text(part);
      end = part.end;
    }
    return found + this.source.slice(end, node.end);
  }

  BinaryExpression({ operator, left, right }) {
    return BINARY[operator] && `$.${BINARY[operator]}(${this.text(left)}, ${this.text(right)})`;
  }

  UnaryExpression({ operator, argument }) {
    return operator === "-" ? `$.neg(${this.text(argument)})` : undefined;
  }

  MemberExpression(node) {
    if (isMath(node)) return `$.${node.property.name}`;
    return node.computed ? `$.get(${this.text(node.object)}, ${this.text(node.property)})` : undefined;
  }

  AssignmentExpression({ operator, left, right }) {
    let value = this.text(right);
    if (operator !== "=") value = `$.${BINARY[operator[0]]}(${this.text(left)}, ${value})`;
    if (left.type === "MemberExpression" && left.computed)
      return `$.set(${this.text(left.object)}, ${this.text(left.property)}, ${value})`;
    return left.type === "Identifier" ? `${left.name} = ${value}` : undefined;
  }

  NewExpression({ callee, arguments: given }) {
    return callee.name === "Float64Array" ? `$.array(${this.text(given[0])})` : undefined;
  }
}

/* The script as the body of a function of $ that returns its constant. */
export function rewritten(source, name) {
  return `${new Rewriter(source).text(parse(source, { ecmaVersion: 2022 }))}\nreturn ${name};`;
}
