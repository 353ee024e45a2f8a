"""Workloads: what is asked, a model a kind, and DATASETS, the table of all of them. Which files
hold it and how prompts are drawn is the workload room's business.

A data set is a class here (its fields, its flags, how long its requests can be), its line in
DATASETS and in AnyWorkload, and its builder in `workload/`, which `workload/build.py` lists.

Lengths are in tokens. What is None is no part of a point's identity, so that an option can be added
without renaming points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from inferometer.spec.base import (
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Spec,
)
from inferometer.spec.lengths import LengthLaw, parse_scenario, ranged
from inferometer.words import Said

RangeRatio = Annotated[float, Field(ge=0, lt=1)]
"""Lengths are uniform in [L(1-r), L(1+r)]."""

WRITTEN_ANSWER = 128
"""Tokens that a made-up answer in a conversation has, unless its length is given."""

FILTERS = {"max_input_len": "max_input_len", "max_total_len": "max_total_len"}
AUDIO_FILTERS = {
    "asr_min_audio_len_sec": "min_audio_s",
    "asr_max_audio_len_sec": "max_audio_s",
}
ROWS = {
    "dataset_path": "path",
    "disable_shuffle": "shuffle",
    "oversample": "oversample",
}
"""Flags that several data sets have, and the fields that they set."""

FileName = Annotated[str, Field(min_length=1)]


def _picture_size(written: str) -> str:
    width, _, height = written.lower().partition("x")
    if not all(
        side.isdecimal() and 0 < int(side) <= 8192 for side in (width, height)
    ):
        raise ValueError(Said("rows.sizes", {"size": written}))
    return f"{int(width)}x{int(height)}"


PictureSize = Annotated[str, AfterValidator(_picture_size)]
"""Width and height in pixels, such as 1280x720."""


def _spelled(scenario: str) -> str:
    """Without spaces and in capitals: the same law is the same point."""
    parse_scenario(scenario)
    return "".join(scenario.split()).upper()


class PromptSet(Spec):
    """What all kinds have in common."""

    flags: ClassVar[Mapping[str, str]] = {}
    """Flags of `bench` that belong to this kind, as `bench` spells them in Python, and the field
    that each one sets."""
    lengths: ClassVar[tuple[str, ...]] = ()
    """Fields that make its longest request shorter."""

    tokenizer: str | None = None
    """Local tokenizer (file or folder) to count with where the server cannot."""
    cache: Literal["cold", "warm"] | None = None
    """For a study of the prefix cache: `warm` sends the prompts of the `cold` point that is like it
    otherwise.
    """
    distinct: PositiveInt | None = None
    """So many different prompts; after the last of them the first comes again. None: all are
    different.
    """

    @property
    def needs_messages(self) -> bool:
        """Whether prompts can be nothing but chat messages: pictures, recorded conversations.

        The rows of a file may be messages too (`jsonl`, `hf`): that shows when they are read.
        """
        return False

    @property
    def is_written(self) -> bool:
        """Whether prompts are in a file, so that another seed sends the same, if in another
        order."""
        return False

    @property
    def writes_own_tokens(self) -> bool:
        """Whether prompts are made up, so that they may be lists of token ids."""
        return False

    def longest_request(self) -> tuple[int, int] | None:
        """A prompt and an output, tokens, whose sum no request exceeds; None where only its file
        can tell. In a chat with several turns the template's own tokens come on top.
        """
        return None

    def nominal_lengths(self) -> tuple[int | None, int | None]:
        """Prompt and output length by which people know the workload, tokens."""
        return None, None


COMMON_FLAGS = {
    "tokenizer": "tokenizer",
    "cache": "cache",
    "num_distinct_prompts": "distinct",
}
"""Flags that every data set has, and the field that each one sets."""


def _filtered(
    max_input_len: int | None, max_total_len: int | None, output_len: int | None
) -> tuple[int, int] | None:
    """What is left by the filters of a file's rows."""
    if max_total_len is not None:
        prompt = min(max_input_len or math.inf, max_total_len - 1)
        return int(prompt), max_total_len - int(prompt)
    if max_input_len is not None and output_len is not None:
        return max_input_len, output_len
    return None


