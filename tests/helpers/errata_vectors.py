"""Test vectors of others: numbers for tests/pages/test_errata.py, as in errata_libraries."""

import onnx

from lstm_ref.interop import alterations, gradbench, public_vectors, vectors


def count(names):
    return sum(map(len, names.values()))


def onnx_tests():
    kinds = alterations.KINDS
    ours = public_vectors.ours(vectors.make("VANILLA", T=3, B=2, D=2, H=3)[1])
    theirs = {"ONNX": public_vectors.onnx(), "WebNN": public_vectors.webnn()}
    pass_all = {name: alterations.passing(cases) for name, cases in theirs.items()}
    seen = {k: set(tried) - set(pass_all["ONNX"][k]) for k, tried in kinds.items()}
    assert {k: v for k, v in seen.items() if v} == {"a bias ignored": {"first"}}
    for case in theirs["ONNX"]:  # as the entry says
        for way in range(len(case.inputs["W"])):
            assert len({*case.inputs["W"][way].ravel(), *case.inputs["R"][way].ravel()}) == 1
        assert not any(case.inputs[k].any() for k in case.inputs if k.startswith("initial"))
    given = gradbench.drawn(2, 1024)
    want = gradbench.evaluate(given)
    ignored = gradbench.KINDS["an initial state ignored"]
    assert all(gradbench.passes(given, want, alter) for alter in ignored.values())
    (transposed,) = gradbench.KINDS["matrices transposed"].values()
    assert gradbench.passes(given, want, transposed)
    orders = gradbench.KINDS["another order of the gates"]
    assert not any(gradbench.passes(given, want, alter) for alter in orders.values())
    assert gradbench.TOLERANCE == 1e-4
    version = ".".join(onnx.__version__.split(".")[:2])
    return [
        f"{len(kinds['another order of the gates'])} wrong orders of the gates, $R$",
        "one of two biases",
        f"{len(kinds['another order of the peepholes'])} wrong orders of the peepholes",
        f"{count(kinds)} in all",
        f"{count(pass_all['ONNX'])} pass all {len(theirs['ONNX'])} tests",
        f"of version {version}",
        f"The {len(theirs['WebNN'])} tests of WebNN pass {count(pass_all['WebNN'])}",
        f"Ours passes {count(alterations.passing([ours]))}",
        "$10^{-4}$",
        "2 layers and 1024 characters",
        f"The {len(orders)} wrong orders of its gates",
        "$h_0$ or $c_0$",
    ]
