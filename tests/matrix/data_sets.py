"""Every kind of data set there is, tiny: its files, how `bench` is told of it, and how a campaign
file is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import TypeAdapter

from inferometer.protocol import Backend
from inferometer.spec.workload import AnyWorkload
from tests.backends import TEXT_BACKENDS

REQUESTS = 3


@dataclass(frozen=True)
class DataSet:
    """`{files}` in flags and workload is the folder of `write_files`."""

    flags: str
    workload: Mapping[str, Any]
    rows: Literal["text", "messages", "pictures", "tools", "token ids"] = "text"
    """What its file holds; text is carried by all."""
    load: Mapping[str, Any] = field(
        default_factory=lambda: {"max_concurrency": 2}
    )

    def spec(self, files: Path) -> AnyWorkload:
        return TypeAdapter(AnyWorkload).validate_python(self.in_file(files))

    def in_file(self, files: Path) -> dict[str, Any]:
        """As a campaign file has it."""
        path = (
            {"path": self.workload["path"].format(files=files)}
            if "path" in self.workload
            else {}
        )
        return {**self.workload, **path}

    def refusal(self, backend: Backend, files: Path) -> str | None:
        """A pattern of the sentence by which a backend's wire refuses it; None if it is carried."""
        if self.spec(files).needs_messages and not backend.chat:
            return (
                r"chat messages, which --backend \S+ does not carry: choose one of openai-chat, "
                r".*\."
            )
        if self.rows in ("messages", "pictures") and not backend.chat:
            shown = " with pictures" if self.rows == "pictures" else ""
            what = rf"line \d: the prompt is chat messages{shown}, which .* does not carry"
            return rf"{what}: take a chat backend, such as openai-chat\."
        if self.rows == "tools" and "tools" not in backend.fields:
            return (
                r"line \d: has tools, which are part of the prompt and which .* does not carry: "
                r"take a chat backend, such as "
            )
        if self.rows == "token ids" and not backend.carries_token_ids:
            return (
                r"line \d: the prompt is token ids, which .* does not carry: take text( or "
                r"messages)?, or another backend, .*\."
            )
        return None


def _flags(name: str, *flags: str) -> str:
    return " ".join(["--dataset-name", name, *flags])


def _file(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "path": f"{{files}}/{name}", **fields}


DATA_SETS = {
    "random": DataSet(
        _flags(
            "random",
            "--random-input-len 12 --random-output-len 4 --random-prefix-len 6",
        ),
        {"input_len": 12, "output_len": 4, "prefix_len": 6},
    ),
    "scenario": DataSet(
        "--scenario N(14,2)/(4,1)", {"scenario": "N(14,2)/(4,1)"}
    ),
    "sharegpt": DataSet(
        _flags("sharegpt", "--dataset-path {files}/talks.json"),
        _file("sharegpt", "talks.json"),
    ),
    "texts": DataSet(
        _flags("custom", "--dataset-path {files}/texts.jsonl"),
        _file("jsonl", "texts.jsonl"),
    ),
    "chats": DataSet(
        _flags("jsonl", "--dataset-path {files}/chats.jsonl"),
        _file("jsonl", "chats.jsonl"),
        "messages",
    ),
    "tools": DataSet(
        _flags("custom", "--dataset-path {files}/tools.jsonl"),
        _file("jsonl", "tools.jsonl"),
        "tools",
    ),
    "shown": DataSet(
        _flags(
            "custom_image",
            "--dataset-path {files}/shown.jsonl --custom-output-len 4",
        ),
        _file("jsonl", "shown.jsonl", output_len=4),
        "pictures",
    ),
    "ids": DataSet(
        _flags("jsonl", "--dataset-path {files}/ids.jsonl"),
        _file("jsonl", "ids.jsonl"),
        "token ids",
    ),
    "hf": DataSet(
        _flags("hf", "--dataset-path {files}/hub --hf-output-len 4"),
        _file("hf", "hub", output_len=4),
    ),
    "sonnet": DataSet(
        _flags(
            "sonnet",
            "--dataset-path {files}/poem.txt --sonnet-input-len 60 --sonnet-prefix-len 20 "
            "--sonnet-output-len 4",
        ),
        _file("sonnet", "poem.txt", input_len=60, prefix_len=20, output_len=4),
    ),
    "prefix": DataSet(
        _flags(
            "prefix_repetition",
            "--prefix-repetition-prefix-len 16 --prefix-repetition-suffix-len 8",
            "--prefix-repetition-num-prefixes 2 --prefix-repetition-output-len 4",
        ),
        {
            "kind": "prefix",
            "prefix_len": 16,
            "suffix_len": 8,
            "num_prefixes": 2,
            "output_len": 4,
        },
    ),
    "burstgpt": DataSet(
        _flags("burstgpt", "--dataset-path {files}/burst.csv"),
        _file("trace", "burst.csv"),
    ),
    "timed": DataSet(
        _flags(
            "timed_trace",
            "--dataset-path {files}/mooncake.jsonl --timed-trace-sec-multiplier 0.001",
        ),
        _file("timed_trace", "mooncake.jsonl", time_unit_s=0.001),
        load={"replay_speed": 1},
    ),
    "spec bench": DataSet(
        _flags(
            "spec_bench",
            "--dataset-path {files}/qualitative.jsonl --spec-bench-output-len 4",
        ),
        _file("spec_bench", "qualitative.jsonl", output_len=4),
    ),
    "speed bench": DataSet(
        _flags(
            "speed_bench", "--dataset-path {files} --speed-bench-output-len 4"
        ),
        {"kind": "speed_bench", "path": "{files}", "output_len": 4},
    ),
    "replay": DataSet(
        _flags(
            "trace", "--dataset-path {files}/mooncake.jsonl --replay-speed 2"
        ),
        _file("trace", "mooncake.jsonl"),
        load={"replay_speed": 2},
    ),
    "sessions": DataSet(
        _flags(
            "sessions",
            "--session-turns 2 --session-input-len 14 --session-output-len 4 "
            "--session-system-len 6",
        ),
        {
            "kind": "sessions",
            "turns": 2,
            "input_len": 14,
            "output_len": 4,
            "system_len": 6,
        },
    ),
    "recorded sessions": DataSet(
        _flags("sessions", "--dataset-path {files}/talks.json"),
        _file("sessions", "talks.json"),
    ),
    "pictures": DataSet(
        _flags(
            "random-mm",
            "--random-input-len 20 --random-output-len 4 --image-size 32x32",
        ),
        {
            "kind": "images",
            "input_len": 20,
            "output_len": 4,
            "width": 32,
            "height": 32,
        },
    ),
}