class RandomWorkload(PromptSet):
    """Random tokens of an exact length."""

    flags: ClassVar[Mapping[str, str]] = {
        "random_input_len": "input_len",
        "random_output_len": "output_len",
        "random_range_ratio": "range_ratio",
        "random_prefix_len": "prefix_len",
        "scenario": "scenario",
    }
    lengths: ClassVar[tuple[str, ...]] = ("input_len", "output_len")

    kind: Literal["random"] = "random"
    input_len: PositiveInt = 1024
    output_len: PositiveInt = 128
    range_ratio: RangeRatio = 0.0
    output_range_ratio: RangeRatio | None = None
    """Of output lengths, where it is another than that of prompts."""
    prefix_len: NonNegativeInt = 0
    """Tokens that all prompts begin with, before their own `input_len`."""
    scenario: Annotated[str, AfterValidator(_spelled)] | None = None
    """Both lengths in the compact notation, such as `N(512,64)/(128,16)`; `input_len` and
    `output_len` are then the means.
    """

    @model_validator(mode="before")
    @classmethod
    def _lengths_of_scenario(cls, given: Any) -> Any:
        """The means become the lengths. A scenario of one length each is these lengths, and no
        scenario any more.
        """
        scenario = given.get("scenario") if isinstance(given, dict) else None
        if not isinstance(scenario, str):
            return given
        try:
            laws = parse_scenario(scenario)
        except ValueError:
            return given  # told by the validation of the field
        means = {
            name: round(law.mean)
            for name, law in zip(("input_len", "output_len"), laws, strict=True)
        }
        contrary = [
            name
            for name, mean in means.items()
            if given.get(name, mean) != mean
        ]
        if contrary or given.get("range_ratio"):
            fields = ", ".join(contrary or ["range_ratio"])
            raise ValueError(Said("scenario.contrary", {"fields": fields}))
        fixed = all(law.low == law.high for law in laws)
        return {**given, **means, "scenario": None if fixed else scenario}

    def laws(self) -> tuple[LengthLaw, LengthLaw]:
        """Of the prompt's own tokens, and of the output."""
        if self.scenario is not None:
            return parse_scenario(self.scenario)
        of_output = self.output_range_ratio
        return ranged(self.input_len, self.range_ratio), ranged(
            self.output_len,
            self.range_ratio if of_output is None else of_output,
        )

    @property
    def writes_own_tokens(self) -> bool:
        return True

    def longest_request(self) -> tuple[int, int]:
        prompt, output = self.laws()
        return self.prefix_len + prompt.high, output.high

    def nominal_lengths(self) -> tuple[int | None, int | None]:
        return self.input_len, self.output_len


class FileWorkload(PromptSet):
    """What workloads that are read from files have in common."""

    shuffle: bool = True
    """Take rows in an order that follows from the seed, not in the file's."""
    oversample: bool | Literal["unasked"] = False
    """Where there are fewer usable rows than requests, begin again with the first; else that is an
    error. `unasked`: as `vllm bench serve` does it without a word; a prefix cache that then answers
    counts against the result.
    """
    output_len: PositiveInt | None = None
    """Most tokens to generate. None: what the row says, else the length of its reply."""

    @property
    def is_written(self) -> bool:
        return True

    def nominal_lengths(self) -> tuple[int | None, int | None]:
        return None, self.output_len


class ShareGptWorkload(FileWorkload):
    """The first exchange of each recorded conversation, filtered as `vllm bench serve` does."""

    flags: ClassVar[Mapping[str, str]] = {
        **ROWS,
        **FILTERS,
        "sharegpt_output_len": "output_len",
    }

    kind: Literal["sharegpt"] = "sharegpt"
    path: FileName
    min_len: PositiveInt = 4
    """Rows with a shorter prompt or reply are left out; a reply may be short where `output_len` is
    given.
    """
    max_input_len: PositiveInt = 1024
    """Rows with longer prompts are left out."""
    max_total_len: PositiveInt = 2048
    """Rows whose prompt and output together are longer are left out."""

    def longest_request(self) -> tuple[int, int] | None:
        return _filtered(
            self.max_input_len, self.max_total_len, self.output_len
        )


class RowsWorkload(FileWorkload):
    """What rows of many forms have in common."""

    max_input_len: PositiveInt | None = None
    """Rows with longer prompts are left out."""
    max_total_len: PositiveInt | None = None
    """Rows whose prompt and output together are longer are left out."""
    min_audio_s: NonNegativeFloat | None = None
    """Rows with a shorter recording, or one of unknown length, are left out."""
    max_audio_s: PositiveFloat | None = None
    """The same for longer ones."""

    @property
    def limits_audio(self) -> bool:
        return (self.min_audio_s, self.max_audio_s) != (None, None)

    def longest_request(self) -> tuple[int, int] | None:
        return _filtered(
            self.max_input_len, self.max_total_len, self.output_len
        )


