"""The rows of XComs in Airflow's metadata database: for commands of those who run a deployment, never for tasks."""

from .rows import StoredRow
from .selection import Selection
from .store import Change, RowStore

__all__ = ["Change", "RowStore", "Selection", "StoredRow"]
