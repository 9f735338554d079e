"""The forward pass of a cell as NumPy source."""

from lstm_ref.derive.codegen.plan import Plan
from lstm_ref.derive.codegen.source_lines import block, call, indent, uses
from lstm_ref.derive.codegen.stacking import Stack, summands
from lstm_ref.derive.expressions import Dot, at


def body(plan: Plan, read_again: list[str]) -> list[str]:
    """Lines of the function `forward`. read_again: what the backward pass takes from the tape."""
    cell, names = plan.cell, plan.names
    work = [f"{names[cell.input]} = run.from_one(x)", *_arrays(plan)]
    work += [f"{names[s]}[0] = initial[{k}]" for k, s in enumerate(cell.states)]
    work += _all_steps(plan)
    work += block("for t in range(1, T + 1):", _step(plan))
    head = [
        "sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)",
        'params = tape["params"]',
        sizes_line(plan),
    ]
    last = "".join(f"{names[s]}[T], " for s in cell.states)
    results = f"run.leave(CELL, {names[cell.output]}, ({last.rstrip()}))"
    items = [f"{n}={n}" for n in read_again]
    work += [f"outputs, state_T = {results}", *call("tape.update", items)]
    head += [*parameters(plan, work), *stack_lines(plan, work)]
    return indent([*head, *work, "return outputs, state_T, tape"])


def sizes_line(plan: Plan) -> str:
    """The line of code that gives the sizes a cell uses their letters, T first."""
    letters = [k for k in "TDHB" if k in "TB" or any(k in w for w in plan.cell.letters.values())]
    letters += sorted({k for w in plan.cell.letters.values() for k in w} - set("TDHB1"))
    return f'{", ".join(letters)} = (sizes[k] for k in "{"".join(letters)}")'


def parameters(plan: Plan, lines: list[str]) -> list[str]:
    """Local names for the parameters that these lines of code use by name."""
    every = (*plan.cell.matrices, *plan.cell.vectors)
    return [f'{plan.names[p]} = params["{p}"]' for p in every if uses(lines, plan.names[p])]


def stack_lines(plan: Plan, work: list[str]) -> list[str]:
    """Matrices of the same vector on top of each other, where the work uses them."""
    lines = []
    for stack in plan.layout.stacks:
        name = stack_name(plan, stack)
        if len(stack.matrices) > 1 and uses(work, name):
            items = [f'params["{W}"]' for W in stack.matrices]
            lines += call(f"{name} = np.concatenate", items, "([", "])")
    return lines


def stack_name(plan: Plan, stack: Stack) -> str:
    """W_h for the matrices at h_{t-1}; the matrix itself where there is but one."""
    if len(stack.matrices) == 1:
        return plan.names[str(stack.matrices[0])]
    key = f"stack of {stack.v} from {stack.rows[0]}"
    if key not in plan.names:
        plan.names[key] = plan.new(f"W_{plan.names[stack.v.base.label.name]}")
    return plan.names[key]


def _arrays(plan):
    """Room for everything that is kept over time."""
    lines, rows, names = [], plan.layout.rows, plan.names
    letters = plan.cell.letters
    if rows:
        lines.append(f'net = new("{"".join(letters[r] for r in rows)}")')
        heights = ", ".join(letters[r] for r in rows)
        left = ", ".join(names[r] for r in rows)
        lines.append(f"{left}{',' if len(rows) == 1 else ''} = run.rows(net, {heights})")
    others = [(n, letters[n]) for n in plan.cell.equations if n not in rows]
    others += [(name, plan.letter(expr)) for _, expr, name in plan.kept]
    others += [(f"net {n}", letters[n]) for n in plan.nets]
    for name, letter in others:
        lines.append(f'{names[name]} = new("{letter}")')
    return lines