class JsonlWorkload(RowsWorkload):
    """Rows of a JSON-lines file (or JSON array): text, token ids, messages or an instruction, with
    tools and pictures.
    """

    flags: ClassVar[Mapping[str, str]] = {
        **ROWS,
        **FILTERS,
        **AUDIO_FILTERS,
        "custom_output_len": "output_len",
    }

    kind: Literal["jsonl"] = "jsonl"
    path: FileName


class SpecBenchWorkload(JsonlWorkload):
    """First questions of Spec-Bench, of all categories or of one."""

    flags: ClassVar[Mapping[str, str]] = {
        **ROWS,
        **FILTERS,
        "spec_bench_output_len": "output_len",
        "spec_bench_category": "category",
    }

    kind: Literal["spec_bench"] = "spec_bench"  # type: ignore[assignment]
    category: str | None = None
    """Only rows of this category."""
    output_len: PositiveInt | None = 256

    @property
    def file(self) -> str:
        """The file that the rows are in."""
        return self.path


class SpeedBenchWorkload(SpecBenchWorkload):
    """First questions of a subset of SPEED-Bench, of all categories or of one."""

    flags: ClassVar[Mapping[str, str]] = {
        **ROWS,
        **FILTERS,
        "speed_bench_output_len": "output_len",
        "speed_bench_category": "category",
        "speed_bench_dataset_subset": "subset",
    }

    kind: Literal["speed_bench"] = "speed_bench"  # type: ignore[assignment]
    path: FileName
    """The directory of its files, one a subset."""
    subset: Literal[
        "qualitative",
        "throughput_1k",
        "throughput_2k",
        "throughput_8k",
        "throughput_16k",
        "throughput_32k",
    ] = "qualitative"
    output_len: PositiveInt | None = 4096

    @property
    def file(self) -> str:
        return f"{self.path.rstrip('/')}/{self.subset}.jsonl"


class HfWorkload(RowsWorkload):
    """Rows of a Hugging Face data set, from the hub or a local directory."""

    flags: ClassVar[Mapping[str, str]] = {
        **ROWS,
        **FILTERS,
        **AUDIO_FILTERS,
        "hf_output_len": "output_len",
        "hf_subset": "subset",
        "hf_split": "split",
        "hf_name": "name",
        "bfcl_categories": "categories",
        "blazedit_min_distance": "min_distance",
        "blazedit_max_distance": "max_distance",
    }

    kind: Literal["hf"] = "hf"
    path: FileName
    """Id on the hub, or a directory."""
    name: str | None = None
    """Id on the hub, where `path` is a copy elsewhere: some data sets have rows of a form of their
    own.
    """
    subset: str | None = None
    split: str = "train"
    categories: tuple[str, ...] | None = None
    """Of the Berkeley Function Calling Leaderboard: which of its files."""
    min_distance: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of vdaita/edit_…: rows whose edit is smaller are left out."""
    max_distance: Annotated[float, Field(ge=0, le=1)] | None = None
    """The same for larger ones."""


class SonnetWorkload(PromptSet):
    """Lines of a text: `prefix_len` tokens shared by all prompts, then more up to `input_len`."""

    flags: ClassVar[Mapping[str, str]] = {
        "dataset_path": "path",
        "sonnet_input_len": "input_len",
        "sonnet_output_len": "output_len",
        "sonnet_prefix_len": "prefix_len",
    }
    lengths: ClassVar[tuple[str, ...]] = ("input_len", "output_len")

    kind: Literal["sonnet"] = "sonnet"
    path: FileName
    input_len: PositiveInt = 550
    output_len: PositiveInt = 150
    prefix_len: NonNegativeInt = 200

    def longest_request(self) -> tuple[int, int]:
        return self.input_len, self.output_len

    def nominal_lengths(self) -> tuple[int | None, int | None]:
        return self.input_len, self.output_len


class PrefixWorkload(PromptSet):
    """Random prompts: one of `num_prefixes` shared prefixes and a unique suffix, so that the cache
    hit rate is known in advance.
    """

    flags: ClassVar[Mapping[str, str]] = {
        "prefix_repetition_prefix_len": "prefix_len",
        "prefix_repetition_suffix_len": "suffix_len",
        "prefix_repetition_num_prefixes": "num_prefixes",
        "prefix_repetition_output_len": "output_len",
    }
    lengths: ClassVar[tuple[str, ...]] = ("suffix_len", "output_len")

    kind: Literal["prefix"] = "prefix"
    num_prefixes: PositiveInt = 10
    prefix_len: PositiveInt = 256
    suffix_len: PositiveInt = 256
    output_len: PositiveInt = 128

    @property
    def writes_own_tokens(self) -> bool:
        return True

    def longest_request(self) -> tuple[int, int]:
        return self.prefix_len + self.suffix_len, self.output_len

    def nominal_lengths(self) -> tuple[int | None, int | None]:
        return self.longest_request()


class TraceWorkload(PromptSet):
    """Random prompts with the lengths of a recorded trace; `replay_speed` replays its arrival times
    too.

    Forms: BurstGPT and Azure (CSV), Mooncake (JSON lines, whose `hash_ids` say which prompts begin
    alike).
    """

    flags: ClassVar[Mapping[str, str]] = {
        "dataset_path": "path",
        **FILTERS,
        "trace_model": "model",
        "trace_block_len": "block_len",
    }

    kind: Literal["trace"] = "trace"
    path: FileName
    model: str | None = None
    """Only rows of this model, where the trace tells it (BurstGPT)."""
    block_len: PositiveInt = 512
    """Tokens that one of a row's `hash_ids` stands for."""
    max_input_len: PositiveInt | None = None
    """Rows with longer prompts are left out."""
    max_total_len: PositiveInt | None = None
    """Rows whose prompt and output together are longer are left out."""

    @property
    def writes_own_tokens(self) -> bool:
        return True

    def longest_request(self) -> tuple[int, int] | None:
        return _filtered(self.max_input_len, self.max_total_len, None)


