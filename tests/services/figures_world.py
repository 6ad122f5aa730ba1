"""A warehouse of daily costs up to yesterday, and a store for its figures."""

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import httpx
import pyarrow as pa

from tasks.edge.database import warehouse
from tasks.edge.delivery.declaration import VictoriaMetrics
from tasks.edge.delivery.relay import relay
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings

DAYS = 90
TODAY = datetime.now(UTC).date()
START = TODAY - timedelta(days=DAYS)
EPOCH = date(1970, 1, 1)


def row(service, day, cost, **given):
    """Return one row of the daily series; a day is counted from ``START``."""
    return {
        "charge_date": START + timedelta(days=day),
        "provider": "AWS",
        "billing_account_id": "payer",
        "sub_account_id": "1",
        "service_name": service,
        "region_id": "eu-west-1",
        "charge_kind": "usage",
        "billing_currency": "USD",
        "billed_cost": str(cost),
        "effective_cost": str(cost),
    } | given


def company(days=DAYS):
    """Return the rows of a small company in two clouds and two currencies."""
    rows = []
    for day in range(days):
        weekend = (START + timedelta(days=day)).weekday() > 4
        for number, service in enumerate(("EC2", "S3", 'odd "name" \\ ü')):
            cost = Decimal(100 * (number + 1) + day % 9) + Decimal("0.123456789012345")
            rows.append(row(service, day, cost / (2 if weekend else 1)))
        if day % 10 == 0:
            rows.append(row("Batch", day, "12.5", sub_account_id=None))
            rows.append(row("Support", day, "-3.25", charge_kind="credit"))
        azure = {"provider": "Microsoft", "billing_currency": "EUR"}
        rows.append(row("Virtual Machines", day, 70 + day % 5, **azure))
    return rows


class World:
    """A warehouse, one sink, and what the server has."""

    def __init__(self, folder, server, rows=None, **given):
        """Fill the warehouse; nothing is sent yet."""
        self.server = server
        self.version = 0
        self.declared = VictoriaMetrics(
            name="figures", kind="victoriametrics", url=server.url, **given
        )
        self.settings = Settings(
            database=str(folder / "w.duckdb"), sinks=(self.declared,)
        )
        self.fill(company() if rows is None else rows)

    def fill(self, rows):
        """Let these rows be the bills of their months; earlier ones count no more."""
        self.version += 1
        known_at = datetime.combine(TODAY, time(), UTC)
        rows = [
            given | {"bill_id": f"{given['charge_date']:%Y-%m}.v{self.version}"}
            for given in rows
        ]
        with warehouse.connect(self.settings.database) as con:
            con.register("given", pa.Table.from_pylist(rows))
            con.execute("INSERT INTO series.daily_cost_versions BY NAME FROM given")
            con.execute("UPDATE bills.versions SET status = 'superseded'")
            con.execute(
                "INSERT INTO bills.versions (bill_id, source, source_format,"
                " billing_account_id, billing_period, version, status, digest,"
                " known_at, loaded_at, files) SELECT DISTINCT bill_id, 's', 'focus',"
                " 'payer', strftime(charge_date, '%Y-%m'), $version::INTEGER,"
                " 'current', bill_id, $known_at::TIMESTAMPTZ, $known_at::TIMESTAMPTZ,"
                " []::VARCHAR[] FROM given",
                {"known_at": known_at, "version": self.version},
            )
            con.unregister("given")
            focus.install(con, self.settings.lake_path)

    def ask(self, query):
        with warehouse.connect(self.settings.database) as con:
            return con.execute(query).fetchall()

    def relay(self):
        done = relay(self.settings, is_patient=False)
        assert done.problems == [], done.problems
        return done

    def export(self, metric):
        """Return every sample of a metric, by labels and day."""
        self.server.flush()
        answer = httpx.get(
            f"{self.server.url}/api/v1/export",
            params={"match[]": metric, "start": "0", "end": "4000000000"},
            timeout=30,
        ).raise_for_status()
        found = {}
        for line in filter(None, answer.text.splitlines()):
            series = httpx.Response(200, text=line).json()
            del series["metric"]["__name__"]
            key = tuple(sorted(series["metric"].items()))
            days = [EPOCH + timedelta(milliseconds=ms) for ms in series["timestamps"]]
            assert len(set(days)) == len(days), "a sample is there twice"
            assert key not in found
            found[key] = dict(zip(days, series["values"], strict=True))
        return found

    def reconciles(self):
        """Fail unless each currency's sum by day is that of the warehouse."""
        wanted = {
            (currency, day): float(cost)
            for currency, day, cost in self.ask(
                "SELECT billing_currency, charge_date, sum(effective_cost)"
                " FROM series.daily_cost GROUP BY ALL"
            )
        }
        found = {}
        for labels, values in self.export("cost_daily").items():
            for day, value in values.items():
                key = (dict(labels)["billing_currency"], day)
                found[key] = found.get(key, 0) + value
        assert found.keys() == wanted.keys()
        for key, value in wanted.items():
            assert math.isclose(found[key], value, rel_tol=1e-12), key
