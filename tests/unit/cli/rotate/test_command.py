"""``rotate`` as it is called: what it prints, and its exit codes."""

from __future__ import annotations

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.encryption import KeyRing
from tests.operations.planted import read
from tests.unit.cli.deployed import LOST, NEW, OLD, Deployed

OLD_ID, NEW_ID, LOST_ID = (KeyRing([key]).primary_id for key in (OLD, NEW, LOST))
AT = Coordinate("sales", "run 1", "load", -1, "return_value")


def test_the_way_of_a_key_from_the_newest_to_none(deployed: Deployed) -> None:
    """The check tells a script when the old key may be taken away; then everything is read without it."""
    deployed.options(fernet_keys=OLD)
    deployed.push({"a": (1, 2)})
    deployed.push(b"x" * 5000, "offloaded")
    deployed.options(fernet_keys=f"{NEW},{OLD}")
    assert deployed.call("rotate", "--check").code == 1
    done = deployed.call("rotate", "--json")
    assert (done.code, done.json["rotated"], done.json["newest"]) == (0, 2, NEW_ID)
    assert deployed.call("rotate", "--check").code == 0
    deployed.options(fernet_keys=NEW)
    assert deployed.backend.load_row(read(deployed.engine, AT), AT) == {"a": (1, 2)}


def test_no_key_and_no_token_is_shown(deployed: Deployed) -> None:
    deployed.options(fernet_keys=OLD)
    row = deployed.push({"a": (1, 2)})
    deployed.options(fernet_keys=f"{NEW},{OLD}")
    done = [deployed.call("rotate", *arguments) for arguments in ((), ("--check",), ("--json",), ("--check", "--json"))]
    printed = "".join(one.output + one.errors for one in done)
    for secret in (OLD, NEW, row["__data__"]["sealed"]["token"][:40]):
        assert secret not in printed


def test_a_row_that_no_key_opens_is_named_and_ends_it_with_1(deployed: Deployed) -> None:
    deployed.options(fernet_keys=LOST)
    deployed.push(1, "lost")
    deployed.options(fernet_keys=f"{NEW},{OLD}")
    done = deployed.call("rotate")
    assert done.code == 1
    assert "sales.lost in run 'run 1'" in done.errors
    assert LOST_ID in done.errors


def test_the_check_names_keys_that_are_not_here(deployed: Deployed) -> None:
    deployed.options(fernet_keys=LOST)
    deployed.push(1, "lost")
    deployed.options(fernet_keys=f"{NEW},{OLD}")
    found = deployed.call("rotate", "--check", "--json")
    assert found.code == 0
    assert [(one["key_id"], one["is_here"], one["may_retire"]) for one in found.json["keys"]] == [
        (NEW_ID, True, False),
        (OLD_ID, True, True),
        (LOST_ID, False, False),
    ]
    assert "not here" in deployed.call("rotate", "--check").output


def test_without_a_key_it_says_what_to_set(deployed: Deployed) -> None:
    done = deployed.call("rotate")
    assert done.code == 2
    assert "fernet_keys" in done.errors


def test_the_check_is_of_all_rows(deployed: Deployed) -> None:
    deployed.options(fernet_keys=NEW)
    done = deployed.call("rotate", "--check", "--dag", "sales")
    assert done.code == 2
    assert "--check" in done.errors
    assert not done.output
