"""Is the answering server the required one? Asks and compares; starts nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inferometer.printable import printable, printable_name
from inferometer.protocol import PROTOCOLS
from inferometer.server.base import (
    Confirmation,
    ServerAbsentError,
    ServerError,
    WrongServerError,
)
from inferometer.server.endpoint import NOT_YET, Endpoint, EndpointError
from inferometer.server.model_list import ModelCard, listed_names
from inferometer.server.port import listener
from inferometer.words import Said, both, diagnosed, sentence_of, spoken

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed

ASK_TIMEOUT_S = 10.0
POLL_S = 0.5
TELL_EVERY_S = 30.0
SHOWN_LINES = 20
DIAGNOSED_LINES = 400
"""A failing engine prints the cause first, and the tracebacks of all its workers after it."""
SAME_START_S = 2.0
"""Two readings of one process's start time differ by less."""

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
START_TIME = re.compile(r"^process_start_time_seconds (\S+)", re.MULTILINE)


def open_endpoint(base_url: str, backend: str) -> Endpoint:
    """An endpoint with the patience that a busy server needs. Raises ServerError if there can be
    none.

    `backend` names the wire format in PROTOCOLS, for the routes of its servers.
    """
    try:
        return Endpoint(
            base_url, timeout_s=ASK_TIMEOUT_S, routes=PROTOCOLS[backend].routes
        )
    except EndpointError as error:
        raise ServerError(sentence_of(error)) from None


def verify(endpoint: Endpoint, need: ServerNeed, *, ours: bool) -> Confirmation:
    """What is known of the server behind `endpoint`, once health, model and max_model_len match
    `need`.

    `ours`: we started it with the need's command, so its tensor parallelism is known. What the
    server does not report stays unchecked. A contradiction by an external server does too: requests
    will decide. Raises ServerAbsentError, WrongServerError.
    """
    taken_as_it_is = need.recipe.kind == "external" and not ours
    cards, untold = _cards(endpoint, patient=not taken_as_it_is)
    is_healthy = endpoint.health() is not False
    if not (is_healthy or taken_as_it_is):
        where = {"url": endpoint.base_url}
        raise ServerAbsentError(Said("server.unhealthy", where))
    version = endpoint.version()
    card = None
    try:
        card = _right_model(endpoint.base_url, need, cards, ours=ours)
    except UnlistedError as error:
        if not taken_as_it_is:
            raise
        untold = error.what
    facts = {
        "base_url": endpoint.base_url,
        "model": card.id if card else None,
        "max_model_len": card.max_model_len if card else None,
        "version": version,
    }
    unchecked = (
        *_unchecked_of_server(need, ours=ours, is_healthy=is_healthy),
        *_unchecked_of_model(need, card, untold),
    )
    return Confirmation(facts, unchecked, "inferometer" if ours else "nobody")


def _unchecked_of_server(
    need: ServerNeed, *, ours: bool, is_healthy: bool
) -> Iterator[Said]:
    if not ours:
        yield Said("unchecked.tp", {"tp": need.tp})
    if need.hardware:
        hardware = {"hardware": hardware_words(need)}
        yield Said("unchecked.hardware", hardware)
    if not is_healthy:
        yield Said("unchecked.health")


def _unchecked_of_model(
    need: ServerNeed, card: ModelCard | None, untold: str | None
) -> Iterator[Said]:
    if card is None:
        told = {"model": need.served_model, "why": untold}
        yield Said("unchecked.model.why" if untold else "unchecked.model", told)
    elif card.root and _elsewhere(card.root, card.id, need.model_id):
        folder = {"served": card.id, "model": need.model_id}
        yield Said("unchecked.folder", folder)
    is_told = card is not None and card.max_model_len is not None
    if need.max_model_len is not None and not is_told:
        limit = {"limit": need.max_model_len}
        yield Said("unchecked.max_model_len", limit)


def _cards(
    endpoint: Endpoint, *, patient: bool
) -> tuple[list[ModelCard], str | None]:
    """The listed models, and why there are none, if the server tells.

    Raises ServerAbsentError if nothing answers and, for the `patient`, if the model may still be
    loading.
    """
    try:
        return endpoint.models(), None
    except EndpointError as error:
        if error.unreachable:
            # what to do then is not ours to say
            raise ServerAbsentError(
                Said("sentence", {"what": error.reason})
            ) from None
        if error.status is None or (
            patient and (error.status in NOT_YET or error.redirect)
        ):
            raise ServerAbsentError(sentence_of(error)) from None
        return [], error.reason


