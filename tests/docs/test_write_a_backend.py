"""The examples of in-house backends: short, and run against what they are for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit import FernetXComBackend
from airflow_xcom_toolkit.errors import ConfigurationError, DecryptionError
from tests.docs.pages import DOCS, ROOT, blocks
from tests.docs.test_pages import environment
from tests.unit.conftest import SetOptions, options  # noqa: F401

PAGE = DOCS / "how-to" / "write-a-backend.md"
FILES = {block.note.removeprefix("file: "): block.text for block in blocks(PAGE) if block.note.startswith("file: ")}
EXAMPLES = ["acme/vault.py", "acme/payroll.py", "acme-versions/acme_versions.py", "acme/xcom.py", "acme/audited.py"]
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def save(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(FILES[name])
    return folder


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_is_short(name: str) -> None:
    assert FILES[name].count("\n") < 40


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The modules of the page can be imported."""
    monkeypatch.syspath_prepend(str(save(tmp_path, *FILES)))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme"]:
        del sys.modules[name]


# A backend -----------------------------------------------------------------------------------------------------------


def pushed(value: Any, backend: Any = FernetXComBackend) -> Any:
    return backend.serialize_value(value, key="k", dag_id="d", task_id="t", run_id="r")


def test_the_wrapped_push_and_pull_are_logged(
    page: None,
    options: SetOptions,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    options(fernet_keys=OLD)
    caplog.set_level("INFO")
    timed, audited = import_module("acme.xcom").AcmeXCom, import_module("acme.audited").AuditedXCom
    assert timed.load_value(pushed((1,), timed)) == audited.load_value(pushed((1,), audited)) == (1,)
    assert "XCom 'k' of d.t in run 'r' was pushed in 0." in caplog.text
    assert "was read (encrypted: True)" in caplog.text


def test_the_fixed_option_holds(page: None, options: SetOptions) -> None:  # noqa: F811
    options(max_value_bytes="5")
    assert import_module("acme.xcom").AcmeXCom.settings().max_value_bytes == 1 << 30


# Keys from a vault ---------------------------------------------------------------------------------------------------


@dataclass
class Vault:
    """A KV version 2 engine with one secret, over HTTP."""

    secret: Any = field(default_factory=dict)
    token: str = "the-token"
    requests: int = 0
    url: str = ""

    def answer(self, path: str, token: str | None) -> tuple[int, Any]:
        self.requests += 1
        if path != "/v1/secret/data/airflow/xcom":
            return 404, {"errors": []}
        if token != self.token:
            return 403, {"errors": ["permission denied", OLD]}
        return 200, {"data": {"data": self.secret, "metadata": {"version": self.requests}}}


@pytest.fixture
def vault() -> Iterator[Vault]:
    made = Vault({"keys": OLD})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, answer = made.answer(self.path, self.headers["X-Vault-Token"])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def restart(
    vault: Vault,
    page: None,
    options: SetOptions,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], None]:
    """What a new process does: it forgets its keys. The first has the options of the page."""
    monkeypatch.setenv("VAULT_ADDR", vault.url)
    monkeypatch.setenv("VAULT_TOKEN", vault.token)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    def start() -> None:
        options(key_provider="acme.vault.VaultKeys")

    start()
    return start


def test_the_vault_is_asked_once_in_a_process(vault: Vault, restart: Callable[[], None]) -> None:
    for value in ((1,), {"a": b"x"}):
        assert FernetXComBackend.load_value(pushed(value)) == value
    assert vault.requests == 1
    restart()
    pushed(1)
    assert vault.requests == 2


def test_after_a_rotation_new_rows_have_the_new_key_and_old_rows_open(
    vault: Vault, restart: Callable[[], None]
) -> None:
    old = pushed("before")
    vault.secret = {"keys": f"{NEW},{OLD}"}
    restart()
    new = pushed("after")
    assert new["__data__"]["sealed"]["key_id"] != old["__data__"]["sealed"]["key_id"]
    assert [FernetXComBackend.load_value(row) for row in (old, new)] == ["before", "after"]


def test_a_process_that_runs_on_reads_what_others_write_with_the_new_key(
    vault: Vault, restart: Callable[[], None]
) -> None:
    vault.secret = {"keys": f"{NEW},{OLD}"}
    row = pushed("after")
    vault.secret = {"keys": OLD}
    restart()
    pushed("before")
    vault.secret = {"keys": f"{NEW},{OLD}"}
    assert FernetXComBackend.load_value(row) == "after"


