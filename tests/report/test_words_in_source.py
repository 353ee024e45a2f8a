"""Every sentence that the source names exists, and gets the values that it is filled in with: most
are said only where something goes wrong.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from inferometer.words import LANGUAGES
from tests.sources import SOURCES, SRC, every, nodes_of

SAYING = [path for path in SOURCES if path.parent.parent.name != "words"]
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
    "measurement/virtual_client.py": "errors of single requests, which are data",
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
    for call in nodes_of(path, ast.Call):
        if not call.args:
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


@every(SAYING)
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
    skipped: set[ast.AST] = {each.value for each in nodes_of(path, ast.Expr)}
    for joined in nodes_of(path, ast.JoinedStr):
        skipped.update(joined.values)
    for call in nodes_of(path, ast.Call):
        if getattr(call.func, "id", "") == "AssertionError":
            skipped.update(call.args)
    for joined in nodes_of(path, ast.JoinedStr):
        if joined not in skipped:
            yield "".join(
                str(v.value) if isinstance(v, ast.Constant) else "…"
                for v in joined.values
            )
    for each in nodes_of(path, ast.Constant):
        if each not in skipped and isinstance(each.value, str):
            yield each.value


def is_exempt(path: Path) -> bool:
    return str(path.relative_to(SRC)).startswith(tuple(NOT_FOR_PEOPLE))


@every([path for path in SAYING if not is_exempt(path)])
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
