from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zoneinfo
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_xcom_toolkit.errors import UnsupportedTypeError
from airflow_xcom_toolkit.handlers import _datetime
from airflow_xcom_toolkit.testing.same import assert_same
from airflow_xcom_toolkit.testing.strategies import moments
from tests.roundtrip import dumped, loaded, through

pendulum = pytest.importorskip("pendulum")

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
ODD = dt.timezone(dt.timedelta(hours=-5, seconds=-7, microseconds=3), "odd")

VALUES = {
    "date": dt.date(2024, 2, 29),
    "first date": dt.date.min,
    "last date": dt.date.max,
    "time": dt.time(1, 2, 3, 4),
    "time with fold": dt.time(2, 30, fold=1),
    "aware time": dt.time(2, 30, tzinfo=PARIS),
    "datetime": dt.datetime(2024, 1, 2, 3, 4, 5, 6),
    "datetime without microseconds": dt.datetime(2024, 1, 2),
    "first datetime": dt.datetime.min,
    "last datetime": dt.datetime.max,
    "utc": dt.datetime(2024, 1, 2, tzinfo=dt.timezone.utc),
    "fixed offset": dt.datetime(2024, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))),
    "fixed offset to the microsecond": dt.datetime(2024, 1, 2, tzinfo=ODD),
    "zone": dt.datetime(2024, 7, 2, tzinfo=PARIS),
    "first of two same times": dt.datetime(2024, 10, 27, 2, 30, tzinfo=PARIS),
    "second of two same times": dt.datetime(2024, 10, 27, 2, 30, tzinfo=PARIS, fold=1),
    "time that never was": dt.datetime(2024, 3, 31, 2, 30, tzinfo=PARIS),
    "timedelta": dt.timedelta(days=-1, seconds=1, microseconds=999_999),
    "timedeltas of both ends": [dt.timedelta.min, dt.timedelta.max],
    "utc zone": dt.timezone.utc,
    "zone named UTC": dt.timezone(dt.timedelta(0), "UTC"),
    "zones": [PARIS, ODD, zoneinfo.ZoneInfo("UTC")],
    "as keys": {dt.date(2024, 1, 1): dt.time(0), dt.timezone.utc: 1},
}

PENDULUM = {
    "DateTime": lambda: pendulum.datetime(2024, 1, 2, 3, 4, 5, 6),
    "DateTime of a zone": lambda: pendulum.datetime(2024, 7, 2, tz="Europe/Paris"),
    "DateTime with fold": lambda: pendulum.DateTime(
        2024, 10, 27, 2, 30, tzinfo=pendulum.timezone("Europe/Paris"), fold=1
    ),
    "naive DateTime": lambda: pendulum.naive(2024, 1, 2),
    "DateTime of a fixed offset": lambda: pendulum.datetime(2024, 1, 2, tz=pendulum.FixedTimezone(-12345, "x")),
    "DateTime of a standard zone": lambda: pendulum.DateTime(2024, 1, 2, tzinfo=PARIS),
    "datetime of a pendulum zone": lambda: dt.datetime(2024, 1, 2, tzinfo=pendulum.timezone("Asia/Tokyo")),
    "Date": lambda: pendulum.date(2024, 2, 29),
    "Time": lambda: pendulum.time(1, 2, 3, 4),
    "aware Time": lambda: pendulum.Time(1, 2, tzinfo=pendulum.timezone("Europe/Paris"), fold=1),
    "Duration": lambda: pendulum.duration(days=3, seconds=-5, microseconds=7),
    "negative Duration": lambda: pendulum.duration(days=-1.5),
    "Duration of years and months": lambda: pendulum.duration(years=2, months=-3, weeks=1, hours=-30),
    "Interval": lambda: pendulum.interval(pendulum.datetime(2024, 1, 1), pendulum.datetime(2025, 3, 4, 5)),
    "inverted Interval": lambda: pendulum.datetime(2024, 1, 1) - pendulum.datetime(2025, 3, 4, 5),
    "absolute Interval": lambda: pendulum.interval(
        pendulum.datetime(2025, 1, 1), pendulum.datetime(2024, 3, 4), absolute=True
    ),
    "Interval of dates": lambda: pendulum.date(2024, 1, 1) - pendulum.date(2023, 1, 1),
    "Interval over a change of time": lambda: pendulum.interval(
        pendulum.datetime(2024, 3, 30, tz="Europe/Paris"), pendulum.datetime(2024, 4, 1, tz="Europe/Paris")
    ),
    "Timezone": lambda: pendulum.timezone("Europe/Paris"),
    "UTC": lambda: pendulum.UTC,
    "FixedTimezone": lambda: pendulum.FixedTimezone(3600),
    "named FixedTimezone": lambda: pendulum.FixedTimezone(3600, "mine"),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_comes_back_with_its_type(value: Any) -> None:
    assert_same(through(value), value)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(moments())
def test_any_moment_comes_back(value: Any) -> None:
    assert_same(through(value), value)


@pytest.mark.parametrize("make", PENDULUM.values(), ids=PENDULUM)
def test_a_pendulum_value_comes_back_with_its_type(make: Any) -> None:
    """Airflow's contexts are made of these."""
    value = make()
    assert_same(through(value), value)


@settings(max_examples=200, deadline=None)
@given(st.integers(-50, 50), st.integers(-50, 50), st.timedeltas(dt.timedelta(-(10**5)), dt.timedelta(10**5)))
def test_any_pendulum_duration_comes_back(years: int, months: int, rest: dt.timedelta) -> None:
    value = pendulum.duration(
        years=years, months=months, days=rest.days, seconds=rest.seconds, microseconds=rest.microseconds
    )
    assert_same(through(value), value)


def test_utc_is_the_one_object_it_is_everywhere() -> None:
    assert through([dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)])[0].tzinfo is dt.timezone.utc


