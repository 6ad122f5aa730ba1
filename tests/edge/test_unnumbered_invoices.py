"""Bills that name no invoice are held against the invoices of their month."""

from decimal import Decimal

import pytest

from tasks.edge.database import warehouse
from tasks.edge.reconciling import invoices

# Bill, number, category, currency, billed.
TOTALS = [
    ("google", "", "Usage", "JPY", "1500.4"),
    ("google", "", "Credit", "JPY", "-500.1"),
    ("google old", "", "Usage", "JPY", "99"),
    ("february", "", "Usage", "JPY", "7"),
    ("enterprise", "", "Usage", "EUR", "20"),
    ("oracle", "", "Usage", "EUR", "30.001"),
    ("oracle", "", "Tax", "EUR", "3"),
    ("half", "", "Usage", "GBP", "5"),
    ("half", "known", "Usage", "GBP", "6"),
    ("twin", "", "Usage", "CHF", "4"),
    ("other twin", "", "Usage", "CHF", "4"),
]
# Bill, source, account, month, status.
VERSIONS = [
    ("google", "gcp_billing", "1", "2024-01", "current"),
    ("google old", "gcp_billing", "1", "2024-01", "superseded"),
    ("february", "gcp_billing", "1", "2024-02", "current"),
    ("enterprise", "azure", "2", "2024-01", "current"),
    ("oracle", "oci_cost", None, "2024-01", "current"),
    ("half", "focus", "4", "2024-01", "current"),
    ("twin", "azure", "5", "2024-01", "current"),
    ("other twin", "azure", "6", "2024-01", "current"),
]
FEW = "invoice_id,billing_period,currency,amount,charge_category\n"


@pytest.fixture
def con():
    with warehouse.connect(":memory:") as found:
        found.executemany(
            "INSERT INTO bills.invoice_totals VALUES ($1, $2, '', $3, $4, $5, 1)",
            TOTALS,
        )
        found.executemany(
            "INSERT INTO bills.versions (bill_id, source, source_format,"
            " billing_account_id, billing_period, version, status, digest, loaded_at)"
            " VALUES ($1, $2, 'focus', $3, $4, 1, $5, $1, now())",
            VERSIONS,
        )
        yield found


def verdicts(con, path, *lines):
    """What is said of the invoices of a file."""
    path.write_text(FEW + "\n".join(lines) + "\n", encoding="utf-8")
    invoices.load(con, path)
    rows = invoices.compared(con).fetchall()
    return {(row[1], row[2]): (row[5], row[7]) for row in rows if row[4] is not None}


@pytest.mark.parametrize(
    ("line", "billed", "verdict"),
    [
        ("G-1,2024-01,JPY,1000,", "1000.3", "equal by month"),
        ("G-1,2024-01,JPY,1000.1,", "1000.3", "differs by month"),
        ("G-1,2024-02,JPY,9,", "7", "differs by month"),
        ("O-1,2024-01,EUR,33.00,", "33.001", "equal by month"),
        # Either account could be meant, and neither is equal.
        ("N-1,2024-01,EUR,21.00,", None, "not in the bills"),
        # Both are equal, so nobody can say which is meant.
        ("T-1,2024-01,CHF,4,", None, "not in the bills"),
        # The bill names invoices, and this is none of them.
        ("H-1,2024-01,GBP,5,", None, "not in the bills"),
        ("U-1,2024-01,USD,5,", None, "not in the bills"),
    ],
)
def test_one_invoice(con, tmp_path, line, billed, verdict):
    """The only bill of its month, or the only one that is equal, is meant."""
    [said] = verdicts(con, tmp_path / "invoices.csv", line).values()
    assert said == (billed and Decimal(billed), verdict)


def test_an_invoice_by_category(con, tmp_path):
    """Which bill is meant, the whole invoice tells; each category is compared."""
    assert verdicts(
        con,
        tmp_path / "invoices.csv",
        "O-1,2024-01,EUR,30.00,Usage",
        "O-1,2024-01,EUR,3.00,Tax",
    ) == {
        ("O-1", "Usage"): (Decimal("30.001"), "equal by month"),
        ("O-1", "Tax"): (Decimal(3), "equal by month"),
    }


def test_two_invoices_of_one_bill(con, tmp_path):
    """A bill is held against one invoice; of two that could be it, neither is."""
    assert verdicts(
        con, tmp_path / "invoices.csv", "G-1,2024-02,JPY,7,", "G-2,2024-02,JPY,7,"
    ) == {
        ("G-1", None): (None, "not in the bills"),
        ("G-2", None): (None, "not in the bills"),
    }
