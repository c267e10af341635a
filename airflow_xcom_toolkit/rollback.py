"""What Airflow's own serde calls for an old row, after the deployment went back to another backend."""

from __future__ import annotations

from typing import Any


class Envelope:
    """Reads rows of the toolkit under any backend.

    ``[core] allowed_deserialization_classes = airflow.* airflow_xcom_toolkit.*`` lets Airflow find it.
    """

    @staticmethod
    def deserialize(data: dict[str, Any], version: int) -> Any:
        """The value of an envelope's ``__data__``. Raises what a pull by the toolkit would raise."""
        from .backends import SerdeXComBackend
        from .envelope import CLASSNAME

        return SerdeXComBackend.load_value({"__classname__": CLASSNAME, "__version__": version, "__data__": data})
