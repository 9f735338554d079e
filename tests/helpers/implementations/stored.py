"""What somebody stores of all that was computed."""

KINDS = ("gradients", "everything", "h", "matrix")
SHARES = (70, 16, 7, 7)


def choose(rng, program, kind=None):
    """(kind, names of what is stored). Names are those of the golden vectors."""
    kind = kind or KINDS[rng.choice(len(KINDS), p=[s / sum(SHARES) for s in SHARES])]
    gradients = [f"d{n}" for n in program.learned]
    dx = [f"d{n}" for n in program.inputs]
    states = [f"d{s}_0" for s in program.states]
    if kind == "h":
        return kind, [program.output]
    if kind == "matrix":
        big = [n for n in program.learned if n[0].isupper()] or list(program.learned)
        return kind, [f"d{big[rng.integers(len(big))]}"]
    if kind == "everything":
        return kind, [*program.equations, *gradients, *dx, *states]
    names = list(gradients)
    names = [program.output, *names] if rng.random() < 0.7 else names
    names += dx if rng.random() < 0.5 else []
    names += states if rng.random() < 0.4 else []
    return kind, names


def keep(names):
    """Function(results) -> what is stored of them."""
    return lambda results: {name: results[name] for name in names}
