"""AWS Cost Explorer, asked for the costs of an account: each month is one file.

AWS charges USD 0.01 for each answer. One question gives the sums of all months by
record type; a month whose sums are as they were is not asked for again.
"""

import csv
import importlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from tasks.core.errors import ConfigError, SourceUnavailable
from tasks.core.intake.record_types import COLUMNS, Cost, rows
from tasks.core.months import day_after, first_day
from tasks.edge.intake.arriving import remote
from tasks.edge.intake.arriving.reach import reaching
from tasks.edge.intake.arriving.remote import Remote

URL = re.compile(r"ce://(\d{12})/?", re.ASCII)
OPTIONS = {"months", "profile", "region"}
# Months that are looked at, the current one included; daily costs go back no further
# than fourteen.
MONTHS, MOST_MONTHS = 6, 14
# Net costs have negotiated discounts folded in; only where they lack the others count.
BILLED = ("NetUnblendedCost", "UnblendedCost")
EFFECTIVE = ("NetAmortizedCost", "AmortizedCost")
METRICS = [*BILLED, *EFFECTIVE]
# AWS rounds each amount to ten decimals, so sums of days and of months may differ.
TOLERANCE = Decimal("0.01")
# Told to slow down, botocore waits twice as long each time, up to 20 seconds.
RETRIES = {"mode": "standard", "total_max_attempts": 8}
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Sums:
    """What a month's costs sum to.

    Attributes:
        by_type: Billed and effective cost of each record type.
    """

    by_type: Mapping[str, tuple[Decimal, Decimal]]

    @property
    def stamp(self) -> str:
        """Another one for other sums."""
        return sha256(repr(sorted(self.by_type.items())).encode()).hexdigest()


class Account:
    """An account whose costs we may ask for; the ``system`` of its months."""

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        """Find out who we are, which costs nothing.

        Raises:
            ConfigError: It is no URL of an account, or our credentials are another's.
        """
        match = URL.fullmatch(url)
        if not match:
            raise ConfigError(
                f"{url} is no account: write ce:// and the 12 digits of the account"
                " that pays."
            )
        for name in options:
            if name not in OPTIONS:
                known = ", ".join(sorted(OPTIONS))
                raise ConfigError(f"{url} has no option {name}; it has {known}.")
        self.url, self.id = url.rstrip("/"), match[1]
        self.months = int(options.get("months", MONTHS))
        if not 1 <= self.months <= MOST_MONTHS:
            raise ConfigError(f"{url}: months must be from 1 to {MOST_MONTHS}.")
        session = importlib.import_module("boto3").Session(
            profile_name=options.get("profile"),
            region_name=options.get("region", "us-east-1"),
        )
        config = importlib.import_module("botocore.config").Config(
            retries=RETRIES, connect_timeout=SECONDS, read_timeout=SECONDS
        )
        self.client = session.client("ce", config=config)
        identity = session.client("sts", config=config).get_caller_identity()
        if identity["Account"] != self.id:
            raise ConfigError(
                f"{url}: the credentials belong to account {identity['Account']}."
            )
        self.sums: dict[str, Sums] = {}

    def look(self) -> None:
        """Ask what all months sum to, in one question."""
        first = _today().replace(day=1)
        for _ in range(self.months - 1):
            first = (first - timedelta(days=1)).replace(day=1)
        by_month: dict[str, dict[str, tuple[Decimal, Decimal]]] = {}
        for start, (kind,), metrics in self._ask(
            first, _tomorrow(), "MONTHLY", ["RECORD_TYPE"]
        ):
            amounts = (_amount(metrics, BILLED)[0], _amount(metrics, EFFECTIVE)[0])
            by_month.setdefault(start[:7], {})[kind] = amounts
        self.sums = {name: Sums(kinds) for name, kinds in by_month.items()}

    def get_file(self, key: str, target: str) -> None:
        """Write the costs of a month as FOCUS rows.

        Raises:
            SourceUnavailable: They do not sum to what was told before.
        """
        costs = []
        for kind, told in sorted(self.sums[key].by_type.items()):
            found = list(self._costs(key, kind))
            costs += found
            billed = sum((cost.billed for cost in found), Decimal(0))
            effective = sum((cost.effective for cost in found), Decimal(0))
            apart = max(abs(billed - told[0]), abs(effective - told[1]))
            if apart > TOLERANCE:
                raise SourceUnavailable(
                    f"{self.url}: the days of {key} sum to {billed} for {kind}, and the"
                    f" month to {told[0]}: it changed while it was read; run again."
                )
        with Path(target).open("w", newline="", encoding="utf-8") as stream:
            out = csv.DictWriter(stream, COLUMNS)
            out.writeheader()
            out.writerows(rows(self.id, costs))

    def info(self, key: str) -> dict[str, Any]:
        """Return what tells one content of a month from another: its sums."""
        return {"generation": self.sums[key].stamp}

    def _costs(self, month: str, kind: str) -> Iterator[Cost]:
        first = first_day(month)
        end = min(day_after(first), _tomorrow())
        by = ["LINKED_ACCOUNT", "SERVICE"]
        for start, keys, metrics in self._ask(first, end, "DAILY", by, kind):
            billed, currency = _amount(metrics, BILLED)
            effective, _ = _amount(metrics, EFFECTIVE)
            day = date.fromisoformat(start)
            yield Cost(day, keys[0], keys[1], kind, currency, billed, effective)

    def _ask(
        self, start: date, end: date, often: str, by: list[str], kind: str | None = None
    ) -> Iterator[tuple[str, list[str], Mapping[str, Any]]]:
        """Yield the first day, the keys and the metrics of each group, in pages."""
        asked: dict[str, Any] = {
            "TimePeriod": {"Start": start.isoformat(), "End": end.isoformat()},
            "Granularity": often,
            "Metrics": METRICS,
            "GroupBy": [{"Type": "DIMENSION", "Key": key} for key in by],
        }
        if kind is not None:
            asked["Filter"] = {"Dimensions": {"Key": "RECORD_TYPE", "Values": [kind]}}
        while True:
            page = self.client.get_cost_and_usage(**asked)
            for span in page["ResultsByTime"]:
                for group in span["Groups"]:
                    yield span["TimePeriod"]["Start"], group["Keys"], group["Metrics"]
            if not page.get("NextPageToken"):
                return
            asked["NextPageToken"] = page["NextPageToken"]


def listed(
    url: str, options: Mapping[str, Any], _known: Collection[str]
) -> list[Remote]:
    """Return the months that have costs; it takes one question.

    Args:
        url: ``ce://`` and the id of the account that pays.
        options: Some of ``OPTIONS``.

    Raises:
        ConfigError: There are no credentials of this account, or a wrong option.
        SourceUnavailable: Cost Explorer does not answer.
    """
    with reaching(url):
        account = Account(url, options)
        account.look()
    return [
        remote.described(
            account, month, f"{account.url}/{month}/costs.csv", account.info(month)
        )
        for month in sorted(account.sums)
    ]


def probe(url: str, options: Mapping[str, Any]) -> str:
    """Return in a few words whose costs they are; it costs nothing.

    Raises:
        ConfigError: As ``listed``.
        SourceUnavailable: As ``listed``.
    """
    with reaching(url):
        return f"the costs of account {Account(url, options).id}"


def _amount(metrics: Mapping[str, Any], names: tuple[str, str]) -> tuple[Decimal, str]:
    found = next(metrics[name] for name in names if name in metrics)
    return Decimal(found["Amount"]), str(found["Unit"])


def _today() -> date:
    return datetime.now(UTC).date()


def _tomorrow() -> date:
    return _today() + timedelta(days=1)
