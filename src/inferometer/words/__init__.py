"""What people read, in each language: a literal dictionary a language. Knows no page and no figure.

The field's abbreviations (TTFT, TPOT, ITL, E2EL, TP, tok/s, p99) stay as they are in every
language. `{name}` in a word is filled in by who shows it (`str.format`; what is filled in is never
itself taken for a template). Keys begin with what they are of: `check.`, `console.`, `figure.`, …
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from errno import errorcode
from functools import cache, reduce
from importlib import import_module
from operator import methodcaller
from pathlib import Path
from typing import Any

from inferometer.vocabulary import LATENCIES, statistic_of


@cache
def _loaded(package: str) -> Mapping[str, str]:
    """Once: a report of thousands of files asks for a word a hundred thousand times."""
    words: Mapping[str, str] = import_module(
        f"inferometer.words.{package}"
    ).WORDS
    return words


class _Languages(Mapping[str, Mapping[str, str]]):
    """Words by language, each loaded when it is first read."""

    _packages: Mapping[str, str] = {
        "en": "en",
        "zh-CN": "zh_cn",
        "zh-TW": "zh_tw",
    }

    def __getitem__(self, language: str) -> Mapping[str, str]:
        return _loaded(self._packages[language])

    def __iter__(self) -> Iterator[str]:
        return iter(self._packages)

    def __len__(self) -> int:
        return len(self._packages)


LANGUAGES = _Languages()
"""By BCP 47 tag, as `--lang` and HTML's `lang` take it."""

UNFIT = (ArithmeticError, LookupError, TypeError, ValueError)
"""What a word raises that is filled in with values it was not made for, as files of another version
or damaged ones have.
"""

SIMULATED = "simulated:"
"""Before the number of a card that the embedded engine shows."""

_terminal = {"language": "en"}


def speak(language: str) -> None:
    """What people read on the terminal is in this language from now on. Files stay in English."""
    _terminal["language"] = language


def spoken() -> Words:
    """The words of the terminal."""
    return Words(_terminal["language"])


def reason_of(error: OSError) -> str:
    """What the system says of a file; in every language, where it is one of the usual errors."""
    key = f"os.{errorcode.get(error.errno or 0)}"
    # TLS and the resolver number their errors in their own way
    usual = type(error).__module__ == "builtins" and key in LANGUAGES["en"]
    return Said(key) if usual else str(error.strerror)


def both(first: str, second: str) -> Said:
    """One sentence after the other."""
    return Said("sentences", {"first": first, "second": second})


def sentence_of(error: Exception) -> str:
    """What an error says, as data where it has that."""
    sentence = getattr(error, "sentence", error.args[0] if error.args else "")
    return sentence if isinstance(sentence, Said) else str(error)


def in_words(reason: str | Exception) -> str:
    """In the language of the terminal, where it is a sentence of ours, or an error that has one."""
    return spoken().say(
        sentence_of(reason) if isinstance(reason, Exception) else reason
    )


def renamed(text: str, old: str, new: str) -> str:
    """A sentence that calls something in it by another name."""
    if not isinstance(text, Said):
        return text.replace(old, new)
    values = {
        name: renamed(value if isinstance(value, str) else str(value), old, new)
        if isinstance(value, str | Path)
        else value
        for name, value in text.values.items()
    }
    return Said(text.key, values)


def either(texts: Sequence[str]) -> str:
    """`a`, `a or b`, `a or b or c`."""
    return reduce(
        lambda one, two: Said("check_run.or", {"first": one, "second": two}),
        texts,
    )


def first_few(items: Sequence[object], most: int) -> list[str]:
    """At most so many names, and `…` if there are more."""
    named = [str(each) for each in items[:most]]
    return [*named, "…"] if len(items) > most else named


def counted(key: str, n: int, values: Mapping[str, Any] | None = None) -> Said:
    """A sentence of `n` things; that of `KEY.one` of a single one."""
    return Said(f"{key}.one" if n == 1 else key, {**(values or {}), "n": n})


