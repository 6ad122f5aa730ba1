"""Sums of lines: the quick way gives what the general way gives, exactly."""

import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tasks.core.intake import quick_columns
from tasks.core.intake.formats import aws
from tasks.edge.costs import summing, sums
from tasks.edge.database import queries, warehouse
from tasks.edge.mapping import focus, macros

LINE_TYPES = (
    ["Usage"] * 8
    + ["DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanNegation"] * 2
    + ["RIFee", "SavingsPlanRecurringFee", "Tax", "Refund", "Credit", "EdpDiscount"]
)
TEXTS = {
    "bill_bill_type": ["Anniversary"],
    "bill_billing_entity": ["AWS", "AWS", "AWS Marketplace"],
    "bill_payer_account_id": ["111111111111"],
    "line_item_currency_code": ["USD"],
    "line_item_product_code": ["AmazonEC2", "AmazonS3"],
    "line_item_usage_account_id": ["1", "2"],
    "pricing_unit": ["Hrs", "GB-Mo"],
    "product_region_code": ["eu-west-1", None],
    "reservation_reservation_a_r_n": [None, "arn:aws:ec2:r/1"],
    "savings_plan_savings_plan_a_r_n": [None, "arn:aws:savingsplans::s/1"],
}
# What makes a file unlike the usual one; each has to be noticed.
ODDITIES = (
    *("", "negative", "net", "large", "huge", "long", "no type", "one type"),
    "discount",
)


def amount(rng, oddity):
    """Return an amount of ten decimals, as AWS states them."""
    size = {"large": 99_000, "huge": 3_000_000}.get(oddity, 20)
    value = round(rng.random() * size, rng.choice([0, 2, 6, 10]))
    return -value if oddity == "negative" and rng.random() < 0.3 else value


def line(rng, oddity):
    """Return one report line, as SQL values by column."""
    hour = rng.randrange(0, 48)
    kind = "Usage" if oddity == "one type" else rng.choice(LINE_TYPES)
    if oddity == "no type" and rng.random() < 0.1:
        kind = None
    long = kind in ("RIFee", "Tax") or (oddity == "long" and rng.random() < 0.1)
    values = {name: rng.choice(words) for name, words in TEXTS.items()}
    values["line_item_line_item_type"] = kind
    start = f"TIMESTAMP '2026-05-01' + INTERVAL {hour} HOUR"
    end = f"{start} + INTERVAL {'30 DAY' if long else '1 HOUR'}"
    numbers = {name: amount(rng, oddity) for name in quick_columns.AMOUNTS}
    if oddity == "discount":
        share = rng.choice([-0.25, 0.5, 2, 1, 0])
        unblended = numbers[quick_columns.UNBLENDED]
        numbers[quick_columns.DISCOUNT] = round(unblended * share, 10)
    for name in quick_columns.NET_OF:
        if oddity != "net" or rng.random() < 0.5:
            numbers[name] = None
    if rng.random() < 0.2:
        numbers[quick_columns.ON_DEMAND] = rng.choice([0.0, None])
    fees = {
        "reservation_unused_recurring_fee": amount(rng, ""),
        "reservation_unused_amortized_upfront_fee_for_billing_period": 0.25,
        "savings_plan_total_commitment_to_date": amount(rng, "") + 20,
        "savings_plan_used_commitment": amount(rng, ""),
    }
    shown = {
        name: f"{'NULL' if text is None else queries.literal(text)}::VARCHAR"
        for name, text in values.items()
    }
    shown |= {
        name: "NULL::DOUBLE" if number is None else f"{number!r}::DOUBLE"
        for name, number in (numbers | fees).items()
    }
    shown |= {
        "line_item_usage_start_date": start,
        "line_item_usage_end_date": end,
        "bill_billing_period_start_date": "TIMESTAMP '2026-05-01'",
        "bill_billing_period_end_date": "TIMESTAMP '2026-06-01'",
    }
    return ", ".join(f"{value} AS {name}" for name, value in shown.items())


@pytest.fixture
def con():
    with warehouse.connect(":memory:") as con:
        macros.install(con)
        yield con


def write(con, path: Path, seed: int, oddity: str, lines: int = 120) -> Path:
    """Write a report of made-up lines."""
    rng = random.Random(f"{seed} {oddity}")  # noqa: S311 - made-up bills
    rows = "\nUNION ALL ".join(f"SELECT {line(rng, oddity)}" for _ in range(lines))
    con.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    return path


