"""A small campaign to be changed, as a value and as a file."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from inferometer.spec.campaign import CampaignError, CampaignSpec
from inferometer.spec.campaign_file import load_campaign

SMALL: dict[str, Any] = {
    "name": "small",
    "file_name": "{group}_{input}_{output}_c{c}_n{n}_r{rate}_{cache}_{repeat}.json",
    "models": {"m": "org/model"},
    "servers": {"s": {"kind": "external"}},
    "groups": [{"id": "g", "model": "m", "server": "s"}],
}


def small(**changes: Any) -> CampaignSpec:
    """The campaign with these top-level keys instead."""
    return CampaignSpec.model_validate({**copy.deepcopy(SMALL), **changes})


def write(folder: Path, content: str | Mapping[str, Any]) -> Path:
    """`content` as a file; a mapping is written as YAML."""
    path = folder / "c.yaml"
    text = (
        content
        if isinstance(content, str)
        else yaml.safe_dump(dict(content), sort_keys=False)
    )
    path.write_text(text, encoding="utf-8")
    return path


def reasons(
    folder: Path,
    content: str | Mapping[str, Any],
    *sets: str,
    **environment: str,
) -> list[str]:
    """What is said against a file, without the folder's name; nothing if it is fine."""
    path = write(folder, content)
    try:
        load_campaign(path, sets=sets, environment=environment)
    except CampaignError as error:
        return [reason.replace(f"{folder}/", "") for reason in error.reasons]
    return []
