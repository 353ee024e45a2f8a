"""The command line before any verb has done anything: several values for a flag, help, version,
wrong flags.
"""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

import inferometer
from inferometer.cli import main as main_module
from inferometer.cli.main import (
    VERBS,
    load_verb,
    main,
    spread,
    without_vllm_only,
)
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.printable import columns_of
from inferometer.words import LANGUAGES
from tests.processes import printed_anew, run_forked


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of `inferometer arguments`."""
    monkeypatch.setattr(sys, "argv", ["inferometer", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("typed", "spread_out"),
    [
        ("", ""),
        ("bench --goodput ttft:100", "bench --goodput ttft:100"),
        (
            "bench --goodput ttft:100 tpot:50",
            "bench --goodput ttft:100 --goodput tpot:50",
        ),
        (
            "bench --goodput a b c --port 1",
            "bench --goodput a --goodput b --goodput c --port 1",
        ),
        (
            "bench --port 1 --goodput a b",
            "bench --port 1 --goodput a --goodput b",
        ),
        (
            "bench --metadata a=1 b=2 --goodput c d",
            "bench --metadata a=1 --metadata b=2 --goodput c --goodput d",
        ),
        ("bench --goodput a --goodput b", "bench --goodput a --goodput b"),
        ("bench --header A=1 B=2", "bench --header A=1 --header B=2"),
        ("bench --goodput=a b", "bench --goodput=a b"),
        ("bench --goodput --port 1", "bench --goodput --port 1"),
        ("bench --port 1 2", "bench --port 1 2"),
    ],
)
def test_flags_may_be_followed_by_several_values(
    typed: str, spread_out: str
) -> None:
    assert spread(typed.split()) == spread_out.split()


def test_values_that_begin_with_a_dash_stay_where_they_are() -> None:
    assert spread(["bench", "--goodput", "a", "-m", "x", "y"]) == [
        "bench",
        "--goodput",
        "a",
        "-m",
        "x",
        "y",
    ]


def test_the_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"inferometer {inferometer.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_the_help(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    assert run(monkeypatch, *arguments) == 0
    told = capsys.readouterr().out
    assert all(verb in told for verb in ("bench", "engine", "demo"))


def test_the_help_of_bench_names_the_flags_that_users_know(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(monkeypatch, "bench", "--help") == 0
    told = capsys.readouterr().out
    known = (
        "backend base-url host port endpoint model dataset-name random-input-len "
        "random-output-len random-range-ratio seed "
        "num-prompts request-rate burstiness max-concurrency num-warmups ignore-eos temperature "
        "top-p top-k extra-body "
        "percentile-metrics metric-percentiles goodput save-result save-detailed append-result "
        "result-dir result-filename "
        "label metadata header insecure workers request-id-prefix disable-tqdm"
    )
    assert [flag for flag in known.split() if f"--{flag}" not in told] == []


@pytest.mark.parametrize("verb", VERBS)
def test_flags_stand_whole_in_the_help_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verb: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(monkeypatch, verb, "--help") == 0
    told = capsys.readouterr().out
    flags = [
        flag
        for parameter in load_verb(verb).params
        for flag in parameter.opts
        if flag.startswith("--") and not getattr(parameter, "hidden", False)
    ]
    assert [flag for flag in flags if not re.search(rf"{flag}[ ,]", told)] == []


@pytest.mark.parametrize(
    ("arguments", "said", "help_of"),
    [
        (["bench", "--num-promts", "5"], "--num-promts", "bench"),
        (["bench", "--num-prompts", "many"], "--num-prompts", "bench"),
        (["bench", "--num-prompts"], "--num-prompts", "bench"),
        (["bench", "--port", "1", "extra"], "extra", "bench"),
        (["banch"], "banch", ""),
    ],
)
def test_a_wrong_flag_is_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
    help_of: str,
) -> None:
    assert run(monkeypatch, *arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("inferometer: ")
    assert told.err.count("\n") == 1
    assert said in told.err
    assert f"`inferometer {help_of}{' ' if help_of else ''}--help`" in told.err


STOPPED = "inferometer: stopped before it had finished.\n"

CTRL_C_AT = """
import os, signal, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "inferometer.{module}":
            os.kill(os.getpid(), signal.SIGINT)