def groups(con, query):
    """Return the charge groups that the mapping makes of some sums."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE some_sums AS {query}")
    con.execute(
        "CREATE OR REPLACE TEMP VIEW named AS"
        " SELECT * EXCLUDE (source, version), 's' AS source, 'v' AS version"
        " FROM (FROM raw.aws_cur UNION ALL BY NAME FROM some_sums)"
    )
    con.execute("CREATE OR REPLACE TEMP VIEW mapped AS FROM focus.aws_cur('named')")
    rows = con.execute(
        "SELECT sub_account_id, service_name, region_id, charge_kind, charge_category,"
        " commitment_id, commitment_status, first_date, last_date,"
        " billed_cost, effective_cost, contracted_cost, list_cost, consumed_quantity,"
        " least_unit, greatest_unit, covered_cost, charges"
        f" FROM ({queries.text('series/charge_groups')})",
        {"charges": "mapped"},
    ).fetchall()
    return sorted(rows, key=repr)


@pytest.mark.parametrize("oddity", ODDITIES)
@pytest.mark.parametrize("seed", range(4))
def test_quick_sums_are_the_general_ones(con, tmp_path, oddity, seed):
    """Whatever the lines are, days come out the same as from the general query."""
    path = write(con, tmp_path / "cur.parquet", seed, oddity)
    target = tmp_path / "sums.parquet"
    written = summing.write_quickly(con, aws.CUR2, {path: target})
    assert written == (set() if oddity in ("long", "huge") else {target})
    if not written:
        return
    found = groups(con, f"FROM '{target}'")
    assert found == groups(con, summing.general(con, aws.CUR2, path))
    assert len(found) > 20


def test_large_sums_are_summed_as_integers(con, tmp_path):
    """A sum too large for floating point is noticed, and exact all the same."""
    path = tmp_path / "cur.parquet"
    write(con, tmp_path / "one.parquet", 1, "one type", lines=1)
    con.execute(
        "COPY (SELECT * REPLACE ((50000.0000000001 + range % 7)::DOUBLE"
        f" AS line_item_unblended_cost) FROM '{tmp_path}/one.parquet', range(9000))"
        f" TO '{path}' (FORMAT parquet)"
    )
    target = tmp_path / "sums.parquet"
    sums.write(con, aws.CUR2, path, target)
    total = con.execute(
        f"SELECT sum(line_item_unblended_cost), sum(x_ChargeCount) FROM '{target}'"
    ).fetchall()
    steps = sum(number % 7 for number in range(9000))
    exact = 9000 * Decimal("50000.0000000001") + steps
    assert total == [(exact, 9000)]


def test_container_lines_are_left_to_the_general_way(con, tmp_path):
    """A report with split cost lines is not summed quickly."""
    write(con, tmp_path / "a.parquet", 1, "")
    con.execute(
        f"COPY (SELECT *, 0.5::DOUBLE AS split_line_item_split_cost"
        f" FROM '{tmp_path}/a.parquet') TO '{tmp_path}/b.parquet' (FORMAT parquet)"
    )
    files = {tmp_path / "b.parquet": tmp_path / "sums.parquet"}
    assert summing.write_quickly(con, aws.CUR2, files) == set()


def test_files_are_summed_together_and_kept_apart(con, tmp_path):
    """Sums made by one query are those of each file, whatever the others are like."""
    oddities = ["", "negative", "net", "large", "long", "no type", "one type", ""]
    paths = [
        write(con, tmp_path / f"{seed}.parquet", seed, oddity)
        for seed, oddity in enumerate(oddities)
    ]
    con.execute(f"COPY (FROM '{paths[0]}' LIMIT 0) TO '{tmp_path}/none.parquet'")
    con.execute(
        f"COPY (SELECT *, 'x' AS resource_tags_user_name FROM '{paths[1]}')"
        f" TO '{tmp_path}/other.parquet'"
    )
    paths += [tmp_path / "none.parquet", tmp_path / "other.parquet"]
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1")
    sums.prepare(con, aws.CUR2, [*paths[:2], tmp_path / "damaged.parquet"])
    assert not sums.beside(tmp_path / "damaged.parquet").exists()
    sums.prepare(con, aws.CUR2, paths)
    for path in paths:
        assert groups(con, f"FROM '{sums.beside(path)}'") == groups(
            con, summing.general(con, aws.CUR2, path)
        )


def test_sums_that_are_missing_are_written(con, tmp_path):
    """Sums lie beside their file, and are made anew where they are not."""
    path = write(con, tmp_path / "cur.parquet", 3, "")
    first = sums.ensure(con, aws.CUR2, path)
    content = con.execute(f"FROM '{first}' ORDER BY ALL").fetchall()
    first.unlink()
    again = sums.ensure(con, aws.CUR2, path)
    assert again == first == sums.beside(path)
    assert con.execute(f"FROM '{again}' ORDER BY ALL").fetchall() == content
    assert list(first.parent.iterdir()) == [first]


def test_sums_of_an_older_edition_are_written_again(con, tmp_path):
    """Sums that an older release made with another meaning are not read, and go."""
    path = write(con, tmp_path / "cur.parquet", 3, "")
    first = sums.ensure(con, aws.CUR2, path)
    content = con.execute(f"FROM '{first}' ORDER BY ALL").fetchall()
    older = first.with_name("cur.parquet")
    first.rename(older)
    again = sums.ensure(con, aws.CUR2, path)
    assert con.execute(f"FROM '{again}' ORDER BY ALL").fetchall() == content
    assert list(first.parent.iterdir()) == [again]
    assert again != older


def test_a_bill_of_nothing_but_usage_is_mapped(con, tmp_path):
    """Sums of a young month have no fees, and none of the columns that fees need."""
    path = write(con, tmp_path / "cur.parquet", 1, "one type")
    bill = focus.Bill(
        bill_id="v",
        source="s",
        source_format=aws.CUR2.name,
        files=(str(path),),
        is_current=True,
        billing_account_id="111111111111",
        billing_period="2026-05",
        version=1,
        known_from=datetime(2026, 5, 3, tzinfo=UTC),
        withdrawn_at=None,
        parts=("v",),
        is_pruned=False,
    )
    rows = con.execute(
        "SELECT x_BillId, sum(x_ChargeCount) FROM"
        f" ({sums.of_bills(con, [bill])}) GROUP BY ALL"
    ).fetchall()
    assert rows == [("v", 120)]
