"""From the flags about traffic to a load."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from inferometer.cli.bench_flags import BenchFlags
from inferometer.cli.flag_errors import FlagsError, sentences
from inferometer.spec import flags as parse
from inferometer.spec.load import Load

FLAG_OF_FIELD = {
    "strategy": "--ramp-up-strategy",
    "start_rps": "--ramp-up-start-rps",
    "end_rps": "--ramp-up-end-rps",
    "steps": "--rate-steps",
    "rate": "--rate-steps",
    "seconds": "--rate-steps",
}

RAMP = ("ramp_up_strategy", "ramp_up_start_rps", "ramp_up_end_rps")


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
    if flags.num_prompts is not None:
        fields["num_prompts"] = flags.num_prompts
    if flags.when_full not in ("wait", "drop"):
        reasons.append(
            f"--when-full {flags.when_full!r} is not one of wait, "
            f"drop{parse.did_you_mean(flags.when_full, ['wait', 'drop'])}."
        )
    elif flags.when_full == "drop":
        fields["when_full"] = "drop"
    try:
        fields["request_rate"] = parse.parse_rate(flags.request_rate)
    except ValueError as error:
        reasons.append(str(error))
    try:
        fields["steps"] = parse_steps(flags.rate_steps)
    except ValueError as error:
        reasons.append(str(error))
    try:
        load = Load(**fields)
    except ValidationError as error:
        raise FlagsError([*reasons, *sentences(error, FLAG_OF_FIELD)]) from None
    if reasons:
        raise FlagsError(reasons)
    return load


def _ramp(flags: BenchFlags, reasons: list[str]) -> dict[str, Any] | None:
    strategy, start_rps, end_rps = (getattr(flags, name) for name in RAMP)
    if strategy is None and start_rps is None and end_rps is None:
        return None
    if start_rps is None or end_rps is None:
        reasons.append("A ramp needs both ends: --ramp-up-start-rps and --ramp-up-end-rps.")
        return None
    return {"strategy": strategy or "linear", "start_rps": start_rps, "end_rps": end_rps}


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
            raise ValueError(
                f"--rate-steps wants RATExSECONDS, such as 5x60,20x30, not {part.strip()!r}."
            )
    return steps
