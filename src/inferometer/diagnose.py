"""What a server's log or reply says is wrong, by name, with its cure. Text in, a row of a table
out; reads nothing itself.

The same words need another cure where the server runs already than where it comes up: memory that
runs out under load is no reason for another model. So there are two tables, of which the one for
replies goes first where a running server answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_TEXT_CHARS = 128 * 1024
"""What is looked at of a text, its end."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A known trouble. `cause` and `cure` each complete a sentence: `Cause: cause; cure.`"""

    name: str
    cause: str
    cure: str
    pattern: str
    """Regular expression that a text of this trouble matches, in any case."""

    @property
    def sentence(self) -> str:
        return f"Cause: {self.cause}. Cure: {self.cure}."


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
    return next((row for row in rows if re.search(row.pattern, text, re.IGNORECASE)), None)


DIAGNOSES = (
    # Rows further up are the cause where several match: what fails first makes other things fail.
    Diagnosis(
        "wrong-build",
        "the engine was not built for this accelerator, which finds no code of its own in it",
        "use an image or build that names the card's architecture (gfx1201 for the R9700, gfx942 "
        "for the MI300X, "
        "gfx928 for the K100-AI), and remove HSA_OVERRIDE_GFX_VERSION if it is set for another one",
        r"hipErrorNoBinaryForGpu|no binary for gpu|invalid device function|no kernel image is "
        r"available|hipErrorInvalidImage"
        r"|unable to find code object|hsa_status_error_invalid_isa",
    ),
    Diagnosis(
        "driver-mismatch",
        "the accelerator's driver and the libraries of the engine do not go together",
        "update the driver or take an image made for it; after an update of the driver, "
        "restart the machine",
        r"driver/library version mismatch|nvidia driver on your system is too old|driver version "
        r"is insufficient"
        r"|forward compatibility was attempted on non supported|hipErrorInsufficientDriver",
    ),
    Diagnosis(
        "device-forbidden",
        "the server may not open the accelerator's device files",
        "add its user to the groups render and video; in a container pass /dev/kfd and "
        "/dev/dri and add those groups",
        r"/dev/(kfd|dri)\S{0,40}.{0,20}(permission denied|operation not permitted)"
        r"|permission denied.{0,40}/dev/(kfd|dri)",
    ),
    Diagnosis(
        "container-without-device",
        "the container was given no accelerator",
        "install the vendor's container toolkit or driver on the host, and compare `devices` "
        "(ROCm, DCU) or `deploy` (NVIDIA) "
        "in the compose file",
        r"could not select device driver|error gathering device information while adding custom "
        r"device"
        r"|unresolvable cdi devices",
    ),
    Diagnosis(
        "no-accelerator",
        "the engine sees no accelerator",
        "check nvidia-smi or rocm-smi, and that HIP_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES "
        "names cards that are there",
        r"no (cuda|hip) gpus are available|found no nvidia driver|failed to infer device type"
        r"|no (cuda|rocm|hip)-capable device|hipErrorNoDevice",
    ),
    Diagnosis(
        "too-few-accelerators",
        "more accelerators are asked for than the server can see",
        "lower the tensor parallelism, or check that HIP_VISIBLE_DEVICES or "
        "CUDA_VISIBLE_DEVICES names as many",
        r"world size \(?\d+\)? is larger than the number of available gpus|invalid device ordinal"
        r"|tensor.parallel.size.{0,60}(greater|larger) than.{0,40}(gpus|devices|available)",
    ),
    Diagnosis(
        "parallelism-does-not-divide",
        "the model cannot be cut into as many parts as the tensor parallelism asks for",
        "use a tensor parallelism that divides its number of attention heads, such as 1, 2, 4 or 8",
        r"must be divisible by tensor.parallel.size|is not divisible by (the "
        r")?(tensor.parallel|tp|world).?size",
    ),
    Diagnosis(
        "kv-cache-too-small",
        "what the model leaves of the accelerator's memory does not hold one request of full "
        "length",
        "lower max_model_len, raise --gpu-memory-utilization, or spread the model over more "
        "cards (TP=2)",
        r"larger than the available kv cache memory|no available memory for the cache blocks"
        r"|larger than the maximum number of tokens that can be stored in kv cache|not enough "
        r"memory.{0,40}mem.fraction.static",
    ),
    Diagnosis(
        "accelerator-memory-taken",
        "the accelerator's memory is in use already, by a server that still runs or has just ended",
        "end it (nvidia-smi or rocm-smi --showpids names it), or lower --gpu-memory-utilization",
        r"free memory on device.{0,120}less than desired gpu memory utilization",
    ),
    Diagnosis(
        "accelerator-out-of-memory",
        "the accelerator's memory (VRAM) ran out",
        "spread the model over more cards (TP=2), lower max_model_len or "
        "--gpu-memory-utilization, or take a smaller "
        "or quantized model",
        r"(cuda|hip|xpu|npu)( error:)? out of "
        r"memory|outofmemoryerror|hipErrorOutOfMemory|cudaErrorMemoryAllocation"
        r"|hsa_status_error_out_of_resources|cudaMalloc failed: out of memory",
    ),
    Diagnosis(
        "no-shared-memory",
        "the container's shared memory (/dev/shm) is too small for the processes of the "
        "engine to talk",
        "run it with ipc: host (--ipc=host), or give it shm_size: 16g",
        r"error while creating shared memory segment|ncclshmopen|unable to (open|allocate) "
        r"shared memory|bus error"
        r"|no space left on device.{0,80}/dev/shm|/dev/shm.{0,80}no space left on device",
    ),
    Diagnosis(
        "no-space",
        "a disk is full",
        "free space where the models are kept (HF_HOME) and where the results go; df -h "
        "shows which it is",
        r"no space left on device|errno 28|disk quota exceeded|not enough free disk space",
    ),
    Diagnosis(
        "model-not-found",
        "there is no such model, neither as a folder nor at the hub",
        "check the spelling of its name; a folder has to hold config.json, and be visible "
        "inside the container",
        r"is not a local folder and is not a valid model identifier|repository not "
        r"found|repositorynotfounderror"
        r"|does not appear to have a file named config\.json|invalid repository id or local "
        r"directory|hfvalidationerror",
    ),
    Diagnosis(
        "model-gated",
        "the model is given only to those who asked its owner, and the server did not show a "
        "token of one who did",
        "ask for access on the model's page, and set HF_TOKEN for the server",
        r"gated repo|access to model \S{1,200} is restricted|401 client error.{0,200}huggingface",
    ),
    Diagnosis(
        "model-unreachable",
        "the model is not on this machine and the hub cannot be reached",
        "download it first on a machine with a network, or set HTTPS_PROXY or HF_ENDPOINT "
        "for the server",
        r"couldn't connect to 'https://\S{1,200}' to "
        r"load|localentrynotfounderror|offlinemodeisenabled"
        r"|(nameresolutionerror|max retries exceeded).{0,300}(huggingface|hf-mirror|modelscope)"
        r"|(huggingface|hf-mirror|modelscope).{0,250}(nameresolutionerror|max retries exceeded)",
    ),
    Diagnosis(
        "model-unsupported",
        "this version of the engine does not know the model's architecture",
        "use a newer engine, or a model that it supports",
        r"model architectures \[.{0,80}\] (are not supported|failed to be inspected)|but "
        r"transformers does not recognize this"
        r"|unsupported (model )?architecture",
    ),
    Diagnosis(
        "context-beyond-model",
        "max_model_len is longer than the model can be",
        "lower max_model_len to what the model's config.json says",
        r"user-specified max_model_len \(\d+\) is greater than the derived max_model_len",
    ),
    Diagnosis(
        "dtype-unsupported",
        "the card cannot compute in the model's number format",
        "start the server with --dtype half, or take a model in another format",
        r"bfloat16 is only supported on gpus|fp8.{0,60}(is )?(only|not) supported (on|by)",
    ),
    Diagnosis(
        "port-taken",
        "another program listens on the server's port",
        "end it (ss -ltnp shows which), or choose another port in base_url and the command",
        r"address already in use|port is already allocated|only one usage of each socket "
        r"address|errno 98\b",
    ),
    Diagnosis(
        "docker-unreachable",
        "the Docker engine does not run, or this user may not speak to it",
        "start it (systemctl start docker), or add the user to the group docker and log in again",
        r"cannot connect to the docker daemon|permission denied while trying to connect to the "
        r"docker"
        r"|couldn't connect to docker daemon|error while fetching server api version",
    ),
    Diagnosis(
        "registry-unreachable",
        "the container's image is not here, and its registry cannot be reached",
        "pull it where there is a network and bring it over (docker save, docker load), or "
        "set a mirror for Docker",
        r"https?://\S{1,200}/v2/.{0,20}(dial tcp|net/http|context deadline|eof)"
        r"|registry-1\.docker\.io.{0,80}(no such host|timeout)",
    ),
    Diagnosis(
        "image-missing",
        "the container's image is neither here nor at its registry",
        "check its name and tag, log in to the registry (docker login), or load it (docker load)",
        r"manifest (for \S+ not found|unknown)|pull access denied|no such image|repository does "
        r"not exist or may require"
        r"|failed to resolve reference",
    ),
    Diagnosis(
        "accelerator-fault",
        "the accelerator or its driver failed while computing",
        "look at dmesg, update driver and firmware, and check power, temperature and the "
        "seat of the card",
        r"memory access fault by gpu|hw exception by "
        r"gpu|hsa_status_error_exception|uncorrectable ecc"
        r"|gpu has fallen off the bus|\bxid\b.{0,40}: \d+",
    ),
    Diagnosis(
        "link-between-accelerators",
        "the cards could not talk to each other (NCCL or RCCL)",
        "set NCCL_DEBUG=INFO and start it again to see why; often ipc: host, "
        "NCCL_P2P_DISABLE=1 or iommu=pt helps",
        r"nccl error|unhandled (cuda|hip|system) "
        r"error|nccl(system|unhandledcuda|internal)error|watchdog caught collective",
    ),
    Diagnosis(
        "unknown-option",
        "this version of the engine does not know an option of the command",
        "compare the command with the engine's --help, or use the version it was written for",
        r"unrecognized arguments?:|no such option:|unexpected argument '|invalid choice: ",
    ),
    Diagnosis(
        "command-not-found",
        "the program that starts the server is not installed, or not on the PATH",
        "install the engine, activate its environment, or give the full path in the command",
        r"command not found|: \d{1,6}: \S{1,200}: not found"
        r"|no such file or directory: '\S{0,200}(vllm|sglang|python|xinference|llama)"
        r"|no module named '?(vllm|sglang)|executable file not found in",
    ),
    Diagnosis(
        "killed-for-memory",
        "the machine's own memory ran out, and the kernel killed the server",
        "load with less memory (no --swap-space, fewer workers), give the container more, or "
        "add some; dmesg names the process",
        r"out of memory: killed process|oom-kill|oomkilled|memory cgroup out of memory",
    ),
)
"""Of servers that come up. Every row of both tables has excerpts of real texts in its test."""

