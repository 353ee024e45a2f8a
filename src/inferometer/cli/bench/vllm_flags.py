"""The flags of `vllm bench serve` and of `benchmark_serving.py`: what becomes of each, as a literal
table.

A flag becomes ours of the same name, ours of another name, a note (a client has no use for it), or
a refusal (without it something else would be measured). `docs/vllm-flags.md` is made from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inferometer.cli.bench.chat_template import FLAG, with_template
from inferometer.cli.bench.flag_meanings import Meaning, Note, Refused, Renamed
from inferometer.cli.bench.other_flags import SGLANG, XINFERENCE
from inferometer.words import Said, Words

SAME = (
    *(
        "--backend",
        "--base-url",
        "--host",
        "--port",
        "--endpoint",
        "--header",
        "--insecure",
    ),
    *(
        "--model",
        "--served-model-name",
        "--tokenizer",
        "--ready-check-timeout-sec",
    ),
    *(
        "--seed",
        "--num-prompts",
        "--dataset-name",
        "--dataset-path",
        "--disable-shuffle",
    ),
    *(
        "--no-oversample",
        "--skip-chat-template",
        "--input-len",
        "--output-len",
        "--custom-output-len",
    ),
    *(
        "--random-input-len",
        "--random-output-len",
        "--random-range-ratio",
        "--random-prefix-len",
    ),
    *(
        "--random-mm-base-items-per-request",
        "--random-mm-num-mm-items-range-ratio",
    ),
    *("--random-mm-limit-mm-per-prompt", "--random-mm-bucket-config"),
    *(
        "--sharegpt-output-len",
        "--spec-bench-output-len",
        "--spec-bench-category",
    ),
    *(
        "--speed-bench-dataset-subset",
        "--speed-bench-output-len",
        "--speed-bench-category",
    ),
    *(
        "--hf-subset",
        "--hf-split",
        "--hf-name",
        "--hf-output-len",
        "--bfcl-categories",
    ),
    *("--blazedit-min-distance", "--blazedit-max-distance"),
    *("--asr-min-audio-len-sec", "--asr-max-audio-len-sec"),
    *("--prefix-repetition-prefix-len", "--prefix-repetition-suffix-len"),
    *("--prefix-repetition-num-prefixes", "--prefix-repetition-output-len"),
    *(
        "--self-timed",
        "--timed-trace-chunk-hash-size",
        "--timed-trace-sec-multiplier",
    ),
    *("--timed-trace-label-timestamp", "--timed-trace-label-input-length"),
    *("--timed-trace-label-output-length", "--timed-trace-label-hash-ids"),
    *("--request-rate", "--burstiness", "--max-concurrency", "--num-warmups"),
    *("--ramp-up-strategy", "--ramp-up-start-rps", "--ramp-up-end-rps"),
    *(
        "--ignore-eos",
        "--temperature",
        "--top-p",
        "--top-k",
        "--min-p",
        "--frequency-penalty",
    ),
    *(
        "--presence-penalty",
        "--repetition-penalty",
        "--logprobs",
        "--extra-body",
    ),
    *("--chat-template-kwargs", "--lora-modules", "--lora-assignment"),
    *("--percentile-metrics", "--metric-percentiles", "--goodput"),
    *(
        "--save-result",
        "--save-detailed",
        "--append-result",
        "--result-dir",
        "--result-filename",
    ),
    *("--label", "--metadata", "--request-id-prefix", "--disable-tqdm"),
)
"""Flags of vLLM 0.33 that are flags of `bench`, with the same meaning."""


OTHERS: Mapping[str, Meaning] = {
    "--trust-remote-code": Note(),
    "--tokenizer-mode": Note(1),
    "--skip-tokenizer-init": Note(),
    "--no-stream": Note(),
    "--enable-multimodal-chat": Note(),
    "--custom-ensure-client-side-data": Note(),
    "--use-beam-search": Note(),
    "--profile": Note(),
    "--plot-timeline": Note(),
    "--timeline-itl-thresholds": Note(1),
    "--plot-dataset-stats": Note(),
    "--log-config-file": Note(1),
    "--logging-config": Note(1),
    "--probe-request-rate": Refused(1, ("0", "0.0")),
    "--random-batch-size": Refused(1, ("1",)),
    "--no-reranker": Refused(),
    "--best-of": Refused(1, ("1",)),
    "--dataset": Renamed("--dataset-path"),
    "--endpoint-type": Renamed("--backend"),
    "--custom-skip-chat-template": Renamed("--skip-chat-template", 0),
}
"""All others of vLLM 0.33, and those that only its older versions and `benchmark_serving.py` have.
"""

MEANINGS: Mapping[str, Meaning] = {**OTHERS, **SGLANG, **XINFERENCE}
"""Of every flag that `bench` does not have itself."""

NESTED = ("--extra-body", "--chat-template-kwargs")
"""Flags of a JSON object, of which vLLM lets a part be given: `--extra-body.min_p 0.1`."""


def rows(language: str) -> list[tuple[str, str, str]]:
    """Flags of vLLM, what becomes of each, and why, for the documentation."""
    return _rows({**dict.fromkeys(SAME), **OTHERS}, language, "renamed")


def rows_of_others(language: str) -> list[tuple[str, str, str]]:
    """The same of flags that only SGLang's and Xinference's scripts have."""
    return _rows({**SGLANG, **XINFERENCE}, language, "called")


def _rows(
    meanings: Mapping[str, Meaning | None], language: str, renamed: str
) -> list[tuple[str, str, str]]:
    words, found = Words(language), []
    for flag, meaning in sorted(meanings.items()):
        kind = "same" if meaning is None else type(meaning).__name__.lower()
        now = ""
        if isinstance(meaning, Renamed):
            kind, now = renamed, meaning.flag
        key = f"vllm.{flag.removeprefix('--')}"
        why = "" if now or meaning is None else words.text(key)
        found.append(
            (f"`{flag}`", words.text(f"vllm.here.{kind}", now=f"`{now}`"), why)
        )
    return found


@dataclass(slots=True)
class Understood:
    """The arguments of `bench` after those that only vLLM has were taken out of them."""

    arguments: list[str] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)
    refusals: list[Said] = field(default_factory=list)


def understood(arguments: Sequence[str]) -> Understood:
    """What a command of `vllm bench serve`, or of a script like it, asks of `bench`."""
    found = Understood()
    nested: dict[str, dict[str, Any]] = {}
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        flag = name.replace("_", "-") if name.startswith("--") else name
        outer, dot, _ = flag.partition(".")
        if dot and isinstance(MEANINGS.get(outer), Note):
            flag = outer
        if dot and outer in NESTED:
            _set(
                nested.setdefault(outer, {}),
                name.split(".")[1:],
                value if equals else next(words, ""),
            )
            continue
        meaning = MEANINGS.get(flag)
        if isinstance(meaning, Renamed):
            key = "vllm.renamed" if flag in OTHERS else "vllm.called"
            found.notes.append(Said(key, {"flag": flag, "now": meaning.flag}))
            found.arguments += meaning.more
            if flag == "--dataset" and not any(map(_names_dataset, arguments)):
                found.arguments += ["--dataset-name", "sharegpt"]
            flag, meaning = meaning.flag, MEANINGS.get(meaning.flag)
        if meaning is None or isinstance(meaning, Renamed) or flag == FLAG:
            found.arguments.append(f"{flag}{equals}{value}")
            continue
        if meaning.values and not equals:
            value = next(words, "")
        _judge(found, flag, meaning, value)
    found.arguments = list(_with_nested(found.arguments, nested))
    _apply_template(found)
    return found


def _apply_template(found: Understood) -> None:
    if FLAG in found.arguments:
        found.arguments, told, is_refusal = with_template(found.arguments)
        (found.refusals if is_refusal else found.notes).append(told)


def _names_dataset(word: str) -> bool:
    return word.partition("=")[0].replace("_", "-") == "--dataset-name"


def _judge(
    found: Understood, flag: str, meaning: Note | Refused, value: str
) -> None:
    if isinstance(meaning, Note):
        said = Said(
            "vllm.note",
            {"flag": flag, "why": Said(f"vllm.{flag.removeprefix('--')}")},
        )
        if said not in found.notes:
            found.notes.append(said)
    elif value not in meaning.harmless or not meaning.harmless:
        why = Said(f"vllm.{flag.removeprefix('--')}")
        found.refusals.append(Said("vllm.refused", {"flag": flag, "why": why}))


def _set(body: dict[str, Any], path: Sequence[str], value: str) -> None:
    """`{"a": {"b": value}}` for the path a, b; a value that is JSON is taken as that."""
    *outer, last = path
    for name in outer:
        inner = body.setdefault(name, {})
        body = inner if isinstance(inner, dict) else body
    try:
        body[last] = json.loads(value)
    except ValueError:
        body[last] = value


def _with_nested(
    arguments: Sequence[str], nested: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Parts of objects, merged into the object where that is given as a whole too."""
    left = dict(nested)
    words = iter(arguments)
    for word in words:
        flag, equals, value = word.partition("=")
        if flag not in left:
            yield word
            continue
        whole = value if equals else next(words, "")
        yield flag
        yield _merged(whole, left.pop(flag))
    for flag, body in left.items():
        yield flag
        yield json.dumps(body)


def _merged(whole: str, parts: Mapping[str, Any]) -> str:
    """A text that is no JSON object stays: what is wrong with it is said by who reads it."""
    try:
        body = json.loads(whole)
    except ValueError:
        return whole
    return json.dumps({**body, **parts}) if isinstance(body, dict) else whole
