"""The engine in a separate process, for the duration of a `with` block."""

from __future__ import annotations

import contextlib
import json
import select
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from urllib.parse import urlsplit

from inferometer.engine.api import VLLM_BACKENDS, FrontSettings
from inferometer.engine.model import EngineSettings
from inferometer.engine.serve import READY
from inferometer.engine.truth import Truth, load_truth
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.system.child import close_pipes, python_command
from inferometer.words import Said

_START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 10.0


class EmbeddedEngine:
    """Starts the engine, waits until it serves, and ends it for certain, also when this process
    dies.

    `backends` are the wire formats it speaks, by their names in PROTOCOLS; vLLM's, where nothing
    else is asked for. `faults` is what goes wrong by intention, see the module of that name. Raises
    RuntimeError if it does not come up; why stands on standard error.

        with EmbeddedEngine(EngineSettings(ttft_ms=50, itl_ms=20), record_truth=True) as engine:
            ...  # measure engine.base_url
            truth = engine.truth()
    """

    def __init__(
        self,
        settings: EngineSettings | TwinSettings | None = None,
        *,
        port: int = 0,
        model: str = "embedded",
        backends: Sequence[str] = VLLM_BACKENDS,
        api_key: str | None = None,
        record_truth: bool = False,
        truth_file: str | None = None,
        refused_fields: Sequence[str] = (),
        faults: str = "",
    ) -> None:
        self.settings = settings or EngineSettings()
        self.front = FrontSettings(
            port=port,
            model=model,
            backends=backends,
            api_key=api_key,
            record_truth=record_truth,
            truth_file=truth_file,
            refused_fields=refused_fields,
            faults=faults,
        )
        self.base_url = ""
        """`http://127.0.0.1:PORT`, after the start."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id, to pin it to a core or to watch it."""
        if self._process is None:
            raise RuntimeError(
                "The engine has not been started: use it in a `with` block, or call start()."
            )
        return self._process.pid

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            python_command("inferometer.engine.child"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C at the terminal is ours: it has to serve until we have stopped
            start_new_session=True,
        )
        assert self._process.stdin is not None
        settings = json.dumps(
            {
                "engine": asdict(self.settings),
                "front": asdict(self.front),
                "is_twin": isinstance(self.settings, TwinSettings),
            }
        )
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(settings.encode() + b"\n")
            self._process.stdin.flush()
        try:
            self.base_url = self._ready_url()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it; may be called twice."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        close_pipes(process)

    def truth(self) -> Truth:
        """True times so far (needs `record_truth`). Collecting them pauses the engine briefly."""
        from http.client import HTTPConnection

        connection = HTTPConnection(
            urlsplit(self.base_url).netloc, timeout=_START_TIMEOUT_S
        )
        try:
            connection.request("GET", "/truth")
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise RuntimeError(
                "The engine recorded no true times: create it with record_truth=True."
            )
        return load_truth(body)

    def __enter__(self) -> EmbeddedEngine:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _ready_url(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _, _ = select.select(
            (self._process.stdout,), (), (), _START_TIMEOUT_S
        )
        line = self._process.stdout.readline().decode() if ready else ""
        if not line.startswith(READY):
            raise RuntimeError(Said("engine.no_start"))
        return line.removeprefix(READY).strip()
