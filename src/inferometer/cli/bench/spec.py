"""From the flags of `bench` to a RunSpec: every flag is looked at before anything is said, so that
all errors are told.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from pydantic import ValidationError

from inferometer.analysis.ratings import Rated
from inferometer.cli.asserted import (
    lacking_in_one_run,
    percentiles_of,
    targets_of,
)
from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.bench.vllm_meaning import (
    OTHER_BACKENDS,
    Rows,
    differences,
    has_rows,
    ignores_eos,
    is_self_timed,
    request_timeout_s,
    rows_of,
    without_queue_times,
)
from inferometer.cli.bench.workload import workload_of
from inferometer.cli.flag_errors import (
    FlagsError,
    flag_name,
    not_one_of,
    sentences,
)
from inferometer.cli.ratings import rated_by
from inferometer.cli.server_address import endpoint_of_flags, server_address
from inferometer.loadgen.job import check_headers
from inferometer.protocol import PROTOCOLS
from inferometer.spec import flags as parse
from inferometer.spec.checks import check_run
from inferometer.spec.field_flags import FLAG_OF_NAME, as_flags
from inferometer.spec.load import Load
from inferometer.spec.output import Output
from inferometer.spec.run import (
    RandomWorkload,
    RunSpec,
    Sampling,
    Target,
    Timeouts,
)
from inferometer.spec.target import Threshold
from inferometer.spec.workload import TIMED, AnyWorkload
from inferometer.store.vllm_json import check_metadata
from inferometer.words import Said, in_words, sentence_of

SAMPLING_FLAGS = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
)

FLAG_OF_LOAD = {
    **FLAG_OF_NAME,
    "strategy": "--ramp-up-strategy",
    "start_rps": "--ramp-up-start-rps",
    "end_rps": "--ramp-up-end-rps",
    "rate": "--rate-steps",
    "seconds": "--rate-steps",
}
"""Also of the fields of a ramp and of steps."""

RAMP = ("ramp_up_strategy", "ramp_up_start_rps", "ramp_up_end_rps")

MAX_REPEATS = 1000

_WORD = re.compile(r"[\x21-\x7e]*")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ParsedFlags:
    """What the flags ask for, parsed. `model` is None where the server is to say what it serves."""

    target: dict[str, Any]
    model: str | None
    parts: dict[str, Any]
    output: Output
    goals: tuple[Threshold, ...]
    """What the numbers are to reach."""
    rated: Rated
    """The limits of their ratings."""
    address_note: str | None = None
    """What is to be said of where the address is from."""
    notes: tuple[Said, ...] = ()
    """Where a command of `vllm bench serve` measures something else here."""
    rows: Rows = "exact"
    eos_by_default: bool = False
    """Whether nobody asked for `ignore_eos`, so that a server may refuse it."""

    def spec(self, model: str) -> RunSpec:
        """The spec, once the model's name is known."""
        return RunSpec(target=Target(model=model, **self.target), **self.parts)


