"""Which backend for which data: a decision matrix, and a run that proves each of its lines.

`MATRIX` says what you have, which backend to take, and what the simpler one would do to it. `choose` makes the same
decision from four questions:

1. Is there more in the values than JSON has: bytes, arrays, DataFrames, keys that are numbers?
2. Are some of them large: more than a few KiB?
3. Is there something in them that a reader of the database should not see?
4. Do their fields change from one deployment to the next?

- `prove` runs once for each line of the matrix: it pushes a value of that kind by the backend that is chosen, and by
  the **simpler one**, and reads both. It writes down whether the value was kept, the bytes in the database and in the
  store, and whether an account number in it can be read there.
- `recommend` prints the matrix as a table, in its log; before it reads the proofs, because what was encrypted is
  hidden in logs once it is read.

**Look for** the two sides in the XCom of each `prove`, `chosen` and `simpler`. The simpler one refuses bytes with a
`TypeError`; of a large value whose object is gone it gives a path, and no error; for a secret `readable` is true; and
what an older version of the code has pushed comes back without the field that the new version needs. That the default
backend has all bytes of a large value in the database, `07_03_01_default_xcom_backend` shows.

Airflow has **one** backend for a deployment: take the line of the most demanding dag. `ToolkitXComBackend` with no
option set keeps values as `SerdeXComBackend` does; a path and a threshold, or a key, switch the rest on when it is
needed. Where one dag's values belong elsewhere, a rule says so: see `07_03_03_gcs_xcom_backend`.

**Needs** `[common.io] xcom_objectstorage_path` and `xcom_objectstorage_threshold` (4096, for instance), and a key in
`[xcom_toolkit] fernet_keys`: the backends are called by their names, whatever is configured. In the project's tests
the store is Ceph, a real S3 server on the same machine.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk import ObjectStoragePath, dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import (
    FernetXComBackend,
    SerdeXComBackend,
    ThresholdXComBackend,
    ToolkitXComBackend,
    Versioned,
    VersionedXComBackend,
    frame_schema,
    upcaster,
)


class Choice(NamedTuple):
    """A line of the matrix."""

    have: str
    backend: str
    why: str
    simpler: str
    which: str


MATRIX = (
    Choice(
        "small JSON, and nothing secret",
        "BaseXCom",
        "is there already: nothing to install, nothing to set",
        "",
        "there is none that is simpler",
    ),
    Choice(
        "types that JSON does not have",
        "SerdeXComBackend",
        "keeps them exactly, in the row",
        "BaseXCom",
        "refuses bytes and arrays, and makes texts of the keys of a dict",
    ),
    Choice(
        "large JSON",
        "ThresholdXComBackend",
        "keeps it in the store, and verifies what it reads: an object that is gone is an error",
        "XComObjectStorageBackend",
        "gives the path of an object that is gone, as if it were the value",
    ),
    Choice(
        "large values of any type",
        "ThresholdXComBackend",
        "keeps them exactly, in the store",
        "XComObjectStorageBackend",
        "refuses what is not JSON",
    ),
    Choice(
        "secrets, or personal data",
        "FernetXComBackend",
        "encrypts before anything leaves the task",
        "SerdeXComBackend",
        "shows them to everybody who may read the database",
    ),
    Choice(
        "data whose fields change",
        "VersionedXComBackend",
        "names the version in the row, and brings old rows up to date",
        "SerdeXComBackend",
        "gives what was pushed, without the field that was added since",
    ),
    Choice(
        "several of these",
        "ToolkitXComBackend",
        "does all of it, each part switched by an option",
        "ThresholdXComBackend",
        "leaves a secret readable in the store",
    ),
)
CLASSES: dict[str, Any] = {
    backend.__name__: backend
    for backend in (
        BaseXCom,
        XComObjectStorageBackend,
        SerdeXComBackend,
        ThresholdXComBackend,
        FernetXComBackend,
        VersionedXComBackend,
        ToolkitXComBackend,
    )
}


class Needs(NamedTuple):
    """The four questions."""

    beyond_json: bool = False
    large: bool = False
    secret: bool = False
    changing: bool = False


def choose(needs: Needs) -> str:
    """The name of the simplest backend that does all of it."""
    if needs.large + needs.secret + needs.changing > 1:
        return "ToolkitXComBackend"
    if needs.secret:
        return "FernetXComBackend"
    if needs.changing:
        return "VersionedXComBackend"
    if needs.large:
        return "ThresholdXComBackend"
    return "SerdeXComBackend" if needs.beyond_json else "BaseXCom"


ACCOUNT = "DE89370400440532013000"
ORDER = {"id": 1001, "item": "nut", "account": ACCOUNT}
INVOICE = {"pdf": b"%PDF-1.7", "prices": {8: 0.25}}
ORDERS = [ORDER] * 1000

frame_schema("shop.paid_order", version=1)
frame_schema("shop.paid_order", version=2)


@upcaster("shop.paid_order", from_version=1)
def _(order: dict[str, Any]) -> dict[str, Any]:
    """Since version 2 an order has a currency."""
    return {**order, "currency": "EUR"}


class Case(NamedTuple):
    """A value of a kind: what is pushed, and what has to come back."""

    needs: Needs
    value: Any
    comes_back: Any


CASES = {
    "small JSON, and nothing secret": Case(Needs(), ORDER, ORDER),
    "types that JSON does not have": Case(Needs(beyond_json=True), INVOICE, INVOICE),
    "large JSON": Case(Needs(large=True), ORDERS, ORDERS),
    "large values of any type": Case(Needs(beyond_json=True, large=True), [INVOICE, *ORDERS], [INVOICE, *ORDERS]),
    "secrets, or personal data": Case(Needs(secret=True), ORDER, ORDER),
    "data whose fields change": Case(Needs(changing=True), ORDER, {**ORDER, "currency": "EUR"}),
    "several of these": Case(Needs(large=True, secret=True), ORDERS, ORDERS),
}


def try_out(name: str, case: Case, ti: Any) -> dict[str, Any]:
    """What the backend of that name does to a value. Nothing stays in the database or the store."""
    backend = CLASSES[name]
    xcom = {"key": name, "dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id, "map_index": ti.map_index}
    versioned = case.needs.changing and backend is VersionedXComBackend
    value = Versioned(case.value, schema="shop.paid_order", version=1) if versioned else case.value
    try:
        backend.set(value=value, **xcom)
    except TypeError as error:
        return {"backend": name, "refused": type(error).__name__}
    row = json.dumps(ToolkitXComBackend.get_row(**xcom))
    location = ToolkitXComBackend.describe_row(json.loads(row)).location
    stored = ObjectStoragePath(location.url).read_bytes() if location else b""
    kept = backend.get_one(**xcom) == case.comes_back
    readable = ACCOUNT in row or ACCOUNT.encode() in stored
    found = {"backend": name, "kept": kept, "row_bytes": len(row), "object_bytes": len(stored), "readable": readable}
    if location:
        found["object_gone"] = without_object(backend, xcom, location.url)
    backend.delete(**xcom)
    return found


def without_object(backend: Any, xcom: dict[str, Any], url: str) -> str:
    """What a pull gives once the object is gone, as somebody's rule of the bucket may leave it."""
    ObjectStoragePath(url).unlink()
    try:
        found = backend.get_one(**xcom)
    except FileNotFoundError as error:
        return type(error).__name__
    return "the path, as if it were the value" if found == url else f"a {type(found).__name__}"


@task(multiple_outputs=False, map_index_template="{{ task.op_kwargs['have'] }}")
def prove(have: str, ti: Any = None) -> dict[str, Any]:
    """Pushes and pulls by the chosen backend, and by the simpler one."""
    choice = next(choice for choice in MATRIX if choice.have == have)
    case = CASES[have]
    assert choose(case.needs) == choice.backend
    return {
        "have": have,
        "chosen": try_out(choice.backend, case, ti),
        "simpler": try_out(choice.simpler, case, ti) if choice.simpler else None,
    }


@task(multiple_outputs=False)
def recommend(proofs: Any) -> dict[str, str]:
    """Prints the matrix, and sees to it that every line of it was proven. Returns what to take for what."""
    print("| you have | take | because it | the simpler one |")
    for choice in MATRIX:
        print(f"| {choice.have} | {choice.backend} | {choice.why} | {choice.simpler} {choice.which} |")
    assert all(proof["chosen"]["kept"] for proof in proofs)
    return {choice.have: choice.backend for choice in MATRIX}


@dag(
    "07_03_06_xcom_backend_selection",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_backend_selection() -> None:
    recommend(prove.expand(have=[choice.have for choice in MATRIX]))


xcom_backend_selection()
