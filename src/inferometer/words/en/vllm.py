"""What becomes of flags of `vllm bench serve`, and where they mean something else, in English."""

from __future__ import annotations

VLLM: dict[str, str] = {
    "flags.of_scripts": "{help}, or docs/from-scripts.md for flags of other scripts",
    "vllm.aiohttp_timeout": (
        "AIOHTTP_TIMEOUT={seconds:g} is used as --request-timeout: a request that takes longer "
        "fails."
    ),
    "vllm.here.same": "the same",
    "vllm.here.note": "note",
    "vllm.here.refused": "refused",
    "vllm.here.renamed": "older name of {now}",
    "vllm.openai_too": "its server speaks OpenAI's API; take openai.",
    "vllm.note": "{flag} has no effect here: {why}.",
    "vllm.refused": "{flag} is not supported: {why}.",
    "vllm.renamed": "{flag} is an older name of {now}, which is used.",
    "vllm.trust-remote-code": "no code of the model is loaded",
    "vllm.tokenizer-mode": "the server counts tokens, or a tokenizer.json given as --tokenizer",
    "vllm.skip-tokenizer-init": "no tokenizer is loaded unless --tokenizer names one",
    "vllm.no-stream": "data sets of the hub are always read as a stream",
    "vllm.enable-multimodal-chat": "text and pictures are always sent as one chat message",
    "vllm.custom-ensure-client-side-data": (
        "files are always read here and sent in the request; addresses are left for the server "
        "to fetch"
    ),
    "vllm.use-beam-search": (
        "vllm bench serve does not send it either; to ask for it, add --extra-body "
        "'{{\"use_beam_search\": true}}'"
    ),
    "vllm.profile": (
        "a profiler slows the server that is measured; start one with POST /start_profile if you "
        "want a profile and no measurement"
    ),
    "vllm.plot-timeline": "save the results with --save-result, and inferometer report draws them",
    "vllm.timeline-itl-thresholds": (
        "save the results with --save-result, and inferometer report draws them"
    ),
    "vllm.plot-dataset-stats": (
        "save the results with --save-result, and inferometer report draws them"
    ),
    "vllm.log-config-file": "nothing is logged; errors and notes are printed",
    "vllm.logging-config": "nothing is logged; errors and notes are printed",
    "vllm.probe-request-rate": (
        "it adds requests to the measured load; send them from a second terminal with "
        "inferometer bench --request-rate RATE --output-len 1"
    ),
    "vllm.random-batch-size": (
        "it belongs to embedding and reranking, which generate no tokens, and only generation is "
        "measured"
    ),
    "vllm.no-reranker": (
        "it belongs to reranking, which generates no tokens, and only generation is measured"
    ),
    "vllm.best-of": (
        "several answers to a prompt change the load, and only one is measured; leave it out"
    ),
    "vllm.embeddings": (
        "embedding, pooling and reranking generate no tokens, and only generation is measured."
    ),
    "vllm.offline": "this is vLLM without a server; take openai-chat for its server.",
    "vllm.not_streamed": (
        "DeepSpeed-MII answers in this format without streaming; start its server for OpenAI's "
        "API, and take openai."
    ),
    "vllm.custom_video": 'give films as rows with a "video" field, and take custom_image.',
    "vllm.no_template": (
        "{flag} needs a chat backend, such as openai-chat, whose server applies the chat template."
    ),
    "vllm.lora": (
        "LoRA adapters are used in turn; vllm bench serve draws them at random, as "
        "--lora-assignment random does here."
    ),
    "vllm.burstgpt": (
        "The rows of the trace are used in their order, whatever their model; vllm bench serve "
        "draws rows of GPT-4 at random. Add --trace-model GPT-4 for that model alone."
    ),
    "vllm.template": (
        "Prompts are sent as they are in the file; vllm bench serve puts them into the model's "
        "chat template unless --skip-chat-template is given. Take --backend openai-chat to have "
        "the server do that."
    ),
    "vllm.sglang": (
        "Requests go to SGLang's own /generate; benchmark_serving.py sends them to "
        "/v1/completions, as --backend openai does here. SGLang's bench_serving draws random "
        "lengths from L*r to L; here --random-range-ratio r draws them from L(1-r) to L(1+r), and "
        "without it they are exact."
    ),
    "vllm.queue_times": (
        "client_queue_time and e2el_including_client_queue have no section here. How long "
        "requests waited for --max-concurrency is in queue_times of the JSON file."
    ),
    "vllm.only_warmups": (
        "The file has no rows left to measure after those of the warm-ups: lower --num-warmups."
    ),
    "vllm.here.called": "{now}",
    "vllm.called": "{flag} is called {now} here, which is used.",
    "vllm.chat_too": "its server speaks OpenAI's chat API; take openai-chat.",
    "vllm.sglang_native": "this is SGLang's own /generate; take sglang.",
    "vllm.trt": "this is TensorRT-LLM behind Triton; take tensorrt-llm.",
    "vllm.random_ids": "prompts of random are token ids already, of exact length; take random.",
    "vllm.shared_prefix": "take prefix_repetition, whose groups of prompts share a prefix.",
    "vllm.mooncake": "take timed_trace, which replays traces of Mooncake.",
    "vllm.random_mm": "take random-mm, which makes up pictures.",
    "vllm.gsp-prompts-per-group": (
        "give the number of all requests as --num-prompts: groups times prompts of each"
    ),
    "vllm.apply-chat-template": (
        "prompts of sharegpt and custom go to the server's chat API, which applies the template"
    ),
    "vllm.chat_template": (
        "--apply-chat-template: requests go to the server's chat API ({now}), which applies the "
        "template; SGLang's client applies it itself and sends texts."
    ),
    "vllm.chat_template.chat": (
        "--apply-chat-template has no effect here: the chat API applies the template anyway."
    ),
    "vllm.chat_template.other_data": (
        "--apply-chat-template has no effect here: SGLang's client applies the template to "
        "prompts of sharegpt and custom only."
    ),
    "vllm.chat_template.endpoint": (
        "--apply-chat-template needs the server's chat API, and --endpoint says {path}; leave "
        "--endpoint out."
    ),
    "vllm.disable-stream": "TTFT and ITL are times of a stream; leave it out",
    "vllm.return-logprob": "say how many with --logprobs N",
    "vllm.prompt-suffix": "write the suffix into the rows of the file",
    "vllm.use-trace-timestamps": (
        "take --dataset-name timed_trace, which sends at the times of the trace"
    ),
    "vllm.mooncake-slowdown-factor": "take --replay-speed: a factor of 2 is a speed of 0.5",
    "vllm.image-count": "take --random-mm-base-items-per-request with --dataset-name random-mm",
    "vllm.random-image-num-images": (
        "take --random-mm-base-items-per-request with --dataset-name random-mm"
    ),
    "vllm.image-resolution": "take --image-size WIDTHxHEIGHT with --dataset-name random-mm",
    "vllm.random-image-resolution": "take --image-size WIDTHxHEIGHT with --dataset-name random-mm",
    "vllm.lora-request-distribution": "take --lora-assignment: round-robin or random",
    "vllm.flush-cache": (
        "prompts are new in every run unless --seed is given; to empty the cache, call POST "
        "/flush_cache before the run"
    ),
    "vllm.pd-separated": "requests go to the router in the same way; give its address",
    "vllm.tokenize-prompt": (
        "prompts of exact length are sent as token ids where the backend takes them"
    ),
    "vllm.api-key": "put the key into the variable OPENAI_API_KEY; it is never written to disk",
    "vllm.stream": "answers are always streamed",
    "vllm.print-error": "errors are always counted and explained",
}