def diagnosed(name: str) -> Said:
    """Cause and cure of a known trouble, by its name in `diagnose`."""
    cause, cure = (
        Said(f"diagnosis.{name}.{part}") for part in ("cause", "cure")
    )
    return Said("diagnosis", {"cause": cause, "cure": cure})


def step(text: str) -> str:
    """What a person has to do, by a campaign file. What the presets and recipes say is in every
    language; what others write stays as it is.
    """
    return Said(key) if (key := _keys_of("step.").get(text)) else text


def recorded_reason(text: str) -> str:
    """Why the packet ring was not used, by the English that results have."""
    return Said(key) if (key := _keys_of("ring.", "os.").get(text)) else text


def recorded_unfitness(text: str) -> str:
    """Why rows of a data set were left out, by the English that results have."""
    return Said(key) if (key := _keys_of("unfit.").get(text)) else text


@cache
def _keys_of(*kinds: str) -> Mapping[str, str]:
    """Of sentences that nothing is filled into, by their English."""
    return {
        text: key
        for key, text in LANGUAGES["en"].items()
        if key.startswith(kinds)
    }


def machine_reason(code: str) -> Said:
    """Why the machine has no such value, by the code that a result has."""
    key = f"machine.reason.{code}"
    if key in LANGUAGES["en"]:
        return Said(key)
    return Said("machine.reason.other", {"code": code[:40]})


def words(language: str) -> Mapping[str, str]:
    """Every word by its key. Raises KeyError for a language that is not in LANGUAGES."""
    return LANGUAGES[language]


class Said(str):
    """A sentence as data. As a text it is English, which files have; `Words.say` has the others.

    So it goes wherever a text goes, also into an error: `sentence_of` finds it there.
    """

    __slots__ = ("key", "values")

    key: str
    values: Mapping[str, Any]
    """What it is filled in with: also sentences, and lists of several things."""

    def __new__(cls, key: str, values: Mapping[str, Any] | None = None) -> Said:
        said = super().__new__(cls, Words().filled(key, values or {}))
        said.key, said.values = key, values or {}
        return said

    def __reduce__(self) -> tuple[type[Said], tuple[str, Mapping[str, Any]]]:
        return Said, (self.key, self.values)

    def __deepcopy__(self, _: object) -> Said:
        return self


@dataclass(frozen=True, slots=True)
class Retold:
    """A value of a sentence that is put together anew in each language."""

    by: Callable[[Words], str]