class TimedTraceWorkload(TraceWorkload):
    """Random prompts with the lengths, shared blocks and times of a JSON-lines trace, whose fields
    may have any names.
    """

    flags: ClassVar[Mapping[str, str]] = {
        "dataset_path": "path",
        **FILTERS,
        "timed_trace_chunk_hash_size": "block_len",
        "timed_trace_sec_multiplier": "time_unit_s",
        "timed_trace_label_timestamp": "timestamp",
        "timed_trace_label_input_length": "input_length",
        "timed_trace_label_output_length": "output_length",
        "timed_trace_label_hash_ids": "hash_ids",
    }

    kind: Literal["timed_trace"] = "timed_trace"  # type: ignore[assignment]
    block_len: PositiveInt = 16
    time_unit_s: PositiveFloat = 1.0
    """Seconds in a unit of its timestamps."""
    timestamp: FileName = "timestamp"
    """Fields of a row, by their names."""
    input_length: FileName = "input_length"
    output_length: FileName = "output_length"
    hash_ids: FileName = "hash_ids"


class SessionsWorkload(PromptSet):
    """Conversations: each turn waits for the previous answer and repeats the conversation so far.

    What the assistant said before is known beforehand: recorded (`path`), else written like the
    user's turns. The server's own answers are not fed back to it, or no two runs would send the
    same.
    """

    flags: ClassVar[Mapping[str, str]] = {
        **ROWS,
        "session_turns": "turns",
        "session_system_len": "system_len",
        "session_input_len": "input_len",
        "session_output_len": "output_len",
        "session_range_ratio": "range_ratio",
        "session_think_time": "think_s",
        "max_input_len": "max_input_len",
    }
    lengths: ClassVar[tuple[str, ...]] = ("input_len", "output_len")

    kind: Literal["sessions"] = "sessions"
    path: FileName | None = None
    """Recorded conversations, in the shapes of `jsonl`; the lengths below then do not apply."""
    turns: PositiveInt = 4
    """User's turns of a conversation; of a recorded one, the most that are sent."""
    system_len: NonNegativeInt = 0
    """Tokens that all conversations begin with."""
    input_len: PositiveInt = 128
    """New tokens of a turn."""
    output_len: PositiveInt | None = None
    """Most tokens to generate. None: as long as the assistant is said to have answered, which is
    128 where it is made up.
    """
    range_ratio: RangeRatio = 0.0
    """Of both lengths and of the pauses."""
    think_s: NonNegativeFloat = 0.0
    """Pause between an answer and the next turn."""
    shuffle: bool = True
    oversample: bool = False
    max_input_len: PositiveInt | None = None
    """A conversation ends before the turn whose prompt is longer."""

    @property
    def needs_messages(self) -> bool:
        return self.is_written

    @property
    def is_written(self) -> bool:
        return self.path is not None

    @property
    def writes_own_tokens(self) -> bool:
        return not self.is_written

    def longest_request(self) -> tuple[int, int] | None:
        if self.is_written:
            return None
        turn = ranged(self.input_len, self.range_ratio).high
        answer = ranged(
            self.output_len or WRITTEN_ANSWER, self.range_ratio
        ).high
        return self.system_len + self.turns * turn + (
            self.turns - 1
        ) * answer, answer

    def nominal_lengths(self) -> tuple[int | None, int | None]:
        if self.is_written:
            return None, self.output_len
        return self.input_len, self.output_len or WRITTEN_ANSWER


