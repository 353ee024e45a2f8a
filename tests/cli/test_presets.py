"""`inferometer presets`: what is listed, shown and printed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest

import inferometer
from inferometer.cli.main import main
from inferometer.spec.marked_yaml import read_yaml
from inferometer.spec.preset_files import preset_names, preset_text
from inferometer.words import Said, step

RECIPES = Path(inferometer.__file__).parent / "spec" / "ready_made.yaml"


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    return Run(monkeypatch, capsys)


class Run:
    """Calls `inferometer presets ...`: exit code, standard output, standard error."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self.monkeypatch.setattr(
            sys, "argv", ["inferometer", "presets", *arguments]
        )
        with pytest.raises(SystemExit) as ended:
            main()
        told = self.capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err


def test_they_are_listed_with_what_they_are_for(run: Run) -> None:
    code, out, err = run()
    lines = out.splitlines()
    assert (code, err, len(lines)) == (0, "", 11)
    assert lines[0].split(maxsplit=1) == [
        "custom",
        "A ladder of concurrency on a server that is already running; made to be changed",
    ]
    assert [line.split()[0] for line in lines] == sorted(
        line.split()[0] for line in lines
    )


def test_what_presets_and_recipes_have_people_do_is_in_every_language() -> None:
    presets = [read_yaml(preset_text(name)).data for name in preset_names()]
    recipes = read_yaml(RECIPES.read_text(encoding="utf-8")).data["recipes"]
    told = [
        *(
            each
            for preset in presets
            for each in preset.get("hardware", {}).values()
        ),
        *recipes.values(),
    ]
    names = ("instruction", "note")
    asked = [each[name] for each in told for name in names if name in each]
    assert len(asked) == 4
    assert [text for text in asked if not isinstance(step(text), Said)] == []
    assert step("Plug it in.") == "Plug it in."
    assert not isinstance(step("Plug it in."), Said)


def test_one_is_shown_as_it_stands(run: Run) -> None:
    assert run("show", "pcie-machine-c") == (
        0,
        preset_text("pcie-machine-c"),
        "",
    )


def test_one_that_is_not_there(run: Run) -> None:
    code, out, err = run("show", "pcie-machine-d")
    assert (code, out) == (2, "")
    assert err == (
        "inferometer: there is no preset 'pcie-machine-d' (did you mean 'pcie-machine-c'?): "
        "`inferometer presets` lists them.\n"
    )


def test_the_schema_is_printed(run: Run) -> None:
    code, out, _ = run("schema")
    assert code == 0
    jsonschema.validate(
        read_yaml(preset_text("production")).data, json.loads(out)
    )
