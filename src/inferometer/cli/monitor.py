"""`inferometer monitor`: what the cards, this host and a server are doing now."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inferometer.cli.option import option
from inferometer.cli.telling import notice, say
from inferometer.cli.usage import usage_error
from inferometer.words import Said, reason_of

if TYPE_CHECKING:
    from inferometer.cli.monitor_files import SampleFile
    from inferometer.telemetry.reading import MachineSample
    from inferometer.telemetry.watch import Watch
    from inferometer.trace.server_counters import MetricsReading

TOKEN = "INFEROMETER_MONITOR_TOKEN"  # noqa: S105 - its name
FIRST_S = 10.0
"""How long the first sample of a slow tool is waited for."""
PAGE_S = 5.0
PAGE_BYTES = 16 * 1024 * 1024

Once = Annotated[bool, option("Print one sample and end.", "--once")]
Json = Annotated[
    bool,
    option(
        "Print samples as JSON, one a line: every field with its unit, its value or the "
        "reason why it is missing.",
        "--json",
    ),
]
Interval = Annotated[
    float,
    option("Seconds between two samples.", min=0.1, max=3600),
]
BaseUrl = Annotated[
    str | None,
    option(
        "Address of a server whose own metrics page is shown as well.",
        "--base-url",
        "--url",
        metavar="URL",
        show_default="none",
    ),
]
Csv = Annotated[
    Path | None,
    option(
        "Append samples to this CSV file: a row per card, host and server.",
        dir_okay=False,
        show_default="none",
    ),
]
Parquet = Annotated[
    Path | None,
    option(
        "Append samples to this Parquet file.",
        dir_okay=False,
        show_default="none",
    ),
]
Serve = Annotated[
    bool,
    option(
        "Show the samples over HTTP to `--monitor URL` on another host.",
        "--serve",
    ),
]
Host = Annotated[
    str,
    option(
        "Address that --serve listens on; another one than this host's own loopback "
        "requires a token in INFEROMETER_MONITOR_TOKEN."
    ),
]
Port = Annotated[
    int,
    option(
        "Port that --serve listens on; 0 selects a free one.", min=0, max=65535
    ),
]
Root = Annotated[
    Path,
    option(
        "Directory with sys, proc and dev; another one than / shows copied files.",
        exists=True,
        file_okay=False,
    ),
]


def monitor(
    *,
    once: Once = False,
    json: Json = False,
    interval: Interval = 0.5,
    base_url: BaseUrl = None,
    csv: Csv = None,
    parquet: Parquet = None,
    serve: Serve = False,
    host: Host = "127.0.0.1",
    port: Port = 9120,
    root: Root = Path("/"),
) -> None:
    """Show the accelerators, their PCIe links and this host.

    A value that cannot be read is shown as –, with the reason. Ctrl-C ends it.
    """
    if serve:
        _serve_alone(
            {
                "--once": once,
                "--json": json,
                "--base-url": base_url,
                "--csv": csv,
                "--parquet": parquet,
            }
        )
    files = _files(csv, parquet)
    page = None if base_url is None else _page(base_url)
    with suppress(KeyboardInterrupt):
        if serve:
            _serve(root, interval, host, port)
        elif once:
            _once(root, json, page, files)
        else:
            _watch(root, interval, json, page, files)


def _serve_alone(others: Mapping[str, object]) -> None:
    """A usage error with any of these flags: --serve would not heed it."""
    given = [flag for flag, value in others.items() if value]
    if given:
        usage_error(Said("monitor.serve_alone", {"flags": ", ".join(given)}))


def _files(csv: Path | None, parquet: Path | None) -> list[SampleFile]:
    """The files to write. Ends with a usage error if one is something else."""
    from inferometer.cli.monitor_files import CsvFile, ParquetFile

    files: list[SampleFile] = []
    try:
        if csv is not None:
            files.append(CsvFile(csv))
        if parquet is not None:
            files.append(ParquetFile(parquet))
    except ValueError as error:
        usage_error(error)
    except OSError as error:
        path = str(error.filename or csv or parquet)
        usage_error(Said("write.cannot", {"path": path, "why": _why(error)}))
    return files


def _why(error: OSError) -> str:
    from inferometer.store.atomic import CannotWriteError, cause_and_cure

    if isinstance(error, CannotWriteError):
        return str(error)
    return cause_and_cure(error.errno or 0)


class ServerPage:
    """The metrics page of a server, read in a thread of its own: it may be slow."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self.latest: MetricsReading | None = None
        self.before: MetricsReading | None = None
        self.silent: str | None = None
        """Its address, if it had no page when it was last asked."""

    def keep_reading(self, period_s: float) -> None:
        """Read again and again, in the background."""

        def body() -> None:
            while True:
                self.read()
                time.sleep(max(1.0, period_s))

        threading.Thread(target=body, daemon=True).start()

    def read(self) -> None:
        """Read it once; what does not answer has no reading."""
        from inferometer.server.calls import Calls
        from inferometer.server.counters import read_page
        from inferometer.server.deadline import Deadline
        from inferometer.server.failures import EndpointError

        calls = Calls(self._base_url, {}, None)
        found = None
        with suppress(EndpointError):
            answer = calls.whole(
                "GET", "/metrics", Deadline(PAGE_S), max_bytes=PAGE_BYTES
            )
            if answer.status == 200:
                text = answer.body.decode("utf-8", "replace")
                found = read_page(text, time.time())
        calls.close()
        self.before, self.latest = self.latest, found
        self.silent = self._base_url if found is None else None


