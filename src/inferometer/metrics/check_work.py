"""Checks of the work itself: did the server do what was asked, and are tokens counted by somebody
who knows?
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inferometer.metrics.definitions import Rows, known, ok, streamed_tokens
from inferometer.metrics.distribution import MIN_BEYOND
from inferometer.metrics.finding import Facts, Figure, Finding, Level, grade
from inferometer.trace import TokenSource
from inferometer.trace.trace import Columns

Counts = npt.NDArray[np.int64]


def _both(facts: Facts, asked: str, actual: str) -> tuple[Counts, Counts, Counts]:
    """Asked and actual counts, and the rows, of the OK requests that have both."""
    r = facts.trace.requests
    rows = np.flatnonzero(ok(facts.trace) & known(r[asked]) & known(r[actual]))
    return r[asked][rows], r[actual][rows], rows


def row_fields(facts: Facts) -> Finding:
    """Requests that a data set has recorded with more than was sent are not quite those
    requests.
    """
    name, unsent = "row_fields", facts.unsent
    if not unsent:
        return Finding(name, Level.OK, "Nothing that rows of a data set ask for was left out.")
    sentence = (
        "Rows of the data set ask for things that were not sent, or not with the row's value: "
        f"{unsent}."
    )
    cure = (
        "If they matter, take a backend that carries them, give values that servers take, and "
        "put pictures into a field "
        "'images'; else nothing is wrong."
    )
    return Finding(name, Level.NOTE, sentence, {"fields": unsent}, cure)


def input_length(facts: Facts) -> Finding:
    """Prompts of another length than asked are another measurement."""
    t = facts.thresholds
    asked, actual, _ = _both(facts, "asked_prompt_tokens", "prompt_tokens")
    if len(asked) == 0 or not asked.sum():
        return Finding(
            "input_length",
            Level.OK,
            "The server does not tell prompt lengths; they are the ones asked for.",
        )
    off_tokens = float(np.abs(actual - asked).mean())
    deviation = off_tokens / float(asked.mean())
    figures = {
        "asked_mean": float(asked.mean()),
        "actual_mean": float(actual.mean()),
        "deviation": deviation,
    }
    level = grade(deviation, t.input_deviation_suspect, t.input_deviation_invalid)
    if level == Level.INVALID and off_tokens <= t.input_deviation_floor_tokens:
        level = Level.SUSPECT
    sentence = (
        f"Prompts were {actual.mean():.1f} tokens long on the server's count, {asked.mean():.1f} "
        "were asked for"
    )
    sentence += f" ({deviation:.1%} off)." if deviation else "."
    cure = (
        "Send token ids (completions endpoint), or give the server's own tokenizer; a chat "
        "template adds its tokens."
    )
    return Finding("input_length", level, sentence, figures, cure if level else "")


def output_length(facts: Facts) -> Finding:
    """Too short though EOS was to be ignored, or longer than the limit: the server did not do what
    was asked.

    Only counts by the server or a tokenizer tell; one a streamed event does not.
    """
    t = facts.thresholds
    asked, actual, rows = _both(facts, "asked_output_tokens", "output_tokens")
    told = facts.trace.requests["token_source"][rows] != TokenSource.EVENTS
    asked, actual = asked[told], actual[told]
    if len(asked) == 0 or not asked.sum():
        return Finding(
            "output_length",
            Level.OK,
            "Output lengths cannot be checked: nobody counted tokens, or no limit was set.",
        )
    missing, beyond = (
        float(np.maximum(d, 0).sum() / asked.sum()) for d in (asked - actual, actual - asked)
    )
    figures = {
        "asked_mean": float(asked.mean()),
        "actual_mean": float(actual.mean()),
        "missing": missing,
        "beyond": beyond,
    }
    level = grade(
        max(beyond, missing if facts.ignore_eos else 0.0),
        t.output_deviation_suspect,
        t.output_deviation_invalid,
    )
    lengths = (
        f"Outputs were {actual.mean():.1f} tokens long on average, {asked.mean():.1f} were asked "
        "for"
    )
    if level == Level.OK:
        return Finding(
            "output_length", level, lengths + ("." if facts.ignore_eos else " at most."), figures
        )
    if beyond > (missing if facts.ignore_eos else 0.0):
        return Finding(
            "output_length",
            level,
            lengths + " at most: the server goes beyond the limit.",
            figures,
            _WRONG_LIMIT,
        )
    return Finding(
        "output_length",
        level,
        lengths + " with EOS ignored: the server stops early.",
        figures,
        _STOPS_EARLY,
    )


_WRONG_LIMIT = (
    "Find out which name the server has for the limit (max_tokens, max_completion_tokens)."
)
_STOPS_EARLY = (
    "See whether the server knows ignore_eos and whether input + output fits its max_model_len."
)


def cached_tokens(facts: Facts) -> Finding:
    """Prompt tokens from the prefix cache are not computed: TTFT and throughput look better than
    they are.
    """
    t, r = facts.thresholds, facts.trace.requests
    rows = ok(facts.trace) & known(r["cached_tokens"]) & known(r["prompt_tokens"])
    cached, prompt = r["cached_tokens"][rows], int(r["prompt_tokens"][rows].sum())
    if not prompt:
        return Finding("cached_tokens", Level.OK, "The server does not tell of cached tokens.")
    unexpected = int(np.maximum(cached - facts.expected_cached_tokens, 0).sum())
    share = unexpected / prompt
    figures = {
        "cached": int(cached.sum()),
        "unexpected": unexpected,
        "unexpected_share_of_prompt": share,
    }
    level = grade(share, t.cached_share_suspect, t.cached_share_invalid)
    if level == Level.OK:
        return Finding(
            "cached_tokens",
            level,
            f"{share:.1%} of the prompt tokens came unexpected from the prefix cache.",
            figures,
        )
    sentence = (
        f"{share:.1%} of the prompt tokens came from the server's prefix cache, which was not "
        "asked for: TTFT is too good."
    )
    return Finding(
        "cached_tokens",
        level,
        sentence,
        figures,
        "Use a new --seed, or restart the server or switch its prefix cache off.",
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
        return Finding(
            "token_source", Level.OK, "Output tokens are the server's own count.", figures
        )
    how = "; ".join(f"{_SOURCES[name]}: {n}" for name, n in others.items())
    sentence = (
        f"Output tokens were not all counted by the server ({how}): TPOT and tokens/s rest on that."
    )
    return Finding(
        "token_source",
        Level.SUSPECT,
        sentence,
        figures,
        "Have the server send usage, or give a tokenizer.",
    )


def token_counts(facts: Facts) -> Finding:
    """Tokens and the time they are divided by have to be of the same events: a count that these
    contradict is told.

    An event with text has at least one token, and a token at least one byte of text. (Half a
    character is held back until it is whole; its bytes count all the same.)
    """
    name, r = "token_counts", facts.trace.requests
    counted = ok(facts.trace) & (r["token_source"] == TokenSource.USAGE) & (r["event_count"] > 0)
    if not counted.any():
        return Finding(name, Level.OK, "The server counted no answer with text.")
    tokens, events = streamed_tokens(r), r["event_count"]
    several = counted & (tokens > facts.thresholds.several_tokens_an_event * events)
    wrong = {
        "below_events": counted & (events > tokens + 1 + tokens // 20),
        "beyond_text": several & (r["text_bytes"] > 0) & (tokens > r["text_bytes"]),
        "held_back": several & _held_back(facts, tokens),
    }
    kind, rows = max(wrong.items(), key=lambda each: int(each[1].sum()))
    share = float(rows.sum() / counted.sum())
    if not share:
        return Finding(
            name,
            Level.OK,
            "Counts of tokens and events do not contradict each other.",
            {"share": share},
        )
    t = facts.thresholds
    most = 1.0 if kind == "held_back" else t.wrong_count_share_invalid
    level = max(Level.NOTE, grade(share, t.wrong_count_share_suspect, most))
    figures = _count_figures(r, rows, tokens) | {"share": share, "kind": kind}
    sentence, cure = WRONG_COUNTS[kind]
    return Finding(name, level, sentence.format_map(figures), figures, cure)


def _held_back(facts: Facts, tokens: Counts) -> Rows:
    """Answers whose first event has the text of many tokens, where the wire does not tell how many
    it has.
    """
    r, t = facts.trace.requests, facts.thresholds
    first_row = np.minimum(r["event_start"], max(len(facts.trace.events["tokens"]) - 1, 0))
    untold = (
        facts.trace.events["tokens"][first_row] < 0
        if len(facts.trace.events["tokens"])
        else np.zeros(len(r["id"]), bool)
    )
    first = tokens * np.maximum(r["first_text_bytes"], 0) / np.maximum(r["text_bytes"], 1)
    too_many = (first - 1) / np.maximum(tokens - 1, 1)
    held: Rows = (
        (r["event_count"] > 1)
        & untold
        & (first >= t.held_back_tokens)
        & (too_many >= t.held_back_share)
    )
    return held


def _count_figures(r: Columns, rows: Rows, tokens: Counts) -> dict[str, Figure]:
    return {
        "answers": int(rows.sum()),
        "tokens": int(tokens[rows].sum()),
        "events": int(r["event_count"][rows].sum()),
        "text_bytes": int(np.maximum(r["text_bytes"][rows], 0).sum()),
        "first_share": float(
            np.mean(r["first_text_bytes"][rows] / np.maximum(r["text_bytes"][rows], 1))
        ),
    }


WRONG_COUNTS = {
    "below_events": (
        "The server counted {tokens:,} tokens in {events:,} events with text ({answers:,} "
        "answers, {share:.1%}): it "
        "counts too few, or streams less than a token at a time. Output throughput and TPOT rest "
        "on its count.",
        (
            "See what the server's usage counts; --tokenizer does not replace it, another "
            "--backend may."
        ),
    ),
    "beyond_text": (
        "The server counted {tokens:,} tokens for {text_bytes:,} bytes of text in {events:,} "
        "events ({answers:,} answers, "
        "{share:.1%}): most of them were not streamed. TPOT divides by tokens that did not come "
        "in its time.",
        (
            "See whether the model reasons in silence, and have its reasoning streamed, or told "
            "apart in usage."
        ),
    ),
    "held_back": (
        "The first event of {answers:,} answers ({share:.1%}) holds {first_share:.0%} of their "
        "text, which is several "
        "tokens: the server streams a few at a time, or had held them back, as parsers of tool "
        "calls and reasoning do. TPOT "
        "counts them as if they had come after it, and is too low.",
        "Have the server tell the tokens of each event (continuous usage, or token ids), stream "
        "one at a time, or switch the "
        "parser off.",
    ),
}
"""What is said of counts that contradict what arrived, and what helps."""


def hidden_tokens(facts: Facts) -> Finding:
    """Reasoning that is counted and not streamed is work of the server, and part of no event."""
    name, r = "hidden_tokens", facts.trace.requests
    answered = ok(facts.trace) & known(r["output_tokens"])
    hidden, tokens = (
        int(np.maximum(r["hidden_tokens"][answered], 0).sum()),
        int(r["output_tokens"][answered].sum()),
    )
    figures: dict[str, Figure] = {
        "hidden": hidden,
        "tokens": tokens,
        "share": hidden / tokens if tokens else 0.0,
    }
    if not hidden:
        return Finding(
            name, Level.OK, "The server tells of no tokens that it did not stream.", figures
        )
    sentence = (
        f"{hidden:,} of {tokens:,} output tokens ({hidden / tokens:.1%}) were not streamed, by "
        "the server's own count (hidden "
        "reasoning): throughput counts them, TTFT contains their time, TPOT and ITL are of the "
        "others."
    )
    return Finding(
        name, Level.NOTE, sentence, figures, "Compare with other servers by E2EL and throughput."
    )


def unread_output(facts: Facts) -> Finding:
    """Output in a place that is not known here would be silence: a TTFT that is too long, a TPOT
    that is too short.
    """
    name, r = "unread_output", facts.trace.requests
    answered = ok(facts.trace)
    unread, events = int(r["unread"][answered].sum()), int(r["event_count"][answered].sum())
    fields = ", ".join(
        dict.fromkeys(
            field for w in facts.trace.workers for field in w.unread_fields.split(", ") if field
        )
    )
    share = unread / events if events else 1.0
    figures: dict[str, Figure] = {
        "unread": unread,
        "events": events,
        "share": share,
        "fields": fields,
    }
    if not unread:
        return Finding(name, Level.OK, "All of what was streamed was understood.", figures)
    level = Level.SUSPECT if share > facts.thresholds.unread_share_suspect else Level.NOTE
    sentence = (
        f"{unread:,} frames beside {events:,} output events hold something in fields that are "
        f"not known here ({fields}): "
        "if that is output, TTFT and TPOT do not see it."
    )
    return Finding(
        name,
        level,
        sentence,
        figures,
        "Look at one answer of the server, with curl, for what it is.",
    )


def foreign_frames(facts: Facts) -> Finding:
    """Frames that say nothing of an answer are neither output nor failures; they are told."""
    name, r = "foreign_frames", facts.trace.requests
    answered = ok(facts.trace)
    ignored = int(r["ignored"][answered].sum())
    figures: dict[str, Figure] = {
        "ignored": ignored,
        "answers": int(np.count_nonzero(r["ignored"][answered])),
    }
    if not ignored:
        return Finding(name, Level.OK, "Every frame of the streams belongs to an answer.", figures)
    sentence = (
        f"{ignored:,} frames in {figures['answers']:,} answers say nothing of the answer (pings, "
        "accounts of a gateway, "
        "the whole answer once more); they count neither as output nor as failures."
    )
    return Finding(
        name,
        Level.NOTE,
        sentence,
        figures,
        "To do without them, measure the engine at its own address.",
    )


def open_after_done(facts: Facts) -> Finding:
    """An answer is over at its end marker. Where the body stays open after it, its slot is used
    without it.
    """
    name, r = "open_after_done", facts.trace.requests
    open_after, answers = (
        int(np.count_nonzero(r["lingered"])),
        int(np.count_nonzero(ok(facts.trace))),
    )
    figures: dict[str, Figure] = {"open_after": open_after, "answers": answers}
    if not open_after:
        return Finding(name, Level.OK, "Bodies end with their answers.", figures)
    sentence = (
        f"The server left the bodies of {open_after:,} of {answers:,} answers open after their "
        "end marker ([DONE]): the "
        "client closed these connections, and sent the next requests on others."
    )
    cure = (
        "See what keeps responses open (a gateway's idle time, most likely): clients that wait "
        "for the end lose that time."
    )
    return Finding(name, Level.NOTE, sentence, figures, cure)


def thin_percentiles(facts: Facts) -> Finding:
    """A tail percentile of few requests is one or two of them: shown, marked, no reason to doubt
    the rest of a small run.
    """
    thin = {key: d.thin for key in facts.shown if (d := facts.summary.metrics[key]).thin}
    figures: dict[str, Figure] = {key: ", ".join(names) for key, names in thin.items()}
    if not thin:
        return Finding(
            "thin_percentiles",
            Level.OK,
            f"Every percentile has {MIN_BEYOND} samples or more beyond it.",
            figures,
        )
    named = ", ".join(f"{name} {key.upper()}" for key, names in thin.items() for name in names)
    sentence = f"Fewer than {MIN_BEYOND} samples lie beyond {named}: read them as single requests."
    return Finding(
        "thin_percentiles",
        Level.NOTE,
        sentence,
        figures,
        "More prompts make a tail (1,000 for a p99).",
    )
