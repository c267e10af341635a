"""One central side and three hosts for all tests of this folder: every dag has run before the first test looks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.hosts.central import central_side
from tests.hosts.hosts import DAGS, Hosts
from tests.hosts.worker import edge, edge_worker, toolkit
from tests.servers import ceph
from tests.servers.wheel import ROOT, built_wheel, environment_of

EXTRA = "s3,pandas,zstd"
POLICY = ROOT / "docs" / "how-to" / "remote-agents" / "s3-policy.json"


@pytest.fixture(scope="package")
def image() -> Iterator[Future[Path]]:
    """The Python of a worker's image: the wheel, its extra, edge workers. It is made while other things start."""

    def make(folder: Path) -> Path:
        return environment_of(built_wheel(folder), EXTRA, folder / "venv", "apache-airflow-providers-edge3")

    # Pytest would keep half a gigabyte of each of the last runs.
    with tempfile.TemporaryDirectory(prefix="image-") as folder, ThreadPoolExecutor() as pool:
        yield pool.submit(make, Path(folder))


@pytest.fixture(scope="package")
def owner() -> Iterator[ceph.Bucket]:
    """The bucket as its owner sees it."""
    with ceph.s3() as bucket:
        yield bucket


@pytest.fixture(scope="package")
def bucket(owner: ceph.Bucket) -> ceph.Bucket:
    """The bucket as the hosts see it: they have the rights that the guide gives to agents, and no more."""
    host = owner.as_user("host")
    policy = json.loads(POLICY.read_text().replace("BUCKET/PREFIX", owner.path.partition("@")[2]))
    for statement in policy["Statement"]:
        statement["Principal"] = {"AWS": [host.arn]}
    owner.client().put_bucket_policy(Bucket=owner.bucket, Policy=json.dumps(policy))
    return host


@pytest.fixture(scope="package")
def hosts(
    image: Future[Path], bucket: ceph.Bucket, owner: ceph.Bucket, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hosts]:
    """Three workers: two have the key of the triggerer, and a stranger has another."""
    key, another = (Fernet.generate_key().decode() for _ in range(2))
    with ExitStack() as started:
        central = started.enter_context(central_side(tmp_path_factory.mktemp("central"), toolkit(bucket, key)))
        runs = {dag_id: central.trigger(dag_id) for dag_id in DAGS}
        python = image.result()
        workers = {}
        for queue, keys in (("left", key), ("right", key), ("stranger", another)):
            home = tmp_path_factory.mktemp(queue)
            variables = {**edge(home, python, central), **toolkit(bucket, keys)}
            workers[queue] = started.enter_context(edge_worker(queue, home, variables))
        yield Hosts(central, workers, owner, bucket, runs)
        for worker in workers.values():
            worker.process.terminate()
