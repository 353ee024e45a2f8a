"""What a campaign is: the models of its file, and the plain values it expands to. A point's own
settings are RunSpec's.

The file is read and checked as a whole in `campaign_file`, expanded in `expand`; starting servers
and keeping the ledger of what is done is none of this room's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    WithJsonSchema,
    model_validator,
)

from inferometer.spec.axis import (
    NonNegativeIntAxis,
    PositiveFloatAxis,
    PositiveIntAxis,
)
from inferometer.spec.base import (
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ReasonsError,
    Spec,
)
from inferometer.spec.output import (
    AnyPrice,
    Cards,
    Goodput,
    IdleSeconds,
    Metrics,
    Monitor,
    Output,
    Percentiles,
    once,
)
from inferometer.spec.pattern import in_schema, like
from inferometer.spec.run import Load, RunSpec, Sampling, Timeouts, Workers
from inferometer.spec.server_recipe import ServerRecipe
from inferometer.spec.target import COMPARISON_IN_SCHEMA, campaign_target
from inferometer.spec.workload import AnyWorkload, RandomWorkload
from inferometer.vocabulary import LATENCY_NAMES

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$"


def _comparison(text: str) -> str:
    campaign_target("it", text)
    return text


Name = Annotated[
    str,
    like(_NAME, "name"),
    in_schema(_NAME),
]
"""What becomes part of ids and file names: no separator and no character a shell or a glob would
take for its own.
"""

Threshold = Annotated[
    str, AfterValidator(_comparison), in_schema(COMPARISON_IN_SCHEMA)
]
"""What a metric is to reach: "> 1800", "any > 1800", "< 100 if concurrency<=32" (see `target`)."""
Cache = Literal["cold", "warm"]

OVERRIDDEN = ("workload", "load", "sampling")
"""Sections of a group that replace single keys of the campaign's."""


_CACHE = {"enum": ["cold", "warm"]}
CacheAxis = Annotated[
    tuple[Cache, ...],
    AfterValidator(once),
    BeforeValidator(lambda axis: [axis] if isinstance(axis, str) else axis),
    WithJsonSchema({"anyOf": [_CACHE, {"type": "array", "items": _CACHE}]}),
]


class CampaignError(ReasonsError):
    """The campaign cannot be run as written; reasons name file and line where there is one."""


class Hardware(Spec):
    """A named hardware configuration, as its owner declares it. What can be checked of it is
    checked when it runs.
    """

    gpus: PositiveInt = 1
    pcie_generation: Annotated[int, Field(ge=1, le=7)] | None = None
    pcie_width: Literal[1, 2, 4, 8, 16] | None = None
    """Lanes of each card."""
    bandwidth_gb_s: PositiveFloat | None = None
    """Of each card's link, GB/s in one direction."""
    cards: Cards | None = None
    """PCI addresses of the accelerators that the server uses, such as `0000:03:00.0`; needed on a
    host that has others too."""
    instruction: str | None = None
    """What a person has to do to bring it about, such as "set the slot to x8". The run asks for
    it, whatever starts the server, and waits until somebody confirms it."""
    cost_per_hour: NonNegativeFloat | None = None
    """Of the whole configuration, in whatever currency; instead of the campaign's own."""
    twin: Name | None = None
    """Card that a rehearsal simulates, as `inferometer engine --twin` calls it; instead of the
    campaign's. Says nothing of the cards that are measured."""


class Cell(Spec):
    """Some settings of a point, which go together: a row of `paired` or `include`, or what
    `exclude` leaves out.
    """

    input_len: PositiveInt | None = None
    output_len: PositiveInt | None = None
    prefix_len: NonNegativeInt | None = None
    max_concurrency: PositiveInt | None = None
    request_rate: Annotated[float, Field(gt=0)] | None = None
    burstiness: Annotated[float, Field(gt=0)] | None = None
    num_prompts: PositiveInt | None = None
    cache: Cache | None = None


