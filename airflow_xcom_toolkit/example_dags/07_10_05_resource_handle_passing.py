"""A server is started for one run, its handle goes to the tasks that use it, and it is stopped even if one of them fails.

What stands in for a cluster is a real server process on this machine: a small compute service that answers calls over
HTTP. Its handle is `{"cluster_id": …, "url": …}`, as it would be of a cluster in a cloud.

- `start_cluster` (**setup**) starts the process, waits until it listens, and returns the handle.
- `connect` tries to push an open **connection** to it: no backend keeps that. A handle says where the resource is;
  each task makes its own connection with it.
- `square` uses the cluster, and gets a result.
- `divide` sends it a job that cannot work, and **fails** with an `xmlrpc.client.Fault`.
- `report` runs nevertheless (`trigger_rule="all_done"`): it asks the cluster how many jobs it had, and gives the run its
  state, `success`.
- `stop_cluster` (**teardown**) runs when all of them have ended, because it is downstream of the setup and of them. If
  only the work is cleared, Airflow runs setup and teardown with it: a new cluster, and a new handle.
- `check` comes after the teardown. The handle is an XCom and outlives what it names: `ConnectionRefusedError`.

**A handle has no password in it.** Push the id of an Airflow connection instead, and let each task look it up.

**If nobody stops it**, for instance because a worker was lost, the server ends by itself after a lifetime. Give a real
cluster one, too.

**Needs** tasks that run on one machine, because the server listens on its loopback address only.

**Look for** one red task, and green ones after it; setup and teardown have their own marks in the graph.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any
from xmlrpc.client import ServerProxy

from airflow.sdk import dag, setup, task, teardown

Handle = dict[str, str]

LIFETIME = 300
SERVER = f"""
import threading
import uuid
from xmlrpc.server import SimpleXMLRPCServer

class Cluster:
    jobs = 0
    def square(self, number):
        self.jobs += 1
        return number * number
    def divide(self, one, other):
        self.jobs += 1
        return one / other
    def count_jobs(self):
        return self.jobs
    def stop(self):
        threading.Thread(target=server.shutdown).start()
        return "stopping"

server = SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False)
server.register_instance(Cluster())
print(uuid.uuid4(), server.server_address[1], flush=True)
threading.Timer({LIFETIME}, server.shutdown).start()
threading.Thread(target=server.serve_forever).start()
"""


def connected(cluster: Handle) -> Any:
    return ServerProxy(cluster["url"])


@setup
@task(multiple_outputs=False)
def start_cluster() -> Handle:
    """A session of its own: the server outlives this task's process."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    assert process.stdout is not None
    cluster_id, port = process.stdout.readline().split()
    return {"cluster_id": cluster_id, "url": f"http://127.0.0.1:{port}"}


@task
def connect(cluster: Handle, ti: Any = None) -> str:
    try:
        ti.xcom_push(key="connection", value=connected(cluster))
    except Exception as refused:
        print(refused)
        return f"refused: {type(refused).__name__}"
    return "kept"


@task
def square(cluster: Handle) -> int:
    result: int = connected(cluster).square(12)
    return result


@task
def divide(cluster: Handle) -> float:
    """Fails, as the job does."""
    result: float = connected(cluster).divide(1, 0)
    return result


@task(trigger_rule="all_done")
def report(cluster: Handle, result: int) -> str:
    return f"{connected(cluster).count_jobs()} jobs; the square is {result}"


@teardown
def stop_cluster(cluster: Handle) -> str:
    answer: str = connected(cluster).stop()
    return f"{cluster['cluster_id']} is {answer}"


@task
def check(cluster: Handle) -> str:
    """Nobody answers where the handle points to."""
    try:
        connected(cluster).count_jobs()
    except OSError as gone:
        return type(gone).__name__
    raise RuntimeError(f"{cluster['cluster_id']} is still there")


@dag(
    "07_10_05_resource_handle_passing",
    schedule=None,
    tags=["reference", "patterns", "intermediate", "success"],
    doc_md=__doc__,
)
def resource_handle_passing() -> None:
    cluster = start_cluster()
    squared = square(cluster)
    reported = report(cluster, squared)
    [connect(cluster), divide(cluster)] >> reported
    reported >> stop_cluster(cluster) >> check(cluster)


resource_handle_passing()
