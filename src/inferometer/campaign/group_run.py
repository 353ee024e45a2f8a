"""One group: its server is brought up, its points are measured as their turn comes, a server that
dies is started again.

A point during which the server died is measured once more on the next one. A point whose prompts
were sent before, by an attempt that was broken off perhaps, gets other prompts, unless it is the
warm half of a pair: then its cold half is measured before it, on the same server start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from inferometer.campaign.outdated_twin import outdated
from inferometer.campaign.results import Measurement, Results
from inferometer.campaign.task import Display, Task
from inferometer.diagnose import diagnose_reply
from inferometer.loadgen import MeasurementError
from inferometer.measurement.prepare import PointError, ReadyPoint
from inferometer.measurement.sampling import Newest
from inferometer.measurement.session import PointResult, Session
from inferometer.printable import padded, printable
from inferometer.protocol import PROTOCOLS
from inferometer.server.base import Server, ServerError
from inferometer.server.container_devices import (
    UnsaidError,
    container_devices,
)
from inferometer.server.counters import counters_before
from inferometer.server.endpoint import Endpoint, EndpointError
from inferometer.spec.campaign import Group, PlannedPoint
from inferometer.spec.output import Output
from inferometer.spec.server_recipe import ServerRecipe
from inferometer.store.atomic import CannotWriteError
from inferometer.store.campaign.history import Result, ServerInfo, usable_limit
from inferometer.store.environment import describe_environment
from inferometer.store.parquet import import_frugally
from inferometer.store.vllm_json import save_result
from inferometer.system.interruption import Interruption
from inferometer.telemetry.visible import Choice
from inferometer.words import (
    Said,
    both,
    diagnosed,
    in_words,
    sentence_of,
    spoken,
)
from inferometer.workload import rows_in_words

INDENT = 10
"""Columns of a line before what it says."""

REFUSED_ALL = (401, 403, 404, 405, 503)
"""How a server answers a trial request whose key, path or model it refuses, or for which it is not
ready.

