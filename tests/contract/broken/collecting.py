"""A plugin of pytest: of the contract of each broken backend, it runs only the tests that are to reject it."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from .registry import Fault

_SAID = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--said", type=Path, help="Write by which error each test failed to this file.")


def pytest_configure(config: pytest.Config) -> None:
    """It is enough that an example fails: it need not be the smallest."""
    settings.register_profile("broken backends", phases=(Phase.generate,), report_multiple_bugs=False)
    settings.load_profile("broken backends")
    config.stash[_SAID] = {}


# What runs ----------------------------------------------------------------------------------------------------------


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: Any) -> list[pytest.Item] | None:
    """Leaves the other tests out, before they are made."""
    faults = _faults(collector, collector.name)
    return None if not faults or name in {fault.test for fault in faults} else []


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Leaves out parameters that no fault asks for, before tests are made of them: there would be thousands."""
    of_class = _faults(metafunc.definition, getattr(metafunc.cls, "__name__", ""))
    asked = [fault.only for fault in of_class if fault.test == metafunc.function.__name__]
    parametrize = metafunc.parametrize

    def parametrize_some(argnames: Any, argvalues: Any, **options: Any) -> None:
        kept = [value for value in argvalues if not isinstance(value, str) or any(value in only for only in asked)]
        parametrize(argnames, kept, **options)

    if asked and all(asked):
        metafunc.parametrize = parametrize_some  # type: ignore[method-assign]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if _is_wanted(item)]


def _is_wanted(item: pytest.Item) -> bool:
    faults = _faults(item, getattr(item.parent, "name", ""))
    return not faults or any(fault.runs(item.name) for fault in faults)


def _faults(node: pytest.Item | pytest.Collector, name: str) -> list[Fault]:
    module = node.getparent(pytest.Module)
    return getattr(module and module.obj, "WANTED", {}).get(name, [])  # type: ignore[no-any-return]


# What came of it ----------------------------------------------------------------------------------------------------


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    yield
    if call.when == "call" and call.excinfo is not None:
        error = call.excinfo.value
        item.config.stash[_SAID][f"{getattr(item.parent, 'name', '')}::{item.name}"] = (
            f"{type(error).__name__}: {error}"
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    if file := session.config.getoption("--said"):
        file.write_text(json.dumps(session.config.stash[_SAID]))
