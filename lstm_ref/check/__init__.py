"""Checks of a backward pass, of their power, and of other people's implementations.

witnesses: is this gradient right? exercise (with equivalence, bounds): is this answer right?
recipe, evaluate, mistakes: a backward pass as data, played with mistakes in it. mutants (with
`known`): the mistakes of the literature; styles: which check sees which. vectors: golden test
vectors, in files. diagnose (with `diagnosis`): which mistake is this? torch_bridge, keras_bridge,
onnx_bridge, layouts, libraries: the same numbers elsewhere.
"""
