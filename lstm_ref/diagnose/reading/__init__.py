"""How somebody stored his arrays: under which names, stacked how, in which layout."""
