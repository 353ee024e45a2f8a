"""What the documents say is there: every command they show is understood, every flag, verb and make
target exists, every link leads somewhere, and the two languages show the same commands.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

import inferometer
from inferometer.cli import main
from inferometer.cli.bench.vllm_flags import MEANINGS
from inferometer.cli.language import chosen
from inferometer.cli.main import (
    VERBS,
    app,
    load_verb,
    spread,
    without_vllm_only,
)
from inferometer.spec.workload import DATASETS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "README.zh-CN.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "ARCHITECTURE.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").glob("**/*.md"),
    ]
)
TRANSLATED = [
    ("README.md", "README.zh-CN.md"),
    ("docs/tutorial.en.md", "docs/tutorial.zh-CN.md"),
    ("docs/recipes.md", "docs/recipes.zh-CN.md"),
    ("docs/doctor.md", "docs/doctor.zh-CN.md"),
    ("docs/python.md", "docs/python.zh-CN.md"),
    ("docs/planning.md", "docs/planning.zh-CN.md"),
    ("docs/from-scripts.md", "docs/from-scripts.zh-CN.md"),
    ("docs/vllm-flags.md", "docs/vllm-flags.zh-CN.md"),
]
MAX_README_WORDS = 1500
OTHER_PROGRAMS = {
    "--max-model-len",
    "--enforce-eager",
    "--gpu-memory-utilization",
    "--tensor-parallel-size",
    "--dtype",
    "--max-num-batched-tokens",
    "--quantization",
    "--kv-cache-dtype",
    "--ipc",
    "--shm-size",
    "--device",
    "--group-add",
    "--network",
    "--security-opt",
    "--served-model-name",
    "--trust-remote-code",
    "--enable-prefix-caching",
    "--disable-custom-all-reduce",
    "--gpus",
    "--max-num-seqs",
    "--local",
    "--cpus",
    "--enable-metrics",
    "--data-parallel-size",
    "--speculative-config",
    "--chunked-prefill-size",
    "--max-running-requests",
    "--disable-radix-cache",
    "--mem-fraction-static",
    *MEANINGS,
}
"""Flags of servers and of Docker, in examples of how to start one; and those that only vLLM has."""

FLAGS = {
    flag
    for each in [get_command(app), *map(load_verb, VERBS)]
    for parameter in each.params
    for flag in [*parameter.opts, *parameter.secondary_opts]
} | {"--help"}

documents = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: path.name
)
translated = pytest.mark.parametrize(("english", "chinese"), TRANSLATED)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(text: str) -> list[list[str]]:
    """The lines of each fenced block of commands or code, without comments; `text` is output."""
    found = re.findall(
        r"^```([^\n]*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL
    )
    return [
        [
            re.sub(r"\s*(^|\s)# .*", "", line).rstrip()
            for line in block.splitlines()
        ]
        for info, block in found
        if info != "text"
    ]


def commands(text: str) -> Iterator[tuple[list[str], bool]]:
    """The words after `inferometer` of each command in a document, and whether it stands in a block
    and so has all it needs.
    """
    for block in blocks(text):
        for line in "\n".join(block).replace("\\\n", " ").splitlines():
            if found := re.search(r"(?:^|\s)inferometer (.+)", line):
                yield words(found[1]), True
    for inline in re.findall(r"`inferometer ([^`]+)`", text):
        yield words(inline), False


def words(line: str) -> list[str]:
    return [
        word
        for word in shlex.split(line.partition(" > ")[0].rstrip("&; "))
        if word != "..."
    ]


def parse(arguments: list[str], *, whole: bool) -> None:
    """Let the command line understand them, and do nothing. A command in a sentence may lack what it
    needs.
    """
    name, *rest = spread(without_vllm_only(chosen(arguments)[0]))
    if name.startswith("-"):
        get_command(app).make_context("inferometer", [name, *rest])
        return
    command, context = main.load_verb(name), None
    try:
        while True:
            context = command.make_context(name, rest, parent=context)
            if (
                not isinstance(command, TyperGroup)
                or not context._protected_args
            ):
                return
            name, rest = context._protected_args[0], context.args
            command = command.commands[name]
    except TyperException as error:
        if whole or type(error).__name__ != "MissingParameter":
            raise


@documents
def test_every_command_is_understood(path: Path) -> None:
    for arguments, whole in commands(read(path)):
        if arguments[0] == "COMMAND":
            continue
        asked = [word for word in arguments if word != "--help"]
        try:
            parse(asked, whole=whole and asked == arguments)
        except Exception as error:
            pytest.fail(
                f"{path.name}: inferometer {' '.join(arguments)}: {error!r}"
            )


@documents
def test_every_flag_exists(path: Path) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", read(path)))
    assert named - FLAGS - OTHER_PROGRAMS == set()


@documents
def test_every_verb_exists(path: Path) -> None:
    named = set(re.findall(r"\binferometer ([a-z]+)\b(?! \w+ is)", read(path)))
    assert named - set(VERBS) == set()


@documents
def test_every_make_target_exists(path: Path) -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE)
    )
    named = set(re.findall(r"`make ([a-z-]+)`", read(path)))
    assert named - targets == set()


@documents
def test_every_public_name_exists(path: Path) -> None:
    named = set(re.findall(r"\binferometer\.([a-z]+)\(", read(path)))
    assert named <= set(inferometer.__all__)


def test_every_hook_is_a_make_target() -> None:
    hooks = re.findall(
        r"entry: make ([a-z-]+)", read(ROOT / ".pre-commit-config.yaml")
    )
    targets = re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE)
    assert hooks
    assert set(hooks) <= set(targets)


def slug(heading: str) -> str:
    """The anchor that a heading gets on the web."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@documents
