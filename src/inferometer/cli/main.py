"""The command line: `inferometer VERB`. One module a verb, imported when the verb is called."""

from __future__ import annotations

import gc
import inspect
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.main import get_command

import inferometer
from inferometer.cli.command import ListedVerb, Verb, VerbGroup
from inferometer.cli.language import chosen, of_environment
from inferometer.cli.output import finish_output, survive_any_output
from inferometer.cli.stopped import stopped
from inferometer.system.interruption import until_exit
from inferometer.words import LANGUAGES, Said, in_words, speak, spoken

VERBS = {
    "bench": (
        "Measure",
        "Measure a running server, with the flags of `vllm bench serve`.",
    ),
    "run": (
        "Measure",
        "Run a campaign; the same command continues it after an interruption.",
    ),
    "plan": (
        "Measure",
        "Show what a campaign will do: groups, points, tokens, server commands, time, and "
        "progress.",
    ),
    "presets": ("Measure", "List the campaigns that come with inferometer."),
    "report": (
        "Read results",
        "Write one HTML file with all points: summary, explorer, figures, environment and method.",
    ),
    "compare": (
        "Read results",
        "Compare two sets of results: which differences exceed chance and drift?",
    ),
    "collect": (
        "Read results",
        "Pack a result directory into a tar archive, to merge with those of other machines.",
    ),
    "merge": (
        "Read results",
        "Merge the results of several machines into a new directory, where campaigns can continue.",
    ),
    "backends": (
        "Look up",
        "List the values of `bench --backend`, and what each wire format supports.",
    ),
    "datasets": (
        "Look up",
        "List the values of `bench --dataset-name`, and the flags of each data set.",
    ),
    "calibrate": (
        "Check the client",
        "Measure how exact the client is on this host, and up to which load.",
    ),
    "monitor": (
        "Look at the machine",
        "Show the accelerators, their PCIe links and this host.",
    ),
    "doctor": (
        "Look at the machine",
        "Check host, cards, PCIe links, containers, client and server before measuring.",
    ),
    "setup": (
        "Look at the machine",
        "List what this host needs to measure: what is there, what is missing, and how to get it.",
    ),
    "cleanup": (
        "Look at the machine",
        "List what killed runs left on this host, and remove it once confirmed.",
    ),
    "engine": (
        "Check the client",
        "Run a server with known timing: the API of vLLM or others, without a model.",
    ),
    "simulate": (
        "Simulate",
        "Run a campaign on twins in virtual time: the same files as `run`, marked as simulated.",
    ),
    "fit": (
        "Simulate",
        "Fit a twin's profile to result files, with an interval for each factor.",
    ),
    "capacity": (
        "Simulate",
        "Find deployments that serve a load within its targets, before a machine is bought.",
    ),
    "demo": (
        "Check the client",
        "Measure the embedded engine, and compare the result with the engine's own records.",
    ),
}
"""Panel and line in `inferometer --help`. A verb is the function, or the group of commands, with
that name in the module of that name.
"""


HELP = {"-h", "--help"}


