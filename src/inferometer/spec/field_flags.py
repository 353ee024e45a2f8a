"""The flag of `bench` for each field of a spec.

Below the command line, messages name fields, such as `load.max_concurrency`: that is what a
campaign file has. `bench` shows its flags instead.
"""

from __future__ import annotations

import re

from inferometer.spec.workload import COMMON_FLAGS, DATASETS, RandomWorkload

FIELD_FLAGS = {
    "server.backend": "backend",
    "server.base_url": "base-url",
    "server.endpoint": "endpoint",
    "server.headers": "header",
    "server.insecure": "insecure",
    "server.lora_modules": "lora-modules",
    "server.served_model": "model",
    "workload.kind": "dataset-name",
    "load.num_prompts": "num-prompts",
    "load.num_warmups": "num-warmups",
    "load.max_concurrency": "max-concurrency",
    "load.request_rate": "request-rate",
    "load.burstiness": "burstiness",
    "load.ramp": "ramp-up-start-rps",
    "load.steps": "rate-steps",
    "load.replay_speed": "replay-speed",
    "load.max_seconds": "max-seconds",
    "load.when_full": "when-full",
    "sampling.extra_body": "extra-body",
    "sampling.ignore_eos": "no-ignore-eos",
    "sampling.logprobs": "logprobs",
    "sampling.temperature": "temperature",
    "sampling.top_p": "top-p",
    "sampling.top_k": "top-k",
    "sampling.min_p": "min-p",
    "sampling.frequency_penalty": "frequency-penalty",
    "sampling.presence_penalty": "presence-penalty",
    "sampling.repetition_penalty": "repetition-penalty",
    "timeouts.connect_s": "connect-timeout",
    "timeouts.first_token_s": "first-token-timeout",
    "timeouts.idle_s": "idle-timeout",
    "timeouts.total_s": "request-timeout",
    "output.metadata": "metadata",
    "output.metrics": "percentile-metrics",
    "output.percentiles": "metric-percentiles",
    "output.cards": "cards",
    "output.idle_seconds": "idle-seconds",
    "output.price": "price",
    "`workers`": "workers",
    "`seed`": "seed",
}
"""By the field as messages name it. Fields of the workload have flags that differ by data set:
those are in DATASETS."""

FLAG_OF_NAME = {
    field.strip("`").rpartition(".")[2]: f"--{flag}"
    for field, flag in FIELD_FLAGS.items()
}
"""By the field's name alone, as the errors of its model have it."""

_FIELD = re.compile(r"`(?:workers|seed)`|(?<![A-Za-z0-9_.])[a-z]+\.[a-z_]+")


def as_flags(text: str, dataset: str = "random") -> str:
    """The text with flags in place of the fields that it names."""
    model = DATASETS.get(dataset, RandomWorkload)
    own = {
        f"workload.{field}": flag
        for flag, field in {**COMMON_FLAGS, **model.flags}.items()
    }

    def flag(found: re.Match[str]) -> str:
        name = FIELD_FLAGS.get(found[0]) or own.get(found[0])
        return f"--{name.replace('_', '-')}" if name else found[0]

    return _FIELD.sub(flag, text)
