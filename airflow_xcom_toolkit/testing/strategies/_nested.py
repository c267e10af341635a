"""Values of every family, in one another."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from hypothesis import strategies as st

from ._python import Values, containers, leaves

_LIBRARIES = {
    "numpy": ("_numpy", "numpy_values"),
    "pandas": ("_pandas", "pandas_values"),
    "pyarrow": ("_arrow", "arrow_values"),
    "polars": ("_polars", "polars_values"),
}


def values() -> Values:
    """Anything that the toolkit keeps: of Python and of each of numpy, pandas, Arrow and polars that is installed.

    Nested in lists, tuples, dicts with keys of any kind, and the containers of `collections`.
    """
    found = [
        getattr(import_module(f".{module}", __package__), name)()
        for library, (module, name) in _LIBRARIES.items()
        if find_spec(library)
    ]
    # Not `one_of`, which would make each library as rare as one of Python's types.
    chosen = st.sampled_from([leaves(), *found]).flatmap(lambda family: family)
    return st.one_of(chosen, st.recursive(chosen, containers, max_leaves=6))