class UnlistedError(WrongServerError):
    """The server lists other models than the required one."""

    def __init__(self, what: Said) -> None:
        super().__init__(Said("sentence", {"what": what}))
        self.what = what


def _require_root(base_url: str, need: ServerNeed, card: ModelCard) -> None:
    """Raises WrongServerError where the name stands for another model of the hub."""
    root = card.root
    if not root or root == card.id or not HUB_NAME.fullmatch(root):
        return
    if _basename(root) != _basename(need.model_id):
        told = {"url": base_url, "model": need.model_id}
        names = {
            "root": printable_name(root),
            "served": printable_name(card.id),
        }
        what = Said("server.other_root", {**told, **names})
        raise WrongServerError(Said("sentence", {"what": what}))


def _right_model(
    base_url: str, need: ServerNeed, cards: Sequence[ModelCard], *, ours: bool
) -> ModelCard | None:
    """The card of the required model; None if the server lists none or still has to launch it.
    Raises WrongServerError.
    """
    if not cards or need.recipe.launch:
        return None
    card = next(
        (
            each
            for each in cards
            if need.served_model in (each.id, *each.aliases)
        ),
        None,
    )
    if card is None:
        told = {
            "models": listed_names([each.id for each in cards]),
            "model": need.served_model,
        }
        raise UnlistedError(
            Said("server.other_model", {"url": base_url, **told})
        )
    _require_root(base_url, need, card)
    _require_limit(base_url, need, card, ours=ours)
    return card


def _require_limit(
    base_url: str, need: ServerNeed, card: ModelCard, *, ours: bool
) -> None:
    if _limit_fits(card.max_model_len, need, ours=ours):
        return
    told = {
        "url": base_url,
        "served": printable_name(card.id),
        "found": card.max_model_len,
        "limit": need.max_model_len,
        "accepts": "" if ours else _as_it_is(card.max_model_len, need),
    }
    what = Said("server.other_limit", told)
    raise WrongServerError(Said("sentence", {"what": what}))


def _limit_fits(limit: int | None, need: ServerNeed, *, ours: bool) -> bool:
    """A server that we did not start may have a longer limit, unless the study fixes it."""
    if (
        limit is None
        or need.max_model_len is None
        or limit == need.max_model_len
    ):
        return True
    return (
        limit > need.max_model_len
        and not ours
        and not need.recipe.exact_max_model_len
    )


def _as_it_is(limit: int | None, need: ServerNeed) -> str:
    """The setting with which a server of another limit is accepted, if its points fit."""
    if limit is None or (need.longest_request or 0) > limit:
        return ""
    return Said("server.as_found", {"recipe": need.recipe_name, "limit": limit})


def _elsewhere(root: str, served: str, model_id: str) -> bool:
    """Whether a model's root does not identify the model."""
    in_cache = "models--" + model_id.replace("/", "--")
    return (
        root != served
        and _basename(root) != _basename(model_id)
        and in_cache not in root.split("/")
    )


def _basename(name: str) -> str:
    return name.rstrip("/").rsplit("/", 1)[-1].lower()


def hardware_words(need: ServerNeed) -> str:
    """The declared hardware, such as `B: 2 GPUs, PCIe 5.0 x8, 16 GB/s each`; or its name alone."""
    hardware = need.hardware
    if hardware is None:
        return need.hardware_name or ""
    link = f"{hardware.pcie_generation}.0" if hardware.pcie_generation else ""
    link += f" x{hardware.pcie_width}" if hardware.pcie_width else ""
    many = "hardware.gpus.one" if hardware.gpus == 1 else "hardware.gpus"
    facts: list[str] = [Said(many, {"n": hardware.gpus})]
    facts += [f"PCIe {link.strip()}"] if link else []
    if hardware.bandwidth_gb_s:
        facts.append(
            Said("hardware.bandwidth", {"gb_s": hardware.bandwidth_gb_s})
        )
    return Said("hardware.is", {"name": need.hardware_name, "facts": facts})


