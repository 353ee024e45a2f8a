"""Output: what is to come out of a measurement: the numbers that are reported, and what is saved
of them. It changes nothing of what is sent, so it is no part of a point's identity.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from inferometer.spec.base import PositiveFloat, Spec
from inferometer.spec.flags import parse_base_url
from inferometer.vocabulary import LATENCY_NAMES, LatencyName
from inferometer.words import Said

Item = TypeVar("Item")


def once(values: tuple[Item, ...]) -> tuple[Item, ...]:
    """Each value once, in the order of its first place."""
    return tuple(dict.fromkeys(values))


Metrics = Annotated[tuple[LatencyName, ...], AfterValidator(once)]
Percentiles = Annotated[
    tuple[Annotated[float, Field(ge=0, le=100)], ...], AfterValidator(once)
]
Goodput = dict[LatencyName, PositiveFloat]


MIN_PUE, MAX_PUE = 1, 10


class Price(Spec):
    """What the deployment costs: by the hour, or by its energy."""

    amount: PositiveFloat
    """In whatever currency."""
    currency: Annotated[str, Field(max_length=4)] = ""
    """As it was written, such as `$` or `CNY`; it is printed, and nothing is converted."""
    per: Literal["h", "kWh"]
    pue: Annotated[float, Field(ge=MIN_PUE, le=MAX_PUE)] = 1.0
    """Energy that the building takes ÷ energy of the cards."""

    def __str__(self) -> str:
        pue = f" × PUE {self.pue:g}" if self.pue > 1 else ""
        before, after = self.currency, ""
        if self.currency.isalpha():
            before, after = "", f" {self.currency}"
        return f"{before}{self.amount:g}{after}/{self.per}{pue}"


_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_CURRENCY = r"[^0-9\s.,:;/*×+\-'\"]{0,4}"
_HOUR, _KWH = r"h|hr|hour|小时|小時", r"kWh|kwh|KWH|度"
_PRICE = (
    rf"({_CURRENCY})({_NUMBER})({_CURRENCY})/"
    rf"(?:({_HOUR})|({_KWH})(?:[*×]({_NUMBER}))?)"
)


def _price(told: Any) -> Any:
    """`2.5/h`, `$2.5/hour`, `0.12 EUR/kWh` or `0.12/kWh*1.3`, as people write it."""
    if told is None or isinstance(told, Price | dict):
        return told
    found = re.fullmatch(_PRICE, str(told).replace(" ", ""))
    if found is None or not float(found[2]):
        raise ValueError(Said("price.wanted"))
    before, amount, after, hour, _, pue = found.groups()
    currency = before or after
    if (before and after) or not all(map(_is_of_currency, currency)):
        raise ValueError(Said("price.wanted"))
    if pue and not MIN_PUE <= float(pue) <= MAX_PUE:
        raise ValueError(Said("price.pue"))
    return {
        "amount": amount,
        "currency": currency,
        "per": "h" if hour else "kWh",
        **({"pue": pue} if pue else {}),
    }


def _is_of_currency(character: str) -> bool:
    """A letter of `CNY` or 元, or a sign such as ¥."""
    return character.isalpha() or unicodedata.category(character) == "Sc"


AnyPrice = Annotated[
    Price | None,
    BeforeValidator(_price),
    WithJsonSchema({"type": "string", "pattern": f"^{_PRICE}$"}),
]


def _addresses(cards: tuple[str, ...]) -> tuple[str, ...]:
    """As the kernel writes them."""
    return once(tuple(card.strip().lower() for card in cards))


Cards = Annotated[
    tuple[Annotated[str, Field(max_length=100)], ...],
    AfterValidator(_addresses),
]


def _monitor(address: str) -> str:
    with suppress(ValueError):
        url = parse_base_url(address)
        if url.startswith("http://"):
            return url
    raise ValueError(Said("monitor.address"))


Monitor = Annotated[str, AfterValidator(_monitor)]
IdleSeconds = Annotated[float, Field(ge=0, le=600)]


class Output(Spec):
    """What is to come out of a measurement."""

    metrics: Metrics = LATENCY_NAMES
    """Latencies in the JSON file and the report."""
    percentiles: Percentiles = (50.0, 90.0, 99.0)
    goodput: Goodput = Field(default_factory=dict)
    """Limits that a good request keeps, ms, by latency; empty for none."""
    dialects: tuple[str, ...] = ()
    """Other tools in whose definitions the run is reported too."""
    detailed: bool = False
    """Keep the generated texts, and put the arrays of every request into the JSON file."""
    label: str | None = None
    """Recorded in the JSON file, and the start of its default name."""
    metadata: dict[str, str] = Field(default_factory=dict)
    """Recorded at the top level of the JSON file."""
    directory: Path | None = None
    """Where results are saved; None saves nothing."""
    file_name: str | None = None
    """Of the JSON file; None makes one of backend, rate, model and date."""
    append: bool = False
    """Add a line to the JSON file where it exists."""
    telemetry: bool = True
    """Sample the machine while a point is measured."""
    monitor: Monitor | None = None
    """Address of `inferometer monitor --serve` on the server's host, where that is another."""
    cards: Cards | None = None
    """PCI addresses of the accelerators under test; None where nobody says which they are."""
    idle_seconds: IdleSeconds = 0.0
    """Seconds without a request before each point, to learn the power of the idle cards."""
    price: AnyPrice = None
    """Of the deployment, for what tokens cost."""
