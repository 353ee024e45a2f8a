"""`inferometer compare`: is B faster than A, and is that more than chance and drift?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from inferometer.analysis.compare import Comparison

EXIT_SLOWER = 1
EXIT_USAGE = 2


def compare(  # noqa: PLR0917 - typer makes an option of each
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="A B",
            help="Result files of any tool, run directories, or result directories; with --by any number of them.",
        ),
    ],
    by: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION=A,B", help="Compare two values of a condition, such as engine=vllm,sglang or config=B,C."
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="CONDITION=VALUE", help="Only points with this value (or one of several, by commas)."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Such as p99_ttft_ms; may be given again.", show_default="throughputs and latencies"),
    ] = None,
    delta: Annotated[str, typer.Option(metavar="SHARE", help="A difference up to this is of no interest.")] = "2%",
    drift: Annotated[
        str,
        typer.Option(metavar="SHARE", help="What the machine may change by itself between runs that were not taken in turns."),
    ] = "5%",
    pcie: Annotated[
        bool,
        typer.Option("--pcie", help="What a narrow PCIe link costs against a wide one at each load, less what TP=1 shows."),
    ] = False,
    points: Annotated[bool, typer.Option("--points", help="Show every point, however many.")] = False,
    allow_invalid: Annotated[bool, typer.Option("--allow-invalid", help="Use INVALID results too.")] = False,
    fail_on: Annotated[
        Literal["slower", "undecided"], typer.Option(help="What ends with 1; `undecided` includes `slower`.")
    ] = "slower",
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write everything here.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", metavar="FILE", help="Write the tables here.")] = None,
) -> None:
    """Compare two sets of results: what differs, how surely, and whether that is more than chance and drift.

    Points with the same settings are paired; runs that differ in nothing are repeats. The verdict on each metric is faster,
    slower, no difference beyond --delta, or undecided. Among all of them at most 5 % of comparisons have a wrong "faster" or
    "slower". Runs taken in turns (A B B A) are freed of drift; others get an allowance for it.

    With --pcie the sides are the narrowest and the widest pcie_width, or --by config=B,C (the narrow one first), and the exit
    code is 0 whatever the cost.

    Exit code: 0 if nothing is slower, 1 if something is (with --fail-on undecided: or if the summary has something undecided),
    2 if there is nothing to compare.
    """
    from inferometer.analysis.cautions import CannotCompareError
    from inferometer.analysis.compare import DEFAULT_METRICS
    from inferometer.analysis.compare import compare as compare_points
    from inferometer.cli import compare_sides, compare_view
    from inferometer.results.read import ResultsError
    from inferometer.store.atomic import CannotWriteError

    try:
        shares = compare_sides.share(delta, "--delta"), compare_sides.share(drift, "--drift")
        if pcie:
            study, problems = compare_sides.read_links(
                sources, by=by, where=where or (), metrics=metric, delta=shares[0], drift=shares[1], allow_invalid=allow_invalid
            )
            _write(asdict(study), compare_view.links_as_markdown(study), json=json, markdown=markdown)
            _tell(problems)
            compare_view.show_links(study, every_point=points)
            return
        sides = compare_sides.read_sides(sources, by=by, where=where or ())
        comparison = compare_points(
            sides.a,
            sides.b,
            names=sides.names,
            metrics=tuple(dict.fromkeys(metric or DEFAULT_METRICS)),
            delta=shares[0],
            drift=shares[1],
            allow_invalid=allow_invalid,
        )
        _write(comparison.to_dict(), compare_view.as_markdown(comparison), json=json, markdown=markdown)
    except (CannotCompareError, ResultsError, CannotWriteError, ValueError) as error:
        typer.echo(f"inferometer: {error}", err=True)
        raise typer.Exit(EXIT_USAGE) from None
    _tell(sides.problems)
    compare_view.show(comparison, every_point=points)
    raise typer.Exit(_exit_code(comparison, fail_on))


def _tell(problems: Iterable[str]) -> None:
    for problem in problems:
        typer.echo(f"inferometer: {problem}", err=True)


def _write(content: dict[str, Any], tables: str, *, json: Path | None, markdown: Path | None) -> None:
    import orjson

    from inferometer.store.atomic import write_file

    if json is not None:
        write_file(json, orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if markdown is not None:
        write_file(markdown, tables.encode())


def _exit_code(comparison: Comparison, fail_on: str) -> int:
    undecided = fail_on == "undecided" and any(row.verdict == "undecided" for row in comparison.headline)
    return EXIT_SLOWER if comparison.has("slower") or undecided else 0
