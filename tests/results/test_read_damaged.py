"""What cannot be read is a sentence: strange, damaged, hostile and missing files."""

from __future__ import annotations

import codecs
import gzip
import itertools
import json
import math
import os
from pathlib import Path
from typing import Any

import pytest

import inferometer
from inferometer.results import ResultsError, foreign, read
from inferometer.trace import SCHEMA_VERSION
from tests.results.result_files import (
    SERVER,
    VLLM_DETAILED,
    VLLM_PLAIN,
    open_campaign,
    save,
    spec_of,
    the_point,
    trace_of,
    vllm_file,
)


def test_strange_json_in_a_tree_is_counted_in_one_sentence(
    tmp_path: Path,
) -> None:
    vllm_file(tmp_path / "x.json")
    for name in ("package.json", "tsconfig.json", "deep.json"):
        (tmp_path / name).write_text('{"name": "something else"}')
    found = read([tmp_path])
    assert len(found.points) == 1
    (problem,) = found.problems
    assert problem.startswith(
        "3 files are JSON, but no results of a tool that is known here: "
    )
    assert all(name in problem for name in ("package", "tsconfig", "deep"))


def test_arrays_of_unequal_lengths_leave_the_summary(tmp_path: Path) -> None:
    result = json.loads(VLLM_DETAILED.read_bytes())
    (tmp_path / "cut.json").write_text(
        json.dumps({**result, "input_lens": result["input_lens"][1:]})
    )
    (point,) = read([tmp_path]).points
    assert point.values["mean_ttft_ms"] == result["mean_ttft_ms"]
    assert "output_throughput_per_request" not in point.values
    assert not point.intervals
    (note,) = [each for each in point.notes if "arrays" in each]
    assert "(input length)" in note


def test_single_requests_that_the_summary_does_not_count_are_not_used(
    tmp_path: Path,
) -> None:
    result = json.loads(VLLM_DETAILED.read_bytes())
    completed = result["completed"]
    (tmp_path / "other.json").write_text(
        json.dumps({**result, "completed": completed - 1})
    )
    (point,) = read([tmp_path]).points
    assert point.values["completed"] == completed - 1
    assert "output_throughput_per_request" not in point.values
    (note,) = [each for each in point.notes if "contradicts" in each]
    assert f"{completed} of its single requests completed" in note


def test_numbers_that_a_script_wrote_as_texts_are_read(tmp_path: Path) -> None:
    result = json.loads(VLLM_DETAILED.read_bytes())
    before = vllm_file(tmp_path / "before.json", **result)
    words = {
        name: [*map(str, result[name])]
        for name in ("ttfts", "input_lens", "output_lens", "start_times")
    }
    total = f"{result['total_input_tokens']:,}.0"
    after = vllm_file(
        tmp_path / "after.json",
        **result
        | words
        | {"total_input_tokens": total, "request_rate": "Infinity"},
    )
    one, other = (read([each]).points[0] for each in (before, after))
    assert one.values == other.values
    assert other.conditions["request_rate"] == math.inf


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_a_file_that_chinese_windows_wrote_is_read(
    tmp_path: Path, codec: str
) -> None:
    text = VLLM_PLAIN.read_text()
    noted = json.dumps(
        {**json.loads(text), "stand": "双卡"}, ensure_ascii=False
    )
    (tmp_path / "a.json").write_bytes(noted.encode(codec))
    table = "concurrency,架构,Output throughput (tok/s)\n1,双卡,5"
    (tmp_path / "b.csv").write_bytes(table.encode(codec))
    (one,) = read([tmp_path / "a.json"]).points
    (other,) = read([tmp_path / "b.csv"]).points
    assert one.conditions["stand"] == other.conditions["架构"] == "双卡"
    assert other.values == {"output_throughput": 5.0}


def test_a_byte_that_is_no_text_makes_no_chinese_of_utf_8(
    tmp_path: Path,
) -> None:
    table = "架构,concurrency,Output throughput (tok/s)\n双卡,1,5\n"
    (tmp_path / "b.csv").write_bytes(table.encode() + b"\xb1,2,6\n")
    told = {point.conditions["架构"] for point in read([tmp_path]).points}
    assert "双卡" in told


def test_a_row_that_is_cut_off_is_left_out_and_told(tmp_path: Path) -> None:
    table = "concurrency,Output throughput (tok/s),flag\n1,50,a\n2,6"
    (tmp_path / "b.csv").write_text(table)
    (point,) = read([tmp_path]).points
    assert point.values == {"output_throughput": 50.0}
    assert any("cut off" in note for note in point.notes)