class _Attempts:
    """Reads one thing after the other, and keeps what is wrong with each of them."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def __call__(
        self, read: Callable[..., T], *values: Any, **fields: Any
    ) -> T | None:
        try:
            return read(*values, **fields)
        except ValidationError as error:
            self.reasons.extend(sentences(error, FLAG_OF_NAME))
        except FlagsError as error:
            self.reasons.extend(error.reasons)
        except ValueError as error:
            self.reasons.append(sentence_of(error))
        return None


def parse_flags(flags: BenchFlags) -> ParsedFlags:
    """Parse and check everything that was typed. Raises FlagsError with all that is wrong."""
    if reasons := _not_text(flags):
        raise FlagsError(reasons)
    attempt = _Attempts()
    attempt(_check_backend, flags.backend)
    base_url, address_note = attempt(server_address, flags, os.environ) or (
        None,
        None,
    )
    headers = attempt(parse.parse_headers, flags.header or [])
    lacking = lacking_in_one_run(
        goodput=bool(flags.goodput),
        price=bool(flags.price),
        telemetry=flags.telemetry,
    )
    goals = attempt(targets_of, flags.asserted or [], lacking=lacking) or ()
    asked = ParsedFlags(
        target=_target_of(flags, base_url, headers, attempt),
        model=flags.served_model_name or flags.model,
        parts=_parts_of(flags, attempt),
        output=_output_of(flags, goals, attempt),
        goals=goals,
        rated=attempt(rated_by, flags.ratings) or {},
        address_note=address_note,
        notes=tuple(differences(flags, os.environ)),
        rows=rows_of(flags),
        eos_by_default=flags.ignore_eos is None
        and "ignore_eos" not in (flags.extra_body or ""),
    )
    _check_the_rest(flags, asked, attempt)
    if reasons := attempt.reasons or check_run(asked.spec("any")):
        raise FlagsError(
            [
                as_flags(in_words(reason), flags.dataset_name)
                for reason in reasons
            ]
        )
    return asked


def _check_the_rest(
    flags: BenchFlags, asked: ParsedFlags, attempt: _Attempts
) -> None:
    headers = asked.target["headers"] or {}
    attempt(check_headers, headers)
    attempt(parse.with_api_key, headers, os.environ)
    attempt(parse.by_ring, os.environ)
    attempt(check_metadata, asked.output.metadata)
    attempt(_check_dialects, asked.output.dialects)
    for flag in ("endpoint", "request_id_prefix"):
        attempt(_check_word, flag, getattr(flags, flag) or "")
    attempt(_check_numbers, flags)
    attempt(
        RunSpec,
        target=Target(model="any"),
        workload=RandomWorkload(),
        seed=asked.parts["seed"],
        workers=flags.workers,
    )


def _target_of(
    flags: BenchFlags,
    base_url: str | None,
    headers: dict[str, str] | None,
    attempt: _Attempts,
) -> dict[str, Any]:
    return {
        "backend": flags.backend,
        "base_url": base_url,
        "endpoint": attempt(endpoint_of_flags, flags, os.environ)
        if base_url
        else flags.endpoint,
        "headers": headers,
        "insecure": flags.insecure,
        "lora_modules": tuple(flags.lora_modules)
        if flags.lora_modules
        else None,
        "lora_assignment": attempt(_lora_assignment, flags.lora_assignment),
    }


def _parts_of(flags: BenchFlags, attempt: _Attempts) -> dict[str, Any]:
    """The parts of a RunSpec but for its target."""
    timeout_s = attempt(request_timeout_s, flags, os.environ)
    body = attempt(_extra_body, flags) or {}
    return {
        "workload": attempt(_workload_of, flags),
        "load": attempt(load_of, flags),
        "sampling": attempt(_sampling_of, flags, body),
        "timeouts": attempt(
            Timeouts,
            connect_s=flags.connect_timeout,
            first_token_s=flags.first_token_timeout,
            idle_s=flags.idle_timeout,
            total_s=1.0 if timeout_s is None else timeout_s,
        ),
        "seed": secrets.randbits(31) if flags.seed is None else flags.seed,
        "workers": flags.workers,
    }


def _output_of(
    flags: BenchFlags, goals: Sequence[Threshold], attempt: _Attempts
) -> Output:
    percentiles = (
        attempt(parse.parse_percentiles, flags.metric_percentiles) or ()
    )
    output = attempt(
        Output,
        metrics=attempt(
            parse.parse_metrics, without_queue_times(flags.percentile_metrics)
        )
        or (),
        percentiles=(*percentiles, *percentiles_of(goals)),
        goodput=attempt(_parse_goodput, flags.goodput) or {},
        dialects=tuple(flags.dialect or ()),
        detailed=flags.save_detailed,
        label=flags.label,
        metadata=attempt(parse.parse_metadata, flags.metadata or []) or {},
        directory=flags.result_dir if flags.save_result else None,
        file_name=flags.result_filename or None,
        append=flags.append_result,
        telemetry=flags.telemetry,
        monitor=flags.monitor,
        cards=tuple(flags.cards.split(",")) if flags.cards else None,
        idle_seconds=flags.idle_seconds,
        price=flags.price,
    )
    return output or Output()


def _sampling_of(flags: BenchFlags, body: dict[str, Any]) -> Sampling:
    parameters = {name: getattr(flags, name) for name in SAMPLING_FLAGS}
    return Sampling(
        ignore_eos=_ignores_eos(flags, body),
        parameters={k: v for k, v in parameters.items() if v is not None},
        logprobs=flags.logprobs,
        extra_body=body,
    )


def _ignores_eos(flags: BenchFlags, body: dict[str, Any]) -> bool:
    """Takes the field out of `body` where it replaces a default, which is no second wish."""
    ignored = ignores_eos(flags)
    by_default = ignored and flags.ignore_eos is None
    if by_default and isinstance(body.get("ignore_eos"), bool):
        ignored = body.pop("ignore_eos")
    return ignored


def _extra_body(flags: BenchFlags) -> dict[str, Any]:
    """Extra fields of each request, with the arguments of the server's chat template among them."""
    body = parse.parse_extra_body(flags.extra_body)
    if flags.chat_template_kwargs is None:
        return body
    try:
        told = parse.parse_extra_body(flags.chat_template_kwargs)
    except ValueError as error:
        message = in_words(error).replace(
            "sampling.extra_body", "--chat-template-kwargs"
        )
        raise ValueError(message) from None
    if flags.backend in PROTOCOLS and not PROTOCOLS[flags.backend].chat:
        raise ValueError(
            in_words(
                Said("vllm.no_template", {"flag": "--chat-template-kwargs"})
            )
        )
    return {"chat_template_kwargs": told, **body}


