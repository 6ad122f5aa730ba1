"""Calendars of public holidays, by the names that settings give them."""

from datetime import date

import pytest

from tasks.core.errors import UnknownSetting
from tasks.edge import public_holidays
from tasks.edge.settings import load


def test_names_become_dates():
    """A country, a part of it and days of one's own are read; all of them count."""
    found = public_holidays.between(["DE", "US", "12-24", "2026-08-03"], 2026, 2027)
    assert {date(2026, 7, 4), date(2026, 10, 3), date(2027, 12, 24)} <= set(found)
    assert date(2026, 8, 3) in found
    assert date(2027, 8, 3) not in found
    assert date(2026, 11, 1) not in found
    assert date(2026, 11, 1) in public_holidays.between(["DE-BY"], 2026, 2026)
    assert public_holidays.between(["02-29"], 2026, 2027) == {}
    assert public_holidays.between([], 2026, 2027) == {}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Germany", "write a country of two capital letters, as US"),
        ("de-BY", "or a part of it, as DE-BY"),
        ("DE-XX", "write DE or one of DE-BB, DE-BE"),
        ("13-01", "write MM-DD or YYYY-MM-DD"),
        ("2026-02-30", "write MM-DD or YYYY-MM-DD"),
    ],
)
def test_an_unknown_name_is_refused(tmp_path, name, says):
    """The error names the key, what stands there and what to write."""
    file = tmp_path / "costwarden.toml"
    file.write_text(f"[detect]\nholidays = ['{name}']\n")
    with pytest.raises(UnknownSetting) as error:
        load(file)
    for part in ("key detect", f"holidays: '{name}'", says):
        assert part in str(error.value)
