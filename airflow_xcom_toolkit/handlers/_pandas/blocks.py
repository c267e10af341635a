"""A DataFrame out of columns, without a copy: plain columns of one dtype share one block, as pandas itself has them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from .columns import Kind, plain_dtype

Block = tuple[Any, "np.ndarray[Any, Any]"]


class Blocks:
    """Memory for the plain columns of a frame, one block for each dtype."""

    def __init__(self, kinds: list[Kind], rows: int) -> None:
        counts = Counter(dtype for dtype in map(plain_dtype, kinds) if dtype is not None)
        self._memory = {dtype: np.empty((count, rows), dtype) for dtype, count in counts.items()}
        self._places: dict[np.dtype[Any], list[int]] = {dtype: [] for dtype in counts}
        self._placed: set[int] = set()

    def row(self, column: int, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """Memory for one column."""
        places = self._places[dtype]
        places.append(column)
        self._placed.add(column)
        return self._memory[dtype][len(places) - 1]  # type: ignore[no-any-return]

    def frame(self, arrays: list[Any], index: pd.Index, columns: pd.Index) -> pd.DataFrame:
        """The frame of these columns, those in the blocks filled by now."""
        blocks: list[Block] = [(self._memory[dtype], np.array(places)) for dtype, places in self._places.items()]
        blocks += [(_block(a), np.array([i])) for i, a in enumerate(arrays) if i not in self._placed]
        return _frame(blocks, index, columns)


def _block(array: Any) -> Any:
    return array.reshape(1, -1) if type(array) is np.ndarray else array


def _frame(blocks: list[Block], index: pd.Index, columns: pd.Index) -> pd.DataFrame:
    try:
        from pandas.api.internals import create_dataframe_from_blocks
    except ImportError:
        return _frame_pandas2(blocks, index, columns)
    return create_dataframe_from_blocks(blocks, index=index, columns=columns)


def _frame_pandas2(blocks: list[Block], index: pd.Index, columns: pd.Index) -> pd.DataFrame:
    """What pyarrow does for pandas 2."""
    from pandas.core.internals import BlockManager, make_block

    made = tuple(make_block(values, placement=places) for values, places in blocks)
    manager = BlockManager(made, [columns, index])
    return pd.DataFrame._from_mgr(manager, manager.axes)
