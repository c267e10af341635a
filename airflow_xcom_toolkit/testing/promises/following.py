"""Promise 8: what is read after the configuration has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ..base import Contract, Deploy, needs
from ..same import assert_same, is_same
from ..setup import KEY, OTHER_KEY
from ..values.samples import JSON, text
from ..xcoms import AT, MAPPED, XComs

VALUE = {"list": [1, 2], "text": "value" * 1000}
NEWER = {"list": [3, 4], "text": "newer" * 1000}
VALUES = {**JSON, "long text": text}
COMPRESSIONS = ("", "gzip", "bz2")


class Following(Contract):
    """A pull follows the row, never today's configuration: how the value was stored is in the row."""

    promise = "8. Pull follows the row"

    def test_the_threshold_may_change(self, deploy: Deploy, form: Mapping[str, Any]) -> None:
        """Values in rows are read where all go to objects now, and the other way round."""
        before = deploy(**form)
        for name, make in VALUES.items():
            before.push(make(), replace(AT, key=name))
        for threshold in (None, 0, 10**9):
            after = deploy(**{**form, "threshold": threshold})
            for name, make in VALUES.items():
                assert_same(after.pull(replace(AT, key=name)), make(), name)

    @pytest.mark.parametrize("compression", COMPRESSIONS)
    def test_the_compression_may_change(self, deploy: Deploy, offloaded: XComs, compression: str) -> None:
        """Objects are read that were written with another one, or with none."""
        form = {"threshold": 0, "keys": offloaded.setup.keys}
        deploy(**form, compression=compression).push(VALUE)
        for other in COMPRESSIONS:
            assert_same(deploy(**form, compression=other).pull(), VALUE)

    @needs("plain")
    def test_encryption_may_be_switched_on(self, deploy: Deploy, encrypted: XComs) -> None:
        """What was written before stays readable: values, and plain JSON."""
        for value in (VALUE, {"plain": ["JSON"]}):
            deploy(threshold=encrypted.setup.threshold).push(value)
            assert_same(deploy(threshold=encrypted.setup.threshold, keys=(KEY,)).pull(), value)

    def test_a_key_may_be_rotated(self, deploy: Deploy, encrypted: XComs) -> None:
        """With the new key first, old and new rows are read, and what is pushed opens with the new one alone."""
        threshold = encrypted.setup.threshold
        encrypted.push(VALUE)
        rotated = deploy(threshold=threshold, keys=(OTHER_KEY, KEY))
        rotated.push(NEWER, MAPPED[0])
        assert_same(rotated.pull(), VALUE)
        assert_same(rotated.pull(MAPPED[0]), NEWER)
        assert_same(deploy(threshold=threshold, keys=(OTHER_KEY,)).pull(MAPPED[0]), NEWER)

    @pytest.mark.parametrize("left", [(OTHER_KEY,), ()], ids=["another key", "no key"])
    def test_a_key_that_is_gone_is_an_error(self, deploy: Deploy, encrypted: XComs, left: tuple[str, ...]) -> None:
        """Which says that a key is missing. Never ciphertext, or what another key makes of it."""
        encrypted.push(VALUE)
        with pytest.raises(Exception, match=r"(?i)\bkey") as e:
            deploy(threshold=encrypted.setup.threshold, keys=left).pull()
        assert not isinstance(e.value, FileNotFoundError)

    @needs("uses_fsspec")
    def test_a_path_that_changed_gives_the_value_or_an_error(self, deploy: Deploy, offloaded: XComs) -> None:
        """Never the old path as if it were the value."""
        keys = offloaded.setup.keys
        for value in (VALUE, "text" * 1000):
            deploy(store=f"{self.url}/old", threshold=0, keys=keys).push(value)
            after = deploy(store=f"{self.url}/new", threshold=0, keys=keys)
            got = _pulled(after, instead=value)
            assert is_same(got, value), f"After the path had changed, a pull gave {got!r}"

    @needs("uses_fsspec", "reads_toolkit_rows")
    def test_objects_may_move_with_their_path(self, deploy: Deploy, offloaded: XComs) -> None:
        """Rows name an object below the path, and not the bucket or the connection: copied to another, it is read."""
        keys = offloaded.setup.keys
        deploy(store=f"{self.url}/old", threshold=0, keys=keys).push(VALUE)
        for key in self.list_objects():
            self.write_object(f"new/{key.removeprefix('old/')}", self.read_object(key))
            self.delete_object(key)
        assert_same(deploy(store=f"{self.url}/new", threshold=0, keys=keys).pull(), VALUE)


def _pulled(xcoms: XComs, instead: Any) -> Any:
    """What a pull gives, or ``instead`` where it raises."""
    try:
        return xcoms.pull()
    except Exception:
        return instead
