"""A run: its exit code, what it says, and what it leaves behind, which is nothing."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.bench import alone, options, suites
from airflow_xcom_toolkit.cli.bench.context import Bench
from airflow_xcom_toolkit.cli.bench.measuring import ChangedError
from airflow_xcom_toolkit.cli.bench.results import LeftOut, Line
from airflow_xcom_toolkit.cli.bench.subjects import Toolkit
from airflow_xcom_toolkit.errors import StorageError
from tests.pipelines import objects
from tests.unit.cli.conftest import Call

Run = Callable[[Bench], Iterator[Any]]


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], None]:
    """Takes the place of every suite."""
    return lambda run: monkeypatch.setattr(suites.Suite, "load", lambda self: run)


def pushing(bench: Bench, then: Exception | BaseException | None = None) -> Iterator[Line]:
    """A suite that leaves an object, and may fail."""
    subject = Toolkit("toolkit", bench.space, bench.deployment.plain())
    subject.push(b"x" * 5000)
    assert len(objects(Path(bench.space.base))) == 1
    yield Line("push", "toolkit", (0.5,))
    if then is not None:
        raise then


def test_what_was_measured_is_shown(bench: Call, suite: Any, capfd: Any, store: Path) -> None:
    suite(pushing)
    assert bench("--only", "speed") == 0
    shown = capfd.readouterr().out
    assert "Push and pull of a large value" in shown
    assert "500 ms" in shown
    assert objects(store) == []


@pytest.mark.parametrize("error", [StorageError("the disk is full"), ChangedError("a value came back changed")])
def test_a_failure_ends_it_with_1_and_leaves_nothing(
    error: Exception, bench: Call, suite: Any, capfd: Any, store: Path, tmp_path: Path
) -> None:
    """What was measured before is shown, and kept."""
    suite(lambda bench: pushing(bench, error))
    assert bench("--only", "speed", "--json", str(tmp_path / "found.json")) == 1
    printed = capfd.readouterr()
    assert str(error) in printed.err
    assert "500 ms" in printed.out
    assert json.loads((tmp_path / "found.json").read_text())["problems"] == [f"{type(error).__name__}: {error}"]
    assert objects(store) == []


def test_ctrl_c_leaves_nothing(bench: Call, suite: Any, capfd: Any, store: Path) -> None:
    suite(lambda bench: pushing(bench, KeyboardInterrupt()))
    assert bench("--only", "speed") == 130
    assert objects(store) == []
    assert "Interrupted" in capfd.readouterr().err


def test_a_term_signal_leaves_nothing(bench: Call, suite: Any, capfd: Any, store: Path) -> None:
    """As a container gets it that is stopped."""

    def run(bench: Bench) -> Iterator[Line]:
        yield from pushing(bench)
        os.kill(os.getpid(), signal.SIGTERM)

    suite(run)
    assert bench("--only", "speed") == 130
    assert objects(store) == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_cannot_be_removed_is_told(bench: Call, suite: Any, capfd: Any) -> None:
    def run(bench: Bench) -> Iterator[Line]:
        yield Line("push", "toolkit", (0.5,))

        def fail() -> None:
            raise PermissionError("may not delete")

        bench.space.keep("a", "an object of toolkit", fail)

    suite(run)
    bench("--only", "speed")
    assert "Not removed from the store: an object of toolkit" in capfd.readouterr().err


def test_where_nothing_is_measured_it_ends_with_1(bench: Call, suite: Any, capfd: Any) -> None:
    suite(lambda bench: iter([LeftOut("everything", "nothing is installed")]))
    assert bench("--only", "speed") == 1
    assert "not measured: everything, because nothing is installed" in capfd.readouterr().out


def test_without_its_libraries_a_suite_is_named_as_left_out(
    bench: Call, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setattr(suites, "find_spec", lambda name: None)
    assert bench("--only", "growth", "--json", "-") == 1
    (left,) = json.loads(capfd.readouterr().out)["suites"][0]["left_out"]
    assert left["what"] == "the suite growth"
    assert left["why"].endswith("pip install 'airflow-xcom-toolkit[numpy,pandas,pyarrow]'")


def test_json_on_standard_output_is_all_there_is(bench: Call, suite: Any, capfd: Any) -> None:
    suite(pushing)
    assert bench("--only", "speed", "--json", "-") == 0
    assert json.loads(capfd.readouterr().out)["suites"][0]["lines"][0]["best"] == 0.5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--size", "0"), "--size 0 is too small"),
        (("--repeat", "-1"), "--repeat -1 is too small"),
        (("--full",), "--full and --quick are opposites"),
        (("--plot", "bench.pdf"), "is to end in .svg or .png"),
        (("--plot", "/nowhere/bench.svg"), "there is no folder /nowhere"),
        (("--json", "/nowhere/bench.json"), "there is no folder /nowhere"),
        (("--backend", "acme.Backend"), "--backend: acme.Backend cannot be imported"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_measured(
    arguments: tuple[str, ...], says: str, bench: Call, capfd: Any
) -> None:
    assert bench(*arguments) == 2
    assert says in capfd.readouterr().err.replace("\n", " ")


def test_a_plot_without_matplotlib_names_the_extra(bench: Call, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    monkeypatch.setattr(options, "find_spec", lambda name: None)
    assert bench("--plot", "bench.svg") == 2
    assert "pip install 'airflow-xcom-toolkit[bench]'" in capfd.readouterr().err


def test_a_function_alone_gives_what_it_yields() -> None:
    found = list(alone.run("tests.unit.cli.numbers:numbers", dict(os.environ), count=3))
    assert found == [0, 1, 2]


def test_why_another_process_ended_is_told() -> None:
    with pytest.raises(alone.ProcessError, match="numbers:nothing ended with 1: AttributeError"):
        list(alone.run("tests.unit.cli.numbers:nothing", dict(os.environ)))


def test_another_process_that_is_given_up_clears_away_and_ends() -> None:
    """It is interrupted as by Ctrl-C, and waited for."""
    found = alone.run("tests.unit.cli.numbers:waiting", dict(os.environ))
    file = Path(next(found))
    assert file.exists()
    found.close()
    assert not file.exists()
