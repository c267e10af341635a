"""The files of ``docs/how-to/remote-agents.md``, with its placeholders filled in, as a cluster has them."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import yaml
from cryptography.fernet import Fernet

from tests.docs.pages import DOCS

PAGE = DOCS / "how-to" / "remote-agents.md"
FOLDER = DOCS / "how-to" / "remote-agents"
STORES = ("s3", "gcs", "azure")

SAMPLES = {
    "NAMESPACE": "agents",
    "BUCKET": "acme-bucket",
    "PREFIX": "team/xcom",
    "CONTAINER": "acme-container",
    "STORAGE_ACCOUNT": "acmestorage",
    "REGION": "eu-west-1",
    "ACCOUNT_ID": "123456789012",
    "OIDC_PROVIDER": "oidc.eks.eu-west-1.amazonaws.com/id/0123456789abcdef",
    "PROJECT_ID": "acme-project",
    "SUBSCRIPTION_ID": "33333333-3333-3333-3333-333333333333",
    "RESOURCE_GROUP": "acme-group",
    "OIDC_ISSUER": "https://eastus.oic.prod-aks.azure.com/0/1/",
    "CLIENT_ID": "11111111-1111-1111-1111-111111111111",
    "FERNET_KEY": Fernet.generate_key().decode(),
}
_PLACEHOLDER = re.compile(rf"\b({'|'.join(SAMPLES)})\b")


def filled(text: str) -> str:
    """The text with a sample in the place of each placeholder."""
    return _PLACEHOLDER.sub(lambda found: SAMPLES[found[1]], text)


def placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


@cache
def loaded(name: str) -> Any:
    """A YAML or JSON file."""
    text = filled((FOLDER / name).read_text())
    return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)


def environment_of(component: str, store: str) -> dict[str, str]:
    """The variables that the chart gives to the pods of ``workers``, ``triggerer`` or ``dagProcessor``."""
    values = loaded(f"values-{store}.yaml")
    own = values.get(component, {})
    (part,) = own if isinstance(own, list) else [own]
    entries = [*values["commonEnv"], *part.get("env", [])]
    variables = {entry["name"]: _value(entry) for entry in entries}
    return {"AIRFLOW__CORE__XCOM_BACKEND": values["xcomBackend"], **variables}


def _value(entry: dict[str, Any]) -> str:
    """What Kubernetes gives a container. Only texts are allowed there."""
    if "value" in entry:
        assert isinstance(entry["value"], str), entry
        return str(entry["value"])
    reference, secret = entry["valueFrom"]["secretKeyRef"], loaded("secret.yaml")
    assert reference["name"] == secret["metadata"]["name"]
    return str(secret["stringData"][reference["key"]])