def test_every_link_leads_somewhere(path: Path) -> None:
    text = re.sub(
        r"^```.*?^```", "", read(path), flags=re.MULTILINE | re.DOTALL
    )
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        there = path if not name else (path.parent / name).resolve()
        assert there.exists(), (
            f"{path.name} links to {target}, which is not there"
        )
        if anchor:
            headings = re.findall(r"^#+ (.+)$", read(there), re.MULTILINE)
            assert anchor in map(slug, headings), (
                f"{path.name}: no heading {target}"
            )


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_verb_is_in_the_readme(name: str) -> None:
    readme = read(ROOT / name)
    assert {
        verb for verb in VERBS if f"inferometer {verb}" not in readme
    } == set()


def test_the_readme_is_short() -> None:
    assert len(read(ROOT / "README.md").split()) < MAX_README_WORDS


def test_every_document_can_be_found_from_the_readme() -> None:
    linked = set(
        re.findall(r"\((docs/[\w.-]+\.md)\)", read(ROOT / "README.md"))
    )
    linked |= set(
        re.findall(r"\((docs/[\w.-]+\.md)\)", read(ROOT / "README.zh-CN.md"))
    )
    there = {
        str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")
    }
    assert there - linked == set()


def test_the_table_of_prompts_has_every_kind_with_its_keys() -> None:
    section = (
        read(ROOT / "docs/campaigns.md")
        .partition("## Prompts")[2]
        .partition("## ")[0]
    )
    rows = [
        [set(re.findall(r"`([\w-]+)`", cell)) for cell in line.split("|")[1:4]]
        for line in section.splitlines()
        if line.startswith("| `") and "dataset-name" not in line
    ]
    kinds = {
        dataset.model_fields["kind"].default: dataset
        for dataset in DATASETS.values()
    }
    assert set().union(*(row[0] for row in rows)) == set(kinds)
    for names, flags, keys in rows:
        assert {DATASETS[flag] for flag in flags} == {
            kinds[name] for name in names
        }
        assert [keys - set(kinds[name].model_fields) for name in names] == [
            set()
        ] * len(names)


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_the_pipelines_run_commands_that_are_understood(name: str) -> None:
    text = read(ROOT / f"examples/ci/{name}.yml")
    assert yaml.safe_load(text)
    lines = re.sub(
        r">-\n\s+|\n\s+--", lambda found: " --" * found[0].endswith("--"), text
    )
    found = re.findall(r"bin/inferometer (.+)", lines)
    assert [line.split()[0] for line in found] == ["run", "report"]
    assert found[0].count("--assert") == 3
    for line in found:
        parse(words(line), whole=True)


@translated
def test_both_languages_show_the_same_commands(
    english: str, chinese: str
) -> None:
    ours, theirs = blocks(read(ROOT / english)), blocks(read(ROOT / chinese))
    assert ours == theirs


@translated
def test_each_language_leads_to_the_other(english: str, chinese: str) -> None:
    for here, there in ((english, chinese), (chinese, english)):
        first_lines = read(ROOT / here).splitlines()[:5]
        assert any(f"]({Path(there).name})" in line for line in first_lines)


def test_every_flag_of_bench_explains_itself() -> None:
    assert {p.name for p in load_verb("bench").params if not p.help} == set()
