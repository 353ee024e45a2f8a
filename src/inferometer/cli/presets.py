"""`inferometer presets`: the included campaigns, and the schema of campaign files."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from inferometer.cli.command import Verb, VerbGroup
from inferometer.cli.help_words import help_words
from inferometer.cli.telling import terminal_columns
from inferometer.cli.usage import usage_error
from inferometer.printable import wrapped
from inferometer.words import Said, spoken

presets = typer.Typer(add_completion=False, cls=VerbGroup)


@presets.callback(invoke_without_command=True)
def list_presets(context: typer.Context) -> None:
    """List the campaigns that come with inferometer.

    Run one: inferometer run NAME

    See its plan: inferometer plan NAME

    Adapt one: inferometer presets show NAME > mine.yaml; edit it; inferometer run mine.yaml
    """
    if context.invoked_subcommand is not None:
        return
    from inferometer.spec.marked_yaml import read_yaml
    from inferometer.spec.preset_files import preset_names, preset_text

    names = preset_names()
    width = max(map(len, names))
    columns = terminal_columns()
    for name in names:
        about = about_preset(name, read_yaml(preset_text(name)).data["about"])
        first, later = f"{name:{width}}  ", " " * (width + 2)
        lines = (
            [first + about]
            if columns is None
            else wrapped(about, columns, first, later, break_words=False)
        )
        typer.echo("\n".join(lines))


def about_preset(name: str, about: str) -> str:
    """A preset's line in the language of the terminal; another's line stays as it is."""
    from inferometer.spec.marked_yaml import read_yaml
    from inferometer.spec.preset_files import preset_names, preset_text

    language = spoken().language
    if language == "en" or name not in preset_names():
        return about
    is_its = read_yaml(preset_text(name)).data["about"] == about
    return help_words(language)[f"about.{name}"] if is_its else about


@presets.command("show", cls=Verb)
def show_preset(
    name: Annotated[
        str, typer.Argument(help="A name that `inferometer presets` lists.")
    ],
) -> None:
    """Print the YAML file of a preset, to copy and edit."""
    from inferometer.spec.flags import did_you_mean
    from inferometer.spec.preset_files import preset_names, preset_text

    if name not in preset_names():
        hint = did_you_mean(name, preset_names())
        usage_error(Said("presets.none", {"name": name, "near": hint}))
    typer.echo(preset_text(name), nl=False)


@presets.command("schema", cls=Verb)
def show_schema() -> None:
    """Print the JSON Schema of campaign files, for editors that complete and check them."""
    import json

    from inferometer.spec.campaign_schema import json_schema

    json.dump(json_schema(), sys.stdout, indent=2, allow_nan=False)
    typer.echo()
