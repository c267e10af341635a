"""The read cache: the bytes of an object leave its store once, and what a pull promises holds all the same."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from airflow_xcom_toolkit.errors import IntegrityError, ObjectMissingError, StorageError
from airflow_xcom_toolkit.placement import ObjectPlacement, ReadCache
from airflow_xcom_toolkit.placement import cache as module
from airflow_xcom_toolkit.placement.copies import Copies, Part
from tests.pipelines import AT, KEY, open_path
from tests.unit.placement.far import ROOMY, SIZE, Far, cached, copies, fetched, placement, stored, value

Damage = Callable[[Path], object]


# Once ---------------------------------------------------------------------------------------------------------------


def test_pulls_one_after_another_download_once(far: Far, cache: Path) -> None:
    """All but the first ask for one byte."""
    row = cached(far, None).push(value(), AT)
    for _ in range(5):
        np.testing.assert_array_equal(cached(far, cache).pull(row).value, value())
    assert far.bytes_read == far.files[0].stat().st_size
    assert far.questions == 4


def test_threads_side_by_side_download_once(far: Far, cache: Path) -> None:
    """While one downloads, the others wait."""
    place, found = placement(far, cache), []
    reference = stored(place)
    threads = [threading.Thread(target=lambda: found.append(fetched(place, reference))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert set(found) == {far.files[0].read_bytes()}
    assert far.bytes_read == SIZE


def _pull_when_all_are_there(folder: Path, row: object, gate: object) -> bool:
    gate.wait(60)  # type: ignore[attr-defined]
    found = cached(Far(folder / "far"), folder / "cache").pull(row).value
    return bool((found == value()).all())


def test_processes_side_by_side_download_once(far: Far, cache: Path, tmp_path: Path) -> None:
    """Each a Python of its own, as the tasks of one worker are."""
    row = cached(far, None).push(value(), AT)
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(4) as pool:
        gate = manager.Barrier(4)
        assert all(pool.starmap(_pull_when_all_are_there, [(tmp_path, row, gate)] * 4, chunksize=1))
    assert far.bytes_read == far.files[0].stat().st_size


def test_a_process_that_dies_while_it_downloads_holds_nobody_up(far: Far, cache: Path, tmp_path: Path) -> None:
    """The next goes on at once, and nothing is left of the dead."""
    place = placement(far, cache)
    reference = stored(place)
    code = f"""
import os, pathlib
from airflow_xcom_toolkit.abc import Reference
from airflow_xcom_toolkit.placement.copies import Part
from tests.unit.placement.far import Far, fetched, placement
Part.finished = lambda self: os.kill(os.getpid(), 9)
folder = pathlib.Path({str(tmp_path)!r})
fetched(placement(Far(folder / "far"), folder / "cache"), {reference!r})
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    assert [path.suffix for path in copies(cache)] == [".part"]
    assert fetched(place, reference) == far.files[0].read_bytes()
    assert [path.suffix for path in copies(cache)] == [""]


def test_who_waits_for_a_download_that_stalls_reads_the_store(
    far: Far, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some time in which nothing came."""
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    place = placement(far, cache)
    reference = stored(place)
    fetched(place, reference)
    copy = copies(cache)[0]
    copy.unlink()
    with Part.locked(str(copy)) or pytest.fail("it was locked"):
        assert fetched(place, reference) == far.files[0].read_bytes()


def test_a_download_that_fails_fails_the_pull_and_leaves_nothing(far: Far, cache: Path) -> None:
    """The next pull is as if it had not been."""
    place = placement(far, cache)
    reference = stored(place)
    far.down = ConnectionResetError()
    with pytest.raises(StorageError):
        fetched(place, reference)
    assert copies(cache) == []
    far.down = None
    assert fetched(place, reference) == far.files[0].read_bytes()


def test_a_copy_that_was_finished_just_before_is_used(far: Far, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look for a copy and the claim to make it."""
    place, other = placement(far, cache), placement(far, cache)
    reference = stored(place)
    claim = Copies.claim

    def late(self: Copies, name: str, size: int) -> Part | None:
        monkeypatch.setattr(Copies, "claim", claim)
        fetched(other, reference)
        return self.claim(name, size)

    monkeypatch.setattr(Copies, "claim", late)
    fetched(place, reference)
    assert far.bytes_read == SIZE


# Loud ---------------------------------------------------------------------------------------------------------------


def test_an_object_that_is_gone_is_missing(far: Far, cache: Path) -> None:
    """Though there is a copy; it goes as well."""
    place = placement(far, cache)
    reference = stored(place)
    fetched(place, reference)
    far.files[0].unlink()
    with pytest.raises(ObjectMissingError):
        fetched(place, reference)
    assert copies(cache) == []


def test_a_store_out_of_reach_fails_the_pull(far: Far, cache: Path) -> None:
    """Though there is a copy, which is for the next."""
    place = placement(far, cache)
    reference = stored(place)
    fetched(place, reference)
    far.down = ConnectionResetError()
    with pytest.raises(StorageError):
        fetched(place, reference)
    assert len(copies(cache)) == 1


def _longer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"!")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])


def _flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _replaced(file: Path) -> None:
    file.write_bytes(bytes(255 - byte for byte in file.read_bytes()))


DAMAGES = [_longer, _cut, _flipped, _replaced]
KEYS = {"plain": (), "encrypted": (KEY,)}
damages = pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
forms = pytest.mark.parametrize("form", KEYS)


