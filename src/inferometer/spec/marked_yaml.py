"""YAML as plain values, with the line that each came from. A file from a stranger is safe to read,
and cheap.

Values are those of YAML 1.2: only `true` and `false` are truth values, keys are strings, a date is
a string. Tags and merge keys are refused, so are files that are large, deep, or larger than they
look (aliases).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from inferometer.words import Said
from inferometer.words.library import of_library

MAX_BYTES = 200_000
MAX_DEPTH = 20
MAX_ALIASES = 100
MAX_VALUES = 50_000
"""In the whole file, what an alias repeats counted each time."""

Place = tuple[str | int, ...]
"""Keys and indexes that lead to a value."""

_USUAL_TAGS = re.compile(
    r"tag:yaml\.org,2002:(str|int|float|bool|null|map|seq|timestamp|merge|value)"
)
"""Tags that PyYAML finds for plain scalars, and those of collections: anything else was written on
purpose.
"""

_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,3})?"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What could move the cursor of the terminal that shows it."""

_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
}


class YamlError(Exception):
    """The text is no YAML that we read. `reasons`: line, from 1, and sentence."""

    def __init__(self, reasons: list[tuple[int, str]]) -> None:
        sentences = [sentence for _, sentence in reasons]
        super().__init__(
            sentences[0] if len(sentences) == 1 else "; ".join(sentences)
        )
        self.reasons = reasons


@dataclass
class Marked:
    """What a file holds, and where."""

    data: Any
    lines: dict[Place, int] = field(default_factory=dict)
    """Line, from 1, of each value; of an item of a mapping, that of its key."""

    def line(self, place: Place) -> int | None:
        """Line of a value, or of the closest one around it that is known."""
        return next(
            (
                self.lines[place[:n]]
                for n in range(len(place), -1, -1)
                if place[:n] in self.lines
            ),
            None,
        )


def read_yaml(text: str) -> Marked:
    """Read one document. Raises YamlError, for faults of the syntax with the first, for others with
    all.
    """
    if len(text) > MAX_BYTES:
        raise YamlError([(1, Said("yaml.too_long", {"most": MAX_BYTES}))])
    root, reader = _composed(text), _Reader()
    data = None if root is None else reader.value(root, ())
    if reader.faults:
        raise YamlError(reader.faults)
    return Marked(data, reader.lines)


def _composed(text: str) -> yaml.Node | None:
    try:
        node = yaml.compose(text, Loader=_BoundedLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(
            [(mark.line + 1 if mark else 1, _problem(error))]
        ) from None
    except yaml.YAMLError as error:  # a character that may not be in YAML
        why = {"why": of_library(str(error).splitlines()[0])}
        raise YamlError([(1, Said("yaml.none", why))]) from None
    return node


def read_value(text: str) -> Any:
    """The value of one line, such as `[1, 2]` or `0.5`. Raises YamlError."""
    return read_yaml(text).data


def _problem(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem
    if not problem:
        return Said("yaml.nothing")
    if "\\t" in problem:
        return Said("yaml.tab")
    told = of_library(f"{problem[0].lower()}{problem[1:]}")
    if not error.context:
        return Said("sentence", {"what": told})
    context = of_library(error.context)
    return Said("yaml.problem", {"problem": told, "context": context})


class _BoundedLoader(yaml.SafeLoader):
    """Bounds depth and aliases as it reads, before anything recursive goes deeper."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = self.aliases = 0

    def compose_node(self, parent: Any, index: Any) -> yaml.Node | None:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        line = mark.line + 1 if mark else 1
        self.aliases += self.check_event(yaml.AliasEvent)
        if self.aliases > MAX_ALIASES:
            many = Said("yaml.aliases", {"most": MAX_ALIASES})
            raise YamlError([(line, many)])
        within = self.check_event(yaml.CollectionStartEvent)
        self.depth += within
        if self.depth > MAX_DEPTH:
            deep = Said("yaml.too_deep", {"most": MAX_DEPTH})
            raise YamlError([(line, deep)])
        node = super().compose_node(parent, index)
        self.depth -= within
        return node


class _Reader:
    """Turns nodes into values, noting lines and faults on its way."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.faults: list[tuple[int, str]] = []
        self.values = 0

    def value(self, node: yaml.Node, place: Place) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        self.values += 1
        if self.values > MAX_VALUES or len(place) > MAX_DEPTH:
            raise YamlError([(line, Said("yaml.too_many"))])
        if not _USUAL_TAGS.fullmatch(node.tag):
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.faults.append((line, Said("yaml.tag", {"tag": tag})))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.value(item, (*place, i))
                for i, item in enumerate(node.value)
            ]
        return self._scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if (
                not isinstance(key_node, yaml.ScalarNode)
                or key_node.value == "<<"
            ):
                self.faults.append((line, Said("yaml.key")))
                continue
            key = self._text(key_node)
            at = (*place, key)
            if key in values:
                self.faults.append(
                    (
                        line,
                        Said(
                            "yaml.twice", {"key": key, "line": self.lines[at]}
                        ),
                    )
                )
                continue
            self.lines[at] = line
            values[key] = self.value(value_node, at)
        return values

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        """By the core schema of YAML 1.2; what is quoted is a string."""
        text = self._text(node)
        if node.style is not None:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INT.fullmatch(text):
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) else text

    def _text(self, node: yaml.ScalarNode) -> str:
        if _CONTROL.search(node.value):
            self.faults.append(
                (
                    node.start_mark.line + 1,
                    Said("yaml.control"),
                )
            )
        return _CONTROL.sub("", node.value)
