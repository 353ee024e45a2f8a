"""What a server's log or reply says is wrong, by name. Text in, a row of a table
out; reads nothing itself.

The same words need another cure where the server runs already than where it comes up: memory that
runs out under load is no reason for another model. So there are two tables, of which the one for
replies goes first where a running server answered. A third has what a log mentions in passing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_TEXT_CHARS = 128 * 1024
"""What is looked at of a text, its end."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A known trouble, whose cause and cure are in `words`."""

    name: str
    pattern: str
    """Regular expression that a text of this trouble matches, in any case."""


def diagnose(text: str) -> Diagnosis | None:
    """What keeps a server from coming up, from the last lines of its log; None where no row
    fits.
    """
    return _first(DIAGNOSES, text)


def diagnose_reply(text: str) -> Diagnosis | None:
    """Why a server that runs refuses requests or breaks them off, from what it says of them; None
    where no row fits.
    """
    return _first((*REPLIES, *DIAGNOSES), text)


def _first(rows: Sequence[Diagnosis], text: str) -> Diagnosis | None:
    text = text[-MAX_TEXT_CHARS:]
    if (
        not text
    ):  # as after most runs: sixty expressions need not be compiled then
        return None
    return next(
        (row for row in rows if re.search(row.pattern, text, re.IGNORECASE)),
        None,
    )


