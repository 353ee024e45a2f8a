"""What went wrong between us and a server, as one sentence with cause and cure. Sends nothing."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


class EndpointError(Exception):
    """One sentence with cause and cure. Of an answer: its HTTP status, the server's own words, and when to ask again."""

    def __init__(
        self, sentence: str, status: int | None = None, said: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.said = said
        self.retry_after_s = retry_after_s


def transport_error(error: httpx.HTTPError, base_url: str, asked: str, timeout_s: float) -> EndpointError:
    """No HTTP answer came. The library's own words are used only where they come from the operating system or from TLS."""
    import httpx

    causes = list(_causes(error))
    if isinstance(error, httpx.TimeoutException):
        sentence = _too_slow(base_url, asked, timeout_s, connecting=isinstance(error, httpx.ConnectTimeout))
    elif any(isinstance(cause, ssl.SSLError) for cause in causes):
        sentence = _no_tls(base_url, causes)
    elif isinstance(error, httpx.ConnectError):
        sentence = _no_connection(base_url, causes)
    else:
        sentence = (
            f"{base_url} closed the connection or sent something that is not HTTP in answer to {asked}: "
            "check --port, use https:// if it speaks TLS, and look at the server's log."
        )
    return EndpointError(sentence)


def _too_slow(base_url: str, asked: str, timeout_s: float, *, connecting: bool) -> str:
    if connecting:
        return f"{base_url} did not take a connection in time: check the address, the network and the firewall."
    return (
        f"{base_url} took the connection but did not answer {asked} within {timeout_s:g} s: "
        "wait until the server is ready and idle, or look at its log."
    )


def _no_tls(base_url: str, causes: Sequence[BaseException]) -> str:
    untrusted = [cause.verify_message for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)]
    if untrusted:
        return (
            f"The TLS certificate of {base_url} is not trusted ({untrusted[0]}): "
            "pass --insecure to accept it, or name its authority in SSL_CERT_FILE."
        )
    return f"{base_url} does not speak TLS as we do: use http:// if it is plain HTTP, else check its TLS set-up."


def _no_connection(base_url: str, causes: Sequence[BaseException]) -> str:
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"The host of {base_url} is not known: check the spelling of --host or --base-url, or use its address."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"Nothing listens on {base_url}: start the server, or check --host and --port (or --base-url)."
    why = next((cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror), "no connection")
    return f"{base_url} cannot be reached ({why}): check the address, the network and the firewall."


def status_error(response: httpx.Response, base_url: str, said: str, has_key: bool) -> EndpointError:
    """An HTTP answer that is no use. `said` is the server's own message, fit to be shown."""
    status = response.status_code
    path = response.url.path
    if status in (401, 403) and has_key:
        sentence = (
            f"{base_url} refuses the API key it was sent ({status} on {path}): check OPENAI_API_KEY, or bench's --header."
        )
    elif status in (401, 403):
        sentence = (
            f"{base_url} wants an API key ({status} on {path}): set OPENAI_API_KEY, "
            "or give bench --header 'Authorization=Bearer KEY'."
        )
    elif status in (404, 405):
        sentence = f"{base_url} answers {status} on {path} ({said}): check --model, --endpoint, --backend and --base-url."
    elif status == 503:
        sentence = f"{base_url} is not ready yet ({said}): wait until the model is loaded and /health answers 200."
    elif response.is_redirect:
        sentence = f"{base_url} redirects {path} to {response.headers.get('location', '?')}: give that address as --base-url."
    else:
        sentence = f"{base_url} answers {status} on {path} ({said}): look at the server's log."
    wait = response.headers.get("retry-after", "")
    return EndpointError(sentence, status, said, float(wait) if wait.isascii() and wait.isdigit() else None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it was raised from, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
