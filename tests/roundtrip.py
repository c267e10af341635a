"""One value through the type handlers, without a pipeline."""

from __future__ import annotations

import importlib
import io
from typing import Any

from airflow_xcom_toolkit.abc import HandlerContext, Part
from airflow_xcom_toolkit.errors import SchemaError
from airflow_xcom_toolkit.handlers.tree import TreeDumper, TreeLoader
from airflow_xcom_toolkit.registry import HandlerRegistry


class OpenGate:
    """Allows the classes of the tests, as Airflow's allow list would."""

    def name(self, cls: type) -> str:
        return f"{cls.__module__}:{cls.__qualname__}"

    def load(self, name: str) -> type:
        module, _, path = name.partition(":")
        found: Any = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
        return found

    def rebuild(self, cls: type, fields: dict[str, Any], problem: str) -> Any:
        raise SchemaError(problem)


def through(value: Any, *, dataframe_format: str = "arrow") -> Any:
    """What ``value`` is after dump and load."""
    text, body = dumped(value, dataframe_format=dataframe_format)
    return loaded(text, body, dataframe_format=dataframe_format)


def dumped(value: Any, *, dataframe_format: str = "arrow") -> tuple[str, bytes]:
    """The tree's JSON text and the body of ``value``."""
    context = HandlerContext(OpenGate(), dataframe_format)
    tree = TreeDumper(HandlerRegistry(), context).dump(value)
    body = io.BytesIO()
    written = tree.write(body)
    assert written >= tree.nbytes
    return tree.text(), body.getvalue()


def loaded(text: str, body: bytes, *, dataframe_format: str = "arrow") -> Any:
    """The value of a tree and its body."""
    context = HandlerContext(OpenGate(), dataframe_format)
    return TreeLoader(HandlerRegistry(), context, io.BytesIO(body)).load(text)


def part_of(value: Any, part: Part, *, dataframe_format: str = "arrow") -> Any:
    """What a part of ``value`` is after dump and load."""
    text, body = dumped(value, dataframe_format=dataframe_format)
    context = HandlerContext(OpenGate(), dataframe_format)
    return TreeLoader(HandlerRegistry(), context, io.BytesIO(body)).load(text, part)
