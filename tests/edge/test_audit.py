"""Audit: every charge of a bill that counts is looked at, once, and only warned of."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tasks.edge.costs import daily
from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.mapping import macros
from tasks.edge.reconciling import audit, checks, conformance
from tasks.edge.reporting import lookups
from tasks.edge.settings import Settings
from tests.edge.broken_charges import BREAKS, KEEPS

MARCH = datetime(2024, 3, 1, tzinfo=UTC)
APRIL = datetime(2024, 4, 1, tzinfo=UTC)

# The same under the names of FOCUS 1.4.
RENAMED = {"ProviderName": "ServiceProviderName", "PublisherName": "x_PublisherName"}
KEPT = {RENAMED.get(name, name): value for name, value in KEEPS.items()}


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "w.duckdb"))


@pytest.fixture
def load(settings, tmp_path):
    """Ingest a FOCUS bill of charges that differ from the one that keeps all rules."""

    def ingest(*changes, known_at=MARCH):
        header = list(KEEPS | {name: "" for change in changes for name in change})
        rows = [
            ",".join((KEEPS | change).get(name, "") for name in header)
            for change in changes
        ]
        path = tmp_path / f"{known_at:%m}-{abs(hash(str(changes)))}.csv"
        path.write_text("\n".join([",".join(header), *rows]) + "\n", encoding="utf-8")
        return bills.ingest(settings, [str(path)], known_at=known_at)

    return ingest


def found(con):
    return con.execute(
        "SELECT name, subject, row_count FROM ops.checks"
        " WHERE row_count > 0 ORDER BY ALL"
    ).fetchall()


def test_a_charge_that_keeps_all_rules_is_not_told_of(settings, load):
    """Nothing is found in a bill that is right."""
    load({})
    with warehouse.connect(settings.database) as con:
        daily.aggregate(con, settings.lake_path)
        bills_read, _ = audit.audit(con, settings.lake_path)
        assert (bills_read, found(con)) == (1, [])
        assert con.execute("FROM ops.broken_rules").fetchall() == []


def test_what_is_odd_is_told_and_stops_nothing(settings, load):
    """A charge outside of its period is a warning; its days are kept."""
    load({"ChargePeriodStart": "2023-11-05", "ChargePeriodEnd": "2023-11-06"})
    with warehouse.connect(settings.database) as con:
        assert daily.aggregate(con, settings.lake_path) == (1, 1)
        audit.audit(con, settings.lake_path)
        assert found(con) == [
            ("audit__charges__follow_focus", "focus.1.2024-02.v1", 1),
            ("audit__charges__lie_in_their_period", "focus.1.2024-02.v1", 1),
        ]
        checks.require(audit.audit(con, settings.lake_path)[1])


def test_a_bill_is_audited_once(settings, load):
    """A version is read once; a newer one is read, and the older forgotten nowhere."""
    load({}, known_at=MARCH)
    with warehouse.connect(settings.database) as con:
        assert audit.audit(con, settings.lake_path)[0] == 1
        assert audit.audit(con, settings.lake_path)[0] == 0
    load({"ChargeClass": "Wrong"}, known_at=APRIL)
    with warehouse.connect(settings.database) as con:
        assert audit.audit(con, settings.lake_path)[0] == 1
        assert [subject for _, subject, _ in found(con)] == ["focus.1.2024-02.v2"] * 2


def test_new_rules_audit_again(settings, load, monkeypatch):
    """Findings are those of the rules of today, and are not there twice."""
    load({"ChargeClass": "Wrong"})
    with warehouse.connect(settings.database) as con:
        audit.audit(con, settings.lake_path)
        before = found(con), con.execute("FROM ops.broken_rules").fetchall()
        monkeypatch.setattr(audit, "rules_digest", lambda: "new")
        assert audit.audit(con, settings.lake_path)[0] == 1
        assert (found(con), con.execute("FROM ops.broken_rules").fetchall()) == before


def test_a_run_that_is_killed_goes_on(settings, load, monkeypatch):
    """What was found is kept with what was read; the rest is read next time."""
    load({"ChargeClass": "Wrong"}, {"BillingAccountId": "2", "ChargeClass": "Wrong"})
    monkeypatch.setattr(daily.batches, "__defaults__", (1,))

    def stop(done, of):
        assert (done, of) == (1, 2)
        raise KeyboardInterrupt

    with warehouse.connect(settings.database) as con:
        with pytest.raises(KeyboardInterrupt):
            audit.audit(con, settings.lake_path, stop)
        assert {subject for _, subject, _ in found(con)} == {"focus.1.2024-02.v1"}
        assert audit.audit(con, settings.lake_path)[0] == 1
        assert {subject for _, subject, _ in found(con)} == {
            "focus.1.2024-02.v1",
            "focus.2.2024-02.v1",
        }


def test_commitments_and_invoices_are_kept(settings, load):
    """The sums over commitments and invoices come from the same scan."""
    bought = {
        "ChargeCategory": "Purchase",
        "ChargeFrequency": "Recurring",
        "EffectiveCost": "0",
        "CommitmentDiscountId": "c",
    }
    used = {
        "BilledCost": "0",
        "CommitmentDiscountId": "c",
        "CommitmentDiscountStatus": "Used",
    }
    load(bought, used, {})
    with warehouse.connect(settings.database) as con:
        audit.audit(con, settings.lake_path)
        assert con.execute(
            "SELECT purchased_cost, used_cost, unused_cost FROM bills.commitments"
        ).fetchall() == [(Decimal(2), Decimal(2), Decimal(0))]
        assert con.execute(
            "SELECT charge_category, billed_cost FROM bills.invoice_totals"
            " WHERE invoice_id = 'INV-1' ORDER BY ALL"
        ).fetchall() == [("Purchase", Decimal(2)), ("Usage", Decimal(2))]


@pytest.mark.parametrize("rule", conformance.rules())
def test_every_rule_can_be_broken(rule):
    """A charge made to break a rule is counted under it, and one that keeps all is not.

    What each rule looks at is null, or has another value, in its charge.
    """
    breaking = BREAKS[rule]
    with warehouse.connect(":memory:") as con:
        macros.install(con)
        con.execute("CREATE TABLE charges AS FROM focus.charges")
        for charge in (KEPT, KEPT | breaking):
            names = ", ".join(charge)
            marks = ", ".join("?" for _ in charge)
            con.execute(
                f"INSERT INTO charges ({names}) VALUES ({marks})", [*charge.values()]
            )
        audit.judge(con, "FROM charges")
        told = dict(con.execute("SELECT rule, charges FROM broken_rules").fetchall())
    assert told[rule] == 1
    assert set(told.values()) == {1}


def test_an_invoice_is_compared_to_the_last_printed_digit(settings, load, tmp_path):
    """Equal, different and missing on either side; loading it again replaces it."""
    load(
        {"BilledCost": "2.004"},
        {"InvoiceId": "INV-2"},
        {"InvoiceId": "INV-3"},
    )
    file = tmp_path / "invoices.csv"
    head = "invoice_id,billing_period,currency,amount\n"

    def verdicts(*lines):
        file.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
        found = lookups.reconciliation(settings, invoice=str(file))
        return [(row["invoice_id"], row["verdict"]) for row in found.invoices]

    assert verdicts(
        "INV-1,2024-02,USD,2.00", "INV-2,2024-02,USD,2.01", "INV-9,2024-02,USD,1"
    ) == [
        ("INV-1", "equal"),
        ("INV-2", "differs"),
        ("INV-3", "no invoice"),
        ("INV-9", "not in the bills"),
    ]
    assert verdicts("INV-2,2024-02,USD,2.00")[1] == ("INV-2", "equal")


def test_an_invoice_in_another_currency_is_another_invoice(settings, load, tmp_path):
    """Amounts of two currencies are never compared."""
    load({})
    file = tmp_path / "invoices.csv"
    file.write_text(
        "InvoiceId,BillingPeriodStart,BillingCurrency,BilledCost,ChargeCategory\n"
        "INV-1,2024-02-01T00:00:00Z,EUR,2,Usage\n",
        encoding="utf-8",
    )
    found = lookups.reconciliation(settings, invoice=str(file))
    assert [(row["billing_currency"], row["verdict"]) for row in found.invoices] == [
        ("EUR", "not in the bills"),
        ("USD", "no invoice"),
    ]
    assert found.invoices_differ
