"""The house rules, checked: imports go down only, rooms on one floor do not know each other, names,
sizes, the plan on paper.

A new room gets its floor here and its line in ARCHITECTURE.md.
"""

from __future__ import annotations

import ast
import re
import sys
import tokenize
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import inferometer
from inferometer.cli.main import load_verb
from inferometer.vocabulary import CONDITIONS, LATENCIES
from tests.processes import printed_anew
from tests.sources import (
    ROOT,
    SOURCES,
    SRC,
    every,
    name_of,
    nodes_of,
    text_of,
    tree_of,
)

FLOORS = (
    {
        "clock",
        "request",
        "grouping",
        "printable",
        "diagnose",
        "secret",
        "vocabulary",
    },
    {"system", "words"},
    {"trace", "spec"},
    {"workload", "arrival", "protocol", "metrics"},
    {"loadgen", "telemetry", "server", "store", "engine"},
    {"results", "calibration"},
    {"measurement", "analysis"},
    {"report", "campaign", "live", "doctor"},
    {"cli"},
    {"__main__"},
)
"""Bottom up. A room may import what lies below its own floor, and itself."""

FLOOR_OF = {
    room: number for number, floor in enumerate(FLOORS) for room in floor
}

FILES_SUFFICE = (
    {"report", "analysis", "results"},
    {"loadgen", "server", "telemetry", "engine", "calibration"},
)
"""Rooms of the first set work on a copied directory: they do not import those of the second, though
they lie below.
"""

LIBRARIES = {
    "clock": {"numpy"},
    "request": set(),
    "grouping": set(),
    "printable": set(),
    "diagnose": set(),
    "words": set(),
    "secret": set(),
    "vocabulary": set(),
    "trace": {"numpy"},
    "spec": {"pydantic", "orjson", "yaml"},
    "workload": {"numpy", "tokenizers", "datasets"},
    "arrival": {"numpy"},
    "protocol": {"orjson"},
    "metrics": {"numpy"},
}
"""What the lower rooms know besides the standard library."""

ONE_FILE_EACH = {
    "tokenizers",
    "transformers",
    "datasets",
    "ray",
    "pynvml",
    "amdsmi",
    "xlsxwriter",
}
"""Optional packages: each is imported in one file, when it is needed and not before."""

OWN_NAMES = {
    "cli/bench/config.py": "flags that mean something beside --config",
    "cli/fit_points.py": "what a load needs so that a twin can repeat it",
    "engine/twin/fitted.py": "profiles that a fit is about",
    "report/page/columns.py": "the order in which the page looks for aliases",
    "report/page/view.py": "what the summary of the page shows, in its order",
    "results/foreign.py": "latencies that every completed request has in vLLM's files",
    "spec/expand.py": "axes of a campaign, which are fields of a run's spec",
    "store/importers/guidellm.py": "keys of GuideLLM's file, some of which are called alike",
    "store/importers/printed_offline.py": "arguments of the tools' command lines",
    "store/importers/printed_report.py": "arguments of the tools' command lines",
    "store/vllm_json.py": "keys of vLLM's file",
}
"""Files that list latencies or conditions beside the vocabulary, and why."""

NOT_NAMES = {
    "common",
    "utils",
    "util",
    "helpers",
    "helper",
    "mixins",
    "mixin",
    "manager",
    "managers",
    "misc",
}

MAX_FILE_LINES = 780
MAX_TEST_FILE_LINES = 910
MAX_FUNCTION_TOKENS = 350
"""Comments, docstrings and line ends do not count. The aim is 300: lower it whenever it can be."""
MAX_TEST_TOKENS = 715
"""A function of the tests may hold a table of cases."""
MAX_COLUMNS = 100
LONGEST_PLAN = 120

WORD_OR_SIGN = re.compile(r"\w+|[^\w\s]")

NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}

FSTRING_START = getattr(tokenize, "FSTRING_START", None)
FSTRING_END = getattr(tokenize, "FSTRING_END", None)

MAY_NAME_FLAGS = (
    *(
        f"words/{language}/{name}.py"
        for language in ("en", "zh_cn", "zh_tw")
        for name in (
            "check_work",
            "points",
            "machine",
            "diagnoses",
            "report",
            "vllm",
        )
    ),  # what is advised, to whom is not known
    *(
        f"words/{language}/{name}.py"
        for language in ("en", "zh_cn", "zh_tw")
        for name in ("flags", "help", "verbs")
    ),  # what only the command line says
    "secret.py",  # flags whose values are never shown
    "calibration/host.py",  # the command that calibrates this host
    "server/compose.py",  # flags of docker compose
    "doctor/served.py",  # flags of servers that run
)
"""Sources below the command line that name flags of `bench`, and why."""

