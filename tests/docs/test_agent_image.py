"""The image of ``docs/how-to/remote-agents.md``, and in it the check of the store, with the identity of a pod."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer
from moto.sts.models import sts_backends

import airflow_xcom_toolkit
from tests.docs.agents import FOLDER, PAGE, SAMPLES, environment_of, filled, loaded
from tests.docs.image import Image
from tests.docs.pages import noted
from tests.docs.run_page import check_output
from tests.servers.wheel import built_wheel

DOCKERFILE = (FOLDER / "Dockerfile").read_text()
CHECK = f"env AIRFLOW__LOGGING__LOGGING_LEVEL=WARNING python - < {FOLDER / 'check_store.py'}"
ROLE = loaded("serviceaccount-s3.yaml")["metadata"]["annotations"]["eks.amazonaws.com/role-arn"]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Built of the wheel of the checkout, which stands for the one that is published."""
    folder = tmp_path_factory.mktemp("image")
    built = Image(folder / "venv", built_wheel(folder).parent)
    built.build(DOCKERFILE)
    return built


@pytest.fixture(scope="module")
def pod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables of a worker's pod: of the values, and those by which EKS gives it the role. AWS is moto."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        url = "http://{}:{}".format(*server.get_host_and_port())
        place = {"LocationConstraint": SAMPLES["REGION"]}
        keys = {"aws_access_key_id": "admin", "aws_secret_access_key": "admin", "region_name": SAMPLES["REGION"]}
        boto3.client("s3", endpoint_url=url, **keys).create_bucket(
            Bucket=SAMPLES["BUCKET"], CreateBucketConfiguration=place
        )
        token = tmp_path_factory.mktemp("pod") / "token"
        token.write_text("a token of the cluster")
        yield {
            **environment_of("workers", "s3"),
            "AWS_ROLE_ARN": ROLE,
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
            "AWS_ENDPOINT_URL_S3": url,
            "AWS_ENDPOINT_URL_STS": url,
        }
    finally:
        server.stop()


def test_the_image_has_this_release() -> None:
    """By its exact version."""
    named = re.findall(r"airflow-xcom-toolkit\[.+?\]==([\d.]+)", DOCKERFILE + PAGE.read_text())
    assert named == [airflow_xcom_toolkit.__version__] * 2


def test_the_check_of_the_store_prints_what_the_page_shows(image: Image, pod: dict[str, str]) -> None:
    """In the environment that the Dockerfile makes, with the values, the secret, and no credentials but the role's."""
    printed = image.run(CHECK, pod)
    shown = noted(PAGE, "check_store")
    check_output(replace(shown, text=filled(shown.text)), printed)
    assert ROLE in {role.role_arn for role in sts_backends[DEFAULT_ACCOUNT_ID]["aws"].assumed_roles}


def test_the_check_of_the_store_fails_where_the_threshold_does_not_reach_the_pod(
    image: Image, pod: dict[str, str]
) -> None:
    """It does not take a value in its row for one in the store."""
    with pytest.raises(AssertionError, match="xcom_objectstorage_threshold is not 0 here"):
        image.run(CHECK, {**pod, "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD": "-1"})
