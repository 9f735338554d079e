"""The letters of sizes, and what each counts: T steps, D inputs, H units, B samples, 1 for one."""

SPARE = "PQRUVXYACEFIJKLMNOSWZ"  # further widths of a cell, after D, H and G: P as in projection
MEANING = {
    "T": "steps",
    "D": "inputs",
    "H": "units",
    "B": "samples",
    "P": "projected units",
    "G": "blocks, a divisor of H",
}


def meaning(letter: str) -> str:
    """What the size with this letter counts, in words."""
    return MEANING.get(letter, "units of another width")


# Of golden vectors when nobody chooses them. D and H are at least T·B, so that the error term of
# every unit, step and sample can be recovered from the gradients of the weights; no two are equal.
VECTORS = {"T": 4, "B": 2, "D": 9, "H": 10}
FORMERLY = {"T": 5, "B": 3, "D": 4, "H": 6}  # files of these exist
