"""Checks of the work itself: did the server do what was asked, and are tokens counted by somebody who knows?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inferometer.metrics.definitions import known, ok
from inferometer.metrics.distribution import FEWEST_BEYOND
from inferometer.metrics.finding import Facts, Figure, Finding, Level, grade
from inferometer.trace import TokenSource

Counts = npt.NDArray[np.int64]


def _both(facts: Facts, asked: str, actual: str) -> tuple[Counts, Counts, Counts]:
    """Asked and actual counts, and the rows, of the OK requests that have both."""
    r = facts.trace.requests
    rows = np.flatnonzero(ok(facts.trace) & known(r[asked]) & known(r[actual]))
    return r[asked][rows], r[actual][rows], rows


def input_length(facts: Facts) -> Finding:
    """Prompts of another length than asked are another measurement."""
    t = facts.thresholds
    asked, actual, _ = _both(facts, "asked_prompt_tokens", "prompt_tokens")
    if len(asked) == 0 or not asked.sum():
        return Finding("input_length", Level.OK, "The server does not tell prompt lengths; they are the ones asked for.")
    off_tokens = float(np.abs(actual - asked).mean())
    deviation = off_tokens / float(asked.mean())
    figures = {"asked_mean": float(asked.mean()), "actual_mean": float(actual.mean()), "deviation": deviation}
    level = grade(deviation, t.input_deviation_suspect, t.input_deviation_invalid)
    if level == Level.INVALID and off_tokens <= t.input_deviation_floor_tokens:
        level = Level.SUSPECT
    sentence = f"Prompts were {actual.mean():.1f} tokens long on the server's count, {asked.mean():.1f} were asked for"
    sentence += f" ({deviation:.1%} off)." if deviation else "."
    cure = "Send token ids (completions endpoint), or give the server's own tokenizer; a chat template adds its tokens."
    return Finding("input_length", level, sentence, figures, cure if level else "")


def output_length(facts: Facts) -> Finding:
    """Too short though EOS was to be ignored, or longer than the limit: the server did not do what was asked.

    Only counts by the server or a tokenizer tell; one a streamed event does not.
    """
    t = facts.thresholds
    asked, actual, rows = _both(facts, "asked_output_tokens", "output_tokens")
    told = facts.trace.requests["token_source"][rows] != TokenSource.EVENTS
    asked, actual = asked[told], actual[told]
    if len(asked) == 0 or not asked.sum():
        return Finding(
            "output_length", Level.OK, "Output lengths cannot be checked: nobody counted tokens, or no limit was set."
        )
    missing, beyond = (float(np.maximum(d, 0).sum() / asked.sum()) for d in (asked - actual, actual - asked))
    figures = {"asked_mean": float(asked.mean()), "actual_mean": float(actual.mean()), "missing": missing, "beyond": beyond}
    level = grade(max(beyond, missing if facts.ignore_eos else 0.0), t.output_deviation_suspect, t.output_deviation_invalid)
    lengths = f"Outputs were {actual.mean():.1f} tokens long on average, {asked.mean():.1f} were asked for"
    if level == Level.OK:
        return Finding("output_length", level, lengths + ("." if facts.ignore_eos else " at most."), figures)
    if beyond > (missing if facts.ignore_eos else 0.0):
        return Finding("output_length", level, lengths + " at most: the server goes beyond the limit.", figures, _WRONG_LIMIT)
    return Finding("output_length", level, lengths + " with EOS ignored: the server stops early.", figures, _STOPS_EARLY)


_WRONG_LIMIT = "Find out which name the server has for the limit (max_tokens, max_completion_tokens)."
_STOPS_EARLY = "See whether the server knows ignore_eos and whether input + output fits its max_model_len."


def cached_tokens(facts: Facts) -> Finding:
    """Prompt tokens from the prefix cache are not computed: TTFT and throughput look better than they are."""
    t, r = facts.thresholds, facts.trace.requests
    rows = ok(facts.trace) & known(r["cached_tokens"]) & known(r["prompt_tokens"])
    cached, prompt = r["cached_tokens"][rows], int(r["prompt_tokens"][rows].sum())
    if not prompt:
        return Finding("cached_tokens", Level.OK, "The server does not tell of cached tokens.")
    unexpected = int(np.maximum(cached - facts.expected_cached_tokens, 0).sum())
    share = unexpected / prompt
    figures = {"cached": int(cached.sum()), "unexpected": unexpected, "unexpected_share_of_prompt": share}
    level = grade(share, t.cached_share_suspect, t.cached_share_invalid)
    if level == Level.OK:
        return Finding(
            "cached_tokens", level, f"{share:.1%} of the prompt tokens came unexpected from the prefix cache.", figures
        )
    sentence = (
        f"{share:.1%} of the prompt tokens came from the server's prefix cache, which was not asked for: TTFT is too good."
    )
    return Finding(
        "cached_tokens", level, sentence, figures, "Use a new --seed, or restart the server or switch its prefix cache off."
    )


_SOURCES = {
    TokenSource.TOKENIZER.name: "by a local tokenizer over the text",
    TokenSource.EVENTS.name: "one a streamed event, which may hold several",
    TokenSource.NONE.name: "by nobody",
}


def token_source(facts: Facts) -> Finding:
    """TPOT and throughput are as good as the token counts."""
    sources = facts.summary.output_token_sources
    figures: dict[str, Figure] = {**sources}
    others = {name: n for name, n in sources.items() if name != TokenSource.USAGE.name}
    if not others:
        return Finding("token_source", Level.OK, "Output tokens are the server's own count.", figures)
    how = "; ".join(f"{_SOURCES[name]}: {n}" for name, n in others.items())
    sentence = f"Output tokens were not all counted by the server ({how}): TPOT and tokens/s rest on that."
    return Finding("token_source", Level.SUSPECT, sentence, figures, "Have the server send usage, or give a tokenizer.")


def thin_percentiles(facts: Facts) -> Finding:
    """A tail percentile of few requests is one or two of them: shown, marked, no reason to doubt the rest of a small run."""
    thin = {key: d.thin for key in facts.shown if (d := facts.summary.metrics[key]).thin}
    figures: dict[str, Figure] = {key: ", ".join(names) for key, names in thin.items()}
    if not thin:
        return Finding(
            "thin_percentiles", Level.OK, f"Every percentile has {FEWEST_BEYOND} samples or more beyond it.", figures
        )
    named = ", ".join(f"{name} {key.upper()}" for key, names in thin.items() for name in names)
    sentence = f"Fewer than {FEWEST_BEYOND} samples lie beyond {named}: read them as single requests."
    return Finding("thin_percentiles", Level.NOTE, sentence, figures, "More prompts make a tail (1,000 for a p99).")
