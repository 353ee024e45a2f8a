"""The strings that users type, parsed: one `ValueError` of one sentence, naming the flag, for each
thing that is wrong.

Knows the standard library only, so that a command line can import it without cost. What is secret
(the value of a header, a password in an address) is never repeated in an error.
"""

from __future__ import annotations

import difflib
import ipaddress
import json
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import SplitResult, quote, urlsplit

from inferometer.system.rights import may_see_packets
from inferometer.vocabulary import LATENCIES
from inferometer.words import Said
from inferometer.words.library import of_library

SERVER_URL = "VLLM_SERVER_URL"
"""Variable of the environment that holds the server's address."""

ARRIVALS = "INFEROMETER_ARRIVALS"
"""Variable of the environment that says where arrival times come from."""
_ARRIVALS = ("auto", "read", "ring")

MOST_RINGS = 4
"""Each worker's ring takes in the packets of all workers. With more workers, reads cost less."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]*")
_HOST = re.compile(r"[A-Za-z0-9._-]+")
_REQUEST_PATHS = (
    "/completions",
    "/completion",
    "/generate",
    "/generate_stream",
    "/api/chat",
)


def check_header(name: str, value: str) -> None:
    """Raise ValueError unless this header may be sent as it stands; the value is not repeated."""
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError(Said("header.name"))
    if not _HEADER_VALUE.fullmatch(value):
        raise ValueError(Said("header.value", {"name": name}))


def parse_headers(pairs: Iterable[str]) -> dict[str, str]:
    """`--header KEY=VALUE`, each once (names without regard to case)."""
    headers: dict[str, str] = {}
    seen: set[str] = set()
    for pair in pairs:
        name, _, value = pair.partition("=")
        name, value = name.strip(), value.strip()
        if "=" not in pair:
            name = ""  # what was typed may be a key: not repeated
        check_header(name, value)
        if name.lower() in seen:
            raise ValueError(Said("header.twice", {"name": name}))
        seen.add(name.lower())
        headers[name] = value
    return headers


def with_api_key(
    headers: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """`headers`, and the bearer token of OPENAI_API_KEY unless they already say who is asking.
    Twice is as good as once.
    """
    key = environment.get("OPENAI_API_KEY", "").strip()
    if not key or any(name.lower() == "authorization" for name in headers):
        return dict(headers)
    if not _HEADER_VALUE.fullmatch(key):
        raise ValueError(Said("header.api_key"))
    return {**headers, "Authorization": f"Bearer {key}"}


def parse_metadata(pairs: Iterable[str]) -> dict[str, str]:
    """`--metadata KEY=VALUE`, each once; the value may be empty and may hold '='."""
    metadata: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ValueError(Said("metadata.pair", {"pair": pair}))
        if key in metadata:
            raise ValueError(Said("metadata.twice", {"key": key}))
        metadata[key] = value
    return metadata


def parse_extra_body(text: str | None) -> dict[str, Any]:
    """`--extra-body JSON`: an object, merged into every request. None and the empty string are no
    fields at all.
    """
    if not text or not text.strip():
        return {}

    def refuse(constant: str) -> NoReturn:
        raise ValueError(Said("extra_body.constant", {"constant": constant}))

    try:
        body = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        told = {"why": of_library(error.msg), "place": error.pos + 1}
        raise ValueError(Said("extra_body.not_json", told)) from None
    if not isinstance(body, dict):
        raise ValueError(Said("extra_body.no_object"))
    return body


def parse_percentiles(text: str) -> tuple[float, ...]:
    """`--metric-percentiles "50,90,99"`: numbers from 0 to 100, in the order given, without
    repeats.
    """
    percentiles: list[float] = []
    for part in text.split(","):
        try:
            value = float(part)
        except ValueError:
            value = math.nan
        if not 0 <= value <= 100:  # also refuses nan
            raise ValueError(
                Said("output.percentiles", {"value": part.strip()})
            )
        if value not in percentiles:
            percentiles.append(value)
    return tuple(percentiles)


def parse_metrics(text: str) -> tuple[str, ...]:
    """`--percentile-metrics "ttft,tpot,itl,e2el"`: latency metrics in the order given, without
    repeats.
    """
    metrics: list[str] = []
    for part in text.split(","):
        name = part.strip().lower()
        if name not in LATENCIES:
            near = did_you_mean(name, LATENCIES)
            told = {"known": ", ".join(LATENCIES), "name": name, "near": near}
            raise ValueError(Said("output.metrics", told))
        if name not in metrics:
            metrics.append(name)
    return tuple(metrics)


def by_ring(environment: Mapping[str, str], workers: int = 1) -> bool:
    """Whether arrival times are to come from packet rings, one for each worker: by default for a
    few workers, where this process may see packets. Raises ValueError.
    """
    source = environment.get(ARRIVALS, "").strip().lower() or _ARRIVALS[0]
    if source not in _ARRIVALS:
        told = {"flag": ARRIVALS, "value": source, "known": list(_ARRIVALS)}
        near = did_you_mean(source, _ARRIVALS)
        raise ValueError(Said("flag.not_one_of", {**told, "near": near}))
    if source == "auto":
        return workers <= MOST_RINGS and may_see_packets()
    return source == "ring"


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, or nothing where no known name is close."""
    close = difflib.get_close_matches(typed, list(known), n=1)
    return Said("near", {"name": close[0]}) if close else ""