It would answer the same to those of the group's other points.
"""


class GroupLostError(Exception):
    """The rest of the group has no server: one sentence, and the end of its log."""

    def __init__(
        self, group: Group, sentence: Said | str, log_tail: Sequence[str] = ()
    ) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.group = group
        self.log_tail = tuple(log_tail)


class GroupRun:
    """A group's points and its server, which may be started and stopped several times."""

    def __init__(
        self, task: Task, group: Group, results: Results, display: Display
    ) -> None:
        self.task = task
        self.group = group
        self.results = results
        self.display = display
        self._server: Server = task.server(group.server)
        self._session: Session | None = None
        """Since the server's last start."""
        self._sent: dict[str, int | None] = {}
        """Prompts sent since that start, by fingerprint: the attempt, or None without a result that
        counts.
        """
        self._noted: set[str] = set()
        """Notes that were shown: of rows, of the server, of changed requests."""
        self._restarts_left = task.restarts
        self.facts = ServerInfo()
        """What the server reported at its last start."""
        self.came_up = False
        """Whether its server came up in this run."""

    def is_todo(self, point: PlannedPoint) -> bool:
        """Whether it has no result that counts on the server as it is."""
        return (
            self.results.state.result(point.spec.fingerprint, self.facts)
            is None
        )

    @property
    def is_up(self) -> bool:
        return self._session is not None

    def start(self) -> None:
        """Start the server. Raises GroupLostError, and leaves nothing running then."""
        self._start()
        self._name_outdated()

    def stop(self) -> None:
        """End the server; may be called twice. A failure is shown, and ends neither group nor
        campaign.
        """
        self._stop()

    def _stop(self, after: BaseException | None = None) -> None:
        """End the server, `after` this error, which is not shown again."""
        session, self._session = self._session, None
        if session is not None:
            session.close()
        try:
            self._server.stop()
        except Exception as error:
            if str(error) != str(after):
                told = {"group": self.group.id, "why": _said(error)}
                self.display.say(Said("group.not_stopped", told))

    def attend(self, point: PlannedPoint) -> None:
        """Measure a point that has no result yet. Raises GroupLostError, CannotWriteError."""
        if self.is_todo(point):
            self._attend(point)

    def measure_again(self, point: PlannedPoint) -> None:
        """Measure again with new prompts, a warm point after its cold one; as `attend`."""
        self._sent.pop(point.spec.prompts_fingerprint, None)
        self._attend(point)

    def stand_by(self) -> None:
        """Check that the server is alive and idle while another is measured; as `attend`."""
        self._require_server()
        assert self._session is not None
        reading = counters_before(self._session.endpoint)
        if reading is not None and reading.in_flight:
            busy = {"group": self.group.id, "n": reading.in_flight}
            self.display.say(spoken().text("group.not_at_rest", **busy))
            self.results.note(
                "not at rest", group=self.group.id, in_flight=reading.in_flight
            )

    def _start(self) -> None:
        try:
            confirmation = self._server.start()
            virtual = self.task.virtual
            if virtual is None:
                # once: each point's process, which forks from here, would import it anew
                import_module("inferometer.measurement.samplers")
            routes = PROTOCOLS[self.group.server.recipe.backend].routes
            self._session = Session(
                Endpoint(self._server.base_url, routes=routes),
                self._output(),
                real_time=self.task.real_time,
                root=self.task.root,
                choice=_choice(self.group.server.recipe),
                virtual=virtual and virtual(self.group.server),
            )
            self.facts = ServerInfo(
                self._session.server.version,
                usable_limit(confirmation.facts.get("max_model_len")),
            )
        except BaseException as error:
            log_tail = (
                self._log_tail()
                if isinstance(error, EndpointError)
                else getattr(error, "log_tail", ())
            )
            self._stop(after=error)
            if isinstance(
                error, ServerError | EndpointError | OSError
            ) and not isinstance(error, CannotWriteError):
                raise GroupLostError(
                    self.group, _said(error), log_tail
                ) from error
            raise
        self.came_up = True
        self._sent = {}
        self.results.note("server", group=self.group.id, **asdict(confirmation))
        self.display.server(self.group.server, confirmation)

    def _output(self) -> Output:
        """What is to come out of its points: energy is that of the cards of its hardware."""
        hardware, output = self.group.server.hardware, self.task.output
        if hardware is None or hardware.cards is None:
            return output
        return output.model_copy(update={"cards": hardware.cards})

    def _log_tail(self) -> Sequence[str]:
        """The end of the server's log; empty if it cannot be read."""
        with suppress(Exception):
            return self._server.log_tail()
        return ()

    def _name_outdated(self) -> None:
        state, places = self.results.state, self.results.places
        if told := outdated(self.group, state, places.result_dir):
            self.display.say(told)
        self._name_remeasured()

    def _name_remeasured(self) -> None:
        """Points that were measured on another server."""
        state = self.results.state
        old = [
            found
            for point in self.group.points
            if (found := state.result(point.spec.fingerprint))
            and state.result(found.fingerprint, self.facts) is None
        ]
        if old:
            was = {result.server.unlike(self.facts) for result in old}
            now = {self.facts.unlike(result.server) for result in old}
            told = spoken().counted(
                "group.measured_again",
                len(old),
                was=", ".join(sorted(was)),
                now=", ".join(sorted(now)),
            )
            self.display.say(told)

    def _attend(self, point: PlannedPoint) -> None:
        """Measure a point, once more if the server died meanwhile."""
        self._require_server()
        if not self._try(point) and self._is_dead():
            if self._restarts_left:
                self.display.say(spoken().text("campaign.died", point=point.id))
            self._require_server()
            self._try(point)

    def _require_server(self) -> None:
        """Check that the server is alive, and restart it if restarts are left."""
        try:
            self._server.check()
        except ServerError as error:
            most = self.task.restarts
            told = {"error": sentence_of(error), "n": most}
            if not self._restarts_left:
                lost = Said("server.restarts.over", told)
                raise GroupLostError(
                    self.group, lost, error.log_tail
                ) from error
            self._restarts_left -= 1
            self.results.note(
                "server lost", group=self.group.id, reason=str(error)
            )
            told |= {
                "what": self._server.restart_words,
                "n": most - self._restarts_left,
                "most": most,
            }
            self.display.say(in_words(Said("server.restarts", told)))
            self.stop()
            self._start()

    def _is_dead(self) -> bool:
        try:
            self._server.check()
        except ServerError:
            return True
        return False

    def _try(self, point: PlannedPoint) -> bool:
        """Whether the point now has a result that counts; the ledger has the reason if not."""
        try:
            result = self._measure(point)
        except PointError as error:
            return self._fail(point, " ".join(error.reasons))
        except (EndpointError, MeasurementError) as error:
            if isinstance(error, EndpointError) and error.status in REFUSED_ALL:
                self._fail(point, error.sentence)
                raise GroupLostError(
                    self.group, error.sentence, self._server.log_tail()
                ) from error
            found = isinstance(error, MeasurementError) and diagnose_reply(
                str(error)
            )
            sentence = sentence_of(error)
            return self._fail(
                point,
                both(sentence, diagnosed(found.name)) if found else sentence,
            )
        return result.counts

    def _fail(self, point: PlannedPoint, reason: Said | str) -> bool:
        self.results.note(
            "failed",
            fingerprint=point.spec.fingerprint,
            point=point.id,
            reason=str(reason),
        )
        self.display.failed(point, in_words(reason))
        return False

    def _measure(self, point: PlannedPoint) -> Result:
        attempt = self._begin(point)
        session = self._session
        assert session is not None
        with Interruption() as interruption:
            with self.display.measuring(point) as show:
                ready = session.prepare(point.spec, attempt=attempt)
                self._note(ready)
                measured = session.measure(
                    ready,
                    find_calibration=lambda: self.task.calibration(
                        point.spec.workers
                    ),
                    request_id_prefix=f"{ready.spec.fingerprint}-{attempt}-",
                    on_progress=show,
                    on_sampling=self._show_beside,
                    interruption=interruption,
                )
            # its prompts: there is more room then for what saves results
            del ready
            if measured.trace.interrupted:
                raise KeyboardInterrupt
            result = self._save(point, measured, attempt)
            interruption.release()
        if result.counts:
            self._sent[point.spec.prompts_fingerprint] = attempt
        return result

    def _show_beside(self, newest: Callable[[], Newest]) -> None:
        self.display.beside(newest, self._server.recent_log)

    def _note(self, ready: ReadyPoint) -> None:
        """Show once: unsent fields of rows, what could not be checked, what was changed in
        requests.
        """
        rows = rows_in_words(ready.workload.origin)
        for line in (
            *(
                [padded(spoken().text("plan.rows"), INDENT) + rows]
                if rows
                else []
            ),
            *(f"  {in_words(note)}" for note in ready.notes),
        ):
            if line not in self._noted:
                self._noted.add(line)
                self.display.say(printable(line))

    def _begin(self, point: PlannedPoint) -> int:
        """The attempt's number; a warm point has that of its cold point."""
        prompts = point.spec.prompts_fingerprint
        if point.after is None:
            self._sent[prompts] = None
            return self.results.begin(point.spec)
        cold = next(
            each for each in self.group.points if each.id == point.after
        )
        if prompts not in self._sent:
            self._attend(cold)
        attempt = self._sent.get(prompts)
        if attempt is None:
            raise PointError([Said("group.no_cold", {"point": cold.id})])
        return self.results.begin(point.spec, attempt)

    def _save(
        self, point: PlannedPoint, measured: PointResult, attempt: int
    ) -> Result:
        server, verdict = measured.ready.server, measured.verdict

        def write(run_directory: Path, json: Path) -> None:
            import_frugally()
            measured.save_run(
                run_directory, describe_environment(sys.argv, server)
            )
            save_result(json, measured.result())

        english = [finding.sentence for finding in verdict.reasons()]
        if verdict.status == "INVALID" and measured.diagnosis:
            english.append(str(diagnosed(measured.diagnosis)))
        measurement = Measurement(
            spec=measured.ready.spec,
            point=point.id,
            status=verdict.status,
            reasons=tuple(english),
            allowed=verdict.status == "INVALID" and self.task.allow_invalid,
            server_version=server["version"],
            attempt=attempt,
            file_name=self.task.file_name(point, measured.finished),
            max_model_len=usable_limit(server.get("max_model_len")),
        )
        result = self.results.save(measurement, write)
        path = str(self.results.places.result_dir / result.json)
        self.display.measured(
            point,
            result.status,
            _reasons_in_words(measured),
            measured.summary,
            path,
        )
        return result


def _reasons_in_words(measured: PointResult) -> list[str]:
    """In the language of the terminal; the ledger has them in English."""
    words, verdict = spoken(), measured.verdict
    sentences = [
        finding.said(words.language).text for finding in verdict.reasons()
    ]
    if verdict.status == "INVALID" and measured.diagnosis:
        sentences.append(words.diagnosis(measured.diagnosis))
    return sentences


def _choice(recipe: ServerRecipe) -> Choice | None:
    """What chooses the cards of a server that we start; None where that is not known."""
    if recipe.kind == "process":
        return Choice({**os.environ, **recipe.environment})
    if recipe.kind != "compose" or not recipe.compose_file:
        return None
    try:
        devices, variables = container_devices(
            recipe.compose_file, recipe.compose_service or ""
        )
    except UnsaidError:
        return None
    return Choice({**variables, **recipe.environment}, devices)


def _said(error: Exception) -> Said | str:
    return (
        sentence_of(error)
        if isinstance(error, ServerError | EndpointError)
        else f"{type(error).__name__}: {error}"
    )