def test_what_grows_beyond_any_number_is_missing(tmp_path: Path) -> None:
    line = {"run_name": "x", "batch_size": 1e308, "input_len": 1024}
    line |= {"output_len": 128, "latency": 4.0, "overall_throughput": 4608.0}
    (tmp_path / "a.jsonl").write_text(json.dumps(line))
    (point,) = read([tmp_path]).points
    assert "total_output_tokens" not in point.values
    assert all(map(math.isfinite, point.values.values()))


def test_archives_in_a_tree_are_not_opened_and_named(tmp_path: Path) -> None:
    vllm_file(tmp_path / "x.json")
    names = ["a.zip", "B.TAR.GZ", "c.json.zst", "d.7z", "e.tar", "f.rar"]
    for name in names:
        (tmp_path / name).write_bytes(b"PK")
    found = read([tmp_path])
    (problem,) = found.problems
    assert (len(found.points), found.unread) == (1, 6)
    assert problem.startswith("6 archives were not opened; unpack them first:")
    assert sum(name in problem for name in names) == 5
    assert problem.endswith(", ….")


def test_one_archive_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(b"PK")
    with pytest.raises(
        ResultsError,
        match=r"all\.zip is an archive and was not opened: unpack it first\.$",
    ):
        read([tmp_path])
    with pytest.raises(ResultsError, match="unpack it, and name the folder"):
        read([tmp_path / "all.zip"])


@pytest.mark.parametrize("left_out", ["tokenizer_id", "duration", "completed"])
def test_a_file_that_lacks_a_key_is_read_without_it(
    left_out: str, tmp_path: Path
) -> None:
    told = json.loads(VLLM_PLAIN.read_bytes())
    del told[left_out]
    (tmp_path / "x.json").write_text(json.dumps(told))
    point = the_point(tmp_path)
    assert point.tool == "vllm"
    assert left_out not in point.values
    assert point.values["output_throughput"] == told["output_throughput"]


def test_numbers_that_a_script_wrote_as_texts_are_numbers(
    tmp_path: Path,
) -> None:
    told = json.loads(VLLM_PLAIN.read_bytes())
    whole = told | {"mean_ttft_ms": 31.5, "completed": 7}
    texts = told | {
        "mean_ttft_ms": "31.5",
        "completed": "7",
        "p99_ttft_ms": "nan",
        "output_throughput": "many",
    }
    (tmp_path / "x.json").write_text(json.dumps(whole))
    (tmp_path / "y.json").write_text(json.dumps(texts))
    numbers, read_as = (
        the_point(tmp_path / name).values for name in ("x.json", "y.json")
    )
    assert {"p99_ttft_ms", "output_throughput"} & read_as.keys() == set()
    assert read_as["mean_ttft_ms"] == numbers["mean_ttft_ms"] == 31.5
    assert read_as["completed"] == 7


def rewritten() -> dict[str, tuple[str, bytes]]:
    whole = VLLM_PLAIN.read_bytes()
    text = whole.decode()
    return {
        "mark": ("x.json", codecs.BOM_UTF8 + whole),
        "carriage returns": ("x.json", text.replace(",", ",\r\n").encode()),
        "PowerShell": ("x.json", text.encode("utf-16")),
        "capitals": ("X.JSON", whole),
        "packed": ("x.json.gz", gzip.compress(whole)),
        "unnamed": ("x", whole),
    }


@pytest.mark.parametrize("kind", list(rewritten()))
def test_what_systems_do_to_a_file_changes_nothing(
    kind: str, tmp_path: Path
) -> None:
    name, content = rewritten()[kind]
    (tmp_path / name).write_bytes(content)
    named = the_point(tmp_path / name)
    assert named.values == the_point(vllm_file(tmp_path / "y.json")).values
    assert named.id.lower() == "x"
    (tmp_path / "y.json").unlink()
    if kind != "unnamed":
        assert the_point(tmp_path).values == named.values


