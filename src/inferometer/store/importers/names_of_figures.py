"""What the names of figures say in tables and JSON that no known tool wrote: which metric it is,
and in which unit; which part of the load; or that it was measured, and no more.

Only a name that leaves no doubt says a metric: `p99_ttft_ms`, `Mean TTFT (s)`,
`输出吞吐(tokens/s)`, and what `vllm bench serve` calls its figures.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from inferometer.store.importers.wrapped import SETTINGS
from inferometer.vocabulary import (
    LATENCY_NAMES,
    OF_THE_MACHINE,
    ONE_A_REQUEST,
    canonical,
    metrics_in,
    statistic_of,
)

Path = tuple[str, ...]
"""Keys, the outermost first; of a table the name of a column."""

_AGAIN = re.compile(r"(?: \(\d{1,2}\)|(?<=[A-Za-z)])\.\d{1,2})$")
"""What is put behind the name of a second column of one name."""

_TIME = "(?:延迟|延遲|时延|時延|耗时|耗時|时间|時間)"
_WORD = r"\s*(?:字|词元|詞元|token)\s*的?"
CHINESE = tuple(
    (re.compile(pattern, re.IGNORECASE), rf" {word} ")
    for pattern, word in (
        (rf"首[个個]?{_WORD}(?:生成)?{_TIME}", "ttft"),
        (rf"每[个個]?(?:输出|輸出){_WORD}(?:生成)?{_TIME}", "tpot"),
        (rf"端到端(?:请求|請求)?{_TIME}", "e2el"),
        (r"平均[值数數]?", "mean"),
        (r"中位[值数數]?", "median"),
        (r"标准差|標準差", "std"),
        (r"(\d{2}(?:\.\d{1,3})?) ?%?分位[值点點数數]?", r"p\1"),
        (r"最大值?", "max"),
        (r"最小值?", "min"),
        (r"(?:并发|並發|併發)(?:用户|用戶|使用者)[数數]?", "concurrent users"),
        (r"(?:并发|並發|併發)[数數量度]?", "concurrency"),
        (r"(?:请求|請求)(?:速率|率)", "request rate"),
        (r"(?:请求|請求)[数數]量?", "requests"),
        (r"请求|請求", "request"),
        (r"吞吐[量率]?", "throughput"),
        (r"输出|輸出", "output"),
        (r"输入|輸入", "input"),
        (r"词元|詞元", "token"),
        (r"总|總", "total"),
        (r"成功", "successful"),
        (r"失败|失敗", "failed"),
        (r"长度|長度", "length"),
        (r"毫秒", "ms"),
        (r"秒", "s"),
        (r"模型(?:名称|名稱)?", "model"),
        (r"显卡(?:型号)?|顯示卡|顯卡", "gpu"),
        (r"推理引擎|推論引擎|引擎", "engine"),
        (r"序号|序號|编号|編號", "index"),
        (r"日期", "date"),
        (r"时间|時間", "time"),
    )
)
"""The longer words first."""

PHRASES = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), f" {short} ")
    for pattern, short in (
        (r"time to first token|first token latency", "ttft"),
        (r"time per output token", "tpot"),
        (r"(?:end to end|e2e) (?:request )?latency|request latency", "e2el"),
        (
            r"(?:tokens?|toks?)(?: ?(?:/|per) ?| )(?:s|secs?|seconds?)",
            "tok/s",
        ),
        (r"(?:requests?|reqs?) ?(?:/|per) ?(?:s|secs?|seconds?)", "req/s"),
        (r"req s", "req/s"),
        (r"msecs?|milliseconds?", "ms"),
        (r"secs?|seconds?", "s"),
        (r"average|avg", "mean"),
        (r"stddev|std dev", "std"),
        (r"p?(\d{1,2}(?:\.\d{1,3})?)(?:th)? percentile", r"p\1"),
        (r"(\d{1,2})th", r"p\1"),
        (r"lengths?", "len"),
    )
)
"""Of names in small letters, with spaces between their words."""

FILLERS = {"metrics", "metric", "result", "results", "summary", "statistics"}
FILLERS |= {"stats", "performance", "system", "streaming", "latency"}
FILLERS |= {"percentiles", "benchmark", "bench", "serving", "report"}
"""Words that change nothing."""
UNITS_MS = {"ms": 1.0, "s": 1e3, "us": 1e-3, "\u03bcs": 1e-3}

RATES = {
    "request_throughput": ({"req/s", "throughput"}, {"request", "requests"}),
    "output_throughput": (
        {"tok/s", "output"},
        {"throughput", "token", "tokens", "generated"},
    ),
    "total_token_throughput": ({"tok/s", "total", "token"}, {"throughput"}),
}
"""Words that a name needs, and those that it may have. A total without a word for tokens may be one
over requests.
"""
MAY_BE_A_RATE = re.compile(r"throughput|tok|req|吞吐|词|詞", re.IGNORECASE)
"""What one of these words is made of: nearly all files have none, and are not looked at closely."""

COUNTS = {
    "completed": "completed",
    "completed requests": "completed",
    "successful requests": "completed",
    "num completed requests": "completed",
    "failed": "failed",
    "failed requests": "failed",
    "num failed requests": "failed",
    "total input tokens": "total_input_tokens",
    "total output tokens": "total_output_tokens",
    "total generated tokens": "total_output_tokens",
}
DURATIONS = {"duration", "test duration", "elapsed time"}

LOAD = {
    "max concurrency": "max_concurrency",
    "concurrency": "max_concurrency",
    "concurrency level": "max_concurrency",
    "concurrent requests": "max_concurrency",
    "concurrent users": "max_concurrency",
    "num concurrent requests": "max_concurrency",
    "request rate": "request_rate",
    "request rate req/s": "request_rate",
    "num prompts": "num_prompts",
    "num requests": "num_prompts",
    "burstiness": "burstiness",
    "input len": "input_len",
    "random input len": "input_len",
    "isl": "input_len",
    "output len": "output_len",
    "random output len": "output_len",
    "osl": "output_len",
}
PEAK = "max concurrent requests"
"""A limit, or what vLLM counted at most: the limit where nothing else says the load."""
AROUND_LOAD = SETTINGS | {"client", "load", "test", "workload"}
"""Objects in which the load stands."""

MEASURED = re.compile(
    r"\b(?:ttft|tpot|itl|e2el|latency|latencies|ms|tok/s|req/s|throughput"
    r"|tps|power|watts?|util|utilization|usage|goodput"
    r"|(?:gpu|card|npu|chip) temperature"
    r"|(?:success|error|failure|hit) rate|attainment)\b"
)
ASKED = re.compile(
    r"\b(?:limit|cap|target|slo|sla|timeout|delay|budget|threshold|interval"
    r"|think|wait|window|sleep|memory utilization(?! %))\b"
)
"""Words of names that are settings, whatever else is in them."""

OF_VLLM = frozenset(metrics_in("vllm").values()) - {
    *("duration", "max_concurrent_requests"),
    *(name for name, _, _ in OF_THE_MACHINE),
}
"""What `vllm bench serve` calls figures of its own, which are of one meaning and unit."""


@lru_cache(4096)
def plain(name: str) -> str:
    """Small letters, with spaces between words and short words for long ones."""
    words = unicodedata.normalize("NFKC", _AGAIN.sub("", name))
    if not words.isascii():
        for letters, english in CHINESE:
            words = letters.sub(english, words)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", words).casefold()
    found = " ".join(re.findall(r"[^\W_]+(?:\.\d+)?|[/%]", words))
    for phrase, short in PHRASES:
        found = phrase.sub(short, found)
    return " ".join(found.split())


@lru_cache(4096)
def meaning(path: Path) -> tuple[str, float] | None:
    """The metric that a name says, and how many of its units one of ours has."""
    *outer, key = path
    last = _AGAIN.sub("", key)
    if last in OF_VLLM or statistic_of(last):
        return (canonical(last), 1.0) if all(map(_is_filler, outer)) else None
    words = [
        word for word in plain(" ".join(path)).split() if word not in FILLERS
    ]
    return _latency(words) or _rate({*words}) or _count(" ".join(words))


def asked(path: Path) -> str | None:
    """Which part of the load it is."""
    *outer, key = path
    is_load = all(
        each.casefold() in AROUND_LOAD or _is_filler(each) for each in outer
    )
    return LOAD.get(plain(key)) if is_load else None


@lru_cache(4096)
def is_measured(path: Path) -> bool:
    """Whether it is a figure, of whatever meaning."""
    name = plain(" ".join(path))
    return MEASURED.search(name) is not None and ASKED.search(name) is None


def are_of_a_run(paths: Collection[Path]) -> bool:
    """Whether they belong to the figures of a run. It has a throughput, and what was asked for or
    counted: targets have no such pair. Latencies without a statistic are of a single request.
    """
    if not any(MAY_BE_A_RATE.search(key) for path in paths for key in path):
        return False
    figures = {known[0] for path in paths if (known := meaning(path))}
    if figures.isdisjoint(RATES):
        return False
    if any(map(_is_single, paths)) and not any(map(statistic_of, figures)):
        return "completed" in figures
    counted = figures & {"duration", *COUNTS.values()}
    return bool(counted) or any(map(asked, paths))


def look_like_a_run(paths: Collection[Path]) -> bool:
    """Whether a load and several figures are among them, of whatever meaning."""
    return any(map(asked, paths)) and sum(map(is_measured, paths)) > 1


def _is_filler(key: str) -> bool:
    return FILLERS.issuperset(plain(key).split())


def _is_single(path: Path) -> bool:
    words = {*plain(" ".join(path)).split()}
    latency = {*LATENCY_NAMES, "latency"}
    return bool(words & latency) and words <= latency | FILLERS | {*UNITS_MS}


def _latency(words: list[str]) -> tuple[str, float] | None:
    if len(words) != len({*words}) or len(words) != 3:
        return None
    # not ITL: tools mean three things by it
    latency = {word for word in words if word in ONE_A_REQUEST}
    unit = UNITS_MS.keys() & set(words)
    rest = {*words} - latency - unit
    if len(latency) != 1 or len(unit) != 1 or len(rest) != 1:
        return None
    name = f"{rest.pop()}_{latency.pop()}_ms"
    known = statistic_of(name)
    return None if known is None else (canonical(name), UNITS_MS[unit.pop()])


def _rate(words: set[str]) -> tuple[str, float] | None:
    for name, (needed, allowed) in RATES.items():
        if needed <= words <= needed | allowed:
            return name, 1.0
    return None


def _count(words: str) -> tuple[str, float] | None:
    if words in COUNTS:
        return COUNTS[words], 1.0
    name, _, unit = words.rpartition(" ")
    if name in DURATIONS and unit in UNITS_MS:
        return "duration", UNITS_MS[unit] / 1e3
    return None
