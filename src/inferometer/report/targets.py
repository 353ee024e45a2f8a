"""Targets in words: what was asked, of which deployment, what it is, and why it is not reached."""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.analysis.targets import Checked
from inferometer.printable import columns_of, padded, printable
from inferometer.report.sentences import reasons_of
from inferometer.report.tables.columns import figure
from inferometer.words import Words, spoken
from inferometer.words.numbers import in_unit


def target_lines(checked: Sequence[Checked]) -> list[str]:
    """A line each, missed ones marked."""
    words = spoken()
    marks = [
        words.text(f"console.{each.state.replace(' ', '_')}")
        for each in checked
    ]
    width = max(map(columns_of, [*marks, words.text("console.reached")]))
    heads = [
        f"{padded(mark, width)}  {each.target}"
        for mark, each in zip(marks, checked, strict=True)
    ]
    width = max(map(columns_of, heads), default=0)
    return [
        printable(f"{padded(head, width)}  {_found(each, words)}".rstrip())
        for head, each in zip(heads, checked, strict=True)
    ]


def _found(each: Checked, words: Words) -> str:
    value = value_in_words(each)
    deployment = deployment_in_words(each, words)
    where = place_in_words(each, words)
    if deployment and where:
        where = words.text(
            "console.target.at", deployment=deployment, place=where
        )
    where = where or deployment
    found = value or where
    if value and where:
        found = words.text("console.target.found", value=value, where=where)
    why = why_in_words(each, words)
    return (
        words.text("console.target.why", found=found, why=why)
        if found and why
        else found or why
    )


def value_in_words(each: Checked) -> str:
    """With its unit; nothing where there is none."""
    return "" if each.value is None else in_unit(figure(each.value), each.unit)


def deployment_in_words(each: Checked, words: Words) -> str:
    """Such as `C 7B TP1 vllm`, or `7B vllm on 8 GPUs`."""
    name = words.say(each.deployment)
    if each.gpus is None:
        return name
    return words.text("target.on_gpus", name=name, gpus=each.gpus).strip()


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
            why=reasons[0].text.rstrip(".。")
            if reasons
            else words.text("target.why.untold"),
        )
    if each.why.key.startswith("target."):
        return words.say(each.why)
    sentence = words.say(each.why).rstrip(".。")
    return words.text(
        "target.why.nothing", why=sentence[:1].lower() + sentence[1:]
    )
