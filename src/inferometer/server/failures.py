"""What went wrong between us and a server: one sentence with cause and cure. Sends nothing."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from inferometer.diagnose import diagnose_reply
from inferometer.printable import MAX_NAME_CHARS, printable
from inferometer.secret import masked_text
from inferometer.server.proxies import proxy_variable
from inferometer.spec.flags import parse_base_url
from inferometer.words import Said, reason_of

if TYPE_CHECKING:
    import httpx

    from inferometer.server.calls import Answer

CHECK_NETWORK = Said("cure.network")

LOGIN = ("login", "signin", "sign-in", "sso", "oauth", "saml", "auth")
"""Words in the addresses of login pages."""


class EndpointError(Exception):
    """One sentence with cause and cure, for a terminal.

    For an answer: its HTTP status, the server's message, and when to retry. `reason` is the cause
    alone, in a few words.
    """

    def __init__(
        self,
        sentence: Said | str,
        status: int | None = None,
        said: str | None = None,
        retry_after_s: float | None = None,
        *,
        reason: Said | str | None = None,
        unreachable: bool = False,
        timed_out: bool = False,
        redirect: bool = False,
    ) -> None:
        super().__init__(printable(str(sentence)))
        self.sentence = sentence
        """As data, where it is ours."""
        self.status = status
        self.said = said
        self.retry_after_s = retry_after_s
        self.reason = reason or sentence
        self.unreachable = unreachable
        """The connection was not accepted."""
        self.timed_out = timed_out
        """The connection was accepted, but the answer did not come in time."""
        self.redirect = redirect


def transport_error(
    error: httpx.HTTPError, base_url: str, asked: str, timeout_s: float
) -> EndpointError:
    """No HTTP answer came. The library's words are used only for errors of the operating system and
    TLS.
    """
    import httpx

    causes = list(_causes(error))
    to = {"url": base_url, "asked": asked}
    if isinstance(error, httpx.ConnectTimeout):
        return _not_reached(
            Said("server.no_connection_in_time", to), CHECK_NETWORK, base_url
        )
    if isinstance(error, httpx.TimeoutException):
        what = Said("server.no_answer_in_time", {**to, "timeout": timeout_s})
        return EndpointError(
            _with_cure(what, Said("cure.wait_or_log")),
            reason=Said("server.late", {"asked": asked, "timeout": timeout_s}),
            timed_out=True,
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return EndpointError(_no_tls(base_url, causes), unreachable=True)
    if isinstance(error, httpx.ConnectError):
        return _no_connection(base_url, causes)
    return EndpointError(
        _with_cure(Said("server.not_http", to), Said("cure.port_or_tls"))
    )


def _with_cure(what: Said, cure: Said) -> Said:
    return Said("server.sentence", {"what": what, "cure": cure})


def too_large(base_url: str, asked: str, max_bytes: int) -> EndpointError:
    """An answer that goes on and on."""
    what = Said(
        "server.too_large",
        {"url": base_url, "asked": asked, "mib": max_bytes / 2**20},
    )
    return EndpointError(
        _with_cure(what, Said("cure.inference_server")),
        status=200,
        reason=Said(
            "server.too_large.short", {"asked": asked, "mib": max_bytes / 2**20}
        ),
    )


def _no_tls(base_url: str, causes: Sequence[BaseException]) -> Said:
    untrusted = [
        cause.verify_message
        for cause in causes
        if isinstance(cause, ssl.SSLCertVerificationError)
    ]
    if untrusted:
        what = Said("server.untrusted", {"url": base_url, "why": untrusted[0]})
        return _with_cure(what, Said("cure.insecure"))
    return _with_cure(
        Said("server.no_tls", {"url": base_url}), Said("cure.plain_http")
    )


def _no_connection(
    base_url: str, causes: Sequence[BaseException]
) -> EndpointError:
    to = {"url": base_url}
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return _not_reached(
            Said("server.unknown_host", to), Said("cure.host"), base_url
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return _not_reached(
            Said("server.nothing_listens", to),
            Said("cure.start_server"),
            base_url,
        )
    why = next(
        (
            reason_of(cause)
            for cause in causes
            if isinstance(cause, OSError) and cause.strerror
        ),
        Said("server.no_connection"),
    )
    return _not_reached(
        Said("server.unreachable", {**to, "why": why}), CHECK_NETWORK, base_url
    )


def _not_reached(what: Said, cure: Said, base_url: str) -> EndpointError:
    """With what stands in the way where others reach that host through a proxy of the environment,
    which we pass by.
    """
    reason, proxy = what, proxy_passed_by(base_url)
    if proxy:
        reason = Said("server.past_proxy", {"what": what, "proxy": proxy})
    return EndpointError(
        _with_cure(reason, cure), reason=reason, unreachable=True
    )


def proxy_passed_by(base_url: str) -> Said | str:
    """That a proxy of the environment is not used, and what helps, to be put into a sentence; ''
    where there is none.
    """
    variable = proxy_variable(base_url)
    if variable is None:
        return ""
    parts = urlsplit(base_url)
    host = (
        f"[{parts.hostname}]"
        if ":" in (parts.hostname or "")
        else parts.hostname
    )
    port, insecure = (
        (443, " server.insecure") if parts.scheme == "https" else (80, "")
    )
    values = {
        "variable": variable,
        "target": f"{host}:{parts.port or port}",
        "local": f"{parts.scheme}://127.0.0.1:8000{insecure}",
    }
    return Said("server.proxy", values)


def _cure_of_key(path: str, *, has_key: bool) -> Said:
    cure = Said("cure.check_key" if has_key else "cure.give_key")
    at_models = path.endswith("/models")
    return Said("cure.or_model", {"cure": cure}) if at_models else cure


def _cure_of_path(base_url: str, path: str, *, measured: bool) -> Said:
    cure = Said("cure.model_and_endpoint")
    has_version = re.search(r"/v\d[^/]*$", base_url)
    if not (measured and path.startswith("/v1/") and has_version):
        return cure
    endpoint = path.removeprefix("/v1")
    return Said("cure.endpoint", {"endpoint": endpoint, "cure": cure})


def status_error(
    answer: Answer,
    base_url: str,
    path: str,
    said: str,
    *,
    has_key: bool,
    measured: bool = False,
) -> EndpointError:
    """An HTTP answer that is of no use.

    `path` was requested; `measured`: a run's requests go there. `said` is the server's message,
    safe to show.
    """
    status = answer.status
    location = None if answer.location is None else masked_text(answer.location)
    to = {"url": base_url, "path": path, "status": status, "said": said}
    reason = Said("server.status", to)
    if status in (401, 403):
        refused = "server.key_refused" if has_key else "server.key_wanted"
        cure = _cure_of_key(path, has_key=has_key)
        sentence = _with_cure(Said(refused, to), cure)
    elif status in (404, 405):
        cure = _cure_of_path(base_url, path, measured=measured)
        sentence = _with_cure(Said("server.answers", to), cure)
    elif status == 503:
        sentence = _with_cure(
            Said("server.not_ready", to), Said("cure.wait_for_health")
        )
    elif location is not None:
        sentence = _redirected(base_url, path, location, measured=measured)
        elsewhere = {"location": printable(location, MAX_NAME_CHARS)}
        reason = Said("server.status.redirect", {**to, **elsewhere})
    else:
        cure = _cure_of_reply(f"HTTP {status}: {said}")
        sentence = _with_cure(Said("server.answers", to), cure)
    wait = answer.headers.get("retry-after", "")
    return EndpointError(
        sentence,
        status,
        said,
        float(wait) if wait.isascii() and wait.isdigit() else None,
        reason=reason,
        redirect=location is not None,
    )


def _cure_of_reply(reply: str) -> Said:
    found = diagnose_reply(reply)
    return Said(f"diagnosis.{found.name}.cure" if found else "cure.server_log")


def _redirected(
    base_url: str, path: str, location: str, *, measured: bool
) -> Said:
    """Which flags lead to where a redirect points, with values that they take."""
    to = {"url": base_url, "path": path, "location": location}
    try:
        target = urlsplit(urljoin(base_url + path, location))
        server = parse_base_url(f"{target.scheme}://{target.netloc}")
    except ValueError:
        return _with_cure(
            Said("server.redirects_nowhere", to), Said("cure.setup")
        )
    there = target.path + (f"?{target.query}" if target.query else "")
    prefix = urlsplit(base_url).path
    if server == base_url.removesuffix(prefix) and there == prefix + path:
        return _with_cure(
            Said("server.redirects_to_itself", to), Said("cure.gateway_setup")
        )
    what = Said("server.redirects", to)
    if (
        there.endswith(path)
        and (moved := _base_url(server + there.removesuffix(path))) is not None
    ):
        return _with_cure(what, Said("cure.base_url", {"moved": moved}))
    if any(
        word in re.split(r"[/.?&=]", f"{target.netloc}{there}".lower())
        for word in LOGIN
    ):
        return _with_cure(
            Said("server.redirects_to_login", to), Said("cure.login")
        )
    if not measured:
        return _with_cure(what, Said("cure.model"))
    below = server == base_url.removesuffix(prefix) and there.startswith(
        f"{prefix}/"
    )
    flags = (
        f"server.endpoint {there.removeprefix(prefix)}"
        if below
        else f"server.base_url {server} server.endpoint {there}"
    )
    return _with_cure(what, Said("cure.flags", {"flags": flags}))


def _base_url(text: str) -> str | None:
    try:
        return parse_base_url(text)
    except ValueError:
        return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and its causes, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
