"""Logs of servers: one file a start, the last lines, and nothing secret in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferometer.server.log_file import (
    lines_of,
    new_log,
    plain,
    secrets_of,
    tail,
    without,
)


def test_each_start_gets_a_file_of_its_own(tmp_path: Path) -> None:
    directory = tmp_path / "logs"
    paths = [new_log(directory, "vllm rocm/7B") for _ in range(3)]
    assert [path.name for path in paths] == [
        "vllm-rocm-7B.log",
        "vllm-rocm-7B-2.log",
        "vllm-rocm-7B-3.log",
    ]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}


def test_a_directory_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    with pytest.raises(OSError, match="exists"):
        new_log(tmp_path / "logs", "vllm")


def test_the_last_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(
        b"".join(b"line %d\n\n" % number for number in range(100))
        + b"\xff no newline"
    )
    assert tail(path, 2) == ["line 99", "\ufffd no newline"]
    assert len(tail(path, 1000)) == 101
    end = tail(path, 1000, most_bytes=30)
    assert end[-2:] == ["line 99", "\ufffd no newline"]
    assert len(end) < 5, "of a log of gigabytes only the end is read"
    assert tail(tmp_path / "none.log", 5) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "\x1b[1;36m(APIServer pid=1)\x1b[0;0m INFO ready",
            "(APIServer pid=1) INFO ready",
        ),
        (
            "Loading:   0%|  | 0/4\rLoading:  25%|# | 1/4\rLoading: 100%|##| 4/4",
            "Loading: 100%|##| 4/4",
        ),
        ("from Windows\r", "from Windows"),
        ("a\ttab and a bell\x07", "a\ttab and a bell"),
        ("进度 100%", "进度 100%"),
    ],
)
def test_what_terminals_obey_is_left_out(line: str, expected: str) -> None:
    assert plain(line) == expected


def test_form_feeds_do_not_break_lines() -> None:
    assert lines_of("a\x0cb\u2028c\n \nd\n", 5) == ["ab\u2028c", "d"]


def test_secrets_are_known_by_the_names_of_their_variables() -> None:
    environment = {
        "HF_TOKEN": "hf_abcdef",
        "VLLM_API_KEY": "hf_abcdefgh",
        "db_password": "correct horse",
        "HOME": "/a/long/enough/path",
        "TOKENIZERS_PARALLELISM": "false-or-true",
        "MY_KEY": "short",
    }
    secrets = secrets_of(environment)
    assert secrets == {"hf_abcdef", "hf_abcdefgh", "correct horse"}
    assert without(
        ["key hf_abcdefgh, token hf_abcdef.", "correct horse"], secrets
    ) == [
        "key ***, token ***.",
        "***",
    ]
    assert without(["nothing"], frozenset()) == ["nothing"]
