"""The values of ``docs/how-to/remote-agents.md`` reach the store by the identity that a cloud gives a pod.

For S3 see ``tests/docs/test_agent_image.py``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath

from tests.docs.agents import FOLDER, SAMPLES, environment_of, loaded
from tests.servers.gcs import gcs
from tests.servers.metadata import metadata_server


def checked(folder: Path, *environments: Mapping[str, str]) -> str:
    """What the check of the store prints in the environment of a pod."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "GOOGLE"))}
    env = {**inherited, "AIRFLOW_HOME": str(folder), "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING"}
    for environment in environments:
        env |= environment
    command = [sys.executable, FOLDER / "check_store.py"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_gcs_is_reached_as_the_service_account(tmp_path: Path) -> None:
    """By a token of the metadata server, as on GKE; the check of the store passes."""
    ((_, email),) = loaded("serviceaccount-gcs.yaml")["metadata"]["annotations"].items()
    with gcs(SAMPLES["BUCKET"]) as store, metadata_server(email, SAMPLES["PROJECT_ID"]) as metadata:
        emulator = {"STORAGE_EMULATOR_HOST": store.endpoint}
        pod = environment_of("workers", "gcs")
        printed = checked(tmp_path, pod, metadata.environment, emulator)
    assert "gs://gcs_xcom@acme-bucket/team/xcom/check_store/" in printed
    assert printed.splitlines()[-2:] == ["pulled     equal", "deleted    a pull is now a ObjectMissingError"]
    assert [path for path in metadata.asked if "/service-accounts/default/token" in path]


def test_azure_is_reached_as_the_managed_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the prefix; with the token that AKS mounts into a pod, which Azure's library finds."""
    webhook = {
        "AZURE_CLIENT_ID": SAMPLES["CLIENT_ID"],
        "AZURE_TENANT_ID": SAMPLES["SUBSCRIPTION_ID"],
        "AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token"),
        "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
    }
    pod = environment_of("workers", "azure") | webhook
    for name, value in pod.items():
        monkeypatch.setenv(name, value)
    path = ObjectStoragePath(pod["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"])
    assert path.path == "acme-container/team/xcom"
    assert path.fs.account_url == "https://acmestorage.blob.core.windows.net"
    assert "WorkloadIdentityCredential" in [type(each).__name__ for each in path.fs.credential.credentials]