def _lora_assignment(way: str | None) -> str | None:
    if way not in (None, "round-robin", "random"):
        raise ValueError(Said("flag.lora", {"way": way}))
    return "random" if way == "random" else None


def _check_backend(backend: str) -> None:
    if backend in OTHER_BACKENDS:
        why = in_words(Said(f"vllm.{OTHER_BACKENDS[backend]}"))
        raise ValueError(f"--backend {backend}: {why}")
    if backend not in PROTOCOLS:
        raise ValueError(not_one_of("--backend", backend, PROTOCOLS))


def _check_numbers(flags: BenchFlags) -> None:
    reasons: list[str] = []
    if (
        not flags.ready_check_timeout_sec >= 0
    ):  # nor nan, which would wait for ever
        reasons.append(
            Said("flag.ready_timeout", {"value": flags.ready_check_timeout_sec})
        )
    if not 1 <= flags.repeats <= MAX_REPEATS:
        reasons.append(
            Said("flag.repeats", {"value": flags.repeats, "most": MAX_REPEATS})
        )
    if reasons:
        raise FlagsError(reasons)


def _check_dialects(dialects: Sequence[str]) -> None:
    if not dialects:
        return
    from inferometer.metrics.dialects import DIALECTS

    for dialect in dialects:
        if dialect not in DIALECTS:
            told = {"value": dialect, "known": ", ".join(DIALECTS)}
            raise ValueError(Said("flag.dialect", told))


def _workload_of(flags: BenchFlags) -> AnyWorkload:
    """Prompts that are made up anew cannot be in a warm cache; those of a file may be, whatever the
    seed.
    """
    work = workload_of(flags)
    if work.cache != "warm" or flags.seed is not None or work.is_written:
        return work
    raise ValueError(Said("flag.warm"))


