"""The style `readable` of the bibliography: labels by author and year, entries with their notes."""

from collections import Counter
from string import ascii_lowercase

from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style
from pybtex.style.labels import BaseLabelStyle


def authors(entry):
    """The last names of the authors as a text cites them; of contributors the whole name."""
    names = [
        " ".join([*person.prelast_names, *person.last_names]) for person in entry.persons["author"]
    ]
    plain = [str(name).translate({ord("{"): None, ord("}"): None}) for name in names]
    if len(plain) > 2:
        return f"{plain[0]} et al."
    return " and ".join(plain)


class ByAuthorAndYear(BaseLabelStyle):
    """Greff et al. 2017; a letter behind the year where two labels would be the same."""

    def format_labels(self, sorted_entries):
        labels = [f"{authors(entry)} {entry.fields['year']}" for entry in sorted_entries]
        often, given = Counter(labels), Counter()
        for label in labels:
            yield label + (ascii_lowercase[given[label]] if often[label] > 1 else "")
            given[label] += 1


class Readable(Style):
    """Sorted by author and year, so labelled."""

    default_label_style = "by_author_and_year"
    default_sorting_style = "author_year_title"


def setup(app):
    register_plugin("pybtex.style.labels", "by_author_and_year", ByAuthorAndYear)
    register_plugin("pybtex.style.formatting", "readable", Readable)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
