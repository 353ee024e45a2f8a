"""What the checks of a verdict work with: the facts of a run, the thresholds, and the finding each
check returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from inferometer.vocabulary import LATENCIES
from inferometer.words import UNFIT, Spoken, Words

if TYPE_CHECKING:
    from inferometer.metrics.calibration import Precision
    from inferometer.metrics.summary import Summary
    from inferometer.trace import Trace
    from inferometer.trace.series import Telemetry
    from inferometer.trace.server_counters import Counter, ServerCounters

Figure = float | int | str | None
Figures = dict[str, Figure]


class Level(IntEnum):
    """How serious a finding is. A run takes the worst; a note is no reason for doubt."""

    OK = 0
    NOTE = 1
    SUSPECT = 2
    INVALID = 3


OK, NOTE, SUSPECT, INVALID = Level.OK, Level.NOTE, Level.SUSPECT, Level.INVALID


class Found(NamedTuple):
    """What a check returns: a finding, but for the check's name."""

    level: Level
    variant: str
    """Which of the sentences of the check says it."""
    values: Mapping[str, Figure] = {}
    """What the sentence is filled in with, and the figures behind it."""
    parts: tuple[str, ...] = ()
    """Names of values that the sentence lists."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, as data; `words` makes sentences of it."""

    name: str
    """Of the check."""
    level: Level
    variant: str
    """Which of the sentences of its check says it."""
    values: Mapping[str, Figure] = field(default_factory=dict)
    """What the sentence is filled in with, and the figures behind it."""
    parts: tuple[str, ...] | None = ()
    """Names of values that the sentence lists; None where an earlier version did not name them."""
    written: tuple[str, str] | None = None
    """Sentence and next step in English, as a file has them; None unless it comes from a file."""

    def said(self, language: str = "en") -> Spoken:
        """In this language; in English as the file has it, where there are no words for it."""
        english = None if self.written is None else Spoken("", *self.written)
        if english is not None and language == "en":
            return english
        try:
            spoken = Words(language).finding(
                self.name, self.variant, self.values, self.parts
            )
        except UNFIT:
            if english is None:
                raise
            return english
        has_step = (
            self.level > Level.OK if english is None else english.next_step
        )
        return spoken if has_step else replace(spoken, next_step="")

    @property
    def sentence(self) -> str:
        return self.said().sentence

    @property
    def next_step(self) -> str:
        """What to do about it; '' where there is nothing to do."""
        return self.said().next_step

    def to_dict(self) -> dict[str, Any]:
        """As files have it, in English."""
        said = self.said()
        return {
            "name": self.name,
            "level": self.level.name.lower(),
            "sentence": said.sentence,
            "figures": dict(self.values),
            "next_step": said.next_step,
            "variant": self.variant,
            "parts": list(self.parts or ()),
        }


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where doubt begins (`suspect`) and belief ends (`invalid`). Shares are fractions of 1."""

    failed_share_invalid: float = 0.05
    """Of sent requests: beyond it even p95 describes survivors only. Any failure is SUSPECT."""
    cut_off_share_suspect: float = 0.01
    """Of sent requests, cut off at the end of the time: from here p99 lacks the slowest."""
    delay_suspect: float = 0.1
    delay_invalid: float = 0.5
    """p99 of the client's delay ÷ the smaller of median ITL and TTFT, for user-space stamps."""
    ambiguity_tolerated: float = 0.05
    """How much earlier an event may have come ÷ median ITL (first events: median TTFT)."""
    ambiguous_share_suspect: float = 0.01
    """Of events whose arrival is less certain than that: from here a p99 is in doubt, …"""
    ambiguous_share_invalid: float = 0.25
    """… and from here the quartiles."""
    few_first_events: int = 3
    few_ambiguity_invalid: float = 0.25
    """Of up to so many requests one is a large share: their first events make a run INVALID only if
    they may have come earlier by this part of the median TTFT.
    """
    negligible_ms: float = 0.05
    """Delays and ambiguities up to this are ignored: target accuracy and scheduling noise."""
    user_stamp_share: float = 0.001
    """User-space stamps among kernel stamps: beyond it two clocks are mixed."""
    busy_share: float = 0.5
    """CPU time / wall time of a loop, beyond which user-space stamps are not trusted."""
    cpu_share_suspect: float = 0.9
    """CPU time / wall time of a loop: beyond it the client, not the server, may set the pace."""
    run_queue_share_suspect: float = 0.1
    run_queue_share_invalid: float = 0.5
    """Time a loop was ready to run but had no core / wall time."""
    stalled_share_suspect: float = 0.01
    stalled_share_invalid: float = 0.1
    """Time in which a loop did not run at all / wall time."""
    idle_slots_suspect: float = 0.05
    idle_slots_invalid: float = 0.25
    """Time of unfilled slots ÷ time of all slots: throughput is too low by this share."""
    busy_slots_note: float = 0.9
    """Mean requests in flight ÷ slots: below it, begin and end weigh on throughput."""
    lag_suspect: float = 0.1
    """Schedule lag p99 against median TTFT: beyond it arrivals are not those of the plan."""
    lag_floor_ms: float = 1.0
    """Lag up to this is never held against a run."""
    lag_invalid: float = 1.0
    lag_invalid_floor_ms: float = 1000.0
    """Lag p99 beyond both 1.0 × median TTFT and this, without an in-flight cap to blame: the client
    could not keep up.
    """
    lost_packets_suspect: float = 0.01
    """Packets sent again, or missing, ÷ requests, where it is unknown which requests they were of:
    from here p99 contains retransmissions.
    """
    loss_effect_suspect: float = 0.05
    """How much larger a percentile is than without the requests that lost packets, ÷ the latter."""
    cause_share: float = 0.5
    """Of what was late: above this share, what they have in common is told as the cause."""
    window_ms_note: float = 1.0
    """Time a request waited for the server's receive window, mean."""
    departure_share_note: float = 0.05
    """A percentile of the time from send to departure ÷ the same percentile of TTFT."""
    clock_step_suspect_ms: float = 1.0
    input_deviation_suspect: float = 0.05
    input_deviation_invalid: float = 0.25
    """Mean distance between actual and asked prompt length / mean asked length."""
    input_deviation_floor_tokens: float = 64.0
    """A mean distance up to this is not INVALID: a chat template on short prompts."""
    output_deviation_suspect: float = 0.001
    output_deviation_invalid: float = 0.1
    """Output tokens missing (despite ignored EOS) or beyond the limit ÷ tokens requested."""
    wrong_count_share_suspect: float = 0.01
    wrong_count_share_invalid: float = 0.5
    """Of answers, those whose token count cannot be that of their events."""
    several_tokens_an_event: float = 1.2
    """Tokens / events from which on events hold more than one token, so that its text may be looked
    at for how many.
    """
    held_back_tokens: float = 2.5
    held_back_share: float = 0.05
    """Tokens of the first event by its text: at least so many; and, but for one, this share of
    those that TPOT divides by.
    """
    unread_share_suspect: float = 0.1
    """Frames that may hold output in fields not known here / output events."""
    cached_share_suspect: float = 0.05
    cached_share_invalid: float = 0.5
    """Prompt tokens from the prefix cache, beyond those expected / prompt tokens."""
    warm_share_suspect: float = 0.5
    warm_share_invalid: float = 0.05
    """Prompt tokens from a cache that was to be warm / those that can be in it: less, and the
    figures are those of a cold one. Whatever the size of the cache's blocks, at least half of a
    prompt that is longer than one of them can be in it.
    """
    cold_share_suspect: float = 0.1
    """Prompt tokens of requests that found less than that half / prompt tokens, where the cache was
    to be warm.
    """
    foreign_share_suspect: float = 0.01
    """Work for others ÷ ours, in tokens, or in requests if tokens are unknown."""
    queue_share_note: float = 0.5
    """Mean time in the server's queue ÷ mean TTFT: from here TTFT is mostly queueing."""
    thermal_percent_note: float = 0.1
    thermal_percent_suspect: float = 5.0
    power_percent_note: float = 10.0
    """Time in which a card was held back for its heat or its power, % of the window."""
    busy_card_percent: float = 50.0
    """Utilisation from which a link has no reason to save power."""
    power_cap_tolerated: float = 0.01
    """How much lower than its default a power limit may be."""
    unsteady_ratio_suspect: float = 1.5
    """Mean E2EL of the first and last fifth of a run that never settles, larger ÷ smaller."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a check may look at."""

    trace: Trace
    """The measured requests only."""
    whole: Trace
    """With the warm-up requests."""
    summary: Summary
    ignore_eos: bool
    """Whether the server was asked to generate up to the limit."""
    expected_cached_tokens: int
    """Tokens of each prompt that may come from the prefix cache, by intention."""
    max_in_flight: int | None
    """The plan's limit of requests in flight, unless all requests fit under it."""
    ends_by_time: bool
    """Whether the plan has an end by time, so that to cut requests off is part of it."""
    thresholds: Thresholds
    warm: bool = False
    """Whether all prompts were to be in the prefix cache already."""
    rehearsal: bool = False
    """Whether the server is an embedded engine of ours, which has no prefix cache."""
    constant_load: bool = True
    """Whether the planned load is constant: no ramp, rate steps or replay."""
    telemetry: Telemetry | None = None
    """What samplers saw of the machine; None if none ran."""
    server: ServerCounters | None = None
    """What the server counted before and after; None if it does not tell."""
    precision: Precision | None = None
    """The run's load against what this host's client can take."""
    shown: Sequence[str] = tuple(LATENCIES)
    """Latencies that the report shows."""
    unsent: str = ""
    """What rows of the data set ask for that was not sent with them, such as `tools (200)`."""
    repeated: int = 0
    """Requests that repeat rows of a file because it has too few, which nobody asked for."""
    diagnosis: str = ""
    """What the server said of requests that failed, by its name in `diagnose`; '' if unknown."""

    def median_ms(self, key: str) -> float | None:
        return self.summary.metrics[key].median

    def grown(self, counter: Counter) -> float | None:
        """By how much a counter of the server has grown; None if it does not tell."""
        return self.server.grown(counter) if self.server else None


def grade(value: float, suspect: float, invalid: float) -> Level:
    """INVALID beyond `invalid`, SUSPECT beyond `suspect`, else OK."""
    if value > invalid:
        return INVALID
    return SUSPECT if value > suspect else OK
