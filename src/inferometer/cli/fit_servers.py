"""What a result says of the server that was measured, as words of a command: so a fit takes the
settings that a simulated campaign takes, and refuses what that refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from inferometer.campaign.twin_flags import (
    NOT_MODELLED,
    flag,
    not_modelled,
    other_engine,
    settings_asked,
)
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.profiles import (
    CardProfile,
    card_profiles,
    engine_kind,
    link_of,
    load_profile,
)
from inferometer.results import Condition, Point
from inferometer.words import Said

HALF = (*NOT_MODELLED["--dtype"], "bf16", "fp16")
"""What weights of 16 bits are called."""
FLAGS = {
    "memory_utilization": "--gpu-memory-utilization",
    "context_length": "--max-model-len",
}
"""Of settings whose name is not the flag's."""
NOTHING = ("", "none", "null")
"""What a setting is called that was not made."""
FILLED_IN = ("cuda_graph_bs", "cuda_graph_max_bs")
"""Settings that SGLang's files have by its own choice."""
TOGETHER = ("disaggregation", "parallelism")
"""What says that the cards do not simply share each layer."""


def told_by(point: Point) -> dict[str, Condition]:
    """What its file says; settings in which no points differ are not among the conditions."""
    return {**point.settings, **point.conditions}


def require_machine(point: Point, settings: TwinSettings) -> None:
    """Raises ValueError for another card or engine than that of the profiles, as far as the point's
    file tells.
    """
    said = told_by(point)
    _require_card(said, settings.card)
    _require_engine(said, settings.stack)


def settings_for(
    point: Point, settings: TwinSettings, model: str, tp: int
) -> TwinSettings:
    """`settings`, and where they choose nothing what the point's file says. Raises ValueError for a
    server that no twin takes the place of.
    """
    said = told_by(point)
    command = list(command_of(said))
    _require_whole(said, tp)
    if flags := not_modelled(command, model):
        raise ValueError(Said("fit.not_modelled", {"flags": ", ".join(flags)}))
    found = settings_asked(command)
    longest = flag(command, "--max-model-len")
    if longest is not None and longest.isdecimal():
        found["max_model_len"] = int(longest)
    if tp > 1:
        card = load_profile(CardProfile, settings.card)
        lanes = map(said.get, ("pcie_generation", "pcie_width"))
        found["link"] = link_of(card, *map(positive_whole, lanes))
    default = TwinSettings(settings.card, settings.model)
    chosen = {
        name: value
        for name, value in found.items()
        if getattr(settings, name) == getattr(default, name)
    }
    return replace(settings, model=model, tp=tp, **chosen)


def command_of(said: Mapping[str, Condition]) -> Iterator[str]:
    """The settings as flags: `max_num_seqs` 8 is `--max-num-seqs 8`, and what is off begins with
    `--no-`.
    """
    for name, value in said.items():
        text = str(value).lower()
        if text in NOTHING or name in FILLED_IN:
            continue
        if name == "dtype":
            if text not in HALF:
                yield from ("--quantization", text)
            continue
        word = FLAGS.get(name, "--" + name.replace("_", "-"))
        if text == "false":
            yield "--no-" + word[2:]
        else:
            yield word
            yield from () if text == "true" else (text,)


def _require_card(said: Mapping[str, Condition], card: str) -> None:
    """Raise ValueError if results are of a card that has a profile, and `card` is another one."""
    measured = str(said.get("card") or "")
    known = card_profiles(measured)
    if known and card not in known:
        told = {"measured": measured, "card": card, "known": ", ".join(known)}
        raise ValueError(Said("fit.other_card", told))


def _require_engine(said: Mapping[str, Condition], stack: str) -> None:
    engine, backend = (
        str(said.get(name) or "").lower() for name in ("engine", "backend")
    )
    if name := other_engine(engine, backend):
        raise ValueError(Said("fit.no_engine", {"engine": name}))
    is_sglang, has_graphs = engine_kind(stack)
    measured = _engine_named(engine, backend)
    if str(said.get("enforce_eager")).lower() == "true" and has_graphs:
        measured = "--enforce-eager"
    if measured not in {None, "SGLang" if is_sglang else "vLLM"}:
        told = {"engine": measured, "stack": stack}
        raise ValueError(Said("fit.other_stack", told))


def _engine_named(engine: str, backend: str) -> str | None:
    if "sglang" in engine or backend == "sglang":
        return "SGLang"
    return "vLLM" if "vllm" in engine else None


def _require_whole(said: Mapping[str, Condition], tp: int) -> None:
    """Raises ValueError where cards do something else than to share each layer."""
    for name in TOGETHER:
        value = str(said.get(name)).lower()
        if value not in {*NOTHING, f"tp{tp}"}:
            raise ValueError(Said("fit.apart", {"name": name, "value": value}))


def positive_whole(value: Condition) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
