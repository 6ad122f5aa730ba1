"""Stage summaries as counts."""

from dataclasses import make_dataclass

import pytest

from tasks.core.outcomes import COUNTED, measured


@pytest.mark.parametrize("name", COUNTED)
def test_every_summary_is_measured(name):
    """A stage that wrote nothing says so, whichever stage it is."""
    ins, outs = COUNTED[name]
    summary = make_dataclass(name, sorted({*ins, *outs}))(
        *([0] * len({*ins, *outs})),
    )
    assert measured(summary).word == "nothing_new"


def test_a_path_is_the_sentence_where_nothing_is_counted():
    """What is written to one file names it."""
    outcome = measured(make_dataclass("Reported", [("path", str)])("/tmp/report.html"))  # noqa: S108
    assert (outcome.word, outcome.sentence) == ("done", "/tmp/report.html")  # noqa: S108
