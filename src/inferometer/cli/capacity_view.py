"""What `inferometer capacity` shows of its answers: table, limits, figure and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from inferometer.cli.tables import show
from inferometer.cli.telling import say, tell
from inferometer.cli.unverified import unverified_in_words
from inferometer.cli.usage import usage_error
from inferometer.printable import printable
from inferometer.words import in_words, spoken

if TYPE_CHECKING:
    from inferometer.engine.twin.capacity import (
        CapacityAnswer,
        CapacityLimits,
        Demand,
    )
    from inferometer.engine.twin.client import TwinLoad
    from inferometer.spec.target import Threshold

SHOWN = ("p99_ttft_ms", "mean_tpot_ms", "output_throughput")
AFTER = (
    "capacity.head.fits",
    "capacity.head.kv",
    "capacity.head.hits",
    "capacity.head.w",
    "capacity.head.kwh",
)
BAR = 21
"""Columns of an interval's picture, the target in its middle."""
DECADE = log(10)
"""From the middle to an end of the picture."""


def show_answers(
    answers: Sequence[CapacityAnswer],
    demand: Demand,
    prices: dict[str, float],
) -> None:
    from inferometer.report.tables.columns import with_unit

    words = spoken()
    for line in (words.text("capacity.simulated"), *_unverified(answers)):
        tell(line)
    names = ("deployment", "cards", "status", "picture")
    heads = [words.text(f"capacity.head.{name}") for name in names]
    heads[-1] += f" {demand.targets[0]}"
    heads += [with_unit(name, words) for name in SHOWN]
    heads += map(words.text, AFTER)
    if prices:
        costs = ("capacity.head.hour", "capacity.head.per_million")
        heads += map(words.text, costs)
    show(heads, [_row(each, demand, prices) for each in answers])
    for reason in dict.fromkeys(each.reason for each in answers):
        if reason:
            which = [name_of(e) for e in answers if e.reason == reason]
            named = {"ids": words.listed(which), "reason": in_words(reason)}
            say("caution.named", **named)
    refused = [each for each in answers if each.status == "refused"]
    if any(each.settings.max_model_len is None for each in refused):
        say("capacity.no_length")
    _tell_next(answers, demand)


def _unverified(answers: Sequence[CapacityAnswer]) -> list[str]:
    return unverified_in_words([each.settings for each in answers])


def _row(
    found: CapacityAnswer, demand: Demand, prices: dict[str, float]
) -> list[str]:
    words = spoken()
    status = words.text(f"capacity.status.{found.status}")
    if found.status == "refused":
        rest = len(SHOWN) + len(AFTER) + 1 + 2 * bool(prices)
        return [name_of(found), "-", status, *["-"] * rest]
    if not found.is_fitted:
        status += words.text("capacity.unfitted")
    elif found.outside:
        status += words.text("capacity.extrapolated")
    picture = _picture(found, demand.targets[0])
    row = [name_of(found), str(found.cards), status, picture]
    for name in SHOWN:
        said = found.values.get(name)
        row.append(
            "-"
            if said is None
            else f"{said.value:,.0f} ({said.low:,.0f} … {said.high:,.0f})"
        )
    energy = found.kwh_per_million_tokens
    row += [
        f"{found.fits_at_once * found.replicas:,.0f}",
        f"{100 * found.kv_peak:.0f}",
        "-" if found.prefix_hits is None else f"{100 * found.prefix_hits:.0f}",
        f"{found.card_w * found.cards:,.0f}",
        "-" if energy is None else f"{energy:.2f}",
    ]
    if prices:
        row += [_money(each) for each in _costs(found, prices)]
    return row


def name_of(found: CapacityAnswer) -> str:
    settings = found.settings
    parts = [f"{found.replicas} × {settings.card}", f"tp{settings.tp}"]
    for name in ("link", "max_num_batched_tokens", "max_num_seqs"):
        value = getattr(settings, name)
        if value is not None:
            parts.append(f"{name}={value}")
    return " ".join(parts)


