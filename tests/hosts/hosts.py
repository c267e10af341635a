"""The hosts that are tested, and what they leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.hosts.central import Central
from tests.hosts.worker import Worker
from tests.integration.values import disguises
from tests.servers.ceph import Bucket

DAGS = ("relayed", "there_and_back", "mapped", "retried", "wrong_key", "again")


@dataclass(frozen=True)
class Hosts:
    """A central side, workers by their queues, the bucket between them, and a run of each dag.

    The bucket is listed as its ``owner``. A host may not list it, but read what it has written.
    """

    central: Central
    workers: dict[str, Worker]
    owner: Bucket
    bucket: Bucket
    runs: dict[str, str]

    def wait(self, dag_id: str) -> str:
        """The state in which the run ended."""
        return self.central.wait(dag_id, self.runs[dag_id])

    def tasks(self, dag_id: str) -> list[tuple[str, str]]:
        """The tasks of the run, each with the host that ran it."""
        found = self.central.request("GET", f"/dags/{dag_id}/dagRuns/{self.runs[dag_id]}/taskInstances")
        return sorted((task["task_id"], task["hostname"]) for task in found["task_instances"])

    def objects(self) -> dict[str, bytes]:
        """What is in the bucket, by its key below the prefix."""
        client, name = self.bucket.client(), self.bucket.bucket
        keys = [found["Key"] for found in self.owner.client().list_objects_v2(Bucket=name).get("Contents", [])]
        bodies = {key: client.get_object(Bucket=name, Key=key)["Body"].read() for key in keys}
        prefix = self.bucket.path.partition(f"@{name}/")[2] + "/"
        return {key.removeprefix(prefix): body for key, body in bodies.items()}

    def kept_by(self) -> Iterator[tuple[str, bytes]]:
        """Everything that is kept anywhere: the database, the bucket, and each host's files."""
        yield from ((f"table {table}", row.encode()) for table, row in self.central.cells())
        yield from ((f"object {key}", key.encode() + b"\0" + body) for key, body in self.objects().items())
        for name, home in {"central": self.central.home, **{w.queue: w.home for w in self.workers.values()}}.items():
            yield from ((f"{name}: {file.relative_to(home)}", file.read_bytes()) for file in files(home))

    @cached_property
    def kept(self) -> list[tuple[str, bytes]]:
        """The same, as it was when it was first asked for."""
        return list(self.kept_by())

    def places_of(self, secret: str) -> list[str]:
        """Where ``secret`` is found, in any form."""
        forms = disguises(secret)
        return sorted({place for place, data in self.kept if any(form in data for form in forms)})


def files(folder: Path) -> list[Path]:
    """The files below a folder."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]
