"""A server of any kind that starts without a model, and the model that is launched on it through
Xinference's API.

The model is launched as the recipe's `launch` says, under the name that requests use, and
terminated before the server stops. A model is listed long before it serves, so it has to answer a
request first. Starts no process itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from inferometer.diagnose import diagnose
from inferometer.protocol import PROTOCOLS
from inferometer.server.base import Confirmation, Server, ServerError
from inferometer.server.endpoint import Endpoint, EndpointError
from inferometer.server.verification import (
    SHOWN_LINES,
    failure,
    open_endpoint,
    verify,
)
from inferometer.words import (
    Said,
    both,
    diagnosed,
    in_words,
    sentence_of,
    spoken,
)

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed

LAUNCH = "/v1/models?wait_ready=true"
REGISTRATIONS = "/v1/model_registrations"
POLL_S = 1.0
ANSWER_TIMEOUT_S = 300.0
"""For the first request, during which an engine may still compile."""
END_TIMEOUT_S = 30.0


class XinferenceServer:
    """The model is launched on `server`, which verifies everything but the model."""

    def __init__(
        self,
        server: Server,
        need: ServerNeed,
        *,
        say: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        limit = need.max_model_len
        self.need = replace(
            need,
            recipe=need.recipe.model_copy(update={"launch": {}}),
            max_model_len=None,
        )
        """Required once the model is launched; the limit in Xinference's list is that of the
        model's family.
        """
        self._unchecked = (
            (f"max_model_len {limit}",) if limit is not None else ()
        )
        self._body = launch_body(need)
        self._server = server
        self._say = say
        self._pause = pause
        self._registered = False
        self._asked = False
        """Whether the model is ours to terminate."""
        self._launched = False

    @property
    def base_url(self) -> str:
        return self._server.base_url

    @property
    def restart_words(self) -> str:
        return self._server.restart_words

    def start(self) -> Confirmation:
        self.stop()
        up = self._server.start()
        begin_s = time.monotonic()
        try:
            with open_endpoint(
                self.base_url, self.need.recipe.backend
            ) as endpoint:
                self._refuse_taken(endpoint)
                self._register(endpoint)
                self._launch(endpoint)
                self._wait_for_answer(
                    endpoint, begin_s + self.need.recipe.ready_timeout_s
                )
                found = self._verified(endpoint)
        except BaseException:
            with suppress(Exception):  # what went wrong first is what counts
                self.stop()
            raise
        took = {"launch_s": round(time.monotonic() - begin_s, 1)}
        return Confirmation(
            up.facts | found.facts | took,
            found.unchecked + self._unchecked,
            up.confirmed_by,
        )

    def check(self) -> None:
        self._server.check()
        with open_endpoint(self.base_url, self.need.recipe.backend) as endpoint:
            self._verified(endpoint)

    def stop(self) -> None:
        try:
            if self._asked or self._registered:
                self._terminate()
        finally:
            self._registered = self._asked = self._launched = False
            self._server.stop()

    def log_tail(self, lines: int = SHOWN_LINES) -> list[str]:
        return self._server.log_tail(lines)

    def recent_log(self) -> list[str]:
        return self._server.recent_log()

    @property
    def _model(self) -> str:
        return f"/v1/models/{quote(self.need.served_model, safe='')}"

    def _refuse_taken(self, endpoint: Endpoint) -> None:
        uid = self.need.served_model
        try:
            taken = uid in [card.id for card in endpoint.models()]
        except EndpointError as error:
            raise self._failed(sentence_of(error)) from None
        if taken:
            told = {"url": self.base_url, "model": uid, "path": self._model}
            raise ServerError(Said("xinference.taken", told))

    def _register(self, endpoint: Endpoint) -> None:
        """Register a model that Xinference does not know, while it runs. Raises ServerError."""
        if not self.need.recipe.registration:
            return
        model = json.dumps(
            self.need.recipe.registration
        )  # the API wants it as text
        try:
            endpoint.call(
                "POST",
                f"{REGISTRATIONS}/{self._body['model_type']}",
                {"model": model, "persist": False},
            )
        except EndpointError as error:
            what = Said(
                "xinference.not_registered", {"model": self._body["model_name"]}
            )
            raise self._failed(self._because(what, error)) from None
        self._registered = True

    def _launch(self, endpoint: Endpoint) -> None:
        """Request the model, and wait until Xinference reports it ready. Raises ServerError."""
        model = {"model": self._body["model_name"]}
        told_of = {
            **model,
            "url": self.base_url,
            "name": self.need.served_model,
        }
        self._say(spoken().text("xinference.launching", **told_of))
        self._asked = True
        answer: SimpleQueue[EndpointError | None] = SimpleQueue()
        Thread(
            target=self._ask, args=(answer,), daemon=True, name="launch"
        ).start()
        shown = -1
        while True:
            try:
                error = answer.get(timeout=POLL_S)
            except Empty:
                shown = self._tell_progress(endpoint, shown)
                continue
            if error is not None:
                what = Said("xinference.not_launched", model)
                raise self._failed(self._because(what, error))
            self._launched = True
            return

    def _ask(self, answer: SimpleQueue[EndpointError | None]) -> None:
        """The answer comes when the model is ready; its own connection outlives an interruption of
        ours.
        """
        with open_endpoint(self.base_url, self.need.recipe.backend) as endpoint:
            try:
                endpoint.call(
                    "POST",
                    LAUNCH,
                    self._body,
                    timeout_s=self.need.recipe.ready_timeout_s,
                )
            except EndpointError as error:
                answer.put(error)
            else:
                answer.put(None)

    def _tell_progress(self, endpoint: Endpoint, shown: int) -> int:
        """Report the progress of loading in steps of 10 %, beyond what was `shown`."""
        try:
            progress = endpoint.call("GET", f"{self._model}/progress").get(
                "progress"
            )
        except (
            EndpointError,
            AttributeError,
        ):  # not begun yet, or over: the launch itself will say
            return shown
        tens = int(progress * 10) if isinstance(progress, int | float) else -1
        if tens > shown:
            loaded = {"model": self.need.served_model, "percent": tens * 10}
            self._say(spoken().text("xinference.loaded", **loaded))
        return max(tens, shown)

    def _wait_for_answer(self, endpoint: Endpoint, deadline_s: float) -> None:
        """Request one token, again and again while Xinference reports that the model is loading."""
        model = self.need.served_model
        path = PROTOCOLS[self.need.recipe.backend].path(model)
        prompt: dict[str, Any] = {"prompt": "Hello"}
        if "chat" in path:
            prompt = {"messages": [{"role": "user", "content": "Hello"}]}
        body = {"model": model, "max_tokens": 1, **prompt}
        while True:
            try:
                endpoint.call("POST", path, body, timeout_s=ANSWER_TIMEOUT_S)
                return
            except EndpointError as error:
                left_s = deadline_s - time.monotonic()
                if error.status != 503 or left_s <= 0:
                    what = Said("xinference.silent", {"model": model})
                    raise self._failed(self._because(what, error)) from None
                self._pause(min(error.retry_after_s or POLL_S, left_s))

    def _verified(self, endpoint: Endpoint) -> Confirmation:
        try:
            found = verify(endpoint, self.need, ours=True)
        except ServerError as error:
            raise self._failed(sentence_of(error)) from None
        if found.facts["model"] is None:
            told = {"url": self.base_url, "model": self.need.served_model}
            raise self._failed(Said("xinference.unlisted", told))
        return found

    def _because(self, what: Said, error: EndpointError) -> Said:
        """With Xinference's message if it refused the model, else with the server's trouble."""
        if error.said is None or error.status in (401, 403, 404, 405):
            return Said(
                "xinference.because", {"what": what, "why": sentence_of(error)}
            )
        said = {"status": error.status, "said": error.said.rstrip(".")}
        return Said(
            "xinference.said",
            {"what": what, **said, "recipe": self.need.recipe_name},
        )

    def _failed(self, sentence: str) -> ServerError:
        """The error `sentence`, unless the server has died, which says more."""
        try:
            self._server.check()
        except ServerError as death:
            return death
        # its own words are about this model; its log may be about others too
        known = diagnose(sentence)
        return (
            ServerError(both(sentence, diagnosed(known.name)), self.log_tail())
            if known
            else failure(sentence, self.log_tail)
        )

    def _terminate(self) -> None:
        """Also while it loads. A failure is reported, unless the server is gone too."""
        with (
            suppress(ServerError),
            open_endpoint(self.base_url, self.need.recipe.backend) as endpoint,
        ):
            if self._asked and not self._launched:
                with suppress(EndpointError):
                    endpoint.call(
                        "POST", f"{self._model}/cancel", timeout_s=END_TIMEOUT_S
                    )
            for path in self._made():
                try:
                    endpoint.call("DELETE", path, timeout_s=END_TIMEOUT_S)
                except EndpointError as error:
                    if self._launched and error.status is not None:
                        why = in_words(error)
                        told = {"model": self.need.served_model, "why": why}
                        self._say(
                            spoken().text("xinference.not_terminated", **told)
                        )

    def _made(self) -> list[str]:
        """Paths of what is there because we asked for it."""
        paths = [self._model] if self._asked else []
        if self._registered:
            paths.append(
                f"{REGISTRATIONS}/{self._body['model_type']}"
                f"/{quote(str(self._body['model_name']), safe='')}"
            )
        return paths


def launch_body(need: ServerNeed) -> dict[str, Any]:
    """What Xinference is asked to launch: the recipe's settings, under the name that
    requests use.
    """
    return {
        "model_type": "LLM",
        **need.recipe.launch,
        "model_uid": need.served_model,
    }
