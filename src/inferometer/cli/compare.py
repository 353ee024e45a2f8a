"""`inferometer compare`: is B faster than A, beyond chance and drift?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inferometer.cli.option import option
from inferometer.cli.telling import notice
from inferometer.cli.usage import usage_error

if TYPE_CHECKING:
    from inferometer.analysis.compare import Comparison
    from inferometer.cli.compare_sides import ComparisonRequest

EXIT_SLOWER = 1

Sources = Annotated[
    list[Path],
    typer.Argument(
        metavar="A B",
        readable=False,  # we name what may not be read, not the parser
        help="Result files of any known tool, or result or run directories: two; with --by or "
        "--pcie, any number.",
    ),
]
By = Annotated[
    str | None,
    option(
        "Compare two values of a condition, such as engine=vllm,sglang or config=B,C.",
        metavar="CONDITION=A,B",
    ),
]
Where = Annotated[
    list[str] | None,
    option(
        "Use only points with this value, or one of several: tp=1,2; repeatable.",
        metavar="CONDITION=VALUE",
    ),
]
Metrics = Annotated[
    list[str] | None,
    option(
        "Metric to compare, such as p99_ttft_ms; repeatable.",
        metavar="NAME",
        show_default="throughputs and latencies",
    ),
]
Delta = Annotated[
    str,
    option("Differences up to this count as none.", metavar="SHARE"),
]
Drift = Annotated[
    str,
    option(
        "Drift to allow for between runs that did not alternate.",
        metavar="SHARE",
    ),
]
Pcie = Annotated[
    bool,
    option(
        "Show what a narrow PCIe link costs at each load, less the difference at TP=1.",
        "--pcie",
    ),
]
Points = Annotated[bool, option("Show all points.", "--points")]
AllowInvalid = Annotated[
    bool, option("Also use INVALID results.", "--allow-invalid")
]
FailOn = Annotated[
    Literal["slower", "undecided"],
    option(
        "Which results make the exit code 1; `undecided` also covers `slower`."
    ),
]
Json = Annotated[
    Path | None,
    option("Write the full comparison to this file.", metavar="FILE"),
]
Markdown = Annotated[
    Path | None,
    option("Write the tables to this file.", metavar="FILE"),
]


def compare(  # noqa: PLR0917 - typer makes an option of each
    sources: Sources,
    by: By = None,
    where: Where = None,
    metric: Metrics = None,
    delta: Delta = "2%",
    drift: Drift = "5%",
    pcie: Pcie = False,
    points: Points = False,
    allow_invalid: AllowInvalid = False,
    fail_on: FailOn = "slower",
    json: Json = None,
    markdown: Markdown = None,
) -> None:
    """Compare two sets of results: which differences exceed chance and drift?

    Points with the same settings are paired; runs with the same settings are repeats. Each metric
    is faster, slower, without a difference beyond --delta, or undecided. At most 5% of comparisons
    contain a wrong "faster" or "slower". Alternating runs (A B B A) cancel drift; for other runs,
    --drift is allowed for.

    With --pcie, A and B are the narrowest and the widest pcie_width, or the two values of --by
    config=B,C (narrow first), and the exit code is 0 whatever the cost.

    Exit code: 0 if nothing is slower; 1 if something is (with --fail-on undecided, also if the
    summary contains an undecided metric); 2 if there is nothing to compare.
    """
    from inferometer.analysis.cautions import CannotCompareError
    from inferometer.cli.compare_sides import asked
    from inferometer.results.reader import ResultsError
    from inferometer.store.atomic import CannotWriteError

    try:
        wanted = asked(
            sources,
            by=by,
            where=where,
            metrics=metric,
            delta=delta,
            drift=drift,
            allow_invalid=allow_invalid,
        )
    except ValueError as error:
        usage_error(error)
    try:
        if pcie:
            _links(wanted, every_point=points, json=json, markdown=markdown)
            return
        comparison = _sides(
            wanted, every_point=points, json=json, markdown=markdown
        )
    except (CannotCompareError, ResultsError, CannotWriteError) as error:
        usage_error(error)
    undecided = fail_on == "undecided" and any(
        row.verdict == "undecided" for row in comparison.headline
    )
    raise typer.Exit(
        EXIT_SLOWER if comparison.has("slower") or undecided else 0
    )


def _sides(
    wanted: ComparisonRequest,
    *,
    every_point: bool,
    json: Path | None,
    markdown: Path | None,
) -> Comparison:
    from inferometer.cli.compare_sides import compare_sides
    from inferometer.cli.compare_view import as_markdown, show

    comparison, problems = compare_sides(wanted)
    _write(
        comparison.to_dict(),
        as_markdown(comparison),
        json=json,
        markdown=markdown,
    )
    _tell(problems)
    show(comparison, every_point=every_point)
    return comparison


def _links(
    wanted: ComparisonRequest,
    *,
    every_point: bool,
    json: Path | None,
    markdown: Path | None,
) -> None:
    from inferometer.cli.compare_sides import compare_links
    from inferometer.cli.compare_view import links_as_markdown, show_links

    study, problems = compare_links(wanted)
    _write(
        asdict(study), links_as_markdown(study), json=json, markdown=markdown
    )
    _tell(problems)
    show_links(study, every_point=every_point)


def _tell(problems: Iterable[str]) -> None:
    for problem in problems:
        notice(problem)


def _write(
    content: dict[str, Any],
    tables: str,
    *,
    json: Path | None,
    markdown: Path | None,
) -> None:
    import orjson

    from inferometer.store.atomic import write_file

    if json is not None:
        write_file(
            json,
            orjson.dumps(
                content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
            ),
        )
    if markdown is not None:
        write_file(markdown, tables.encode())
