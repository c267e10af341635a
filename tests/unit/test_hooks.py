"""Which overrides of Airflow's hooks are warned of, by the rule of Airflow 3.4."""

from __future__ import annotations

import inspect
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.bases import xcom
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import FernetXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.errors import LegacyHooksWarning
from airflow_xcom_toolkit.hooks import prefers_new

OLD = ("serialize_value", "deserialize_value")
NEW = ("store_value", "load_value")


def overriding(*hooks: str) -> dict[str, Any]:
    """The body of a class with those hooks."""
    return {hook: classmethod(lambda cls, *args, **kwargs: None) for hook in hooks}


def warned(name: str, bases: tuple[type, ...], *hooks: str) -> tuple[type, list[str]]:
    """A class made here, and what it was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = type(name, bases, {**overriding(*hooks), "__module__": __name__})
    assert all(warning.category is LegacyHooksWarning for warning in caught)
    return made, [str(warning.message) for warning in caught]


def silent(*bases: type) -> type:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return type("Silent", bases, {**overriding(*OLD), "__module__": __name__})


OLD_MIXIN = type("OldMixin", (), overriding(*OLD))
NEW_MIXIN = type("NewMixin", (), overriding(*NEW))
BOTH_MIXIN = type("BothMixin", (), overriding(*OLD, *NEW))


def test_the_old_pair_alone_names_the_loops_of_airflow_34_and_what_to_do() -> None:
    _, (message,) = warned("Acme", (ToolkitXComBackend,), *OLD)
    assert (
        f"{__name__}.Acme overrides serialize_value and deserialize_value without store_value and load_value" in message
    )
    assert "Airflow 3.4" in message
    assert "refuses dags with task loops" in message
    assert "Override push and pull instead" in message


@pytest.mark.parametrize(("hook", "missing"), [*zip(OLD, NEW), *zip(NEW, OLD)])
def test_half_a_pair_names_the_other_half(hook: str, missing: str) -> None:
    _, (message,) = warned("Acme", (FernetXComBackend,), hook)
    assert f"overrides {hook} without {missing}" in message


def test_the_new_pair_alone_is_never_called_by_older_airflows() -> None:
    _, (message,) = warned("Acme", (ToolkitXComBackend,), *NEW)
    assert "Airflow 3.0 to 3.3 never call store_value" in message


@pytest.mark.parametrize("hooks", [(), (*OLD, *NEW), ("push", "pull"), ("pipeline", "settings", "purge")], ids=str)
def test_no_override_both_pairs_and_the_extension_points_are_fine(hooks: tuple[str, ...]) -> None:
    assert warned("Acme", (ToolkitXComBackend,), *hooks)[1] == []


def test_a_mixin_counts_where_the_method_resolution_order_has_it() -> None:
    _, (message,) = warned("Acme", (OLD_MIXIN, ToolkitXComBackend))
    assert "serialize_value (in OldMixin)" in message
    assert warned("Acme", (ToolkitXComBackend, OLD_MIXIN))[1] == []
    assert warned("Acme", (BOTH_MIXIN, ToolkitXComBackend))[1] == []


def test_hooks_of_a_mixin_and_of_the_class_make_a_pair_where_airflow_takes_them_for_one() -> None:
    assert warned("Acme", (OLD_MIXIN, ToolkitXComBackend), *NEW)[1] == []
    assert len(warned("Acme", (NEW_MIXIN, ToolkitXComBackend), *OLD)[1]) == 1


def test_a_class_below_one_with_both_pairs_is_judged_anew() -> None:
    both, _ = warned("Both", (ToolkitXComBackend,), *OLD, *NEW)
    assert len(warned("Below", (both,), "serialize_value")[1]) == 1
    assert len(warned("Below", (both,), "store_value")[1]) == 1


def test_each_override_is_warned_of_once() -> None:
    """Not again for each class below it; mended there, it is no longer one."""
    legacy = silent(ToolkitXComBackend)
    assert warned("Below", (legacy,))[1] == []
    assert warned("Mended", (legacy,), *OLD, *NEW)[1] == []


@pytest.mark.skipif(not hasattr(BaseXCom, "store_value"), reason="this Airflow has one pair")
@pytest.mark.parametrize("hooks", [(), OLD, NEW, (*OLD, *NEW), OLD[:1], OLD[1:], NEW[:1], NEW[1:]], ids=str)
@pytest.mark.parametrize("mixin", [object, OLD_MIXIN, NEW_MIXIN, BOTH_MIXIN], ids=lambda cls: cls.__name__)
def test_the_judge_is_airflow(hooks: tuple[str, ...], mixin: type) -> None:
    """What Airflow takes for legacy is warned of, through mixins and levels."""
    bases = (ToolkitXComBackend,) if mixin is object else (mixin, ToolkitXComBackend)
    for made in (warned("Acme", bases, *hooks), warned("Acme", (warned("Base", bases)[0],), *hooks)):
        for old, new in zip(OLD, NEW):
            assert prefers_new(made[0], old, new) == xcom._is_preferred_over(made[0], new, old)  # type: ignore[attr-defined]
    legacy = xcom._is_legacy_xcom_backend(warned("Acme", bases, *hooks)[0])  # type: ignore[attr-defined]
    assert not legacy or any("refuses dags with task loops" in text for text in warned("Acme", bases, *hooks)[1])


def test_the_warning_points_at_the_class() -> None:
    with pytest.warns(LegacyHooksWarning) as caught:

        class Acme(ToolkitXComBackend):  # This line.
            @classmethod
            def serialize_value(cls, *args: Any, **kwargs: Any) -> Any: ...

    lines, start = inspect.getsourcelines(sys.modules[__name__])
    assert caught[0].filename == __file__
    assert "# This line." in lines[caught[0].lineno - 1 - start]


def test_it_is_seen_in_the_log_of_whatever_imports_the_class(tmp_path: Path) -> None:
    """Airflow sends Python's warnings to its log."""
    (tmp_path / "acme_xcom.py").write_text(
        "from airflow_xcom_toolkit import ToolkitXComBackend\n"
        "class Acme(ToolkitXComBackend):\n"
        "    @classmethod\n"
        "    def serialize_value(cls, value, **kwargs): return value\n"
    )
    env = {"AIRFLOW__CORE__XCOM_BACKEND": "acme_xcom.Acme", "AIRFLOW_HOME": str(tmp_path), "NO_COLOR": "1"}
    path = [str(tmp_path), *filter(None, sys.path)]
    done = subprocess.run(
        [sys.executable, "-c", "from airflow.sdk import dag"],
        env={**env, "PYTHONPATH": ":".join(path)},
        capture_output=True,
        text=True,
    )
    printed = done.stdout + done.stderr
    assert "refuses dags with task loops" in printed, printed
    assert "acme_xcom.py" in printed
    assert "LegacyHooksWarning" in printed
