"""What `pip install .` brings with it."""

from importlib import metadata


def test_the_package_alone_needs_numpy_alone():
    always = [r for r in metadata.requires("lstm-ref") if "extra ==" not in r]
    assert [r.split(">")[0].strip() for r in always] == ["numpy"]
