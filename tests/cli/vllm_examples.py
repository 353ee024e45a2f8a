"""The commands of vLLM's page on `vllm bench serve` (version 0.33, docs/benchmarking/cli.md), by
what they are about, and small copies of their data sets in the same form.

The model, the address and large numbers of requests are replaced: `N` stands for a number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.workload.picture_files import PNG, RECORDINGS

COMPLETIONS = "--backend vllm --model MODEL --endpoint /v1/completions"
CHAT = "--backend openai-chat --model MODEL --endpoint /v1/chat/completions"
SHAREGPT = "--dataset-name sharegpt --dataset-path sharegpt.json"
SAVED = "--save-result --save-detailed --result-dir log"
SPEED = "--model MODEL --dataset-name speed_bench --dataset-path data/speed_bench --num-prompts -1"
SPEC = (
    "--model MODEL --dataset-name spec_bench --dataset-path data/spec_bench/question.jsonl "
    "--num-prompts -1"
)
HUB = "--model MODEL --dataset-name hf --dataset-path"
AUDIO = "--dataset-name custom_audio --dataset-path audio_data.jsonl --no-oversample"

GENERATION: dict[str, str] = {
    "sharegpt": f"{COMPLETIONS} {SHAREGPT} --num-prompts N",
    "results visualization": (
        f"{COMPLETIONS} {SHAREGPT} --num-prompts N --plot-timeline --timeline-itl-thresholds 2,5 "
        "--plot-dataset-stats --save-result"
    ),
    "custom": (
        f"--port 9001 {SAVED} {COMPLETIONS} --dataset-name custom --dataset-path data.jsonl "
        "--skip-chat-template --num-prompts N --max-concurrency 1 --temperature=0.3 --top-p=0.75"
    ),
    "custom audio, Whisper": (
        "--model MODEL --backend openai-audio --endpoint /v1/audio/transcriptions "
        f"{AUDIO} --custom-output-len 256 --save-result --save-detailed --result-filename w.json"
    ),
    "custom audio, chat": (
        f"{CHAT} {AUDIO} --custom-output-len 256 --enable-multimodal-chat --save-result "
        "--save-detailed --result-filename qwen_bench.json"
    ),
    "custom image": (
        f"{SAVED} {CHAT} --dataset-name custom_image --dataset-path image_data.jsonl "
        "--custom-ensure-client-side-data --num-prompts N"
    ),
    "VisionArena": (
        f"{CHAT} --dataset-name hf --dataset-path lmarena-ai/VisionArena-Chat --hf-split train "
        "--num-prompts N"
    ),
    "InstructCoder": f"{HUB} likaixin/InstructCoder --num-prompts N",
    "Spec-Bench": SPEC,
    "Spec-Bench, a category": f"{SPEC} --spec-bench-category summarization",
    "SPEED-Bench": SPEED,
    "SPEED-Bench, a category": f"{SPEED} --speed-bench-category multilingual",
    "SPEED-Bench, a subset": f"{SPEED} --speed-bench-dataset-subset throughput_2k",
    "function calling": (
        f"{CHAT} --dataset-name hf --dataset-path gorilla-llm/Berkeley-Function-Calling-Leaderboard"
        " --bfcl-categories simple,live_simple,multiple --num-prompts N"
    ),
    "LLaVA": (
        f"{CHAT} --dataset-name hf --dataset-path lmms-lab/LLaVA-OneVision-Data --hf-split train "
        "--hf-subset chart2text(cauldron) --num-prompts N"
    ),
    "ShareGPT of the hub": (
        f"{CHAT} --dataset-name hf --dataset-path Aeala/ShareGPT_Vicuna_unfiltered --hf-split train"
        " --num-prompts N"
    ),
    "AIMO": f"{HUB} AI-MO/aimo-validation-aime --num-prompts N --seed 42",
    "MT-Bench": f"{HUB} philschmid/mt-bench --num-prompts N",
    "HumanEval": f"{HUB} openai/openai_humaneval --num-prompts N",
    "GSM8K": f"{HUB} openai/gsm8k --num-prompts N",
    "Blazedit": (
        f"{HUB} vdaita/edit_5k_char --num-prompts N --blazedit-min-distance 0.01 "
        "--blazedit-max-distance 0.99"
    ),
    "VoxPopuli": (
        "--model MODEL --backend openai-audio --dataset-name hf --dataset-path facebook/voxpopuli "
        "--hf-subset en --hf-split test --no-stream --trust-remote-code --num-prompts 99999999 "
        "--no-oversample --endpoint /v1/audio/transcriptions --ready-check-timeout-sec 600 "
        "--save-result --max-concurrency 512"
    ),
    "Responses": (
        "--backend openai-responses --endpoint /v1/responses --model MODEL --dataset-name random "
        "--random-input-len 1024 --random-output-len 1024 --num-prompts N"
    ),
    "sampling": (
        f"{COMPLETIONS} {SHAREGPT} --top-k 10 --top-p 0.9 --temperature 0.5 --num-prompts N"
    ),
    "probes": (
        f"{CHAT} --dataset-name random-mm --random-mm-bucket-config {{(2048,2048,1):1.0}} "
        "--request-rate 4 --probe-request-rate 20"
    ),
    "prefix repetition": (
        "--backend openai --model MODEL --dataset-name prefix_repetition --num-prompts N "
        "--prefix-repetition-prefix-len 512 --prefix-repetition-suffix-len 128 "
        "--prefix-repetition-num-prefixes 5 --prefix-repetition-output-len 128"
    ),
    "timed trace": (
        "--model MODEL --dataset-name=timed_trace --num-prompts N --host 127.0.0.1 --port 8000 "
        "--dataset-path ./conversation_trace.jsonl --ignore-eos --self-timed "
        "--timed-trace-chunk-hash-size 512 --timed-trace-sec-multiplier 0.001"
    ),
    "ShareGPT4V": (
        "--backend openai-chat --model MODEL --dataset-name sharegpt --dataset-path shown.json "
        f"--num-prompts N {SAVED} --endpoint /v1/chat/completions"
    ),
    "ShareGPT4Video": (
        "--backend openai-chat --model MODEL --dataset-name sharegpt --dataset-path filmed.json "
        f"--num-prompts N {SAVED} --endpoint /v1/chat/completions"
    ),
    "random images": (
        f"{CHAT} --dataset-name random-mm --num-prompts N --max-concurrency 10 "
        "--random-prefix-len 25 --random-input-len 300 --random-output-len 40 "
        "--random-range-ratio 0.2 --random-mm-base-items-per-request 2 "
        '--random-mm-limit-mm-per-prompt {"image":3,"video":0} '
        "--random-mm-bucket-config {(224,224,1):1.0} --request-rate inf --ignore-eos --seed 42"
    ),
}
"""All that generate."""

_EMBEDDED = "--endpoint /v1/embeddings"
OTHER_WORK: dict[str, str] = {
    "embeddings": f"--model MODEL --backend openai-embeddings {_EMBEDDED} {SHAREGPT}",
    "CLIP": f"--model MODEL --backend openai-embeddings-clip {_EMBEDDED} {SHAREGPT}",
    "CLIP, pictures": (
        f"{HUB} lmarena-ai/VisionArena-Chat --backend openai-embeddings-clip {_EMBEDDED}"
    ),
    "VLM2Vec": f"--model MODEL --backend openai-embeddings-vlm2vec {_EMBEDDED} {SHAREGPT}",
    "VLM2Vec, pictures": (
        f"{HUB} lmarena-ai/VisionArena-Chat --backend openai-embeddings-vlm2vec {_EMBEDDED}"
    ),
    "reranking": (
        "--model MODEL --backend vllm-rerank --endpoint /v1/rerank --dataset-name random-rerank "
        "--tokenizer MODEL --random-input-len 512 --num-prompts 10 --random-batch-size 5"
    ),
}
"""Those that generate nothing."""

ROWS = 12


def write_copies(folder: Path) -> None:
    """The data sets of these commands, under the names that the commands give."""
    for name, rows in _files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (
            json.dumps(rows)
            if path.suffix == ".json"
            else "\n".join(map(json.dumps, rows))
        )
        path.write_text(
            text if "BFCL" not in name else "\n".join(map(json.dumps, rows))
        )
    for name, content in {
        "a.png": PNG,
        "a.wav": RECORDINGS["audio/wav"],
    }.items():
        (folder / name).write_bytes(content)
    (folder / "a.mp4").write_bytes(RECORDINGS["video/mp4"])
    for hub in ("lmarena-ai/VisionArena-Chat", "lmms-lab/LLaVA-OneVision-Data"):
        (folder / hub / "a.png").write_bytes(PNG)
    voices = folder / "facebook/voxpopuli"
    (voices / "a.wav").write_bytes(RECORDINGS["audio/wav"])
    _describe(voices, "en", "test", "test.jsonl")
    _describe(folder / "openai/gsm8k", "main", "test", "main/test.jsonl")
    _describe(
        folder / "lmms-lab/LLaVA-OneVision-Data",
        "chart2text(cauldron)",
        "train",
        "train.jsonl",
    )


def _describe(folder: Path, subset: str, split: str, path: str) -> None:
    """Which files are which part, as a data set of the hub says it."""
    part = {
        "config_name": subset,
        "data_files": [{"split": split, "path": path}],
    }
    (folder / "README.md").write_text(
        f"---\nconfigs: {json.dumps([part])}\n---\n"
    )


def _files() -> dict[str, list[Any]]:
    numbers = range(ROWS)
    questions = [
        {
            "question_id": i,
            "category": category,
            "turns": [f"what is {i} about", "and then"],
        }
        for i, category in zip(
            numbers, ["summarization", "math"] * ROWS, strict=False
        )
    ]
    asked = [
        {
            "category": category,
            "messages": [{"role": "user", "content": f"say {i} in a word"}],
        }
        for i, category in zip(
            numbers, ["multilingual", "coding"] * ROWS, strict=False
        )
    ]
    return {
        "sharegpt.json": [_conversation(i) for i in numbers],
        "shown.json": [
            {**_conversation(i, "<image>\n"), "image": "a.png"} for i in numbers
        ],
        "filmed.json": [
            {**_conversation(i, "<video>\n"), "video": "a.mp4"} for i in numbers
        ],
        "data.jsonl": [
            {"prompt": f"What is the capital of country {i}?"} for i in numbers
        ],
        "audio_data.jsonl": [
            {"prompt": f"What is said {i}?", "audio": "a.wav"} for i in numbers
        ],
        "image_data.jsonl": [
            {"prompt": "How many?", "image_files": ["a.png"]},
            {
                "content": [
                    {"type": "text", "text": "See "},
                    {"type": "image", "image": "a.png"},
                ]
            },
        ],
        "data/spec_bench/question.jsonl": questions,
        "data/speed_bench/qualitative.jsonl": asked,
        "data/speed_bench/throughput_2k.jsonl": asked,
        "conversation_trace.jsonl": [
            {
                "timestamp": 10 * i,
                "input_length": 700,
                "output_length": 5,
                "hash_ids": [0, i],
            }
            for i in numbers
        ],
        **{name: list(rows) for name, rows in _hub(numbers).items()},
    }


def _conversation(i: int, before: str = "") -> dict[str, Any]:
    said = [
        ("human", f"{before}tell me about number {i} please"),
        ("gpt", "it is one of many"),
    ]
    return {
        "id": f"c{i}",
        "conversations": [{"from": who, "value": text} for who, text in said],
    }


def _hub(numbers: Iterable[int]) -> Mapping[str, Iterable[Any]]:
    numbers = list(numbers)
    function = {
        "name": "area",
        "description": "of a square",
        "parameters": {
            "type": "dict",
            "properties": {"side": {"type": "float"}},
        },
    }
    call = [
        {
            "id": f"simple_{i}",
            "question": [
                [{"role": "user", "content": f"How large is a square of {i}?"}]
            ],
            "function": [function],
        }
        for i in numbers
    ]
    leaderboard = "gorilla-llm/Berkeley-Function-Calling-Leaderboard/BFCL_v3"
    return {
        "lmarena-ai/VisionArena-Chat/train.jsonl": [
            {
                "conversation": [
                    [{"role": "user", "content": f"What is in picture {i}?"}],
                    [{"role": "assistant", "content": "A bird."}],
                ],
                "images": ["a.png"],
            }
            for i in numbers
        ],
        "lmms-lab/LLaVA-OneVision-Data/train.jsonl": [
            {**_conversation(i, "<image>\n"), "image": "a.png"} for i in numbers
        ],
        "likaixin/InstructCoder/train.jsonl": [
            {"instruction": f"add {i}", "input": "x = 1", "output": f"x = {i}"}
            for i in numbers
        ],
        **{
            f"{leaderboard}_{name}.json": call
            for name in ("simple", "live_simple", "multiple")
        },
        "facebook/voxpopuli/test.jsonl": [
            {"audio_id": f"a{i}", "audio": "a.wav", "raw_text": "So it is."}
            for i in numbers
        ],
        "Aeala/ShareGPT_Vicuna_unfiltered/train.jsonl": [
            _conversation(i) for i in numbers
        ],
        "AI-MO/aimo-validation-aime/train.jsonl": [
            {
                "problem": f"how much is {i} and one",
                "solution": f"it is {i + 1} as one sees",
            }
            for i in numbers
        ],
        "philschmid/mt-bench/train.jsonl": [
            {"category": "writing", "turns": [f"write about {i}", "shorter"]}
            for i in numbers
        ],
        "openai/openai_humaneval/test.jsonl": [
            {
                "task_id": f"t/{i}",
                "prompt": f"def add_{i}(x):",
                "canonical_solution": "  return x",
            }
            for i in numbers
        ],
        "openai/gsm8k/main/test.jsonl": [
            {"question": f"how many are {i} apples", "answer": f"#### {i}"}
            for i in numbers
        ],
        "vdaita/edit_5k_char/train.jsonl": [
            {
                "code": f"x = {i}",
                "change_request": "rename x",
                "norm_distance": i / len(numbers),
            }
            for i in numbers
        ],
    }
