"""What a running server says of itself, and what this host knows of its process."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from inferometer.server.counters import read_page
from inferometer.server.endpoint import Endpoint
from inferometer.server.failures import EndpointError
from inferometer.server.model_list import ModelCard
from inferometer.server.port import listener
from inferometer.telemetry.tree import MissingError, Tree
from inferometer.trace.server_counters import MetricsReading
from inferometer.words import sentence_of

TIMEOUT_S = 10.0
MAX_WORDS = 400


@dataclass(frozen=True, slots=True)
class Process:
    """The process that listens, of this host."""

    pid: int
    words: tuple[str, ...] = ()
    """Its command line; () if that may not be read."""
    environment: Mapping[str, str] | None = None
    """None if it may not be read."""
    open_files: int | None = None
    cpus: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A server under test."""

    url: str
    trouble: str | None = None
    """Why it does not answer, a sentence."""
    models: tuple[ModelCard, ...] = ()
    version: str | None = None
    counters: MetricsReading | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of its page of metrics: `enable_prefix_caching`."""
    clock_ahead_s: float | None = None
    """How far its clock is ahead of ours, to a second; None if it does not say."""
    process: Process | None = None

    def flag(self, *names: str) -> str | None:
        """The value of an option of its command line, '' of one without; None if it has none."""
        words = self.process.words if self.process else ()
        for place, word in enumerate(words):
            name, equals, value = word.partition("=")
            if name in names:
                after = words[place + 1] if place + 1 < len(words) else ""
                return value if equals else "" if after[:1] == "-" else after
        return None

    @property
    def tensor_parallel(self) -> int | None:
        told = self.flag("--tensor-parallel-size", "-tp", "--tp", "--tp-size")
        return int(told) if told and told.isdigit() else None


def ask_server(url: str, headers: Mapping[str, str] | None = None) -> Served:
    """Ask it. Raises EndpointError for an address that is none."""
    with Endpoint(url, headers, timeout_s=TIMEOUT_S) as endpoint:
        process = _process(endpoint.base_url)
        try:
            endpoint.check_reachable()
            models = _models(endpoint)
            version = endpoint.version()
            page = endpoint.metrics_page()
        except EndpointError as error:
            return Served(
                endpoint.base_url, sentence_of(error), process=process
            )
    text, at_s = page or ("", 0.0)
    ahead = at_s - time.time() if at_s else None
    return Served(
        endpoint.base_url,
        None,
        models,
        version,
        page and read_page(text, at_s),
        settings_of(text),
        ahead,
        process,
    )


def _models(endpoint: Endpoint) -> tuple[ModelCard, ...]:
    try:
        return tuple(endpoint.models())
    except EndpointError:
        return ()


def settings_of(page: str) -> dict[str, str]:
    """What engines tell of their settings as labels: `vllm:cache_config_info{…} 1.0`."""
    line = re.search(
        r"^(?:vllm:cache_config_info|sglang:server_args\w*)\{([^\n]{0,8000})\}",
        page,
        re.M,
    )
    return dict(re.findall(r'(\w+)="([^"]{0,200})"', line[1])) if line else {}


def _process(url: str) -> Process | None:
    found = listener(url)
    if found is None:
        return None
    tree, base = Tree(), f"proc/{found.pid}"
    status = tree.word(f"{base}/status") or ""
    cpus = re.search(r"^Cpus_allowed_list:\s*(\S+)", status, re.M)
    limits = tree.word(f"{base}/limits") or ""
    files = re.search(r"^Max open files +(\d+)", limits, re.M)
    return Process(
        found.pid,
        tuple(_zero_ended(tree, f"{base}/cmdline") or ())[:MAX_WORDS],
        _variables(tree, f"{base}/environ"),
        int(files[1]) if files else None,
        cpus[1] if cpus else None,
    )


def _zero_ended(tree: Tree, path: str) -> list[str] | None:
    try:
        return tree.content(path).decode("utf-8", "replace").split("\0")
    except MissingError:
        return None


def _variables(tree: Tree, path: str) -> dict[str, str] | None:
    words = _zero_ended(tree, path)
    if words is None:
        return None
    pairs = (word.partition("=") for word in words)
    return {name: value for name, equals, value in pairs if equals}
