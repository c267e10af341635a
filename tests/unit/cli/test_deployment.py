"""The backend and the options that are measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.cli.bench import machine
from airflow_xcom_toolkit.cli.bench.deployment import PATH, Deployment
from airflow_xcom_toolkit.cli.bench.space import Space
from airflow_xcom_toolkit.cli.bench.subjects import Toolkit
from airflow_xcom_toolkit.cli.command import UsageError
from airflow_xcom_toolkit.envelope import Envelope, Sealed
from tests.pipelines import objects
from tests.unit.cli.conftest import BACKEND
from tests.unit.conftest import SetOptions

KEY = Fernet.generate_key().decode()


def pushed(deployment: Deployment, backend: Any) -> Envelope:
    """What the row of a value says."""
    subject = Toolkit("subject", Space(deployment.store, "run"), backend)
    return Envelope.from_row(subject.push(b"x" * 5000))


def test_the_plain_variant_neither_encrypts_nor_compresses(options: SetOptions) -> None:
    options(xcom_objectstorage_threshold="1000", xcom_objectstorage_compression="gzip", fernet_keys=KEY)
    deployment = Deployment.found(BACKEND)
    assert pushed(deployment, deployment.plain()).codecs == ()
    assert not deployment.is_plain


def test_the_encrypted_variant_encrypts_under_a_key_of_its_own(store: Path) -> None:
    deployment = Deployment.found(BACKEND)
    envelope = pushed(deployment, deployment.encrypted())
    assert isinstance(envelope.header, Sealed)
    assert [codec["name"] for codec in envelope.codecs] == ["aes256gcm-stream"]


def test_what_is_told_of_it_names_no_path_and_no_key(options: SetOptions) -> None:
    options(xcom_objectstorage_threshold="1000", fernet_keys=KEY)
    deployment = Deployment.found(BACKEND)
    told = repr(deployment.describe()) + repr(deployment)
    assert KEY not in told
    assert deployment.settings.path not in told
    assert deployment.describe()["store"] == "file"
    assert deployment.describe()["encrypts"] is True


def test_without_a_threshold_it_takes_one_and_says_so(options: SetOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD", "-1")
    deployment = Deployment.found(BACKEND)
    assert deployment.describe()["threshold"] == 100_000
    assert deployment.describe()["notes"] == ["xcom_objectstorage_threshold is not set here; for this run it is 100000"]


def test_without_a_path_it_says_what_to_set(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PATH, "")
    with pytest.raises(UsageError, match=r"xcom_objectstorage_path[\s\S]*--path file:///tmp/xcom-bench"):
        Deployment.found(BACKEND)


def test_without_a_backend_of_the_toolkit_it_says_what_to_name(store: Path) -> None:
    with pytest.raises(UsageError, match=r"xcom_backend: it is [\s\S]*--backend airflow_xcom_toolkit"):
        Deployment.found()


@pytest.mark.parametrize("name", ["nowhere.Backend", "NoModule", "airflow.sdk.bases.xcom.BaseXCom", "json.dumps"])
def test_a_backend_that_cannot_be_measured_is_named(name: str, store: Path) -> None:
    with pytest.raises(UsageError, match="--backend: "):
        Deployment.found(name)


def test_the_machine_is_described_without_its_name() -> None:
    import platform

    found = machine.describe()
    assert found["cores"] >= 1
    assert found["memory"] > 1_000_000
    assert platform.node() not in repr(found)
    assert "numpy" in machine.versions()
    assert 0 < machine.available_memory() <= found["memory"]


def test_nothing_is_left_of_these_tests(store: Path) -> None:
    deployment = Deployment.found(BACKEND)
    space = Space(deployment.store, "run")
    subject = Toolkit("subject", space, deployment.plain())
    subject.push(b"x" * 5000)
    assert len(objects(store)) == 1
    assert space.clean() == []
    assert objects(store) == []
