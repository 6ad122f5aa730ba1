"""What a terminal shows of tables that are wider than it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.cells import cell_len

from flows import screen
from flows.answers import Table

BILL = "acme.01A2B3-C4D5E6-F7A8B9.2026-01.v1"
WHEN = datetime(2026, 2, 8, 7, 21, 5, tzinfo=UTC)
WIDE = Table(
    ("month", "known at", "billed", "currency", "bill", "nothing", "reason"),
    [
        ("2026-01", WHEN, Decimal("31948.263952071"), "USD", BILL, None, "two words"),
        ("2026-02", WHEN, Decimal("0.0004"), "円", BILL, "", None),
    ],
    right=("billed",),
)


@pytest.fixture
def terminal(monkeypatch):
    """A terminal of a given width."""

    def of(width):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    return of


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_narrow_terminal_breaks_no_id_and_no_amount(terminal, capsys, width):
    """Every line fits, ids, times and amounts stay whole, empty columns are gone."""
    terminal(width)
    screen.show([WIDE])
    said = capsys.readouterr().out
    assert max(map(cell_len, said.splitlines())) <= width
    assert said.count(BILL) == 2
    assert said.count("2026-02-08 07:21") == 2
    assert "two words" in said
    assert "nothing" not in said


def test_cents_are_enough_only_where_room_is_short(terminal, capsys):
    """A wide terminal shows all digits; a narrow one cents, but never zero for some."""
    terminal(200)
    screen.show([WIDE])
    assert "31,948.263952071" in capsys.readouterr().out
    terminal(60)
    screen.show([WIDE])
    said = capsys.readouterr().out
    assert "31,948.26 " in said
    assert "0.0004" in said


def test_a_pipe_has_no_width(capsys):
    """Each row is one line for programs that read it."""
    screen.show([WIDE])
    rows = [line for line in capsys.readouterr().out.splitlines() if BILL in line]
    assert len(rows) == 2
    assert "31,948.263952071" in rows[0]
