"""Rows of files: every row whatever the file's size and layout, in any order; and what is no row
named by its line.
"""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.workload import records
from inferometer.workload.records import (
    csv_rows,
    is_json,
    json_rows,
    text_lines,
)

texts = st.text(st.characters(codec="utf-8"), max_size=40)
rows = st.lists(
    st.dictionaries(
        texts,
        st.one_of(texts, st.integers(), st.lists(texts, max_size=3)),
        max_size=3,
    ),
    max_size=12,
)


def contents(
    path: Path, order: np.random.Generator | None = None
) -> list[dict[str, Any]]:
    return [row.content for row in json_rows(str(path), order)]


@pytest.fixture
def small_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that rows lie across reads."""
    monkeypatch.setattr(records, "READ_BYTES", 7)


@given(
    rows,
    st.sampled_from([None, 0, 2]),
    st.booleans(),
    st.sampled_from([1, 7, 64]),
)
def test_an_array_is_its_rows_wherever_it_is_cut(
    tmp_path_factory: pytest.TempPathFactory,
    content: list[dict[str, Any]],
    indent: int | None,
    ascii_only: bool,
    at_once: int,
) -> None:
    path = tmp_path_factory.mktemp("array") / "rows.json"
    path.write_text(
        " \n"
        + json.dumps(content, indent=indent, ensure_ascii=ascii_only)
        + "\n",
        encoding="utf-8",
        newline="\n",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "READ_BYTES", at_once)
        assert contents(path) == content


@given(rows)
def test_lines_are_their_rows(
    tmp_path_factory: pytest.TempPathFactory, content: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("lines") / "rows.jsonl"
    path.write_text(
        "\n".join(f" {json.dumps(row)}\r\n" for row in content),
        encoding="utf-8",
        newline="\n",
    )  # blank lines too
    assert contents(path) == content


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path: Path) -> None:
    for text in ('{"a":1}\n{"a":2}', '[{"a":1},{"a":2}]'):
        (tmp_path / "f").write_text(text, encoding="utf-8-sig")
        assert contents(tmp_path / "f") == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("form", ["array", "lines"])
def test_a_random_order_has_all_rows_and_follows_from_its_seed(
    tmp_path: Path, form: str, small_reads: None
) -> None:
    path = tmp_path / "rows"
    made = [{"n": n, "text": "é\n" * n} for n in range(60)]
    text = (
        json.dumps(made, ensure_ascii=False)
        if form == "array"
        else "\n".join(map(json.dumps, made))
    )
    path.write_text(text, encoding="utf-8")
    shuffled = [
        contents(path, np.random.default_rng(seed)) for seed in (1, 1, 2)
    ]
    assert shuffled[0] == shuffled[1] != shuffled[2]
    assert sorted(shuffled[2], key=lambda row: row["n"]) == made
    assert shuffled[0] != made


def test_a_row_says_which_line_it_begins_on(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[\n{"a":\n 1},\n\n{"a": "x\\n"}, {}]')
    assert [row.where.rpartition(" ")[2] for row in json_rows(str(path))] == [
        "2",
        "5",
        "5",
    ]
    shuffled = {
        row.where for row in json_rows(str(path), np.random.default_rng(0))
    }
    assert shuffled == {f"{path}, line 2", f"{path}, line 5"}
    path.write_text('\n{}\n\n{"a":1}\n')
    assert [row.where.rpartition(" ")[2] for row in json_rows(str(path))] == [
        "2",
        "4",
    ]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"a":1}\n{"a":}\n', 2, "is not JSON"),
        ('{"a":1}\n[1]\n', 2, "a row is a JSON object"),
        ('{"a":1}\n"text"\n', 2, "a row is a JSON object"),
        ("plain text\n", 1, "is not JSON"),
        ('[{"a":1},\n{"a":}\n]', 2, "is not JSON"),
        ('[{"a":1},\n\n3]', 3, "a row is a JSON object"),
        ('[{"a":1},\n{"a":1}', 2, "is not JSON"),
        ('[{"a":1}\n{"a":1', 2, "is not JSON"),
        ('[\n{"a":"x', 2, "is not JSON"),
        ('[\n{"a":"x\x01"}]', 2, "is not JSON"),
        ("[", 1, "is not JSON"),
        (
            "{}\n" + "[" * 200_000,
            2,
            r"a row is a JSON object|nested too deeply|is not JSON",
        ),
        ("[\n" + "[" * 200_000, 2, r"nested too deeply|is not JSON"),
    ],
)
@pytest.mark.parametrize("order", [None, 3])
def test_what_is_no_row_is_refused_with_line_and_reason(
    tmp_path: Path, text: str, line: int, reason: str, order: int | None
) -> None:
    path = tmp_path / "rows"
    path.write_text(text)
    with pytest.raises(
        ValueError, match=rf"rows, line {line}: .*({reason})"
    ) as told:
        contents(path, None if order is None else np.random.default_rng(order))
    assert str(told.value).endswith(".")


def test_bytes_that_are_no_utf8_are_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    for text, read in (
        (b'{"a":"x"}\n{"a":"\xff"}', json_rows),
        (b"a,b\n\xff,1", csv_rows),
        (b"x\n\xff", text_lines),
    ):
        path.write_bytes(text)
        with pytest.raises(ValueError, match="line 2: is not UTF-8"):
            list(read(str(path)))


@pytest.mark.parametrize("read", [json_rows, csv_rows, text_lines, is_json])
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, read: Any) -> None:
    for path, cure in (
        (tmp_path / "nowhere", "give the data set's file"),
        (tmp_path, "or take workload.kind hf"),
    ):
        with pytest.raises(
            ValueError,
            match=rf"workload.path .* cannot be read \(.*\); .*{cure}\.",
        ):
            list(read(str(path)))


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    for text in ("", "\n \n", "[]", " [ ] "):
        path.write_text(text)
        assert contents(path) == []
    assert contents(path, np.random.default_rng(0)) == []


@pytest.mark.parametrize("form", ["array", "lines"])
def test_of_a_large_file_only_what_is_needed_is_in_memory(
    tmp_path: Path, form: str
) -> None:
    """40 MB of rows, the first and the last taken: a few MB at most."""
    path = tmp_path / "large"
    row = json.dumps({"text": "x" * 10_000})
    between = ",\n" if form == "array" else "\n"
    with path.open("w") as file:
        file.write("[" if form == "array" else "")
        file.writelines(row + between for _ in range(4000))
        file.write(row + ("]" if form == "array" else ""))
    tracemalloc.start()
    try:
        rows = json_rows(str(path))
        assert next(rows).content["text"]
        del rows  # else what it read last is counted too
        number = sum(1 for _ in json_rows(str(path)))
        shuffled = json_rows(str(path), np.random.default_rng(0))
        next(shuffled)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert number == 4001
    assert peak < 24e6


def test_a_row_that_never_ends_is_not_read_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_ROW_BYTES", 1000)
    monkeypatch.setattr(records, "READ_BYTES", 100)
    path = tmp_path / "rows"
    path.write_text('{"a":1}\n{"a":"' + "x" * 5000)
    with pytest.raises(ValueError, match="line 2: is longer than"):
        contents(path)
    path.write_text('[{"a":1},\n{"a":"' + "x" * 5000)
    with pytest.raises(ValueError, match="line 2: is not JSON"):
        contents(path)


# CSV and text


def test_csv_rows_are_read_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        'a,b\r\n1,"x, y"\r\n\r\n2,z\r\n', encoding="utf-8-sig", newline=""
    )
    found = list(csv_rows(str(path)))
    assert [row.content for row in found] == [
        {"a": "1", "b": "x, y"},
        {"a": "2", "b": "z"},
    ]
    assert [row.where for row in found] == [
        f"{path}, line 2",
        f"{path}, line 4",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a,b\n1\n", 2), ("a,b\n1,2\n1,2,3\n", 3), ('a,b\n1,"x"y\n', 2)],
)
def test_csv_that_is_none_is_refused_by_line(
    tmp_path: Path, text: str, line: int
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"line {line}: "):
        list(csv_rows(str(path)))


def test_lines_of_a_text_without_the_blank_ones(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("  one \r\n\r\n\ntwo", encoding="utf-8-sig")
    assert list(text_lines(str(path))) == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "so"), [(" \n[1", True), ("{", True), ("a,b", False), ("", False)]
)
def test_what_begins_as_json_does(tmp_path: Path, text: str, so: bool) -> None:
    (tmp_path / "f").write_text(text)
    assert is_json(str(tmp_path / "f")) is so