def inside(label: str) -> str:
    """A label within a sentence: `Output throughput` begins small there, `TTFT` does not."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def metric_named(name: str) -> Retold:
    """A metric within a sentence, as each language calls it."""
    return Retold(methodcaller("metric_inside", name))


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said of a finding."""

    title: str
    """Of its check; empty in English, whose sentences begin with it."""
    sentence: str
    next_step: str

    @property
    def text(self) -> str:
        return f"{self.title}：{self.sentence}" if self.title else self.sentence


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, a key of LANGUAGES."""

    language: str = "en"

    def text(self, key: str, /, **values: object) -> str:
        """The word of this key, filled in. Raises KeyError for a key that there is not."""
        return LANGUAGES[self.language][key].format(**values)

    def counted(self, key: str, n: int, /, **values: object) -> str:
        """The word of this key for `n` things; that of `KEY.one` for a single one."""
        return self.text(f"{key}.one" if n == 1 else key, n=n, **values)

    def find(self, *keys: str) -> str:
        """The first word that there is among these keys, not filled in; '' for none."""
        known = LANGUAGES[self.language]
        return next((known[key] for key in keys if key in known), "")

    def say(self, text: str) -> str:
        """A sentence; a text that is none of ours stays as it is."""
        if not isinstance(text, Said) or self.language == "en":
            return str(text)  # a sentence is English as it stands
        return self.filled(text.key, text.values)

    def filled(self, key: str, values: Mapping[str, Any]) -> str:
        """A sentence by its key, also with sentences and lists in it."""
        return self.text(
            key, **{name: self._inner(value) for name, value in values.items()}
        )

    def _inner(self, value: Any) -> Any:
        if isinstance(value, Said):
            return self.say(value)
        if isinstance(value, Retold):
            return value.by(self)
        if isinstance(value, list | tuple):
            return self.listed([str(self._inner(each)) for each in value])
        return value

    def listed(self, texts: Iterable[str]) -> str:
        """Several things in a row, as this language separates them."""
        return LANGUAGES[self.language]["list"].join(texts)

    def metric(self, name: str) -> str:
        """What a metric is called, without its unit; a name that nobody knows stays as it is."""
        if (found := statistic_of(name)) is None:
            return (
                self.text(f"metric.{name}")
                if f"metric.{name}" in LANGUAGES["en"]
                else name
            )
        label = LATENCIES[found.latency].label
        if found.percentile is not None:
            return self.text(
                "statistic.percentile", percentile=found.name, latency=label
            )
        return self.text(f"statistic.{found.name}", latency=label)

    def metric_inside(self, name: str) -> str:
        return inside(self.metric(name))

    def with_unit(self, label: str, unit: str) -> str:
        """A label and, where there is one, its unit."""
        return (
            self.text("statistic.with_unit", label=label, unit=unit)
            if unit
            else label
        )

    def card(self, address: str) -> str:
        """A card by its address, `GPU 0 (simulated)` for one that is."""
        if not address.startswith(SIMULATED):
            return address
        name = f"GPU {address.removeprefix(SIMULATED)}"
        return self.text("figure.engine.of_simulated", name=name)

    def condition(self, name: str) -> str:
        """What a condition is called; a name that nobody knows stays as it is."""
        return (
            self.text(f"condition.{name}")
            if f"condition.{name}" in LANGUAGES["en"]
            else name
        )

    def finding(
        self,
        name: str,
        variant: str,
        values: Mapping[str, Any],
        parts: Sequence[str] | None,
    ) -> Spoken:
        """A finding by its check's name and the variant that the check chose. Raises one of UNFIT
        where there are no words for it, or not with these values.

        Keys: `check.NAME.VARIANT`; `check.NAME.title`; `check.NAME.part.VALUE` for each of `parts`,
        which together make `{parts}` (None: all that are not 0 and have a word);
        `check.NAME.reason.VALUE` for the value `reason`; `check.NAME.VARIANT.next`, or
        `check.NAME.next`, or `check.NAME.next.CURE` where the values name a cure.
        """
        check = f"check.{name}"
        if parts is None:
            parts = [
                each
                for each, value in values.items()
                if value and self._part(check, each)
            ]
        reason = values.get("reason")
        filled = {
            **values,
            "parts": self._parted(check, values, parts),
            "reason": self.find(f"{check}.reason.{reason}") or reason,
        }
        if isinstance(why := values.get("why"), str):
            filled["why"] = self.say(recorded_reason(why))
        sentence = LANGUAGES[self.language][f"{check}.{variant}"].format_map(
            filled
        )
        step = self.find(
            f"{check}.next.{values.get('cure')}",
            f"{check}.{variant}.next",
            f"{check}.next",
        ).format_map(filled)
        if diagnosis := values.get("diagnosis"):
            step = f"{self.diagnosis(str(diagnosis))} {step}"
        return Spoken(self.find(f"{check}.title"), sentence, step)

    def _parted(
        self, check: str, values: Mapping[str, Any], parts: Sequence[str]
    ) -> str:
        return LANGUAGES[self.language]["check.join"].join(
            self._parts(check, values, parts)
        )

    def _parts(
        self, check: str, values: Mapping[str, Any], parts: Sequence[str]
    ) -> Iterator[str]:
        """Of `http_429` the word is that of `http_`, and `{code}` is 429."""
        for part in parts:
            word = self._part(check, part) or self.find(f"{check}.part")
            code = part[len(part.rstrip("0123456789")) :]
            own = {"value": values[part], "name": part, "code": code}
            yield word.format_map({**values, **own})

    def _part(self, check: str, part: str) -> str:
        return self.find(f"{check}.part.{part.rstrip('0123456789')}")

    def diagnosis(self, name: str) -> str:
        """Cause and cure of a known trouble; a text that names none stays as it is."""
        return (
            self.say(diagnosed(name))
            if f"diagnosis.{name}.cause" in LANGUAGES["en"]
            else name
        )
