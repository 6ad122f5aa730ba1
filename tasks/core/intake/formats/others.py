"""Tables that lie beside bills and are none: what they are, and where they go."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Other:
    """A table that is no bill.

    Attributes:
        columns: What it has, by the letters of the names alone.
        says: What it is, and what to do with it.
    """

    columns: frozenset[str]
    says: str


def _other(columns: str, says: str) -> Other:
    return Other(frozenset(columns.split()), says)


LEAVE_OUT = "nothing here reads it: leave it out"
EXPORT_COSTS = "export the cost and usage details of the same month"

OTHERS = (
    _other(
        "invoiceid invoicedetailid billedcost",
        "FOCUS's Invoice Detail, which bills are compared with:"
        " costwarden reconcile --invoice FILE",
    ),
    _other(
        "contractcommitmentid",
        "FOCUS's Contract Commitment; bills tell of commitments themselves, and"
        f" {LEAVE_OUT}",
    ),
    _other("billingperiodstatus", f"FOCUS's Billing Period; {LEAVE_OUT}"),
    _other("metertype unitprice effectivestartdate", f"a price sheet; {LEAVE_OUT}"),
    _other("reservationorderid usedhours", f"Azure's reservation details; {LEAVE_OUT}"),
    _other(
        "reservationorderid eventtype amount",
        "Azure's reservation transactions, which its actual cost export holds as"
        f" purchases and refunds; {LEAVE_OUT}",
    ),
    _other(
        "recommendedquantity lookbackperiod",
        f"Azure's reservation recommendations; {LEAVE_OUT}",
    ),
    _other(
        "costusd currency",
        "a download of Azure's cost analysis, which sums costs without their"
        f" subscription: {EXPORT_COSTS}",
    ),
    _other(
        "partnerid customerid invoicenumber",
        "a reconciliation file of Microsoft's Partner Center: export the cost and usage"
        " details of the billing account",
    ),
    _other(
        "lineitemtenantid usageconsumedquantity",
        "an OCI usage report, which has no costs: fetch the cost report",
    ),
)


def told(header: Iterable[str]) -> str | None:
    """Say what a table is that is no bill; None if it is none of these.

    Examples:
        >>> told(["Invoice Id", "InvoiceDetailId", "BilledCost"])[:24]
        "FOCUS's Invoice Detail, "
        >>> told(["ServiceName", "CostUSD", "Cost", "Currency"])[:35]
        "a download of Azure's cost analysis"
        >>> told(["BilledCost", "InvoiceDetailId", "InvoiceId", "ChargePeriodStart"])
    """
    names = {re.sub(r"[^a-z0-9]+", "", name.lower()) for name in header}
    if "chargeperiodstart" in names:
        return None
    return next((one.says for one in OTHERS if one.columns <= names), None)
