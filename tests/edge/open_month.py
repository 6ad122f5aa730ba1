"""A made-up bill that arrives in halves: its versions of half a year of days.

Each day there is a version six and one eighteen hours after the day's end. Of that day
they show a half and four fifths; the day before is complete by then.
"""

import math
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa

from tasks.edge.database import warehouse
from tasks.edge.mapping import focus

START = date(2026, 1, 1)
SHARES = {6: 0.5, 18: 0.8}
USUAL = 200.0


def ended(day):
    """Return the end of a day."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def cost(day, extra=None):
    """Return what a day costs in the end: a little more or less than usual."""
    wobble = 1 + 0.05 * math.sin(day.toordinal() ** 2)
    return USUAL * wobble * (extra or {}).get(day, 1.0)


def closed(until, extra=None):
    """Yield the versions of whole months before a day's, one each."""
    never = date(2099, 1, 1)
    last = until.replace(day=1) - timedelta(days=1)
    return versions(last, since=never, extra=extra)


def grown(day, extra=None):
    """Return the version of a month that shows a day and all days before it."""
    return day, ended(day) + timedelta(hours=6), days_of(day, day, 1.0, extra)


def days_of(month, last, share, extra):
    first = month.replace(day=1)
    shown = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(day, cost(day, extra) * (share if day == last else 1.0)) for day in shown]


def versions(until, *, since=START + timedelta(days=90), extra=None):
    """Yield the versions of the bills of all months up to a day, as they became known.

    Until ``since`` a month has one version only, made when it was complete.
    """
    day = START
    while day <= until:
        is_last = (day + timedelta(days=1)).day == 1
        if day >= since:
            for hours, share in SHARES.items():
                at = ended(day) + timedelta(hours=hours)
                yield day, at, days_of(day, day, share, extra)
        if is_last:
            at = ended(day) + timedelta(days=3)
            yield day, at, days_of(day, day, 1.0, extra)
        day += timedelta(days=1)


def load(settings, found):
    """Give the warehouse some versions."""
    bills, rows = [], []
    for number, (month, known_at, days) in enumerate(found):
        bill_id = f"s.{month:%Y-%m}.{known_at:%Y%m%d%H}.{number}"
        bills.append(
            {
                "bill_id": bill_id,
                "billing_period": f"{month:%Y-%m}",
                "version": number,
                "known_at": known_at,
            }
        )
        rows += [row(day, amount, bill_id) for day, amount in days]
    with warehouse.connect(settings.database) as con:
        con.register("new_bills", pa.Table.from_pylist(bills))
        con.register("new_rows", pa.Table.from_pylist(rows))
        con.execute("INSERT INTO series.daily_cost_versions BY NAME FROM new_rows")
        con.execute(
            "INSERT INTO bills.versions (bill_id, source, source_format,"
            " billing_account_id, billing_period, version, status, digest, known_at,"
            " loaded_at, files) SELECT bill_id, 's', 'focus', 'payer', billing_period,"
            " version, 'superseded', bill_id, known_at, known_at, []::VARCHAR[]"
            " FROM new_bills"
        )
        focus.install(con, settings.lake_path)


def row(day, amount, bill_id):
    """Return a row of the daily series."""
    return {
        "charge_date": day,
        "provider": "AWS",
        "billing_account_id": "payer",
        "sub_account_id": "1",
        "service_name": "EC2",
        "region_id": "eu-west-1",
        "charge_kind": "usage",
        "billing_currency": "USD",
        "billed_cost": f"{amount:.6f}",
        "effective_cost": f"{amount:.6f}",
        "bill_id": bill_id,
    }