@dataclass(frozen=True, slots=True)
class Start:
    """Identifies one start of a server: start time of its process, s since 1970, and its id if it
    is local.

    Each may be None.
    """

    started_s: float | None = None
    pid: int | None = None

    def goes_on(self) -> bool:
        """Whether the process is known and alive."""
        import psutil

        try:
            return self.pid is not None and bool(
                same_start(
                    psutil.Process(self.pid).create_time(), self.started_s
                )
            )
        except psutil.Error:
            return False


def start_of(endpoint: Endpoint) -> Start:
    """The start of the answering server, by its own report or by this host's processes."""
    try:
        found_start = START_TIME.search(endpoint.metrics_text() or "")
        if found_start:
            return Start(float(found_start[1]))
    except (EndpointError, ValueError):
        return Start()
    process = listener(
        endpoint.base_url
    )  # looks through all processes: 0.1 s and more
    return Start(process.started_s, process.pid) if process else Start()


def same_start(one: float | None, other: float | None) -> bool | None:
    """Whether two start times are of one start; None if one is unknown."""
    return (
        None
        if one is None or other is None
        else abs(one - other) < SAME_START_S
    )


def check_unchanged(need: ServerNeed, start: Start) -> Confirmation:
    """What is known of the server now. Raises ServerError if it is wrong or was restarted since
    `start`.
    """
    with open_endpoint(need.recipe.base_url, need.recipe.backend) as endpoint:
        found = verify(endpoint, need, ours=False)
        if (
            not start.goes_on()
            and same_start(start.started_s, start_of(endpoint).started_s)
            is False
        ):
            raise ServerError(
                Said("server.restarted", {"url": endpoint.base_url})
            )
        return found


def check_ours(
    need: ServerNeed,
    check_alive: Callable[[], object],
    log_tail: Callable[[int], list[str]],
    pause: Callable[[], object] = lambda: None,
) -> None:
    """Check a server that we started. Raises ServerError: if it is silent and, after a `pause`, has
    ended, then that says more.
    """
    check_alive()
    with open_endpoint(need.recipe.base_url, need.recipe.backend) as endpoint:
        try:
            verify(endpoint, need, ours=True)
        except ServerAbsentError as error:
            pause()
            check_alive()
            raise failure(sentence_of(error), log_tail, running=True) from None


def wait_until_ready(
    base_url: str,
    need: ServerNeed,
    *,
    check_alive: Callable[[], object],
    pause: Callable[[float], None],
    log_tail: Callable[[int], list[str]],
    say: Callable[[str], None],
) -> Confirmation:
    """Ask the server that we started until it is the required one, for at most the recipe's
    `start_timeout_s`.

    `check_alive` raises once it has died; `pause` sleeps, or returns early for that. Raises
    ServerError.
    """
    timeout_s = need.recipe.ready_timeout_s
    begin_s = told_s = time.monotonic()
    with open_endpoint(base_url, need.recipe.backend) as endpoint:
        while True:
            check_alive()
            try:
                confirmation = verify(endpoint, need, ours=True)
            except ServerAbsentError as error:
                trouble = sentence_of(error)
            except WrongServerError as error:
                wrong = Said("server.wrong_start", {"why": sentence_of(error)})
                raise ServerError(wrong, log_tail(SHOWN_LINES)) from None
            else:
                check_alive()  # so that it was ours that answered
                return confirmation
            now_s = time.monotonic()
            if now_s - begin_s > timeout_s:
                told = {"timeout": timeout_s, "why": trouble}
                raise failure(Said("server.not_ready_in_time", told), log_tail)
            if now_s - told_s > TELL_EVERY_S:
                told_s = now_s
                times = {"seconds": now_s - begin_s, "timeout": timeout_s}
                last = printable("".join(log_tail(1)))
                say(
                    spoken()
                    .text("progress.starting", **times, last=last)
                    .rstrip()
                )
            pause(POLL_S)


def failure(
    sentence: str,
    log_tail: Callable[[int], list[str]],
    *,
    running: bool = False,
) -> ServerError:
    """The error `sentence`, with the cause that the log shows, and its cure. `running`: whether the
    server had come up.
    """
    from inferometer.diagnose import diagnose_end

    found = diagnose_end(log_tail(DIAGNOSED_LINES), running=running)
    explained = both(sentence, diagnosed(found.name)) if found else sentence
    return ServerError(explained, log_tail(SHOWN_LINES))
