"""``docs/how-to/remote-agents.md``: its files fit each other, its options exist, its roles give what is needed."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from airflow.configuration import conf

from airflow_xcom_toolkit.settings import Settings
from tests.docs.agents import FOLDER, PAGE, SAMPLES, STORES, environment_of, filled, loaded, placeholders

FILES = sorted(path.name for path in FOLDER.iterdir())
TEXT = PAGE.read_text()
KEYS = "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
SERVICE_ACCOUNT = "system:serviceaccount:agents:airflow-xcom"
IDENTITY = {
    "s3": ("eks.amazonaws.com/role-arn", "arn:aws:iam::123456789012:role/airflow-xcom"),
    "gcs": ("iam.gke.io/gcp-service-account", "airflow-xcom@acme-project.iam.gserviceaccount.com"),
    "azure": ("azure.workload.identity/client-id", SAMPLES["CLIENT_ID"]),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    """Each of the three."""
    name: str = request.param
    return name


def in_the_pod(monkeypatch: pytest.MonkeyPatch, component: str, store: str) -> None:
    """From here on, this process has the environment of an agent's component."""
    for name, value in environment_of(component, store).items():
        monkeypatch.setenv(name, value)


# The page --------------------------------------------------------------------------------------------------------


def test_every_placeholder_is_explained() -> None:
    """In the table at the top, which has none that is in no file."""
    table = TEXT.partition("| placeholder |")[2].partition("\n\n")[0]
    explained = set(re.findall(r"`([A-Z_]+)`", "\n".join(row.split(" | ")[0] for row in table.splitlines()[2:])))
    assert explained == set(SAMPLES) == {name for file in FILES for name in placeholders((FOLDER / file).read_text())}


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_on_the_page(name: str) -> None:
    """Shown as it is, not copied."""
    assert f"{{literalinclude}} remote-agents/{name}\n" in TEXT


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".sh")])
def test_the_commands_can_be_read_by_a_shell(name: str) -> None:
    """And name only files that are there."""
    subprocess.run(["bash", "-n"], input=filled((FOLDER / name).read_text()), text=True, check=True)
    named = re.findall(r"[\w-]+\.(?:json|yaml|txt)", (FOLDER / name).read_text())
    assert named
    assert set(named) <= set(FILES)


# The agents' values ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("component", ["workers", "triggerer"])
def test_the_settings_are_what_the_page_says(component: str, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every value in the store, compressed, encrypted, by the toolkit's whole backend."""
    in_the_pod(monkeypatch, component, store)
    settings = Settings.read()
    assert (settings.threshold, settings.compression, settings.has_keys) == (0, "zstd", True)
    assert settings.path.endswith("/team/xcom")
    assert len(settings.keys) == 1
    assert environment_of(component, store)["AIRFLOW__CORE__XCOM_BACKEND"] == "airflow_xcom_toolkit.ToolkitXComBackend"


def test_the_options_exist(store: str) -> None:
    """Each is one of Airflow's or of the provider's."""
    options = [name[len("AIRFLOW__") :].split("__", 1) for name in environment_of("workers", store) if "__" in name]
    assert len(options) >= 5
    for section, option in options:
        known = conf.configuration_description[section.lower().replace("common_io", "common.io")]
        assert option.lower() in known["options"]


def test_the_path_names_the_connection_and_the_connection_no_credentials(store: str) -> None:
    """The identity of the pod is all there is."""
    env = environment_of("workers", store)
    (name,) = re.findall(r"://(\w+)@", env["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"])
    connection = json.loads(env[f"AIRFLOW_CONN_{name.upper()}"])
    assert set(connection) <= {"conn_type", "extra"}
    assert set(connection.get("extra", {})) <= {"region_name", "account_name", "anon"}


def test_only_workers_and_triggerer_get_the_keys(store: str) -> None:
    """Out of a secret: the values have none."""
    assert all(KEYS in environment_of(component, store) for component in ("workers", "triggerer"))
    assert KEYS not in environment_of("dagProcessor", store)
    assert SAMPLES["FERNET_KEY"] not in filled((FOLDER / f"values-{store}.yaml").read_text())


# Identities and roles --------------------------------------------------------------------------------------------


def test_the_service_account_is_that_of_the_values(store: str) -> None:
    """With the annotation by which the cloud knows it."""
    account, used = loaded(f"serviceaccount-{store}.yaml"), loaded(f"values-{store}.yaml")["serviceAccount"]
    name, value = IDENTITY[store]
    assert account["metadata"]["annotations"] == {name: value}
    assert account["metadata"]["namespace"] == loaded("secret.yaml")["metadata"]["namespace"] == "agents"
    assert used == {part: {"create": False, "name": account["metadata"]["name"]} for part in ("workers", "triggerer")}


def test_the_s3_policy_has_put_get_and_delete_below_the_prefix() -> None:
    """And nothing else: no listing, no bucket."""
    (statement,) = loaded("s3-policy.json")["Statement"]
    assert set(statement["Action"]) == {"s3:PutObject", "s3:GetObject", "s3:DeleteObject"}
    assert statement["Resource"] == "arn:aws:s3:::acme-bucket/team/xcom/*"
    assert statement["Effect"] == "Allow"


def test_only_the_service_account_takes_the_s3_role() -> None:
    """By a token of the cluster, made for AWS."""
    (statement,) = loaded("s3-trust-policy.json")["Statement"]
    provider = SAMPLES["OIDC_PROVIDER"]
    asked = {f"{provider}:aud": "sts.amazonaws.com", f"{provider}:sub": SERVICE_ACCOUNT}
    assert statement["Condition"] == {"StringEquals": asked}
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{provider}"}


def test_the_gcs_role_has_create_get_and_delete_below_the_prefix() -> None:
    """For pods of the service account."""
    assert loaded("gcs-role.yaml")["includedPermissions"] == [
        f"storage.objects.{action}" for action in ("create", "delete", "get")
    ]
    commands = filled((FOLDER / "gcs-bind.sh").read_text())
    assert 'resource.name.startsWith("projects/_/buckets/acme-bucket/objects/team/xcom/")' in commands
    assert '--member "serviceAccount:acme-project.svc.id.goog[agents/airflow-xcom]"' in commands


def test_the_azure_role_has_write_read_and_delete_below_the_prefix() -> None:
    """And no right on containers or accounts. Each action is under the condition, or it would hold everywhere."""
    role, condition = loaded("azure-role.json"), filled((FOLDER / "azure-condition.txt").read_text())
    actions = {f"{BLOBS}/{action}" for action in ("read", "write", "delete")}
    assert set(role["DataActions"]) == actions == set(re.findall(r"ActionMatches\{'(.+?)'\}", condition))
    assert role["Actions"] == []
    assert f"@Resource[{BLOBS}:path] StringStartsWith 'team/xcom/'" in condition
    assert condition.count("(") == condition.count(")")


def test_only_the_service_account_takes_the_azure_identity() -> None:
    """And its pods are marked for it."""
    commands = filled((FOLDER / "azure-bind.sh").read_text())
    assert f"--subject {SERVICE_ACCOUNT} " in commands
    assert "/storageAccounts/acmestorage/blobServices/default/containers/acme-container " in commands
    assert loaded("values-azure.yaml")["labels"] == {"azure.workload.identity/use": "true"}


def test_the_secret_is_a_kubernetes_secret() -> None:
    """Of texts, which Kubernetes encodes."""
    secret = loaded("secret.yaml")
    assert (secret["kind"], secret["type"], set(secret["stringData"])) == ("Secret", "Opaque", {"fernet_keys"})