DIAGNOSES = (
    # Rows further up are the cause where several match: what fails first makes other things fail.
    Diagnosis(
        "wrong-build",
        r"hipErrorNoBinaryForGpu|no binary for gpu|invalid device function|no kernel image is "
        r"available|hipErrorInvalidImage"
        r"|unable to find code object|hsa_status_error_invalid_isa"
        r"|tensilelibrary\S{0,40}.{0,60}(no such file|illegal seek)",
    ),
    Diagnosis(
        "driver-mismatch",
        r"driver/library version mismatch|nvidia driver on your system is too old|driver version "
        r"is insufficient"
        r"|forward compatibility was attempted on non supported|hipErrorInsufficientDriver"
        r"|unsatisfied condition: (cuda|driver)",
    ),
    Diagnosis(
        "device-forbidden",
        r"/dev/(kfd|dri).{0,60}(permission denied|operation not permitted)"
        r"|permission denied.{0,40}/dev/(kfd|dri)",
    ),
    Diagnosis(
        "container-without-device",
        r"could not select device driver|error gathering device information while adding custom "
        r"device"
        r"|unresolvable cdi devices",
    ),
    Diagnosis(
        "device-missing",
        r"/dev/m?kfd.{0,50}(no such file|does not exist|not found)"
        r"|(no such file or directory|does not exist).{0,40}/dev/m?kfd"
        r"|rock module is not loaded",
    ),
    Diagnosis(
        "engine-file-outdated",
        r"engine plan file is (not compatible|generated on an incompatible)",
    ),
    Diagnosis(
        "library-mismatch",
        r"undefined symbol: \S{0,60}(nccl|rccl|hip|hsa|roc|galaxy)"
        r"|lib(rccl|nccl|galaxyhip|amdhip64|hipblas|rocblas|rocm_smi64|hsa-runtime|miopen)"
        r"\S{0,40}\.so"
        r"\S{0,20}: (cannot open shared object|version \S{1,60} not found)"
        r"|glibcxx_\S{1,20} not found"
        r"|(dtk|rocm) version.{0,60}(mismatch|not match|incompatible|is not supported)"
        r"|(no module named 'vllm\._c|vllm/_c\S{0,30}\.so: undefined symbol)"
        r"|lib(cudart|cublas|cudnn|cusparse|nvrtc)\S{0,40}\.so\S{0,20}: cannot open shared object",
    ),
    Diagnosis(
        "fabric-manager",
        r"cudaErrorSystemNotReady|system not yet initialized"
        r"|fabric ?manager.{0,60}(not running|not started|failed)",
    ),
    Diagnosis(
        "no-accelerator",
        r"libcuda\.so\.1: cannot open shared object"
        r"|no (cuda|hip) gpus are available|found no nvidia driver|failed to infer device type"
        r"|no (cuda|rocm|hip)-capable device|hipErrorNoDevice"
        r"|node has no gpu available|nvml error: driver not loaded",
    ),
    Diagnosis(
        "too-few-accelerators",
        r"world size \(?\d+\)? is larger than the number of available gpus|invalid device ordinal"
        r"|tensor.parallel.size.{0,60}(greater|larger) than.{0,40}(gpus|devices|available)"
        r"|number of required gpus exceeds the total",
    ),
    Diagnosis(
        "parallelism-does-not-divide",
        r"must be divisible by tensor.parallel.size|is not divisible by (the "
        r")?(tensor.parallel|tp|world).?size",
    ),
    Diagnosis(
        "kv-cache-too-small",
        r"larger than the available kv cache memory|no available memory for the cache blocks"
        r"|larger than the maximum number of tokens that can be stored in kv cache|not enough "
        r"memory.{0,40}mem.fraction.static"
        r"|not enough memory to handle \d+ prefill tokens",
    ),
    Diagnosis(
        "accelerator-memory-taken",
        r"free memory on device.{0,120}less than desired gpu memory utilization"
        r"|error in memory profiling\. initial free memory"
        r"|the memory capacity is unbalanced",
    ),
    Diagnosis(
        "no-slot",
        r"no available slot found for the model",
    ),
    Diagnosis(
        "accelerator-out-of-memory",
        r"(cuda|hip|xpu|npu)( error:)? out of "
        r"memory|outofmemoryerror|hipErrorOutOfMemory|cudaErrorMemoryAllocation"
        r"|hsa_status_error_out_of_resources|cudaMalloc failed: out of memory"
        r"|cudaMallocAsync.{0,120}out of memory|device memory allocation of size \d+ failed",
    ),
    Diagnosis(
        "swap-space-too-large",
        r"too large swap space|cpu memory is allocated for the swap space",
    ),
    Diagnosis(
        "no-shared-memory",
        r"error while creating shared memory segment|ncclshmopen|unable to (open|allocate) "
        r"shared memory|bus error"
        r"|no space left on device.{0,80}/dev/shm|/dev/shm.{0,80}no space left on device",
    ),
    Diagnosis(
        "no-space",
        r"no space left on device|errno 28|disk quota exceeded|not enough free disk space",
    ),
    Diagnosis(
        "model-not-found",
        r"is not a local folder and is not a valid model identifier|repository not "
        r"found|repositorynotfounderror"
        r"|does not appear to have a file named config\.json|invalid repository id or local "
        r"directory|hfvalidationerror|the request model: \S{1,200} does not exist"
        r"|modelscope.{0,120}notexisterror"
        r"|cannot find any model weights|\bmodel not found, name:",
    ),
    Diagnosis(
        "model-gated",
        r"gated ?repo|access to model \S{1,200} is restricted|401 client error.{0,200}huggingface",
    ),
    Diagnosis(
        "model-unreachable",
        r"couldn't connect to 'https://\S{1,200}' to "
        r"load|localentrynotfounderror|offlinemodeisenabled"
        r"|(nameresolutionerror|max retries exceeded).{0,300}(huggingface|hf-mirror|modelscope)"
        r"|(huggingface|hf-mirror|modelscope).{0,250}(nameresolutionerror|max retries exceeded)",
    ),
    Diagnosis(
        "weights-damaged",
        r"error while deserializing header|incomplete ?metadata|metadataincompletebuffer"
        r"|pytorchstreamreader failed|safetensors?error"
        r"|failed to read magic|is not within the file bounds",
    ),
    Diagnosis(
        "remote-code",
        r"contains custom code which must be executed"
        r"|(pass|set) (the (argument|option) )?`?trust.remote.code`?"
        r"|requires you to execute the (configuration|model|tokenizer) file",
    ),
    Diagnosis(
        "tokenizer-unloadable",
        r"can't load tokenizer for|couldn't instantiate the backend tokenizer"
        r"|tokenizer class \S{1,80} does not exist|failed to load the tokenizer",
    ),
    Diagnosis(
        "package-missing",
        r"no module named '?(modelscope|flash_attn|aiter|triton|ray|bitsandbytes|auto_gptq"
        r"|tiktoken)\b"
        r"|please install (modelscope|bitsandbytes|ray|tiktoken)"
        r"|failed to import module '",
    ),
    Diagnosis(
        "compiler-missing",
        r"failed to find c compiler|fatal error: python\.h: no such file"
        r"|no working c\+\+ compiler found|invalidcxxcompiler",
    ),
    Diagnosis(
        "kernel-too-large",
        r"out of resource: shared memory",
    ),
    Diagnosis(
        "model-unsupported",
        r"model architectures \[.{0,80}\] (are not supported|failed to be inspected)|but "
        r"transformers does not recognize this"
        r"|unsupported (model )?architecture"
        r"|unknown model architecture|\bcannot be run on engine\b",
    ),
    Diagnosis(
        "context-beyond-model",
        r"user-specified max_model_len \(\d+\) is greater than the derived max_model_len",
    ),
    Diagnosis(
        "dtype-unsupported",
        r"bfloat16 is only supported on gpus|fp8.{0,60}(is )?(only|not) supported (on|by)"
        r"|torch\.bfloat16 is not supported for",
    ),
    Diagnosis(
        "quantization-unsupported",
        r"(unsupported|unknown) quantization method"
        r"|quantization (method \S{0,60} ?)?is (not (currently )?|currently not )supported"
        r"|(awq|gptq|marlin|bitsandbytes)\S{0,30} (is|are) not supported (for|on|by)",
    ),
    Diagnosis(
        "too-many-files",
        r"too many open files|errno 24\b",
    ),
    Diagnosis(
        "port-taken",
        r"address already in use|port is already allocated|only one usage of each socket "
        r"address|errno 98\b"
        r"|couldn't bind http server socket",
    ),
    Diagnosis(
        "container-name-taken",
        r"the container name \S{1,200} is already in use",
    ),
    Diagnosis(
        "docker-unreachable",
        r"cannot connect to the docker daemon|permission denied while trying to connect to the "
        r"docker"
        r"|couldn't connect to docker daemon|error while fetching server api version",
    ),
    Diagnosis(
        "registry-unreachable",
        r"https?://\S{1,200}/v2/.{0,20}(dial tcp|net/http|context deadline|eof)"
        r"|registry-1\.docker\.io.{0,80}(no such host|timeout)"
        r"|toomanyrequests:|reached your (unauthenticated )?pull rate limit",
    ),
    Diagnosis(
        "image-missing",
        r"manifest (for \S+ not found|unknown)|pull access denied|no such image|repository does "
        r"not exist or may require"
        r"|failed to resolve reference",
    ),
    Diagnosis(
        "forked",
        r"cannot re-initialize (cuda|hip) in forked subprocess",
    ),
    Diagnosis(
        "not-a-number",
        r"\bnan in the logits|probability tensor contains either `?inf`?, `?nan`?",
    ),
    Diagnosis(
        "kernel-fault",
        r"an illegal memory access was encountered|device-side assert triggered",
    ),
    Diagnosis(
        "accelerator-fault",
        r"memory access fault by gpu|hw exception by "
        r"gpu|hsa_status_error_exception|uncorrectable ecc"
        r"|gpu has fallen off the bus|gpu is lost\. reboot|\bxid\b.{0,40}: \d+",
    ),
    Diagnosis(
        "rendezvous",
        r"connectfullmesh failed|client socket has timed out after",
    ),
    Diagnosis(
        "link-between-accelerators",
        r"nccl error|unhandled (cuda|hip|system) "
        r"error|nccl(system|unhandledcuda|internal)error|watchdog caught collective"
        r"|(cuda|hip) error: peer access is not supported"
        r"|hccl function error|failed to initialize the hccp process",
    ),
    Diagnosis(
        "broadcast-stalled",
        r"no available shared memory broadcast block found",
    ),
    Diagnosis(
        "unknown-option",
        r"unrecognized arguments?:|no such option:|unexpected argument '|invalid choice: "
        r"|invalid value '\S{0,100}' for '-|error: invalid argument: -",
    ),
    Diagnosis(
        "lengths-contradict",
        r"`max_\w{1,30}`(\(\d{1,12}\))? must be [<>]=? ?`max_",
    ),
    Diagnosis(
        "command-not-found",
        r"command not found|: \d{1,6}: \S{1,200}: not found"
        r"|no such file or directory: '\S{0,200}(vllm|sglang|python|xinference|llama)"
        r"|no module named '?(vllm|sglang)|executable file not found in",
    ),
    Diagnosis(
        "killed-for-memory",
        r"out of memory: killed process|oom-kill|oomkilled|memory cgroup out of memory",
    ),
    Diagnosis(
        "shard-not-started",  # last: it says of another trouble that it was fatal
        r"\berror: shardcannotstart\b|\bshard \d{1,4} failed to start\b",
    ),
)
"""Of servers that come up. Every row of both tables has excerpts of real texts in its test."""