@forms
@pytest.mark.parametrize("damage", [_longer, _cut, _replaced], ids=lambda damage: damage.__name__.strip("_"))
def test_an_object_that_was_changed_in_its_store_fails_the_pull(
    damage: Damage, form: str, far: Far, cache: Path
) -> None:
    """It is not the one that was written; nor is the copy given instead."""
    pipe = cached(far, cache, keys=KEYS[form])
    row = pipe.push(value(), AT)
    pipe.pull(row)
    damage(far.files[0])
    with pytest.raises(IntegrityError):
        pipe.pull(row)


@pytest.mark.parametrize("damage", [_longer, _cut, _flipped], ids=lambda damage: damage.__name__.strip("_"))
def test_an_object_that_is_damaged_in_its_store_is_not_copied(damage: Damage, far: Far, cache: Path) -> None:
    """It is verified as it comes."""
    place = placement(far, cache)
    reference = stored(place)
    damage(far.files[0])
    with pytest.raises(IntegrityError):
        place.fetch(reference)
    assert copies(cache) == []


@forms
@damages
def test_a_copy_that_was_changed_is_never_served(
    damage: Damage, form: str, far: Far, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The store has the right bytes, and a warning says why they were asked for again."""
    pipe = cached(far, cache, keys=KEYS[form])
    row = pipe.push(value(), AT)
    pipe.pull(row)
    damage(copies(cache)[0])
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(pipe.pull(row).value, value())
    assert len(caplog.messages) == 1
    assert copies(cache)[0].read_bytes() == far.files[0].read_bytes()


@forms
def test_a_copy_that_cannot_be_read_is_as_a_damaged_one(
    form: str, far: Far, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that breaks: the store is read."""
    pipe = cached(far, cache, keys=KEYS[form])
    row = pipe.push(value(), AT)
    pipe.pull(row)
    pread, broken = os.pread, [OSError(errno.EIO, "Input/output error")]

    def breaking(fd: int, count: int, start: int) -> bytes:
        if broken and count > 1:
            raise broken.pop()
        return pread(fd, count, start)

    monkeypatch.setattr(os, "pread", breaking)
    np.testing.assert_array_equal(pipe.pull(row).value, value())
    assert broken == []


@damages
def test_where_copy_and_object_are_damaged_the_pull_fails(damage: Damage, far: Far, cache: Path) -> None:
    """It is tried once more, no more, and no copy is kept."""
    pipe = cached(far, cache)
    row = pipe.push(value(), AT)
    pipe.pull(row)
    damage(far.files[0])
    damage(copies(cache)[0])
    with pytest.raises(IntegrityError, match="not the one that was written"):
        pipe.pull(row)
    assert copies(cache) == []


@forms
def test_a_damaged_copy_is_opened_once(form: str, far: Far, cache: Path) -> None:
    """Who reads a body as a file may have had the bytes already: that is an error; and the next gets the right ones."""
    pipe = cached(far, cache, keys=KEYS[form])
    row = pipe.push(value(), AT)
    pipe.pull(row)
    _flipped(copies(cache)[0])
    with pytest.raises(IntegrityError), pipe.open(row) as file:
        file.read()
    with pipe.open(row) as file:
        assert value().tobytes() in file.read()


def test_objects_of_two_stores_never_meet(far: Far, cache: Path) -> None:
    """Even if they have the same key and size, and nothing in their rows tells them apart."""
    one, other = (placement(far, cache, base=base) for base in ("one", "other"))
    reference = stored(one, seed=1, hashed=False)
    first = far.files[0].read_bytes()
    (far.folder / "objects/other" / reference.key).parent.mkdir(parents=True)
    (far.folder / "objects/other" / reference.key).write_bytes(second := first[-2::-1] + first[-1:])
    assert (fetched(one, reference), fetched(other, reference)) == (first, second)
    assert (fetched(one, reference), fetched(other, reference)) == (first, second)


# What is there, and what is not -------------------------------------------------------------------------------------


def test_an_encrypted_value_stays_encrypted(far: Far, cache: Path) -> None:
    """The copy is the object, byte for byte."""
    pipe = cached(far, cache, keys=(KEY,))
    pipe.pull(pipe.push(value(), AT))
    assert copies(cache)[0].read_bytes() == far.files[0].read_bytes()
    assert value().tobytes()[:64] not in copies(cache)[0].read_bytes()


def test_a_purge_removes_the_copy(far: Far, cache: Path) -> None:
    """That of this machine."""
    pipe = cached(far, cache)
    row = pipe.push(value(), AT)
    pipe.pull(row)
    pipe.purge(row)
    pipe.purge(row)
    assert (copies(cache), far.files) == ([], [])


def test_a_purge_needs_no_folder(far: Far, tmp_path: Path) -> None:
    """Who purges may have no cache, or none that can be used."""
    (tmp_path / "file").write_bytes(b"")
    for cache in (tmp_path / "not there", tmp_path / "file"):
        pipe = cached(far, cache)
        pipe.purge(pipe.push(value(), AT))
    assert far.files == []


def test_a_small_object_has_no_copy(far: Far, cache: Path) -> None:
    """It takes one request either way."""
    place = placement(far, cache)
    reference = stored(place, size=1024 * 1024)
    fetched(place, reference)
    fetched(place, reference)
    assert far.bytes_read == 2 * 1024 * 1024
    assert copies(cache) == []


def test_local_files_have_no_copy(tmp_path: Path, cache: Path) -> None:
    """They are as near as it."""
    near = {"default": f"file://{tmp_path}/store"}
    place = ObjectPlacement(near, open_path, cache=ReadCache(str(cache), ROOMY))
    assert len(fetched(place, stored(place))) == SIZE
    assert copies(cache) == []
