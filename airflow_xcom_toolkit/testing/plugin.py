"""The pytest plugin of the contract: its options, the database behind its tests, and its report.

pytest finds it by itself where the toolkit is installed. It does nothing in a run without a class of the contract, and
imports nothing of Airflow before such a class runs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .base import Contract
    from .xcoms import Rows

pytest.register_assert_rewrite("airflow_xcom_toolkit.testing.promises")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("xcom-contract", "contract of XCom backends (airflow-xcom-toolkit)")
    group.addoption(
        "--xcom-contract-real",
        action="store_true",
        help="Send rows through a started Airflow API server into a database, not through the stand-in.",
    )
    group.addoption(
        "--xcom-contract-database",
        metavar="URL",
        help="The SQLAlchemy URL of an empty database for --xcom-contract-real. Default: a file of SQLite's.",
    )
    group.addoption(
        "--xcom-contract-json",
        metavar="FILE",
        type=Path,
        help="Write what came of each promise to FILE: for a table, or a dashboard.",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "xcom_needs(*names): the capabilities without which a test is not applicable")
    if config.getoption("--xcom-contract-database"):
        _check_that_a_database_can_be_taken(config)
    file = config.getoption("--xcom-contract-json")
    if file and not file.absolute().parent.is_dir():
        raise pytest.UsageError(f"--xcom-contract-json: there is no folder {file.parent}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Guards the tests also where marks would skip the test that does."""
    classes = dict.fromkeys(cls for item in items if (cls := _contract(item)) is not None)
    if not classes:
        return
    from .contract import XComBackendContract
    from .guard import problems

    found = [
        text for cls in classes if issubclass(cls, XComBackendContract) for text in problems(cls, XComBackendContract)
    ]
    if found:
        raise pytest.UsageError("The contract of XCom backends is changed without a reason:\n" + "\n".join(found))


def _check_that_a_database_can_be_taken(config: pytest.Config) -> None:
    if not config.getoption("--xcom-contract-real"):
        raise pytest.UsageError("--xcom-contract-database needs --xcom-contract-real")
    if config.getoption("numprocesses", None):
        raise pytest.UsageError("--xcom-contract-database: workers of pytest-xdist would empty it for each other")


@pytest.fixture(scope="session")
def _xcom_contract_database(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not pytestconfig.getoption("--xcom-contract-real"):
        from .database.stand_in import Supervisor

        yield Supervisor()
        return
    from .database.real.session import started

    with started(pytestconfig, tmp_path_factory.mktemp("xcom-contract-airflow")) as airflow:
        yield airflow.supervisor


@pytest.fixture
def xcom_contract_rows(_xcom_contract_database: Any) -> Iterator[Rows]:
    """The database that the backend under test reads and writes; empty."""
    _xcom_contract_database.clear()
    with _xcom_contract_database.installed():
        yield _xcom_contract_database
    _xcom_contract_database.on_send = None


# The report ---------------------------------------------------------------------------------------------------------


def _contract(item: pytest.Item) -> type[Contract] | None:
    """The class of the contract that a test is of, if it is of one; none is where nobody imported the contract."""
    base = sys.modules.get("airflow_xcom_toolkit.testing.base")
    cls = getattr(item, "cls", None)
    return cls if base is not None and isinstance(cls, type) and issubclass(cls, base.Contract) else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    outcome = yield
    contract = _contract(item)
    if contract is None:
        return
    from .report import section, verdict

    report = outcome.get_result()
    if report.failed:
        report.sections.append(("What was promised, and what was stored", section(item)))
    if report.when == "call" or not report.passed:
        error = call.excinfo.value if call.excinfo else None
        report.user_properties.append(("xcom_contract", json.dumps(verdict(item, report, error))))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    verdicts = _verdicts(terminalreporter)
    if not verdicts:
        return
    from .report import summary

    for style, line in summary(verdicts):
        terminalreporter.write_line(line, **style)
    file = config.getoption("--xcom-contract-json")
    if file:
        file.write_text(json.dumps(verdicts, indent=1) + "\n")


def _verdicts(terminalreporter: Any) -> list[dict[str, Any]]:
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    found = [
        value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "xcom_contract"
    ]
    return [json.loads(text) for text in found]