REPLIES = (
    Diagnosis(
        "context-too-long",
        r"maximum context length (is|of) \d+|longer than the (maximum )?model'?s? (context "
        r")?length|context_length_exceeded"
        r"|exceeds? the (model'?s )?(available |maximum )?context (length|size|window)|exceed "
        r"context window of \d+"
        r"|`max_new_tokens` must be <=|`inputs` must have less than \d+ tokens|exceeds (the "
        r")?maximum input length"
        r"|should not exceed max_num_tokens|input_length_error"
        r"|exceeds (the maximum allowed length|max_seq_len)",
    ),
    Diagnosis(
        "accelerator-out-of-memory-under-load",
        r"(cuda|hip|xpu|npu)( error:)? out of "
        r"memory|outofmemoryerror|hipErrorOutOfMemory|cudaErrorMemoryAllocation"
        r"|hsa_status_error_out_of_resources|cudaMalloc failed: out of memory|failed to find a "
        r"memory slot"
        r"|kv cache (is full|pool is full)|out of kv cache",
    ),
    Diagnosis(
        "engine-dead",
        r"enginedeaderror|enginecore encountered an (issue|error)|engine process failed to "
        r"start|engine loop (is not running"
        r"|has died)|background loop (is not running|has errored)|engine is (dead|not running)"
        r"|worker proc \S{1,60} died|xoscar\.errors\.serverclosed|scheduler hit an exception"
        r"|watchdog timeout \(|rpc call to \w{1,40} timed out",
    ),
    Diagnosis(
        "overloaded",
        r"\bHTTP 429\b|too many requests|rate[ _-]?limit|overloaded|request queue is full|server "
        r"(is )?(too )?busy"
        r"|maximum pending requests exceeded|exceeds maximum queue size|no (free )?slots? (is "
        r"|are )?available",
    ),
    Diagnosis(
        "key-refused",
        r"\bHTTP 40[13]\b|\bunauthorized\b|(incorrect|invalid|missing|no) api[ _-]?key|api key "
        r"not valid|invalid_api_key"
        r"|invalid (authentication|token|bearer)|authentication (failed|required)|permission "
        r"denied|not authorized",
    ),
    Diagnosis(
        "body-too-large",
        r"\bHTTP 413\b|request entity too large|(payload|content|request body|body) (is )?too large"
        r"|length limit exceeded|exceeds the (maximum allowed )?(body|request|message) size",
    ),
    Diagnosis(
        "model-not-served",
        r"the model [`'\"].{1,200}[`'\"] does not exist|model [`'\"]?[^\s`'\"]{1,200}[`'\"]? "
        r"(was )?not found|model_not_found"
        r"|model not found in the model list|request for unknown model|deployment for this "
        r"resource does not exist"
        r"|unknown model|no such model",
    ),
    Diagnosis(
        "no-stream",
        r"a whole answer instead of a stream|does not support stream(ing)?\b"
        r"|\bstream(ing|ed)?['`\"]? ((mode|responses?|outputs?|requests?) )?((is|are) )?(not "
        r"|un)(yet )?"
        r"(supported|implemented|available|allowed|enabled)",
    ),
    Diagnosis(
        "field-refused",
        r"unsupported (parameter|value)|extra (inputs|fields) (are )?not permitted|unrecognized "
        r"request argument"
        r"|(unknown|unexpected|unrecognized|unsupported) "
        r"(field|parameter|argument|keyword)|unexpected keyword argument"
        r"|(is|are) not (supported|permitted|allowed) (with|by|for) this model",
    ),
    Diagnosis(
        "no-chat-template",
        r"default chat template is no longer allowed|chat template.{0,80}(not "
        r"(set|defined|found)|must be provided)"
        r"|does not (have|define) a chat template|no chat template",
    ),
    Diagnosis(
        "gateway",
        r"\bHTTP 50[24]\b|bad gateway|gateway time-?out|upstream (connect error|request "
        r"timeout|timed out)"
        r"|no healthy upstream",
    ),
)
"""Of servers that run. Figures have the names that they have in a campaign, which are those of the
flags, too.
"""

