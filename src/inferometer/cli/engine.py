"""`inferometer engine`: the embedded engine by hand, to try things on."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from inferometer.cli.panel import panel
from inferometer.words import in_words

timing, server = panel("Timing"), panel("Server")

Ttft = Annotated[float, timing("Time to the first event, in ms.")]
Itl = Annotated[
    float, timing("Time between events of a single request, in ms.")
]
EventTokens = Annotated[int, timing("Tokens in each event.")]
Jitter = Annotated[
    float, timing("Relative standard deviation of each time; 0.1 is 10 %.")
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
    int, timing("Maximum length of prompt plus output, in tokens.")
]
Seed = Annotated[int, timing("Seed of jitter and faults.")]
Host = Annotated[
    str,
    server(
        "Address to listen on; the default is reachable from this host only."
    ),
]
Port = Annotated[int, server("Port to listen on; 0 selects a free one.")]
Model = Annotated[str, server("Model name in the API.")]
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
    ttft_ms: Ttft = 50.0,
    itl_ms: Itl = 20.0,
    tokens_per_event: EventTokens = 1,
    jitter: Jitter = 0.0,
    max_num_seqs: MaxSeqs = None,
    itl_growth_ms: ItlGrowth = 0.0,
    prefill_ms_per_1k_tokens: Prefill = 0.0,
    max_model_len: MaxLen = 131_072,
    seed: Seed = 0,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    model: Model = "embedded",
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
            refused_fields=tuple(refuse_field or ()),
            faults=faults,
        )
    except ValueError as error:
        raise typer.BadParameter(in_words(error)) from None
    raise typer.Exit(serve(settings, front))


def _list_faults() -> NoReturn:
    from inferometer.engine.faults import FAULTS

    for name, what in FAULTS.items():
        typer.echo(f"{name:14} {what}")
    raise typer.Exit
