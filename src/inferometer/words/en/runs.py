"""What is wrong with a run and its files, in English."""

from __future__ import annotations

RUNS: dict[str, str] = {
    "measure.either": "Give either a spec or {names}, not both.",
    "measure.backend": "backend {name!r}: should be one of {known}.",
    "measure.directory": "cannot write {path}: that is a directory; choose another file name",
    "measure.no_room": (
        "cannot write to {path}: {free:.1f} MB are left on its disk, and the results may take "
        "{needed:.1f} MB; free some space, or choose another directory"
    ),
    "measure.worker_died": "A worker process died while preparing: check whether memory ran out.",
    "measure.characters": (
        "The path, the host or the prefix of request ids contains a character that HTTP does not "
        "allow there."
    ),
    "measure.header": "server.headers {name}: the measurement sets this header; leave it out.",
    "measure.no_address": "the host name has no address",
    "measure.closes_unused": "the server closes unused connections",
    "measure.no_more": "no more within {seconds:g} s",
    "run_directory.none": "{path} is not a run directory: there is no {name} in it",
    "run_directory.newer": (
        "the run in {path} was written by a newer Inferometer (schema {version}; this one reads up "
        "to {most}): update Inferometer to read it"
    ),
    "run_directory.unread": (
        "the run in {path} cannot be read ({why}): restore it from a copy, or measure again"
    ),
    "run_directory.changed": "{name} has changed since it was written",
    "run_directory.no_column": "there is no column {name!r}",
    "plain.not": "it is not a regular file, but a link, a pipe or a device",
    "plain.too_large": "it has {size:,} bytes, more than the limit of {most:,}",
    "plain.too_deep": "it is nested deeper than any result",
    "unread.aiperf": "{path} holds no figures of requests; name profile_export_aiperf.json",
    "unread.no_figures": "{path} holds no figures of requests",
    "unread.guidellm_csv": (
        "a row of this CSV of GuideLLM has another number of cells than its head, which GuideLLM "
        "writes for the first benchmark alone; name the JSON"
    ),
    "unread.guidellm_yaml": "this is no YAML report of GuideLLM that can be read; name the JSON",
    "unread.inference_perf": (
        "{path} holds what the server or the sessions reported; name the file "
        "stage_N_lifecycle_metrics.json beside it"
    ),
    "unread.llmperf": "it is not JSON; take it away to do without single requests",
    "unread.mlperf_detail": "{path} belongs to {summary} beside it; name that",
    "unread.mlperf_unfinished": "LoadGen's run did not come to its end",
    "server.no_list_of_models": "{path} answered without a list of models",
    "server.no_connection": "no connection",
    "report.rows": (
        "The sheet {name} has the first {most:,} of {n:,} rows; --parquet writes all of them."
    ),
    "report.no_excel": (
        "An Excel file needs the package xlsxwriter: pip install 'inferometer[excel]'."
    ),
    "report.figure_form": "figures are written as {forms}, not as {name}",
    "yaml.control": "a control character (such as \\e) may not be in a string.",
    "yaml.nothing": "this is no YAML.",
    "dialect.vllm.events": (
        "max_output_tokens_per_s counts events in whole seconds; ours counts tokens in any second."
    ),
    "dialect.vllm.concurrent": (
        "max_concurrent_requests counts a request in every second it touches; ours is exact."
    ),
    "dialect.guidellm.with_ttft": (
        "time_per_output_token_ms has TTFT in it: (last token − sent) / tokens."
    ),
    "dialect.guidellm.per_token": (
        "inter_token_latency_ms is our TPOT; requests count as often as they have tokens."
    ),
    "dialect.guidellm.to_the_end": (
        "request_latency is in seconds and runs to the end of the response, not to the last token."
    ),
    "dialect.guidellm.percentiles": "Percentiles are values of the sample, not interpolated.",
    "dialect.aiperf.per_chunk": "inter_token_latency is our TPOT; inter_chunk_latency is our ITL.",
    "dialect.aiperf.per_user": (
        "output_token_throughput_per_user is a mean of 1000 / TPOT, not 1000 / mean TPOT."
    ),
    "dialect.aiperf.effective": "effective_latency runs from the due time.",
    "dialect.mlperf.due": (
        "All latencies run from the due time: a late client is the server's fault."
    ),
    "dialect.mlperf.percentiles": "Percentiles are the value at index ⌊n · p⌋, not interpolated.",
    "dialect.mlperf.samples": (
        "Samples per second are (n − 1) over the time at which the last query was done."
    ),
    "metadata.reserved": (
        "output.metadata {key} would replace the result's own '{key}'; choose another name."
    ),
    "run_directory.too_large": "{name} is larger than {mb} MiB",
    "run_directory.too_many_rows": "{name} has {rows} rows; {most} at most",
    "wish.like": "wants {what}",
    "wish.like.name": "letters, digits and . _ + - only, 64 at most",
    "wish.like.variable": "the name of an environment variable",
    "unread.no_table": "it has no table of results",
    "demo.no_truth": (
        "The engine's record contains none of these requests: check that it recorded, and the "
        "prefix."
    ),
}
