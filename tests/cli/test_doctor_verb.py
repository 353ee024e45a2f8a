"""`inferometer doctor`, and the tables of checks in docs/doctor*.md: UPDATE_GOLDEN=1 writes them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from inferometer.cli.tables import markdown_table
from inferometer.doctor.checks import CHECKS, GROUPS, title_of
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.printable import columns_of
from inferometer.words import LANGUAGES, Words
from tests.cli.conftest import Command
from tests.cli.generated_table import check_document
from tests.doctor.conftest import no_tools  # noqa: F401 - for every test here
from tests.doctor.machines import (
    cards,
    configured,
    cpus,
    iommu,
    nodes,
    write,
)

HEADINGS = {
    "en": ("check", "looks at", "what helps"),
    "zh-CN": ("名称", "检查内容", "说明和处理办法"),
}


@pytest.fixture
def troubled(tmp_path: Path) -> Path:
    """A machine whose NUMA balancing is on, and whose cards may hang."""
    root = tmp_path / "root"
    write(
        root, {**cards(count=2, link="16.0x8"), **configured(2, port_acs=0x1D)}
    )
    write(root, {**iommu("DMA"), **nodes(2), **cpus(4)})
    write(root, {"proc/sys/kernel/numa_balancing": "1\n"})
    return root


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    root = tmp_path / "sound"
    write(root, cpus(4, cpufreq__scaling_governor="performance"))
    return root


def table(language: str) -> str:
    words = Words(language)
    advice = {
        name: words.find(f"doctor.advice.{name}").replace("|", "\\|")
        for name in CHECKS
    }
    rows = [
        (f"`{name}`", title_of(name, words), advice[name]) for name in CHECKS
    ]
    return markdown_table(HEADINGS[language], rows)


@pytest.mark.parametrize(
    ("document", "language"), [("doctor", "en"), ("doctor.zh-CN", "zh-CN")]
)
def test_the_documentation_has_the_table(document: str, language: str) -> None:
    check_document(document, table(language))


def test_a_finding_has_evidence_and_what_helps(
    inferometer: Command, troubled: Path
) -> None:
    code, out, err = inferometer("doctor", "--root", troubled)
    assert (code, err) == (1, "")
    assert "  warn  NUMA balancing: numa_balancing=1, nodes=2\n" in out
    assert "Set it to 0." in out
    assert "[host.numa.balancing] proc/sys/kernel/numa_balancing" in out
    assert "ACS: 0000:00:01.0, 0000:00:02.0" in " ".join(out.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("more", [(), ("--all",)])
def test_it_is_readable_at_80_columns(
    inferometer: Command,
    troubled: Path,
    language: str,
    more: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = inferometer(
        "--lang", language, "doctor", "--root", troubled, *more
    )
    assert code == 1
    assert max(map(columns_of, out.splitlines())) <= 80
    words = LANGUAGES[language]
    for group in GROUPS:
        assert words[f"doctor.group.{group}"] in out.splitlines()
    for name in CHECKS:
        assert not more or f"[{name}]" in out


def test_json_has_every_check_in_english(
    inferometer: Command, troubled: Path
) -> None:
    code, out, _ = inferometer(
        "--lang", "zh-CN", "doctor", "--root", troubled, "--json"
    )
    told = json.loads(out)
    by_id = {each["id"]: each for each in told["checks"]}
    assert (code, told["worst"], told["log"]) == (1, "warn", [])
    assert list(by_id) == list(CHECKS)
    assert sum(told["counts"].values()) == len(CHECKS)
    assert by_id["gpu.link.width"]["evidence"] == [
        "0000:10:00.0: x8 / x16",
        "0000:11:00.0: x8 / x16",
    ]
    assert by_id["gpu.link.width"]["cure"].startswith("A card uses fewer")
    for each in told["checks"]:
        assert (each["status"] == "skipped") == (each["reason"] is not None)
        assert (each["status"] in ("info", "warn", "fail")) == bool(
            each["cure"]
        )
        assert each["evidence"] or each["reason"]


def test_fix_prints_a_script_and_runs_nothing(
    inferometer: Command, troubled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was started")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    code, out, _ = inferometer("doctor", "--root", troubled, "--fix")
    lines = [line for line in out.splitlines() if line]
    commands = [line for line in lines if not line.startswith("#")]
    assert code == 1
    assert "sudo sysctl kernel.numa_balancing=0" in commands
    assert "sudo setpci -s 0000:00:01.0 ECAP_ACS+0x6.w=0000" in commands
    assert all(
        re.match(r"sudo |echo |export |unset |ulimit ", c) for c in commands
    )


def test_nothing_to_fix(inferometer: Command, sound: Path) -> None:
    code, out, _ = inferometer("doctor", "--root", sound, "--fix")
    assert code == 0
    assert out.startswith("#")
    assert len(out.splitlines()) == 1


def test_a_sound_machine_ends_with_0(inferometer: Command, sound: Path) -> None:
    code, out, _ = inferometer("doctor", "--root", sound)
    assert code == 0
    assert "0 failed, 0 warnings" in out


def test_a_log_is_explained(
    inferometer: Command, sound: Path, tmp_path: Path
) -> None:
    log = tmp_path / "vllm.log"
    log.write_text(
        "hello\nHIP error: invalid device function\n"
        "OSError: [Errno 98] Address already in use\n"
    )
    code, out, _ = inferometer("doctor", "--root", sound, "--log", log)
    assert code == 3
    assert "line 2: HIP error: invalid device function" in out
    assert "use an image or build that names the card's" in out.replace(
        "\n        ", " "
    )
    code, out, _ = inferometer(
        "doctor", "--root", sound, "--log", log, "--json"
    )
    assert [each["id"] for each in json.loads(out)["log"]] == [
        "log.wrong-build",
        "log.port-taken",
    ]


def test_a_log_in_chinese(
    inferometer: Command, sound: Path, tmp_path: Path
) -> None:
    log = tmp_path / "vllm.log"
    log.write_text("OSError: [Errno 98] Address already in use\n")
    code, out, _ = inferometer(
        "--lang", "zh-TW", "doctor", "--root", sound, "--log", log
    )
    assert code == 3
    assert "伺服器記錄" in out
    assert "第 1 行：OSError" in out


def test_a_log_with_nothing_known(
    inferometer: Command, sound: Path, tmp_path: Path
) -> None:
    log = tmp_path / "vllm.log"
    log.write_text("hello\n")
    code, out, _ = inferometer("doctor", "--root", sound, "--log", log)
    assert code == 0
    assert "Nothing known is wrong in 1 lines." in out


def test_an_empty_log_is_no_good_one(
    inferometer: Command, sound: Path, tmp_path: Path
) -> None:
    log = tmp_path / "vllm.log"
    log.touch()
    _, out, _ = inferometer("doctor", "--root", sound, "--log", log)
    assert "The log is empty" in out
    assert "Nothing known is wrong" not in out


def test_a_log_that_is_not_there(
    inferometer: Command, sound: Path, tmp_path: Path
) -> None:
    code, _, err = inferometer(
        "doctor", "--root", sound, "--log", tmp_path / "absent.log"
    )
    assert code == 2
    assert "absent.log cannot be read" in err


def test_a_server_that_is_not_there(inferometer: Command, sound: Path) -> None:
    code, out, _ = inferometer(
        "doctor", "--root", sound, "--server", "http://127.0.0.1:9"
    )
    assert code == 3
    assert "[server.reachable] http://127.0.0.1:9" in out


def test_an_address_that_is_none(inferometer: Command, sound: Path) -> None:
    code, _, err = inferometer("doctor", "--root", sound, "--server", "no url")
    assert code == 2
    assert err.startswith("inferometer: ")


def test_a_running_server_is_looked_at(
    inferometer: Command, sound: Path
) -> None:
    with EmbeddedEngine(EngineSettings(), model="tiny") as engine:
        code, out, _ = inferometer(
            "doctor", "--root", sound, "--base-url", engine.base_url, "--json"
        )
    by_id = {each["id"]: each for each in json.loads(out)["checks"]}
    assert code == 0
    assert by_id["server.reachable"]["status"] == "ok"
    assert by_id["server.model"]["evidence"] == ["tiny"]
    assert by_id["server.here"]["status"] == "info"
    assert by_id["server.idle"]["evidence"] == ["0"]
    assert by_id["server.metrics"]["status"] == "ok"


def test_a_machine_is_compared_with_what_it_should_be(
    inferometer: Command, troubled: Path, tmp_path: Path
) -> None:
    code, text, _ = inferometer(
        "doctor", "--root", troubled, "--expect-template"
    )
    assert code == 0
    machine = tmp_path / "machine.yaml"
    machine.write_text(text)
    command = ("doctor", "--root", troubled, "--expect", machine)
    code, out, err = inferometer(*command)
    assert (code, err) == (0, "")
    assert out.endswith("Passed: the machine is what was expected.\n")
    machine.write_text(text.replace("width: 8", "width: 16"))
    code, out, _ = inferometer(*command)
    assert code == 3
    assert "  FAIL          PCIe lanes: expected x16, found 0000:10" in out
    code, out, _ = inferometer(*command, "--json")
    assert json.loads(out)["expected"]["outcome"] == "fail"
    machine.write_text("host: {smt: false}\n")
    assert inferometer(*command)[0] == 1


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_a_page_is_written(
    inferometer: Command, troubled: Path, tmp_path: Path, suffix: str
) -> None:
    page = tmp_path / f"sheet{suffix}"
    command = ("--lang", "zh-CN", "doctor", "--root", troubled)
    code, out, _ = inferometer(*command, "--report", page)
    assert code == 1
    assert str(page) in out
    assert "NUMA 自动均衡" in page.read_text(encoding="utf-8")


def test_a_page_of_an_unknown_kind_and_a_file_with_errors(
    inferometer: Command, sound: Path, tmp_path: Path
) -> None:
    command = ("doctor", "--root", sound)
    code, out, err = inferometer(*command, "--report", tmp_path / "sheet.pdf")
    assert (code, out) == (2, "")
    assert "ends in .html or .md" in err
    (tmp_path / "m.yaml").write_text("hots: 1\nhost: {cpus: x}\n")
    code, out, err = inferometer(*command, "--expect", tmp_path / "m.yaml")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 2
