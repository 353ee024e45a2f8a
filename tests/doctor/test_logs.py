"""What a server's log means."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferometer.diagnose import DIAGNOSES, NOTES, REPLIES
from inferometer.doctor import logs
from inferometer.doctor.logs import LogSign, read_log
from inferometer.words import LANGUAGES
from tests.test_diagnose import HEALTHY, LOGS


def signs(path: Path, text: str) -> list[LogSign]:
    path.write_text(text, encoding="utf-8")
    return read_log(path).signs


@pytest.mark.parametrize("name", LOGS)
def test_a_trouble_is_found_in_a_long_log(name: str, tmp_path: Path) -> None:
    quiet = "INFO Avg generation throughput: 812.3 tokens/s, Running: 8\n"
    for text in LOGS[name]:
        found = signs(tmp_path / "log", f"{HEALTHY}{quiet * 200}{text}\n")
        names = [each.name.removesuffix("-under-load") for each in found]
        assert name in names


def test_a_healthy_log_shows_nothing(tmp_path: Path) -> None:
    assert signs(tmp_path / "log", HEALTHY * 3) == []


def test_the_first_line_is_the_evidence_and_the_others_are_counted(
    tmp_path: Path,
) -> None:
    line = "ValueError: Too large swap space. {} GiB out of the"
    text = "".join(f"{line.format(n)}\n" for n in range(1, 6))
    (found,) = signs(tmp_path / "log", f"hello\n{text}")
    assert (found.status, found.number, found.count) == ("fail", 2, 5)
    assert found.line == line.format(1)


def test_memory_under_load_is_told_from_memory_at_the_start(
    tmp_path: Path,
) -> None:
    line = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate\n"
    ready = "INFO:     Application startup complete.\n"
    before, after = (
        [each.name for each in signs(tmp_path / "log", text)]
        for text in (line + ready, ready + line)
    )
    assert before == ["accelerator-out-of-memory"]
    assert after == ["accelerator-out-of-memory-under-load"]


def test_failures_come_before_what_is_only_mentioned(tmp_path: Path) -> None:
    text = "config: enforce_eager=True\nOSError: [Errno 98] Address already in use\n"
    assert [each.name for each in signs(tmp_path / "log", text)] == [
        "port-taken",
        "graphs-off",
    ]


def test_of_a_very_long_log_beginning_and_end_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "HEAD_BYTES", 1000)
    monkeypatch.setattr(logs, "TAIL_BYTES", 1000)
    path = tmp_path / "log"
    middle = "OSError: [Errno 24] Too many open files\n".rjust(1200, "x")
    path.write_text(
        "x\n" * 600
        + "y" * 3000
        + "\n"
        + middle
        + "z\n" * 600
        + "OSError: [Errno 98] Address already in use\n"
    )
    report = read_log(path)
    assert [(each.name, each.number) for each in report.signs] == [
        ("port-taken", 0)
    ]
    assert report.unread_bytes > 3000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe" * 5000,
        b"x" * 3_000_000,
        b"\x1b[31mCUDA out of mem\x1b[0m\r" * 100,
        "未知错误\n".encode("utf-16"),
    ],
)
def test_anything_can_be_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(content)
    assert read_log(tmp_path / "log").signs == []


def test_a_log_of_too_many_kinds_of_lines_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_JUDGED", 3)
    (tmp_path / "log").write_text("one\ntwo\nthree\nquestion\nhow\none\n")
    assert read_log(tmp_path / "log").unjudged == 2


@pytest.mark.parametrize("row", [*DIAGNOSES, *REPLIES, *NOTES])
def test_every_trouble_has_cause_and_cure_in_every_language(
    row: object,
) -> None:
    name = row.name  # type: ignore[attr-defined]
    for language, words in LANGUAGES.items():
        for part in ("cause", "cure"):
            assert words[f"diagnosis.{name}.{part}"], language
