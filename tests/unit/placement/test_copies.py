"""The folder of copies: bounded, private, cleaned by those who use it; and what happens where it cannot be used."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from airflow_xcom_toolkit.abc import Reference
from airflow_xcom_toolkit.errors import ConfigurationError
from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.placement.copies import Copies, Part, _File
from tests.unit.placement.far import SIZE, Far, copies, fetched, placement, stored


def own(cache: Path) -> Path:
    return cache / str(os.geteuid())


def several(place: ObjectPlacement, count: int) -> list[Reference]:
    return [stored(place, seed=number) for number in range(count)]


def is_copied(far: Far, place: ObjectPlacement, reference: Reference) -> bool:
    """Whether fetching it reads nothing of the store."""
    before = far.bytes_read
    fetched(place, reference)
    return far.bytes_read == before


# Bounded ------------------------------------------------------------------------------------------------------------


def test_copies_stay_within_their_bytes(far: Far, cache: Path) -> None:
    """However many objects are pulled."""
    place = placement(far, cache, max_bytes=2 * SIZE + 5)
    for reference in several(place, 5):
        fetched(place, reference)
        assert sum(path.stat().st_size for path in copies(cache)) <= 2 * SIZE + 5
    assert len(copies(cache)) == 2


def test_the_longest_unused_goes_first(far: Far, cache: Path) -> None:
    """To be pulled is to be used."""
    place = placement(far, cache, max_bytes=2 * SIZE)
    first, second, third = several(place, 3)
    for reference in (first, second, first, third):
        fetched(place, reference)
    assert is_copied(far, place, first)
    assert is_copied(far, place, third)
    assert not is_copied(far, place, second)


def test_an_object_larger_than_all_copies_may_be_has_none(far: Far, cache: Path) -> None:
    """And nothing makes room for it."""
    place = placement(far, cache, max_bytes=SIZE)
    small, large = stored(place), stored(place, size=SIZE + 1)
    fetched(place, small)
    assert not is_copied(far, place, large)
    assert is_copied(far, place, small)


def test_a_copy_in_use_may_go(far: Far, cache: Path) -> None:
    """Who reads it reads on."""
    place = placement(far, cache, max_bytes=SIZE)
    one, other = several(place, 2)
    fetched(place, one)
    reader = place.fetch(one)
    begun = reader.read(10)
    fetched(place, other)
    assert len(copies(cache)) == 1
    assert begun + reader.read() == next(file.read_bytes() for file in far.files if one.key in str(file))
    reader.verify()


def test_what_others_are_writing_counts(far: Far, cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With its full size from the start, so that the bound holds at any time."""
    place = placement(far, cache, max_bytes=2 * SIZE - 1)
    reference = stored(place)
    with Copies(str(cache), 2 * SIZE - 1).claim("0" * 64, SIZE) or pytest.fail("it was locked"):
        assert not is_copied(far, place, reference)
    assert "cache_max_bytes" in caplog.text
    assert copies(cache) == []


def test_what_a_dead_process_left_goes_with_the_next_download(far: Far, cache: Path) -> None:
    """Of any object, however much room there is."""
    place = placement(far, cache)
    fetched(place, stored(place))
    (own(cache) / f"{'0' * 64}.part").write_bytes(b"half")
    fetched(place, stored(place))
    assert [path.suffix for path in copies(cache)] == ["", ""]


def test_files_of_others_stay(far: Far, cache: Path) -> None:
    """Whatever folder someone chose."""
    own(cache).mkdir(parents=True)
    (own(cache) / "thesis.txt").write_bytes(b"x" * SIZE)
    place = placement(far, cache, max_bytes=SIZE)
    for reference in several(place, 2):
        fetched(place, reference)
    assert (own(cache) / "thesis.txt").stat().st_size == SIZE


# Private ------------------------------------------------------------------------------------------------------------


