"""What people are shown of text that others wrote: one line, nothing that drives a terminal, and an
end.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.printable import (
    MAX_LINE_CHARS,
    MAX_NAME_CHARS,
    printable,
    printable_lines,
    printable_name,
    wrapped,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Qwen/Qwen3-14B", "Qwen/Qwen3-14B"),
        ("模型  two  blanks", "模型  two  blanks"),
        ("a\x1b]0;owned\x07\x1b[31mred", "a?]0;owned??[31mred"),
        ("m\n\nVerdict: VALID\n", "m Verdict: VALID"),
        ("m\r\x85\u2028\u2029Verdict: VALID", "m Verdict: VALID"),
        ("left\u202eright \u2066isolated\u2069", "left?right ?isolated?"),
        ("no\u200bwidth\ufeff \u200fmark", "no?width? ?mark"),
        ("half \ud800 a character", "half ? a character"),
        ("\x9b31m", "?31m"),
        ("a\u3000\u00a0b", "a b"),
        ("\tends\n", "ends"),
        ("", ""),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_it_has_an_end() -> None:
    assert printable("x" * 10_000) == "x" * (MAX_LINE_CHARS - 1) + "…"
    assert len(printable_name("y" * 5000)) == MAX_NAME_CHARS
    assert printable_name(7) == "7"


def test_lines_of_our_own_keep_their_indentation_and_length() -> None:
    assert printable_lines("a\n  b\x1b c\n\n    d") == "a\n  b? c\n\n    d"
    assert printable_lines(" " * 3 + "x" * 10_000) == " " * 3 + "x" * 10_000


@given(st.text(st.characters(codec=None)))
def test_whatever_it_is(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert shown == shown.strip()
    assert printable(shown) == shown
    shown.encode()


@pytest.mark.parametrize("piece", [" ", "\n ", " \n", "\u202e", "a\u2028"])
def test_long_text_takes_a_time_linear_in_it(piece: str) -> None:
    begun_s = time.process_time()
    printable(piece * 1_000_000 + "\x1b", max_chars=1_000_000)
    assert time.process_time() - begun_s < 20


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("每秒的请求数。 [默认：60.0]", 20, ["每秒的请求数。", "[默认：60.0]"]),
        (
            "请求速率。 [默认：一 二 三] 完",
            20,
            ["请求速率。", "[默认：一 二 三] 完"],
        ),
        ("不限。（默认：取自变量）", 14, ["不限。", "（默认：取自变", "量）"]),
    ],
)
def test_what_a_bracket_says_is_not_parted_from_its_word(
    text: str, columns: int, lines: list[str]
) -> None:
    assert wrapped(text, columns, break_words=False) == lines