def is_fast(backend: str, name: str) -> bool:
    """One combination in five, every backend and every data set among them; `make test-wide` has
    them all.
    """
    return (TEXT_BACKENDS.index(backend) + list(DATA_SETS).index(name)) % 5 == 0


def write_files(files: Path) -> None:
    """What the data sets above read."""
    said = [
        {"from": "human", "value": "tell me about the sea"},
        {"from": "gpt", "value": "it is wide and blue"},
        {"from": "human", "value": "and about the land then"},
        {"from": "gpt", "value": "it is green and full of sheep"},
    ]
    chat = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "what is rain and why"},
    ]
    texts = [
        {"prompt": f"what is number {i} and why", "max_tokens": 4}
        for i in range(6)
    ]
    trace = [
        {
            "timestamp": 10 * i,
            "input_length": 20 + i,
            "output_length": 4,
            "hash_ids": [0, i],
        }
        for i in range(6)
    ]
    (files / "talks.json").write_bytes(
        orjson.dumps([{"id": f"{i}", "conversations": said} for i in range(6)])
    )
    _write_rows(files / "texts.jsonl", texts)
    _write_rows(
        files / "chats.jsonl",
        [{"messages": chat, "max_tokens": 4} for _ in range(6)],
    )
    tools = [
        {
            "type": "function",
            "function": {"name": "weather", "parameters": {"type": "object"}},
        }
    ]
    beside = {
        "tools": tools,
        "temperature": 0.5,
        "seed": 1,
        "stop": ["never"],
        "metadata": {"from": "a test"},
    }
    _write_rows(files / "tools.jsonl", [{**row, **beside} for row in texts])
    (files / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    _write_rows(
        files / "shown.jsonl",
        [
            {"prompt": "what is this", "image_files": ["picture.png"]}
            for _ in range(6)
        ],
    )
    _write_rows(
        files / "ids.jsonl",
        [{"prompt": [7, 8, 9, i], "max_tokens": 4} for i in range(6)],
    )
    (files / "hub").mkdir()
    _write_rows(files / "hub" / "rows.jsonl", texts)
    (files / "poem.txt").write_text(
        "\n".join(
            f"shall I compare line {i} to a summer day" for i in range(30)
        )
    )
    burst = [
        "Timestamp,Model,Request tokens,Response tokens",
        *(f"{i},ChatGPT,{20 + i},4" for i in range(6)),
    ]
    asked = [
        {"category": "math", "turns": [f"how much is {i} and one", "why"]}
        for i in range(6)
    ]
    _write_rows(files / "qualitative.jsonl", asked)
    (files / "burst.csv").write_text("\n".join(burst))
    _write_rows(files / "mooncake.jsonl", trace)


def _write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