def _picture(found: CapacityAnswer, target: Threshold) -> str:
    """The interval as a line with its value, on a logarithmic scale around the target."""
    said = found.values.get(target.metric)
    if said is None or target.limit <= 0:
        return ""
    low, value, high = (
        _column(each / target.limit)
        for each in (said.low, said.value, said.high)
    )
    line = [" "] * BAR
    line[low : high + 1] = "─" * (high + 1 - low)
    line[BAR // 2] = "┃"
    line[value] = "●"
    return "".join(line)


def _column(ratio: float) -> int:
    place = log(max(ratio, 1e-9)) / DECADE
    return round(BAR // 2 * (1 + max(-1.0, min(1.0, place))))


def hourly_cost(
    found: CapacityAnswer, prices: dict[str, float]
) -> float | None:
    price = prices.get(found.settings.card)
    return None if price is None else price * found.cards


def _costs(
    found: CapacityAnswer, prices: dict[str, float]
) -> tuple[float | None, float | None]:
    """(per hour, per million output tokens)."""
    from inferometer.results.derived import per_million

    hourly = hourly_cost(found, prices)
    said = found.values.get("output_throughput")
    if hourly is None or said is None or not said.value:
        return hourly, None
    return hourly, per_million(hourly, said.value)


def _money(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"


def _tell_next(answers: Sequence[CapacityAnswer], demand: Demand) -> None:
    """What to measure to be sure."""
    best = next((e for e in answers if e.status in {"meets", "unsure"}), None)
    if best is None:
        none_starts = answers and all(e.status == "refused" for e in answers)
        key = "capacity.none_starts" if none_starts else "capacity.none"
        say(key)
        return
    say("capacity.measure", name=name_of(best))
    targets = " ".join(f"--assert '{target}'" for target in demand.targets)
    typer.echo(f"  {_command(demand.share(best.replicas))} {targets}")


def _command(share: TwinLoad) -> str:
    """What measures one replica under its share of the load."""
    load = (
        f"--max-concurrency {share.max_concurrency}"
        if share.max_concurrency
        else f"--request-rate {share.request_rate:g}"
    )
    prompts = max(share.requests, 2 * (share.max_concurrency or 0))
    own = max(1, share.prompt_tokens - share.prefix_tokens)  # as bench demands
    prefix = share.prompt_tokens - own
    shared = f"--random-prefix-len {prefix} " if prefix else ""
    return (
        f"inferometer bench --model MODEL {shared}--random-input-len {own} "
        f"--random-output-len {share.output_tokens} --num-prompts {prompts} {load} "
        "--ignore-eos"
    )


def tell_limits(bounds: dict[str, CapacityLimits], demand: Demand) -> None:
    if not bounds:
        return
    words = spoken()
    unit = "req/s" if demand.users is None else words.text("capacity.at_once")
    names = ("misses_from", "kv_half", "kv_full")
    rows = []
    for deployment, found in bounds.items():
        loads = [getattr(found, name) for name in names]
        rows.append([deployment, *(_bound(load, demand) for load in loads)])
    heads = [words.text(f"capacity.head.{e}") for e in ("deployment", *names)]
    say("capacity.limits", unit=unit)
    show(heads, rows)


def _bound(load: float | None, demand: Demand) -> str:
    """Beyond the loads that were tried, only on which side of them it is."""
    from inferometer.engine.twin.capacity import MAX_GROWTH, MIN_GROWTH

    if load is None:
        return f"> {demand.times(MAX_GROWTH).load:,.3g}"
    if not load:
        return f"≤ {demand.times(MIN_GROWTH).load:,.3g}"
    return f"{load:,.3g}"


def draw(
    path: Path,
    answers: Sequence[CapacityAnswer],
    demand: Demand,
    prices: dict[str, float],
) -> None:
    from inferometer.report.figures.capacity import Deployment, draw_capacity
    from inferometer.report.figures.writing import write
    from inferometer.store.atomic import CannotWriteError

    deployments = [
        Deployment(
            name_of(each),
            each.status,
            {
                metric: (said.low, said.value, said.high)
                for metric, said in each.values.items()
            },
            each.card_w * each.cards,
            hourly_cost(each, prices),
        )
        for each in answers
        if each.status != "refused"
    ]
    words = spoken()
    if not deployments:
        tell(words.text("capacity.not_drawn"), err=True)
        return
    limits = {target.metric: target.limit for target in demand.targets}
    drawing = draw_capacity(
        path.stem,
        deployments,
        limits,
        _load_in_words(demand),
        words,
        more=_unverified(answers),
    )
    form = path.suffix.removeprefix(".")
    try:
        write([drawing], path.parent, formats=[form], language=words.language)
    except CannotWriteError as error:
        usage_error(error)
    tell(words.text("capacity.drawn", path=printable(str(path))), err=True)


def _load_in_words(demand: Demand) -> str:
    lengths = {"input": demand.prompt_tokens, "output": demand.output_tokens}
    if demand.users is not None:
        told = {**lengths, "users": demand.users}
        return spoken().text("capacity.load.users", **told)
    return spoken().text(
        "capacity.load.rate", rate=demand.request_rate, **lengths
    )


def print_json(
    answers: Sequence[CapacityAnswer],
    prices: dict[str, float],
    bounds: dict[str, CapacityLimits],
) -> None:
    import orjson

    from inferometer.engine.twin.profiles import unverified_rates

    plain = []
    for each in answers:
        hourly, per_million = _costs(each, prices)
        limits = bounds.get(name_of(each))
        plain.append(
            asdict(each)
            | {
                "simulated": True,
                "power_fitted": False,
                "unverified": unverified_rates(each.settings.card),
                "cards": each.cards,
                "cost_per_hour": hourly,
                "cost_per_million_tokens": per_million,
                "limits": limits and asdict(limits),
            }
        )
    typer.echo(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode())
