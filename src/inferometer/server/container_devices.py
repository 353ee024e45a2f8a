"""Which accelerators a compose file gives to a service, as far as the file alone says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 200_000
NVIDIA = "NVIDIA_VISIBLE_DEVICES"
ALL = ("all", "-1")


class UnsaidError(Exception):
    """The file leaves it to Docker or to the shell which cards these are."""


def container_devices(
    compose_file: str, service: str
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Numbers, UUIDs or paths of the devices, none where it gets all; and its variables. Raises
    UnsaidError.
    """
    told = _service(Path(compose_file), service)
    variables = _variables(told.get("environment"))
    numbers = [each for wish in _wishes(told) for each in _ids(wish)]
    by_variable = variables.get(NVIDIA, "all")
    if by_variable not in ALL:
        numbers += by_variable.split(",")
    nodes = [
        node
        for each in _list(told.get("devices"))
        if (node := _node(each)).startswith("/dev/dri/")
    ]
    if numbers and nodes:
        raise UnsaidError
    return tuple(dict.fromkeys(numbers or nodes)), variables


def _service(path: Path, service: str) -> Mapping[str, Any]:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MAX_BYTES + 1)
        found: Any = yaml.safe_load(text) if len(text) <= MAX_BYTES else None
        told = found["services"][service]
    except (
        OSError,
        ValueError,
        RecursionError,
        yaml.YAMLError,
        TypeError,
        LookupError,
    ):
        raise UnsaidError from None
    # what another file adds is not seen here
    if not isinstance(told, dict) or {"extends", "env_file"} & {*told}:
        raise UnsaidError
    return told


def _variables(told: object) -> dict[str, str]:
    """Of the list or mapping of a service; one without a value is the shell's."""
    pairs: list[tuple[str, object]] = []
    if isinstance(told, dict):
        pairs = [(str(name), value) for name, value in told.items()]
    for each in _list(told):
        name, given, value = str(each).partition("=")
        pairs.append((name, value if given else None))
    found = {
        name: str(value) for name, value in pairs if "VISIBLE_DEVICES" in name
    }
    if any(value in ("", "None") or "$" in value for value in found.values()):
        raise UnsaidError
    return found


def _wishes(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each wish for devices, in either of the two places for them."""
    at: object = told.get("deploy")
    for name in ("resources", "reservations", "devices"):
        at = at.get(name) if isinstance(at, dict) else None
    wished = [*_list(at), *_list(told.get("gpus"))]
    if any(not isinstance(each, dict) for each in wished):
        raise UnsaidError
    yield from wished


def _ids(wish: Mapping[str, Any]) -> list[str]:
    """A number of devices without their names is Docker's choice."""
    ids = [str(each) for each in _list(wish.get("device_ids"))]
    if not ids and str(wish.get("count", "all")) not in ALL:
        raise UnsaidError
    if any("$" in each for each in ids):
        raise UnsaidError
    return ids


def _node(told: object) -> str:
    """The path on the host of `/dev/dri/renderD128:/dev/dri/renderD128`."""
    source = told.get("source") if isinstance(told, dict) else told
    if "$" in str(source):
        raise UnsaidError
    return str(source).partition(":")[0]


def _list(told: object) -> list[Any]:
    return told if isinstance(told, list) else []