def _page(url: str) -> ServerPage:
    from inferometer.spec.flags import parse_base_url

    try:
        return ServerPage(parse_base_url(url, "--base-url"))
    except ValueError as error:
        usage_error(error)


def _once(
    root: Path,
    json: bool,
    page: ServerPage | None,
    files: Sequence[SampleFile],
) -> None:
    from inferometer.cli.monitor_files import rows_of
    from inferometer.telemetry.sample import take_sample

    if page is not None:
        page.read()
    sample = take_sample(root)
    if files:
        _write(files, rows_of(sample, page.latest if page else None))
    _close(files)
    if json:
        _print_json(_document(sample, page))
    else:
        width = shutil.get_terminal_size().columns
        typer.echo("\n".join(_lines(sample, None, page, width)))


def _lines(
    sample: MachineSample,
    before: MachineSample | None,
    page: ServerPage | None,
    columns: int,
) -> Iterator[str]:
    from inferometer.cli.monitor_view import View, lines

    of_server = (page.latest, page.before, page.silent) if page else ()
    return lines(View(sample, before, *of_server), columns)


def _document(sample: MachineSample, page: ServerPage | None) -> dict[str, Any]:
    """A sample as plain values; with `server` where one was named: its page's values, or the reason
    why there are none.
    """
    from inferometer.measurement.machine_rows import counters_rows

    document = sample.as_json()
    if page is None:
        return document
    rows = counters_rows(page.latest) if page.latest else []
    values = {
        row.name: {"value": row.value, "unit": row.unit, "source": row.source}
        for row in rows
    }
    found: dict[str, Any] = {"readings": values}
    if page.latest is None:
        found["reason"] = "no_source"
    return {**document, "server": found}


def _watch(
    root: Path,
    interval_s: float,
    json: bool,
    page: ServerPage | None,
    files: Sequence[SampleFile],
) -> None:
    from inferometer.telemetry.watch import Watch

    watch = Watch(root, interval_s)
    watch.wait_for_all(FIRST_S)
    if page is not None:
        page.keep_reading(interval_s)
    try:
        if json:
            for _ in _recorded(watch, interval_s, page, files):
                _print_json(_document(watch.latest(), page))
        elif sys.stdout.isatty() or not files:
            _show(watch, interval_s, page, files)
        else:
            for _ in _recorded(watch, interval_s, page, files):
                pass
    finally:
        watch.close()
        _close(files)


def _recorded(
    watch: Watch,
    interval_s: float,
    page: ServerPage | None,
    files: Sequence[SampleFile],
) -> Iterator[None]:
    """Once an interval, after the samples of it are in the files."""
    from inferometer.cli.monitor_files import rows_of

    while True:
        if files:
            _write(
                files, rows_of(watch.latest(), page.latest if page else None)
            )
        yield
        time.sleep(interval_s)


def _show(
    watch: Watch,
    interval_s: float,
    page: ServerPage | None,
    files: Sequence[SampleFile],
) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(highlight=False, markup=False)
    before = None
    with Live(console=console, auto_refresh=False) as live:
        for _ in _recorded(watch, interval_s, page, files):
            sample = watch.latest()
            shown = _lines(sample, before, page, console.width)
            said = islice(shown, console.height - 1)
            live.update(Text("\n".join(said)), refresh=True)
            before = sample


def _serve(root: Path, interval_s: float, host: str, port: int) -> None:
    from inferometer.telemetry.serve import PATH, MonitorServer, is_loopback
    from inferometer.telemetry.watch import Watch

    token = os.environ.get(TOKEN) or None
    if token is None and not is_loopback(host):
        usage_error(Said("monitor.token_required", {"variable": TOKEN}))
    watch = Watch(root, interval_s, scattered=True)
    try:
        server = MonitorServer((host, port), watch, token)
    except OSError as error:
        watch.close()
        usage_error(
            Said(
                "monitor.no_port",
                {"host": host, "port": port, "why": reason_of(error)},
            )
        )
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{server.server_address[1]}"
    say("monitor.serving", url=url, path=PATH)
    sys.stdout.flush()
    try:
        server.serve_forever()
    finally:
        server.server_close()
        watch.close()


def _write(files: Sequence[SampleFile], rows: Sequence[object]) -> None:
    try:
        for file in files:
            file.add(rows)  # type: ignore[arg-type]
    except OSError as error:
        _cannot_write(error)


def _close(files: Sequence[SampleFile]) -> None:
    try:
        for file in files:
            file.close()
    except OSError as error:
        _cannot_write(error)


def _cannot_write(error: OSError) -> None:
    notice(_why(error))
    raise typer.Exit(1)


def _print_json(sample: object) -> None:
    import orjson

    typer.echo(orjson.dumps(sample).decode())
    sys.stdout.flush()
