"""Every sentence that the source names exists, and gets the values that it is filled in with: most
are said only where something goes wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import inferometer
from inferometer.words import LANGUAGES

SRC = Path(inferometer.__file__).parent
SOURCES = [
    path
    for path in sorted(SRC.rglob("*.py"))
    if path.parent.parent.name != "words"
]
EN = LANGUAGES["en"]


def fields(key: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(EN[key]) if field}


def called(path: Path) -> Iterator[tuple[str, str, ast.Call]]:
    """The name of what is called, the key, and the call, of each that names a sentence."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        first = call.args[0]
        either = (
            [first.body, first.orelse]
            if isinstance(first, ast.IfExp)
            else [first]
        )
        for key in either:
            if name in ("Said", "text", "counted") and isinstance(
                key, ast.Constant
            ):
                yield name, str(key.value), call


def given(name: str, call: ast.Call) -> set[str] | None:
    """The values that are written out in the call; None where they come from elsewhere."""
    if name == "Said":
        values = call.args[1] if len(call.args) > 1 else ast.Dict([], [])
        keys = values.keys if isinstance(values, ast.Dict) else [None]
        named = [
            str(key.value) for key in keys if isinstance(key, ast.Constant)
        ]
        return set(named) if len(named) == len(keys) else None
    words = {keyword.arg for keyword in call.keywords if keyword.arg}
    return words if len(words) == len(call.keywords) else None


@pytest.mark.parametrize(
    "path", SOURCES, ids=lambda path: str(path.relative_to(SRC))
)
def test_every_sentence_exists_and_is_filled_in(path: Path) -> None:
    for name, key, call in called(path):
        if name == "text" and key not in EN and "." not in key:
            continue  # of another object
        assert key in EN, (key, call.lineno)
        assert name != "counted" or f"{key}.one" in EN, (key, call.lineno)
        values = None if name == "counted" else given(name, call)
        assert values is None or fields(key) <= values, (key, call.lineno)
