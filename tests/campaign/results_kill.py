"""Kills a campaign just before each change that it makes to the disk while it saves points, once a
change. A program, for a test.

    python -m tests.campaign.results_kill finish DIRECTORY
    python -m tests.campaign.results_kill leave DIRECTORY

`finish`: what a kill left is finished, and is as if there had been none. `leave`: what each kill
left stays, in DIRECTORY/0, 1 and so on. Prints how many kills there were.
"""

from __future__ import annotations

import itertools
import shutil
import sys
from pathlib import Path

from inferometer.campaign.results import Results
from inferometer.store.campaign.ledger import read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from tests.campaign.crashing import killed_before
from tests.campaign.saved_points import save, spec_of, visible

FINAL = {
    "p1_a.json": "json a",
    "p2_good.json": "json good",
    "p3_new.json": "json new",
}


def first_session(places: CampaignPaths) -> None:
    """One point is done, one INVALID, and one done whose file was changed since."""
    with Results(places) as results:
        save(results, 1, "a")
        save(results, 2, "bad", status="INVALID")
        save(results, 3, "old")
    (places.result_dir / "p3_old.json").write_text("my own")


def finish(places: CampaignPaths) -> None:
    """Save what has no result that counts."""
    with Results(places) as results:
        for number, content in ((1, "a"), (2, "good"), (3, "new")):
            if results.state.result(spec_of(number).fingerprint) is None:
                save(results, number, content)


def assert_as_if_never_killed(places: CampaignPaths) -> None:
    assert {
        name: (places.result_dir / name).read_text() for name in visible(places)
    } == FINAL
    assert [path.read_text() for path in places.superseded.iterdir()] == [
        "my own"
    ]
    assert [path.name for path in places.invalid.iterdir()] == ["p2_bad.json"]
    assert list(places.pending.iterdir()) == []
    state = read_campaign_state(places)
    assert state.damage == {}
    for number, content in ((1, "a"), (2, "good"), (3, "new")):
        result = state.result(spec_of(number).fingerprint)
        assert result is not None
        assert (
            places.result_dir / result.run / "run.json"
        ).read_text() == f"run {content}"
    named = {
        result.run
        for result in [*state.history.current.values(), *state.history.older]
    }
    assert {places.relative(path) for path in places.runs.iterdir()} == named, (
        "no run directory is left that nobody knows"
    )
    done = [
        record["json"]
        for record in read_ledger(places.ledger)
        if record["kind"] == "done"
    ]
    assert len(done) == len(set(done)) == 5


def kill_and_finish(directory: Path) -> int:
    places = CampaignPaths(directory / "results", "c")
    first_session(places)
    kept = directory / "kept"
    shutil.copytree(places.result_dir, kept)
    kills = 0
    for n in itertools.count():
        shutil.rmtree(places.result_dir)
        shutil.copytree(kept, places.result_dir)
        killed = killed_before(n, lambda: finish(places))
        kills += killed
        if killed_before(
            n % 12, lambda: Results(places).close()
        ):  # and once more, while it is put in order
            kills += 1
        finish(places)
        assert_as_if_never_killed(places)
        if not killed:
            break
    assert n > 50
    return kills


def kill_and_leave(directory: Path) -> int:
    for n in itertools.count():
        places = CampaignPaths(directory / str(n), "c")
        if not killed_before(n, lambda: finish(places)):  # noqa: B023
            return n
    raise AssertionError


if __name__ == "__main__":
    what = {"finish": kill_and_finish, "leave": kill_and_leave}[sys.argv[1]]
    print(what(Path(sys.argv[2])), flush=True)
