"""A server that we start as a process, and certainly end, with everything that it started.

The guard holds the process (see there), and ends it even if we are killed. `diagnose` judges logs.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from inferometer.server import accelerator_memory, log_file
from inferometer.server.base import Confirmation, ServerError
from inferometer.server.ending import wait_released
from inferometer.server.port import host_and_port, why_not_free
from inferometer.server.verification import (
    SHOWN_LINES,
    check_ours,
    failure,
    wait_until_ready,
)
from inferometer.system.child import python_command
from inferometer.words import Said, reason_of, spoken

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed

GUARD_TIMEOUT_S = 30.0
"""The guard's own time: to start, and to kill what does not end."""

PAUSE_S = 0.1


class ProcessServer:
    """The command of a recipe, in its own session, with its output in a log file in `directory`."""

    def __init__(
        self, need: ServerNeed, *, directory: Path, say: Callable[[str], None]
    ) -> None:
        self.need = need
        self.log_path: Path | None = None
        """Log of the latest start."""
        self.pid: int | None = None
        self._directory = directory
        self._say = say
        self._guard: subprocess.Popen[bytes] | None = None
        self._end: str | None = None
        """How the server ended, as the rest of a sentence."""
        self._is_up = False
        """Whether its latest start came up."""
        self._memory: dict[str, float] = {}
        self._secrets = log_file.secrets_of(
            os.environ | need.recipe.environment
        )

    restart_words = Said("server.again")

    @property
    def base_url(self) -> str:
        return self.need.recipe.base_url

    def start(self) -> Confirmation:
        self.stop()
        if not self.need.recipe.command:
            raise ServerError(
                Said("server.no_command", {"recipe": self.need.recipe_name})
            )
        try:
            log = self.log_path = log_file.new_log(
                self._directory, log_file.name_of(self.need)
            )
            self._await_earlier()
        except OSError as error:
            told = {"directory": self._directory, "why": reason_of(error)}
            raise ServerError(Said("server.no_log", told)) from None
        taken = why_not_free(self.base_url)
        if taken:
            told = {"taken": taken, "recipe": self.need.recipe_name}
            raise ServerError(Said("server.taken", told))
        self._memory = accelerator_memory.used_mib()
        begin_s = time.monotonic()
        try:
            self._launch(log)
            confirmation = wait_until_ready(
                self.base_url,
                self.need,
                check_alive=self._check_alive,
                pause=self._pause,
                log_tail=self.log_tail,
                say=self._say,
            )
        except BaseException:
            with contextlib.suppress(
                Exception
            ):  # what went wrong first is what counts
                self.stop()
            raise
        self._is_up = True
        took = {
            "log": log.name,
            "start_s": round(time.monotonic() - begin_s, 1),
        }
        return Confirmation(
            confirmation.facts | took,
            confirmation.unchecked,
            confirmation.confirmed_by,
        )

    def check(self) -> None:
        check_ours(
            self.need,
            self._check_alive,
            self.log_tail,
            pause=lambda: self._pause(PAUSE_S),
        )

    def stop(self) -> None:
        guard, self._guard = self._guard, None
        if guard is None:
            return
        try:
            self._close(
                guard.stdin
            )  # the guard ends the server, also if we are interrupted here
            with contextlib.suppress(subprocess.TimeoutExpired):
                guard.wait(self.need.recipe.stop_timeout_s + GUARD_TIMEOUT_S)
        finally:
            self._close(guard.stdout)
            if guard.poll() is None:
                guard.terminate()
        wait_released(self.base_url, self._memory, self._say)

    def log_tail(self, lines: int = SHOWN_LINES) -> list[str]:
        return (
            log_file.without(log_file.tail(self.log_path, lines), self._secrets)
            if self.log_path
            else []
        )

    def recent_log(self) -> list[str]:
        return log_file.recent(self.log_path, self._secrets)

    def _await_earlier(self) -> None:
        """Wait for an earlier server, left behind when we were killed, which its guard is
        ending.
        """
        deadline_s = (
            time.monotonic() + self.need.recipe.stop_timeout_s + GUARD_TIMEOUT_S
        )
        is_announced = False
        with self._lock_path.open("a+", encoding="utf-8") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass
                else:
                    return  # closing the file gives the lock back
                if not is_announced:
                    is_announced = True
                    self._say(spoken().text("server.earlier"))
                if time.monotonic() > deadline_s:
                    lock.seek(0)
                    pid = lock.read(20).strip()
                    raise ServerError(
                        Said("server.earlier.stuck", {"pid": pid})
                    )
                time.sleep(PAUSE_S)

    @property
    def _lock_path(self) -> Path:
        return (
            self._directory / f"server-{host_and_port(self.base_url)[1]}.lock"
        )

    def _launch(self, log: Path) -> None:
        recipe = self.need.recipe
        from inferometer.spec.recipe import shell_line

        self._end, self._is_up = None, False
        self._say(
            spoken().text(
                "server.starting", command=shell_line(recipe), log=log
            )
        )
        with log.open("ab") as stderr:
            self._guard = subprocess.Popen(  # noqa: S603
                python_command("inferometer.server.guard"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                bufsize=0,  # a line that waits in a buffer would not be seen by select
                start_new_session=True,  # Ctrl-C at the terminal is ours alone
            )
        asked = {
            "command": list(recipe.command),
            "environment": recipe.environment,
            "log": str(log),
            "lock": str(self._lock_path),
            "stop_timeout_s": recipe.stop_timeout_s,
        }
        assert self._guard.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.write(json.dumps(asked).encode() + b"\n")
        message = self._message(GUARD_TIMEOUT_S)
        if "error" in message:
            what = {"program": recipe.command[0], "why": message["error"]}
            raise ServerError(
                Said(
                    "server.cannot_start",
                    {**what, "recipe": self.need.recipe_name},
                )
            )
        if "pid" not in message:
            raise ServerError(Said("server.no_guard"), self.log_tail())
        self.pid = message["pid"]

    def _message(self, timeout_s: float) -> dict[str, Any]:
        """The guard's next line; empty if none comes in time."""
        assert self._guard is not None
        out = self._guard.stdout
        assert out is not None
        ready, _, _ = select.select([out], [], [], timeout_s)
        line = out.readline() if ready else b""
        message: dict[str, Any] = json.loads(line) if line else {}
        return message

    def _pause(self, seconds: float) -> None:
        """Wait while the server lives."""
        if self._guard is None or self._end is not None:
            return
        message = self._message(seconds)
        if "exit" in message:
            self._end = exit_words(message["exit"])
        elif self._guard.poll() is not None:
            self._end = Said("server.ended.guard")

    def _check_alive(self) -> None:
        if self._guard is None:
            raise ServerError(Said("server.not_started"))
        self._pause(0)
        if self._end is not None:
            told = {"how": self._end, "log": self.log_path}
            raise failure(
                Said("server.ended", told), self.log_tail, running=self._is_up
            )

    @staticmethod
    def _close(pipe: IO[bytes] | None) -> None:
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()


def exit_words(code: int) -> str:
    """How a process ended, from its exit code (negative: the signal), as the rest of a sentence."""
    number = -code if code < 0 else code - 128 if code > 128 else 0
    if number == signal.SIGKILL:
        return Said("server.ended.killed")
    if number in {int(each) for each in signal.Signals}:
        return Said(
            "server.ended.signal", {"signal": signal.Signals(number).name}
        )
    if code == 127:
        return Said("server.ended.not_found")
    return Said("server.ended.code", {"code": code})
