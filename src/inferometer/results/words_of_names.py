"""What the words of a folder's or file's name tell, whatever stands between them: cards, lanes,
software stack, parallelism, lengths, and settings that are written out as `key=value`.

Studies name a folder an experiment: `2xR9700_x8_llama-3.1-8b_rocm7.1_1-200_TP2` is two cards with
eight lanes each; sweeps put what they sweep in it: `SERVE--max_num_seqs=4-BENCH--num_prompts=8`. A
word that could mean something else tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from inferometer.results.file_name import tokens
from inferometer.results.point import Conditions
from inferometer.store.importers.declared import declared

STACKS = {
    "rocm": "ROCm",
    "cuda": "CUDA",
    "dtk": "DTK",
    "cann": "CANN",
    "musa": "MUSA",
}


def _word(pattern: str) -> re.Pattern[str]:
    """As a word of its own: no letter or digit goes on before or after it."""
    return re.compile(
        rf"(?<![a-z0-9.])(?:{pattern})(?![a-z0-9]|\.\d)", re.IGNORECASE
    )


_CARDS = re.compile(
    r"(\d{1,4})x([a-z][a-z-]*\d[a-z0-9.+-]*?)(?=_|$)", re.IGNORECASE
)
_LANES = re.compile(r"(?<=_)x(1|2|4|8|16)(?=_|$)", re.IGNORECASE)
_CARDS_BEFORE_LANES = re.compile(
    r"(\d{1,4})x([a-z0-9][a-z0-9 ._+-]{0,60}?)(?=_x(?:1|2|4|8|16)(?:_|$))",
    re.IGNORECASE,
)
"""Lanes say that a card stands before them, whatever it is called: 5090, RTX_PRO_6000."""
_STACK = _word(rf"({'|'.join(STACKS)})[-_]?v?(\d+(?:\.\d+)+)")
_SIZES = {
    name: _word(rf"{words}[-_]?(\d{{1,4}})")
    for name, words in {
        "tp": "tp",
        "dp": "dp",
        "pp_size": "pp",
        "ep_size": "ep",
    }.items()
}
_GPUS = _word(r"gpus?[-_]?(\d{1,4})|(\d{1,4})[-_]?gpus?")
_LENGTHS = {
    "input_len": _word(r"(?:isl|input_?len|input|in)(\d+k?)"),
    "output_len": _word(r"(?:osl|output_?len|output|out)(\d+k?)"),
    "num_prompts": _word(r"(?:num_?prompts|num|np)(\d+k?)"),
}
_LOADS = {
    "max_concurrency": _word(
        r"(?:max_?)?(?:conc|concurrency)[-_]?(\d{1,6})|mc(\d{1,6})"
    ),
    "request_rate": _word(r"(?:qps|rps)[-_]?(\d{1,6}(?:\.\d{1,6})?)"),
}
_BOTH_LENGTHS = _word(r"io(\d+k?)x(\d+k?)")
_STAGE = re.compile(r"(?:^|-)[A-Z]+--")
_WRITTEN_OUT = re.compile(
    r"([A-Za-z][\w.-]*?)=([^=]*?)(?=[-_, ][A-Za-z][\w.-]*=|$)"
)


def of_folder(name: str) -> Conditions:
    """What an experiment is called by. One card has no tensor parallelism."""
    found: Conditions = {}
    if cards := _CARDS_BEFORE_LANES.match(name) or _CARDS.match(name):
        found |= {"gpus": int(cards[1]), "card": cards[2]}
        if lanes := _LANES.search(name):
            found["pcie_width"] = int(lanes[1])
    if stack := _STACK.search(name):
        found["stack"] = stack_called(stack[1], stack[2])
    found |= _parallelism(name)
    if cards and found.get("gpus") == 1:
        found.setdefault("tp", 1)
    return declared(_written_out(name)) | found


def of_file(stem: str) -> Conditions:
    """What the files of scripts tell that have no form of their own."""
    found = _parallelism(stem)
    if both := _BOTH_LENGTHS.search(stem):
        found |= {"input_len": tokens(both[1]), "output_len": tokens(both[2])}
    for name, length in _matches(_LENGTHS, stem):
        found[name] = tokens(length[1])
    for name, load in _matches(_LOADS, stem):
        found[name] = _value(next(filter(None, load.groups())))
    return found


def _matches(
    patterns: Mapping[str, re.Pattern[str]], text: str
) -> Iterator[tuple[str, re.Match[str]]]:
    for name, pattern in patterns.items():
        if match := pattern.search(text):
            yield name, match


def stack_called(name: str, version: str) -> str:
    """`ROCm 7.1` for rocm and 7.1."""
    return f"{STACKS.get(name.lower(), name)} {version}"


def _parallelism(name: str) -> Conditions:
    found: Conditions = {}
    if gpus := _GPUS.search(name):
        found["gpus"] = int(gpus[1] or gpus[2])
    for size, told in _matches(_SIZES, name):
        found[size] = int(told[1])
    return found


def _written_out(name: str) -> Mapping[str, object]:
    """`max_num_seqs=4-…` as a number, a truth value or a word."""
    return {
        key: _value(value)
        for part in _STAGE.split(name)
        for key, value in _WRITTEN_OUT.findall(part.rstrip("-"))
    }


def _value(text: str) -> str | float | bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        return text
