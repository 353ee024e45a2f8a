"""The search for a ceiling, on clients and servers that are formulas."""

from __future__ import annotations

import pytest

from inferometer.calibration.ceiling import FINENESS, LoadProbe, find_ceiling


class Rig:
    """A client that is exact up to `client`, a server that gives at most `server`, and time for
    `probes` loads.
    """

    def __init__(
        self, client: float, server: float = float("inf"), probes: int = 1000
    ) -> None:
        self.client = client
        self.server = server
        self.probes = probes
        self.asked: list[float] = []
        self.noise: set[int] = set()
        """Probes, by number, during which a neighbour disturbs."""

    def __call__(self, asked: float) -> LoadProbe:
        self.asked.append(asked)
        load = min(asked, self.server)
        return LoadProbe(
            load, load <= self.client and len(self.asked) - 1 not in self.noise
        )

    def time_is_up(self) -> bool:
        return len(self.asked) >= self.probes


@pytest.mark.parametrize("true", [1_500.0, 17_000.0, 99_999.0, 800_000.0])
def test_a_ceiling_is_found_from_below_and_as_finely_as_is_said(
    true: float,
) -> None:
    rig = Rig(true)
    found = find_ceiling(rig, first=1_000, most=1e9, time_is_up=rig.time_is_up)
    assert found.ended_by == "client"
    assert not found.at_least
    assert true / FINENESS <= found.value <= true
    assert len(rig.asked) < 25


def test_a_ceiling_below_the_first_load_is_found_by_going_down() -> None:
    rig = Rig(30.0)
    found = find_ceiling(rig, first=1_000, most=1e9, time_is_up=rig.time_is_up)
    assert (found.ended_by, 30 / FINENESS <= found.value <= 30) == (
        "client",
        True,
    )


def test_a_client_that_is_never_exact_has_a_ceiling_of_nothing() -> None:
    rig = Rig(0.0)
    found = find_ceiling(
        rig, first=1_000, most=1e9, least=5.0, time_is_up=rig.time_is_up
    )
    assert (found.value, found.ended_by) == (0.0, "client")
    assert min(rig.asked) == 5.0


def test_a_server_that_gives_out_first_makes_a_lower_bound() -> None:
    rig = Rig(1e9, server=50_000)
    found = find_ceiling(rig, first=1_000, most=1e9, time_is_up=rig.time_is_up)
    assert (found.value, found.ended_by, found.at_least) == (
        50_000,
        "server",
        True,
    )
    assert (
        max(rig.asked) == 128_000
    )  # 64,000 brought more than 32,000 did; twice that brought nothing


def test_the_search_has_its_own_end() -> None:
    rig = Rig(1e9)
    found = find_ceiling(rig, first=512, most=3_000, time_is_up=rig.time_is_up)
    assert (found.value, found.ended_by, found.at_least) == (
        3_000,
        "search",
        True,
    )
    assert rig.asked[-1] == 3_000


def test_a_first_load_beyond_the_end_is_not_tried() -> None:
    rig = Rig(1e9)
    assert (
        find_ceiling(
            rig, first=4_096, most=1_000, time_is_up=rig.time_is_up
        ).value
        == 1_000
    )
    assert rig.asked == [1_000]


def test_one_disturbance_is_forgiven() -> None:
    rig = Rig(1e9)
    rig.noise = {1}
    found = find_ceiling(
        rig, first=1_000, most=4_000, time_is_up=rig.time_is_up
    )
    assert (found.value, found.ended_by) == (4_000, "search")
    assert rig.asked == [1_000, 2_000, 2_000, 4_000]


def test_when_time_runs_out_on_the_way_up_the_ceiling_is_a_lower_bound() -> (
    None
):
    rig = Rig(1e9, probes=3)
    found = find_ceiling(rig, first=1_000, most=1e9, time_is_up=rig.time_is_up)
    assert (found.value, found.ended_by, found.at_least) == (
        4_000,
        "time",
        True,
    )


def test_when_time_runs_out_on_the_way_back_the_last_good_load_is_the_ceiling() -> (
    None
):
    rig = Rig(5_000, probes=4)
    found = find_ceiling(rig, first=1_000, most=1e9, time_is_up=rig.time_is_up)
    assert (found.value, found.ended_by, found.at_least) == (
        4_000,
        "client",
        False,
    )
    assert rig.asked == [1_000, 2_000, 4_000, 8_000]


def test_no_time_at_all_still_tries_one_load() -> None:
    rig = Rig(10, probes=0)
    found = find_ceiling(rig, first=1_000, most=1e9, time_is_up=rig.time_is_up)
    assert (found.value, found.ended_by, rig.asked) == (0.0, "time", [1_000])


def test_where_the_server_jumps_over_the_ceiling_the_ceiling_is_a_lower_bound() -> (
    None
):
    asked: list[float] = []

    def probe(wanted: float) -> LoadProbe:
        """A client that is exact up to 70,000, and a server that gives its all only when it is
        asked for very much.
        """
        asked.append(wanted)
        load = min(wanted, 60_000.0) if wanted < 200_000 else 150_000.0
        return LoadProbe(load, load <= 70_000)

    found = find_ceiling(
        probe, first=50_000, most=1e9, time_is_up=lambda: False
    )
    assert (found.value, found.ended_by) == (60_000, "server")
