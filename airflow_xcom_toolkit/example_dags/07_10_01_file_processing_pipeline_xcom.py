"""Files go through a pipeline as paths: each is processed for itself, results are added up, and the folder is removed.

- `make_folder` makes a temporary folder and returns its path. It is a **setup** task.
- `receive_files` writes four csv files there, as a supplier would, and returns the **list of their paths**. The content
  never is an XCom: a few hundred bytes go through Airflow, whatever the files have.
- `process` is mapped over that list, so there is one task instance for each file. One of the files is broken, and its
  instance **fails** with a `ValueError`; the others do not mind.
- `summarize` runs nevertheless (`trigger_rule="all_done"`). It gets the results that there are, and tells from the list
  of paths which file has none.
- `remove_folder` is the **teardown** of `make_folder`: it runs when everything else has ended, however it did, and says
  what it removed. No trigger rule is needed for that, and its own success does not hide a failure of the others.

The run succeeds although one file failed, because what counts is the last task that is no teardown: `summarize`. If a
broken file is a reason to fail, let `summarize` raise an error; the folder goes all the same.

**Needs** a folder that every worker sees, where there are several workers: a shared volume as `FOLDERS`, or a bucket
with `airflow.sdk.ObjectStoragePath`, which is an XCom like any other. Here all tasks run on one machine.

**Look for** the one red instance of `process`, whose log names the line of the file; the XCom of `summarize` with
`failed`; and that of `remove_folder`: four files removed, those of the failed instance included.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path
from typing import Any

from airflow.sdk import dag, setup, task, teardown

FOLDERS = tempfile.gettempdir()

DELIVERED = {
    "berlin.csv": "item,pieces\ntea,3\ncoffee,5\n",
    "boston.csv": "item,pieces\ntea,10\n",
    "lima.csv": "item,pieces\ntea,7\ncoffee,many\n",
    "oslo.csv": "item,pieces\ncoffee,1\ncocoa,1\n",
}


@setup
def make_folder() -> str:
    """A folder of this run alone, so that runs do not disturb each other."""
    return tempfile.mkdtemp(prefix="deliveries-", dir=FOLDERS)


@task
def receive_files(folder: str) -> list[str]:
    paths = [Path(folder, name) for name in DELIVERED]
    for path in paths:
        path.write_text(DELIVERED[path.name])
    return [str(path) for path in paths]


@task(multiple_outputs=False)
def process(path: str) -> dict[str, Any]:
    """What the summary needs of one file. It names the file, because results come without their argument."""
    with open(path, newline="") as file:
        counts = [pieces(row, line) for line, row in enumerate(csv.DictReader(file), start=2)]
    return {"file": Path(path).name, "rows": len(counts), "pieces": sum(counts)}


def pieces(row: dict[str, str], line: int) -> int:
    if not row["pieces"].isdigit():
        raise ValueError(f"line {line}: {row['pieces']!r} is no number of pieces")
    return int(row["pieces"])


@task(multiple_outputs=False, trigger_rule="all_done")
def summarize(paths: list[str], results: list[dict[str, Any]]) -> dict[str, Any]:
    """`results` has no entry for an instance that failed, so the list of paths says what is missing."""
    done = list(results)
    return {
        "files": len(done),
        "rows": sum(one["rows"] for one in done),
        "pieces": sum(one["pieces"] for one in done),
        "failed": sorted({Path(path).name for path in paths} - {one["file"] for one in done}),
    }


@teardown
def remove_folder(folder: str) -> str:
    removed = len(list(Path(folder).iterdir()))
    shutil.rmtree(folder)
    return f"{removed} files removed, the folder is {'there' if Path(folder).exists() else 'gone'}"


@dag(
    "07_10_01_file_processing_pipeline_xcom",
    schedule=None,
    tags=["reference", "patterns", "intermediate", "success"],
    doc_md=__doc__,
)
def file_processing_pipeline_xcom() -> None:
    folder = make_folder()
    paths = receive_files(folder)
    summary = summarize(paths, process.expand(path=paths))
    summary >> remove_folder(folder)


file_processing_pipeline_xcom()
