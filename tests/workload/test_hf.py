"""Data sets by way of the `datasets` library, from files on this disk only."""

from __future__ import annotations

import builtins
import gc
import json
from pathlib import Path
from typing import Any

import pytest

from inferometer.protocol import PROTOCOLS
from inferometer.spec.workload import HfWorkload
from inferometer.workload import Workload, build_workload
from tests.workload.picture_files import PNG, shown
from tests.workload.word_server import (
    IDENTITY,
    chat_counter,
    text_counter,
    words,
    write_lines,
)

datasets: Any = (
    None  # imported by the first test that runs: it takes more than a second
)

ROWS = [
    {"instruction": words(5 + i, f"i{i}_"), "input": "", "output": words(3 + i)}
    for i in range(30)
]


@pytest.fixture(autouse=True)
def _offline(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = pytest.importorskip("datasets")
    monkeypatch.setitem(globals(), "datasets", library)
    monkeypatch.setattr(
        datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("cache")
    )
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()


def build(path: Path, n: int, *, chat: bool = False, **fields: Any) -> Workload:
    spec = HfWorkload(path=str(path), **fields)
    counter = chat_counter() if chat else text_counter()
    return build_workload(
        spec,
        n,
        identity=fields.pop("identity", IDENTITY),
        counting=lambda: counter,
        chat=chat,
    )


@pytest.fixture(
    params=[
        "jsonl",
        "json",
        "parquet",
        "saved",
        "saved with splits",
        "one file",
    ]
)
def local(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The rows, as a directory (or a file) of every kind."""
    folder = tmp_path / "data"
    table = datasets.Dataset.from_list(ROWS)
    if request.param == "saved":
        table.save_to_disk(folder)
    elif request.param == "saved with splits":
        datasets.DatasetDict({"train": table}).save_to_disk(folder)
    else:
        folder.mkdir()
        if request.param == "parquet":
            table.to_parquet(folder / "rows.parquet")
        elif request.param == "json":
            (folder / "rows.json").write_text(json.dumps(ROWS))
        else:
            write_lines(folder / "rows.jsonl", ROWS)
    return folder / "rows.jsonl" if request.param == "one file" else folder


def test_rows_of_local_data_in_their_order(local: Path) -> None:
    work = build(local, 30, shuffle=False)
    assert [request.prompt for request in work.requests] == [
        row["instruction"] for row in ROWS
    ]
    assert [(r.prompt_tokens, r.max_tokens) for r in work.requests] == [
        (6 + i, 3 + i) for i in range(30)
    ]
    assert work.origin["shuffled"] is False
    assert work.exact


def test_edits_of_other_sizes_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        {"code": "x", "change_request": "y", "norm_distance": n / 10}
        for n in range(10)
    ]
    write_lines(tmp_path / "rows.jsonl", rows)
    work = build(
        tmp_path,
        4,
        name="vdaita/edit_5k_char",
        min_distance=0.6,
        shuffle=False,
        output_len=8,
    )
    assert work.origin["left_out"] == {"not of the kind that is asked for": 6}


def test_shuffled_within_a_window_by_the_seed(tmp_path: Path) -> None:
    write_lines(tmp_path / "rows.jsonl", ROWS)
    spec = HfWorkload(path=str(tmp_path))
    made = [
        build_workload(
            spec, 30, identity=(seed, "p", 0), counting=text_counter, chat=False
        )
        for seed in (1, 1, 2)
    ]
    assert made[0].requests == made[1].requests != made[2].requests
    assert {r.prompt for r in made[2].requests} == {
        row["instruction"] for row in ROWS
    }
    assert "window of 10000 rows" in made[0].origin["shuffled"]


def test_conversations(tmp_path: Path) -> None:
    said = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "a b"},
        {"role": "assistant", "content": "c d e"},
    ]
    write_lines(tmp_path / "rows.jsonl", [{"messages": said}])
    (request,) = build(tmp_path, 1, chat=True).requests
    assert (request.prompt, request.prompt_tokens, request.max_tokens) == (
        said[:2],
        17,
        3,
    )


def test_an_output_length_and_the_filters_apply(tmp_path: Path) -> None:
    write_lines(tmp_path / "rows.jsonl", ROWS)
    work = build(tmp_path, 5, shuffle=False, output_len=50, max_input_len=10)
    assert [(r.prompt_tokens, r.max_tokens) for r in work.requests] == [
        (6 + i, 50) for i in range(5)
    ]
    with pytest.raises(
        ValueError, match=r"5 usable rows .25 left out: prompt too long"
    ):
        build(tmp_path, 6, output_len=50, max_input_len=10)


def test_a_row_that_is_no_prompt_is_named(tmp_path: Path) -> None:
    write_lines(tmp_path / "rows.jsonl", [{"a": 1}, {"a": 2}])
    with pytest.raises(
        ValueError, match=r"\(train\), row 1: has no prompt: fields are a,"
    ):
        build(tmp_path, 1)


def test_a_split_that_is_not_there_is_told_with_its_flag(
    tmp_path: Path,
) -> None:
    write_lines(tmp_path / "rows.jsonl", ROWS)
    with pytest.raises(
        ValueError,
        match=r"workload.path .* cannot be read \(.*\); see workload.subset and workload.split\.",
    ):
        build(tmp_path, 1, split="nowhere")


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (ConnectionError("no route"), r"no route'\)\. Set HF_ENDPOINT to a"),
        (FileNotFoundError("no such name"), r"name'\); see workload\.subset"),
    ],
)
def test_a_hub_out_of_reach_is_another_fault_than_a_wrong_name(
    error: Exception, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(datasets, "load_dataset", load)
    with pytest.raises(ValueError, match=cure):
        build(Path("acme/rows"), 3)


def test_tries_to_reach_the_hub_are_not_told_in_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from huggingface_hub.utils._http import http_backoff

    monkeypatch.setattr("time.sleep", lambda _: None)

    def load(*_: object, **__: object) -> object:
        return http_backoff("HEAD", "http://127.0.0.1:1", max_retries=1)

    monkeypatch.setattr(datasets, "load_dataset", load)
    with pytest.raises(ValueError, match="acme/rows"):
        build(Path("acme/rows"), 3)
    assert "127.0.0.1:1" not in caplog.text


def test_a_malformed_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"prompt": "a"}\n{"prompt": \n')
    with pytest.raises(ValueError, match="cannot be read"):
        build(tmp_path, 2, output_len=1)


def test_without_the_library_the_cure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "datasets":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(
        ValueError, match=r"pip install 'inferometer\[datasets\]'"
    ):
        build(tmp_path, 1)


# pictures, tools and columns that are none of a request


def pictures(folder: Path, **columns: Any) -> Path:
    """A Parquet file with columns of pictures, as the library writes it; without the package that
    draws them.
    """
    media = {
        "bytes": datasets.Value("binary"),
        "path": datasets.Value("string"),
    }
    rows = [
        {
            "question": f"what is {i}",
            "image_1": {"bytes": PNG, "path": None},
            "image_2": None,
            **columns,
        }
        for i in range(3)
    ]
    features = {
        name: datasets.Value("string") for name in ("question", *columns)
    } | {
        "image_1": media,
        "image_2": media,
    }
    table = datasets.Dataset.from_list(
        rows, features=datasets.Features(features)
    )
    for name in ("image_1", "image_2"):
        table = table.cast_column(name, datasets.Image())
    folder.mkdir(exist_ok=True)
    table.to_parquet(folder / "rows.parquet")
    return folder


def test_columns_of_pictures_are_sent_as_they_are(tmp_path: Path) -> None:
    work = build(
        pictures(tmp_path / "data", subject="art"),
        3,
        chat=True,
        output_len=5,
        shuffle=False,
    )
    for i, request in enumerate(work.requests):
        content = [{"type": "text", "text": f"what is {i}"}, shown()]
        assert request.prompt == [{"role": "user", "content": content}]
    assert (work.origin["images_in_rows"], work.origin["fields_left_out"]) == (
        3,
        {"subject": 3},
    )
    with pytest.raises(
        ValueError,
        match="row 1: the prompt is chat messages with pictures, which this backend does not carry",
    ):
        build(tmp_path / "data", 3, output_len=5, shuffle=False)


def test_a_saved_data_set_has_its_pictures_too(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "data")
    table = datasets.load_dataset(
        "parquet", data_files=str(folder / "rows.parquet"), split="train"
    )
    table.save_to_disk(tmp_path / "saved")
    assert (
        build(tmp_path / "saved", 3, chat=True, output_len=5).origin[
            "images_in_rows"
        ]
        == 3
    )


def test_files_that_rows_name_are_beside_the_data(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "rows.jsonl", [{"question": "what", "image": "a.png"}]
    )
    (tmp_path / "a.png").write_bytes(PNG)
    for path in (tmp_path, tmp_path / "rows.jsonl"):
        assert (
            build(path, 1, chat=True, output_len=5).origin["images_in_rows"]
            == 1
        )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_package_that_a_data_set_needs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "metadata.csv").write_text("file_name,question\na.png,what\n")
    monkeypatch.setattr(datasets.config, "PIL_AVAILABLE", False)
    with pytest.raises(
        ValueError,
        match=r"needs a package that is missing .*'Pillow'.*; install it with pip",
    ) as told:
        build(tmp_path, 1, chat=True, output_len=5)
    assert "workload.split" not in str(told.value)
    del told
    gc.collect()  # the library leaves its file to the collector


def test_what_the_library_fills_in_is_nothing_that_a_row_says(
    tmp_path: Path,
) -> None:
    """Rows of other fields are made alike with nulls, in their messages and tools too."""
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
    }
    said = [
        {"role": "user", "content": "a b"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "c", "tool_call_id": "c"},
    ]
    tools = [
        {
            "type": "function",
            "function": {
                "name": "f",
                "parameters": {"properties": {"x": {"type": "string"}}},
            },
        },
        {
            "type": "function",
            "function": {
                "name": "g",
                "parameters": {"properties": {"y": {"type": "string"}}},
            },
        },
    ]
    rows = [
        {"messages": said, "tools": tools, "seed": 1, "temperature": None},
        {"messages": said[:1], "tools": None, "seed": None, "temperature": 0.5},
    ]
    datasets.Dataset.from_list(rows).to_parquet(tmp_path / "rows.parquet")
    spec = HfWorkload(path=str(tmp_path), shuffle=False, output_len=5)
    fields = PROTOCOLS["openai-chat"].fields
    work = build_workload(
        spec,
        2,
        identity=IDENTITY,
        counting=chat_counter,
        chat=True,
        fields=fields,
    )
    assert [request.prompt for request in work.requests] == [said, "a b"]
    assert [dict(request.parameters) for request in work.requests] == [
        {"tools": tools, "seed": 1},
        {"temperature": 0.5},
    ]
    assert work.origin["fields_left_out"] == {}