for name in [each for each in sys.modules if each.startswith("inferometer.cli")]:
    del sys.modules[name]
sys.meta_path.insert(0, Finder())
from inferometer.__main__ import main
main()
"""
"""Ctrl-C comes while this module is looked for."""


@pytest.mark.parametrize(
    ("arguments", "module", "said"),
    [
        (["presets"], "cli.main", STOPPED),
        (["presets"], "cli.language", STOPPED),
        (["presets"], "cli.presets", STOPPED),
        (["bench", "--backend", "vllm"], "cli.bench", STOPPED),
        (
            ["presets", "--lang", "zh-CN"],
            "cli.main",
            "inferometer: 已停止，命令没有执行完。\n",
        ),
        (
            ["--lang", "zh-TW", "presets"],
            "cli.presets",
            "inferometer: 已停止，命令沒有執行完。\n",
        ),
    ],
)
def test_ctrl_c_is_answered_from_the_first_import_on(
    arguments: list[str], module: str, said: str
) -> None:
    code = CTRL_C_AT.format(module=module)
    ended = run_forked([sys.executable, "-c", code, *arguments])
    assert (ended.returncode, ended.stderr) == (130, said)
    assert ended.stdout == ""


def test_ctrl_c_while_a_dataclass_is_made_is_answered_likewise(
    tmp_path: Path,
) -> None:
    """Python would end by the signal, with -m: it came within the text of a program."""
    code = CTRL_C_AT.replace("os.kill(os.", "exec('os.kill(os.").replace(
        "SIGINT)", "SIGINT)')"
    )
    module = tmp_path / "stopping.py"
    module.write_text(code.format(module="cli.presets"))
    ended = subprocess.run(
        [sys.executable, "-m", "stopping", "presets"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (130, STOPPED)


@pytest.mark.parametrize("error", [typer.Abort, KeyboardInterrupt])
def test_ctrl_c_while_flags_are_read_is_130(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: type[BaseException],
) -> None:
    def interrupted(**_: object) -> int:
        raise error

    monkeypatch.setattr(main_module, "app", interrupted)
    assert run(monkeypatch, "bench") == 130
    assert capsys.readouterr().err == STOPPED


def test_help_is_there_before_anything_heavy_is_loaded() -> None:
    code = (
        "import sys\n"
        "from inferometer.cli.main import VERBS, main\n"
        "heavy = {'numpy', 'polars', 'pydantic', 'httpx', 'httptools', 'multiprocessing', 'rich', "
        "'orjson', 'yaml', 'psutil'}\n"
        "loaded = {}\n"
        "for verb in ('', *VERBS):\n"
        "    sys.argv[1:] = [*verb.split(), '--help']\n"
        "    try: main()\n"
        "    except SystemExit: pass\n"
        "    loaded |= {name: verb for name in heavy & {*sys.modules} - {*loaded}}\n"
        "print(loaded)"
    )
    assert printed_anew(code).splitlines()[-1] == "{}"


def test_nothing_is_loaded_before_a_run_that_only_its_result_needs() -> None:
    """Readers of files, metrics, reports and samplers take half of the wait for the first request."""
    code = (
        "import sys, inferometer.cli.bench.run, inferometer.cli.announcement\n"
        "print(*sorted({'inferometer.store.importers', 'inferometer.results.reader', 'polars', "
        "'altair', 'inferometer.metrics.summary', 'inferometer.metrics.verdict', "
        "'inferometer.metrics.calibration', 'inferometer.metrics.energy', "
        "'inferometer.report.console', 'inferometer.telemetry.sample', "
        "'inferometer.workload.images', 'httpx', 'rich', 'yaml', 'psutil'} & set(sys.modules)))"
    )
    told = printed_anew(code)
    assert told.strip() == ""


def test_nothing_is_loaded_that_libraries_would_only_look_for() -> None:
    """trio and click are here, as in many environments: it was a quarter of the wait."""
    code = (
        "import sys\n"
        "from inferometer.__main__ import leave_out\n"
        "leave_out()\n"
        "import inferometer.server.transport\n"
        "from inferometer.spec.run import RunSpec\n"
        "RunSpec.model_json_schema()\n"
        "print(*sorted(name for name in ('trio', 'click', 'rich', 'importlib.metadata') "
        "if sys.modules.get(name)))"
    )
    told = printed_anew(code)
    assert told.strip() == ""


def test_a_later_pydantic_may_want_more_than_its_plugins() -> None:
    code = (
        "from inferometer.__main__ import leave_out\n"
        "leave_out()\n"
        "from pydantic.plugin._loader import get_plugins, PYDANTIC_ENTRY_POINT_GROUP\n"
        "print(get_plugins(), PYDANTIC_ENTRY_POINT_GROUP)"
    )
    told = printed_anew(code)
    assert told.strip() == "() pydantic"


def test_a_bench_needs_no_reader_of_files() -> None:
    """Nor what is known of failures where there are none."""
    code = (
        "import atexit, re, sys\n"
        "names = {'inferometer.store.importers', 'inferometer.analysis.targets', 'polars', "
        "'pynvml', 'yaml'}\n"
        "atexit.register(lambda: print(sorted(names & set(sys.modules)), looked))\n"
        "looked = []\n"
        "import inferometer.diagnose\n"
        "inferometer.diagnose.re = type(re)('re')\n"
        "inferometer.diagnose.re.search = lambda *_: looked.append(1)\n"
        "from inferometer.__main__ import main\n"
        "main()"
    )
    with EmbeddedEngine(EngineSettings(ttft_ms=1, itl_ms=1)) as engine:
        told = subprocess.run(
            [
                *(sys.executable, "-c", code, "bench", "--base-url"),
                *(engine.base_url, "--num-prompts", "4", "--allow-invalid"),
                *("--random-output-len", "4", "--no-calibration"),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    assert told.stdout.splitlines()[-1] == "[] []"


def test_the_end_looks_for_no_garbage() -> None:
    """Whatever a command imported would be looked through once more: a tenth of a second."""
    code = (
        "import atexit, gc\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 0))\n"
        "from inferometer.__main__ import main\n"
        "main()"
    )
    told = printed_anew(code, "--version")
    assert told.splitlines()[-1] == "True"


def modules_after(*arguments: str) -> set[str]:
    """The modules of the command line that are there once `inferometer ARGUMENTS` has ended."""
    code = (
        "import sys\n"
        "from inferometer.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*(name for name in sys.modules if name.startswith('inferometer.cli.')))"
    )
    told = printed_anew(code, *arguments)
    names = told.splitlines()[-1].split()
    return {name.removeprefix("inferometer.cli.") for name in names}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["banch"]], ids=" ".join
)
def test_the_command_line_loads_no_verb_before_it_is_called(
    arguments: list[str],
) -> None:
    loaded = modules_after(*arguments) - {"help_text", "telling"}
    assert loaded == {"command", "language", "main", "output", "stopped"}


def test_the_help_of_a_verb_loads_no_other() -> None:
    assert modules_after("plan", "--help") & set(VERBS) == {"plan"}


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_all_verbs_says_what_the_help_of_each_begins_with(
    verb: str,
) -> None:
    told = str(load_verb(verb).help).partition("\n\n")[0].replace("\n", " ")
    assert told == VERBS[verb][1]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("banch", "'bench'"),
        ("reprot", "'report'"),
        ("bench --num-promts 5", "--num-prompts"),
    ],
)
def test_what_is_mistyped_is_told_what_was_meant(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    meant: str,
) -> None:
    assert run(monkeypatch, *typed.split()) == 2
    assert re.search(
        rf"(Did you mean|Possible options).* {meant}[,?)]",
        capsys.readouterr().err,
    )


def test_what_is_vllms_alone_is_left_out_with_a_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed = [
        "bench",
        "--trust-remote-code",
        "--tokenizer-mode",
        "slow",
        "--tokenizer-mode=auto",
        "--num-prompts",
        "3",
    ]
    assert without_vllm_only(typed) == ["bench", "--num-prompts", "3"]
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2].partition(":")[0] for line in told] == [
        "--trust-remote-code has no effect here",
        "--tokenizer-mode has no effect here",
    ]
    assert without_vllm_only(["engine", "--trust-remote-code"]) == [
        "engine",
        "--trust-remote-code",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verb", ["", *VERBS])
def test_the_help_fits_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verb: str,
    language: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(main_module, "app", copy.deepcopy(main_module.app))
    assert run(monkeypatch, "--lang", language, *verb.split(), "--help") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 5
    assert [line for line in lines if columns_of(line) > 80] == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_default_is_what_the_parser_would_make_of_it(verb: str) -> None:
    command = load_verb(verb)
    context = command.context_class(command)
    for each in command.get_params(context):
        if each.required:
            continue
        context.set_parameter_source(each.name, SimpleNamespace(name="DEFAULT"))
        default = each.get_default(context)
        taken = each.process_value(context, default)
        read = type(each).process_value(each, context, default)
        assert (type(taken), taken) == (type(read), read), each.name


def test_help_breaks_lines_where_the_terminal_ends_and_not_where_the_source_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(monkeypatch, "compare", "--help") == 0
    prose = [
        line.strip()
        for line in capsys.readouterr()
        .out.partition("\nArguments")[0]
        .splitlines()
    ]
    for line, following in zip(prose, prose[1:], strict=False):
        if line and following:
            assert len(f"{line} {following.split()[0]}") > 78


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            "presets show",
            "inferometer: missing argument 'name': see `inferometer presets show --help`.\n",
        ),
        ("presets nothing", "see `inferometer presets --help`.\n"),
        (
            "report x --lang fr",
            "invalid value for '--lang': 'fr' is not one of 'en', 'zh-CN', 'zh-TW': see",
        ),
    ],
)
def test_a_wrong_use_is_told_with_the_help_that_explains_it(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    told: str,
) -> None:
    assert run(monkeypatch, *typed.split()) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "report .",
            "the current directory no longer exists: change to another one.",
        ),
        (
            "merge . -o m",
            "the current directory no longer exists: change to another one.",
        ),
        (
            "demo",
            (
                "cannot write demo-results: its directory does not exist, or no longer does; "
                "choose another one"
            ),
        ),
    ],
)
def test_a_current_directory_that_is_gone_is_a_sentence(
    tmp_path: Path, words: str, told: str
) -> None:
    (tmp_path / "gone").mkdir()
    code = "import os, sys; os.rmdir(os.getcwd()); from inferometer.cli.main import main; main()"
    command = [sys.executable, "-c", code, *words.split()]
    done = run_forked(command, cwd=tmp_path / "gone")
    assert done.returncode == 2
    assert done.stderr.startswith(f"inferometer: {told}")
    assert done.stderr.count("\n") == 1


def test_a_demo_that_cannot_be_saved_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = [
        sys.executable,
        "-m",
        "inferometer",
        "demo",
        "--result-dir",
        str(tmp_path / "file" / "below"),
    ]
    done = run_forked(command)
    assert done.returncode == 2
    assert done.stderr.endswith(
        "part of that path is a file, not a directory; choose another directory\n"
    )
    assert done.stderr.count("\n") == 1
