"""The campaigns that come with the package: YAML files in `presets/` beside this one."""

from __future__ import annotations

from importlib.resources import files

_FOLDER = files("inferometer.spec") / "presets"


def preset_names() -> list[str]:
    """In alphabetical order."""
    return sorted(
        each.name.removesuffix(".yaml")
        for each in _FOLDER.iterdir()
        if each.name.endswith(".yaml")
    )


def preset_text(name: str) -> str:
    """The file as it stands, comments and all. `name` is one of `preset_names`."""
    return (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