def test_a_zone_by_name_is_the_one_object_of_its_name() -> None:
    """Arithmetic between two datetimes ignores offsets exactly when their zones are one object."""
    assert through(dt.datetime(2024, 1, 1, tzinfo=PARIS)).tzinfo is PARIS


def test_a_zone_made_apart_from_the_cache_comes_back_so() -> None:
    pulled = through(zoneinfo.ZoneInfo.no_cache("Europe/Paris"))
    assert pulled.key == "Europe/Paris"
    assert pulled is not PARIS


class OwnZone(dt.tzinfo):
    def utcoffset(self, moment: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta(0)

    dst = utcoffset

    def tzname(self, moment: dt.datetime | None) -> str:
        return "own"


def _from_file(cls: Any, key: str | None) -> Any:
    data = next(
        path.read_bytes() for root in map(Path, zoneinfo.TZPATH) if (path := root / "Europe" / "Paris").is_file()
    )
    return cls.from_file(BytesIO(data), key=key)


@pytest.mark.parametrize("key", [None, "Europe/Paris", "Made/Up"])
@pytest.mark.parametrize("library", ["zoneinfo", "pendulum"])
def test_a_zone_read_from_a_file_is_refused(library: str, key: str | None) -> None:
    """Its rules may be others than those of its name."""
    try:
        zone = _from_file(zoneinfo.ZoneInfo if library == "zoneinfo" else pendulum.Timezone, key)
    except StopIteration:
        pytest.skip("no zone files on this machine")
    with pytest.raises(UnsupportedTypeError, match=r"use datetime\.timezone or zoneinfo"):
        through(dt.datetime(2024, 1, 1, tzinfo=zone))


def test_a_zone_of_an_unknown_class_is_refused_with_its_place() -> None:
    with pytest.raises(UnsupportedTypeError, match="OwnZone") as caught:
        through({"at": (dt.datetime(2024, 1, 1, tzinfo=OwnZone()),)})
    assert caught.value.place == "value['at'][0]"


def test_a_subclass_is_refused() -> None:
    class Day(dt.date): ...

    with pytest.raises(UnsupportedTypeError, match="no type handler"):
        through(Day(2024, 1, 1))


@pytest.mark.parametrize("name", ["Europe/Paris", "America/New_York", "UTC", "Etc/GMT+5"])
def test_a_localized_pytz_datetime_keeps_the_very_zone_of_its_offset(name: str) -> None:
    pytz = pytest.importorskip("pytz")
    for month in (1, 7):
        value = pytz.timezone(name).localize(dt.datetime(2024, month, 1))
        assert_same(through(value), value)
        assert through(value).tzinfo is value.tzinfo


def test_pytz_zones_come_back() -> None:
    pytz = pytest.importorskip("pytz")
    for zone in (pytz.utc, pytz.FixedOffset(90), pytz.timezone("Europe/Paris")):
        assert through(dt.time(1, tzinfo=zone)).tzinfo is zone
        assert through(zone) is zone


def test_dateutil_offsets_come_back() -> None:
    tz = pytest.importorskip("dateutil.tz")
    for zone in (tz.UTC, tz.tzoffset("x", -3600), tz.tzoffset(None, 5)):
        value = dt.datetime(2024, 1, 1, tzinfo=zone)
        assert_same(through(value), value)


@pytest.mark.parametrize("make", [lambda tz: tz.gettz("Europe/Paris"), lambda tz: tz.tzlocal()], ids=["file", "local"])
def test_dateutil_zones_of_one_machine_are_refused(make: Any) -> None:
    zone = make(pytest.importorskip("dateutil.tz"))
    if zone is None:
        pytest.skip("no zone files on this machine")
    with pytest.raises(UnsupportedTypeError, match=r"use datetime\.timezone or zoneinfo"):
        through(dt.datetime(2024, 1, 1, tzinfo=zone))


def test_pendulum_is_not_loaded_for_other_values() -> None:
    code = (
        "import sys, datetime; from tests.roundtrip import through; through([datetime.datetime.now(), (1,)]);"
        "sys.exit(any(name in sys.modules for name in ('pendulum', 'pytz', 'dateutil', 'pydantic', 'attr')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "text",
    [
        '{"~":"datetime.date@1","iso":"yesterday"}',
        '{"~":"datetime.datetime@1","iso":"2024-01-01","tz":["eval","1"]}',
        '{"~":"datetime.datetime@1","iso":"2024-01-01","tz":["zoneinfo","../../etc/passwd"]}',
        '{"~":"datetime.timedelta@1","days":1}',
    ],
)
def test_a_malformed_row_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        loaded(text, b"")


def test_a_moment_takes_few_bytes() -> None:
    text, body = dumped(dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc))
    assert text == '{"~":"datetime.datetime@1","iso":"2024-01-01T00:00:00","tz":["utc"]}'
    assert body == b""


def test_type_ids_are_those_of_released_rows() -> None:
    assert {handler.type_id for handler in _datetime.HANDLERS} == {
        *("datetime.date@1", "datetime.time@1", "datetime.datetime@1", "datetime.timedelta@1", "datetime.tzinfo@1"),
        *("datetime.pendulum_date@1", "datetime.pendulum_time@1", "datetime.pendulum_datetime@1"),
        *("datetime.pendulum_duration@1", "datetime.pendulum_interval@1"),
    }