class ImagesWorkload(PromptSet):
    """Chats of random text with generated pictures."""

    flags: ClassVar[Mapping[str, str]] = {
        "random_input_len": "input_len",
        "random_output_len": "output_len",
        "random_range_ratio": "range_ratio",
        "random_prefix_len": "prefix_len",
        "random_mm_base_items_per_request": "images",
        "random_mm_num_mm_items_range_ratio": "images_range_ratio",
        "random_mm_limit_mm_per_prompt": "max_images",
        "random_mm_bucket_config": "sizes",
        "image_size": "size",
    }

    kind: Literal["images"] = "images"
    input_len: PositiveInt = 1024
    """Of the text alone: only the server knows how many tokens a picture is."""
    output_len: PositiveInt = 128
    images: PositiveInt = 1
    """Pictures in a request."""
    width: Annotated[int, Field(gt=0, le=8192)] = 512
    height: Annotated[int, Field(gt=0, le=8192)] = 512
    sizes: dict[PictureSize, PositiveFloat] | None = None
    """Instead of `width` and `height`: how often each size comes, in any unit."""
    images_range_ratio: Annotated[float, Field(ge=0, le=1)] | None = None
    """The number of pictures is uniform from floor(n(1-r)) to ceil(n(1+r))."""
    max_images: PositiveInt | None = None
    """The most pictures in a request."""
    range_ratio: RangeRatio | None = None
    """Of the lengths of text and output."""
    output_range_ratio: RangeRatio | None = None
    prefix_len: NonNegativeInt | None = None
    """Tokens of text that all requests begin with, before their own `input_len`."""

    @model_validator(mode="after")
    def _some_pictures_fit(self) -> ImagesWorkload:
        least, most = self.image_counts()
        if least > most:
            told = {"least": least, "most": most}
            raise ValueError(Said("rows.max_images", told))
        return self

    def image_counts(self) -> tuple[int, int]:
        """The fewest and the most pictures in a request."""
        ratio = self.images_range_ratio or 0.0
        most = math.ceil(round(self.images * (1 + ratio), 6))
        return math.floor(round(self.images * (1 - ratio), 6)), min(
            most, self.max_images or most
        )

    @property
    def needs_messages(self) -> bool:
        return True

    def nominal_lengths(self) -> tuple[int | None, int | None]:
        return self.input_len, self.output_len


def _kind(given: Any) -> str | None:
    return (
        given.get("kind", "random")
        if isinstance(given, dict)
        else getattr(given, "kind", None)
    )


AnyWorkload = Annotated[
    Annotated[RandomWorkload, Tag("random")]
    | Annotated[ShareGptWorkload, Tag("sharegpt")]
    | Annotated[JsonlWorkload, Tag("jsonl")]
    | Annotated[SpecBenchWorkload, Tag("spec_bench")]
    | Annotated[SpeedBenchWorkload, Tag("speed_bench")]
    | Annotated[HfWorkload, Tag("hf")]
    | Annotated[SonnetWorkload, Tag("sonnet")]
    | Annotated[PrefixWorkload, Tag("prefix")]
    | Annotated[TraceWorkload, Tag("trace")]
    | Annotated[TimedTraceWorkload, Tag("timed_trace")]
    | Annotated[SessionsWorkload, Tag("sessions")]
    | Annotated[ImagesWorkload, Tag("images")],
    Discriminator(_kind),
]
"""Told apart by `kind`; without one it is `random`."""

TIMED = ("trace", "timed_trace")
"""Data sets whose requests have recorded times."""

DATASETS: dict[str, type[AnyWorkload]] = {
    "random": RandomWorkload,
    "sharegpt": ShareGptWorkload,
    "sonnet": SonnetWorkload,
    "hf": HfWorkload,
    "custom": JsonlWorkload,
    "jsonl": JsonlWorkload,
    "custom_image": JsonlWorkload,
    "custom_audio": JsonlWorkload,
    "spec_bench": SpecBenchWorkload,
    "speed_bench": SpeedBenchWorkload,
    "prefix_repetition": PrefixWorkload,
    "burstgpt": TraceWorkload,
    "trace": TraceWorkload,
    "timed_trace": TimedTraceWorkload,
    "sessions": SessionsWorkload,
    "random-mm": ImagesWorkload,
}
"""By the names of `bench`: those of `vllm bench serve`, where it has them. Choices, checks, help
and the table of `inferometer datasets` are all made from this one."""
