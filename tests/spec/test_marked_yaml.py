"""Reading YAML: the values of YAML 1.2, the line of each, and files that were made to hurt."""

from __future__ import annotations

import math
from typing import Any

import pytest

from inferometer.spec.marked_yaml import (
    MAX_BYTES,
    MAX_DEPTH,
    YamlError,
    read_value,
    read_yaml,
)


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(YamlError) as caught:
        read_yaml(text)
    return caught.value.reasons


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-3", -3),
        ("0123", 123),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("2.", 2.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        (".inf", math.inf),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("7B", "7B"),
        ("'5'", "5"),
        ('"true"', "true"),
        ("1_000", "1_000"),
        ("9999999999999999999", "9999999999999999999"),
        ("[1, {a: b}]", [1, {"a": "b"}]),
        (">-\n  two\n  lines", "two lines"),
    ],
)
def test_values_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    assert read_value(text) == value
    assert type(read_value(text)) is type(value)


def test_keys_are_strings() -> None:
    assert read_value("{7: a, true: b, null: c}") == {
        "7": "a",
        "true": "b",
        "null": "c",
    }


def test_every_value_has_its_line() -> None:
    read = read_yaml("# first\na: 1\nb:\n  - x\n  - c: 2\n    d: 3\n")
    assert read.data == {"a": 1, "b": ["x", {"c": 2, "d": 3}]}
    lines = {
        place: read.line(place)
        for place in [
            ("a",),
            ("b",),
            ("b", 0),
            ("b", 1),
            ("b", 1, "c"),
            ("b", 1, "d"),
        ]
    }
    assert lines == {
        ("a",): 2,
        ("b",): 3,
        ("b", 0): 4,
        ("b", 1): 5,
        ("b", 1, "c"): 5,
        ("b", 1, "d"): 6,
    }
    assert read.line(("b", 1, "missing")) == 5
    assert read.line(("missing",)) == 2


def test_every_key_that_is_there_twice_is_told() -> None:
    found = faults("a: 1\nb: {x: 1, x: 2}\na: 3\n")
    assert found == [
        (2, "'x' is there twice; the other is in line 2."),
        (3, "'a' is there twice; the other is in line 1."),
    ]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a:\n\tb: 1", 2, "a tab cannot indent YAML"),
        ("a: [1,\n", 2, "expected the node content"),
        ("a: 1\n---\nb: 2", 2, "another document"),
        ("a: *nobody", 1, "undefined alias 'nobody'"),
        (
            "a: !!python/object/apply:os.system [x]",
            1,
            "remove '!!python/object/apply:os.system'",
        ),
        ("a: !mine 5", 1, "tags are not read here: remove '!mine'"),
        ("a: {<<: {b: 1}}", 1, "merge keys (<<) are not read"),
        ("? [a, b]\n: c", 1, "a key must be a plain word"),
        ('a: "\\e[2J"', 1, "a control character"),
        ('"\\a": 1', 1, "a control character"),
        ("a: \x00", 1, "the file is no YAML"),
    ],
)
def test_what_is_not_read_is_told_with_its_line(
    text: str, line: int, sentence: str
) -> None:
    ((found_line, found),) = faults(text)
    assert (found_line, sentence in found) == (line, True), found


def test_files_that_blow_up_are_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
    )
    assert "too many values" in faults(bomb)[0][1]
    assert (
        "more than 100 aliases"
        in faults("a: &a 1\nb: [" + "*a, " * 101 + "]")[0][1]
    )
    assert "too many values" in faults("a: &a [*a]")[0][1]


def test_files_that_are_deep_or_long_are_refused() -> None:
    assert read_value("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    assert (
        "nested more than 20 deep"
        in faults("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))[0][1]
    )
    assert "nested more than 20 deep" in faults("[" * 100_000)[0][1]
    assert "longer than 200000 bytes" in faults("#" * (MAX_BYTES + 1))[0][1]


def test_aliases_are_read() -> None:
    assert read_value("{a: &x [1, 2], b: *x}") == {"a": [1, 2], "b": [1, 2]}
