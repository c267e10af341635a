"""Deployments for tests: what one version of the code declares, and what it pushes and pulls."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from airflow_xcom_toolkit.abc import HandlerContext, PlainRefusal
from airflow_xcom_toolkit.handlers._classes import HANDLERS as CLASSES
from airflow_xcom_toolkit.handlers.tree import TreeDumper, TreeLoader
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.schemas import Catalogue, Declarations, Declared, schema_handlers
from airflow_xcom_toolkit.schemas.declarations import Origin

Pushed = tuple[str, bytes]


class ClosedGate:
    """An allow list with nothing on it."""

    def name(self, cls: type) -> str:
        raise PlainRefusal(f"{cls} would need the allow list")

    def load(self, name: str) -> type:
        raise AssertionError(f"{name} would need the allow list")

    def rebuild(self, cls: type, fields: dict[str, Any], problem: str) -> Any:
        raise AssertionError(problem)


class Code:
    """One deployment."""

    def __init__(self, *, unknown_as_plain: bool = False, gate: Any = None) -> None:
        self.declarations = Declarations()
        self.catalogue = Catalogue(declarations=self.declarations, unknown_as_plain=unknown_as_plain)
        self._context = HandlerContext(gate or ClosedGate())

    def declare(self, name: str, version: int, cls: Any = None, **more: Any) -> Code:
        self.declarations.add(Declared(name, version, cls=cls, **more))
        return self

    def step(self, name: str, from_version: int, step: Callable[[Any], Any]) -> Code:
        self.declarations.add_step(name, from_version, step, Origin("code"))
        return self

    def push(self, value: Any, *, show_keys: bool = True) -> Pushed:
        tree = TreeDumper(self._registry(), self._context, show_keys=show_keys).dump(value)
        body = io.BytesIO()
        tree.write(body)
        return tree.text(), body.getvalue()

    def pull(self, pushed: Pushed) -> Any:
        text, body = pushed
        return TreeLoader(self._registry(), self._context, io.BytesIO(body)).load(text)

    def _registry(self) -> HandlerRegistry:
        return HandlerRegistry(first=schema_handlers(self.catalogue, CLASSES))


def this_process(gate: Any = None) -> Code:
    """The schemas that are declared by decorators."""
    code = Code(gate=gate)
    code.catalogue = Catalogue()
    return code
