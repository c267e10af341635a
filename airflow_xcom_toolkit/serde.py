"""The last type handler: values that only Airflow's own serialization keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import compat
from .abc import Dumped, HandlerContext, PlainRefusal, Source, TypeHandler


class SerdeHandler(TypeHandler):
    """What only Airflow's own serde keeps: classes with ``serialize``, and those it has serializers for.

    Refuses what serde would give back changed: each value is tried before it is kept.
    """

    type_id = "airflow.serde@1"

    def accepts(self, value: Any) -> bool:
        return not isinstance(value, (type, str, int, float, list, dict, tuple, set, frozenset))

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        serde = compat.serde()
        try:
            encoded = serde.serialize(value)
            again = serde.deserialize(encoded)
            same = type(again) is type(value) and serde.serialize(again) == encoded and _equal(again, value)
        except Exception as e:
            raise PlainRefusal(
                "neither a type handler of the toolkit nor Airflow's serde keeps it. Return plain Python, numpy, "
                "pandas, Arrow or polars values, a dataclass, attrs class or pydantic model; or register a type "
                "handler (entry point group airflow_xcom_toolkit.handlers)"
            ) from e
        if not same:
            raise PlainRefusal("Airflow's serde would give it back changed")
        return Dumped(children=[encoded])

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return compat.serde().deserialize(children[0])


def _equal(one: Any, other: Any) -> bool:
    """Whether two values are equal, as far as their class can tell: without ``__eq__`` it tells identity only."""
    has_eq = any("__eq__" in vars(base) for base in type(one).__mro__ if base is not object)
    return not has_eq or bool(one == other)
