"""Makes a key: on standard output the key alone, on standard error what to do with it."""

from __future__ import annotations

import argparse

from ..console import DONE, Consoles, run

VARIABLE = "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS"


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return run(args, _work)


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    from cryptography.fernet import Fernet

    from ...encryption.keys import key_id

    key = Fernet.generate_key().decode()
    name = key_id(key)
    if args.json:
        consoles.json({"key": key, "key_id": name})
    else:
        consoles.output.print(key, markup=False, emoji=False, soft_wrap=True)
    consoles.errors.print(_ADVICE.format(name=name, variable=VARIABLE), markup=False, soft_wrap=True)
    return DONE


_ADVICE = """\
Its id is {name}. Keep a copy of the key in a safe place: without it, what it encrypts is lost.

Put it where tasks run: to the workers, and to the triggerer if triggers use XComs; to nobody else. One of
  {variable}         the key itself
  {variable}_CMD     a command that prints it: vault kv get -field=key secret/airflow/xcom
  {variable}_SECRET  its name in Airflow's secrets backend
or fernet_keys, fernet_keys_cmd, fernet_keys_secret in the section [xcom_toolkit] of airflow.cfg.
On Kubernetes, as a secret. In the values of Airflow's Helm chart:
  secret:
    - envName: {variable}
      secretName: airflow-xcom-keys
      secretKey: fernet_keys

If there is a key already, keep it, and take two steps; processes with different keys then read each other's rows:
  1. fernet_keys = OLD,NEW   everywhere, and restart: all keys decrypt, the first encrypts
  2. fernet_keys = NEW,OLD   everywhere, and restart
OLD may go when no row needs it any more.

See whether it arrived, in the place where tasks run: airflow xcom-toolkit doctor --only keys"""
