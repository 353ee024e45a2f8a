"""What a server's command asks of the twin that takes its place. What a twin does not model is
refused: left out, it would change every number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inferometer.words import Said

ALWAYS: tuple[str, ...] = ()
ONE, ZERO = ("1",), ("0",)
NOT_MODELLED: dict[str, tuple[str, ...]] = {
    "-dp": ONE,
    "--data-parallel-size": ONE,
    "--dp": ONE,
    "--dp-size": ONE,
    "-pp": ONE,
    "--pipeline-parallel-size": ONE,
    "--pp": ONE,
    "--pp-size": ONE,
    "-dcp": ONE,
    "--decode-context-parallel-size": ONE,
    "-pcp": ONE,
    "--prefill-context-parallel-size": ONE,
    "-ep": ALWAYS,
    "--enable-expert-parallel": ALWAYS,
    "--ep": ONE,
    "--ep-size": ONE,
    "--api-server-count": ONE,
    "--speculative-config": ALWAYS,
    "--speculative-model": ALWAYS,
    "--speculative-algorithm": ALWAYS,
    "-q": ALWAYS,
    "--quantization": ALWAYS,
    "--dtype": ("auto", "half", "float16", "bfloat16"),
    "--kv-cache-dtype": ("auto", "half", "float16", "bfloat16"),
    "--block-size": ("16",),
    "--page-size": ("1", "16"),
    "--kv-cache-memory-bytes": ALWAYS,
    "--max-total-tokens": ALWAYS,
    "--cpu-offload-gb": ZERO,
    "--kv-offloading-size": ZERO,
    "--kv-transfer-config": ALWAYS,
    "--enable-lora": ALWAYS,
    "--long-prefill-token-threshold": ZERO,
    "--max-num-partial-prefills": ONE,
    "--no-enable-chunked-prefill": ALWAYS,
    "--no-async-scheduling": ALWAYS,
    "--disable-hybrid-kv-cache-manager": ALWAYS,
    "--scheduling-policy": ("fcfs",),
    "--schedule-policy": ("fcfs",),
    "--schedule-conservativeness": ("1", "1.0"),
    "--enable-priority-scheduling": ALWAYS,
    "--max-prefill-tokens": ("16384",),
    "--num-continuous-decode-steps": ONE,
    "--cuda-graph-sizes": ALWAYS,
    "--cudagraph-capture-sizes": ALWAYS,
    "-cc": ALWAYS,
    "--compilation-config": ALWAYS,
    "-O": ("2", "3"),
    "-O0": ALWAYS,
    "-O1": ALWAYS,
    "--cuda-graph-bs": ALWAYS,
    "--cuda-graph-max-bs": ALWAYS,
    "--enable-mixed-chunk": ALWAYS,
    "--disable-cuda-graph": ALWAYS,
}
"""Flags of vLLM and SGLang, with the values at which nothing is different."""


def require_modelled(command: Sequence[str]) -> None:
    """Raise ValueError with the flags that no twin has."""
    found = [
        f"{name} {value}".strip()
        for name, value in flags_of(command)
        if name in NOT_MODELLED and value.lower() not in NOT_MODELLED[name]
    ]
    if found:
        flags = ", ".join(dict.fromkeys(found))
        raise ValueError(Said("twin.not_modelled", {"flags": flags}))


def flag(command: Sequence[str], *names: str) -> str | None:
    """What follows one of the flags, the last time that one is given; None if none is."""
    values = [value for name, value in flags_of(command) if name in names]
    return values[-1] if values else None


def count(command: Sequence[str], *names: str) -> int | None:
    """The same as a number. Raises ValueError for what is none."""
    found = flag(command, *names)
    if found is None:
        return None
    try:
        return int(found)
    except ValueError:
        told = {"name": " / ".join(names), "value": found}
        raise ValueError(Said("twin.no_number", told)) from None


def flags_of(command: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each flag with its value, '' without one: `--flag value`, `--flag=value`, `--flag.key value`,
    with `_` for `-` if that is how it was written.
    """
    for word, after in zip(command, (*command[1:], ""), strict=False):
        if not _is_flag(word):
            continue
        name, equals, value = word.partition("=")
        if not equals:
            value = "" if _is_flag(after) else after
        yield name.partition(".")[0].replace("_", "-"), value


def _is_flag(word: str) -> bool:
    """And no negative number."""
    return word.startswith("-") and not word[1:2].isdigit()
