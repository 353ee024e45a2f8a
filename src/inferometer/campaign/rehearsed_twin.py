"""Which twin takes a server's place in a rehearsal: of the card that the hardware or the campaign
names as `twin`, with the model and the settings that the server's command asks for.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.profiles import (
    CardProfile,
    lanes_of,
    load_profile,
    model_profile,
)
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.step_time import PS
from inferometer.spec.campaign import Hardware, ServerNeed

SPEED = 8.0
"""Seconds of the twin in one of a rehearsal, which should be short."""
PROMPT_TOKENS = 1024
"""Of the prompt by which a rehearsal's time is guessed."""


def twin_for(need: ServerNeed) -> TwinSettings | None:
    """None where no card is named, the model has no profile, or the twin would not start. Raises
    ProfileError for a card that there is not.
    """
    if need.twin is None:
        return None
    load_profile(CardProfile, need.twin)
    model = model_profile(need.model_id)
    if model is None:
        return None
    try:
        settings = replace(settings_of(need, need.twin, model), speed=SPEED)
        make_twin(settings)
    except ValueError:  # of the command's numbers, the profiles or the memory
        return None
    return settings


def settings_of(need: ServerNeed, card: str, model: str) -> TwinSettings:
    """As the server's command asks for. Raises ValueError for what a twin cannot have."""
    profile, command = load_profile(CardProfile, card), need.recipe.command
    hardware = need.hardware or Hardware()
    return TwinSettings(
        card,
        model,
        stack=_stack(command),
        link=_link(hardware, profile) if need.tp > 1 else None,
        tp=need.tp,
        gpu_memory_utilization=float(
            _flag(command, "--gpu-memory-utilization") or 0.9
        ),
        max_model_len=need.max_model_len,
        max_num_batched_tokens=_count(command, "--max-num-batched-tokens"),
        max_num_seqs=_count(command, "--max-num-seqs"),
        prefix_caching="--no-enable-prefix-caching" not in command,
    )


@cache
def token_seconds(settings: TwinSettings) -> tuple[float, float]:
    """How long a token of an answer takes one request, and a token of a prompt."""
    step_time = make_twin(settings).simulation().step_time
    prompt = TwinRequest(0, PROMPT_TOKENS, 1)
    read_ps = step_time.step([(prompt, 0, PROMPT_TOKENS)]).total_ps
    scale = settings.speed * PS
    return step_time.decode(1).total_ps / scale, read_ps / PROMPT_TOKENS / scale


def _stack(command: tuple[str, ...]) -> str:
    if any("sglang" in word for word in command):
        return "sglang"
    return "vllm-eager" if "--enforce-eager" in command else "vllm-graphs"


def _link(hardware: Hardware, card: CardProfile) -> str | None:
    """The declared one, where such cards talk over PCIe; else the card's own."""
    known = lanes_of(card.link)
    if known is None:
        return None
    generation = hardware.pcie_generation or known[0]
    return f"pcie{generation}x{hardware.pcie_width or known[1]}"


def _flag(command: tuple[str, ...], name: str) -> str | None:
    """What follows a flag, `--flag value` or `--flag=value`, the last time it is given."""
    found = None
    for word, after in zip(command, (*command[1:], ""), strict=False):
        if word == name:
            found = after
        elif word.startswith(f"{name}="):
            found = word.partition("=")[2]
    return found


def _count(command: tuple[str, ...], name: str) -> int | None:
    found = _flag(command, name)
    return None if found is None else int(found)
