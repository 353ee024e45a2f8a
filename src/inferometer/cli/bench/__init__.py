"""`inferometer bench`: measure one point of a running server, report it, and say how far to believe
it.
"""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, get_type_hints

import typer

from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.stopped import EXIT_INTERRUPTED
from inferometer.cli.telling import notice
from inferometer.cli.usage import usage_error
from inferometer.system.blas import import_numpy
from inferometer.system.interruption import Interruption
from inferometer.words import Said, in_words, spoken


def bench(**flags: Any) -> None:
    """Measure a running server, with the flags of `vllm bench serve`.

    Closed loop: inferometer bench --port 8000 --random-input-len 1024 --random-output-len 128
    --ignore-eos --num-prompts 200 --max-concurrency 32 --save-result

    Open loop, chat API, latency limits: inferometer bench --backend openai-chat --request-rate 8
    --num-prompts 500 --goodput ttft:200 tpot:50

    One test of the PCIe campaign: inferometer bench --config C --model 7B --tp 1 --input-len 1024

    Arrival times come from the packet ring, in which the kernel stamps each packet (Linux; root or
    CAP_NET_RAW; up to 4 workers), else from its stamp of each read. INFEROMETER_ARRIVALS=read or
    ring chooses one.

    Exit code: 0 if the verdict is VALID or SUSPECT; 1 if it is INVALID or a target is missed; 2 if
    the flags are wrong, the server could not be measured, or the results could not be saved; 130
    after Ctrl-C, SIGTERM or a closed terminal (results up to then are reported and saved). With
    --repeats, it is the highest of theirs.
    """
    with (
        usage_errors(str(flags.get("dataset_name"))),
        Interruption() as interruption,
    ):
        asked = BenchFlags(**flags)
        if asked.config or asked.tp or asked.campaign:
            _run_test(asked)
        from inferometer.cli.bench.run import measure_and_report

        _, code = measure_and_report(asked, interruption)
        interruption.finish()
        raise typer.Exit(code)


@contextmanager
def usage_errors(dataset: str = "random") -> Iterator[None]:
    """Whatever ends a run without a result is a sentence, which names flags, and an exit code."""
    import_numpy()
    from inferometer.cli.flag_errors import FlagsError
    from inferometer.loadgen import MeasurementError
    from inferometer.measurement.prepare import PointError
    from inferometer.server.endpoint import EndpointError
    from inferometer.spec.field_flags import as_flags
    from inferometer.store.atomic import CannotWriteError

    try:
        yield
    except (FlagsError, PointError) as error:
        usage_error(
            *(as_flags(in_words(reason), dataset) for reason in error.reasons)
        )
    except (EndpointError, MeasurementError, CannotWriteError) as error:
        usage_error(as_flags(in_words(error), dataset))
    except KeyboardInterrupt:
        notice(Said("bench.stopped"))
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _run_test(flags: BenchFlags) -> NoReturn:
    """The test of a campaign that the flags name, as `run` does it."""
    from inferometer.cli.bench.config import choose
    from inferometer.cli.run import run
    from inferometer.spec.campaign import CampaignError

    try:
        chosen = choose(flags)
    except CampaignError as error:
        usage_error(*error.reasons)
    only = " ".join(f"--only {shlex.quote(point)}" for point in chosen.only)
    command = f"inferometer run {chosen.campaign} {only}"
    typer.echo(spoken().text("run.that_is", command=command))
    run(
        chosen.campaign,
        only=chosen.only,
        sets=chosen.sets,
        allow_invalid=flags.allow_invalid,
        calibration=flags.calibration,
    )
    raise typer.Exit


# The flags are a dataclass; the command line parser reads them off the function's signature.
bench.__signature__ = inspect.signature(BenchFlags)  # type: ignore[attr-defined]
bench.__annotations__ = get_type_hints(BenchFlags, include_extras=True)