class Matrix(Spec):
    """Which points there are: all rows of `paired` crossed with all values of the axes, in the
    order of these fields, the last quickest; less what `exclude` matches, and after that
    `include`.
    """

    paired: tuple[Cell, ...] = ()
    input_len: PositiveIntAxis = ()
    output_len: PositiveIntAxis = ()
    prefix_len: NonNegativeIntAxis = ()
    max_concurrency: PositiveIntAxis = ()
    request_rate: PositiveFloatAxis = ()
    burstiness: PositiveFloatAxis = ()
    num_prompts: PositiveIntAxis = ()
    cache: CacheAxis = ()
    """`[cold, warm]`: each point twice, the second time with the prompts of the first."""
    num_prompts_per_concurrency: PositiveInt | None = None
    """num_prompts = this × max_concurrency, where num_prompts is not given: every level then takes
    about as long.
    """
    include: tuple[Cell, ...] = ()
    exclude: tuple[Cell, ...] = ()


class GroupSpec(Spec):
    """One test: a server, and the points measured on it. What it leaves out is the campaign's."""

    id: Name
    model: str
    """Alias of the campaign's models."""
    server: str
    """Name of a recipe."""
    hardware: str | None = None
    tp: PositiveInt = 1
    """Tensor parallelism."""
    matrix: Matrix | None = None
    """Instead of the campaign's."""
    workload: AnyWorkload | None = None
    """Keys given here replace the campaign's, one by one, unless the kind is another; so do those
    of `load` and `sampling`.
    """
    load: Load | None = None
    sampling: Sampling | None = None


class CampaignSpec(Spec):
    """A campaign file."""

    name: Name
    about: str = ""
    seed: NonNegativeInt = 0
    result_dir: Annotated[str, Field(min_length=1)] = "bench_results"
    """Folder of the result files, from where the command is run."""
    file_name: Annotated[str, Field(min_length=1)] = (
        "{group}_{input}_np{n}_c{c}_{time}.json"
    )
    """Pattern of the result files' names; what it may hold is `FILE_NAME_FIELDS` in `expand`."""
    twin: Name | None = None
    """Card that a rehearsal simulates where the hardware names none, as `inferometer engine --twin`
    calls it. Says nothing of the cards that are measured."""
    hardware: dict[Name, Hardware] = Field(default_factory=dict)
    models: Annotated[dict[Name, str], Field(min_length=1)]
    """Alias to model id."""
    servers: Annotated[dict[Name, ServerRecipe], Field(min_length=1)]
    groups: Annotated[tuple[GroupSpec, ...], Field(min_length=1)]
    matrix: Matrix = Matrix()
    workload: AnyWorkload = RandomWorkload()
    load: Load = Load()
    sampling: Sampling = Sampling()
    timeouts: Timeouts = Timeouts()
    workers: Workers = 1
    repeats: Annotated[int, Field(ge=1, le=1000)] = 1
    interleave: tuple[
        Annotated[tuple[Name, ...], Field(min_length=2)], ...
    ] = ()
    """Groups on different servers, two or more in a list, whose points are measured A B C, C B A, …
    over an even number of repeats (2 unless `repeats` says otherwise), so that what drifts weighs
    on all alike. A group stands for all that share its server; lists that share a group are one.
    """
    order: Literal["listed", "shuffled", "interleaved"] = "listed"
    """Within a group. listed: as written, repeats of a point in a row. shuffled: by the seed.
    interleaved: all points, then all of them backwards, and so on (ABBA), once a repeat.
    """
    recheck: bool = True
    """At the end, measure points once more that do not fit the points at the loads beside them.
    false: do not look for any.
    """
    goodput: Goodput = Field(default_factory=dict)
    """Limits that a good request keeps, ms."""
    metrics: Metrics = LATENCY_NAMES
    """Latencies in the result files."""
    percentiles: Percentiles = (50.0, 90.0, 99.0)
    detailed: bool = False
    """Put the arrays of every request into the result files too."""
    targets: dict[Name, Threshold] = Field(default_factory=dict)
    """What the results are to reach, such as `output_throughput: "> 1800"`."""
    cost_per_hour: NonNegativeFloat | None = None
    price: AnyPrice = None
    """Of the deployment: `2.5/h`, or by its energy `0.12/kWh`, with PUE `0.12/kWh*1.3`."""
    telemetry: bool = True
    """Sample accelerators and host while a point is measured."""
    monitor: Monitor | None = None
    """Address of `inferometer monitor --serve` on the server's host, where that is another."""
    idle_seconds: IdleSeconds = 0.0
    """Seconds without a request before each point, 10 or more, to learn the power of idle cards."""

    @property
    def output(self) -> Output:
        """What is to come out of each point; the runner decides where its files go."""
        return Output(
            metrics=self.metrics,
            percentiles=self.percentiles,
            goodput=self.goodput,
            detailed=self.detailed,
            price=self.price,
            telemetry=self.telemetry,
            monitor=self.monitor,
            idle_seconds=self.idle_seconds,
        )

    @model_validator(mode="before")
    @classmethod
    def _repeat_what_is_interleaved(cls, given: Any) -> Any:
        return (
            {"repeats": 2, **given}
            if isinstance(given, dict) and given.get("interleave")
            else given
        )

    @model_validator(mode="before")
    @classmethod
    def _complete_groups(cls, given: Any) -> Any:
        """Give each group what it leaves to the campaign of a section it has."""
        groups = given.get("groups") if isinstance(given, dict) else None
        if not isinstance(groups, list):
            return given
        return {
            **given,
            "groups": [_completed(group, given) for group in groups],
        }


