"""Each check finds what it is for, and finds nothing where nothing is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from inferometer.doctor.checks import CHECKS, advice_of, examine, title_of
from inferometer.doctor.seen import Seen, seen, worst_of
from inferometer.words import LANGUAGES, Words
from tests.doctor.cases_cards import CARDS
from tests.doctor.cases_host import HOST, PCIE, Case
from tests.doctor.cases_rest import (
    CLIENT_CASES,
    CONTAINER,
    ENVIRONMENT,
    JOINED,
    SERVER,
)
from tests.doctor.machines import cards, given

CASES: dict[str, list[Case]] = {
    **HOST,
    **PCIE,
    **CARDS,
    **CONTAINER,
    **ENVIRONMENT,
    **CLIENT_CASES,
    **SERVER,
    **JOINED,
}


def every_case() -> Iterator[object]:
    for name, cases in CASES.items():
        for number, case in enumerate(cases):
            yield pytest.param(name, *case, id=f"{name}-{number}")


OURS = re.compile(
    r"(?<![\w=])(unlimited|kernel(?!:)|user|bit|debug|CPUs|synchronized|exit code|log:|yes|no|max)\b"
)
"""What a check says in words of ours, in English."""


def in_chinese(found: Seen) -> str:
    return ", ".join(map(Words("zh-CN").say, found.evidence))


def test_every_check_has_what_triggers_it_and_what_must_not() -> None:
    assert len(CHECKS) >= 40
    assert CASES.keys() == CHECKS.keys()
    assert [name for name, cases in CASES.items() if not cases] == []


@pytest.mark.parametrize(("name", "status", "bad", "good"), list(every_case()))
def test_a_check(
    name: str,
    status: str,
    bad: object,
    good: object,
    tmp_path: Path,
) -> None:
    look = CHECKS[name]
    found = look(bad.machine(tmp_path / "bad"))  # type: ignore[attr-defined]
    assert found.status == status, found
    assert found.evidence
    assert not OURS.search(in_chinese(found))
    for language in LANGUAGES:
        assert advice_of(name, found, Words(language))
    fine = look(good.machine(tmp_path / "good"))  # type: ignore[attr-defined]
    assert fine.status == "ok", fine
    assert fine.evidence
    assert not OURS.search(in_chinese(fine))
    assert advice_of(name, fine, Words()) == ""
    assert fine.commands == ()


def test_where_nothing_can_be_read_every_check_says_why(
    tmp_path: Path,
) -> None:
    """But for the few whose absence says something: no card, no container, no variable."""
    examined = examine(given().machine(tmp_path))
    speaking = {n for n, found in examined.seen.items() if not found.reason}
    assert speaking == {
        "gpu.visible",
        "host.locale",
        "container.inside",
        "environment.visible_devices",
        "environment.gfx_override",
        "environment.debugging",
        "environment.proxy",
    }
    for found in examined.seen.values():
        if found.reason:
            assert f"doctor.reason.{found.reason}" in LANGUAGES["en"]
            assert found.status == "skipped"
            assert found.commands == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_a_title_of_its_own(language: str) -> None:
    titles = [title_of(name, Words(language)) for name in CHECKS]
    assert len({*titles}) == len(CHECKS)


def test_no_word_is_of_a_check_that_is_gone() -> None:
    known = {key for key in LANGUAGES["en"] if key.startswith("doctor.title.")}
    assert known == {f"doctor.title.{name}" for name in CHECKS}


def test_the_worst_decides() -> None:
    assert worst_of(["ok", "skipped", "warn", "info"]) == "warn"
    assert worst_of([]) == "skipped"


def test_a_check_that_breaks_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> object:
        raise ValueError

    checks = {"host.virtual": broken, "gpu.visible": lambda _: seen("ok", "1")}
    monkeypatch.setattr("inferometer.doctor.checks.CHECKS", checks)
    examined = examine(given().machine(tmp_path))
    assert [each.status for each in examined.seen.values()] == ["skipped", "ok"]


@pytest.mark.parametrize("name", ["gpu.link.width", "gpu.link.speed"])
def test_a_link_whose_limit_is_unknown_is_not_called_fine(
    name: str, tmp_path: Path
) -> None:
    found = CHECKS[name](given(cards(most=None)).machine(tmp_path))
    assert (found.status, found.reason) == ("skipped", "not_reported")