EVERYTHING = sorted(
    path
    for folder in ("src", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)


def room_of(path: Path) -> str:
    """The folder or file under the package; "" for the package's own `__init__`."""
    first = path.relative_to(SRC).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Every module imported anywhere in it, also inside functions and for type checking only."""
    statements = nodes_of(path, ast.Import, ast.ImportFrom)
    return tuple(module for each in statements for module in imported(each))


def imported(statement: ast.AST) -> Iterator[str]:
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        module = "." * statement.level + (statement.module or "")
        yield from (
            f"{module}.{alias.name}" if module == "inferometer" else module
            for alias in statement.names
        )


def rooms_imported(path: Path) -> set[str]:
    ours = {
        module.split(".")[1]
        for module in imports_of(path)
        if module.startswith("inferometer.")
    }
    return ours - {room_of(path), "__version__"}


def libraries_imported(path: Path) -> set[str]:
    tops = {module.split(".")[0] for module in imports_of(path)}
    return tops - sys.stdlib_module_names - {"inferometer", "__future__"}


sources = every(SOURCES)
everything = every(EVERYTHING)


def test_the_rules_see_the_files() -> None:
    assert len(SOURCES) > 20
    assert {room_of(path) for path in SOURCES} > {
        "clock",
        "trace",
        "loadgen",
        "cli",
    }
    assert "pydantic" in libraries_imported(SRC / "spec" / "run.py")
    assert rooms_imported(SRC / "arrival" / "plan.py") == {"clock"}


@sources
def test_every_room_has_its_floor(path: Path) -> None:
    assert room_of(path) in {"", *FLOOR_OF}


def test_no_module_has_the_name_of_something_public() -> None:
    """Importing it would replace what the package offers under that name."""
    assert {path.stem for path in SRC.iterdir()} & set(
        inferometer.__all__
    ) == set()


@sources
def test_imports_go_down_only(path: Path) -> None:
    own = FLOOR_OF.get(
        room_of(path), len(FLOORS)
    )  # the package itself is the door to all rooms
    assert {
        room for room in rooms_imported(path) if FLOOR_OF[room] >= own
    } == set()


@sources
def test_files_are_enough_for_those_who_read_results(path: Path) -> None:
    readers, recorders = FILES_SUFFICE
    assert (
        room_of(path) not in readers
        or rooms_imported(path) & recorders == set()
    )


@sources
def test_imports_are_written_out(path: Path) -> None:
    assert [
        module for module in imports_of(path) if module.startswith(".")
    ] == []


@sources
def test_lower_rooms_know_few_libraries(path: Path) -> None:
    room = room_of(path)
    assert room not in LIBRARIES or libraries_imported(path) <= LIBRARIES[room]


def test_optional_packages_live_in_one_file_each_and_are_imported_when_needed() -> (
    None
):
    found = {
        package: [
            path for path in SOURCES if package in libraries_imported(path)
        ]
        for package in ONE_FILE_EACH
    }
    assert {
        package: paths for package, paths in found.items() if len(paths) > 1
    } == {}
    at_once = {
        package: name_of(path)
        for package, paths in found.items()
        for path in paths
        for statement in tree_of(path).body
        for module in imported(statement)
        if module.split(".")[0] == package
    }
    assert at_once == {}


def test_the_lightest_rooms_are_light() -> None:
    """What a command line needs to show its help must not cost what a run needs."""
    code = (
        "import sys, inferometer.spec.flags, inferometer.protocol, inferometer.server.endpoint;"
        "import inferometer.engine.child;"
        "print(*{'numpy', 'polars', 'pydantic', 'httpx', 'tokenizers'} & set(sys.modules))"
    )
    told = printed_anew(code)
    assert told.split() == []


@sources
def test_the_project_stands_alone(path: Path) -> None:
    """Nothing in it reads beside or outside itself: no path upwards, none of one machine's, no
    import of things shared.
    """
    texts = [each.value for each in nodes_of(path, ast.Constant)]
    assert [
        text
        for text in texts
        if isinstance(text, str)
        if re.search(r"(^|[\s'\"(])(\.\./|/(home|root|work|mnt|Users)/)", text)
    ] == []
    assert [
        module for module in imports_of(path) if "shared" in module.split(".")
    ] == []


@everything
def test_names_say_what_a_thing_is(path: Path) -> None:
    assert (
        set(path.relative_to(ROOT).with_suffix("").parts) & NOT_NAMES == set()
    )
    assert [
        each.name
        for each in nodes_of(path, ast.ClassDef)
        if each.name.endswith(("Mixin", "Manager", "Helper", "Utils"))
    ] == []


def tokens_of(
    function: ast.FunctionDef | ast.AsyncFunctionDef, lines: Sequence[str]
) -> int:
    """How much of it is code: no comments, docstrings, line ends or indentation. A string is one,
    whatever is filled in: Python 3.12 and later take f-strings apart.
    """
    documented = {
        line
        for each in ast.walk(function)
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        if isinstance(each.value.value, str)
        for line in range(each.lineno, (each.end_lineno or each.lineno) + 1)
    }
    first = function.lineno
    source = iter(
        f"{line}\n" for line in lines[first - 1 : function.end_lineno]
    )
    found, strings = 0, 0
    for token in tokenize.generate_tokens(lambda: next(source, "")):
        found += (
            strings == 0
            and token.type not in NOT_CODE
            and first - 1 + token.start[0] not in documented
        )
        strings += token.type == FSTRING_START
        strings -= token.type == FSTRING_END
    return found


def test_no_two_classes_have_one_name() -> None:
    found: dict[str, list[str]] = {}
    for path in SOURCES:
        for each in nodes_of(path, ast.ClassDef):
            found.setdefault(each.name, []).append(name_of(path))
    assert {
        name: paths for name, paths in found.items() if len(paths) > 1
    } == {}


@everything
def test_files_and_functions_are_short(path: Path) -> None:
    lines = text_of(path).splitlines()
    longest = (
        MAX_FILE_LINES if path.is_relative_to(SRC) else MAX_TEST_FILE_LINES
    )
    assert len(lines) <= longest
    most = MAX_FUNCTION_TOKENS if path.is_relative_to(SRC) else MAX_TEST_TOKENS
    functions: Iterator[ast.FunctionDef | ast.AsyncFunctionDef] = nodes_of(
        path, ast.FunctionDef, ast.AsyncFunctionDef
    )
    long = {
        each.name: tokens
        for each in functions
        if most_tokens_of(each, lines) > most
        if (tokens := tokens_of(each, lines)) > most
    }
    assert long == {}


def most_tokens_of(
    function: ast.FunctionDef | ast.AsyncFunctionDef, lines: Sequence[str]
) -> int:
    """Counted fast: each has a word of its own or a sign."""
    text = "\n".join(lines[function.lineno - 1 : function.end_lineno])
    return len(WORD_OR_SIGN.findall(text))


@sources
def test_lines_fit_the_page(path: Path) -> None:
    """But for a pragma at a line's end, and a pattern or template that would lose by being cut."""
    wide = [
        line
        for line in text_of(path).splitlines()
        if columns_of(line.partition("  # ")[0]) > MAX_COLUMNS
    ]
    assert [
        line
        for line in wide
        if not re.match(r"\s*(?:identity=)?[rbf]+\"", line)
    ] == []


def columns_of(line: str) -> int:
    """Chinese characters take two."""
    if line.isascii():
        return len(line)
    return sum(
        2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line
    )


def test_messages_below_the_command_line_name_fields_and_no_flags_of_bench() -> (
    None
):
    """Who reads a campaign file looks for `load.replay_speed`, and not for `--replay-speed`. Other
    programs' flags, such as those of `vllm serve`, are theirs."""
    of_bench = {
        flag for each in load_verb("bench").params for flag in each.opts
    }
    of_bench -= {"--assert", "--no-calibration"}  # which `run` has too
    found = {
        f"{path.relative_to(SRC)}: {text}"
        for path in SOURCES
        if room_of(path) not in {"cli", ""}
        and not str(path.relative_to(SRC)).startswith(MAY_NAME_FLAGS)
        for text in texts_of(path)
        if set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) & of_bench
    }
    assert found == set()


