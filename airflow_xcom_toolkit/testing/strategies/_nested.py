"""Values of every family, in one another and side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from hypothesis import strategies as st

from ._python import Values, containers, decimals, hashable_leaves, keys, leaves, zoned

_LIBRARIES = {
    "numpy": ("_numpy", ("arrays", "numpy_values")),
    "pandas": ("_pandas", ("frames", "series", "pandas_values")),
    "pyarrow": ("_arrow", ("arrow_values",)),
    "polars": ("_polars", ("polars_values",)),
}


def values() -> Values:
    """Anything that the toolkit keeps: of Python and of each of numpy, pandas, Arrow and polars that is installed.

    Nested in lists, tuples, dicts with keys of any kind, and the containers of `collections`. Most have parts of many
    kinds, so that 50 examples show each kind that is often used, from whatever seed they are made.
    """
    kinds = [*_of_python(), *_of_libraries()]
    single = st.sampled_from(kinds).flatmap(lambda kind: kind)
    nested = st.recursive(single, containers, max_leaves=6)
    return st.one_of(single, nested, *[_mixed(kinds)] * 3)


def _of_python() -> Iterator[Values]:
    """Anything without items; and apart from it what many use, and what is lost first where JSON is made of values."""
    inner = leaves()
    yield inner
    yield from (st.binary(max_size=20), st.binary(max_size=20).map(bytearray), decimals(), zoned())
    yield from (inner.map(lambda item: (item,)), st.lists(inner, max_size=3).map(tuple))
    yield from (st.sets(keys(), max_size=3), st.frozensets(keys(), max_size=3))
    yield st.builds(deque, st.lists(inner, max_size=3), st.none() | st.integers(0, 5))
    yield st.dictionaries(_keys_that_json_lacks(), st.lists(inner, max_size=2), min_size=1, max_size=3)


def _keys_that_json_lacks() -> Values:
    return st.one_of(st.integers(), st.binary(max_size=5), st.lists(hashable_leaves(), max_size=2).map(tuple))


def _of_libraries() -> Iterator[Values]:
    for library, (module, names) in _LIBRARIES.items():
        if find_spec(library) is not None:
            yield from (getattr(import_module(f".{module}", __package__), name)() for name in names)


@st.composite
def _mixed(draw: st.DrawFn, kinds: list[Values]) -> Any:
    """A list, a tuple or a dict with parts of about half of the kinds."""
    parts = [draw(kind) for kind in kinds if draw(st.booleans())]
    return draw(st.sampled_from((list, tuple, _by_number)))(parts)


def _by_number(parts: list[Any]) -> dict[int, Any]:
    return dict(enumerate(parts))
