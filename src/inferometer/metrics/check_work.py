"""Checks of the work itself: did the server do what was asked, and are tokens counted by somebody
who knows?
"""

from __future__ import annotations

import numpy as np

from inferometer.metrics.definitions import (
    Rows,
    complete,
    known,
    ok,
    streamed_tokens,
)
from inferometer.metrics.finding import (
    INVALID,
    NOTE,
    OK,
    SUSPECT,
    Facts,
    Figures,
    Found,
    grade,
)
from inferometer.trace import TokenSource, Trace
from inferometer.trace.trace import Columns, Integers


def _both(
    facts: Facts, asked: str, actual: str
) -> tuple[Integers, Integers, Integers]:
    """Asked and actual counts, and the rows, of the OK requests that have both."""
    r = facts.trace.requests
    rows = np.flatnonzero(complete(facts.trace, asked, actual))
    return r[asked][rows], r[actual][rows], rows


def row_fields(facts: Facts) -> Found:
    """Requests without some recorded fields differ from those of the data set."""
    if not facts.unsent:
        return Found(OK, "fine")
    return Found(NOTE, "found", {"fields": facts.unsent})


def repeated_rows(facts: Facts) -> Found:
    """A prompt that comes again may be answered from the prefix cache. Where the server counts
    cached tokens, those decide.
    """
    if not facts.repeated:
        return Found(OK, "fine")
    cached = facts.trace.requests["cached_tokens"][ok(facts.trace)]
    is_counted = len(cached) > 0 and bool(known(cached).all())
    return Found(
        NOTE if is_counted else SUSPECT, "found", {"repeated": facts.repeated}
    )


def input_length(facts: Facts) -> Found:
    """Prompts of another length than asked are another measurement."""
    t = facts.thresholds
    asked, actual, _ = _both(facts, "asked_prompt_tokens", "prompt_tokens")
    if len(asked) == 0 or not asked.sum():
        return Found(OK, "unknown")
    off_tokens = float(np.abs(actual - asked).mean())
    deviation = off_tokens / float(asked.mean())
    values = {
        "asked_mean": float(asked.mean()),
        "actual_mean": float(actual.mean()),
        "deviation": deviation,
    }
    level = grade(
        deviation, t.input_deviation_suspect, t.input_deviation_invalid
    )
    if level == INVALID and off_tokens <= t.input_deviation_floor_tokens:
        level = SUSPECT
    return Found(level, "found", values)


def output_length(facts: Facts) -> Found:
    """Too short though EOS was to be ignored, or longer than the limit: the server did not do what
    was asked.

    Only counts by the server or a tokenizer tell; one a streamed event does not.
    """
    t = facts.thresholds
    asked, actual, rows = _both(facts, "asked_output_tokens", "output_tokens")
    is_counted = (
        facts.trace.requests["token_source"][rows] != TokenSource.EVENTS
    )
    asked, actual = asked[is_counted], actual[is_counted]
    if len(asked) == 0 or not asked.sum():
        return Found(OK, "unknown")
    missing, beyond = (
        float(np.maximum(d, 0).sum() / asked.sum())
        for d in (asked - actual, actual - asked)
    )
    values = {
        "asked_mean": float(asked.mean()),
        "actual_mean": float(actual.mean()),
        "missing": missing,
        "beyond": beyond,
    }
    short = missing if facts.ignore_eos else 0.0
    level = grade(
        max(beyond, short),
        t.output_deviation_suspect,
        t.output_deviation_invalid,
    )
    if level == OK:
        return Found(level, "fine" if facts.ignore_eos else "at_most", values)
    return Found(level, "beyond" if beyond > short else "short", values)


def cached_tokens(facts: Facts) -> Found:
    """Cached prompt tokens are not computed: TTFT and throughput look too good."""
    t, r = facts.thresholds, facts.trace.requests
    rows = complete(facts.trace, "cached_tokens", "prompt_tokens")
    cached = r["cached_tokens"][rows]
    prompt = int(r["prompt_tokens"][rows].sum())
    if not prompt:
        return Found(OK, "unknown")
    unexpected = int(np.maximum(cached - facts.expected_cached_tokens, 0).sum())
    share = unexpected / prompt
    values = {
        "cached": int(cached.sum()),
        "unexpected": unexpected,
        "unexpected_share_of_prompt": share,
    }
    level = grade(share, t.cached_share_suspect, t.cached_share_invalid)
    return Found(level, "found" if level else "fine", values)


def token_source(facts: Facts) -> Found:
    """TPOT and throughput are as good as the token counts."""
    sources = facts.summary.output_token_sources
    values = {**sources}
    others = tuple(name for name in sources if name != TokenSource.USAGE.name)
    if not others:
        return Found(OK, "fine", values)
    return Found(SUSPECT, "found", values, others)


