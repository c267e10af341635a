"""A salary goes from task to task and is never readable in the database: encryption, key rotation, your own cipher.

- `push_salary` pushes it with `FernetXComBackend`, and looks for the account number in two rows: in the one that
  Airflow's default backend would write, and in the one that **is** in the database now.
- `read_salary` gets the salary back, and prints the account number. The log shows `***`.
- `rotate_keys` opens what an old key has encrypted: with the new key in front and the old one behind it; and with
  the old one gone, which is refused with a `DecryptionError`.
- `seal_note` and `open_note` use **custom encryption**: `ChaChaXCom` has ChaCha20-Poly1305 in place of Fernet, and
  gets its key from a `KeyProvider`. An Airflow Variable stands in for the vault.

**Look for** the XCom `salary` of `push_salary`: the row is an envelope with a `sealed` header and an encrypted
`body`. In a deployment you do not name the class in tasks: set `[core] xcom_backend` to
`airflow_xcom_toolkit.ToolkitXComBackend`, and every XCom is encrypted, large ones as objects in the store.

**Security considerations**

- Encryption hides values. It does not hide ids of dags, runs and tasks, the keys of XComs, times, and how long a
  value is (`row_bytes` in the XCom of `push_salary`). Put nothing secret into those.
- Everybody with the key reads everything: give it to workers, and not to the database, the API server or people.
  Losing it loses the values.
- The task that makes a value is not masked: Airflow logs what a function returns, if
  `show_return_value_in_logs=False` does not say otherwise. Masking in the task that pulls has bounds, too: a part
  or a hash of a secret is another text.
- Somebody who may write rows may write plain ones: `[xcom_toolkit] plaintext_rows = reject` refuses them.
- Rotating (`airflow xcom-toolkit rotate`, then `rotate --check`) is for keys that have served their time. It does
  not undo a leak. The safest secret is in no XCom: pass the id of a connection.

**Needs** a key: `python -m airflow_xcom_toolkit keygen` makes one, `[xcom_toolkit] fernet_keys` has it. **With
Airflow's default backend** all of this runs, too, because the tasks name the classes; what a task *returns* is
plain JSON there.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from airflow.sdk import Variable, dag, task
from airflow.sdk.bases.xcom import BaseXCom
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from airflow_xcom_toolkit import FernetXComBackend
from airflow_xcom_toolkit.abc import KeyProvider
from airflow_xcom_toolkit.encryption import ChunkedEncryption, FernetEncryption, KeyRing
from airflow_xcom_toolkit.errors import DecryptionError

DAG = "07_07_04_xcom_encryption"
VAULT = f"{DAG}_vault_secret"
IBAN = "DE89370400440532013000"


class VaultKeys(KeyProvider):
    """The newest key is the first. The option ``key_provider`` names such a class for a whole deployment."""

    def keys(self) -> Sequence[str]:
        return str(Variable.get(VAULT)).split(",")


class ChaCha(ChunkedEncryption):
    """Seals small bodies, and the data key of each object. That is all that a cipher has to do."""

    def seal(self, plaintext: bytes) -> dict[str, Any]:
        nonce = os.urandom(12)
        return {"token": b64encode(nonce + self._aead().encrypt(nonce, plaintext, None)).decode(), "key_id": "vault"}

    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        token = b64decode(sealed["token"])
        try:
            return self._aead().decrypt(token[:12], token[12:], None)
        except InvalidTag:
            raise DecryptionError("The note does not open with this key", key_id=sealed["key_id"], tried=1) from None

    def _aead(self) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(urlsafe_b64decode(VaultKeys().keys()[0]))


class ChaChaXCom(FernetXComBackend):
    @classmethod
    def pipeline(cls) -> Any:
        cipher = ChaCha()
        return replace(super().pipeline(), encryption=cipher, decryption=lambda: cipher)


def with_keys(*keys: str) -> type[FernetXComBackend]:
    """A backend with these keys, whatever is configured. The first one encrypts, all decrypt."""
    cipher = FernetEncryption(lambda: KeyRing(keys))

    class WithKeys(FernetXComBackend):
        @classmethod
        def pipeline(cls) -> Any:
            return replace(super().pipeline(), encryption=cipher, decryption=lambda: cipher)

    return WithKeys


def place(ti: Any, task_id: str) -> dict[str, Any]:
    """Where an XCom is, but for its key."""
    return {"dag_id": ti.dag_id, "run_id": ti.run_id, "task_id": task_id, "map_index": -1}


@task(multiple_outputs=False)
def push_salary(ti: Any = None) -> dict[str, Any]:
    """Returns what can be seen in the rows, and nothing of the salary."""
    salary = {"iban": IBAN, "euros": 4200}
    FernetXComBackend.set(key="salary", value=salary, **place(ti, ti.task_id))
    plain = json.dumps(BaseXCom.serialize_value(salary))
    row: Any = FernetXComBackend.get_row(key="salary", **place(ti, ti.task_id))
    encrypted = json.dumps(row)
    return {
        "iban_in_plain_row": IBAN in plain,
        "iban_in_encrypted_row": IBAN in encrypted,
        "parts_of_the_row": sorted(row["__data__"]),
        "row_bytes": {"plain": len(plain), "encrypted": len(encrypted)},
    }


@task(multiple_outputs=False)
def read_salary(ti: Any = None) -> dict[str, Any]:
    """The same value again, masked in the log. And whether the configured backend has encrypted what was returned."""
    salary = FernetXComBackend.get_one(key="salary", **place(ti, "push_salary"))
    print(f"4200 euros go to {salary['iban']}")
    returned: Any = FernetXComBackend.get_row(key="return_value", **place(ti, "push_salary"))
    return {"euros": salary["euros"], "returned_value_is_encrypted": "sealed" in returned.get("__data__", ())}


@task(multiple_outputs=False)
def rotate_keys() -> dict[str, Any]:
    """Old and new keys side by side, then the new one alone."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    row = with_keys(old).serialize_value("a secret", key="note")
    both, alone = with_keys(new, old), with_keys(new)
    found = {"both_keys": both.load_value(row) == "a secret"}
    pushed_now = both.serialize_value("a secret", key="note")
    found["new_pushes_need_the_new_key_only"] = alone.load_value(pushed_now) == "a secret"
    try:
        alone.load_value(row)
    except DecryptionError as error:
        print(error)  # It names ids of keys, and no key and nothing of the value.
        return {**found, "old_key_gone": type(error).__name__}
    raise AssertionError("a row was opened without its key")


@task
def seal_note(ti: Any = None) -> None:
    Variable.set(VAULT, Fernet.generate_key().decode())
    ChaChaXCom.set(key="note", value="the code of the safe is 4711", **place(ti, ti.task_id))


@task(multiple_outputs=False)
def open_note(ti: Any = None) -> dict[str, Any]:
    """Opens the note with its own cipher alone; then it and its key are deleted, as a secret is that was used."""
    at = {"key": "note", **place(ti, "seal_note")}
    found: dict[str, Any] = {"characters": len(ChaChaXCom.get_one(**at))}
    try:
        FernetXComBackend.get_one(**at)
    except DecryptionError as error:
        found["without_the_cipher"] = type(error).__name__
    ChaChaXCom.delete(**at)
    Variable.delete(VAULT)
    return {**found, "after_delete": ChaChaXCom.get_one(**at)}


@dag(DAG, schedule=None, tags=["reference", "core", "beginner", "success"], doc_md=__doc__)
def xcom_encryption() -> None:
    push_salary() >> read_salary()
    rotate_keys()
    seal_note() >> open_note()


xcom_encryption()
