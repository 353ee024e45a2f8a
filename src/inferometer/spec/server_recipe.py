"""How a server comes up, as a campaign file says it under `servers`. Starting one is none of this
room's business.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    WithJsonSchema,
    model_validator,
)

from inferometer.spec.base import (
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Spec,
)
from inferometer.spec.flags import did_you_mean
from inferometer.spec.pattern import in_schema, like
from inferometer.spec.ready_made import (
    completed,
    profile_names,
    recipe_names,
    usual_start_timeout_s,
)
from inferometer.words import Said
from inferometer.words.library import of_library

CompletionBackend = Literal[
    "openai",
    "vllm",
    "sglang",
    "tgi",
    "tensorrt-llm",
    "trtllm-serve",
    "xinference-completions",
    "lmdeploy",
    "llama.cpp",
    "ollama",
]
ChatBackend = Literal[
    "openai-chat",
    "openai-responses",
    "tgi-chat",
    "trtllm-serve-chat",
    "xinference",
    "ollama-chat",
]
"""Those that carry messages."""
SoundBackend = Literal["openai-audio"]
"""Those that carry sound alone."""
BackendName = Literal[CompletionBackend, ChatBackend, SoundBackend]
"""Wire formats: those of the protocol room, which lies above this one. A test compares the two."""

START_TIMEOUT_S = 900.0
PERSON_TIMEOUT_S = 12 * 3600.0

_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"

Variable = Annotated[
    str,
    like(_VARIABLE, "variable"),
    in_schema(_VARIABLE),
]
Value = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if type(value) is int else value),
    WithJsonSchema({"type": ["string", "integer"]}),
]
"""Of an environment variable: a string, or a whole number written without quotation marks."""


def _words(command: Any) -> Any:
    """A command written as one string, as its words."""
    try:
        return shlex.split(command) if isinstance(command, str) else command
    except ValueError as error:
        raise ValueError(
            Said("command.quotation", {"why": of_library(str(error))})
        ) from None


Command = Annotated[
    tuple[str, ...],
    BeforeValidator(_words),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    ),
]


def _one_of(names: Callable[[], list[str]]) -> tuple[AfterValidator, Any]:
    """Refuse a string that is none of those, and say so in the schema; the names are read on
    use.
    """

    def check(text: str) -> str:
        if text not in names():
            known = {
                "known": ", ".join(names()),
                "near": did_you_mean(text, names()),
            }
            raise ValueError(Said("wish.one_of", known))
        return text

    return AfterValidator(check), Field(
        json_schema_extra=lambda schema: schema.update(enum=list(names()))
    )


_IS_RECIPE, _RECIPE_ENUM = _one_of(recipe_names)
_IS_PROFILE, _PROFILE_ENUM = _one_of(profile_names)
ReadyRecipe = Annotated[str, _IS_RECIPE, _RECIPE_ENUM]
Profile = Annotated[str, _IS_PROFILE, _PROFILE_ENUM]


class ServerRecipe(Spec):
    """How a server comes up. Strings may hold placeholders; in the recipe of a `ServerNeed` they
    are filled.
    """

    recipe: ReadyRecipe | None = None
    """A ready-made recipe. Keys given here replace its own, those of `environment` and `launch` one
    by one.
    """
    kind: Literal["external", "operator", "process", "compose"] = "operator"
    """external: it is there already. operator: a person starts it, told how. process: we start
    `command`. compose: we bring `compose_service` of `compose_file` up.
    """
    backend: BackendName = "openai"
    base_url: str = "http://127.0.0.1:8000"
    command: Command = ()
    """Words of the command line; in the file a list, or one string as a shell would take it."""
    arguments: Command = ()
    """Words added to the end of `command`."""
    profiles: tuple[Profile, ...] = ()
    """Ready-made environments, the later before the earlier; `environment` goes before them all."""
    environment: dict[Variable, Value] = Field(default_factory=dict)
    """Set beside what the shell has. Keys and passwords do not belong here."""
    numa_node: NonNegativeInt | None = None
    """Node whose cores and memory the server gets, where its command holds {numactl}."""
    launch: dict[str, JsonValue] = Field(default_factory=dict)
    """For Xinference, which comes up without a model: what to launch, as its API names it
    (model_name, model_engine, model_size_in_billions, quantization, model_path, ...). The model is
    terminated before the server is ended.
    """
    registration: dict[str, JsonValue] = Field(default_factory=dict)
    """What Xinference has to be told of a model that it does not know, before it is launched: the
    JSON of its registration.
    """
    image: str | None = None
    compose_file: str | None = None
    compose_service: str | None = None
    served_model: str | None = None
    """Name sent in requests, where it is not the model's id."""
    max_model_len: PositiveInt | None = None
    """Longest prompt and output together, tokens. None: as long as the points of the group need,
    and some spare.
    """
    exact_max_model_len: bool = False
    """Whether the study fixes max_model_len. Otherwise a running server may have a longer one."""
    exclusive: bool | None = None
    """Whether no other server may run beside it, of two groups that are interleaved. None: yes,
    unless it is external.
    """
    start_timeout_s: PositiveFloat | None = None
    """How long to wait for the server. None: 15 minutes, or what its ready-made recipe takes; 12
    hours where a person has to act, which is for a server of kind operator, and to confirm a
    change of hardware."""
    stop_timeout_s: PositiveFloat = 30.0
    note: str | None = None
    """Told to the person who starts the server."""

    @property
    def is_ours(self) -> bool:
        """Whether we start and end the server, at a port that we were told to use."""
        return self.kind in ("process", "compose")

    @property
    def ready_timeout_s(self) -> float:
        """For a server that was started to be ready."""
        return (
            self.start_timeout_s
            or usual_start_timeout_s(self.recipe)
            or START_TIMEOUT_S
        )

    @property
    def person_timeout_s(self) -> float:
        """For a person to do what was asked: cards are moved, and 55 GB of weights are loaded
        from elsewhere."""
        return self.start_timeout_s or PERSON_TIMEOUT_S

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        return completed(given)