class Verbs(VerbGroup):
    """The commands of `VERBS`, which the help lists without importing them."""

    listed: Mapping[str, ListedVerb] = {
        name: ListedVerb(*each) for name, each in VERBS.items()
    }

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = self.listed

    def resolve_command(
        self, ctx: Any, args: list[str]
    ) -> tuple[str | None, Any, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        verb = load_verb(str(name))
        if HELP & set(rest) and spoken().language != "en":
            from inferometer.cli.help_words import translate

            translate(verb, str(name), spoken().language)
        return name, verb, rest

    def invoke(self, ctx: Any) -> Any:
        """The parser would end at Ctrl-C without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(stopped()) from None

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None and spoken().language != "en":
            from inferometer.cli.help_words import help_words

            option.help = help_words(spoken().language)["help"]
        return option


def load_verb(name: str) -> Any:
    """The command of a verb, with its flags. Paragraphs of its docstring are its help."""
    verb = getattr(import_module(f"inferometer.cli.{name}"), name)
    if isinstance(verb, typer.Typer):
        return get_command(verb)
    paragraphs = inspect.cleandoc(verb.__doc__ or "").split("\n\n")
    alone = typer.Typer(add_completion=False)
    text = "\n\n".join(each.replace("\n", " ") for each in paragraphs)
    alone.command(name, cls=Verb, help=text)(verb)
    return get_command(alone)


app = typer.Typer(
    name="inferometer",
    cls=Verbs,
    help=(
        "Measure how fast a large language model is served, and find out whether each number can "
        "be trusted."
    ),
    epilog="Start with `inferometer bench --help`. To try it without a GPU: `inferometer demo`.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SEVERAL_VALUES = (
    "--goodput",
    "--metadata",
    "--header",
    "--lora-modules",
    "--dialect",
)
"""Flags that accept several values, like those of `vllm bench serve`: `--goodput ttft:100
tpot:50`.
"""


def without_vllm_only(arguments: Sequence[str]) -> list[str]:
    """The arguments of `bench` without vLLM's own: what becomes of them is said on standard error,
    and ends the program where leaving them out would measure something else.
    """
    if arguments[:1] != ["bench"]:
        return list(arguments)
    from inferometer.cli.bench.vllm_flags import understood
    from inferometer.cli.telling import notice
    from inferometer.cli.usage import usage_error

    found = understood(arguments)
    for note in found.notes:
        notice(note)
    if found.refusals:
        usage_error(*found.refusals)
    return found.arguments


def spread(arguments: Sequence[str]) -> list[str]:
    """`--goodput a b` as `--goodput a --goodput b`, which the parser expects."""
    spread_out: list[str] = []
    flag = ""  # the one that further values belong to
    for previous, argument in zip(["", *arguments], arguments, strict=False):
        if argument.startswith("-") and not argument[1:].isdecimal():
            flag = argument if argument in SEVERAL_VALUES else ""
        elif flag and previous != flag:
            spread_out.append(flag)
        spread_out.append(argument)
    return spread_out


@app.callback(invoke_without_command=True)
def root(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit."
    ),
    lang: str | None = typer.Option(
        None,
        "--lang",
        metavar="[en|zh-CN|zh-TW]",
        help="Language of what is printed, also after the verb (default: that of the locale).",
    ),
) -> None:
    if lang is not None:
        told = spoken().text(
            "main.language", lang=lang, known=", ".join(LANGUAGES)
        )
        raise typer.BadParameter(told, param_hint="'--lang'")
    if version:
        typer.echo(f"inferometer {inferometer.__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point of the `inferometer` command: a usage error is one sentence, and exit code 2."""
    survive_any_output()
    arguments, language = chosen(sys.argv[1:])
    speak(language or of_environment(os.environ))
    if spoken().language != "en" and (not arguments or HELP & set(arguments)):
        from inferometer.cli.help_words import translate_root

        translate_root(app, spoken().language)
    interruption = until_exit()
    code = _run(arguments)
    interruption.finish()
    # or the interpreter would look through all that is there when it ends, for a tenth of a second
    gc.freeze()
    sys.exit(finish_output(code))


SCRIPTS = (".sh", ".py")
"""What people type who know a command by the script that did it before."""


def _tell_usage(arguments: Sequence[str], error: typer.TyperException) -> None:
    from inferometer.cli.telling import notice

    place = _help_of(arguments)
    is_script = any(each.endswith(SCRIPTS) for each in arguments[:1])
    if CARD_FLAGS & set(_missing(error)):
        place = _and_cards(place)
    if is_script or type(error).__name__ == "NoSuchOption":
        place = in_words(Said("flags.of_scripts", {"help": place}))
    notice(spoken().text("main.usage", error=_typed_wrong(error), help=place))


def _run(arguments: Sequence[str]) -> int:
    """The exit code."""
    try:
        return (
            app(
                args=spread(without_vllm_only(arguments) or ["--help"]),
                standalone_mode=False,
            )
            or 0
        )
    except typer.Exit as ended:
        return ended.exit_code
    except typer.TyperException as error:
        _tell_usage(arguments, error)
        return 2
    except FileNotFoundError:
        if _is_somewhere():
            raise
        from inferometer.cli.telling import notice

        notice(Said("main.nowhere"))
        return 2
    except (
        typer.Abort,
        KeyboardInterrupt,
    ):  # the latter, where no verb was found yet
        return stopped()


CARD_FLAGS = {"--twin", "--card"}


def _missing(error: typer.TyperException) -> Sequence[str]:
    """The flags of the parameter that was left out."""
    if type(error).__name__ != "MissingParameter":
        return ()
    return getattr(getattr(error, "param", None), "opts", ())


def _and_cards(place: str) -> str:
    """Where more is said, and which cards there are."""
    from inferometer.engine.twin.profiles import CardProfile, profiles

    told = {
        "cards": ", ".join(profiles(CardProfile)),
        "help": place,
    }
    return in_words(Said("main.cards", told))


def _typed_wrong(error: typer.TyperException) -> str:
    """What the parser of the command line says, as the beginning of a sentence."""
    told = error.format_message().rstrip(".").replace(": Value error, ", ": ")
    if spoken().language != "en":
        from inferometer.cli.help_words import parser_error

        return parser_error(error, told, spoken().language)
    return f"{told[0].lower()}{told[1:]}"


def _is_somewhere() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def _help_of(arguments: Sequence[str]) -> str:
    """The help of the verb that was used."""
    verb = next((argument for argument in arguments if argument in VERBS), None)
    if arguments[:1] == ["presets"]:
        verb = "presets show" if arguments[1:2] == ["show"] else "presets"
    return f"`inferometer {verb} --help`" if verb else "`inferometer --help`"
