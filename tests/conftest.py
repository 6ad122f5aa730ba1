"""What every test may rely on, and an honest word about those that were left out."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import NodeId
from hypothesis import settings

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

# Where a landing depends on it, the same examples every time; at a desk, new ones. Time
# limits for one example say more about who else uses the machine than about the code.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# Fixtures that are servers for many tests.
SERVERS = {"kafka", "prefect"}

REQUIRE_SERVICES = os.environ.get("COSTWARDEN_REQUIRE_SERVICES") == "1"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sends anything anywhere."""
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public bills beside the checkout, where it is present."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the public bills (../shared/data) are not on this machine")
    return SHARED


def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers ``-n auto`` means: one more than there are cores.

    Many tests wait for a server to start, to answer or to be found dead; meanwhile
    another worker has the core.
    """
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Let one worker have all tests of a group, so that one server serves them.

    All tests of the broker are a group, and so are those of the temporary Prefect,
    unless they are in one by themselves. pytest-xdist 3.8 writes the group of a test
    behind its id, from which it then reads it; pytest 9.2 keeps ids elsewhere, and the
    group is lost unless we write it there.
    """
    for item in items:
        for server in SERVERS.intersection(getattr(item, "fixturenames", ())):
            if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group(server))
        mark = item.get_closest_marker("xdist_group")
        if mark and getattr(config.option, "loadgroup", False) is True:
            item._id = NodeId.parse(f"{item.nodeid}@{mark.args[0]}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Turn a left-out service test into a failure where services are required."""
    report = yield
    if REQUIRE_SERVICES and report.skipped and item.get_closest_marker("service"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        report.outcome = "failed"
        report.longrepr = f"a service test was left out: {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which service tests were left out, and why."""
    left_out = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "service" in report.keywords
    ]
    for report in left_out:
        terminalreporter.line(f"Left out: {report.nodeid} ({report.longrepr[2]})")