def did_you_mean_one_of(typed: str, known: Iterable[str]) -> str:
    """The one that is close; where none is, `: there are x, y, z`, all of them."""
    names = list(known)
    return did_you_mean(typed, names) or Said("near.all", {"names": names})


def parse_rate(text: str) -> float:
    """`--request-rate`: requests a second, above 0; `inf` sends all at once."""
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not rate > 0:  # also refuses nan
        raise ValueError(Said("rate.wrong", {"value": text}))
    return rate


def base_url_of(host: str, port: int) -> str:
    """`--host` and `--port` as an address; an IPv6 host gets its brackets."""
    bare = host.strip().removeprefix("[").removesuffix("]")
    return parse_base_url(
        f"http://[{bare}]:{port}" if ":" in bare else f"http://{bare}:{port}"
    )


def parse_base_url(text: str, field: str = "server.base_url") -> str:
    """The server's address as it goes over the wire, without a trailing slash and without `/v1`.

    Users give and leave out `/v1` alike; paths that begin with it are appended. A path before it (a
    gateway's prefix) stays. `http` is assumed. Letters beyond ASCII are encoded, those of a host as
    IDNA and those of a path in percent signs; what is encoded already stays. Raises ValueError,
    about `field`.
    """
    parts = _split(_with_scheme(text), field)
    if parts.scheme not in ("http", "https"):
        raise ValueError(
            Said("address.scheme", {"field": field, "scheme": parts.scheme})
        )
    if "@" in parts.netloc:
        raise ValueError(Said("address.user", {"field": field}))
    if parts.query or parts.fragment:
        raise ValueError(Said("address.query", {"field": field}))
    path = _encoded(parts.path.rstrip("/"))
    server = f"{parts.scheme}://{_netloc(text, parts, field)}"
    if path.endswith(_REQUEST_PATHS):
        told = {"field": field, "server": server, "path": path}
        raise ValueError(Said("address.path", told))
    if path.endswith("/models"):
        moved = server + path.removesuffix("/models")
        raise ValueError(
            Said("address.models", {"field": field, "server": moved})
        )
    return server + path.removesuffix("/v1").rstrip("/")


def parse_endpoint(endpoint: str, base_url: str) -> str:
    """The path below the parsed `base_url`, both as they were typed.

    A path that begins with that of the address is whole already; and below an address that ends in
    `/v1`, OpenAI's own paths are meant to come after it.
    """
    typed = _encoded(_split(_with_scheme(base_url)).path.rstrip("/"))
    if typed.endswith("/v1") and endpoint.partition("?")[0] in (
        "/completions",
        "/chat/completions",
    ):
        return f"/v1{endpoint}"
    if typed and endpoint.startswith(f"{typed}/"):
        return endpoint.removeprefix(typed.removesuffix("/v1"))
    return endpoint


def host_header(base_url: str) -> str:
    """What requests to a parsed address say in `Host`; the zone of an IPv6 address is for this
    machine alone.
    """
    return re.sub(r"%[^\]]*", "", urlsplit(base_url).netloc)


def _with_scheme(text: str) -> str:
    address = text.strip()
    return address if "://" in address else f"http://{address}"


def canonical_base_url(text: str) -> str:
    """The address in the one spelling by which two servers are told apart: `http://HOST:80/v1/`
    is `http://host`."""
    parts = urlsplit(parse_base_url(text))
    host = (parts.hostname or "").rstrip(".")
    with suppress(ValueError):
        host = ipaddress.ip_address(host).compressed
    usual_port = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual_port) else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{parts.path}"


def _split(address: str, field: str = "server.base_url") -> SplitResult:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        port = 0
        parts = SplitResult("http", "", "", "", "")
    if (
        not parts.hostname
        or port == 0
        or re.search(r"\s", address)
        or not address.isprintable()
    ):
        raise _no_address(address, field)
    return parts


def _netloc(text: str, parts: SplitResult, field: str) -> str:
    """Host and port for the wire."""
    netloc = parts.netloc
    if netloc.startswith(
        "["
    ):  # %25 is how a URL writes the sign that begins the zone of an IPv6 address
        return netloc.replace("%25", "%").removesuffix(":")
    host, _, port = netloc.partition(":")
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host):
        raise _no_address(text, field)
    return f"{host}:{port}" if port else host


def _encoded(path: str) -> str:
    """A path for the wire: in ASCII, and with every percent sign beginning an encoded byte."""
    return quote(
        re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", path), safe="/%:@!$&'()*+,;=~-._"
    )


def _no_address(address: str, field: str) -> ValueError:
    shown = re.sub(r"//[^/]*@", "//", address)
    return ValueError(Said("address.none", {"field": field, "address": shown}))
