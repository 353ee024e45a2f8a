"""Sentences that a run's files hold in English (findings, precision, notes), in the reader's
language where it has them.

A finding is said anew from its name and figures, the precision from its data, a note by its own
English text. Files may be of another version or damaged: where there are no words, or a figure that
they need is missing, the English sentence stands.

Keys: `check.NAME` or `check.NAME.VARIANT` (VARIANTS tells which), with `.title` and `.next`;
`check.NAME.next.CURE` where the next step depends on the figure `cure`; `check.NAME.part.FIGURE`
for each figure that is not 0, which together make `{parts}`; `note: ENGLISH`, where a `{field}`
stands for what may change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inferometer.metrics.calibration import UNITS, Ceiling, ceiling_in_words, percent
from inferometer.metrics.finding import Finding, Level
from inferometer.report.words.sentences_zh_cn import SENTENCES_ZH_CN
from inferometer.report.words.sentences_zh_tw import SENTENCES_ZH_TW
from inferometer.results import Point

SENTENCES: Mapping[str, Mapping[str, str]] = {"zh-CN": SENTENCES_ZH_CN, "zh-TW": SENTENCES_ZH_TW}
"""By language; what is not here is in English, as the files have it."""

UNFIT = (ArithmeticError, LookupError, TypeError, ValueError)
"""What words raise that are filled in with figures they were not made for, or with such as no float
can hold.
"""

LONGEST_NOTE = 1_000
"""What is longer is no note that we write."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence for readers."""

    text: str
    original: str = ""
    """In English, where `text` is not."""
    next_step: str = ""


def reasons_of(point: Point, language: str) -> list[Told]:
    """Why it is not VALID, in the order of its reasons; what no finding of its run said (a
    diagnosis) stays as it is.
    """
    found = {finding.sentence: finding for finding in point.findings}
    return [
        tell(found[reason], language) if reason in found else Told(reason)
        for reason in point.reasons
    ]


def notes_of(point: Point, language: str) -> list[Told]:
    """What is missing or was guessed, and what its run found worth knowing and no reason for
    doubt.
    """
    noted = [tell(finding, language) for finding in point.findings if finding.level == Level.NOTE]
    return [*(_note(note, language) for note in point.notes), *noted]


def tell(finding: Finding, language: str) -> Told:
    """The sentence of a finding, after the title of its check where it is not English."""
    spoken = SENTENCES.get(language, {})
    key = key_of(finding)
    figures = dict(finding.figures)
    try:
        if parts := list(_parts(finding, spoken)):
            figures["parts"] = spoken["check.join"].join(parts)
        sentence = spoken[key].format_map(figures)
        text = spoken["check.titled"].format(
            title=spoken[f"check.{finding.name}.title"], sentence=sentence
        )
    except UNFIT:
        return Told(finding.sentence, next_step=finding.next_step)
    return Told(
        text, finding.sentence, _next_step(finding, key, spoken) if finding.next_step else ""
    )


def _next_step(finding: Finding, key: str, spoken: Mapping[str, str]) -> str:
    """What to do, after the diagnosis of what a server said, which is in English as its words
    are.
    """
    keys = (
        f"check.{finding.name}.next.{finding.figures.get('cure')}",
        f"{key}.next",
        f"check.{finding.name}.next",
    )
    step = next((spoken[each] for each in keys if each in spoken), "")
    return f"{finding.figures['diagnosis']} {step}" if finding.figures.get("diagnosis") else step


def key_of(finding: Finding) -> str:
    """Of the words for a finding that is not fine. Raises nothing: what cannot be told apart has
    the check's own key.
    """
    try:
        return f"check.{finding.name}.{VARIANTS[finding.name](finding.level, finding.figures)}"
    except UNFIT:
        return f"check.{finding.name}"


Figures = Mapping[str, Any]


def _steady(level: Level, figures: Figures) -> str:
    if not figures:
        return "short"
    return "grew" if figures["last_e2el_ms"] > figures["first_e2el_ms"] else "fell"


def _interruption(level: Level, figures: Figures) -> str:
    return "lost" if figures.get("lost") else "own_end" if "share_of_sent" in figures else "cut"


def _schedule_lag(level: Level, figures: Figures) -> str:
    return "cap" if "cap" in figures else "behind" if level == Level.INVALID else "late"


def _stamps(level: Level, figures: Figures) -> str:
    return "mixed" if figures["user_share"] < 1 else "idle" if level == Level.NOTE else "busy"


def _restarted(level: Level, figures: Figures) -> str:
    return (
        "restarted"
        if level == Level.INVALID
        else "another"
        if "started_after_s" in figures
        else "gone"
    )