NOTES = (
    Diagnosis(
        "preempted",
        r"is preempted by preemptionmode"
        r"|preempted by .{0,30}recompute|kv cache pool is full\. retract",
    ),
    Diagnosis(
        "gfx-overridden",
        r"hsa_override_gfx_version\s*[=:]",
    ),
    Diagnosis(
        "graphs-off",
        r"enforce_eager=true|cuda ?graphs? (is|are) disabled|disable_cuda_graph=true",
    ),
    Diagnosis(
        "slow-all-reduce",
        r"custom allreduce is disabled|not using custom allreduce",
    ),
    Diagnosis(
        "slow-attention",
        r"(flash-?attention|flashattention-2|flash-attn).{0,60}"
        r"(not (available|installed|found)|cannot use|is not supported)"
        r"|cannot use flash-?attention",
    ),
    Diagnosis(
        "context-reduced",
        r"(reducing|reduced|lowering) max_model_len|max_model_len (was|is) (reduced|capped)",
    ),
)
"""What a log mentions of a server that works, and that costs speed or comparability."""

IN_LOGS = (
    "context-too-long",
    "engine-dead",
    "body-too-large",
    "no-chat-template",
    "model-not-served",
)
"""Replies whose words no healthy log contains."""

READY = re.compile(
    r"application startup complete|uvicorn running on|server is fired up"
    r"|server is listening on|started server process",
    re.IGNORECASE,
)
"""From here on a server runs."""


_REPLIES = tuple(row for row in REPLIES if row.name in IN_LOGS)
_UNDER_LOAD = tuple(row for row in REPLIES if row.name.endswith("-under-load"))


def diagnose_line(line: str, *, running: bool) -> Diagnosis | None:
    """What one line of a log says is wrong; None for most. `running`: the server came up before."""
    preempted, *mentioned = NOTES  # names a full cache, too
    urgent = (preempted, *(_UNDER_LOAD if running else ()))
    return _first((*urgent, *DIAGNOSES, *_REPLIES, *mentioned), line)


def diagnose_end(lines: Sequence[str], *, running: bool) -> Diagnosis | None:
    """What ended a server of ours, or keeps it from answering, from the last lines of its log.
    `running`: it came up before.
    """
    if not running:
        return diagnose("\n".join(lines))
    found = [diagnose_line(line, running=True) for line in lines]
    rows = (*_UNDER_LOAD, *DIAGNOSES, *_REPLIES)
    return next((row for row in rows if row in found), None)
