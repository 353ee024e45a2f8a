"""`inferometer capacity`: which deployments would serve a load within its targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inferometer.cli.run_ending import tell_fitted
from inferometer.cli.tables import show
from inferometer.cli.unverified import unverified_in_words
from inferometer.cli.usage import usage_error
from inferometer.printable import printable
from inferometer.words import Said, in_words, spoken

if TYPE_CHECKING:
    from inferometer.engine.twin.capacity import (
        CapacityAnswer,
        CapacityLimits,
        Demand,
    )
    from inferometer.engine.twin.configuration import TwinSettings
    from inferometer.engine.twin.fitted import Fitted
    from inferometer.spec.target import Threshold

EXIT_NONE = 1
SHOWN = ("p99_ttft_ms", "mean_tpot_ms", "output_throughput")
AFTER = (
    "capacity.head.fits",
    "capacity.head.kv",
    "capacity.head.hits",
    "capacity.head.w",
    "capacity.head.kwh",
)
CANDIDATES = (1, 2, 4, 8)
BAR = 21
"""Columns of an interval's picture, the target in its middle."""
DECADE = log(10)
"""From the middle to an end of the picture."""
ORDER = ("meets", "unsure", "misses", "refused")

Cards = Annotated[
    list[str],
    typer.Option(
        "--card", metavar="CARD", help="Card to consider; repeatable."
    ),
]
ModelProfile = Annotated[str, typer.Option(help="Profile of the model.")]
InputLen = Annotated[int, typer.Option(min=1, help="Prompt tokens.")]
OutputLen = Annotated[int, typer.Option(min=1, help="Output tokens.")]
Rate = Annotated[
    float | None,
    typer.Option(
        help="Requests per second, of all replicas together.",
        show_default="none: give this or --max-concurrency",
    ),
]
Users = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Requests at once, of all replicas together.",
        show_default="none: give this or --request-rate",
    ),
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--assert",
        metavar="TARGET",
        help="Target to meet, such as 'p99_ttft_ms < 300'; repeatable.",
        show_default="p99_ttft_ms < 1000, mean_tpot_ms < 100",
    ),
]
MaxCards = Annotated[
    int,
    typer.Option(min=1, max=1024, help="Cards of a deployment at the most."),
]
Tps = Annotated[
    list[int] | None,
    typer.Option(
        "--tp",
        min=1,
        help="Tensor parallel size to consider; repeatable.",
        show_default="1, 2, 4, 8",
    ),
]
Stack = Annotated[str, typer.Option(help="Profile of the engine.")]
HostProfile = Annotated[str, typer.Option(help="Profile of the host.")]
Links = Annotated[
    list[str] | None,
    typer.Option(
        "--link",
        help="Link between the cards to consider; repeatable.",
        show_default="the card's own",
    ),
]
MaxLen = Annotated[
    int | None,
    typer.Option(
        help="--max-model-len of the engine.", show_default="the model's"
    ),
]
Budgets = Annotated[
    list[int] | None,
    typer.Option(
        "--max-num-batched-tokens",
        help="Setting of the engine to consider; repeatable.",
        show_default="vLLM's",
    ),
]
Seqs = Annotated[
    list[int] | None,
    typer.Option(
        "--max-num-seqs",
        help="Setting of the engine to consider; repeatable.",
        show_default="vLLM's",
    ),
]
FittedProfiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--fitted",
        metavar="FILE",
        help="Profile that `inferometer fit` wrote, used where card, stack and host are its own; "
        "repeatable.",
        show_default="wider intervals",
    ),
]
Prices = Annotated[
    list[str] | None,
    typer.Option(
        "--price",
        metavar="CARD=PER_HOUR",
        help="Price of a card per hour, in any currency; repeatable.",
        show_default="no costs",
    ),
]
Prefix = Annotated[
    int,
    typer.Option(
        min=0,
        help="Tokens at the beginning of each prompt that all prompts share; --input-len counts "
        "them too.",
    ),
]
Limits = Annotated[
    bool,
    typer.Option(
        "--limits",
        help="Find the load from which each deployment misses a target, and from which half and "
        "all of its KV cache is in use.",
    ),
]
FigureFile = Annotated[
    Path | None,
    typer.Option(
        "--figure",
        metavar="FILE",
        help="Draw the answer to this file, .svg or .png.",
        show_default="no figure",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def capacity(  # noqa: PLR0917 - typer makes an option of each
    card: Cards,
    input_len: InputLen,
    output_len: OutputLen,
    model_profile: ModelProfile = "llama-3.1-8b",
    request_rate: Rate = None,
    max_concurrency: Users = None,
    assert_: Targets = None,
    max_cards: MaxCards = 8,
    tp: Tps = None,
    stack: Stack = "vllm-graphs",
    host_profile: HostProfile = "server",
    link: Links = None,
    max_model_len: MaxLen = None,
    max_num_batched_tokens: Budgets = None,
    max_num_seqs: Seqs = None,
    fitted: FittedProfiles = None,
    price: Prices = None,
    prefix_len: Prefix = 0,
    limits: Limits = False,
    figure: FigureFile = None,
    as_json: AsJson = False,
) -> None:
    """Find deployments that serve a load within its targets, before a machine is bought.

    The twin simulates one replica of each card, tensor parallel size, link and engine setting, with
    its share of the load, and finds the fewest replicas that meet the targets. All numbers are
    simulated, with 90 % intervals; the best candidates come with the command that measures them.
    Power is a guess that was never fitted.

    Exit code: 0 if a deployment meets the targets, surely or perhaps; 1 if none does; 2 for a usage
    error.
    """
    from inferometer.cli.fitted_file import read_fitted

    try:
        lengths = (input_len, output_len, prefix_len)
        demand = _demand(lengths, request_rate, max_concurrency, assert_)
        profiles = [read_fitted(path) for path in fitted or ()]
        prices = _prices(price or (), card)
        _check_figure(figure)
        candidates = _candidates(
            card,
            tp or CANDIDATES,
            link,
            max_num_batched_tokens,
            max_num_seqs,
            model=model_profile,
            stack=stack,
            host=host_profile,
            max_model_len=max_model_len,
        )
        answers = _answers(candidates, demand, max_cards, profiles)
    except ValueError as error:
        usage_error(error)
    answers.sort(key=lambda each: _rank(each, prices))
    bounds = _bounds(answers, demand, profiles) if limits else {}
    if as_json:
        _print_json(answers, prices, bounds)
    else:
        _tell(answers, demand, prices)
        _tell_bounds(bounds, demand)
    if figure is not None:
        _draw(figure, answers, demand, prices)
    if not answers or answers[0].status in {"misses", "refused"}:
        raise typer.Exit(EXIT_NONE)


def _answers(
    candidates: Iterable[TwinSettings],
    demand: Demand,
    max_cards: int,
    profiles: Sequence[Fitted],
) -> list[CapacityAnswer]:
    """Raises ValueError."""
    from inferometer.engine.twin.capacity import answer

    return [
        answer(settings, demand, max_cards, profiles)
        for settings in candidates
        if settings.tp <= max_cards
    ]


def _demand(
    lengths: tuple[int, int, int],
    rate: float | None,
    users: int | None,
    targets: Sequence[str] | None,
) -> Demand:
    """`lengths`: of prompts, answers and the shared prefix. Raises ValueError."""
    from inferometer.engine.twin.capacity import Demand, metrics
    from inferometer.spec.target import parse_target

    if (rate is None) == (users is None):
        raise ValueError(Said("capacity.one_load", {}))
    if rate is not None and not 0 < rate < 1e6:
        raise ValueError(Said("capacity.rate", {"value": rate}))
    prompt, output, prefix = lengths
    if prefix > prompt:
        values: dict[str, object] = {"prefix": prefix, "prompt": prompt}
        raise ValueError(Said("capacity.prefix", values))
    asked = targets or ("p99_ttft_ms < 1000", "mean_tpot_ms < 100")
    parsed = tuple(map(parse_target, asked))
    for each in parsed:
        if each.metric not in metrics():
            values = {"name": each.metric, "known": ", ".join(metrics())}
            raise ValueError(Said("capacity.metric", values))
        if each.where or each.quantifier:
            told = {"target": f"{each.metric} {each.op} {each.limit:g}"}
            raise ValueError(Said("capacity.target", told))
    return Demand(prompt, output, rate, users, parsed, prefix)


def _prices(told: Sequence[str], cards: Sequence[str]) -> dict[str, float]:
    """Raises ValueError, also for a price of a card that is not considered."""
    prices = dict(map(_price, told))
    if others := [name for name in prices if name not in cards]:
        values = {"names": others, "cards": list(dict.fromkeys(cards))}
        raise ValueError(Said("capacity.price_of_others", values))
    return prices


def _price(text: str) -> tuple[str, float]:
    """Raises ValueError."""
    name, _, value = text.partition("=")
    try:
        price = float(value)
    except ValueError:
        price = -1.0
    if not 0 <= price < 1e9:
        raise ValueError(Said("capacity.price", {"text": text}))
    return name, price


def _candidates(
    cards: Sequence[str],
    tps: Sequence[int],
    links: Sequence[str] | None,
    budgets: Sequence[int] | None,
    seqs: Sequence[int] | None,
    **same: Any,
) -> Iterator[TwinSettings]:
    """Links differ only where there are several cards. Raises ValueError."""
    from itertools import product

    from inferometer.engine.twin.configuration import TwinSettings

    _check_names(cards, links or (), same)
    settings: list[Sequence[int | None]] = [budgets or [None], seqs or [None]]
    for card, tp in product(dict.fromkeys(cards), dict.fromkeys(tps)):
        chosen: Sequence[str | None] = (links or [None]) if tp > 1 else [None]
        for link, (budget, seq) in product(chosen, product(*settings)):
            yield TwinSettings(
                card=card,
                tp=tp,
                link=link,
                max_num_batched_tokens=budget,
                max_num_seqs=seq,
                **same,
            )


def _check_names(
    cards: Sequence[str], links: Sequence[str], same: Mapping[str, Any]
) -> None:
    """Raises ProfileError: a misspelt name is no deployment that does not start."""
    from inferometer.engine.twin import profiles

    for card in cards:
        profiles.load_profile(profiles.CardProfile, card)
    for link in links:
        profiles.load_link(link)
    profiles.load_profile(profiles.ModelShape, same["model"])
    profiles.load_profile(profiles.StackProfile, same["stack"])
    profiles.load_profile(profiles.HostProfile, same["host"])


def _hourly(found: CapacityAnswer, prices: dict[str, float]) -> float | None:
    price = prices.get(found.settings.card)
    return None if price is None else price * found.cards


def _rank(
    found: CapacityAnswer, prices: dict[str, float]
) -> tuple[int, float, int]:
    """The best first: by status, then cost, then number of cards."""
    cost = _hourly(found, prices)
    unknown = float("inf") if prices else 0.0
    return (
        ORDER.index(found.status),
        unknown if cost is None else cost,
        found.cards,
    )


def _tell(
    answers: Sequence[CapacityAnswer],
    demand: Demand,
    prices: dict[str, float],
) -> None:
    words = spoken()
    for line in (words.text("capacity.simulated"), *_unverified(answers)):
        tell_fitted(line)
    names = ("deployment", "cards", "status", "picture")
    heads = [words.text(f"capacity.head.{name}") for name in names]
    heads[-1] += f" {demand.targets[0]}"
    heads += [*SHOWN, *map(words.text, AFTER)]
    if prices:
        costs = ("capacity.head.hour", "capacity.head.per_million")
        heads += map(words.text, costs)
    show(heads, [_row(each, demand, prices) for each in answers])
    for reason in dict.fromkeys(each.reason for each in answers):
        if reason:
            which = [_name(e) for e in answers if e.reason == reason]
            typer.echo(f"{words.listed(which)}: {in_words(reason)}")
    refused = [each for each in answers if each.status == "refused"]
    if any(each.settings.max_model_len is None for each in refused):
        typer.echo(words.text("capacity.no_length"))
    _tell_next(answers, demand)


def _unverified(answers: Sequence[CapacityAnswer]) -> list[str]:
    return unverified_in_words(each.settings.card for each in answers)


def _row(
    found: CapacityAnswer, demand: Demand, prices: dict[str, float]
) -> list[str]:
    words = spoken()
    status = words.text(f"capacity.status.{found.status}")
    if found.status == "refused":
        rest = len(SHOWN) + len(AFTER) + 1 + 2 * bool(prices)
        return [_name(found), "-", status, *["-"] * rest]
    if not found.is_fitted:
        status += words.text("capacity.unfitted")
    elif found.outside:
        status += words.text("capacity.extrapolated")
    picture = _picture(found, demand.targets[0])
    row = [_name(found), str(found.cards), status, picture]
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


def _name(found: CapacityAnswer) -> str:
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


def _costs(
    found: CapacityAnswer, prices: dict[str, float]
) -> tuple[float | None, float | None]:
    """(per hour, per million output tokens)."""
    from inferometer.results.derived import per_million

    hourly = _hourly(found, prices)
    said = found.values.get("output_throughput")
    if hourly is None or said is None or not said.value:
        return hourly, None
    return hourly, per_million(hourly, said.value)


def _money(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"


def _tell_next(answers: Sequence[CapacityAnswer], demand: Demand) -> None:
    """What to measure to be sure."""
    words = spoken()
    best = next((e for e in answers if e.status in {"meets", "unsure"}), None)
    if best is None:
        none_starts = answers and all(e.status == "refused" for e in answers)
        key = "capacity.none_starts" if none_starts else "capacity.none"
        typer.echo(words.text(key))
        return
    share = demand.share(best.replicas)
    load = (
        f"--max-concurrency {share.max_concurrency}"
        if share.max_concurrency
        else f"--request-rate {share.request_rate:g}"
    )
    prompts = max(share.requests, 2 * (share.max_concurrency or 0))
    prefix = share.prefix_tokens
    own = share.prompt_tokens - prefix
    shared = f"--random-prefix-len {prefix} " if prefix else ""
    typer.echo(words.text("capacity.measure", name=_name(best)))
    typer.echo(
        f"  inferometer bench --model MODEL {shared}--random-input-len {own} "
        f"--random-output-len {share.output_tokens} --num-prompts {prompts} {load} "
        "--ignore-eos "
        + " ".join(f"--assert '{target}'" for target in demand.targets)
    )


def _bounds(
    answers: Sequence[CapacityAnswer],
    demand: Demand,
    profiles: Sequence[Fitted],
) -> dict[str, CapacityLimits]:
    """By deployment, of those that start."""
    from inferometer.engine.twin.capacity import limits

    return {
        _name(each): limits(each, demand, profiles)
        for each in answers
        if each.status != "refused"
    }


def _tell_bounds(bounds: dict[str, CapacityLimits], demand: Demand) -> None:
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
    typer.echo(words.text("capacity.limits", unit=unit))
    show(heads, rows)


def _bound(load: float | None, demand: Demand) -> str:
    """Beyond the loads that were tried, only on which side of them it is."""
    from inferometer.engine.twin.capacity import MAX_GROWTH, MIN_GROWTH

    if load is None:
        return f"> {demand.times(MAX_GROWTH).load:,.3g}"
    if not load:
        return f"≤ {demand.times(MIN_GROWTH).load:,.3g}"
    return f"{load:,.3g}"


def _check_figure(path: Path | None) -> None:
    """Raises ValueError."""
    if path is not None and path.suffix not in {".svg", ".png"}:
        raise ValueError(Said("capacity.figure", {"path": str(path)}))


def _draw(
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
            _name(each),
            each.status,
            {
                metric: (said.low, said.value, said.high)
                for metric, said in each.values.items()
            },
            each.card_w * each.cards,
            _hourly(each, prices),
        )
        for each in answers
        if each.status != "refused"
    ]
    words = spoken()
    if not deployments:
        typer.echo(words.text("capacity.not_drawn"), err=True)
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
    typer.echo(
        words.text("capacity.drawn", path=printable(str(path))), err=True
    )


def _load_in_words(demand: Demand) -> str:
    lengths = {"input": demand.prompt_tokens, "output": demand.output_tokens}
    if demand.users is not None:
        told = {**lengths, "users": demand.users}
        return spoken().text("capacity.load.users", **told)
    return spoken().text(
        "capacity.load.rate", rate=demand.request_rate, **lengths
    )


def _print_json(
    answers: Sequence[CapacityAnswer],
    prices: dict[str, float],
    bounds: dict[str, CapacityLimits],
) -> None:
    import orjson

    from inferometer.engine.twin.profiles import unverified_rates

    plain = []
    for each in answers:
        hourly, per_million = _costs(each, prices)
        limits = bounds.get(_name(each))
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
