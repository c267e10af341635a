"""The started Airflow of a run of pytest: what the terminal shows of it, and the end of a run that cannot have it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from .started import RealAirflow


@contextmanager
def started(config: pytest.Config, home: Path) -> Iterator[RealAirflow]:
    """An Airflow below ``home``, over the database that the options name. Ends the run where that cannot be."""
    database = config.getoption("--xcom-contract-database")
    with ExitStack() as stack:
        _tell(config, "XCom contract: Airflow's API server is being started, which takes 10 to 30 seconds ...")
        begin = time.monotonic()
        try:
            airflow = stack.enter_context(RealAirflow(home, database))
        except Exception as e:
            _end(config, f"--xcom-contract-real: no Airflow could be started: {e}")
        _tell(config, f"XCom contract: it started in {time.monotonic() - begin:.0f} s.")
        yield airflow


def _end(config: pytest.Config, why: str) -> NoReturn:
    """Ends the run; in a worker of pytest-xdist, which cannot end it, the test."""
    if hasattr(config, "workerinput"):
        pytest.fail(why, pytrace=False)
    pytest.exit(why, pytest.ExitCode.USAGE_ERROR)


def _tell(config: pytest.Config, line: str) -> None:
    """Shows a line at once, though pytest captures what tests print. Workers of pytest-xdist have no terminal."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if terminal is None or capture is None:
        return
    with capture.global_and_fixture_disabled():
        terminal.ensure_newline()
        terminal.write_line(line)
        terminal.flush()