def texts_of(path: Path) -> Iterator[str]:
    """All literal texts that are no docstrings."""
    documented = {each.value for each in nodes_of(path, ast.Expr)}
    for each in nodes_of(path, ast.Constant):
        if isinstance(each.value, str) and each not in documented:
            yield each.value


@sources
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


def names_listed(path: Path) -> Iterator[set[str]]:
    """The words of each tuple, list and set that is written out."""
    literals: Iterator[ast.Tuple | ast.List | ast.Set] = nodes_of(
        path, ast.Tuple, ast.List, ast.Set
    )
    for each in literals:
        words = (
            element.value
            for element in each.elts
            if isinstance(element, ast.Constant)
        )
        yield {word for word in words if isinstance(word, str)}


@sources
def test_latencies_and_conditions_are_listed_in_the_vocabulary_alone(
    path: Path,
) -> None:
    """Who needs several of them asks for a role, a type or a list that has a name."""
    listed = [
        sorted(words)
        for words in names_listed(path)
        if len(words & LATENCIES.keys()) > 1
        or len(words & CONDITIONS.keys()) > 2
    ]
    is_exempt = name_of(path).removeprefix("src/inferometer/") in {
        *OWN_NAMES,
        "vocabulary/condition_lists.py",
        "vocabulary/latencies.py",
    }
    assert (listed != []) == is_exempt, listed


def test_the_plan_on_paper_names_every_room_and_fits_a_page() -> None:
    plan = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    there = {room_of(path) for path in SOURCES} - {""}
    on_paper = set(re.findall(r"\b([a-z_]+)(?:/|\.py)", plan))
    assert there - on_paper == set()
    assert len(plan.splitlines()) <= LONGEST_PLAN


def test_every_folder_of_tests_is_a_package() -> None:
    """Else two of its files, or one of it and one of another, could not share a name."""
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [
        name_of(each) for each in folders if not (each / "__init__.py").exists()
    ] == []