def _completed(group: Any, campaign: dict[str, Any]) -> Any:
    if not isinstance(group, dict):
        return group
    completed = dict(group)
    for section in OVERRIDDEN:
        base, own = campaign.get(section), group.get(section)
        if isinstance(base, dict) and isinstance(own, dict):
            kind = base.get("kind", "random")
            completed[section] = (
                {**base, **own} if own.get("kind", kind) == kind else own
            )
    return completed


@dataclass(frozen=True, slots=True)
class ServerNeed:
    """The server that a group of points needs, ready to be started."""

    recipe_name: str
    recipe: ServerRecipe
    """With every placeholder filled: `command` can be run as it stands."""
    hardware_name: str | None
    hardware: Hardware | None
    model_alias: str
    model_id: str
    served_model: str
    tp: int
    max_model_len: int | None
    """What the recipe declares, else what the group's points need where the command sets it; None
    where nobody says.
    """
    declared: dict[str, Any]
    """What `identity` is, once."""
    longest_request: int | None = None
    """Prompt and output of the longest request of its points, tokens; None where only a file
    tells."""
    twin: str | None = None
    """Card that a rehearsal simulates."""
    binding: str = ""
    """What the person who starts the server has to know of the address that its command binds."""

    def identity(self) -> dict[str, Any]:
        """What the server is by declaration, plain JSON values: it becomes `RunSpec.server`."""
        return dict(self.declared)


@dataclass(frozen=True, slots=True)
class PlannedPoint:
    """One point of the plan."""

    id: str
    """Unique in the campaign, readable and fit for globs: `1C-1k/np17`, and `1C-1k/np17#2` for its
    second repeat.
    """
    spec: RunSpec
    file_name_fields: dict[str, str]
    """What the file-name pattern may name, all but the time."""
    after: str | None = None
    """Id of the cold point whose prompts this one repeats: it must have been measured before, on
    the same server start, or the cache is not warm.
    """


@dataclass(frozen=True, slots=True)
class Group:
    """Points under one server start."""

    id: str
    """The ids of its tests, joined by `+`."""
    tests: tuple[str, ...]
    """Ids of the file's groups that it was made of."""
    server: ServerNeed
    points: tuple[PlannedPoint, ...]
