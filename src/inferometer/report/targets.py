"""Targets in words: what was asked, of which deployment, what it is, and why it is not reached."""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.analysis.said import Said
from inferometer.analysis.targets import Checked
from inferometer.printable import printable
from inferometer.report.sentences import reasons_of
from inferometer.report.tables.columns import figure, spelled
from inferometer.words import Words

MARKS = {"reached": "reached", "missed": "MISSED", "not checked": "not checked"}
"""On a terminal."""


def target_lines(checked: Sequence[Checked]) -> list[str]:
    """A line each, missed ones marked."""
    marks = max(
        (len(MARKS[each.state]) for each in checked if each.state == "not checked"),
        default=len("reached"),
    )
    heads = [f"{MARKS[each.state]:{marks}}  {each.target}" for each in checked]
    width = max(map(len, heads), default=0)
    return [
        printable(f"{head:{width}}  {_found(each)}".rstrip())
        for head, each in zip(heads, checked, strict=True)
    ]


def _found(each: Checked) -> str:
    words = Words()
    value = "" if each.value is None else f"{figure(each.value)} {each.unit}".strip()
    where = " at ".join(
        part for part in (deployment_in_words(each, words), place_in_words(each, words)) if part
    )
    found = f"{value} ({where})" if value and where else value or where
    return ": ".join(part for part in (found, why_in_words(each, words)) if part)


def deployment_in_words(each: Checked, words: Words) -> str:
    """Such as `C 7B TP1 vllm`, or `7B vllm on 8 GPUs`."""
    return (
        each.deployment
        if each.gpus is None
        else words.text("target.on_gpus", name=each.deployment, gpus=each.gpus).strip()
    )


def place_in_words(each: Checked, words: Words) -> str:
    """The point that decided, or the load where two did."""
    return (
        each.at
        if each.load_per_gpu is None
        else words.text("target.load_per_gpu", load=f"{each.load_per_gpu:g}")
    )


def why_in_words(each: Checked, words: Words) -> str:
    """Why it is not reached, or not checked; a word of caution where it is."""
    if each.why is None:
        return ""
    if each.point is not None:
        reasons = reasons_of(each.point, words.language)
        return words.text(
            each.why.key,
            why=reasons[0].text.rstrip(".。") if reasons else words.text("target.why.untold"),
        )
    if each.why.key.startswith("target."):
        return say(each.why, words)
    sentence = say(each.why, words).rstrip(".。")
    return words.text("target.why.nothing", why=sentence[:1].lower() + sentence[1:])


def say(said: Said, words: Words) -> str:
    """The sentence of an analysis in the reader's language."""
    conditions = words.listed(
        f"{words.condition(name)} ({', '.join(spelled(value) or '–' for value in values)})"
        for name, values in said.apart
    )
    return words.text(said.key, **said.values, **({"conditions": conditions} if said.apart else {}))
