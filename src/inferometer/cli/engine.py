"""`inferometer engine`: the embedded engine by hand, to try things on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from inferometer.cli.option import panel
from inferometer.words import Said, in_words, spoken

if TYPE_CHECKING:
    from inferometer.engine.model import EngineSettings
    from inferometer.engine.twin.configuration import TwinSettings

timing, twins, server = panel("Timing"), panel("Twin"), panel("Server")

TIMING = (
    "ttft_ms",
    "itl_ms",
    "tokens_per_event",
    "jitter",
    "itl_growth_ms",
    "prefill_ms_per_1k_tokens",
)
"""Parameters that a twin has no use for."""
TWIN = (
    "model_profile",
    "stack",
    "host_profile",
    "tp",
    "link",
    "gpu_memory_utilization",
    "max_num_batched_tokens",
    "num_gpu_blocks_override",
    "enable_prefix_caching",
    "no_enable_prefix_caching",
    "speed",
    "fitted",
)
"""Parameters that only a twin has a use for."""

Ttft = Annotated[float, timing("Time to the first event, in ms.")]
Itl = Annotated[
    float, timing("Time between events of a single request, in ms.")
]
EventTokens = Annotated[int, timing("Tokens in each event.")]
Jitter = Annotated[
    float, timing("Relative standard deviation of each time; 0.1 is 10%.")
]
MaxSeqs = Annotated[
    int | None,
    timing(
        "Maximum concurrent requests; others queue.", show_default="no limit"
    ),
]
ItlGrowth = Annotated[
    float, timing("ITL increase per additional running request, in ms.")
]
Prefill = Annotated[
    float, timing("TTFT increase per 1000 prompt tokens, in ms.")
]
MaxLen = Annotated[
    int | None,
    timing(
        "Maximum length of prompt plus output, in tokens.",
        show_default="131072; with --twin, the model's",
    ),
]
Card = Annotated[
    str | None,
    twins(
        "Simulate vLLM on this card: its scheduler, its KV cache and the time of each step are "
        "computed. What comes out is simulated, not measured.",
        metavar="CARD",
        show_default="set times",
    ),
]
ModelProfile = Annotated[
    str, twins("Profile of the model that the twin serves.")
]
Stack = Annotated[
    str, twins("Profile of the engine: its version, eager or with graphs.")
]
HostName = Annotated[
    str, twins("Profile of the host: what its CPU costs per layer.")
]
Tp = Annotated[int, twins("Tensor parallel size.")]
Link = Annotated[
    str | None,
    twins(
        "Link between the cards, such as pcie4x8, pcie5x16-nop2p or nvlink4.",
        show_default="the card's own",
    ),
]
Utilization = Annotated[float, twins("Share of the card's memory to use.")]
Budget = Annotated[
    int | None,
    twins("Maximum tokens of a step.", show_default="vLLM's"),
]
Blocks = Annotated[
    int | None,
    twins(
        "KV blocks, as a real engine has logged them.", show_default="predicted"
    ),
]
Caching = Annotated[
    bool, twins("Prefix caching.", "--enable-prefix-caching", hidden=True)
]
NoCaching = Annotated[
    bool,
    twins(
        "Switch prefix caching off; it is on, as in vLLM.",
        "--no-enable-prefix-caching",
    ),
]
"""A flag of its own: a pair of names as long as these leaves no room for the help."""
Speed = Annotated[
    float,
    twins("Seconds of the model's time per second; 10 is ten times faster."),
]
FittedProfile = Annotated[
    Path | None,
    twins(
        "Profile that `inferometer fit` wrote, for this card, stack and host.",
        metavar="FILE",
        show_default="no factor is fitted",
    ),
]
Seed = Annotated[int, timing("Seed of jitter and faults.")]
Host = Annotated[
    str,
    server(
        "Address to listen on; the default is reachable from this host only."
    ),
]
Port = Annotated[int, server("Port to listen on; 0 selects a free one.")]
Model = Annotated[
    str | None,
    server(
        "Model name in the API.",
        show_default="embedded; with --twin, simulated-…",
    ),
]
Backends = Annotated[
    list[str] | None,
    server("Wire format, as in `bench`; repeatable. (default: vLLM's)"),
]
ApiKey = Annotated[
    str | None,
    server(
        "API key required on /v1 endpoints.",
        envvar="INFEROMETER_ENGINE_API_KEY",
        show_default="none required",
    ),
]
RefusedFields = Annotated[
    list[str] | None,
    server(
        "Request field to refuse with HTTP 400, such as ignore_eos; repeatable.",
        metavar="NAME",
        show_default="none",
    ),
]
Faults = Annotated[
    str,
    server(
        "Faults to inject: names with :share, #request and @event, such as "
        "stall:0.01,reset:0.02@5,http-503#200+. `--faults help` lists them.",
        metavar="LIST",
        show_default="none",
    ),
]
TruthFile = Annotated[
    str | None,
    server(
        "Record the true time of every event and write this .npz file at the end (also at GET "
        "/truth).",
        metavar="FILE",
        show_default="not recorded",
    ),
]


def engine(  # noqa: PLR0917 - typer makes an option of each
    ctx: typer.Context,
    ttft_ms: Ttft = 50.0,
    itl_ms: Itl = 20.0,
    tokens_per_event: EventTokens = 1,
    jitter: Jitter = 0.0,
    max_num_seqs: MaxSeqs = None,
    itl_growth_ms: ItlGrowth = 0.0,
    prefill_ms_per_1k_tokens: Prefill = 0.0,
    max_model_len: MaxLen = None,
    seed: Seed = 0,
    twin: Card = None,
    model_profile: ModelProfile = "llama-3.1-8b",
    stack: Stack = "vllm-graphs",
    host_profile: HostName = "server",
    tp: Tp = 1,
    link: Link = None,
    gpu_memory_utilization: Utilization = 0.9,
    max_num_batched_tokens: Budget = None,
    num_gpu_blocks_override: Blocks = None,
    enable_prefix_caching: Caching = True,
    no_enable_prefix_caching: NoCaching = False,
    speed: Speed = 1.0,
    fitted: FittedProfile = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    model: Model = None,
    backend: Backends = None,
    api_key: ApiKey = None,
    refuse_field: RefusedFields = None,
    faults: Faults = "",
    truth: TruthFile = None,
) -> None:
    """Run a server with known timing: the API of vLLM or others, without a model.

    Point any client at the URL that it prints; Ctrl-C stops it. Every answer has exactly the
    requested length, and one word is one token.

    The first event leaves TTFT + prefill × prompt tokens / 1000 after the request was admitted. The
    others follow at intervals of ITL + growth × (running requests - 1).

    With --twin it simulates vLLM on a card instead: docs/twin.md.
    """
    if faults == "help":
        _list_faults()
    from inferometer.engine.api import VLLM_BACKENDS, FrontSettings
    from inferometer.engine.serve import serve

    try:
        settings = _settings(ctx)
        front = FrontSettings(
            host=host,
            port=port,
            model=model or _model_name(settings),
            backends=tuple(backend or VLLM_BACKENDS),
            api_key=api_key,
            truth_file=truth,
            refused_fields=tuple(refuse_field or ()),
            faults=faults,
        )
    except ValueError as error:
        raise typer.BadParameter(in_words(error)) from None
    raise typer.Exit(serve(settings, front))


def _settings(ctx: typer.Context) -> EngineSettings | TwinSettings:
    """Of the model behind the front. Raises ValueError."""
    if ctx.params["twin"] is None:
        _refuse_given(ctx, TWIN, "twin.without")
        return _timed_settings(ctx.params)
    _refuse_given(ctx, TIMING, "twin.timing")
    settings = _twin_settings(ctx.params)
    fitted = ctx.params["fitted"]
    if fitted is None:
        return settings
    from inferometer.cli.fitted_file import read_fitted

    return read_fitted(fitted).applied(settings)


def _timed_settings(asked: Mapping[str, Any]) -> EngineSettings:
    from inferometer.engine.model import EngineSettings

    names = [*TIMING, "max_num_seqs", "max_model_len", "seed"]
    chosen = {name: asked[name] for name in names}
    if chosen["max_model_len"] is None:
        del chosen["max_model_len"]
    return EngineSettings(**chosen)


def _twin_settings(asked: Mapping[str, Any]) -> TwinSettings:
    from inferometer.engine.twin.configuration import TwinSettings

    same = ["tp", "link", "speed", "seed", "gpu_memory_utilization"]
    same += ["max_model_len", "max_num_seqs", "max_num_batched_tokens"]
    return TwinSettings(
        card=asked["twin"],
        model=asked["model_profile"],
        stack=asked["stack"],
        host=asked["host_profile"],
        prefix_caching=not asked["no_enable_prefix_caching"],
        num_gpu_blocks=asked["num_gpu_blocks_override"],
        **{name: asked[name] for name in same},
    )


def _refuse_given(ctx: typer.Context, names: Sequence[str], key: str) -> None:
    """Nothing that was typed is ignored in silence."""
    given = [
        parameter.opts[0]
        for parameter in ctx.command.params
        if parameter.name in names and _is_given(ctx, str(parameter.name))
    ]
    if given:
        raise ValueError(Said(key, {"flags": ", ".join(given)}))


def _is_given(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _model_name(settings: EngineSettings | TwinSettings) -> str:
    """And, of a twin, what it is, on standard error. Raises ValueError."""
    from inferometer.cli.unverified import unverified_in_words
    from inferometer.engine.twin.configuration import TwinSettings, make_twin

    if not isinstance(settings, TwinSettings):
        return "embedded"
    twin = make_twin(settings)
    names = twin.unverified()
    values = {
        "what": twin.simulates,
        "blocks": f"{twin.memory.blocks:,}",
        "tokens": f"{twin.memory.tokens(twin.rules.max_model_len):,}",
        "n": len(names),
        "names": ", ".join(names),
    }
    for line in (
        spoken().text("twin.notice", **values),
        *unverified_in_words([settings]),
    ):
        typer.echo(line, err=True)
    return twin.name


def _list_faults() -> NoReturn:
    from inferometer.engine.faults import FAULTS

    for name, what in FAULTS.items():
        typer.echo(f"{name:14} {what}")
    raise typer.Exit
