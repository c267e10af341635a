"""The page of the errors has each class, and what it says of them holds."""

from __future__ import annotations

import inspect
import re

from airflow_xcom_toolkit import errors
from tests.docs.pages import DOCS

ROWS = re.findall(r"^\| `(\w+)`(.*?)\|(.*)$", (DOCS / "reference" / "errors.md").read_text(), re.M)
CLASSES = {name: cls for name, cls in vars(errors).items() if isinstance(cls, type) and issubclass(cls, Exception)}


def test_every_error_is_on_the_page() -> None:
    """And no other, in the order of the module."""
    assert [name for name, _, _ in ROWS] == [name for name in CLASSES if not name.startswith("_")]


def test_the_bases_on_the_page() -> None:
    """An error that the page calls an ``ImportError`` is one."""
    for name, bases, _ in ROWS:
        for base in re.findall(r"`(\w+)`", bases):
            assert issubclass(CLASSES[name], vars(errors).get(base) or vars(__import__("builtins"))[base]), (name, base)


def test_the_attributes_on_the_page() -> None:
    """Are set by the class; and it sets no other."""
    for name, _, rest in ROWS:
        own = CLASSES[name].__dict__.get("__init__")
        found = set(re.findall(r"self\.(\w+) = ", inspect.getsource(own))) if own else set()
        assert set(re.findall(r"`\.(\w+)`", rest)) == found, name
