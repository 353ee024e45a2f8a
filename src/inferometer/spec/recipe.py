"""From a recipe to the server a group needs: placeholders filled, the longest request known, its
identity declared.

Knows nothing of processes, containers or sockets: what comes out can be shown to a person as well
as started.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from inferometer.secret import masked
from inferometer.spec.binding import (
    BOUND,
    Binding,
    binding_of,
    host_and_port,
    without_bound_flags,
)
from inferometer.spec.campaign import (
    CampaignError,
    CampaignSpec,
    GroupSpec,
    Hardware,
    ServerNeed,
)
from inferometer.spec.flags import canonical_base_url
from inferometer.spec.server_recipe import ServerRecipe
from inferometer.words import Said

SPARE_TOKENS = 128
"""Added to the longest request where a recipe leaves max_model_len to us, as the PCIe study does
it: 1024 + 128 + 128.
"""

PLACEHOLDERS = {
    "model": "id of the model",
    "alias": "its name in the campaign file",
    "served_model": "name sent in requests",
    "tp": "tensor parallelism",
    "devices": "0,1,…: one for each of tp",
    "host": "address to listen on: host of base_url, or one that makes the server reachable there",
    "port": "port to listen on: that of base_url, or the server's own behind a gateway",
    "max_model_len": "longest prompt and output together, tokens",
    "input_len": "longest prompt of the group, tokens",
    "output_len": "longest output of the group, tokens",
    "hardware": "name of the hardware configuration",
    "gpus": "its number of cards",
    "image": "image of the recipe",
    "hf_cache": "folder of downloaded models: HF_HOME, or ~/.cache/huggingface",
    "model_folder": "the model, if it is an absolute path; else nothing",
    "numactl": "words that bind the server to numa_node; else nothing",
    "model_volume": "words that give a container the model's folder, if it is an absolute path",
    "container_environment": "words that give a container the recipe's environment",
}
"""What the strings of a recipe may hold in braces."""

SEVERAL_WORDS = ("numactl", "model_volume", "container_environment")
"""Placeholders of any number of words, also none, where they are a word of their own."""

FLOATING_TAGS = ("", "latest", "nightly", "main", "master", "dev", "edge")
"""Of images: what they name changes."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def placeholders(text: str) -> list[str]:
    """Names in braces, known or not. Other braces, such as those of JSON, are left alone."""
    return _PLACEHOLDER.findall(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with what `values` knows filled in."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def recipe_strings(recipe: ServerRecipe) -> Iterator[str]:
    """Every string of a recipe in which placeholders are filled."""
    yield from (*recipe.command, *recipe.arguments)
    yield from recipe.environment.values()
    yield from (
        value for value in recipe.launch.values() if isinstance(value, str)
    )
    for text in (
        recipe.image,
        recipe.compose_file,
        recipe.compose_service,
        recipe.served_model,
        recipe.note,
    ):
        if text is not None:
            yield text


def server_need(
    campaign: CampaignSpec,
    group: GroupSpec,
    longest: Iterable[tuple[int, int] | None],
) -> ServerNeed:
    """What `group` needs. `longest`: the longest prompt and output of points that share the server,
    tokens; None where only the file of their prompts can tell. Raises CampaignError if the recipe
    leaves it to us to find out, and we cannot.
    """
    recipe = campaign.servers[group.server]
    told = list(longest)
    lengths = [each for each in told if each is not None]
    all_known = len(lengths) == len(told)
    longest_request = max(
        (prompt + output for prompt, output in lengths), default=0
    )
    max_model_len = _limit(recipe, group, longest_request, all_known=all_known)
    values = _values(campaign, group, lengths, max_model_len)
    placeless = _filled(recipe, values)
    binding = binding_of(recipe)
    binds = any(word in text for text in placeless.command for word in BOUND)
    hardware = _hardware(campaign, group)
    return ServerNeed(
        recipe_name=group.server,
        recipe=_bound(placeless, binding),
        hardware_name=group.hardware,
        hardware=hardware,
        model_alias=group.model,
        model_id=values["model"],
        served_model=values["served_model"],
        tp=group.tp,
        max_model_len=max_model_len,
        declared=_identity(group, campaign, placeless, max_model_len),
        longest_request=longest_request if all_known else None,
        twin=(hardware.twin if hardware else None) or campaign.twin,
        binding=binding.note if binds else "",
    )


def _hardware(campaign: CampaignSpec, group: GroupSpec) -> Hardware | None:
    name = group.hardware
    return campaign.hardware[name] if name is not None else None


def _values(
    campaign: CampaignSpec,
    group: GroupSpec,
    lengths: list[tuple[int, int]],
    max_model_len: int | None,
) -> dict[str, str]:
    """What the placeholders stand for, but those of a place."""
    recipe, model = campaign.servers[group.server], campaign.models[group.model]
    values = {
        "model": model,
        "alias": group.model,
        "tp": str(group.tp),
        "devices": ",".join(str(card) for card in range(group.tp)),
        "max_model_len": str(max_model_len),
        "input_len": str(max((prompt for prompt, _ in lengths), default=0)),
        "output_len": str(max((output for _, output in lengths), default=0)),
        **_words_of(recipe, model),
    }
    if recipe.image is not None:
        values["image"] = fill(recipe.image, values)
    hardware = _hardware(campaign, group)
    if hardware is not None and group.hardware is not None:
        values |= {"hardware": group.hardware, "gpus": str(hardware.gpus)}
    return values | {"served_model": fill(recipe.served_model or model, values)}


def _limit(
    recipe: ServerRecipe,
    group: GroupSpec,
    longest_request: int,
    *,
    all_known: bool,
) -> int | None:
    """The recipe's max_model_len, else the one that its words need. Raises CampaignError."""
    uses_limit = any(
        "max_model_len" in placeholders(text) for text in recipe_strings(recipe)
    )
    if recipe.max_model_len is not None or not uses_limit:
        return recipe.max_model_len
    if not all_known:
        told = {"server": group.server, "group": group.id}
        raise CampaignError([Said("campaign_check.limit_needed", told)])
    return longest_request + SPARE_TOKENS


def shell_line(recipe: ServerRecipe) -> str:
    """The command with its environment, as one line that can be pasted into a shell; empty where
    there is none.

    Keys, and passwords in addresses such as that of a proxy, are masked: the line goes to
    terminals and their logs.
    """
    if not recipe.command:
        return ""
    settings = [
        f"{name}={shlex.quote(value)}"
        for name, value in masked(recipe.environment).items()
    ]
    return " ".join([*settings, shlex.join(recipe.command)])


def floats(image: str) -> bool:
    """Whether the same name gives another image tomorrow."""
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@" not in image and tag in FLOATING_TAGS


def _bound(recipe: ServerRecipe, binding: Binding) -> ServerRecipe:
    """The recipe with the address that the server listens on; a note to people names the one
    that clients use."""
    host, port = host_and_port(recipe.base_url)
    note = (
        fill(recipe.note, {"host": host, "port": port}) if recipe.note else None
    )
    command = (
        without_bound_flags(recipe.command)
        if binding.optional
        else recipe.command
    )
    bound = recipe.model_copy(update={"note": note, "command": command})
    of_this_host = {
        "host": binding.host,
        "port": binding.port,
        "hf_cache": _hf_cache(),
    }
    return _filled(bound, of_this_host)


def _hf_cache() -> str:
    return os.path.expanduser(
        os.environ.get("HF_HOME") or "~/.cache/huggingface"
    )


def _words_of(recipe: ServerRecipe, model: str) -> dict[str, str]:
    """What a recipe's options and a model on disk add to a command, as a shell would take it."""
    folder = model if model.startswith("/") else ""
    node = recipe.numa_node
    variables = [
        word for name in recipe.environment for word in ("--env", name)
    ]
    return {
        "model_folder": folder,
        "model_volume": shlex.join(
            [f"--volume={folder}:{folder}:ro"] if folder else []
        ),
        "numactl": ""
        if node is None
        else f"numactl --cpunodebind={node} --membind={node}",
        "container_environment": shlex.join(variables),
    }


def _filled(recipe: ServerRecipe, values: Mapping[str, str]) -> ServerRecipe:
    texts = {
        name: fill(text, values)
        for name in (
            "image",
            "compose_file",
            "compose_service",
            "served_model",
            "note",
        )
        if (text := getattr(recipe, name)) is not None
    }
    filled = {
        **texts,
        "command": tuple(
            _filled_words((*recipe.command, *recipe.arguments), values)
        ),
        "arguments": (),
        "environment": {
            name: fill(value, values)
            for name, value in recipe.environment.items()
        },
        "launch": dict(_filled_launch(recipe.launch, values)),
    }
    return recipe.model_copy(update=filled)


def _filled_words(
    words: Iterable[str], values: Mapping[str, str]
) -> Iterator[str]:
    for word in words:
        alone = _PLACEHOLDER.fullmatch(word)
        if alone and alone[1] in SEVERAL_WORDS and alone[1] in values:
            yield from shlex.split(values[alone[1]])
        else:
            yield fill(word, values)


def _filled_launch(
    launch: Mapping[str, JsonValue], values: Mapping[str, str]
) -> Iterator[tuple[str, JsonValue]]:
    """Without what is filled with nothing, such as the folder of a model that is none."""
    for name, value in launch.items():
        filled = _number_or_text(value, values)
        if filled != "" or value == "":
            yield name, filled


def _number_or_text(value: JsonValue, values: Mapping[str, str]) -> JsonValue:
    """A value of `launch`, filled: what was a placeholder alone and stands for a number is one, as
    the API wants it.
    """
    if not isinstance(value, str):
        return value
    text = fill(value, values)
    return int(text) if text != value and text.isdecimal() else text


def _identity(
    group: GroupSpec,
    campaign: CampaignSpec,
    recipe: ServerRecipe,
    max_model_len: int | None,
) -> dict[str, Any]:
    """Everything that was declared and may change what is measured: not what it costs, nor the port
    of a server of ours.

    A server that somebody else starts is known by its address: at another address there is
    another deployment.
    """
    identity = {
        "recipe": group.server,
        "model": campaign.models[group.model],
        "tp": group.tp,
    }
    if not recipe.is_ours:
        identity["address"] = canonical_base_url(recipe.base_url)
    if group.hardware is not None:
        facts = campaign.hardware[group.hardware].model_dump(
            exclude_none=True,
            exclude={"instruction", "cost_per_hour", "cards", "twin"},
        )
        identity["hardware"] = {"name": group.hardware, **facts}
    told = {
        "command": list(recipe.command),
        "environment": recipe.environment,
        "launch": recipe.launch,
        "registration": recipe.registration,
        "image": recipe.image,
        "compose_file": recipe.compose_file,
        "compose_service": recipe.compose_service,
        "max_model_len": max_model_len,
    }
    return identity | {name: value for name, value in told.items() if value}