def test_objects_of_several_lines_one_after_another(tmp_path: Path) -> None:
    """As `cat` puts them together; a torn one at the end is told."""
    whole = json.dumps(json.loads(VLLM_PLAIN.read_bytes()), indent=2)
    path = tmp_path / "all.json"
    path.write_text(f"{whole}\n{whole}\n{whole[: len(whole) // 2]}")
    found = read([path])
    assert len(found.points) == 2
    (problem,) = found.problems
    line = 2 * (whole.count("\n") + 1) + 1
    assert problem.startswith(f"cannot read line {line} of {path}:")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (gzip.compress(b'{"a": 1}')[:-9], "no whole gzip file"),
        (b"\x1f\x8bno", "no whole gzip file"),
    ],
    ids=["cut off", "other bytes"],  # what is packed holds the time of day
)
def test_a_damaged_packed_file_is_a_sentence(
    content: bytes, why: str, tmp_path: Path
) -> None:
    (tmp_path / "x.json.gz").write_bytes(content)
    with pytest.raises(ResultsError, match=why):
        read([tmp_path / "x.json.gz"])


def test_a_packed_file_that_unfolds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "MAX_BYTES", 1_000_000)
    (tmp_path / "x.json.gz").write_bytes(gzip.compress(b" " * 1_000_001))
    with pytest.raises(ResultsError, match="more than the 1,000,000 allowed"):
        read([tmp_path / "x.json.gz"])


def damaged() -> dict[str, bytes]:
    whole = VLLM_PLAIN.read_bytes()
    return {
        "empty": b"",
        "torn": whole[: len(whole) // 2],
        "a list": b"[1, 2]",
        "brackets": b"[" * 1_000_000,
        "objects": b'{"a":' * 1_000_000,
        "no text": b"\xff\xfe\x00",
        "digits": b'{"duration": ' + b"9" * 5_000_000 + b"}",
    }


@pytest.mark.parametrize("kind", list(damaged()))
def test_a_damaged_file_is_a_sentence(kind: str, tmp_path: Path) -> None:
    vllm_file(tmp_path / "good.json")
    (tmp_path / "bad.json").write_bytes(damaged()[kind])
    found = read([tmp_path])
    assert [point.id for point in found.points] == ["good"]
    (problem,) = found.problems
    assert "bad.json" in problem
    assert problem.endswith(".")
    with pytest.raises(
        ResultsError, match=r"^There are no results in .*bad\.json: .*\.$"
    ):
        read([tmp_path / "bad.json"])


JUNK: tuple[Any, ...] = (
    [],
    {"a": 1},
    "x" * 5000,
    -1,
    1e308,
    10**400,
    True,
    None,
)
BELIEVED = (
    "num_prompts",
    "total_input_tokens",
    "completed",
    "date",
    "model_id",
    "label",
    "burstiness",
    "ramp_up_strategy",
)
ODD: tuple[tuple[str, Any], ...] = (
    ("max_concurrency", 1e300),
    ("mean_ttft_ms", "fast"),
    ("tp", "many"),
    ("tp", "1e400"),
    ("input_len", "-0"),
)


@pytest.mark.parametrize(
    ("key", "value"), [*itertools.product(BELIEVED, JUNK), *ODD]
)
def test_no_value_of_a_file_is_believed_to_be_of_its_type(
    key: str, value: Any, tmp_path: Path
) -> None:
    point = the_point(vllm_file(tmp_path / "x.json", **{key: value}))
    assert all(math.isfinite(each) for each in point.values.values())
    assert all(
        isinstance(each, str | int | float)
        for each in point.conditions.values()
    )
    assert all(
        len(each) <= 1000
        for each in point.conditions.values()
        if isinstance(each, str)
    )


@pytest.mark.parametrize("name", ["run.json", "summary.json", "verdict.json"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"{" * 100_000,
        b'{"spec": {}, "schema_version": 99}',
        b"null",
    ],
)
def test_a_damaged_run_directory_is_a_sentence_or_has_less(
    name: str, content: bytes, tmp_path: Path
) -> None:
    save(tmp_path / "good", trace_of(3), spec_of(3))
    save(tmp_path / "run", trace_of(4), spec_of(4))
    (tmp_path / "run" / name).write_bytes(content)
    found = read([tmp_path])
    assert len(found.points) + len(found.problems) == 2
    assert all(str(tmp_path / "run") in problem for problem in found.problems)


@pytest.mark.parametrize(
    "junk", [[], "x", 3, None, {"a": []}, True, [{"rate": {}}], 1e308]
)
@pytest.mark.parametrize(
    "key", ["spec", "environment", "workers", "start_realtime_ns"]
)
def test_no_value_of_a_run_is_believed_to_be_of_its_type(
    key: str, junk: object, tmp_path: Path
) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4, server=SERVER))
    path = tmp_path / "run" / "run.json"
    content = json.loads(path.read_bytes())
    inner = {
        name: dict.fromkeys(content["spec"][name], junk)
        for name in ("server", "workload", "load", "target")
    }
    for changed in (
        {**content, key: junk},
        {**content, "spec": {**content["spec"], **inner}},
    ):
        path.write_text(json.dumps(changed))
        try:
            (point,) = read([tmp_path]).points
        except ResultsError:
            assert key == "spec"
        else:
            assert all(
                isinstance(each, str | int | float)
                for each in point.conditions.values()
            )


