"""Worlds that take long to make: made once, and put back as they were for each test."""

import shutil

from tests.edge.export_world import write_csv
from tests.edge.test_shared_files import Shown, day


class Kept:
    """A world that stays in one place, for its views name the files they read."""

    def __init__(self, made):
        """Keep a copy of all that is below the folder of a world."""
        self.kind, self.folder = type(made), made.folder
        self.copy = made.folder.with_name(f"{made.folder.name} as made")
        shutil.copytree(self.folder, self.copy)

    def again(self):
        """Return the world as it was made."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.copy, self.folder)
        return self.kind(self.folder)


def four_versions(folder):
    """Two versions of one day, one of the next, and one a week later."""
    world = Shown(folder / "world")
    for number, written in enumerate(
        ("2026-05-02T06:00", "2026-05-02T18:00", "2026-05-03", "2026-05-09"), start=1
    ):
        path = world.folder / f"bill{'x' * number}.csv"
        world.ingest(write_csv(path, day(1, str(number)), written))
    world.read()
    return Kept(world)