def _shared_stamps(level: Level, figures: Figures) -> str:
    if "block_share" in figures:
        return "blocks" if figures["block_events"] else "whole"
    raise KeyError


def _if_told(figure: str, variant: str) -> Callable[[Level, Figures], str]:
    """A sentence of its own where there is that figure."""

    def choose(level: Level, figures: Figures) -> str:
        if figures.get(figure):
            return variant
        raise KeyError

    return choose


def _neighbours(level: Level, figures: Figures) -> str:
    return {"no": "once", "same": "twice", "INVALID": "invalid"}[figures["again"]]


def _client_delay(level: Level, figures: Figures) -> str:
    if figures["max_ms"] == 0:
        return "unseen"
    raise KeyError


def _prefix_hits(level: Level, figures: Figures) -> str:
    if level == Level.NOTE:
        return "none"
    raise KeyError


def _warm_cache(level: Level, figures: Figures) -> str:
    if not figures:
        return "unknown"
    return "rehearsal" if "rehearsal" in figures else "cold" if level == Level.INVALID else "partly"


VARIANTS: Mapping[str, Callable[[Level, Figures], str]] = {
    "interruption": _interruption,
    "stamps": _stamps,
    "client_delay": _client_delay,
    "something_measured": _if_told("answers_lost", "lost"),
    "failures": _if_told("reasons", "said"),
    "shared_stamps": _shared_stamps,
    "token_counts": lambda level, figures: str(figures["kind"]),
    "schedule_lag": _schedule_lag,
    "beyond_calibration": lambda level, figures: "untried" if level == Level.NOTE else "beyond",
    "prefix_hits": _prefix_hits,
    "server_restarted": _restarted,
    "steady_state": _steady,
    "neighbours": _neighbours,
    "warm_cache": _warm_cache,
}
"""Of checks that have several sentences to say: which one. Those that raise KeyError have the
check's own key for the usual one.
"""


def _parts(finding: Finding, spoken: Mapping[str, str]) -> Iterator[str]:
    """Of `http_429` the words are those of `http_`, and `{code}` is 429."""
    for name, value in finding.figures.items():
        stem = name.rstrip("0123456789")
        word = spoken.get(f"check.{finding.name}.part.{stem}")
        if word and value:
            yield word.format_map({**finding.figures, "value": value, "code": name[len(stem) :]})


def precision_in_words(precision: Mapping[str, Any], language: str) -> str | None:
    """`metrics.calibration.statement` from what a verdict holds; None where English is all there
    is.
    """
    spoken = SENTENCES.get(language)
    if spoken is None:
        return None
    try:
        if precision["calibrated"] is None:
            return _why_unknown(precision.get("missing"), spoken)
        errors = [precision[f"{latency}_error_p99_ms"] for latency in ("ttft", "itl")]
        error = max((ms for ms in errors if ms is not None), default=None)
        shares = [precision["used"][kind] for kind in UNITS]
        word = spoken["precision.beyond" if error is None else "precision.known"]
        said = word.format(
            error=error,
            target=precision["target_ms"],
            used=spoken["precision.join"].join(
                "–" if share is None else percent(share).replace(" ", "") for share in shares
            ),
            **{kind: ceiling_in_words(Ceiling(**precision["ceilings"][kind])) for kind in UNITS},
        )
    except UNFIT:
        return None
    return said + (spoken["precision.tls"] if precision.get("tls") else "")


def _why_unknown(missing: Mapping[str, Any] | None, spoken: Mapping[str, str]) -> str:
    """Files of earlier versions do not say why."""
    if missing is None:
        return spoken["precision.unknown"]
    differs = spoken["precision.join"].join(missing["differs"])
    return spoken[f"precision.missing.{missing['reason']}"].format(
        command=missing["command"], differs=differs
    )


def _note(note: str, language: str) -> Told:
    spoken = SENTENCES.get(language, {}) if len(note) <= LONGEST_NOTE else {}
    for key, word in spoken.items():
        template = key.removeprefix("note: ")
        if template != key and (found := re.fullmatch(_pattern(template), note, re.DOTALL)):
            fields = found.groupdict()
            if "names" in fields:
                fields["names"] = spoken["precision.join"].join(
                    spoken.get(f"note.names.{name}", name) for name in fields["names"].split(", ")
                )
            return Told(word.format_map(fields), note)
    return Told(note)


def _pattern(template: str) -> str:
    literal = re.split(r"\{(\w+)\}", template)
    return "".join(
        f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(literal)
    )
