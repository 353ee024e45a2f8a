"""`inferometer engine`: the embedded engine by hand, to try things on."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

_TIMING = "Timing"
_SERVER = "Server"

Faults = Annotated[
    str,
    typer.Option(
        help="Faults to inject: names with :share, #request and @event, such as "
        "stall:0.01,reset:0.02@5,http-503#200+. `--faults help` lists them.",
        metavar="LIST",
        show_default="none",
        rich_help_panel=_SERVER,
    ),
]
TruthFile = Annotated[
    str | None,
    typer.Option(
        help=(
            "Record the true time of every event and write this .npz file at the end (also at GET "
            "/truth)."
        ),
        metavar="FILE",
        show_default="not recorded",
        rich_help_panel=_SERVER,
    ),
]


def engine(  # noqa: PLR0917 - typer makes an option of each
    ttft_ms: Annotated[
        float, typer.Option(help="Time to the first event, in ms.", rich_help_panel=_TIMING)
    ] = 50.0,
    itl_ms: Annotated[
        float,
        typer.Option(
            help="Time between events of a single request, in ms.", rich_help_panel=_TIMING
        ),
    ] = 20.0,
    tokens_per_event: Annotated[
        int, typer.Option(help="Tokens in each event.", rich_help_panel=_TIMING)
    ] = 1,
    jitter: Annotated[
        float,
        typer.Option(
            help="Relative standard deviation of each time; 0.1 is 10 %.", rich_help_panel=_TIMING
        ),
    ] = 0.0,
    max_num_seqs: Annotated[
        int | None,
        typer.Option(
            help="Maximum concurrent requests; others queue.",
            show_default="no limit",
            rich_help_panel=_TIMING,
        ),
    ] = None,
    itl_growth_ms: Annotated[
        float,
        typer.Option(
            help="ITL increase per additional running request, in ms.", rich_help_panel=_TIMING
        ),
    ] = 0.0,
    prefill_ms_per_1k_tokens: Annotated[
        float,
        typer.Option(help="TTFT increase per 1000 prompt tokens, in ms.", rich_help_panel=_TIMING),
    ] = 0.0,
    max_model_len: Annotated[
        int,
        typer.Option(
            help="Maximum length of prompt plus output, in tokens.", rich_help_panel=_TIMING
        ),
    ] = 131_072,
    seed: Annotated[
        int, typer.Option(help="Seed of jitter and faults.", rich_help_panel=_TIMING)
    ] = 0,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; the default is reachable from this host only.",
            rich_help_panel=_SERVER,
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 selects a free one.", rich_help_panel=_SERVER)
    ] = 8000,
    model: Annotated[
        str, typer.Option(help="Model name in the API.", rich_help_panel=_SERVER)
    ] = "embedded",
    backend: Annotated[
        list[str] | None,
        typer.Option(
            help="Wire format, as in `bench`; repeatable. (default: vLLM's)",
            rich_help_panel=_SERVER,
        ),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            help="API key required on /v1 endpoints.",
            envvar="INFEROMETER_ENGINE_API_KEY",
            show_default="none required",
            rich_help_panel=_SERVER,
        ),
    ] = None,
    faults: Faults = "",
    truth: TruthFile = None,
) -> None:
    """Run a server with known timing: the API of vLLM or others, without a model.

    Point any client at the URL that it prints; Ctrl-C stops it. Every answer has exactly the
    requested length, and one word is one token.

    The first event leaves TTFT + prefill × prompt tokens / 1000 after the request was admitted. The
    others follow at intervals of ITL + growth × (running requests - 1).
    """
    if faults == "help":
        _list_faults()
    from inferometer.engine.api import VLLM_BACKENDS, FrontSettings
    from inferometer.engine.model import EngineSettings
    from inferometer.engine.serve import serve

    try:
        settings = EngineSettings(
            ttft_ms=ttft_ms,
            itl_ms=itl_ms,
            tokens_per_event=tokens_per_event,
            jitter=jitter,
            max_num_seqs=max_num_seqs,
            itl_growth_ms=itl_growth_ms,
            prefill_ms_per_1k_tokens=prefill_ms_per_1k_tokens,
            max_model_len=max_model_len,
            seed=seed,
        )
        backends = tuple(backend or VLLM_BACKENDS)
        front = FrontSettings(
            host=host,
            port=port,
            model=model,
            backends=backends,
            api_key=api_key,
            truth_file=truth,
            faults=faults,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    raise typer.Exit(serve(settings, front))


def _list_faults() -> NoReturn:
    from inferometer.engine.faults import FAULTS

    for name, what in FAULTS.items():
        typer.echo(f"{name:14} {what}")
    raise typer.Exit
