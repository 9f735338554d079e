"""The exercises of the chapters: what is right, which wrong answers are plausible, and hints.

A module a chapter declares them with `exercise`; `table` finds them by their label and judges.
They are here and not in the notebooks so that nobody reads the answer beside the question.
"""
