"""A queue of values from one task to another, over ordinary XComs.

Item ``n`` is the producer's XCom ``<name>.<n>``, and their number its XCom ``<name>.length``, written after the item.
How far a consumer has got is its own XCom ``<name>.popped``. Both of these rows name the try of the task that wrote
them, so that a retry starts anew also where Airflow has kept the rows of the try before.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from ..errors import QueueEmptyError, QueueError
from ._calls import One, Push, Steps, arun, run
from ._parts import MISSING
from ._tasks import index_for, own_index


class XComQueue:
    """A first-in, first-out queue that one task fills and others empty, each for itself.

    ``task_id`` names the task that fills it, for a task that empties it; ``map_index`` its instance, where it is
    mapped. Without ``task_id`` it is the queue of this task. A retry of the task that fills it starts an empty queue;
    a retry of one that empties it sees every item again. Deferring keeps both. Not for several threads at a time.
    """

    def __init__(self, ti: Any, name: str, task_id: str | None = None, *, map_index: int | None = None) -> None:
        self.name = name
        self.task_id = task_id or ti.task_id
        self.map_index = _index(ti, self.task_id) if map_index is None else map_index
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
        popped, length = run(self._place())
        return length - popped

    async def alength(self) -> int:
        """``len()`` from async code, on Airflow 3.3 and newer."""
        popped, length = await arun(self._place(), "XComQueue.alength")
        return length - popped

    def __iter__(self) -> Iterator[Any]:
        """The items that this task has not popped yet, in order, left in the queue."""
        for number in range(*run(self._place())):
            yield run(self._item(number))

    async def __aiter__(self) -> AsyncIterator[Any]:
        """The same from async code, on Airflow 3.3 and newer."""
        for number in range(*await arun(self._place(), "XComQueue.__aiter__")):
            yield await arun(self._item(number), "XComQueue.__aiter__")

    def __repr__(self) -> str:
        return f"XComQueue({self.name!r} of {self._whose})"

    # Steps, for plain and async code alike.

    def _push(self, item: Any) -> Steps[None]:
        if not self._is_own:
            raise QueueError(f"Only {self._whose} pushes to its queue {self.name!r}; {self._ti.task_id!r} may pop.")
        length = yield from self._length()
        yield Push(self._ti, f"{self.name}.{length}", item)
        yield Push(self._ti, f"{self.name}.length", {"try": self._ti.try_number, "length": length + 1})

    def _pop(self, default: Any) -> Steps[Any]:
        popped, length = yield from self._place()
        if popped >= length:
            return self._empty(default)
        item = yield from self._item(popped)
        yield Push(self._ti, f"{self.name}.popped", {"try": self._ti.try_number, "popped": popped + 1})
        return item

    def _peek(self, default: Any) -> Steps[Any]:
        popped, length = yield from self._place()
        return (yield from self._item(popped)) if popped < length else self._empty(default)

    def _empty(self, default: Any) -> Any:
        if default is MISSING:
            raise QueueEmptyError(f"The queue {self.name!r} of {self._whose} has nothing that is not popped yet.")
        return default

    def _place(self) -> Steps[tuple[int, int]]:
        """How many items this task has popped, and how many there are."""
        length = yield from self._length()
        row = yield One(self._ti, self._ti.task_id, f"{self.name}.popped", own_index(self._ti))
        return min(self._of_this_try(row, "popped"), length), length

    def _length(self) -> Steps[int]:
        row = yield One(self._ti, self.task_id, f"{self.name}.length", self.map_index)
        if self._is_own:
            return self._of_this_try(row, "length")
        return row["length"] if row else 0

    def _item(self, number: int) -> Steps[Any]:
        return (yield One(self._ti, self.task_id, f"{self.name}.{number}", self.map_index))

    def _of_this_try(self, row: Any, name: str) -> int:
        return row[name] if row and row["try"] == self._ti.try_number else 0

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
