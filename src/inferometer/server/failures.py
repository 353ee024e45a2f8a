"""What went wrong between us and a server, as one sentence with cause and cure. Sends nothing."""

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
from inferometer.words import Said

if TYPE_CHECKING:
    import httpx

    from inferometer.server.calls import Answer

CHECK_NETWORK = "check the address, the network and the firewall"

LOGIN = ("login", "signin", "sign-in", "sso", "oauth", "saml", "auth")
"""Words of addresses where people sign in."""


class EndpointError(Exception):
    """One sentence with cause and cure, fit for a terminal.

    Of an answer: its HTTP status, the server's own words, and when to ask again. `reason` is the
    cause alone, in a few words.
    """

    def __init__(
        self,
        sentence: str,
        status: int | None = None,
        said: str | None = None,
        retry_after_s: float | None = None,
        *,
        reason: str | None = None,
        unreachable: bool = False,
        timed_out: bool = False,
        redirect: bool = False,
    ) -> None:
        super().__init__(printable(sentence))
        self.status = status
        self.said = said
        self.retry_after_s = retry_after_s
        self.reason = printable(reason or sentence)
        self.unreachable = unreachable
        """Nobody took the connection."""
        self.timed_out = timed_out
        """Somebody took the connection, but the answer did not come in time."""
        self.redirect = redirect


def transport_error(
    error: httpx.HTTPError, base_url: str, asked: str, timeout_s: float
) -> EndpointError:
    """No HTTP answer came. The library's own words are used only where they come from the operating
    system or from TLS.
    """
    import httpx

    causes = list(_causes(error))
    if isinstance(error, httpx.ConnectTimeout):
        return _not_reached(
            f"{base_url} did not take a connection in time", CHECK_NETWORK, base_url
        )
    if isinstance(error, httpx.TimeoutException):
        return EndpointError(
            f"{base_url} took the connection but did not answer {asked} within {timeout_s:g} s: "
            "wait until the server is ready and idle, or look at its log.",
            reason=f"{asked} was not answered within {timeout_s:g} s",
            timed_out=True,
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return EndpointError(_no_tls(base_url, causes), unreachable=True)
    if isinstance(error, httpx.ConnectError):
        return _no_connection(base_url, causes)
    return EndpointError(
        f"{base_url} closed the connection or sent something that is not HTTP in answer to "
        f"{asked}: "
        "check --port, use https:// if it speaks TLS, and look at the server's log."
    )


def too_large(base_url: str, asked: str, max_bytes: int) -> EndpointError:
    """An answer that goes on and on."""
    return EndpointError(
        f"{base_url} answers {asked} with more than {max_bytes / 2**20:g} MiB: check that "
        "--base-url is the inference server.",
        status=200,
        reason=f"{asked} is answered with more than {max_bytes / 2**20:g} MiB",
    )


def _no_tls(base_url: str, causes: Sequence[BaseException]) -> str:
    untrusted = [
        cause.verify_message for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)
    ]
    if untrusted:
        return (
            f"The TLS certificate of {base_url} is not trusted ({untrusted[0]}): "
            "pass --insecure to accept it, or name its authority in SSL_CERT_FILE."
        )
    return (
        f"{base_url} does not speak TLS as we do: use http:// if it is plain HTTP, else check "
        "its TLS set-up."
    )


def _no_connection(base_url: str, causes: Sequence[BaseException]) -> EndpointError:
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        cure = "check the spelling of --host or --base-url, or use its address"
        return _not_reached(f"The host of {base_url} is not known", cure, base_url)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        cure = "start the server, or check --host and --port (or --base-url)"
        return _not_reached(f"Nothing listens on {base_url}", cure, base_url)
    why = next(
        (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror),
        "no connection",
    )
    return _not_reached(f"{base_url} cannot be reached ({why})", CHECK_NETWORK, base_url)


def _not_reached(what: str, cure: str, base_url: str) -> EndpointError:
    """With what stands in the way where others reach that host through a proxy of the environment,
    which we pass by.
    """
    reason = what + proxy_passed_by(base_url)
    return EndpointError(f"{reason}: {cure}.", reason=reason, unreachable=True)


