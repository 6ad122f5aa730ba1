"""Azure's exports are told by their columns, under whatever names those come."""

import pytest

from tasks.core.errors import MissingColumn
from tasks.core.intake.formats import azure
from tasks.core.intake.formats.azure import cost_view
from tasks.core.intake.formats.recognition import recognise

REQUIRED = list(azure.AZURE.required)

# Required columns under the names that they really have, oldest agreement first.
PAY_AS_YOU_GO = "SubscriptionGuid,UsageDateTime,MeterCategory,PreTaxCost,Currency"
ENTERPRISE = "SubscriptionId,Date,MeterCategory,Cost,BillingCurrencyCode"
CUSTOMER = "subscriptionId,date,meterCategory,costInBillingCurrency,billingCurrency"
GERMAN = (
    "Abonnement-GUID (SubscriptionGuid),Datum (Date),Kategorie (MeterCategory),"
    "Kosten (PreTaxCost),Währung (Currency)"
)
JAPANESE = ",".join(
    f"\u8cbb\uff08{name}\uff09"
    for name in ("SubscriptionId", "Date", "MeterCategory", "Cost", "Currency")
)


@pytest.mark.parametrize(
    "line",
    [
        PAY_AS_YOU_GO,
        ENTERPRISE,
        ENTERPRISE.lower(),
        CUSTOMER,
        CUSTOMER.upper(),
        GERMAN,
        JAPANESE,
        "subscription_id,usage_date,meter_category,pre_tax_cost,currency",
    ],
)
def test_every_agreement_is_recognised(line):
    """All exports get the names of the newest one, in any case and language."""
    found = recognise(line.split(","))
    assert found.format is azure.AZURE
    assert sorted(found.names) == sorted(REQUIRED)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Product", "ProductName"),
        ("resourceGroupName", "ResourceGroup"),
        ("Ressourcengruppe (ResourceGroup)", "ResourceGroup"),
        ("UsageQuantity (UsageQuantity)", "Quantity"),
        ("InstanceName(ResourceId)", "ResourceId"),
        ("InstanceName", "ResourceId"),
        ("benefitId", "BenefitId"),
        ("payGPrice", "PayGPrice"),
        ("Product (of ours)", "ProductName"),
        ("x_Ours", "x_Ours"),
        ("Ours (and theirs)", "x_Ours (and theirs)"),
    ],
)
def test_columns_are_named_alike(header, name):
    """What stands in brackets counts if it is a column; others are marked."""
    assert recognise([*REQUIRED, header]).names[-1] == name


def test_its_own_name_wins():
    """Of two names for one thing, the column that is really called so is taken."""
    header = [*REQUIRED, "Cost", "Currency", "InstanceName", "ResourceId"]
    assert recognise(header).names[-4:] == (
        "x_Cost",
        "x_Currency",
        "x_InstanceName",
        "ResourceId",
    )


def test_the_first_of_two_that_mean_the_same_is_taken():
    """Two older names of one column do not make it a repeated one."""
    header = [*REQUIRED, "InstanceId", "InstanceName"]
    assert recognise(header).names[-2:] == ("ResourceId", "x_InstanceName")


def test_an_export_without_currency_is_told_so():
    """Costs in no currency cannot be counted."""
    header = [name for name in REQUIRED if name != "BillingCurrency"]
    with pytest.raises(MissingColumn, match=r"lacks the column BillingCurrency$"):
        recognise(header)


@pytest.mark.parametrize(
    ("kind", "name", "told", "view"),
    [
        ("ActualCost", "exports/part_0.csv", ["amortised"], "actual"),
        ("AmortizedCost", "actual/part_0.csv", [], "amortised"),
        ("Usage", "part_0.csv", [], "actual"),
        (None, "costs/AmortizedCost/202605/part_0.csv", [], "amortised"),
        (None, "amortisation/Daily-ActualCost.csv", [], "actual"),
        (None, "actual-and-amortised/may.csv", ["amortised"], "amortised"),
        (None, "may.csv", ["actual"], "actual"),
        (None, "may.csv", ["amortised", "actual"], "amortised"),
        (None, "may.csv", [], "actual"),
    ],
)
def test_which_cost_an_export_states(kind, name, told, view):
    """The manifest says it, else the nearest name that does, else the rows."""
    assert cost_view(kind, name, told) == view


def test_numbers_and_required_are_columns():
    """Nothing is asked for that no export can have."""
    assert set(azure.COLUMNS) >= azure.NUMBERS | set(REQUIRED)
    assert set(azure.SYNONYMS.values()) <= set(azure.COLUMNS)
