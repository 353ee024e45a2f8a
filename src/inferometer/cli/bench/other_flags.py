"""Flags of `sglang.bench_serving` and of Xinference's benchmark scripts: what becomes of each, as
a literal table.

Their parsers also take the beginning of a flag for the flag; of those, the ones that guides use
are here.
"""

from __future__ import annotations

from collections.abc import Mapping

from inferometer.cli.bench.chat_template import FLAG
from inferometer.cli.bench.flag_meanings import Meaning, Note, Refused, Renamed

SGLANG: Mapping[str, Meaning] = {
    "--random-input": Renamed("--random-input-len"),
    "--random-output": Renamed("--random-output-len"),
    "--num-prompt": Renamed("--num-prompts"),
    "--sharegpt-context-len": Renamed("--max-total-len"),
    "--output-file": Renamed(
        "--result-filename", more=("--save-result", "--append-result")
    ),
    "--output-details": Renamed("--save-detailed", 0),
    "--extra-request-body": Renamed("--extra-body"),
    "--disable-ignore-eos": Renamed("--no-ignore-eos", 0),
    "--lora-name": Renamed("--lora-modules"),
    "--tag": Renamed("--label"),
    "--warmup-requests": Renamed("--num-warmups"),
    "--gsp-num-groups": Renamed("--prefix-repetition-num-prefixes"),
    "--gsp-system-prompt-len": Renamed("--prefix-repetition-prefix-len"),
    "--gsp-question-len": Renamed("--prefix-repetition-suffix-len"),
    "--gsp-output-len": Renamed("--prefix-repetition-output-len"),
    "--gsp-prompts-per-group": Refused(1),
    FLAG: Note(),
    "--disable-stream": Refused(),
    "--return-logprob": Refused(),
    "--prompt-suffix": Refused(1, ("",)),
    "--use-trace-timestamps": Refused(),
    "--mooncake-slowdown-factor": Refused(1),
    "--image-count": Refused(1),
    "--image-resolution": Refused(1),
    "--random-image-num-images": Refused(1),
    "--random-image-resolution": Refused(1),
    "--lora-request-distribution": Refused(1),
    "--flush-cache": Note(),
    "--pd-separated": Note(),
    "--tokenize-prompt": Note(),
}
"""Those that vLLM does not have."""

XINFERENCE: Mapping[str, Meaning] = {
    "--model-uid": Renamed("--model"),
    "--concurrency": Renamed("--max-concurrency"),
    "--prompt-len-limit": Renamed("--max-input-len"),
    "--api-key": Refused(1),
    "--stream": Note(),
    "--print-error": Note(),
}
"""Those that neither of the two has."""
