"""The project's own sources, for tests that read them: each is parsed once."""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "inferometer"

SOURCES = sorted(SRC.rglob("*.py"))

Node = TypeVar("Node", bound=ast.AST)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """Without collections: all trees are a million objects, and none is garbage."""
    gc.disable()
    try:
        return ast.parse(text_of(path), filename=str(path))
    finally:
        gc.enable()


@cache
def _nodes_by_type(path: Path) -> dict[type[ast.AST], list[ast.AST]]:
    found: dict[type[ast.AST], list[ast.AST]] = {}
    for node in ast.walk(tree_of(path)):
        found.setdefault(type(node), []).append(node)
    return found


def nodes_of(path: Path, *types: type[Node]) -> Iterator[Node]:
    """All nodes of these types, those of one type after those of another."""
    for each in types:
        yield from _nodes_by_type(path).get(each, ())  # type: ignore[misc]


def every(
    paths: Sequence[Path],
) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """Makes a test of a rule for one file; one test, since a thousand take long to begin and end."""

    def tested(rule: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            broken = {}
            for path in paths:
                try:
                    rule(path)
                except AssertionError as error:
                    broken[name_of(path)] = str(error)
            assert broken == {}

        test.__doc__ = rule.__doc__
        return test

    return tested
