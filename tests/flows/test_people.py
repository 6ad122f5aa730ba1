"""What people type, from a bill to a quiet repeat of what they called expected."""

import json
import math
from datetime import UTC, date, datetime, timedelta

import pytest

from flows import cli
from tasks.edge.database import warehouse
from tests.edge.export_world import FOCUS, rows_of, write_csv

TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=3)
BACKWARDS = ("--from", "2026-02-01", "--to", "2026-01-01")
AGAIN = DAY + timedelta(days=7)


def bill(path, until):
    """Write the bills of four months in which two days cost four times the usual."""
    days = [until - timedelta(days=n) for n in range(120)]
    rows = rows_of(FOCUS, *(charge(day) for day in days))
    return str(write_csv(path, rows))


def charge(day):
    usual = 200 * (1 + 0.05 * math.sin(day.toordinal() ** 2))
    cost = f"{usual * (4 if day in (DAY, AGAIN) else 1):.6f}"
    return {
        "BillingPeriodStart": f"{day.replace(day=1)}T00:00:00Z",
        "ChargePeriodStart": f"{day}T00:00:00Z",
        "ServiceName": "Virtual Machines",
        "BilledCost": cost,
        "EffectiveCost": cost,
    }


class Company:
    """A warehouse, and the command line on it."""

    def __init__(self, folder, capsys):
        """Keep the folder of its warehouse."""
        self.folder, self.capsys = folder, capsys
        self.here = ["--database", str(folder / "w.duckdb")]

    def __call__(self, *words):
        """Run a command and return what it answers to machines."""
        self.capsys.readouterr()
        assert cli.execute([*words, *self.here, "--json"]) == 0, words
        return json.loads(self.capsys.readouterr().out)["answer"]

    def look(self, until):
        """Load a bill up to a day, look as of the day after its next, and count."""
        known = f"{until + timedelta(days=1)}T06:00"
        self("ingest", bill(self.folder / f"{until}.csv", until), "--known-at", known)
        done = self("detect", "--as-of", f"{until + timedelta(days=2)}T00:00")
        return done["detect_anomalies"]["opened"]

    def say(self, *words):
        """Run a command and return what people read."""
        self.capsys.readouterr()
        assert cli.execute([*words, *self.here]) == 0, words
        return " ".join(self.capsys.readouterr().out.split())


def made(path):
    """Make an empty warehouse and return where it is."""
    with warehouse.connect(path):
        return str(path)


@pytest.fixture
def company(tmp_path, capsys):
    return Company(tmp_path, capsys)


@pytest.mark.parametrize(("verdict", "new"), [("", 1), ("--expected", 0)])
def test_what_somebody_expects_is_not_told_again(company, verdict, new):
    """From ingest to the next week: the same again is told unless it is expected."""
    assert company.look(TODAY - timedelta(days=2)) == 1
    if verdict:
        said = company("feedback", "", verdict, "--by", "ada", "--reason", "backup")
        assert (said["status"], said["author"]) == ("resolved", "ada")
        life = company.say("explain", "")
        assert "backup" in life
        assert "What people said: " in life
    assert company.look(AGAIN + timedelta(days=1)) == new


def test_plans_mutes_and_changes_are_listed_and_ended(company):
    """What people tell is shown to them, and can be taken back."""
    made(company.folder / "w.duckdb")
    until = str(date(TODAY.year + 1, 1, 1))
    assert company.say("calendar").startswith("Nothing is planned: ")
    dates = ["--from", str(TODAY), "--to", until]
    company.say("calendar", "add", "service=S3", "--title", "sale", *dates)
    assert "service=S3" in company.say("calendar")
    [event] = company("calendar")
    company.say("calendar", "remove", event["event_id"])
    assert company.say("calendar").startswith("Nothing is planned: ")

    company.say("mute", "region=eu-west-1", "--until", until, "--reason", "noise")
    assert "region=eu-west-1" in company.say("mute")
    [held] = company("mute")
    company.say("unmute", held["mute_id"][:6])
    assert company.say("mute") == "Nothing is muted."

    changes = company.folder / "c.csv"
    changes.write_text("time,what\n2026-05-01T12:00:00Z,deploy 41\n", encoding="utf-8")
    assert company.say("changes", "load", str(changes)) == "1 changes, 1 of them new."
    assert "deploy 41" in company.say("changes")


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("feedback", "x", "--reason", "y"), "--expected"),
        (("mute", "service=S3"), "--until"),
        (("mute", "s3", "--until", "2099-01-01", "--reason", "y"), "service=…"),
        (("calendar", "add", "--title", "x", *BACKWARDS), "last_date"),
    ],
)
def test_wrong_usage_says_what_to_write(tmp_path, capsys, words, match):
    """What cannot be meant ends with 2 and says what to write."""
    here = ["--database", made(tmp_path / "w.duckdb")]
    assert cli.execute([*words, *here]) == 2
    assert match in capsys.readouterr().err