def _all_steps(plan):
    """What does not wait for the step before: products with the input, biases."""
    lines: list[str] = []
    if not plan.layout.rows:
        return lines
    inputs = [s for s in plan.layout.stacks if s.v == at(plan.cell.input)]
    x = plan.names[plan.cell.input]
    if len(inputs) == 1 and not plan.cut(inputs[0].rows):
        lines.append(f"np.matmul({stack_name(plan, inputs[0])}, {x}[1:], out=net[1:])")
    else:
        lines.append("net[1:] = 0")
        for s in inputs:
            lines.append(f"{_rows(plan, s.rows, '1:')} += {stack_name(plan, s)} @ {x}[1:]")
    for run, vectors in plan.layout.biases:
        if len(vectors) == 1:
            lines.append(f"{_rows(plan, run, '1:')} += {plan.names[str(vectors[0])]}")
        else:
            items = [f'params["{b}"]' for b in vectors]
            lines += call(f"{_rows(plan, run, '1:')} += np.concatenate", items, "([", "])")
    return lines


def _rows(plan, run, when):
    """The rows of a run at some time: one gate by name, several as a part of net."""
    if len(run) == 1:
        return f"{plan.names[run[0]]}[{when}]"
    return f"net[{when}, {cut}]" if (cut := plan.cut(run)) else f"net[{when}]"


def _step(plan):
    """One step: products of the states before, early gates together, then line by line."""
    lines = []
    rules, plan.rules = plan.rules, {}  # filled again as the intermediate results are computed
    for stack in plan.layout.stacks:
        if stack.v != at(plan.cell.input):
            v = plan.show(stack.v)
            lines.append(f"{_rows(plan, stack.rows, 't')} += {stack_name(plan, stack)} @ {v}")
    early = plan.layout.early
    for name in early:
        lines += _kept(plan, name) + _rest(plan, name)
    kinds = list(dict.fromkeys(plan.cell.equations[n].activation for n in early))
    for kind in kinds:
        group = [n for n in early if plan.cell.equations[n].activation is kind]
        lines += _activate(plan, kind, group)
    for name in plan.cell.equations:
        if name not in early:
            lines += _kept(plan, name) + _equation(plan, name)
    plan.rules = rules
    return lines


def _rest(plan, name):
    """What is added to a weighted input besides stacked products and biases."""
    stacked = {(s.v, W) for s in plan.layout.stacks for r, W in s.pairs if r == name}
    in_bias = {
        b for run, names in plan.layout.biases for r, b in zip(run, names, strict=True) if r == name
    }
    lines = []
    for term in summands(plan.cell.equations[name].net):
        if isinstance(term, Dot) and (term.args[1], term.args[0]) in stacked:
            continue
        if term not in in_bias:
            lines.append(f"{plan.names[name]}[t] += {plan.show(term, name)}")
    return lines


def _kept(plan, name):
    """Intermediate results of this equation that the way back needs."""
    lines = []
    for owner, expr, title in plan.kept:
        if owner == name:
            lines.append(f"{plan.names[title]}[t] = {plan.show(expr, name)}")
            plan.rules[expr] = at(title)
    return lines


def _activate(plan, kind, group):
    """The activation of neighbouring rows, in place."""
    lines = [f"{plan.names[f'net {n}']}[t] = {plan.names[n]}[t]" for n in group if n in plan.nets]
    if kind is None:
        return lines
    target = _rows(plan, group, "t")
    function = plan.show(kind(at("PLACE"))).split("(")[0]
    return [*lines, f"{function}({target}, out={target})"]


def _equation(plan, name):
    equation, target = plan.cell.equations[name], f"{plan.names[name]}[t]"
    if name in plan.layout.rows:
        kind = equation.activation
        return _rest(plan, name) + _activate(plan, kind, [name])
    if name in plan.nets:
        net = plan.names[f"net {name}"]
        value = plan.show(equation.activation(at(f"net {name}")))
        return [f"{net}[t] = {plan.show(equation.net, name)}", f"{target} = {value}"]
    return [f"{target} = {plan.show(equation.expr, name)}"]
