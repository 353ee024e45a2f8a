# No postponed annotations here: the command line is built from these at run time.
"""The flags of `inferometer bench`, named as `vllm bench serve` names them where it has them."""

from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Annotated

from inferometer.cli.asserted import HELP
from inferometer.cli.option import panel
from inferometer.cli.ratings import DEFAULT as RATED
from inferometer.cli.ratings import HELP as RATINGS_HELP

server, prompts, dataset, traffic, generation = map(
    panel, ("Server", "Prompts", "Data sets", "Traffic", "Generation")
)
report, files, client, machine, campaign_test = map(
    panel, ("Report", "Files", "Client", "Machine", "Test of a campaign")
)

special = partial(dataset, hidden=True)
"""Flags that few need: `inferometer datasets` and docs/vllm-flags.md list them."""


@dataclass(frozen=True, slots=True)
class BenchFlags:
    """As typed. Text is parsed later, by whoever uses it, so that all errors are shown at once."""

    backend: Annotated[
        str, server("Wire format; `inferometer backends` lists them.")
    ] = "openai"
    base_url: Annotated[
        str | None,
        server(
            "Server address, with or without /v1; replaces --host and --port."
        ),
    ] = None
    host: Annotated[
        str | None,
        server("Server host. (default: from VLLM_SERVER_URL, else 127.0.0.1)"),
    ] = None
    port: Annotated[
        int | None,
        server("Server port. (default: from VLLM_SERVER_URL, else 8000)"),
    ] = None
    endpoint: Annotated[
        str | None, server("Path to send requests to. (default: the backend's)")
    ] = None
    model: Annotated[
        str | None,
        server(
            "Model name. (default: the only model that the server lists)",
            "--model",
            "-m",
        ),
    ] = None
    served_model_name: Annotated[
        str | None, server("Model name to put in requests. (default: --model)")
    ] = None
    header: Annotated[
        list[str] | None,
        server(
            "Extra HTTP header KEY=VALUE, repeatable. Put an API key in OPENAI_API_KEY instead."
        ),
    ] = None
    insecure: Annotated[
        bool, server("Do not verify the TLS certificate.", "--insecure")
    ] = False
    ready_check_timeout_sec: Annotated[
        float,
        server(
            "Seconds to wait for the server to become ready; 0 checks once."
        ),
    ] = 0.0

    dataset_name: Annotated[
        str,
        prompts(
            "Source of the prompts. Generated: random, prefix_repetition, sessions, random-mm. "
            "Read from --dataset-path: sharegpt, sonnet, hf, custom (or jsonl), trace (or "
            "burstgpt), timed_trace, spec_bench, speed_bench. `inferometer datasets` lists all of "
            "them with their flags."
        ),
    ] = "random"
    dataset_path: Annotated[
        str | None,
        prompts(
            "Data set file. For hf: a data set ID on the hub, or a directory."
        ),
    ] = None
    input_len: Annotated[
        int | None,
        prompts(
            "Prompt length in tokens, for any data set with a length flag."
        ),
    ] = None
    output_len: Annotated[
        int | None,
        prompts(
            "Maximum output length in tokens, for any data set with such a flag."
        ),
    ] = None
    random_input_len: Annotated[
        int, prompts("Exact prompt length in tokens.")
    ] = 1024
    random_output_len: Annotated[
        int, prompts("Maximum output length in tokens.")
    ] = 128
    random_range_ratio: Annotated[
        str,
        prompts(
            "Draw lengths uniformly from L(1-r) to L(1+r); r is this ratio. For different ratios: "
            '\'{"input": 0.3, "output": 0.5}\'.'
        ),
    ] = "0.0"
    random_prefix_len: Annotated[
        int,
        prompts(
            "Tokens of a prefix that all prompts share, in addition to the prompt length."
        ),
    ] = 0
    scenario: Annotated[
        str | None,
        prompts(
            "Random lengths as input,output: D(1024,128) fixed, N(512,64)/(128,16) normal (mean, "
            "deviation), U(100,400)/(50,200) uniform."
        ),
    ] = None
    num_distinct_prompts: Annotated[
        int | None,
        prompts(
            "Number of different prompts; they repeat after that. (default: all differ)"
        ),
    ] = None
    cache: Annotated[
        str | None,
        prompts(
            "Prefix cache to measure: run once with cold, then with warm and the same --seed. The "
            "second run sends the same prompts to a filled cache."
        ),
    ] = None
    tokenizer: Annotated[
        str | None,
        prompts(
            "tokenizer.json, or its folder; used where the server cannot count tokens."
        ),
    ] = None
    seed: Annotated[
        int | None,
        prompts(
            "Seed of prompts and arrivals. The same command with the same seed repeats them; other "
            "settings get other prompts, so that no prefix cache helps. (default: new in each run, "
            "and recorded)"
        ),
    ] = None

    disable_shuffle: Annotated[
        bool, dataset("Take the rows of a file in order.", "--disable-shuffle")
    ] = False
    oversample: Annotated[
        bool | None,
        dataset(
            "Reuse rows if the file has too few, or send each row at most once. (default: reuse "
            "them, and say so in the verdict)",
            "--oversample/--no-oversample",
        ),
    ] = None
    max_input_len: Annotated[
        int | None,
        dataset("Skip rows whose prompt is longer than this, in tokens."),
    ] = None
    max_total_len: Annotated[
        int | None,
        dataset(
            "Skip rows whose prompt and output together are longer, in tokens."
        ),
    ] = None
    sharegpt_output_len: Annotated[
        int | None,
        dataset(
            "Maximum output length in tokens. (default: the recorded length)"
        ),
    ] = None
    custom_output_len: Annotated[
        int | None,
        dataset(
            "Maximum output length in tokens; -1 is the row's. (default: 256; jsonl: -1)"
        ),
    ] = None
    hf_output_len: Annotated[
        int | None,
        dataset(
            "Maximum output length in tokens. (default: as in vLLM, else the row's)"
        ),
    ] = None
    hf_subset: Annotated[
        str | None,
        dataset("Subset of the data set. (default: the data set's own)"),
    ] = None
    hf_split: Annotated[
        str | None, dataset("Split of the data set. (default: train)")
    ] = None
    hf_name: Annotated[
        str | None,
        special("ID on the hub, if --dataset-path is a copy of that data set."),
    ] = None
    bfcl_categories: Annotated[
        str | None,
        special(
            "Categories of function calls. (default: simple,live_simple,multiple)"
        ),
    ] = None
    blazedit_min_distance: Annotated[
        float | None, special("Smallest edit to use, 0 to 1. (default: any)")
    ] = None
    blazedit_max_distance: Annotated[
        float | None, special("Largest edit to use, 0 to 1. (default: any)")
    ] = None
    asr_min_audio_len_sec: Annotated[
        float | None,
        special("Shortest recording to use, in seconds. (default: any)"),
    ] = None
    asr_max_audio_len_sec: Annotated[
        float | None,
        special("Longest recording to use, in seconds. (default: any)"),
    ] = None
    spec_bench_output_len: Annotated[
        int | None, special("Maximum output length in tokens. (default: 256)")
    ] = None
    spec_bench_category: Annotated[
        str | None, special("Use only this category. (default: all)")
    ] = None
    speed_bench_dataset_subset: Annotated[
        str | None,
        special("Subset, which names the file. (default: qualitative)"),
    ] = None
    speed_bench_output_len: Annotated[
        int | None, special("Maximum output length in tokens. (default: 4096)")
    ] = None
    speed_bench_category: Annotated[
        str | None, special("Use only this category. (default: all)")
    ] = None
    self_timed: Annotated[
        bool | None,
        special(
            "Send requests at the times of the trace. (default: with timed_trace)",
            "--self-timed/--no-self-timed",
        ),
    ] = None
    timed_trace_chunk_hash_size: Annotated[
        int | None,
        special(
            "Tokens that one of a row's hash IDs stands for. (default: 16)"
        ),
    ] = None
    timed_trace_sec_multiplier: Annotated[
        float | None,
        special("Seconds in a unit of the timestamps. (default: 1)"),
    ] = None
    timed_trace_label_timestamp: Annotated[
        str | None, special("Field of the timestamp. (default: timestamp)")
    ] = None
    timed_trace_label_input_length: Annotated[
        str | None,
        special("Field of the prompt length. (default: input_length)"),
    ] = None
    timed_trace_label_output_length: Annotated[
        str | None,
        special("Field of the output length. (default: output_length)"),
    ] = None
    timed_trace_label_hash_ids: Annotated[
        str | None, special("Field of the hash IDs. (default: hash_ids)")
    ] = None
    sonnet_input_len: Annotated[
        int | None, dataset("Prompt length in tokens. (default: 550)")
    ] = None
    sonnet_output_len: Annotated[
        int | None, dataset("Maximum output length in tokens. (default: 150)")
    ] = None
    sonnet_prefix_len: Annotated[
        int | None,
        dataset("Tokens of a prefix that all prompts share. (default: 200)"),
    ] = None
    prefix_repetition_prefix_len: Annotated[
        int | None, dataset("Length of each prefix in tokens. (default: 256)")
    ] = None
    prefix_repetition_suffix_len: Annotated[
        int | None,
        dataset(
            "Tokens after the prefix, different in each prompt. (default: 256)"
        ),
    ] = None
    prefix_repetition_num_prefixes: Annotated[
        int | None, dataset("Number of different prefixes. (default: 10)")
    ] = None
    prefix_repetition_output_len: Annotated[
        int | None, dataset("Maximum output length in tokens. (default: 128)")
    ] = None
    trace_model: Annotated[
        str | None,
        dataset("Use only the trace's rows of this model. (default: all rows)"),
    ] = None
    trace_block_len: Annotated[
        int | None,
        dataset("Tokens in a block of Mooncake's hash_ids. (default: 512)"),
    ] = None
    session_turns: Annotated[
        int | None, dataset("User turns in a conversation. (default: 4)")
    ] = None
    session_system_len: Annotated[
        int | None,
        dataset(
            "Tokens of a system prompt that all conversations share. (default: 0)"
        ),
    ] = None
    session_input_len: Annotated[
        int | None, dataset("New prompt tokens in each turn. (default: 128)")
    ] = None
    session_output_len: Annotated[
        int | None,
        dataset(
            "Maximum tokens of each answer. (default: 128; with a file, as recorded)"
        ),
    ] = None
    session_range_ratio: Annotated[
        float | None,
        dataset(
            "Vary both lengths and the pauses from x(1-r) to x(1+r). (default: 0)"
        ),
    ] = None
    session_think_time: Annotated[
        float | None,
        dataset("Pause before the next turn, in seconds. (default: 0)"),
    ] = None
    random_mm_base_items_per_request: Annotated[
        int | None, dataset("Images in each request. (default: 1)")
    ] = None
    random_mm_num_mm_items_range_ratio: Annotated[
        float | None,
        special(
            "Vary the number of images from n(1-r) to n(1+r). (default: do not)"
        ),
    ] = None
    random_mm_limit_mm_per_prompt: Annotated[
        str | None, special("Maximum images in a request, as '{\"image\": 3}'.")
    ] = None
    random_mm_bucket_config: Annotated[
        str | None,
        special(
            "Shares of image sizes, as '{(HEIGHT, WIDTH, 1): 0.7, (256, 256, 1): 0.3}'."
        ),
    ] = None
    image_size: Annotated[
        str | None,
        dataset(
            "Image size in pixels, WIDTHxHEIGHT. (default: as in vLLM, half 256x256 and half "
            "1280x720)"
        ),
    ] = None

    num_prompts: Annotated[
        int | None,
        traffic(
            "Number of requests to measure; -1 is one for each row of the file.",
            show_default=(
                "1000; with rates and --max-seconds, as many as arrive; with --config, all"
            ),
        ),
    ] = None
    request_rate: Annotated[
        str,
        traffic(
            "Arrivals per second (open loop); inf sends all requests at once."
        ),
    ] = "inf"
    burstiness: Annotated[
        float,
        traffic(
            "Shape of the gamma-distributed gaps: 1 is Poisson, below 1 is burstier, inf is evenly "
            "spaced."
        ),
    ] = 1.0
    max_concurrency: Annotated[
        int | None,
        traffic(
            "Maximum requests in flight; with --request-rate inf, this is a closed loop. (default: "
            "no limit)"
        ),
    ] = None
    when_full: Annotated[
        str,
        traffic(
            "What happens to an arrival at --max-concurrency: wait, or drop (and count it)."
        ),
    ] = "wait"
    max_seconds: Annotated[
        float | None,
        traffic(
            "Stop after this many seconds or after --num-prompts, whichever comes first; in-flight "
            "requests are cut off. (default: no limit)"
        ),
    ] = None
    ramp_up_strategy: Annotated[
        str | None,
        traffic(
            "Change the request rate during the run: linear or exponential."
        ),
    ] = None
    ramp_up_start_rps: Annotated[
        float | None, traffic("Arrivals per second at the start of the ramp.")
    ] = None
    ramp_up_end_rps: Annotated[
        float | None, traffic("Arrivals per second at the end of the ramp.")
    ] = None
    rate_steps: Annotated[
        str | None,
        traffic(
            "Request rates to apply in turn, RATExSECONDS,..., such as 5x60,20x30."
        ),
    ] = None
    replay_speed: Annotated[
        float | None,
        traffic(
            "Replay a trace at its recorded times, this many times as fast."
        ),
    ] = None
    num_warmups: Annotated[
        int,
        traffic(
            "Number of unmeasured requests to send first; measurement follows without a gap."
        ),
    ] = 0
    repeats: Annotated[
        int,
        traffic(
            "Number of times to measure, each with new prompts and warm-ups; then summarize them."
        ),
    ] = 1

    ignore_eos: Annotated[
        bool | None,
        generation(
            "Generate the full output length; ignore end-of-text. (default: as in vLLM, for random "
            "prompts on OpenAI's formats)",
            "--ignore-eos/--no-ignore-eos",
        ),
    ] = None
    temperature: Annotated[
        float | None,
        generation("Sampling temperature. (default: the server's)"),
    ] = None
    top_p: Annotated[
        float | None,
        generation(
            "Sample from the most probable tokens whose probabilities add up to this. (default: "
            "the server's)"
        ),
    ] = None
    top_k: Annotated[
        int | None,
        generation(
            "Sample from this many most probable tokens. (default: the server's)"
        ),
    ] = None
    min_p: Annotated[
        float | None,
        generation(
            "Exclude tokens less probable than this fraction of the most probable one. (default: "
            "the server's)"
        ),
    ] = None
    frequency_penalty: Annotated[
        float | None,
        generation(
            "Penalty for each time a token has occurred. (default: the server's)"
        ),
    ] = None
    presence_penalty: Annotated[
        float | None,
        generation(
            "Penalty for tokens that have occurred at all. (default: the server's)"
        ),
    ] = None
    repetition_penalty: Annotated[
        float | None,
        generation(
            "Factor against tokens of the prompt and output; above 1 discourages them. (default: "
            "the server's)"
        ),
    ] = None
    logprobs: Annotated[
        int | None,
        generation("Log-probabilities to request per token. (default: none)"),
    ] = None
    extra_body: Annotated[
        str | None, generation("JSON object to merge into every request body.")
    ] = None
    skip_chat_template: Annotated[
        bool,
        special(
            "Send prompts of a file as they are, as happens anyway.",
            "--skip-chat-template",
        ),
    ] = False
    chat_template_kwargs: Annotated[
        str | None,
        special(
            "JSON object for the chat template, which the server of a chat backend applies."
        ),
    ] = None
    lora_modules: Annotated[
        list[str] | None,
        generation(
            "Names of LoRA adapters on the server; requests use them in turn."
        ),
    ] = None
    lora_assignment: Annotated[
        str | None,
        special(
            "How requests get their adapter: round-robin or random. (default: round-robin)"
        ),
    ] = None

    percentile_metrics: Annotated[
        str, report("Latencies to report: any of ttft,tpot,itl,e2el.")
    ] = "ttft,tpot,itl"
    metric_percentiles: Annotated[
        str, report("Percentiles to report, such as 50,90,99.9.")
    ] = "99"
    goodput: Annotated[
        list[str] | None,
        report(
            "Latency limits in ms that a request has to meet to count: ttft:200 tpot:50."
        ),
    ] = None
    asserted: Annotated[
        list[str] | None, report(HELP, "--assert", metavar="TARGET")
    ] = None
    ratings: Annotated[
        Path | None,
        report(RATINGS_HELP, "--ratings", metavar="FILE", show_default=RATED),
    ] = None
    dialect: Annotated[
        list[str] | None,
        report(
            "Also report with another tool's definitions: vllm, guidellm, aiperf or mlperf; "
            "repeatable."
        ),
    ] = None

    save_result: Annotated[
        bool,
        files(
            "Save vLLM's JSON file and a directory with all data beside it.",
            "--save-result",
        ),
    ] = False
    save_detailed: Annotated[
        bool,
        files("Save per-request arrays and texts as well.", "--save-detailed"),
    ] = False
    append_result: Annotated[
        bool,
        files(
            "Append a line to the JSON file if it exists.", "--append-result"
        ),
    ] = False
    result_dir: Annotated[Path, files("Directory to save results in.")] = Path()
    result_filename: Annotated[
        str | None,
        files(
            "Name of the JSON file. Files are never overwritten; a number is appended instead. "
            "(default: from backend, rate, model and date)"
        ),
    ] = None
    label: Annotated[
        str | None,
        files("Label to record; the default file name starts with it."),
    ] = None
    metadata: Annotated[
        list[str] | None, files("KEY=VALUE pairs to record, such as gpu=R9700.")
    ] = None

    workers: Annotated[
        int,
        client(
            "Processes that send requests; one handles about 100,000 events/s."
        ),
    ] = 1
    realtime: Annotated[
        bool,
        client(
            "Run the client with real-time priority, where the system permits it."
        ),
    ] = True
    calibration: Annotated[
        bool,
        client(
            "Compare the run with this host's calibration. If there is none, do a quick one after "
            "the results are saved (once, about 12 s)."
        ),
    ] = True
    first_token_timeout: Annotated[
        float,
        client(
            "Fail a request if its first token does not arrive within this many seconds."
        ),
    ] = 600.0
    idle_timeout: Annotated[
        float,
        client("Fail a request if its stream is silent for this many seconds."),
    ] = 120.0
    request_timeout: Annotated[
        float | None,
        client(
            "Fail a request that takes longer than this many seconds. (default: from "
            "AIOHTTP_TIMEOUT, else 21600)"
        ),
    ] = None
    connect_timeout: Annotated[
        float,
        client("Fail a connection that is not open within this many seconds."),
    ] = 30.0
    request_id_prefix: Annotated[
        str | None,
        client("Prefix of each X-Request-Id header. (default: from the seed)"),
    ] = None
    disable_tqdm: Annotated[
        bool, client("Hide the progress bar.", "--disable-tqdm", "--quiet")
    ] = False
    allow_invalid: Annotated[
        bool,
        client(
            "Exit with 0 even if the verdict is INVALID.", "--allow-invalid"
        ),
    ] = False

    telemetry: Annotated[
        bool,
        machine(
            "Sample the accelerators, this host and the server's page during the run."
        ),
    ] = True
    monitor: Annotated[
        str | None,
        machine(
            "Address of `inferometer monitor --serve` on the server's host, if that is another "
            "host."
        ),
    ] = None
    cards: Annotated[
        str | None,
        machine(
            "PCI addresses of the accelerators that the server uses, separated by commas. Needed "
            "for energy if this host has other accelerators as well. (default: all)"
        ),
    ] = None
    idle_seconds: Annotated[
        float,
        machine(
            "Seconds without requests before the run, at least 10, to measure the power of the "
            "idle accelerators. 0 does not measure it."
        ),
    ] = 0.0
    price: Annotated[
        str | None,
        machine(
            "Price of the deployment, in any currency: 2.5/h, or by energy 0.12/kWh, with a PUE "
            "of 1.3 0.12/kWh*1.3."
        ),
    ] = None

    config: Annotated[
        str | None,
        campaign_test(
            "Hardware configuration, such as A, B or C: run the test that a campaign has for it "
            "with --model and --tp."
        ),
    ] = None
    tp: Annotated[
        int | None, campaign_test("Tensor parallelism of that test.")
    ] = None
    campaign: Annotated[
        str | None,
        campaign_test(
            "Campaign file or preset that has the test. (default: all presets)"
        ),
    ] = None


DEFAULTS = {each.name: each.default for each in fields(BenchFlags)}
