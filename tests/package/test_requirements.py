"""What `pip install` of the package and of its extras brings."""

import re
import tomllib
from importlib import metadata

from places import ROOT

from lstm_ref import optional

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# The name of a package, where it is not that of its module.
PACKAGES = {"matplotlib_inline": "ipykernel", "distributed": "dask"}  # which brings it
PACKAGES["sklearn"] = "scikit-learn"


def names(requirements):
    return {re.match(r"[\w-]+", each)[0] for each in requirements}


def test_the_package_alone_needs_numpy_alone():
    always = [r for r in metadata.requires("lstm-ref") if "extra ==" not in r]
    assert [r.split(">")[0].strip() for r in always] == ["numpy"]


def test_what_messages_name_is_in_the_extra_they_name():
    for module, (_, extra) in optional.EXTRAS.items():
        listed = names(PROJECT["optional-dependencies"][extra])
        assert PACKAGES.get(module, module) in listed, f"{module} is not in [{extra}]"


def test_the_book_brings_every_extra_but_the_study_that_a_message_names():
    needed = {extra for _, extra in optional.EXTRAS.values()} - {"book", "study"}
    own = PROJECT["optional-dependencies"]["book"][0]
    assert set(re.match(r"lstm-ref\[(.*)\]$", own)[1].split(",")) == needed


def test_the_installation_is_of_this_checkout():
    extras = metadata.metadata("lstm-ref").get_all("Provides-Extra")
    assert sorted(extras) == sorted(PROJECT["optional-dependencies"])