def load_of(flags: BenchFlags) -> Load:
    """The load that is asked for. Raises FlagsError with all that is wrong."""
    reasons: list[str] = []
    fields: dict[str, Any] = {
        "burstiness": flags.burstiness,
        "max_concurrency": flags.max_concurrency,
        "num_warmups": flags.num_warmups,
        "replay_speed": flags.replay_speed,
        "max_seconds": flags.max_seconds,
        "ramp": _ramp(flags, reasons),
    }
    if rows_of(flags) == "all":
        fields["num_prompts"] = 1  # how many there are shows when they are read
        if not has_rows(flags):
            reasons.append(Said("flag.no_rows", {"name": flags.dataset_name}))
    elif flags.num_prompts is not None:
        fields["num_prompts"] = flags.num_prompts
    if fields["replay_speed"] is None and is_self_timed(flags):
        fields["replay_speed"] = 1.0
        if flags.dataset_name not in TIMED:
            reasons.append(Said("flag.self_timed"))
    if flags.when_full not in ("wait", "drop"):
        reasons.append(
            not_one_of("--when-full", flags.when_full, ["wait", "drop"])
        )
    elif flags.when_full == "drop":
        fields["when_full"] = "drop"
    try:
        fields["request_rate"] = parse.parse_rate(flags.request_rate)
    except ValueError as error:
        reasons.append(sentence_of(error))
    try:
        fields["steps"] = parse_steps(flags.rate_steps)
    except ValueError as error:
        reasons.append(sentence_of(error))
    try:
        load = Load(**fields)
    except ValidationError as error:
        raise FlagsError([*reasons, *sentences(error, FLAG_OF_LOAD)]) from None
    if reasons:
        raise FlagsError(reasons)
    return load


def _ramp(flags: BenchFlags, reasons: list[str]) -> dict[str, Any] | None:
    strategy, start_rps, end_rps = (getattr(flags, name) for name in RAMP)
    if strategy is None and start_rps is None and end_rps is None:
        return None
    if start_rps is None or end_rps is None:
        reasons.append(Said("flag.ramp"))
        return None
    return {
        "strategy": strategy or "linear",
        "start_rps": start_rps,
        "end_rps": end_rps,
    }


def parse_steps(text: str | None) -> list[dict[str, float]] | None:
    """`--rate-steps 5x60,20x30`: requests a second, times seconds, one after the other."""
    if text is None:
        return None
    steps = []
    for part in text.split(","):
        rate, cross, seconds = part.strip().lower().partition("x")
        try:
            steps.append({"rate": float(rate), "seconds": float(seconds)})
        except ValueError:
            cross = ""
        if not cross:
            raise ValueError(Said("flag.steps", {"value": part.strip()}))
    return steps


def _parse_goodput(pairs: Sequence[str] | None) -> dict[str, float]:
    if not pairs:
        return {}
    from inferometer.metrics import parse_goodput

    try:
        return parse_goodput(pairs)
    except ValueError as error:
        told = {"flag": "--goodput", "why": sentence_of(error)}
        raise ValueError(Said("flag.of", told)) from None


def _check_word(flag: str, value: str) -> None:
    if not _WORD.fullmatch(value):
        raise ValueError(
            Said("flag.word", {"flag": flag_name(flag), "value": value})
        )


def _not_text(flags: BenchFlags) -> list[str]:
    """Flags whose bytes are no text in UTF-8, which neither a server nor a file of results could
    take.
    """
    encoding = sys.getfilesystemencoding()
    reasons: list[str] = []
    for field in fields(flags):
        value = getattr(flags, field.name)
        for text in (
            [value]
            if isinstance(value, str)
            else value
            if isinstance(value, list)
            else []
        ):
            try:
                text.encode()
            except UnicodeEncodeError:
                key = (
                    "flag.not_utf8"
                    if encoding == "utf-8"
                    else "flag.not_locale"
                )
                reasons.append(
                    Said(
                        key,
                        {"flag": flag_name(field.name), "encoding": encoding},
                    )
                )
    return reasons
