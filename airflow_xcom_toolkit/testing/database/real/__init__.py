"""The contract over a started Airflow: a real API server and a real database, each message on its real way.

Names of Airflow that its documentation does not have, each used here alone: ``CommsDecoder`` and ``ErrorResponse`` (a
task's end of the socket), ``ActivitySubprocess`` with ``handle_requests`` and ``send_msg``, and
``length_prefixed_frame_reader`` (a supervisor's end), ``Client`` (of the API server), ``task_runner.SUPERVISOR_COMMS``,
``airflow.__main__.main``, and the tables ``xcom``, ``xcom_v2``, ``dag_run`` and ``dag``. None is private by name.
"""

from .started import RealAirflow
from .supervisor import RealSupervisor

__all__ = ["RealAirflow", "RealSupervisor"]