def test_nobody_else_may_read_a_copy(far: Far, cache: Path) -> None:
    """Neither the folder nor the files in it."""
    place = placement(far, cache)
    fetched(place, stored(place))
    modes = {path.stat().st_mode & 0o777 for path in copies(cache)}
    assert (own(cache).stat().st_mode & 0o777, modes) == (0o700, {0o600})


def test_a_folder_that_others_may_look_into_is_closed(far: Far, cache: Path) -> None:
    """As one that was made before."""
    own(cache).mkdir(parents=True)
    own(cache).chmod(0o755)
    place = placement(far, cache)
    fetched(place, stored(place))
    assert own(cache).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_another_user_has_made_is_refused(far: Far, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would give plain values to that user."""
    place = placement(far, cache)
    reference = stored(place)
    monkeypatch.setattr(os, "geteuid", lambda: 4321, raising=True)
    own(cache).mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="another user has made it") as caught:
        fetched(place, reference)
    assert caught.value.option == "xcom_toolkit.cache_dir"


def test_a_link_is_not_followed(far: Far, cache: Path, tmp_path: Path) -> None:
    """Nor is what it leads to touched."""
    place = placement(far, cache)
    reference = stored(place)
    fetched(place, reference)
    copy = copies(cache)[0]
    copy.rename(tmp_path / "elsewhere")
    copy.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="cache_dir"):
        fetched(place, reference)


# Where there can be none ---------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_made_names_the_option(far: Far, tmp_path: Path) -> None:
    """Here a file is in its way."""
    (tmp_path / "file").write_bytes(b"")
    place = placement(far, tmp_path / "file")
    with pytest.raises(ConfigurationError, match=r"\[xcom_toolkit\] cache_dir: .*Not a directory.*local disk"):
        fetched(place, stored(place))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO], ids=lambda code: errno.errorcode[code])
def test_a_disk_that_takes_no_more_leaves_the_store(
    code: int, far: Far, cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The object is read from there, with a warning; nothing of the copy stays."""

    def full(*_: Any) -> int:
        raise OSError(code, os.strerror(code))

    place = placement(far, cache)
    reference = stored(place)
    monkeypatch.setattr(os, "pwrite", full)
    with caplog.at_level(logging.WARNING):
        assert fetched(place, reference) == far.files[0].read_bytes()
    assert os.strerror(code) in caplog.text
    assert copies(cache) == []


def test_a_folder_that_is_removed_is_made_again(far: Far, cache: Path) -> None:
    """To clear the cache is to remove it, at any time."""
    place = placement(far, cache)
    reference = stored(place)
    fetched(place, reference)
    subprocess.run(["rm", "-r", str(cache)], check=True)
    fetched(place, reference)
    assert len(copies(cache)) == 1


def test_of_many_writers_one_has_the_part(tmp_path: Path) -> None:
    """Until it has left it, then the next."""
    target = str(tmp_path / ("0" * 64))
    part = Part.locked(target)
    assert part is not None
    assert Part.locked(target) is None
    part.abandon()
    assert Part.locked(target) is not None


def test_a_finished_copy_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even by one who had opened the part when it was finished."""
    target = tmp_path / ("0" * 64)
    part = Part.locked(str(target))
    assert part is not None
    lock = _File.lock

    def late(self: _File) -> bool:
        monkeypatch.setattr(_File, "lock", lock)
        part.finished()
        part._file.close()
        return self.lock()

    monkeypatch.setattr(_File, "lock", late)
    own_part = Part.locked(str(target))
    assert own_part is not None
    own_part.take(5)
    assert (target.stat().st_size, target.with_suffix(".part").stat().st_size) == (0, 5)


def test_without_locks_it_is_imported_all_the_same() -> None:
    """Not every system has the module for them."""
    code = "import sys; sys.modules['fcntl'] = None; import airflow_xcom_toolkit.placement"
    subprocess.run([sys.executable, "-c", code], check=True)
