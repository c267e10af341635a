"""A server is started for one run, tasks use it by its handle, and it is stopped even if one of them fails.

What stands in for a cluster is a real server process on this machine: a small compute service that answers calls over
HTTP. Its handle is `{"cluster_id": …, "url": …}`, as it would be of a cluster in a cloud.

- `start_cluster` (**setup**) starts the process, waits until it listens, and returns the handle.
- `connect` tries to push an open **connection** to it: no backend keeps that, because it belongs to one process. A
  handle says where the resource is, and each task makes its own connection with it.
- `square` uses the cluster, and gets a result.
- `divide` sends it a job that cannot work, and **fails** with an `xmlrpc.client.Fault`.
- `report` runs nevertheless (`trigger_rule="all_done"`). It does not take the handle: Airflow allows no such trigger
  rule right behind a setup, whose failure has to stop all that needs the resource.
- `stop_cluster` (**teardown**) runs when all of them have ended, and says how many jobs there were. If only the work is
  cleared later, Airflow runs setup and teardown with it: a new cluster, and a new handle.
- `check` comes after the teardown. The handle is an XCom and outlives what it names: `ConnectionRefusedError`.

**A handle has no password in it.** Push the id of an Airflow connection instead, and let each task look it up.

**If nobody stops it**, for instance because a worker was lost, the server ends by itself after an hour. Give a real
cluster a lifetime, too.

**Needs** tasks that run on one machine, because the server listens on its loopback address only.

**Look for** one red task, and green ones after it; setup and teardown have their own marks in the graph.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from xmlrpc.client import ServerProxy

from airflow.sdk import dag, setup, task, teardown

Handle = dict[str, str]

LIFETIME = 3600
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
    def stop(self):
        threading.Thread(target=server.shutdown).start()
        return self.jobs

server = SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False)
server.register_instance(Cluster())
print(uuid.uuid4(), server.server_address[1], flush=True)
end = threading.Timer({LIFETIME}, server.shutdown)
end.daemon = True
end.start()
server.serve_forever()
"""


def client(cluster: Handle) -> Any:
    """Connects anew at each call."""
    return ServerProxy(cluster["url"])


def connected(cluster: Handle) -> HTTPConnection:
    """An open connection. Raises a `ConnectionRefusedError` if nobody listens."""
    connection = HTTPConnection(cluster["url"].removeprefix("http://"), timeout=10)
    connection.connect()
    return connection


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
    connection = connected(cluster)
    try:
        ti.xcom_push(key="connection", value=connection)
    except TypeError as refused:
        print(refused)
        return f"refused: {type(refused).__name__}"
    finally:
        connection.close()
    return "kept"


@task
def square(cluster: Handle) -> int:
    result: int = client(cluster).square(12)
    return result


@task
def divide(cluster: Handle) -> float:
    """Fails, as the job does."""
    result: float = client(cluster).divide(1, 0)
    return result


@task(trigger_rule="all_done")
def report(result: int, connection: str) -> str:
    return f"the square is {result}; a connection is {connection}"


@teardown
@task(execution_timeout=timedelta(seconds=30))
def stop_cluster(cluster: Handle) -> str:
    """Returns when it has really ended."""
    jobs = client(cluster).stop()
    with suppress(ConnectionError):
        while True:
            connected(cluster).close()
            time.sleep(0.1)
    return f"stopped after {jobs} jobs"


@task
def check(cluster: Handle) -> str:
    """Nobody answers where the handle points to."""
    try:
        connected(cluster).close()
    except ConnectionRefusedError as gone:
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
    reported = report(square(cluster), connect(cluster))
    divide(cluster) >> reported >> stop_cluster(cluster) >> check(cluster)


resource_handle_passing()
