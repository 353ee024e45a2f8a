# No postponed annotations here: the command line is built from these at run time.
"""The flags of `inferometer bench`: names and meanings are those of `vllm bench serve`, wherever it
has them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

from inferometer.cli.asserted import HELP

SERVER, PROMPTS, DATASETS, TRAFFIC, GENERATION = (
    "Server",
    "Prompts",
    "Data sets",
    "Traffic",
    "Generation",
)
REPORT, FILES, RUN, CAMPAIGN = "Report", "Files", "Run", "Test of a campaign"


@dataclass(frozen=True, slots=True)
class BenchFlags:
    """As typed: strings are parsed and checked by what they are for, so that all errors are told at
    once.
    """

    backend: Annotated[
        str, Option(help="Wire format; `inferometer backends` lists them.", rich_help_panel=SERVER)
    ] = "openai"
    base_url: Annotated[
        str | None,
        Option(
            help="Address of the server, with or without /v1; instead of --host and --port.",
            rich_help_panel=SERVER,
        ),
    ] = None
    host: Annotated[
        str | None,
        Option(
            help="Host of the server. (default: that of VLLM_SERVER_URL, or 127.0.0.1)",
            rich_help_panel=SERVER,
        ),
    ] = None
    port: Annotated[
        int | None,
        Option(
            help="Port of the server. (default: that of VLLM_SERVER_URL, or 8000)",
            rich_help_panel=SERVER,
        ),
    ] = None
    endpoint: Annotated[
        str | None,
        Option(help="Path to post to. (default: the backend's own)", rich_help_panel=SERVER),
    ] = None
    model: Annotated[
        str | None,
        Option(
            "--model",
            "-m",
            help="Model name. (default: the one the server serves)",
            rich_help_panel=SERVER,
        ),
    ] = None
    served_model_name: Annotated[
        str | None,
        Option(help="Name to send in requests, if it is not --model.", rich_help_panel=SERVER),
    ] = None
    header: Annotated[
        list[str] | None,
        Option(
            help="Extra header KEY=VALUE, may be repeated. A key is better put in OPENAI_API_KEY.",
            rich_help_panel=SERVER,
        ),
    ] = None
    insecure: Annotated[
        bool, Option("--insecure", help="Accept any TLS certificate.", rich_help_panel=SERVER)
    ] = False
    ready_check_timeout_sec: Annotated[
        float,
        Option(
            help="Wait so long for the server to become ready; 0 is one try.",
            rich_help_panel=SERVER,
        ),
    ] = 0.0

    dataset_name: Annotated[
        str,
        Option(
            help="Where prompts come from: random, prefix_repetition, sessions, random-mm (made "
            "up); sharegpt, sonnet, hf, "
            "custom (or jsonl), trace (or burstgpt; Azure's and Mooncake's too), of "
            "--dataset-path. "
            "`inferometer datasets` lists them and their flags.",
            rich_help_panel=PROMPTS,
        ),
    ] = "random"
    dataset_path: Annotated[
        str | None,
        Option(
            help="File of the data set; for hf its id on the hub, or a directory.",
            rich_help_panel=PROMPTS,
        ),
    ] = None
    input_len: Annotated[
        int | None,
        Option(
            help="Prompt length of whatever data set there is, tokens.", rich_help_panel=PROMPTS
        ),
    ] = None
    output_len: Annotated[
        int | None,
        Option(
            help="Most tokens to generate, whatever data set there is.", rich_help_panel=PROMPTS
        ),
    ] = None
    random_input_len: Annotated[
        int, Option(help="Prompt length in tokens, exact.", rich_help_panel=PROMPTS)
    ] = 1024
    random_output_len: Annotated[
        int, Option(help="Most tokens to generate.", rich_help_panel=PROMPTS)
    ] = 128
    random_range_ratio: Annotated[
        float, Option(help="Draw lengths uniformly from L(1-r) to L(1+r).", rich_help_panel=PROMPTS)
    ] = 0.0
    random_prefix_len: Annotated[
        int,
        Option(
            help="Tokens that all prompts begin with, before their own.", rich_help_panel=PROMPTS
        ),
    ] = 0
    scenario: Annotated[
        str | None,
        Option(
            help="Random lengths in short: D(1024,128), N(512,64)/(128,16), U(100,400)/(50,200).",
            rich_help_panel=PROMPTS,
        ),
    ] = None
    num_distinct_prompts: Annotated[
        int | None,
        Option(
            help="After so many prompts, send the same ones again. (default: never)",
            rich_help_panel=PROMPTS,
        ),
    ] = None
    cache: Annotated[
        str | None,
        Option(
            help="cold; then warm with the same --seed: the same prompts on a cache that has them.",
            rich_help_panel=PROMPTS,
        ),
    ] = None
    tokenizer: Annotated[
        str | None,
        Option(
            help="tokenizer.json, or its folder, to count with where the server cannot.",
            rich_help_panel=PROMPTS,
        ),
    ] = None
    seed: Annotated[
        int | None,
        Option(
            help="Repeat the prompts and arrivals of the same command; other settings have "
            "others, so that no cache helps. "
            "(default: new ones; the seed is recorded)",
            rich_help_panel=PROMPTS,
        ),
    ] = None

    disable_shuffle: Annotated[
        bool,
        Option(
            "--disable-shuffle",
            help="Take the rows of a file in their order.",
            rich_help_panel=DATASETS,
        ),
    ] = False
    oversample: Annotated[
        bool,
        Option(
            "--oversample",
            help=(
                "Where a file has too few rows, begin again with the first; else that is an error."
            ),
            rich_help_panel=DATASETS,
        ),
    ] = False
    max_input_len: Annotated[
        int | None, Option(help="Leave rows with longer prompts out.", rich_help_panel=DATASETS)
    ] = None
    max_total_len: Annotated[
        int | None,
        Option(
            help="Leave rows out whose prompt and output together are longer.",
            rich_help_panel=DATASETS,
        ),
    ] = None
    sharegpt_output_len: Annotated[
        int | None,
        Option(help="Most tokens to generate. (default: as recorded)", rich_help_panel=DATASETS),
    ] = None
    custom_output_len: Annotated[
        int | None,
        Option(
            help="Most tokens to generate. (default: what the row says)", rich_help_panel=DATASETS
        ),
    ] = None
    hf_output_len: Annotated[
        int | None,
        Option(
            help="Most tokens to generate. (default: what the row says)", rich_help_panel=DATASETS
        ),
    ] = None
    hf_subset: Annotated[
        str | None, Option(help="Subset of the data set.", rich_help_panel=DATASETS)
    ] = None
    hf_split: Annotated[
        str | None, Option(help="Split of the data set. (default: train)", rich_help_panel=DATASETS)
    ] = None
    sonnet_input_len: Annotated[
        int | None, Option(help="Prompt length. (default: 550)", rich_help_panel=DATASETS)
    ] = None
    sonnet_output_len: Annotated[
        int | None, Option(help="Most tokens to generate. (default: 150)", rich_help_panel=DATASETS)
    ] = None
    sonnet_prefix_len: Annotated[
        int | None,
        Option(help="Tokens that all prompts begin with. (default: 200)", rich_help_panel=DATASETS),
    ] = None
    prefix_repetition_prefix_len: Annotated[
        int | None, Option(help="Tokens of a prefix. (default: 256)", rich_help_panel=DATASETS)
    ] = None
    prefix_repetition_suffix_len: Annotated[
        int | None,
        Option(help="Tokens after it, each prompt's own. (default: 256)", rich_help_panel=DATASETS),
    ] = None
    prefix_repetition_num_prefixes: Annotated[
        int | None, Option(help="Different prefixes. (default: 10)", rich_help_panel=DATASETS)
    ] = None
    prefix_repetition_output_len: Annotated[
        int | None, Option(help="Most tokens to generate. (default: 128)", rich_help_panel=DATASETS)
    ] = None
    trace_model: Annotated[
        str | None, Option(help="Only a trace's rows of this model.", rich_help_panel=DATASETS)
    ] = None
    trace_block_len: Annotated[
        int | None,
        Option(
            help="Tokens that one of Mooncake's hash_ids stands for. (default: 512)",
            rich_help_panel=DATASETS,
        ),
    ] = None
    session_turns: Annotated[
        int | None,
        Option(help="User's turns of a conversation. (default: 4)", rich_help_panel=DATASETS),
    ] = None
    session_system_len: Annotated[
        int | None,
        Option(
            help="Tokens that all conversations begin with. (default: 0)", rich_help_panel=DATASETS
        ),
    ] = None
    session_input_len: Annotated[
        int | None, Option(help="New tokens of a turn. (default: 128)", rich_help_panel=DATASETS)
    ] = None
    session_output_len: Annotated[
        int | None,
        Option(
            help="Most tokens of an answer. (default: 128, or as recorded)",
            rich_help_panel=DATASETS,
        ),
    ] = None
    session_range_ratio: Annotated[
        float | None,
        Option(
            help="Spread of both lengths and of the pauses. (default: 0)", rich_help_panel=DATASETS
        ),
    ] = None
    session_think_time: Annotated[
        float | None,
        Option(help="Pause before the next turn, seconds. (default: 0)", rich_help_panel=DATASETS),
    ] = None
    random_mm_base_items_per_request: Annotated[
        int | None, Option(help="Pictures in a request. (default: 1)", rich_help_panel=DATASETS)
    ] = None
    image_size: Annotated[
        str | None, Option(help="Of pictures, pixels. (default: 512x512)", rich_help_panel=DATASETS)
    ] = None

    num_prompts: Annotated[
        int | None,
        Option(
            help="Requests to measure.",
            show_default=(
                "1000, or as many as rates and --max-seconds make; with --config: all that it has"
            ),
            rich_help_panel=TRAFFIC,
        ),
    ] = None
    request_rate: Annotated[
        str,
        Option(
            help="Arrivals per second (open loop); inf sends all at once.", rich_help_panel=TRAFFIC
        ),
    ] = "inf"
    burstiness: Annotated[
        float,
        Option(
            help="Gamma shape of the gaps: 1 is Poisson, less is burstier, inf is a metronome.",
            rich_help_panel=TRAFFIC,
        ),
    ] = 1.0
    max_concurrency: Annotated[
        int | None,
        Option(
            help="Most requests in flight; with rate inf, a closed loop.", rich_help_panel=TRAFFIC
        ),
    ] = None
    when_full: Annotated[
        str,
        Option(
            help="What an arrival does at --max-concurrency: wait, or drop (and be counted).",
            rich_help_panel=TRAFFIC,
        ),
    ] = "wait"
    max_seconds: Annotated[
        float | None,
        Option(
            help="End after so long, if --num-prompts do not come first; what is running is cut.",
            rich_help_panel=TRAFFIC,
        ),
    ] = None
    ramp_up_strategy: Annotated[
        str | None,
        Option(
            help="linear or exponential: let the rate change with time, all through the run.",
            rich_help_panel=TRAFFIC,
        ),
    ] = None
    ramp_up_start_rps: Annotated[
        float | None, Option(help="Arrivals per second at its start.", rich_help_panel=TRAFFIC)
    ] = None
    ramp_up_end_rps: Annotated[
        float | None, Option(help="Arrivals per second at its end.", rich_help_panel=TRAFFIC)
    ] = None
    rate_steps: Annotated[
        str | None,
        Option(
            help="One rate after the other: RATExSECONDS,..., such as 5x60,20x30.",
            rich_help_panel=TRAFFIC,
        ),
    ] = None
    replay_speed: Annotated[
        float | None,
        Option(
            help="Send a trace at its recorded times, this many times as fast.",
            rich_help_panel=TRAFFIC,
        ),
    ] = None
    num_warmups: Annotated[
        int,
        Option(
            help="Requests sent first and not measured; the measured ones follow without a pause.",
            rich_help_panel=TRAFFIC,
        ),
    ] = 0

    repeats: Annotated[
        int,
        Option(
            help="Measure so many times, each with new prompts and warm-ups, and sum up.",
            rich_help_panel=TRAFFIC,
        ),
    ] = 1

    ignore_eos: Annotated[
        bool,
        Option(
            "--ignore-eos",
            help="Make every output as long as asked for.",
            rich_help_panel=GENERATION,
        ),
    ] = False
    temperature: Annotated[
        float | None, Option(help="(default: the server's)", rich_help_panel=GENERATION)
    ] = None
    top_p: Annotated[
        float | None,
        Option(
            help="Sample from the most probable tokens that make up this share.",
            rich_help_panel=GENERATION,
        ),
    ] = None
    top_k: Annotated[
        int | None,
        Option(help="Sample from so many most probable tokens.", rich_help_panel=GENERATION),
    ] = None
    min_p: Annotated[
        float | None,
        Option(
            help="Leave out tokens below this share of the most probable one's probability.",
            rich_help_panel=GENERATION,
        ),
    ] = None
    frequency_penalty: Annotated[
        float | None,
        Option(
            help="Penalty that grows with each repetition of a token.", rich_help_panel=GENERATION
        ),
    ] = None
    presence_penalty: Annotated[
        float | None,
        Option(help="Penalty for tokens that have occurred.", rich_help_panel=GENERATION),
    ] = None
    repetition_penalty: Annotated[
        float | None,
        Option(
            help="Factor above 1 against tokens of prompt and output.", rich_help_panel=GENERATION
        ),
    ] = None
    logprobs: Annotated[
        int | None, Option(help="Ask for so many log-probabilities.", rich_help_panel=GENERATION)
    ] = None
    extra_body: Annotated[
        str | None,
        Option(help="JSON object, merged into every request.", rich_help_panel=GENERATION),
    ] = None
    lora_modules: Annotated[
        list[str] | None,
        Option(
            help="LoRA adapters by the server's names for them; requests take them in turn.",
            rich_help_panel=GENERATION,
        ),
    ] = None

    percentile_metrics: Annotated[
        str, Option(help="Latencies to report, of ttft,tpot,itl,e2el.", rich_help_panel=REPORT)
    ] = "ttft,tpot,itl"
    metric_percentiles: Annotated[
        str, Option(help="Percentiles to report, such as 50,90,99.9.", rich_help_panel=REPORT)
    ] = "99"
    goodput: Annotated[
        list[str] | None,
        Option(
            help="Limits in ms that a good request keeps: ttft:200 tpot:50 itl:.. e2el:..",
            rich_help_panel=REPORT,
        ),
    ] = None
    asserted: Annotated[
        list[str] | None, Option("--assert", metavar="TARGET", help=HELP, rich_help_panel=REPORT)
    ] = None
    dialect: Annotated[
        list[str] | None,
        Option(
            help="Report also in another tool's definitions: vllm, guidellm, aiperf, mlperf.",
            rich_help_panel=REPORT,
        ),
    ] = None

    save_result: Annotated[
        bool,
        Option(
            "--save-result",
            help="Write vLLM's JSON, and beside it a directory with all data.",
            rich_help_panel=FILES,
        ),
    ] = False
    save_detailed: Annotated[
        bool,
        Option(
            "--save-detailed",
            help="Put per-request arrays and texts into them too.",
            rich_help_panel=FILES,
        ),
    ] = False
    append_result: Annotated[
        bool,
        Option(
            "--append-result",
            help="Add a line to the JSON file, if it is there already.",
            rich_help_panel=FILES,
        ),
    ] = False
    result_dir: Annotated[Path, Option(help="Where to write.", rich_help_panel=FILES)] = Path()
    result_filename: Annotated[
        str | None,
        Option(
            help="Name of the JSON file; if it is taken, a number is added: nothing is replaced. "
            "(default: made of backend, rate, model and date)",
            rich_help_panel=FILES,
        ),
    ] = None
    label: Annotated[
        str | None,
        Option(help="Begins the default file name, and is recorded.", rich_help_panel=FILES),
    ] = None
    metadata: Annotated[
        list[str] | None,
        Option(help="KEY=VALUE pairs to record, such as gpu=R9700.", rich_help_panel=FILES),
    ] = None

    workers: Annotated[
        int,
        Option(help="Processes that send; one carries some 100,000 events/s.", rich_help_panel=RUN),
    ] = 1
    realtime: Annotated[
        bool,
        Option(
            help="Take a real-time priority for the client, where the system allows it.",
            rich_help_panel=RUN,
        ),
    ] = True
    calibration: Annotated[
        bool,
        Option(
            help="Compare the run with this host's calibration. If there is none, make a quick "
            "one after the results are saved "
            "(once, about 12 s).",
            rich_help_panel=RUN,
        ),
    ] = True
    first_token_timeout: Annotated[
        float,
        Option(
            help="Give a request up without a token after so many seconds.", rich_help_panel=RUN
        ),
    ] = 600.0
    idle_timeout: Annotated[
        float,
        Option(help="Give a stream up after so many seconds of silence.", rich_help_panel=RUN),
    ] = 120.0
    request_timeout: Annotated[
        float, Option(help="Give any request up after so many seconds.", rich_help_panel=RUN)
    ] = 21600.0
    connect_timeout: Annotated[
        float, Option(help="Give a connection up after so many seconds.", rich_help_panel=RUN)
    ] = 30.0
    request_id_prefix: Annotated[
        str | None,
        Option(
            help="Begins each request's X-Request-Id. (default: made of the seed)",
            rich_help_panel=RUN,
        ),
    ] = None
    disable_tqdm: Annotated[
        bool, Option("--disable-tqdm", "--quiet", help="Show no progress.", rich_help_panel=RUN)
    ] = False
    allow_invalid: Annotated[
        bool,
        Option(
            "--allow-invalid",
            help="Exit with 0 even when the verdict is INVALID.",
            rich_help_panel=RUN,
        ),
    ] = False

    config: Annotated[
        str | None,
        Option(
            help=(
                "Hardware configuration (A, B, C): measure the test that it has for --model and "
                "--tp."
            ),
            rich_help_panel=CAMPAIGN,
        ),
    ] = None
    tp: Annotated[
        int | None, Option(help="Tensor parallelism of that test.", rich_help_panel=CAMPAIGN)
    ] = None
    campaign: Annotated[
        str | None,
        Option(
            help="Campaign file or preset to find it in. (default: all presets)",
            rich_help_panel=CAMPAIGN,
        ),
    ] = None
