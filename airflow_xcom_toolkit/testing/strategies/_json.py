"""JSON that every database gives back as it was."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ._python import Values

_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
_KEYS = st.one_of(_TEXTS, st.sampled_from(("~", "of", "at", "__type", "type", "version")))
_RESERVED = frozenset({"__classname__", "__id__"})


def json_values() -> Values:
    """Strict JSON that `BaseXCom` keeps exactly on SQLite, PostgreSQL (JSONB) and MySQL, in lists and dicts.

    Ints within 64 bits; floats that print without a positive exponent, and no ``-0.0``; text without NUL or lone
    surrogates; no keys that Airflow's serde reserves. Keys of dicts are in the order in which JSONB and MySQL keep
    them: the shorter first, then by their bytes. At the top floats have up to four decimals and are not whole, and ints
    are below 2^63: of others SQLite makes a number of its own.
    """
    leaves = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), _floats(), _TEXTS)
    nested = st.recursive(leaves, lambda inner: st.lists(inner, max_size=5) | _dicts(inner), max_leaves=12)
    decimals = st.decimals(-(10**10), 10**10, places=4).map(float)
    return (nested | decimals).filter(_is_kept_at_the_top)


def _is_kept_at_the_top(value: Any) -> bool:
    if type(value) is float:
        return not value.is_integer() and round(value, 4) == value and abs(value) < 1e10
    return type(value) is not int or value < 2**63


def _floats() -> st.SearchStrategy[float]:
    found = st.floats(-1e16, 1e16, exclude_min=True, exclude_max=True, allow_nan=False)
    return st.one_of(found, st.sampled_from((0.5, 1.0, 5e-324))).map(lambda value: value or 0.0)


def _dicts(inner: Values) -> st.SearchStrategy[dict[str, Any]]:
    keys = _KEYS.filter(lambda key: key not in _RESERVED)
    return st.dictionaries(keys, inner, max_size=5).map(_in_order_of_jsonb)


def _in_order_of_jsonb(items: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(items.items(), key=lambda item: (len(item[0].encode()), item[0].encode())))
