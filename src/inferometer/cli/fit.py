"""`inferometer fit`: a twin's profile from ordinary result files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inferometer.cli.option import option
from inferometer.cli.tables import show
from inferometer.cli.telling import notice, say, tell
from inferometer.cli.usage import usage_error
from inferometer.printable import printable
from inferometer.words import Said, in_words, sentence_of, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inferometer.cli.fit_points import Sorted
    from inferometer.engine.twin.configuration import TwinSettings
    from inferometer.engine.twin.fit import Factor, Fit, TwinLadder
    from inferometer.engine.twin.fitted import Fitted, TwinPrediction

DEFAULT_FACTORS = ("weights", "attention", "compute", "host")
SHOWN = ("mean_tpot_ms", "output_throughput", "mean_ttft_ms")
EXIT_MISFIT = 1
MAX_NAMED = 20
"""Points left out that get their own line."""

Results = Annotated[
    list[Path],
    typer.Argument(
        metavar="RESULTS",
        readable=False,  # we name what may not be read, not the parser
        help="Result files of any known tool, or result or run directories.",
    ),
]
Output = Annotated[Path, option("Profile to write, as YAML.", "--output", "-o")]
Card = Annotated[
    str,
    option("Profile of the card that was measured.", metavar="CARD"),
]
Stack = Annotated[str, option("Profile of the engine that was measured.")]
HostProfile = Annotated[str, option("Profile of the host.")]
ModelProfile = Annotated[
    str | None,
    option("Profile of the model.", show_default="by the results' model"),
]
Tp = Annotated[
    int | None,
    option("Tensor parallel size.", show_default="as the results say"),
]
Link = Annotated[
    str | None,
    option("Link between the cards.", show_default="the card's own"),
]
Utilization = Annotated[
    float, option("--gpu-memory-utilization of the server.")
]
MaxLen = Annotated[
    int | None,
    option("--max-model-len of the server.", show_default="the model's"),
]
Budget = Annotated[
    int | None,
    option("--max-num-batched-tokens of the server.", show_default="vLLM's"),
]
MaxSeqs = Annotated[
    int | None,
    option("--max-num-seqs of the server.", show_default="vLLM's"),
]
Blocks = Annotated[
    int | None,
    option("KV blocks that the server logged.", show_default="predicted"),
]
Caching = Annotated[bool, option("Prefix caching of the server.")]
FactorNames = Annotated[
    list[str] | None,
    option(
        "Factor to fit; repeatable, at most 4: weights, attention, compute, prompt-attention, "
        "host, requests, intake, link.",
        metavar="NAME",
        show_default="weights, attention, compute, host",
    ),
]
Prompts = Literal["auto", "shared", "own"]
WhichPrompts = Annotated[
    Prompts,
    option(
        "Whether points repeat each other's prompts on one server: `shared` as `vllm bench "
        "serve` does with one seed, `own` if each point had new ones. `auto` decides by the tool."
    ),
]
Step = Annotated[
    int | None,
    option(
        "The results are a selection of a ladder in which each point had N requests more.",
        metavar="N",
        min=1,
        show_default="no point is missing",
    ),
]


def fit(  # noqa: PLR0917 - typer makes an option of each
    results: Results,
    twin: Card,
    output: Output,
    stack: Stack = "vllm-graphs",
    host_profile: HostProfile = "server",
    model_profile: ModelProfile = None,
    tp: Tp = None,
    link: Link = None,
    gpu_memory_utilization: Utilization = 0.9,
    max_model_len: MaxLen = None,
    max_num_batched_tokens: Budget = None,
    max_num_seqs: MaxSeqs = None,
    num_gpu_blocks_override: Blocks = None,
    enable_prefix_caching: Caching = True,
    factor: FactorNames = None,
    prompts: WhichPrompts = "auto",
    ladder_step: Step = None,
) -> None:
    """Fit a twin's profile to result files, with an interval for each factor.

    The twin repeats the measured points in virtual time, as their client sent them, and the factors
    are chosen so that TPOT, throughput and TTFT come out as measured. A factor that the results do
    not determine is named, and its interval is wide. Use the profile with `inferometer engine
    --fitted`.

    Exit code: 0 if a profile was written that describes the results; 1 if it was written and does
    not; 2 if none was.
    """
    from inferometer.engine.twin.configuration import TwinSettings
    from inferometer.engine.twin.fit import MAX_FACTORS

    if ladder_step is not None and prompts == "own":
        usage_error(Said("fit.no_ladder", {}))
    names = list(dict.fromkeys(factor or DEFAULT_FACTORS))
    if len(names) > MAX_FACTORS:
        usage_error(Said("fit.many", {"n": len(names), "most": MAX_FACTORS}))
    try:
        settings = TwinSettings(
            card=twin,
            model=model_profile or "llama-3.1-8b",
            stack=stack,
            host=host_profile,
            link=link,
            gpu_memory_utilization=gpu_memory_utilization,
            max_model_len=max_model_len,
            max_num_batched_tokens=max_num_batched_tokens,
            max_num_seqs=max_num_seqs,
            num_gpu_blocks=num_gpu_blocks_override,
            prefix_caching=enable_prefix_caching,
        )
        found = _sorted(
            results,
            settings,
            model=model_profile,
            tp=tp,
            prompts=prompts,
            step=ladder_step,
        )
        profile = _fitted(found.ladders, names)
    except ValueError as error:
        usage_error(_why_not(error, max_model_len))
    _write(output, profile, found)
    _tell(profile, found.ladders)
    say("fit.written", path=printable(str(output)))
    if profile.fit.misfits:
        raise typer.Exit(EXIT_MISFIT)


def _tell_left_out(left_out: Sequence[tuple[str, str]]) -> None:
    for name, reason in left_out[:MAX_NAMED]:
        notice(Said("fit.left_out", {"point": name, "why": reason}))
    if (more := len(left_out) - MAX_NAMED) > 0:
        typer.echo(spoken().counted("fit.more", more), err=True)


def _why_not(error: ValueError, max_model_len: int | None) -> Exception | Said:
    from inferometer.engine.twin.memory import OutOfMemoryError

    if isinstance(error, OutOfMemoryError) and max_model_len is None:
        return Said("fit.no_length", {"said": sentence_of(error)})
    return error


def _sorted(
    results: Sequence[Path], settings: TwinSettings, **told: Any
) -> Sorted:
    """`told`: what the files may not say, as `ladders_of` takes it."""
    from inferometer.cli.fit_points import ladders_of
    from inferometer.results import ResultsError, read

    try:
        collection = read(results)
    except ResultsError as error:
        usage_error(error.sentence)
    found = ladders_of(collection.points, settings, **told)
    _tell_left_out(found.left_out)
    if found.of_several:
        notice(Said("fit.several", {"names": ", ".join(found.of_several)}))
    if not found.ladders:
        usage_error(Said("fit.nothing", {}))
    return found


def _fitted(ladders: Sequence[TwinLadder], names: Sequence[str]) -> Fitted:
    """Raises ProfileError or OutOfMemoryError."""
    from inferometer.engine.twin.fit import fit as fit_to
    from inferometer.engine.twin.fitted import fitted

    def progress(number: int, error: float) -> None:
        tell(spoken().text("fit.round", n=number, error=error), err=True)

    return fitted(ladders, fit_to(ladders, names, progress))


def _write(output: Path, profile: Fitted, found: Sorted) -> None:
    import yaml

    from inferometer.engine.twin.fitted import as_plain
    from inferometer.store.atomic import CannotWriteError, write_file

    sources = [
        f"{each.name}: {len(each.loads)} points" for each in found.ladders
    ]
    text = yaml.safe_dump(as_plain(profile, sources), sort_keys=False)
    try:
        write_file(output, text.encode())
    except CannotWriteError as error:
        usage_error(error)


def _tell(profile: Fitted, ladders: Sequence[TwinLadder]) -> None:
    words = spoken()
    say("fit.simulated.note")
    heads = [words.text(f"fit.head.{name}") for name in ("factor", "value")]
    rows = [[name, _factor(each)] for name, each in profile.fit.factors.items()]
    show(heads, rows)
    for name, each in profile.fit.factors.items():
        for sentence in _doubts(name, each):
            tell(in_words(sentence))
    _tell_points(profile, ladders)
    _tell_errors(profile.fit, ladders)


def _factor(each: Factor) -> str:
    return f"{each.value:.3f} ({each.low:.3f} … {each.high:.3f})"


def _doubts(name: str, each: Factor) -> list[Said]:
    found = []
    if not each.is_identified:
        found.append(Said("fit.unidentified", {"name": name}))
    if each.alike:
        others = ", ".join(each.alike)
        found.append(Said("fit.alike", {"name": name, "others": others}))
    return found


def _points(
    profile: Fitted, ladders: Sequence[TwinLadder]
) -> Iterator[tuple[str, Mapping[str, float], Mapping[str, TwinPrediction]]]:
    """What each is called, was measured and would be by the twin."""
    from inferometer.cli.fit_points import load_name

    for ladder in ladders:
        for load, values, found in zip(
            ladder.loads, ladder.values, profile.predict(ladder), strict=True
        ):
            yield f"{ladder.name} {load_name(load)}", values, found


def _tell_points(profile: Fitted, ladders: Sequence[TwinLadder]) -> None:
    from inferometer.report.tables.columns import with_unit

    words = spoken()
    points = [*_points(profile, ladders)]
    for name in SHOWN:
        heads = [
            words.text("fit.head.point"),
            with_unit(name, words),
            words.text("fit.head.twin"),
        ]
        rows = [
            (point, *_compared(values.get(name), found.get(name)))
            for point, values, found in points
        ]
        typer.echo()
        show(heads, rows)
    typer.echo()


def _compared(
    measured: float | None, found: TwinPrediction | None
) -> tuple[str, str]:
    known = "-" if measured is None else f"{measured:,.1f}"
    if found is None:
        return known, "-"
    return known, f"{found.value:,.1f} ({found.low:,.1f} … {found.high:,.1f})"


def _tell_errors(found: Fit, ladders: Sequence[TwinLadder]) -> None:
    from inferometer.cli.fit_points import contradictions
    from inferometer.engine.twin.fit import MIN_LOADS, are_scarce

    words = spoken()
    for name, error in found.errors.items():
        values = {"percent": 100 * error, "n": found.points}
        say("fit.error", name=words.metric(name), **values)
    if are_scarce(ladders):
        say("fit.scarce", least=MIN_LOADS)
    for sentence in contradictions(ladders):
        tell(in_words(sentence))
    for name, times in found.misfits.items():
        say("fit.misfit", name=words.metric_inside(name), times=times)
