"""Groups keep the order of what is in them: tables and figures show it."""

from inferometer.grouping import by_key, ungrouped


def test_groups_and_members_stand_in_the_order_in_which_they_come() -> None:
    groups = by_key(["pear", "fig", "plum", "apple", "date"], len)
    assert [*groups.items()] == [
        (4, ["pear", "plum", "date"]),
        (3, ["fig"]),
        (5, ["apple"]),
    ]
    assert ungrouped(groups) == ["pear", "plum", "date", "fig", "apple"]


def test_nothing_has_no_groups() -> None:
    assert by_key([], len) == {}
    assert ungrouped({}) == []
