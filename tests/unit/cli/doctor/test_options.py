"""What is in effect, where it comes from, and what does not go together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.encryption import KeyRing
from tests.unit.cli.doctor.conftest import Report
from tests.unit.conftest import SetOptions

Call = Callable[..., Report]
MINE = "tests.unit.cli.doctor.backends"


def test_each_option_has_its_value_and_its_source(report: Call, options: SetOptions) -> None:
    options(storage_attempts="7", xcom_objectstorage_threshold="1000")
    found = report("options")
    assert found.code == 0
    attempts = found.option("storage_attempts")
    assert (attempts["value"], attempts["source"]) == ("7", "AIRFLOW__XCOM_TOOLKIT__STORAGE_ATTEMPTS")
    unset = found.option("dataframe_format")
    assert (unset["value"], unset["source"], unset["is_default"]) == ("arrow", "default", True)


def test_of_keys_only_the_ids_are_shown(report: Call, options: SetOptions) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    options(fernet_keys=",".join(keys), xcom_objectstorage_threshold="0")
    found = report("options", "keys")
    assert found.option("fernet_keys")["value"] == f"2: {', '.join(KeyRing([key]).primary_id for key in keys)}"
    assert not [key for key in keys if key in found.text]


def test_keys_from_a_command_have_it_as_their_source(report: Call, options: SetOptions, tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    (tmp_path / "key").write_text(key)
    options(fernet_keys_cmd=f"cat {tmp_path / 'key'}")
    found = report("options")
    assert found.option("fernet_keys")["source"] == "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS_CMD"
    assert key not in found.text


def test_an_option_that_is_set_twice_is_told_once_which_one_counts(report: Call, options: SetOptions) -> None:
    options(
        fernet_keys=Fernet.generate_key().decode(), fernet_keys_cmd="cat /nowhere", xcom_objectstorage_threshold="0"
    )
    found = report("options")
    (told,) = [finding["text"] for finding in found.findings("note") if "FERNET_KEYS_CMD" in finding["text"]]
    assert told.endswith("is not used: AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS comes first.")


def test_an_option_that_the_class_fixes_has_the_class_as_its_source(report: Call, options: SetOptions) -> None:
    options(xcom_objectstorage_threshold="1000")
    threshold = report("options", backend=f"{MINE}.Fixed").option("xcom_objectstorage_threshold")
    assert threshold["value"] == "5"
    assert threshold["source"] == "settings() of Fixed"
    assert threshold["overridden"] == ["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD"]


def test_a_variable_that_is_almost_right_fails(
    report: Call, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values would be pushed in the clear. Its value is not shown: it is a key, as like as not."""
    monkeypatch.setenv("AIRFLOW__XCOM_TOOLKIT__FERNET_KEY", "planted-secret")
    options(xcom_objectstorage_threshold="0")
    found = report("options")
    assert found.code == 1
    assert "AIRFLOW__XCOM_TOOLKIT__FERNET_KEY has no effect" in found.the("failed")
    assert "Did you mean AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS?" in found.the("failed")
    assert "planted-secret" not in found.text


def test_one_beside_the_right_one_is_a_warning(
    report: Call, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__COMMON__IO__XCOM_OBJECTSTORAGE_PATH", "file:///x")
    options(xcom_objectstorage_threshold="0")
    found = report("options")
    assert found.code == 0
    assert "Remove this one" in found.the("warning")


def test_a_value_that_cannot_be_used_says_where_it_is_set(report: Call, options: SetOptions) -> None:
    """The checks that need it are skipped; the others are done."""
    options(storage_attempts="many")
    found = report("options", "store", "rollback")
    assert found.code == 1
    assert "'many' is not a whole number" in found.the("failed")
    assert "AIRFLOW__XCOM_TOOLKIT__STORAGE_ATTEMPTS" in found.the("failed")
    assert "see the check options" in found.the("skipped")
    assert found.data["checks"][-1]["findings"]


@pytest.mark.parametrize(
    ("backend", "values", "says", "status"),
    [
        ("ToolkitXComBackend", {}, "No value leaves its row: xcom_objectstorage_threshold is not set", "warning"),
        ("SerdeXComBackend", {"xcom_objectstorage_threshold": "5"}, "keeps every value in its row", "warning"),
        ("ThresholdXComBackend", {"keys": "1", "threshold": "5"}, "does not encrypt", "warning"),
        ("FernetXComBackend", {"plaintext_rows": "reject", "keys": "1"}, "tasks in other languages", "note"),
        ("ToolkitXComBackend", {"xcom_objectstorage_threshold": "5", "path": ""}, "it is not set", "failed"),
        ("ToolkitXComBackend", {"threshold": "5", "path": "file://srv/x"}, "file:///srv/x", "warning"),
        ("ToolkitXComBackend", {"threshold": "5", "path": "srv/x"}, "file:///", "warning"),
        ("ToolkitXComBackend", {"threshold": "5", "xcom_objectstorage_compression": "auto"}, "roll back", "note"),
        ("ToolkitXComBackend", {"threshold": "5", "xcom_objectstorage_compression": "zipp"}, "is not a", "failed"),
        ("ToolkitXComBackend", {"stores": "{"}, "it is not JSON", "failed"),
        ("ToolkitXComBackend", {"threshold": "5", "cache_dir": "x"}, "not an absolute path", "failed"),
    ],
)
def test_what_does_not_go_together_is_told(
    backend: str, values: dict[str, str], says: str, status: str, report: Call, options: SetOptions
) -> None:
    names = {"threshold": "xcom_objectstorage_threshold", "path": "xcom_objectstorage_path"}
    given = {names.get(name, name): value for name, value in values.items() if name != "keys"}
    if "keys" in values:
        given["fernet_keys"] = Fernet.generate_key().decode()
    options(**given)
    found = report("options", backend=f"airflow_xcom_toolkit.{backend}")
    assert [finding for finding in found.findings(status) if says in f"{finding['text']} {finding['remedy']}"]


def test_a_local_folder_with_tasks_on_several_hosts_is_a_warning(
    report: Call, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "LocalExecutor,CeleryExecutor")
    options(xcom_objectstorage_threshold="0")
    assert "tasks run on several hosts" in report("options").the("warning")
