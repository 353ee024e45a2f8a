"""`inferometer capacity`: which deployments would serve a load within its targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inferometer.cli.capacity_view import (
    draw,
    hourly_cost,
    name_of,
    print_json,
    show_answers,
    tell_limits,
)
from inferometer.cli.option import option
from inferometer.cli.telling import notice
from inferometer.cli.usage import usage_error
from inferometer.words import Said

if TYPE_CHECKING:
    from inferometer.engine.twin.capacity import (
        CapacityAnswer,
        CapacityLimits,
        Demand,
    )
    from inferometer.engine.twin.configuration import TwinSettings
    from inferometer.engine.twin.fitted import Fitted

EXIT_NONE = 1
CANDIDATES = (1, 2, 4, 8)
ORDER = ("meets", "unsure", "misses", "refused")

Cards = Annotated[
    list[str],
    option("Card to consider; repeatable.", metavar="CARD"),
]
ModelProfile = Annotated[str, option("Profile of the model.")]
InputLen = Annotated[int, option("Prompt tokens.", min=1)]
OutputLen = Annotated[int, option("Output tokens.", min=1)]
Rate = Annotated[
    float | None,
    option(
        "Requests per second, of all replicas together.",
        show_default="none: give this or --max-concurrency",
    ),
]
Users = Annotated[
    int | None,
    option(
        "Requests at once, of all replicas together.",
        min=1,
        show_default="none: give this or --request-rate",
    ),
]
Targets = Annotated[
    list[str] | None,
    option(
        "Target to meet, such as 'p99_ttft_ms < 300'; repeatable.",
        "--assert",
        metavar="TARGET",
        show_default="p99_ttft_ms < 1000, mean_tpot_ms < 100",
    ),
]
MaxCards = Annotated[
    int,
    option("Cards of a deployment at the most.", min=1, max=1024),
]
Tps = Annotated[
    list[int] | None,
    option(
        "Tensor parallel size to consider; repeatable.",
        min=1,
        show_default="1, 2, 4, 8",
    ),
]
Stack = Annotated[str, option("Profile of the engine.")]
HostProfile = Annotated[str, option("Profile of the host.")]
Links = Annotated[
    list[str] | None,
    option(
        "Link between the cards to consider; repeatable.",
        show_default="the card's own",
    ),
]
MaxLen = Annotated[
    int | None,
    option("--max-model-len of the engine.", show_default="the model's"),
]
EngineSetting = Annotated[
    list[int] | None,
    option(
        "Setting of the engine to consider; repeatable.",
        show_default="vLLM's",
    ),
]
FittedProfiles = Annotated[
    list[Path] | None,
    option(
        "Profile that `inferometer fit` wrote, used where card, stack and host are its own; "
        "repeatable.",
        metavar="FILE",
        show_default="wider intervals",
    ),
]
Prices = Annotated[
    list[str] | None,
    option(
        "Price of a card per hour, in any currency; repeatable.",
        metavar="CARD=PER_HOUR",
        show_default="no costs",
    ),
]
Prefix = Annotated[
    int,
    option(
        "Tokens at the beginning of each prompt that all prompts share; --input-len counts "
        "them too.",
        min=0,
    ),
]
Limits = Annotated[
    bool,
    option(
        "Find the load from which each deployment misses a target, and from which half and "
        "all of its KV cache is in use.",
        "--limits",
    ),
]
FigureFile = Annotated[
    Path | None,
    option(
        "Draw the answer to this file, .svg or .png.",
        metavar="FILE",
        show_default="no figure",
    ),
]
AsJson = Annotated[bool, option("Print JSON.", "--json")]


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
    max_num_batched_tokens: EngineSetting = None,
    max_num_seqs: EngineSetting = None,
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
    simulated, with 90% intervals; the best candidates come with the command that measures them.
    Power is a guess that was never fitted.

    Exit code: 0 if a deployment meets the targets, surely or perhaps; 1 if none does; 2 for a usage
    error.
    """
    from inferometer.cli.fitted_file import read_all_fitted

    try:
        lengths = (input_len, output_len, prefix_len)
        demand = _demand(lengths, request_rate, max_concurrency, assert_)
        profiles = read_all_fitted(fitted or ())
        prices = _prices(price or (), card)
        _check_figure(figure)
        candidates = _candidates(
            card,
            _sizes(tp, max_cards),
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
        print_json(answers, prices, bounds)
    else:
        show_answers(answers, demand, prices)
        tell_limits(bounds, demand)
    if figure is not None:
        draw(figure, answers, demand, prices)
    if answers[0].status in {"misses", "refused"}:
        raise typer.Exit(EXIT_NONE)


def _sizes(typed: Sequence[int] | None, max_cards: int) -> list[int]:
    """Tensor parallel sizes for which there are cards. Raises ValueError where there is none."""
    kept = [each for each in typed or CANDIDATES if each <= max_cards]
    beyond = sorted(set(typed or ()) - set(kept))
    if not beyond:
        return kept
    told = {"tp": beyond, "cards": max_cards, "least": beyond[0]}
    if not kept:
        raise ValueError(Said("capacity.tp_none", told))
    notice(Said("capacity.tp_left_out", told))
    return kept


def _answers(
    candidates: Sequence[TwinSettings],
    demand: Demand,
    max_cards: int,
    profiles: Sequence[Fitted],
) -> list[CapacityAnswer]:
    """Raises ValueError, also for a profile that no deployment has: it would be missed."""
    from inferometer.engine.twin.capacity import answer

    for profile in profiles:
        if not any(map(profile.is_about, candidates)):
            own = profile.settings
            told = {"card": own.card, "stack": own.stack, "host": own.host}
            raise ValueError(Said("capacity.unused_fit", told))
    return [answer(each, demand, max_cards, profiles) for each in candidates]


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
) -> list[TwinSettings]:
    """Links differ only where there are several cards. Raises ValueError."""
    from itertools import product

    from inferometer.engine.twin.configuration import TwinSettings

    _check_names(cards, links or (), same)
    settings: list[Sequence[int | None]] = [budgets or [None], seqs or [None]]
    found = []
    for card, tp in product(dict.fromkeys(cards), dict.fromkeys(tps)):
        chosen: Sequence[str | None] = (links or [None]) if tp > 1 else [None]
        for link, (budget, seq) in product(chosen, product(*settings)):
            found.append(
                TwinSettings(
                    card=card,
                    tp=tp,
                    link=link,
                    max_num_batched_tokens=budget,
                    max_num_seqs=seq,
                    **same,
                )
            )
    return found


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


def _rank(
    found: CapacityAnswer, prices: dict[str, float]
) -> tuple[int, float, int]:
    """The best first: by status, then cost, then number of cards."""
    cost = hourly_cost(found, prices)
    unknown = float("inf") if prices else 0.0
    return (
        ORDER.index(found.status),
        unknown if cost is None else cost,
        found.cards,
    )


def _bounds(
    answers: Sequence[CapacityAnswer],
    demand: Demand,
    profiles: Sequence[Fitted],
) -> dict[str, CapacityLimits]:
    """By deployment, of those that start."""
    from inferometer.engine.twin.capacity import limits

    return {
        name_of(each): limits(each, demand, profiles)
        for each in answers
        if each.status != "refused"
    }


def _check_figure(path: Path | None) -> None:
    """Raises ValueError."""
    if path is not None and path.suffix not in {".svg", ".png"}:
        raise ValueError(Said("capacity.figure", {"path": str(path)}))
