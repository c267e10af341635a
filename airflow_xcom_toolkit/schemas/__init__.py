"""The schema stage. The one here stamps nothing: values keep their types through their handlers alone."""

from __future__ import annotations

from typing import Any

from ..abc import Coordinate, Json, Schema
from ..errors import SchemaError


class NoSchema(Schema):
    """Values go through as they are; a row that names a schema is refused, not read as if it had none."""

    def stamp(self, value: Any, at: Coordinate) -> tuple[Any, Json]:
        return value, None

    def upcast(self, value: Any, schema: Json) -> Any:
        if schema is not None:
            raise SchemaError(f"A row names the schema {schema!r}; this release has no schemas: upgrade the toolkit")
        return value
