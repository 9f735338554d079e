"""The networks of 1997 and 2000 as they were, with their tasks, their learning and their rules.

Hochreiter & Schmidhuber 1997, Gers, Schmidhuber & Cummins 2000. Letters of the book; what the
papers call s, g(net_c) and y^in is c, g and i here.
"""