REPLIES = (
    Diagnosis(
        "context-too-long",
        "the prompt and the output of a request are together longer than the server's "
        "context length",
        "shorten the requests (input_len, output_len), or restart the server with a larger "
        "--max-model-len",
        r"maximum context length (is|of) \d+|longer than the (maximum )?model'?s? (context "
        r")?length|context_length_exceeded"
        r"|exceeds? the (model'?s )?(available |maximum )?context (length|size|window)|exceed "
        r"context window of \d+"
        r"|`max_new_tokens` must be <=|`inputs` must have less than \d+ tokens|exceeds (the "
        r")?maximum input length"
        r"|should not exceed max_num_tokens|input_length_error",
    ),
    Diagnosis(
        "accelerator-out-of-memory-under-load",
        "the accelerator's memory (VRAM) ran out under this load",
        "lower max_concurrency or request_rate, shorten the prompts, or restart the server with "
        "more memory to spare "
        "(a lower --gpu-memory-utilization or --max-num-seqs, or TP=2)",
        r"(cuda|hip|xpu|npu)( error:)? out of "
        r"memory|outofmemoryerror|hipErrorOutOfMemory|cudaErrorMemoryAllocation"
        r"|hsa_status_error_out_of_resources|cudaMalloc failed: out of memory|failed to find a "
        r"memory slot"
        r"|kv cache (is full|pool is full)|out of kv cache",
    ),
    Diagnosis(
        "engine-dead",
        "the server's engine has died, and only its HTTP front still answers",
        "read the server's log for the reason, restart the server, and measure again",
        r"enginedeaderror|enginecore encountered an (issue|error)|engine process failed to "
        r"start|engine loop (is not running"
        r"|has died)|background loop (is not running|has errored)|engine is (dead|not running)",
    ),
    Diagnosis(
        "overloaded",
        "the server, or a gateway before it, takes no more requests at this load",
        "lower request_rate or max_concurrency, or raise the limit of the server or gateway",
        r"\bHTTP 429\b|too many requests|rate[ _-]?limit|overloaded|request queue is full|server "
        r"(is )?(too )?busy"
        r"|maximum pending requests exceeded|exceeds maximum queue size|no (free )?slots? (is "
        r"|are )?available",
    ),
    Diagnosis(
        "key-refused",
        "the server does not accept the API key of the requests, or wants one and got none",
        "set OPENAI_API_KEY in the shell to a key that may use this model",
        r"\bHTTP 40[13]\b|\bunauthorized\b|(incorrect|invalid|missing|no) api[ _-]?key|api key "
        r"not valid|invalid_api_key"
        r"|invalid (authentication|token|bearer)|authentication (failed|required)|permission "
        r"denied|not authorized",
    ),
    Diagnosis(
        "body-too-large",
        "a request's body is larger than the server, or a gateway before it, accepts",
        "raise that limit (client_max_body_size of nginx, --payload-limit of TGI), or "
        "shorten the prompts",
        r"\bHTTP 413\b|request entity too large|(payload|content|request body|body) (is )?too large"
        r"|length limit exceeded|exceeds the (maximum allowed )?(body|request|message) size",
    ),
    Diagnosis(
        "model-not-served",
        "the server serves no model of the name that the requests give",
        "use a name that its /v1/models lists (--model of bench, served_model of a "
        "campaign's server)",
        r"the model [`'\"].{1,200}[`'\"] does not exist|model [`'\"]?[^\s`'\"]{1,200}[`'\"]? "
        r"(was )?not found|model_not_found"
        r"|model not found in the model list|request for unknown model|deployment for this "
        r"resource does not exist"
        r"|unknown model|no such model",
    ),
    Diagnosis(
        "no-stream",
        "the server, or a gateway before it, does not stream, and without a stream there is "
        "no time to first token",
        "switch streaming on there, or measure the engine at its own address",
        r"a whole answer instead of a stream|does not support stream(ing)?\b"
        r"|\bstream(ing|ed)?['`\"]? ((mode|responses?|outputs?|requests?) )?((is|are) )?(not "
        r"|un)(yet )?"
        r"(supported|implemented|available|allowed|enabled)",
    ),
    Diagnosis(
        "field-refused",
        "the server does not know a field that the requests have, or does not take its value",
        "leave out the flag, the key of `sampling` or the field of --extra-body that it names",
        r"unsupported (parameter|value)|extra (inputs|fields) (are )?not permitted|unrecognized "
        r"request argument"
        r"|(unknown|unexpected|unrecognized|unsupported) "
        r"(field|parameter|argument|keyword)|unexpected keyword argument"
        r"|(is|are) not (supported|permitted|allowed) (with|by|for) this model",
    ),
    Diagnosis(
        "no-chat-template",
        "the model has no chat template, so the server cannot make a prompt of messages",
        "measure its completions (--backend openai), or restart the server with --chat-template",
        r"default chat template is no longer allowed|chat template.{0,80}(not "
        r"(set|defined|found)|must be provided)"
        r"|does not (have|define) a chat template|no chat template",
    ),
    Diagnosis(
        "gateway",
        "a gateway before the server waited in vain for its answer, or could not reach it",
        "raise the gateway's time-outs (proxy_read_timeout of nginx), look at the server's "
        "log, or measure without the gateway",
        r"\bHTTP 50[24]\b|bad gateway|gateway time-?out|upstream (connect error|request "
        r"timeout|timed out)"
        r"|no healthy upstream",
    ),
)
"""Of servers that run. Figures have the names that they have in a campaign, which are those of the
flags, too.
"""