def test_a_run_of_a_newer_inferometer_says_so(tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4))
    path = tmp_path / "run" / "run.json"
    path.write_bytes(
        path.read_bytes().replace(
            b'"schema_version": %d' % SCHEMA_VERSION, b'"schema_version": 99'
        )
    )
    with pytest.raises(
        ResultsError,
        match="a newer Inferometer wrote it; update Inferometer to read it",
    ):
        read([tmp_path])


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    vllm_file(tmp_path / "good.json")
    assert [point.id for point in read([tmp_path]).points] == ["good"]
    for path in (tmp_path / "pipe.json", Path("/dev/zero")):
        with pytest.raises(ResultsError, match="it is not a regular file"):
            read([path])
    places = open_campaign(tmp_path / "pcie")
    places.ledger.unlink()
    os.mkfifo(places.ledger)
    assert "is not a regular file" in read([tmp_path]).problems[0]


def test_a_pipe_in_the_place_of_a_run_directorys_file_is_not_opened(
    tmp_path: Path,
) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4))
    (tmp_path / "run" / "verdict.json").unlink()
    os.mkfifo(tmp_path / "run" / "verdict.json")
    with pytest.raises(ResultsError, match="it is not a regular file"):
        read([tmp_path / "run"])


def test_files_that_are_too_large_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(300 * 1024 * 1024)  # no block of it is on the disk
    with pytest.raises(ResultsError, match="more than the"):
        read([tmp_path])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda folder: [folder],
            r"There are no results in .*: give a result directory such as bench_results/pcie",
        ),
        (
            lambda folder: [folder / "missing"],
            r"missing: cannot read .*missing: No such file or directory\.$",
        ),
        (lambda folder: [], r"There are no results in no path at all"),
    ],
)
def test_nothing_at_all_is_an_error_with_a_cure(
    make: Any, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ResultsError, match=sentence):
        read(make(tmp_path))


def test_how_many_more_files_could_not_be_read(tmp_path: Path) -> None:
    def told(*unread: str) -> str:
        for name in unread:
            (tmp_path / name).write_text('{"name": "something else"}')
        with pytest.raises(ResultsError) as caught:
            read([tmp_path / "missing", tmp_path])
        return str(caught.value)

    tmp_path.joinpath("x").mkdir()
    assert told().endswith("No such file or directory.")
    assert told("a.json").endswith(
        "No such file or directory (1 more file could not be read)."
    )
    many = [f"{number}.json" for number in range(57)]
    assert told(*many).endswith(
        "No such file or directory (58 more files could not be read)."
    )
    with pytest.raises(ResultsError) as strangers:
        read([tmp_path])
    assert "58 files are JSON, but no results" in str(strangers.value)
    assert "more file" not in str(strangers.value)


def test_an_empty_campaign_is_nothing_at_all(tmp_path: Path) -> None:
    open_campaign(tmp_path / "pcie")
    with pytest.raises(ResultsError, match="There are no results"):
        read([tmp_path])


def test_progress_counts_up_to_all(tmp_path: Path) -> None:
    for number in range(3):
        vllm_file(tmp_path / f"{number}.json")
    told: list[tuple[int, int]] = []
    read([tmp_path], progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_half_characters_are_replaced_and_everything_can_be_written(
    tmp_path: Path,
) -> None:
    path = vllm_file(
        tmp_path / os.fsdecode(b"\xff.json"),
        model_id="m\ud800",
        config="\udfff",
    )
    frames = inferometer.load(path)
    assert frames.points.select("id", "model", "config").row(0) == (
        "?",
        "m?",
        "?",
    )
    assert frames.points["source"][0].endswith("/?.json")
    assert frames.environment["point"][0] == "?"
    assert frames.collection.points[0].source == path
