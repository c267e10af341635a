"""A queue of values from one task to another, over ordinary XComs.

Item ``n`` is the producer's XCom ``<name>.<n>``, and their number its XCom ``<name>.length``, written after the item.
How far a consumer has got is its own XCom ``<name>.popped[<producer>]``, or ``<name>.popped[<producer>,<map index>]``.
No other name gives such a key, whatever dots and brackets it has: the end of a key says what it is, and a task id has
no bracket or comma.

The rows of both name the try of the task that wrote them, so that a retry starts anew also where Airflow has kept the
rows of the try before; that of a consumer names the producer's try, too, so that it starts anew with the producer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from ..errors import ObjectMissingError, QueueEmptyError, QueueError
from ._calls import One, Push, Steps, arun, run
from ._parts import MISSING
from ._tasks import index_for, mapped_index, own_index

ATTEMPTS = 5
"""How often a row is read, at most, whose object is gone because its task has overwritten the row meanwhile."""


class _Place(NamedTuple):
    """The numbers of the items that a consumer has not popped yet, and the try that pushed them."""

    left: range
    pushed_by: int


class XComQueue:
    """A first-in, first-out queue that one task fills and others empty, each for itself.

    ``task_id`` names the task that fills it, for a task that empties it; ``map_index`` its instance, where it is
    mapped. Without ``task_id`` it is the queue of this task. A retry of the task that fills it starts an empty queue,
    of which those that empty it see every item; a retry of one that empties it sees every item again. Deferring keeps
    both. Not for several threads at a time.
    """

    def __init__(self, ti: Any, name: str, task_id: str | None = None, *, map_index: int | None = None) -> None:
        self.name = name
        self.task_id = task_id or ti.task_id
        self.map_index = _index(ti, self.task_id) if map_index is None else mapped_index(map_index)
        self._ti = ti

    def push(self, item: Any) -> None:
        """Puts ``item`` at the end. Raises `QueueError` in any task but the one whose queue it is."""
        run(self._push(item))

    async def apush(self, item: Any) -> None:
        """`push` from async code, on Airflow 3.3 and newer."""
        await arun(self._push(item), "XComQueue.apush")

    def pop(self, default: Any = MISSING) -> Any:
        """The first item that this task has not popped yet. Empty: ``default``, or `QueueEmptyError` without one."""
        return run(self._pop(default))

    async def apop(self, default: Any = MISSING) -> Any:
        """`pop` from async code, on Airflow 3.3 and newer."""
        return await arun(self._pop(default), "XComQueue.apop")

    def peek(self, default: Any = MISSING) -> Any:
        """What `pop` would give, left in the queue."""
        return run(self._peek(default))

    async def apeek(self, default: Any = MISSING) -> Any:
        """`peek` from async code, on Airflow 3.3 and newer."""
        return await arun(self._peek(default), "XComQueue.apeek")

    def __len__(self) -> int:
        """How many items this task has not popped yet."""
        return len(run(self._place()).left)

    async def alength(self) -> int:
        """``len()`` from async code, on Airflow 3.3 and newer."""
        return len((await arun(self._place(), "XComQueue.alength")).left)

    def __iter__(self) -> Iterator[Any]:
        """The items that this task has not popped yet, in order, left in the queue."""
        for number in run(self._place()).left:
            yield run(self._item(number))

    async def __aiter__(self) -> AsyncIterator[Any]:
        """The same from async code, on Airflow 3.3 and newer."""
        for number in (await arun(self._place(), "XComQueue.__aiter__")).left:
            yield await arun(self._item(number), "XComQueue.__aiter__")

    def __repr__(self) -> str:
        return f"XComQueue({self.name!r} of {self._whose})"

    # Steps, for plain and async code alike.

    def _push(self, item: Any) -> Steps[None]:
        if not self._is_own:
            raise QueueError(f"Only {self._whose} pushes to its queue {self.name!r}; {self._ti.task_id!r} may pop.")
        length = (yield from self._pushed())["length"]
        yield Push(self._ti, f"{self.name}.{length}", item)
        yield Push(self._ti, f"{self.name}.length", {"try": self._ti.try_number, "length": length + 1})

    def _pop(self, default: Any) -> Steps[Any]:
        place = yield from self._place()
        if not place.left:
            return self._empty(default)
        item = yield from self._item(place.left[0])
        row = {"try": self._ti.try_number, "pushed_by": place.pushed_by, "popped": place.left[0] + 1}
        yield Push(self._ti, self._cursor, row)
        return item

    def _peek(self, default: Any) -> Steps[Any]:
        left = (yield from self._place()).left
        return (yield from self._item(left[0])) if left else self._empty(default)

    def _empty(self, default: Any) -> Any:
        if default is MISSING:
            raise QueueEmptyError(f"The queue {self.name!r} of {self._whose} has nothing that is not popped yet.")
        return default

    def _place(self) -> Steps[_Place]:
        """Where this task is in the queue; at its start where either task is in another try than it was."""
        pushed = yield from self._pushed()
        popped = yield from self._row(self._ti.task_id, self._cursor, own_index(self._ti))
        is_valid = popped and (popped["try"], popped["pushed_by"]) == (self._ti.try_number, pushed["try"])
        return _Place(range(popped["popped"] if is_valid else 0, pushed["length"]), pushed["try"])

    def _pushed(self) -> Steps[dict[str, int]]:
        """How many items there are, and the try that pushed them: that of the task itself, where the queue is its."""
        row = yield from self._row(self.task_id, f"{self.name}.length", self.map_index)
        is_valid = row and (not self._is_own or row["try"] == self._ti.try_number)
        return row if is_valid else {"try": self._ti.try_number, "length": 0}

    def _row(self, task_id: str, key: str, map_index: int | None) -> Steps[Any]:
        """A row that its task overwrites: where its object is gone by the time that it is read, there is a new row."""
        for _ in range(ATTEMPTS - 1):
            with suppress(ObjectMissingError):
                return (yield One(self._ti, task_id, key, map_index))
        return (yield One(self._ti, task_id, key, map_index))

    def _item(self, number: int) -> Steps[Any]:
        return (yield One(self._ti, self.task_id, f"{self.name}.{number}", self.map_index))

    @property
    def _cursor(self) -> str:
        """The key of the row that says how far this task has got."""
        index = "" if self.map_index is None else f",{self.map_index}"
        return f"{self.name}.popped[{self.task_id}{index}]"

    @property
    def _is_own(self) -> bool:
        return (self.task_id, self.map_index) == (self._ti.task_id, own_index(self._ti))

    @property
    def _whose(self) -> str:
        return f"task {self.task_id!r}" + (f" [{self.map_index}]" if self.map_index is not None else "")


def _index(ti: Any, task_id: str) -> int | None:
    if task_id == ti.task_id:
        return own_index(ti)
    index = index_for(ti, task_id)
    if index == "all":
        raise QueueError(f"Task {task_id!r} has several instances, each with a queue of its own: name a map_index.")
    return index
