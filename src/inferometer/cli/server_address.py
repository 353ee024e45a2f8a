"""Where `bench` finds the server: by its flags, else by VLLM_SERVER_URL, which `run` and `plan` use
too.
"""

from __future__ import annotations

from collections.abc import Mapping

from inferometer.cli.bench.flags import BenchFlags
from inferometer.spec.flags import (
    SERVER_URL,
    base_url_of,
    canonical_base_url,
    parse_base_url,
    parse_endpoint,
)
from inferometer.words import Said, sentence_of

HOST, PORT = "127.0.0.1", 8000


def base_url_of_flags(flags: BenchFlags) -> str:
    """The address by server.base_url, or by --host and --port. Raises ValueError."""
    if flags.base_url:
        return parse_base_url(flags.base_url)
    host = HOST if flags.host is None else flags.host
    try:
        return base_url_of(host, PORT if flags.port is None else flags.port)
    except ValueError as error:
        raise ValueError(
            Said("address.host_and_port", {"why": sentence_of(error)})
        ) from None


def names_a_server(flags: BenchFlags) -> bool:
    """By host or port."""
    return flags.host is not None or flags.port is not None


def server_address(
    flags: BenchFlags, environment: Mapping[str, str]
) -> tuple[str, str | None]:
    """The address, and a note on VLLM_SERVER_URL: that it is used, or that the flags replace it.

    Raises ValueError.
    """
    variable = environment.get(SERVER_URL, "").strip()
    if variable and not (flags.base_url or names_a_server(flags)):
        base_url = parse_base_url(variable, SERVER_URL)
        return base_url, Said(
            "bench.address.used", {"variable": SERVER_URL, "url": base_url}
        )
    base_url = base_url_of_flags(flags)
    try:
        other = parse_base_url(variable) if variable else base_url
    except ValueError:
        other = base_url  # it is not used, so what is wrong with it is nobody's business
    differ = canonical_base_url(other) != canonical_base_url(base_url)
    told = {"variable": SERVER_URL, "other": other, "url": base_url}
    return base_url, Said("bench.address.unused", told) if differ else None


def endpoint_of_flags(
    flags: BenchFlags, environment: Mapping[str, str]
) -> str | None:
    """The path of server.endpoint as typed; None if it is not given."""
    if flags.endpoint is None:
        return None
    by_variable = (
        "" if names_a_server(flags) else environment.get(SERVER_URL, "").strip()
    )
    typed = flags.base_url or by_variable
    return parse_endpoint(flags.endpoint, typed) if typed else flags.endpoint
