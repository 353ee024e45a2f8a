"""RunSpec: everything that defines one point. Its fingerprint is its identity."""

from __future__ import annotations

import hashlib
import math
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field

from inferometer.spec.base import (
    MAX_INTEGER,
    NonNegativeInt,
    PositiveInt,
    Seconds,
    Spec,
)
from inferometer.spec.lengths import length_range
from inferometer.spec.load import Load, Ramp, Step
from inferometer.spec.workload import AnyWorkload, RandomWorkload

__all__ = [
    "AnyWorkload",
    "Load",
    "NonNegativeInt",
    "PositiveInt",
    "Ramp",
    "RandomWorkload",
    "RunSpec",
    "Sampling",
    "Seconds",
    "Spec",
    "Step",
    "Target",
    "Timeouts",
    "Workers",
    "length_range",
]

MEASUREMENT_VERSION = 3
"""Raised when the same spec would measure something else than before. 1: first version. 2: warm-ups
that do not fill the slots of a closed loop evenly have ended before it begins. 3: what rows of
files say beside their prompts is sent.
"""

Workers = Annotated[int, Field(ge=1, le=256)]
"""Processes that send. Each costs some 30 to 70 MB: a thousand by a slip of the hand would take a
host's memory.
"""


class Target(Spec):
    """The server under test."""

    backend: str = "openai"
    base_url: str = "http://127.0.0.1:8000"
    endpoint: str | None = None
    """Path to post to; None is the backend's own."""
    model: str
    """Name sent in requests."""
    lora_modules: tuple[str, ...] | None = None
    """LoRA adapters, by the names the server has for them, that requests take in turn; None is the
    model alone.
    """
    lora_assignment: Literal["random"] | None = None
    """Which adapter a request takes: drawn at random; None is in turn."""
    headers: dict[str, str] = Field(
        default_factory=dict, repr=False, exclude=True
    )
    """Extra HTTP headers, keys among them: never written anywhere."""
    insecure: bool = False
    """Accept any TLS certificate."""


SamplingValue = (
    Annotated[float, Field(allow_inf_nan=False)]
    | Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER)]
)


class Sampling(Spec):
    """How the server is to generate."""

    ignore_eos: bool = False
    parameters: dict[str, SamplingValue] = Field(default_factory=dict)
    logprobs: NonNegativeInt | None = None
    extra_body: dict[str, Any] = Field(default_factory=dict)


class Timeouts(Spec):
    """When a request is given up, seconds."""

    connect_s: Seconds = 30.0
    first_token_s: Seconds = 600.0
    idle_s: Seconds = 120.0
    total_s: Seconds = 21_600.0

    @property
    def shortest_s(self) -> float:
        return min(
            self.connect_s, self.first_token_s, self.idle_s, self.total_s
        )


class RunSpec(Spec):
    """One point."""

    target: Target
    workload: AnyWorkload
    load: Load = Load()
    sampling: Sampling = Sampling()
    timeouts: Timeouts = Timeouts()
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    repeat: NonNegativeInt = 0
    workers: Workers = 1
    server: dict[str, Any] | None = None
    """What the server is by declaration: recipe, hardware, tensor parallelism, and `address` if
    it is not ours to start. It is the server's identity instead of `target.base_url`, which
    changes from start to start where we choose the port."""

    def canonical(self) -> bytes:
        """The spec as sorted JSON, with the measurement version; `inf` is written as a string.

        What is None is left out, so that an option that comes later leaves the identity of older
        points as it was.
        """
        return self._canonical(self.measurement)

    @property
    def measurement(self) -> int:
        """The version since which this spec has measured what it measures now."""
        return self._versions()[-1]

    @property
    def earlier_fingerprint(self) -> str | None:
        """Its identity in the version before, which measured something else; None if it did not."""
        earlier = self._versions()[:-1]
        return _digest(self._canonical(earlier[-1])) if earlier else None

    def _versions(self) -> list[int]:
        """Those that changed what it measures."""
        uneven = self._is_closed_and_unevenly_warmed()
        written = self.workload.is_written
        return [1, *([2] if uneven else []), *([3] if written else [])]

    def _is_closed_and_unevenly_warmed(self) -> bool:
        load = self.load
        if (
            load.open_loop
            or load.max_concurrency is None
            or self.workload.kind == "sessions"
        ):
            return False
        return load.num_warmups % load.max_concurrency != 0

    def _canonical(self, measurement: int) -> bytes:
        content = {
            "measurement": measurement,
            **self.model_dump(exclude_none=True),
        }
        if self.server is not None:
            del content["target"]["base_url"]
        for name in ("request_rate", "burstiness"):  # JSON has no infinity
            if math.isinf(content["load"][name]):
                content["load"][name] = "inf"
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)

    @property
    def prompts_fingerprint(self) -> str:
        """Identity of the prompts alone: a warm point sends those of its cold one.

        A seed means the same prompts at any address and with any number of workers, but others at
        other settings of the load or another backend, so that no prefix cache answers one point
        with another's work.
        """
        anywhere = {
            "target": self.target.model_copy(update={"base_url": ""}),
            "timeouts": Timeouts(),
            "workers": 1,
        }
        if self.workload.cache is not None:
            anywhere["workload"] = self.workload.model_copy(
                update={"cache": "cold"}
            )
        return self.model_copy(update=anywhere).at_address(None).fingerprint

    @property
    def address(self) -> str | None:
        """Of a declared server that is not ours to start; None for all others."""
        return (self.server or {}).get("address")

    def at_address(self, address: str | None) -> RunSpec:
        """The same point on the same declared server at another address; None: wherever we start
        it."""
        if self.server is None or self.address == address:
            return self
        placeless = {
            name: value
            for name, value in self.server.items()
            if name != "address"
        }
        return self.model_copy(
            update={
                "server": placeless
                if address is None
                else {**placeless, "address": address}
            }
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical form, hex, its first 16 digits."""
        return _digest(self.canonical())


def _digest(canonical: bytes) -> str:
    return hashlib.sha256(canonical).hexdigest()[:16]