def token_counts(facts: Facts) -> Found:
    """Tokens and the time they are divided by have to be of the same events: a count that these
    contradict is told.

    An event with text has at least one token, and a token at least one byte of text. (Half a
    character is held back until it is whole; its bytes count all the same.)
    """
    r = facts.trace.requests
    counted = (
        ok(facts.trace)
        & (r["token_source"] == TokenSource.USAGE)
        & (r["event_count"] > 0)
    )
    if not counted.any():
        return Found(OK, "unknown")
    tokens, events = streamed_tokens(r), r["event_count"]
    several = counted & (
        tokens > facts.thresholds.several_tokens_an_event * events
    )
    wrong = {
        "below_events": counted & (events > tokens + 1 + tokens // 20),
        "beyond_text": several
        & (r["text_bytes"] > 0)
        & (tokens > r["text_bytes"]),
        "held_back": several & _held_back(facts, tokens),
    }
    kind, rows = max(wrong.items(), key=lambda each: int(each[1].sum()))
    share = float(rows.sum() / counted.sum())
    if not share:
        return Found(OK, "fine", {"share": share})
    t = facts.thresholds
    most = 1.0 if kind == "held_back" else t.wrong_count_share_invalid
    level = max(NOTE, grade(share, t.wrong_count_share_suspect, most))
    values = _count_figures(r, rows, tokens) | {"share": share, "kind": kind}
    return Found(level, kind, values)


def _untold_at_first(trace: Trace) -> Rows:
    """Requests whose first event does not say how many tokens it holds."""
    told, starts = trace.events["tokens"], trace.requests["event_start"]
    if not len(told):
        return np.zeros(len(starts), bool)
    untold: Rows = told[np.minimum(starts, len(told) - 1)] < 0
    return untold


def _held_back(facts: Facts, tokens: Integers) -> Rows:
    """Answers whose first event holds many tokens, where the wire does not say how many."""
    r, t = facts.trace.requests, facts.thresholds
    text_bytes = np.maximum(r["text_bytes"], 1)
    first = tokens * np.maximum(r["first_text_bytes"], 0) / text_bytes
    too_many = (first - 1) / np.maximum(tokens - 1, 1)
    held: Rows = (
        (r["event_count"] > 1)
        & _untold_at_first(facts.trace)
        & (first >= t.held_back_tokens)
        & (too_many >= t.held_back_share)
    )
    return held


def _count_figures(r: Columns, rows: Rows, tokens: Integers) -> Figures:
    return {
        "answers": int(rows.sum()),
        "tokens": int(tokens[rows].sum()),
        "events": int(r["event_count"][rows].sum()),
        "text_bytes": int(np.maximum(r["text_bytes"][rows], 0).sum()),
        "first_share": float(
            np.mean(
                r["first_text_bytes"][rows]
                / np.maximum(r["text_bytes"][rows], 1)
            )
        ),
    }


def hidden_tokens(facts: Facts) -> Found:
    """Reasoning that is counted but not streamed is in no event."""
    r = facts.trace.requests
    answered = complete(facts.trace, "output_tokens")
    hidden = int(np.maximum(r["hidden_tokens"][answered], 0).sum())
    tokens = int(r["output_tokens"][answered].sum())
    values = {
        "hidden": hidden,
        "tokens": tokens,
        "share": hidden / tokens if tokens else 0.0,
    }
    if not hidden:
        return Found(OK, "fine", values)
    return Found(NOTE, "found", values)


def unread_output(facts: Facts) -> Found:
    """Output in an unknown field would be missed: TTFT too long, TPOT too short."""
    r = facts.trace.requests
    answered = ok(facts.trace)
    unread, events = (
        int(r[name][answered].sum()) for name in ("unread", "event_count")
    )
    fields = ", ".join(w.unread_fields for w in facts.trace.workers).split(", ")
    share = unread / events if events else 1.0
    level = SUSPECT if share > facts.thresholds.unread_share_suspect else NOTE
    return Found(
        level if unread else OK,
        "found" if unread else "fine",
        {
            "unread": unread,
            "events": events,
            "share": share,
            "fields": ", ".join(dict.fromkeys(filter(None, fields))),
        },
    )


def foreign_frames(facts: Facts) -> Found:
    """Frames that belong to no answer are neither output nor failures; they are reported."""
    r = facts.trace.requests
    answered = ok(facts.trace)
    values = {
        "ignored": int(r["ignored"][answered].sum()),
        "answers": int(np.count_nonzero(r["ignored"][answered])),
    }
    if not values["ignored"]:
        return Found(OK, "fine", values)
    return Found(NOTE, "found", values)


def open_after_done(facts: Facts) -> Found:
    """An answer ends at its end marker; if the body stays open, its slot is reused anyway."""
    values = {
        "open_after": int(np.count_nonzero(facts.trace.requests["lingered"])),
        "answers": int(np.count_nonzero(ok(facts.trace))),
    }
    if not values["open_after"]:
        return Found(OK, "fine", values)
    return Found(NOTE, "found", values)


def thin_percentiles(facts: Facts) -> Found:
    """A tail percentile of few requests is shown and marked; it does not make the run doubtful."""
    thin = {
        key: d.thin
        for key in facts.shown
        if (d := facts.summary.metrics[key]).thin
    }
    if not thin:
        return Found(OK, "fine")
    values = {key: ", ".join(names) for key, names in thin.items()}
    return Found(NOTE, "found", values, tuple(thin))