def test_a_key_that_the_vault_dropped_is_a_named_error(vault: Vault, restart: Callable[[], None]) -> None:
    row = pushed("before")
    vault.secret = {"keys": NEW}
    restart()
    with pytest.raises(DecryptionError, match=row["__data__"]["sealed"]["key_id"]):
        FernetXComBackend.load_value(row)


def test_the_token_may_be_in_a_file(
    vault: Vault, restart: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(f"{vault.token}\n")
    monkeypatch.setenv("VAULT_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.delenv("VAULT_TOKEN")
    assert FernetXComBackend.load_value(pushed(1)) == 1


@pytest.mark.parametrize(
    ("secret", "environment", "says"),
    [
        ({"keys": OLD}, {"VAULT_TOKEN": "another"}, "answered 403"),
        ({"keys": OLD}, {"VAULT_ADDR": "http://127.0.0.1:1"}, "does not answer"),
        ({"key": OLD}, {}, "has no text with the name 'keys'"),
        ({"keys": [OLD]}, {}, "has no text with the name 'keys'"),
        (None, {}, "has no text with the name 'keys'"),
        ({"keys": ""}, {}, "not a Fernet key"),
        ({"keys": f"{OLD},{NEW[:-1]}"}, {}, "key 2 of 2 is not a Fernet key"),
    ],
    ids=["token", "address", "no keys", "a list", "deleted", "empty", "malformed"],
)
def test_what_goes_wrong_is_named_and_shows_no_key_and_no_token(
    secret: Any,
    environment: dict[str, str],
    says: str,
    vault: Vault,
    restart: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault.secret = secret
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=says) as caught:
        pushed(1)
    assert not any(secret in str(caught.value) for secret in (OLD, NEW[:-1], vault.token, "another"))


# A type of another library -------------------------------------------------------------------------------------------

PUSH = """
import json
from packaging.version import Version
from airflow_xcom_toolkit import SerdeXComBackend
print("ROW", json.dumps(SerdeXComBackend.serialize_value([Version("2.1rc1")], key="k")))
"""
PULL = """
import json, sys
from airflow_xcom_toolkit import SerdeXComBackend
print("VALUE", repr(SerdeXComBackend.load_value(json.loads(sys.argv[1]))))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package of the page was installed into, without an index."""
    folder = tmp_path_factory.mktemp("versions")
    save(folder, "acme-versions/pyproject.toml", "acme-versions/acme_versions.py")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    uv = shutil.which("uv", path=path)
    install = [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]
    how = ["--quiet", "--no-deps", "--no-build-isolation", "--target", str(folder / "site")]
    done = subprocess.run([*install, *how, str(folder / "acme-versions")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def python(code: str, *arguments: str, folder: Path, site: Path | None = None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), *([str(site)] if site else [])])
    env = environment(folder, AIRFLOW_HOME=str(folder / "airflow"), PYTHONPATH=path)
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def after(word: str, done: subprocess.CompletedProcess[str]) -> str:
    found = [line.partition(" ")[2] for line in done.stdout.splitlines() if line.startswith(f"{word} ")]
    assert found, done.stderr[-4000:]
    return found[0]


@pytest.fixture(scope="module")
def row(installed: Path) -> str:
    """A version, pushed by a process that has the package."""
    return after("ROW", python(PUSH, folder=installed.parent, site=installed))


def test_a_package_that_is_installed_keeps_its_type(row: str, installed: Path, tmp_path: Path) -> None:
    """A push in one process and a pull in another; both find the handler by its entry point."""
    assert json.loads(row)["__data__"]["tree"] == '[{"~":"packaging.version@1","version":"2.1rc1"}]'
    assert after("VALUE", python(PULL, row, folder=tmp_path, site=installed)) == "[<Version('2.1rc1')>]"


def test_where_it_is_not_installed_the_error_names_the_entry_point_group(row: str, tmp_path: Path) -> None:
    for done in (python(PUSH, folder=tmp_path), python(PULL, row, folder=tmp_path)):
        assert done.returncode != 0
        assert "UnsupportedTypeError" in done.stderr
        assert "airflow_xcom_toolkit.handlers" in done.stderr
    assert "packaging.version@1" in done.stderr
