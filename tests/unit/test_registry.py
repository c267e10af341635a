"""Handlers by name, from the package and from others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_xcom_toolkit import registry
from airflow_xcom_toolkit.abc import Dumped, HandlerContext, Source, TypeHandler
from airflow_xcom_toolkit.errors import (
    ConfigurationError,
    EnvelopeVersionError,
    MissingExtraError,
    UnsupportedTypeError,
)
from airflow_xcom_toolkit.registry import HandlerRegistry
from tests.roundtrip import through


class Money:
    __module__ = "acme.money"

    def __init__(self, cents: int) -> None:
        self.cents = cents


class MoneyHandler(TypeHandler):
    type_id = "acme.money@1"
    types = (Money,)

    def dump(self, value: Money, context: HandlerContext) -> Dumped:
        return Dumped(children=[value.cents])

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Money:
        return Money(children[0])


class Foreign(MoneyHandler):
    type_id = "pandas.money@1"


def plugin(name: str, *handlers: TypeHandler) -> Any:
    return SimpleNamespace(name=name, load=lambda: SimpleNamespace(HANDLERS=handlers))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    registry._handlers.cache_clear()
    registry._plugins.cache_clear()
    yield
    registry._handlers.cache_clear()
    registry._plugins.cache_clear()


def install(monkeypatch: pytest.MonkeyPatch, *plugins: Any) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: plugins)


def test_a_handler_of_another_package_is_found_by_the_module_of_the_type(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, plugin("acme", MoneyHandler()))
    assert through({"price": [Money(7)]})["price"][0].cents == 7


def test_a_row_of_a_package_that_is_not_here_names_it() -> None:
    with pytest.raises(UnsupportedTypeError, match=r"acme\.money@1.*install the package"):
        HandlerRegistry().of_type_id("acme.money@1")


def test_a_newer_version_of_a_type_is_told_from_an_unknown_one() -> None:
    with pytest.raises(EnvelopeVersionError, match="up to 1"):
        HandlerRegistry().of_type_id("py.tuple@2")


@pytest.mark.parametrize(
    "plugins",
    [
        [plugin("acme", MoneyHandler()), plugin("acme", MoneyHandler())],
        [plugin("pandas", MoneyHandler())],
        [plugin("acme", MoneyHandler(), MoneyHandler())],
        [plugin("acme", Foreign())],
    ],
    ids=["two packages", "a name of ours", "twice", "another family"],
)
def test_a_duplicate_or_foreign_name_is_an_error(plugins: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, *plugins)
    with pytest.raises(ConfigurationError, match="handlers"):
        through(Money(1))


@pytest.mark.parametrize("library", ["numpy", "pandas", "pyarrow", "polars"])
def test_a_library_that_is_missing_names_its_extra(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {library!r}", name=f"{library}.core")

    monkeypatch.setattr(registry, "import_module", missing)
    with pytest.raises(MissingExtraError, match=rf"airflow-xcom-toolkit\[{library}\]") as caught:
        HandlerRegistry().of_type_id(f"{library}.x@1")
    assert isinstance(caught.value, ImportError)
