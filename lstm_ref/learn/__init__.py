"""What training needs.

tasks: sequences with a known answer. network: a cell or `layers` of cells with an `output_layer`.
`train` has the plain loop, made for reading; loop the one with early stop, truncation and
checkpoints, `optim` its optimisers. storage: weights in files.
experiments: named runs, `python -m lstm_ref experiments`; `trials` runs them.
"""