def proxy_passed_by(base_url: str) -> str:
    """That a proxy of the environment is not used, and what helps, to be put into a sentence; ""
    where there is none.
    """
    variable = proxy_variable(base_url)
    if variable is None:
        return ""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port, insecure = (443, " --insecure") if parts.scheme == "https" else (80, "")
    return (
        f"; the proxy of {variable} is not used, since it would be measured along with the "
        "server (to measure all the same, "
        f"forward a port, such as ssh -L 8000:{host}:{parts.port or port} GATEWAY, and give "
        f"--base-url {parts.scheme}://127.0.0.1:8000{insecure})"
    )


def status_error(
    answer: Answer, base_url: str, path: str, said: str, *, has_key: bool, measured: bool = False
) -> EndpointError:
    """An HTTP answer that is no use.

    `path` was asked for; `measured`: it is the one that requests of a run are posted to. `said` is
    the server's own message, fit to be shown.
    """
    status, reason = answer.status, f"{answer.status} on {path}: {said}"
    location = None if answer.location is None else masked_text(answer.location)
    unlisted = "; if it may not list models, give --model" if path.endswith("/models") else ""
    if status in (401, 403) and has_key:
        cure = f"check OPENAI_API_KEY, or bench's --header{unlisted}"
        sentence = f"{base_url} refuses the API key it was sent ({status} on {path}): {cure}."
    elif status in (401, 403):
        cure = f"set OPENAI_API_KEY, or give bench --header 'Authorization=Bearer KEY'{unlisted}"
        sentence = f"{base_url} wants an API key ({status} on {path}): {cure}."
    elif status in (404, 405):
        cure = "check --model, --endpoint, --backend and --base-url"
        if measured and path.startswith("/v1/") and re.search(r"/v\d[^/]*$", base_url):
            cure = (
                f"give --endpoint {path.removeprefix('/v1')}, if the version in --base-url is "
                f"the API's, or {cure}"
            )
        sentence = f"{base_url} answers {status} on {path} ({said}): {cure}."
    elif status == 503:
        sentence = (
            f"{base_url} is not ready yet ({said}): wait until the model is loaded and /health "
            "answers 200."
        )
    elif location is not None:
        sentence = _redirected(base_url, path, location, measured=measured)
        reason = f"{status} on {path}, which redirects to {printable(location, MAX_NAME_CHARS)}"
    else:
        found = diagnose_reply(f"HTTP {status}: {said}")
        cure = f"{Said(f'diagnosis.{found.name}.cure')}" if found else "look at the server's log"
        sentence = f"{base_url} answers {status} on {path} ({said}): {cure}."
    wait = answer.headers.get("retry-after", "")
    return EndpointError(
        sentence,
        status,
        said,
        float(wait) if wait.isascii() and wait.isdigit() else None,
        reason=reason,
        redirect=location is not None,
    )


def _redirected(base_url: str, path: str, location: str, *, measured: bool) -> str:
    """Which flags lead to where a redirect points, with values that they take."""
    try:
        target = urlsplit(urljoin(base_url + path, location))
        server = parse_base_url(f"{target.scheme}://{target.netloc}")
    except ValueError:
        return (
            f"{base_url} redirects {path} to something that is no address ({location}): look at "
            "its set-up."
        )
    there = target.path + (f"?{target.query}" if target.query else "")
    prefix = urlsplit(base_url).path
    if server == base_url.removesuffix(prefix) and there == prefix + path:
        return (
            f"{base_url} redirects {path} to itself: look at the set-up of the server, or of the "
            "gateway before it."
        )
    what = (
        f"{base_url} redirects {path}, and redirects are not followed, since each request would "
        "pay for them"
    )
    if there.endswith(path) and (moved := _base_url(server + there.removesuffix(path))) is not None:
        return f"{what}: give --base-url {moved} (base_url in a campaign)."
    if any(word in re.split(r"[/.?&=]", f"{target.netloc}{there}".lower()) for word in LOGIN):
        return (
            f"{what}; it leads to a login page: give a key (OPENAI_API_KEY, or bench's "
            "--header), or the address of the API."
        )
    if not measured:
        return f"{what}: give --model, with which the list of models is not needed."
    below = server == base_url.removesuffix(prefix) and there.startswith(f"{prefix}/")
    flags = (
        f"--endpoint {there.removeprefix(prefix)}"
        if below
        else f"--base-url {server} --endpoint {there}"
    )
    return f"{what}: give {flags}."


def _base_url(text: str) -> str | None:
    try:
        return parse_base_url(text)
    except ValueError:
        return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it was raised from, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
