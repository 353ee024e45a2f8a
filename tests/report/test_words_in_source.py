"""Every sentence that the source names exists, and gets the values that it is filled in with: most
are said only where something goes wrong.
"""

from __future__ import annotations

import ast
import re
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

ENGLISH = re.compile(r"\b[a-z][a-z']+,? [a-z][a-z']+,? [a-z][a-z']+\b")
"""Three words in a row are a sentence, or a part of one."""

NOT_FOR_PEOPLE = {
    "__init__.py": "what Python says of a module",
    "cli/": "help texts, whose Chinese tests/cli/test_help_words.py asks for",
    "diagnose.py": "patterns of servers' logs",
    "doctor/check_": "commands for a shell, and patterns of what tools print",
    "doctor/kernel_log.py": "patterns of the log of a kernel",
    "doctor/needs.py": "commands for a shell",
    "engine/": "what the servers that it stands for say",
    "loadgen/": "errors of single requests, which are data",
    "measurement/trial.py": "patterns of servers' answers",
    "metrics/": "arguments of functions, and names of methods",
    "protocol/": "errors of single requests, which are data",
    "report/console.py": "labels of `vllm bench serve`",
    "results/run_point.py": "values of conditions, which are data",
    "spec/expand.py": "meanings of placeholders, for the documents",
    "spec/recipe.py": "meanings of placeholders, for the documents",
    "store/campaign/doubt.py": "records that no campaign writes",
    "store/importers/": "names in other tools' files",
    "telemetry/": "names in other tools' output",
    "trace/schema.py": "meanings of columns, for the documents",
    "workload/hub_rows.py": "prompts",
    "workload/words.py": "prompts",
}
"""Where English is right."""

NAMES = {
    "one after the other",
    "turns after the first answer",
    "turns at the end",
    "not at rest",
    "operator, no terminal",
}
"""Of things in files, which words know in every language."""


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


def texts(path: Path) -> Iterator[str]:
    """All literal texts but docstrings and what a programmer reads; of an f-string, the whole."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = set()
    for each in ast.walk(tree):
        if isinstance(each, ast.Expr):
            skipped.add(each.value)
        elif isinstance(each, ast.JoinedStr):
            skipped.update(each.values)
        elif (
            isinstance(each, ast.Call)
            and getattr(each.func, "id", "") == "AssertionError"
        ):
            skipped.update(each.args)
    for each in ast.walk(tree):
        if each not in skipped and isinstance(each, ast.JoinedStr):
            yield "".join(
                str(v.value) if isinstance(v, ast.Constant) else "…"
                for v in each.values
            )
        elif each not in skipped and isinstance(each, ast.Constant):
            yield each.value if isinstance(each.value, str) else ""


def is_exempt(path: Path) -> bool:
    return str(path.relative_to(SRC)).startswith(tuple(NOT_FOR_PEOPLE))


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if not is_exempt(path)],
    ids=lambda path: str(path.relative_to(SRC)),
)
def test_sentences_for_people_are_in_words(path: Path) -> None:
    """Else they stay English on a Chinese terminal."""
    found = [text for text in texts(path) if ENGLISH.search(text)]
    assert [text for text in found if text not in NAMES] == []


def test_exempt_files_have_such_texts() -> None:
    """An exemption that nothing needs goes."""
    of = {
        prefix: [
            path
            for path in SOURCES
            if str(path.relative_to(SRC)).startswith(prefix)
        ]
        for prefix in NOT_FOR_PEOPLE
    }
    assert [
        prefix
        for prefix, paths in of.items()
        if not any(ENGLISH.search(text) for p in paths for text in texts(p))
    ] == []
