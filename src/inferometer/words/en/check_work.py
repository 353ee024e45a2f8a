"""What checks of prompts, of answers and of their tokens found, in English."""

from __future__ import annotations

from inferometer.words.en.check_outcome import LIMIT

_OUTPUTS = "Outputs averaged {actual_mean:.1f} tokens"

CHECK_WORK: dict[str, str] = {
    "check.repeated_rows.fine": "No row of the data set is repeated.",
    "check.repeated_rows.found": (
        "{repeated} requests repeat rows of the data set, which has too few; a prefix cache may "
        "have answered them faster."
    ),
    "check.repeated_rows.next": (
        "Send each row once with --no-oversample, or use --oversample if the repeats are intended."
    ),
    "check.row_fields.fine": "Nothing that rows of a data set ask for was left out.",
    "check.row_fields.found": (
        "Rows of the data set ask for things that were not sent, or not with the row's value: "
        "{fields}."
    ),
    "check.row_fields.next": (
        "If they matter, use a backend that supports them, give values that servers accept, and "
        "put images into a field 'images'; otherwise ignore this."
    ),
    "check.input_length.unknown": (
        "The server does not report prompt lengths; the requested ones are used."
    ),
    "check.input_length.found": (
        "Prompts averaged {actual_mean:.1f} tokens by the server's count; {asked_mean:.1f} were "
        "requested ({deviation:.1%} off)."
    ),
    "check.input_length.next": (
        "Send token ids (completions endpoint), or give the server's own tokenizer; a chat "
        "template adds its tokens."
    ),
    "check.output_length.unknown": (
        "Output lengths cannot be checked: tokens were not counted, or no limit was set."
    ),
    "check.output_length.fine": f"{_OUTPUTS}; {{asked_mean:.1f}} were requested.",
    "check.output_length.at_most": f"{_OUTPUTS}; the limit was {{asked_mean:.1f}} on average.",
    "check.output_length.beyond": (
        f"{_OUTPUTS}; the limit was {{asked_mean:.1f}}: the server exceeds it."
    ),
    "check.output_length.beyond.next": LIMIT,
    "check.output_length.short": (
        f"{_OUTPUTS}; {{asked_mean:.1f}} were requested with EOS ignored: the server stops early."
    ),
    "check.output_length.short.next": (
        "Check that the server supports ignore_eos and that input + output fit its max_model_len."
    ),
    "check.cached_tokens.unknown": "The server does not report cached tokens.",
    "check.cached_tokens.fine": (
        "{unexpected_share_of_prompt:.1%} of the prompt tokens came from the prefix cache without "
        "being meant to."
    ),
    "check.cached_tokens.found": (
        "{unexpected_share_of_prompt:.1%} of the prompt tokens came from the server's prefix "
        "cache, which the run does not intend: TTFT is too low."
    ),
    "check.cached_tokens.next": (
        "Use a new `seed`, restart the server, or switch off its prefix cache."
    ),
    "check.token_source.fine": "Output tokens are the server's own count.",
    "check.token_source.found": (
        "Output tokens were not all counted by the server ({parts}): TPOT and tokens/s depend on "
        "that."
    ),
    "check.token_source.part.TOKENIZER": "by a local tokenizer over the text: {value} requests",
    "check.token_source.part.EVENTS": (
        "one per streamed event, which may hold several tokens: {value} requests"
    ),
    "check.token_source.part.NONE": "not counted: {value} requests",
    "check.token_source.next": "Make the server send usage, or give a tokenizer.",
    "check.token_counts.unknown": "The server counted no answer with text.",
    "check.token_counts.fine": "Counts of tokens and events do not contradict each other.",
    "check.token_counts.below_events": (
        "The server counted {tokens:,} tokens in {events:,} events with text ({answers:,} answers, "
        "{share:.1%}): it counts too few, or streams less than one token at a time. Output "
        "throughput and TPOT depend on its count."
    ),
    "check.token_counts.below_events.next": (
        "Find out what the server's usage counts; workload.tokenizer does not replace it, another "
        "server.backend may."
    ),
    "check.token_counts.beyond_text": (
        "The server counted {tokens:,} tokens for {text_bytes:,} bytes of text in {events:,} "
        "events ({answers:,} answers, {share:.1%}): most of them were not streamed. TPOT divides "
        "by tokens that did not arrive in its time."
    ),
    "check.token_counts.beyond_text.next": (
        "Check whether the model reasons without streaming it; have the reasoning streamed, or "
        "listed separately in usage."
    ),
    "check.token_counts.held_back": (
        "The first event of {answers:,} answers ({share:.1%}) holds {first_share:.0%} of their "
        "text, which is several tokens: the server streams a few at a time, or held them back, as "
        "parsers of tool calls and reasoning do. TPOT counts them as if they had come later, and "
        "is too low."
    ),
    "check.token_counts.held_back.next": (
        "Make the server report the tokens of each event (continuous usage, or token ids) or "
        "stream one at a time, or switch off the parser."
    ),
    "check.hidden_tokens.fine": "The server reports no tokens that it did not stream.",
    "check.hidden_tokens.found": (
        "{hidden:,} of {tokens:,} output tokens ({share:.1%}) were not streamed, by the server's "
        "own count (hidden reasoning): throughput counts them, TTFT contains their time, TPOT and "
        "ITL cover the others."
    ),
    "check.hidden_tokens.next": "Compare with other servers by E2EL and throughput.",
    "check.unread_output.fine": "Everything that was streamed was understood.",
    "check.unread_output.found": (
        "Besides {events:,} output events, {unread:,} frames hold something in unknown fields "
        "({fields}): if that is output, TTFT and TPOT do not include it."
    ),
    "check.unread_output.next": "Look at one answer of the server with curl to see what it is.",
    "check.foreign_frames.fine": "Every frame of the streams belongs to an answer.",
    "check.foreign_frames.found": (
        "{ignored:,} frames in {answers:,} answers are not part of the answer (pings, accounting "
        "of a gateway, the whole answer repeated); they count neither as output nor as failures."
    ),
    "check.foreign_frames.next": "To avoid them, measure the engine at its own address.",
    "check.open_after_done.fine": "Response bodies end with their answers.",
    "check.open_after_done.found": (
        "The server left {open_after:,} of {answers:,} responses open after their end marker "
        "([DONE]): the client closed these connections and sent the next requests on others."
    ),
    "check.open_after_done.next": (
        "Find out what keeps responses open (probably a gateway's idle time): clients that wait "
        "for the end lose that time."
    ),
    "check.thin_percentiles.fine": "Every percentile has at least 10 samples beyond it.",
    "check.thin_percentiles.found": (
        "Fewer than 10 samples lie beyond {parts}: read these percentiles as single requests."
    ),
    "check.thin_percentiles.part.ttft": "TTFT {value}",
    "check.thin_percentiles.part.tpot": "TPOT {value}",
    "check.thin_percentiles.part.itl": "ITL {value}",
    "check.thin_percentiles.part.e2el": "E2EL {value}",
    "check.thin_percentiles.next": "Send more prompts (1,000 for a p99).",
}
