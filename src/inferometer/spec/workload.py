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

from inferometer.spec.base import NonNegativeFloat, NonNegativeInt, PositiveInt, Spec
from inferometer.spec.lengths import LengthLaw, parse_scenario, ranged

RangeRatio = Annotated[float, Field(ge=0, lt=1)]
"""Lengths are uniform in [L(1-r), L(1+r)]."""

WRITTEN_ANSWER = 128
"""Tokens that a made-up answer in a conversation has, unless its length is given."""

FILTERS = {"max_input_len": "max_input_len", "max_total_len": "max_total_len"}
ROWS = {"dataset_path": "path", "disable_shuffle": "shuffle", "oversample": "oversample"}
"""Flags that several data sets have, and the fields that they set."""

FileName = Annotated[str, Field(min_length=1)]


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


COMMON_FLAGS = {"tokenizer": "tokenizer", "cache": "cache", "num_distinct_prompts": "distinct"}
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
        contrary = [name for name, mean in means.items() if given.get(name, mean) != mean]
        if contrary or given.get("range_ratio"):
            raise ValueError(
                f"says what {', '.join(contrary or ['range_ratio'])} says otherwise: give "
                "one of the two"
            )
        fixed = all(law.low == law.high for law in laws)
        return {**given, **means, "scenario": None if fixed else scenario}

    def laws(self) -> tuple[LengthLaw, LengthLaw]:
        """Of the prompt's own tokens, and of the output."""
        if self.scenario is not None:
            return parse_scenario(self.scenario)
        return ranged(self.input_len, self.range_ratio), ranged(self.output_len, self.range_ratio)

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
    oversample: bool = False
    """Where there are fewer usable rows than requests, begin again with the first; else that is an
    error.
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

    flags: ClassVar[Mapping[str, str]] = {**ROWS, **FILTERS, "sharegpt_output_len": "output_len"}

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
        return _filtered(self.max_input_len, self.max_total_len, self.output_len)


class JsonlWorkload(FileWorkload):
    """Rows of a JSON-lines file (or JSON array): text, token ids, messages or an instruction, with
    tools and pictures.
    """

    flags: ClassVar[Mapping[str, str]] = {**ROWS, **FILTERS, "custom_output_len": "output_len"}

    kind: Literal["jsonl"] = "jsonl"
    path: FileName
    max_input_len: PositiveInt | None = None
    """Rows with longer prompts are left out."""
    max_total_len: PositiveInt | None = None
    """Rows whose prompt and output together are longer are left out."""

    def longest_request(self) -> tuple[int, int] | None:
        return _filtered(self.max_input_len, self.max_total_len, self.output_len)


class HfWorkload(FileWorkload):
    """Rows of a Hugging Face data set, from the hub or a local directory."""

    flags: ClassVar[Mapping[str, str]] = {
        **ROWS,
        **FILTERS,
        "hf_output_len": "output_len",
        "hf_subset": "subset",
        "hf_split": "split",
    }

    kind: Literal["hf"] = "hf"
    path: FileName
    """Id on the hub, or a directory."""
    subset: str | None = None
    split: str = "train"
    max_input_len: PositiveInt | None = None
    """Rows with longer prompts are left out."""
    max_total_len: PositiveInt | None = None
    """Rows whose prompt and output together are longer are left out."""

    def longest_request(self) -> tuple[int, int] | None:
        return _filtered(self.max_input_len, self.max_total_len, self.output_len)


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
        answer = ranged(self.output_len or WRITTEN_ANSWER, self.range_ratio).high
        return self.system_len + self.turns * turn + (self.turns - 1) * answer, answer

    def nominal_lengths(self) -> tuple[int | None, int | None]:
        if self.is_written:
            return None, self.output_len
        return self.input_len, self.output_len or WRITTEN_ANSWER


class ImagesWorkload(PromptSet):
    """Chats of random text with generated pictures."""

    flags: ClassVar[Mapping[str, str]] = {
        "random_input_len": "input_len",
        "random_output_len": "output_len",
        "random_mm_base_items_per_request": "images",
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

    @property
    def needs_messages(self) -> bool:
        return True

    def nominal_lengths(self) -> tuple[int | None, int | None]:
        return self.input_len, self.output_len


def _kind(given: Any) -> str | None:
    return given.get("kind", "random") if isinstance(given, dict) else getattr(given, "kind", None)


AnyWorkload = Annotated[
    Annotated[RandomWorkload, Tag("random")]
    | Annotated[ShareGptWorkload, Tag("sharegpt")]
    | Annotated[JsonlWorkload, Tag("jsonl")]
    | Annotated[HfWorkload, Tag("hf")]
    | Annotated[SonnetWorkload, Tag("sonnet")]
    | Annotated[PrefixWorkload, Tag("prefix")]
    | Annotated[TraceWorkload, Tag("trace")]
    | Annotated[SessionsWorkload, Tag("sessions")]
    | Annotated[ImagesWorkload, Tag("images")],
    Discriminator(_kind),
]
"""Told apart by `kind`; without one it is `random`."""

DATASETS: dict[str, type[AnyWorkload]] = {
    "random": RandomWorkload,
    "sharegpt": ShareGptWorkload,
    "sonnet": SonnetWorkload,
    "hf": HfWorkload,
    "custom": JsonlWorkload,
    "jsonl": JsonlWorkload,
    "custom_image": JsonlWorkload,
    "prefix_repetition": PrefixWorkload,
    "burstgpt": TraceWorkload,
    "trace": TraceWorkload,
    "sessions": SessionsWorkload,
    "random-mm": ImagesWorkload,
}
"""By the names of `bench`: those of `vllm bench serve`, where it has them. Choices, checks, help
and the table of `inferometer datasets` are all made from this one."""
