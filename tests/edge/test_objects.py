"""What is said of a bucket that may not be written to, and how often it is reached."""

import pytest

from tasks.core.errors import NotPermitted
from tasks.edge.intake.arriving import remote
from tasks.edge.intake.arriving.objects import Objects


class Guarded:
    """A driver that lets us look, but not write."""

    def exists(self, path):
        return path == "lake/there"

    def put_file(self, source, path):
        raise PermissionError(f"{source} {path}: Access Denied")

    def find(self, path):
        raise FileNotFoundError(path)


@pytest.fixture
def reached(monkeypatch):
    """Every time that the bucket's driver was made."""
    times = []

    def opened(url, _options):
        times.append(url)
        return Guarded(), "lake"

    monkeypatch.setattr(remote, "opened", opened)
    return times


def test_a_bucket_is_reached_once(reached):
    """Making a driver is slow: one serves all objects, from the first that is asked."""
    lake = Objects("s3://lake/", {})
    assert reached == []
    assert [lake.holds("there"), lake.holds("elsewhere")] == [True, False]
    assert reached == ["s3://lake"]


@pytest.mark.usefixtures("reached")
def test_a_bucket_that_may_not_be_written_is_told(tmp_path):
    """The object is named, and where it says what must be allowed."""
    with pytest.raises(NotPermitted, match=r"s3://lake/x may not be written.*lists"):
        Objects("s3://lake", {}).put(tmp_path, "x")


@pytest.mark.usefixtures("reached")
def test_a_folder_that_is_not_there_is_removed_already():
    """Drivers that complain of an absent folder are not passed on."""
    Objects("s3://lake", {}).remove("folder")
