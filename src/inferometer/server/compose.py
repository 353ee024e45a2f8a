"""A service of a compose file, started and stopped with `docker compose` or `docker-compose`.

A second compose file, ours, replaces what the recipe states: command, image, environment. The
project's name comes from the campaign's directory: if we are killed, the containers keep running,
and the next start finds and stops them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from inferometer.server import accelerator_memory, log_file
from inferometer.server.base import Confirmation, ServerError
from inferometer.server.ending import wait_released
from inferometer.server.port import why_not_free
from inferometer.server.verification import (
    DIAGNOSED_LINES,
    SHOWN_LINES,
    check_ours,
    failure,
    wait_until_ready,
)
from inferometer.words import Said, reason_of, spoken

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed

CALL_TIMEOUT_S = 30.0
KILL_TIMEOUT_S = 5.0
LABEL = "com.docker.compose"
OVERRIDE = "compose-recipe.json"
INSPECTED = (
    '{"status":{{json .State.Status}},"exit":{{.State.ExitCode}},"for_memory":{{.State.OOMKilled}},'
    + (
        '"started":{{json .State.StartedAt}},"image":{{json '
        '.Config.Image}},"image_id":{{json .Image}}}'
    )
)
"""A template for `docker inspect` with fields that all engines have."""


@dataclass(frozen=True, slots=True)
class _Container:
    """A container as the engine describes it."""

    id: str
    status: str
    exit: int
    for_memory: bool
    """Whether it was killed because its memory ran out."""
    started: str
    image: str
    image_id: str


class ComposeServer:
    """The `compose_service` of a recipe's `compose_file`, with its dependencies."""

    def __init__(
        self, need: ServerNeed, *, directory: Path, say: Callable[[str], None]
    ) -> None:
        self.need = need
        self.log_path: Path | None = None
        """The log of the latest start: as far as it got, and whole once it is stopped."""
        place = hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()
        self.project = f"inferometer-{place[:12]}"
        self._directory = directory
        self._say = say
        self._words: list[str] = []
        self._follower: subprocess.Popen[bytes] | None = None
        self._started: str | None = None
        self._memory: dict[str, float] = {}
        self._secrets = log_file.secrets_of(
            os.environ | need.recipe.environment
        )

    restart_words = Said("server.again")

    @property
    def base_url(self) -> str:
        return self.need.recipe.base_url

    def start(self) -> Confirmation:
        service = self._prepare()
        try:
            self.stop()
        except ServerError:
            # a Docker that does not answer has nothing of ours to end, and need not be asked again
            self._words = []
            raise
        taken = why_not_free(self.base_url)
        if taken:
            told = {"taken": taken, "recipe": self.need.recipe_name}
            raise ServerError(Said("server.taken.compose", told))
        log = self.log_path = self._new_log()
        self._memory = accelerator_memory.used_mib()
        begin_s = time.monotonic()
        try:
            self._say(self._announcement(service))
            self._compose(
                ["up", "--detach", service], self.need.recipe.ready_timeout_s
            )
            confirmation = wait_until_ready(
                self.base_url,
                self.need,
                check_alive=self._check_alive,
                pause=time.sleep,
                log_tail=self.log_tail,
                say=self._say,
            )
            container = self._check_alive()
            self._follow(container.id, log)
        except BaseException:
            with contextlib.suppress(
                Exception
            ):  # what went wrong first is what counts
                self.stop()
            raise
        self._started = container.started
        took = {
            "log": log.name,
            "start_s": round(time.monotonic() - begin_s, 1),
        }
        came_from = {"image": container.image, "image_id": container.image_id}
        return Confirmation(
            confirmation.facts | took | came_from,
            confirmation.unchecked,
            confirmation.confirmed_by,
        )

    def _new_log(self) -> Path:
        try:
            return log_file.new_log(
                self._directory, log_file.name_of(self.need)
            )
        except OSError as error:
            where = {"directory": self._directory, "why": reason_of(error)}
            raise ServerError(Said("server.no_log", where)) from None

    def check(self) -> None:
        check_ours(self.need, self._check_alive, self.log_tail)

    def stop(self) -> None:
        """Save the log; stop the service and its dependencies, also those of an earlier run."""
        self._started = None
        self._unfollow()
        if not self._words or not self._ids():
            return
        self._save_log()
        seconds = round(self.need.recipe.stop_timeout_s)
        self._compose(
            ["down", "--timeout", str(seconds), "--remove-orphans"],
            seconds + CALL_TIMEOUT_S,
        )
        wait_released(self.base_url, self._memory, self._say)

    def log_tail(self, lines: int = SHOWN_LINES) -> list[str]:
        # what Docker has is whole
        found = log_file.tail(self.log_path, lines) if self.log_path else []
        with contextlib.suppress(
            ServerError
        ):  # without Docker there is no log either
            for container in (
                self._ids(self.need.recipe.compose_service)
                if self._words
                else []
            ):
                logs = _run(
                    ["docker", "logs", "--tail", str(lines), container],
                    CALL_TIMEOUT_S,
                )
                found = log_file.lines_of(logs.stdout, lines)
        return log_file.without(found, self._secrets)

    def recent_log(self) -> list[str]:
        return log_file.recent(self.log_path, self._secrets)

    def _follow(self, container: str, log: Path) -> None:
        """Have the log written while it grows: nobody has to ask Docker during a point. What
        follows it ends with the container at the latest.
        """
        # without it the log is still saved at the end
        with contextlib.suppress(OSError), log.open("wb") as file:
            self._follower = subprocess.Popen(  # noqa: S603
                ["docker", "logs", "--follow", container],  # noqa: S607
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _unfollow(self) -> None:
        if self._follower is not None:
            _kill(self._follower)
            self._follower = None

    def _announcement(self, service: str) -> str:
        from inferometer.spec.recipe import shell_line

        recipe = self.need.recipe
        line = shell_line(recipe)
        key = (
            "server.starting.compose.command"
            if line
            else "server.starting.compose"
        )
        told = {
            "service": service,
            "file": recipe.compose_file,
            "command": line,
        }
        return spoken().text(key, **told, project=self.project)

    def _prepare(self) -> str:
        """Find Docker and write our compose file; the service's name. Raises ServerError."""
        recipe = self.need.recipe
        if not recipe.compose_file or not recipe.compose_service:
            raise ServerError(
                Said("compose.incomplete", {"recipe": self.need.recipe_name})
            )
        if not Path(recipe.compose_file).is_file():
            told = {
                "file": recipe.compose_file,
                "recipe": self.need.recipe_name,
            }
            raise ServerError(Said("compose.no_file", told))
        override = self._written_override()
        files = ["--file", recipe.compose_file, "--file", str(override)]
        project = ["--project-name", self.project]
        self._words = [*compose_command(), *project, *files]
        return recipe.compose_service

    def _written_override(self) -> Path:
        override = self._directory / OVERRIDE
        content = json.dumps(override_of(self.need))
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            override.write_text(content, encoding="utf-8")
        except OSError as error:
            told = {"directory": str(self._directory), "why": reason_of(error)}
            raise ServerError(Said("server.nothing_written", told)) from None
        return override

    def _compose(self, words: Sequence[str], timeout_s: float) -> None:
        done = _run(
            [*self._words, *words], timeout_s, self.need.recipe.environment
        )
        if done.returncode:
            what = {"word": words[0], "file": self.need.recipe.compose_file}
            raise self._failed(done, "compose.failed", what)

    def _ids(self, service: str | None = None) -> list[str]:
        """Containers of our project, including stopped ones; of one service or of all."""
        words = ["docker", "ps", "--all", "--quiet", "--no-trunc", "--filter"]
        words.append(f"label={LABEL}.project={self.project}")
        words += (
            ["--filter", f"label={LABEL}.service={service}"] if service else []
        )
        done = _run(words, CALL_TIMEOUT_S)
        if done.returncode:
            raise self._failed(done, "compose.no_answer")
        return done.stdout.split()

    def _failed(
        self,
        done: subprocess.CompletedProcess[str],
        key: str,
        what: Mapping[str, object] | None = None,
    ) -> ServerError:
        lines = log_file.without(
            log_file.lines_of(done.stdout, DIAGNOSED_LINES), self._secrets
        )
        told = {**(what or {}), "why": _last(lines, done.returncode)}
        return failure(Said(key, told), lambda number: lines[-number:])

    def _check_alive(self) -> _Container:
        """The container of our service. Raises ServerError unless it has run since it was
        confirmed.
        """
        service = self.need.recipe.compose_service
        of = {"service": service}
        for container in self._ids(service) if self._words else []:
            done = _run(
                ["docker", "inspect", "--format", INSPECTED, container],
                CALL_TIMEOUT_S,
            )
            if done.returncode:
                continue  # gone in the meantime
            found = _described(container, done.stdout)
            if trouble := self._trouble(found):
                ended = {**of, "status": found.status, "code": found.exit}
                raise failure(
                    Said(trouble, ended),
                    self.log_tail,
                    running=self._started is not None,
                )
            return found
        raise ServerError(Said("compose.no_container", of))

    def _trouble(self, found: _Container) -> str | None:
        if found.for_memory:
            return "compose.out_of_memory"
        if found.status != "running":
            return "compose.not_running"
        if self._started not in (None, found.started):
            return "compose.restarted"
        return None

    def _save_log(self) -> None:
        """Save our service's log before `down` deletes it."""
        with contextlib.suppress(OSError, ServerError):
            path = self.log_path or log_file.new_log(
                self._directory, f"{self.need.recipe_name}-left-behind"
            )
            self.log_path = path
            for container in self._ids(self.need.recipe.compose_service):
                with path.open("wb") as file:
                    _run(
                        ["docker", "logs", container], CALL_TIMEOUT_S, out=file
                    )


def _described(container: str, description: str) -> _Container:
    try:
        return _Container(id=container, **json.loads(description))
    except (ValueError, TypeError):
        told_of = {"container": container[:12]}
        raise ServerError(Said("compose.not_described", told_of)) from None


def _last(told: Sequence[str], code: int) -> str:
    """What Docker said last, as the end of a sentence, with exactly one full stop."""
    last = told[-1] if told else Said("compose.exit_code", {"code": code})
    return (
        last
        if last.endswith((".", "?", "!"))
        else Said("sentence", {"what": last})
    )


def override_of(need: ServerNeed) -> dict[str, Any]:
    """The recipe as a compose file, with the model's folder if it is one. It only names variables:
    compose reads their values itself.
    """
    recipe = need.recipe
    service: dict[str, Any] = {
        "restart": "no"
    }  # a server that dies has to be noticed
    if recipe.command:
        service["command"] = [
            word.replace("$", "$$") for word in recipe.command
        ]
    if recipe.image:
        service["image"] = recipe.image
    if recipe.environment:
        service["environment"] = dict.fromkeys(recipe.environment)
    if need.model_id.startswith("/"):
        folder = need.model_id.replace("$", "$$")
        service["volumes"] = [
            {
                "type": "bind",
                "source": folder,
                "target": folder,
                "read_only": True,
            }
        ]
    return {"services": {recipe.compose_service: service}}


def compose_command() -> list[str]:
    """The compose command of this host. Raises ServerError if there is none."""
    if shutil.which("docker") is None:
        raise ServerError(Said("compose.no_docker"))
    if _run(["docker", "compose", "version"], CALL_TIMEOUT_S).returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose") is not None:
        return ["docker-compose"]
    raise ServerError(Said("compose.no_compose"))


def _run(
    words: Sequence[str],
    timeout_s: float,
    environment: dict[str, str] | None = None,
    out: IO[bytes] | int = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; both outputs together. Raises ServerError after `timeout_s`."""
    try:
        process = subprocess.Popen(  # noqa: S603
            words,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C at the terminal is ours alone
        )
    except OSError as error:
        why = {"program": words[0], "why": reason_of(error)}
        raise ServerError(Said("compose.cannot_run", why)) from None
    try:
        output, _ = process.communicate(timeout=timeout_s)
    except BaseException as error:
        _kill(process)
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        slow = {"call": " ".join(words[:2]), "timeout": timeout_s}
        raise ServerError(Said("compose.too_slow", slow)) from None
    return subprocess.CompletedProcess(words, process.returncode, output or "")


def _kill(process: subprocess.Popen[Any]) -> None:
    """Kill its descendants too: they may hold the pipe that we read."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(KILL_TIMEOUT_S)
    if process.stdout is not None:
        process.stdout.close()
