"""A picture and a gzip file go from task to task, as base64 text and, with the toolkit, as the bytes they are.

- `draw_thumbnail` makes a small PNG, **encodes** it as base64 and returns the text, beside the name and the media
  type. `show_thumbnail` **decodes** it and reads the picture's size from its bytes.
- `push_bytes` pushes the same picture as `bytes`, and `pull_bytes` pulls it, if it was taken.
- `pack_report` compresses a CSV of 2,000 lines with gzip, `unpack_report` reads it line by line.
- `weigh` measures in bytes what that report takes in the database, in each form.

**Look for** what `pull_bytes` got, and for the bytes in the XCom of `weigh`.

**Use it for** what is small and is needed once: a thumbnail, a signature, a compressed report, a short model. A file
that people look for, or that is larger than some MB, belongs into a bucket, and its path into the XCom.

**With Airflow's default backend** `bytes` are a `TypeError` at push, wherever they are in the value; the XCom of
`push_bytes` says so. Base64 takes 4 characters for 3 bytes, hex 2 for each: the report is a row of 31 kB as text, 19 kB
as gzip in hex, 12 kB as gzip in base64. **With the toolkit's** the task just returns `bytes`: small ones are in the
row, larger ones are an object with the very bytes (9 kB here), or with encryption a few more.

**Needs** for `weigh`, whatever backend is configured, a store and a threshold: `[common.io]
xcom_objectstorage_path` (in the project's tests an S3 server) and `xcom_objectstorage_threshold = 4096`.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import struct
import zlib
from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit import ToolkitXComBackend


def thumbnail() -> bytes:
    """A PNG of 16 x 16 pixels, from dark to bright red."""
    pixels = b"".join(b"\0" + bytes(part for x in range(16) for part in (16 * x, 0, 0)) for _ in range(16))
    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def report() -> str:
    """Orders of a day, as CSV."""
    lines = (f"{number},{'shoes' if number % 3 else 'socks'},{number * 7919 % 1000}" for number in range(1, 2001))
    return "\n".join(["order,item,cents", *lines])


def packed() -> bytes:
    return gzip.compress(report().encode(), mtime=0)


@task(multiple_outputs=False)
def draw_thumbnail() -> dict[str, str]:
    return {"name": "shoes.png", "type": "image/png", "base64": base64.b64encode(thumbnail()).decode()}


@task
def show_thumbnail(picture: dict[str, str]) -> str:
    """The size is in the header of a PNG, as two big-endian integers."""
    data = base64.b64decode(picture["base64"], validate=True)
    width, height = struct.unpack(">II", data[16:24])
    return f"{picture['name']}: {width} x {height} pixels"


@task
def push_bytes(ti: Any = None) -> str:
    try:
        ti.xcom_push(key="thumbnail", value=thumbnail())
    except TypeError as error:
        return f"refused: {type(error).__name__}: {error}".partition(". ")[0]
    return "pushed"


@task
def pull_bytes(ti: Any = None) -> str:
    """What was refused is not there: the pull gives None."""
    found = ti.xcom_pull(task_ids="push_bytes", key="thumbnail")
    return f"{type(found).__name__}, {'the same' if found == thumbnail() else 'not the picture'}"


@task
def pack_report() -> str:
    return base64.b64encode(packed()).decode()


@task
def unpack_report(text: str) -> int:
    """The total of the column `cents`."""
    with gzip.open(io.BytesIO(base64.b64decode(text)), "rt") as file:
        return sum(int(line["cents"]) for line in csv.DictReader(file))


@task(multiple_outputs=False)
def weigh(ti: Any = None) -> dict[str, int]:
    """The toolkit's backend is named here, so that its row can be measured whatever backend is configured."""
    at = {"dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id, "key": "report"}
    ToolkitXComBackend.set(value=packed(), **at)
    row: Any = ToolkitXComBackend.get_row(**at)
    sizes = {
        "gzip": len(packed()),
        "row of text": len(json.dumps(report())),
        "row of hex": len(json.dumps(packed().hex())),
        "row of base64": len(json.dumps(base64.b64encode(packed()).decode())),
        "row of the toolkit": len(json.dumps(row)),
        "object of the toolkit": row["__data__"]["body"]["size"],
    }
    print(sizes)
    return sizes


@dag(
    "07_02_04_xcom_with_binary_data",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_with_binary_data() -> None:
    show_thumbnail(draw_thumbnail())
    push_bytes() >> pull_bytes()
    unpack_report(pack_report())
    weigh()


xcom_with_binary_data()
