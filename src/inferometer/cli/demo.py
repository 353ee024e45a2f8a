"""`inferometer demo`: a first look without a GPU or a server, and a check of the measurement on
this host.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inferometer.cli.bench import usage_errors
from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.option import option
from inferometer.cli.usage import usage_error
from inferometer.printable import padded
from inferometer.system.interruption import Interruption
from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.calibration.accuracy import Accuracy

REQUEST_ID_PREFIX = "demo-"


def demo(
    result_dir: Annotated[Path, option("Directory to save results in.")] = Path(
        "demo-results"
    ),
) -> None:
    """Measure the embedded engine, and compare the result with the engine's own records."""
    from inferometer.store.atomic import CannotWriteError, require_writable

    try:
        require_writable(result_dir)
    except CannotWriteError as error:
        usage_error(error)

    from inferometer.calibration.accuracy import compare
    from inferometer.cli.bench.run import measure_and_report
    from inferometer.engine import EmbeddedEngine, EngineSettings

    settings = EngineSettings(
        ttft_ms=60,
        itl_ms=15,
        jitter=0.1,
        itl_growth_ms=0.3,
        max_num_seqs=24,
        max_model_len=4096,
    )
    with (
        usage_errors(),
        Interruption() as interruption,
        EmbeddedEngine(settings, model="embedded", record_truth=True) as engine,
    ):
        flags = _flags(engine.base_url, result_dir)
        result, code = measure_and_report(flags, interruption)
        interruption.finish()
        exact = compare(result.trace, engine.truth(), REQUEST_ID_PREFIX)
    _tell(exact)
    raise typer.Exit(code)


def _flags(base_url: str, result_dir: Path) -> BenchFlags:
    return BenchFlags(
        base_url=base_url,
        random_input_len=256,
        random_output_len=64,
        num_prompts=200,
        num_warmups=16,
        max_concurrency=16,
        ignore_eos=True,
        percentile_metrics="ttft,tpot,itl,e2el",
        metric_percentiles="50,90,99",
        goodput=["ttft:100", "tpot:30"],
        save_result=True,
        result_dir=result_dir,
        request_id_prefix=REQUEST_ID_PREFIX,
    )


def _tell(exact: Accuracy) -> None:
    """How far the measurement is from the engine's own records."""
    from inferometer.cli.announcement import INDENT

    words = spoken()
    means = {
        "true": exact.true_mean_ttft_ms,
        "measured": exact.measured_mean_ttft_ms,
    }
    errors = {"ttft": exact.ttft_error_p99_ms, "itl": exact.itl_error_p99_ms}
    heading = padded(words.text("demo.truth"), INDENT)
    typer.echo(heading + words.text("demo.means", **means))
    typer.echo(
        " " * INDENT + words.text("demo.errors", **errors, events=exact.events)
    )
