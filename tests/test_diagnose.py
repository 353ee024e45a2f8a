"""Each row of the table against what engines, drivers and Docker really print; and nothing found in
what is all right.
"""

from __future__ import annotations

import time

import pytest

from inferometer.diagnose import (
    DIAGNOSES,
    NOTES,
    REPLIES,
    Diagnosis,
    diagnose,
    diagnose_end,
    diagnose_line,
    diagnose_reply,
)
from inferometer.server.base import ServerError
from inferometer.server.verification import failure
from inferometer.words import LANGUAGES, Words

LOGS = {
    "wrong-build": (
        "rocBLAS error: Cannot read /opt/rocm/lib/rocblas/library/TensileLibrary.dat: Illegal seek for GPU arch : gfx1103",
        "rocBLAS error: Cannot read /opt/rocm/lib/rocblas/library/TensileLibrary.dat: No such file "
        "or directory for GPU arch : gfx1201",
        """\
"hipErrorNoBinaryForGpu: Unable to find code object for all current devices!"
Aborted (core dumped)""",
        """\
(EngineCore_DP0 pid=71) ERROR 10-21 14:02:11 [core.py:708] RuntimeError: HIP error: invalid device function
(EngineCore_DP0 pid=71) ERROR 10-21 14:02:11 [core.py:708] HIP kernel errors might be asynchronously reported at some other API
(EngineCore_DP0 pid=71) ERROR 10-21 14:02:11 [core.py:708] For debugging consider passing AMD_SERIALIZE_KERNEL=3""",
        (
            "torch.AcceleratorError: CUDA error: no kernel image is available for execution on "
            "the device"
        ),
    ),
    "driver-mismatch": (
        "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.6, please update your driver to a newer version",
        "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.133",
        "RuntimeError: The NVIDIA driver on your system is too old (found version 12020). Please "
        "update your GPU driver by "
        "downloading and installing a new version",
    ),
    "device-forbidden": (
        "ROCk module version 6.8.5 is loaded\nUnable to open /dev/kfd read-write: Permission "
        "denied\n"
        'root is not member of "video" group, the default DRM access group.',
    ),
    "container-without-device": (
        (
            'Error response from daemon: could not select device driver "nvidia" with '
            "capabilities: [[gpu]]"
        ),
        "Error response from daemon: error gathering device information while adding custom "
        'device "/dev/kfd": '
        "no such file or directory",
    ),
    "device-missing": (
        "ROCk module is NOT loaded, possibly no GPU devices",
        "Unable to open /dev/kfd read-write: No such file or directory",
        "hy-smi: /dev/mkfd does not exist, the driver is not loaded",
    ),
    "engine-file-outdated": (
        "[TensorRT-LLM][ERROR] Assertion failed: The engine plan file is not compatible with this version of TensorRT, expecting library version 10.3 got 10.1",
        "[TRT] [E] IRuntime::deserializeCudaEngine: Error Code 6: API Usage Error (The engine plan file is generated on an incompatible device, expecting compute 9.0 got compute 8.9, please rebuild.)",
    ),
    "library-mismatch": (
        "ModuleNotFoundError: No module named 'vllm._C'",
        "ImportError: /usr/local/lib/python3.12/site-packages/vllm/_C.abi3.so: undefined symbol: _ZN3c104cuda29c10_cuda_check_implementation",
        "ImportError: libcudart.so.12: cannot open shared object file: No such file or directory",
        "error while loading shared libraries: libcublas.so.12: cannot open shared object file: No such file or directory",
        "ImportError: /lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.30' not found",
        "librocm_smi64.so.7: cannot open shared object file: No such file or directory",
        "ImportError: /opt/vllm/_C.abi3.so: undefined symbol: ncclCommWindowRegister",
        "OSError: libgalaxyhip.so.5: cannot open shared object file: No such file or directory",
        "ImportError: librccl.so.1: cannot open shared object file: No such file or directory",
    ),
    "fabric-manager": (
        "RuntimeError: Unexpected error from cudaGetDeviceCount(). Error 802: system not yet "
        "initialized",
    ),
    "no-accelerator": (
        "Current node has no GPU available. current_node_resource={'CPU': 16.0}. vLLM engine cannot start without GPU.",
        "docker: Error response from daemon: failed to create task for container: nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown",
        "ImportError: libcuda.so.1: cannot open shared object file: No such file or directory",
        '  File "/usr/local/lib/python3.12/dist-packages/vllm/config/device.py", line 58, in '
        "__post_init__\n"
        "    raise RuntimeError(\nRuntimeError: Failed to infer device type, please set the "
        "environment variable",
        "RuntimeError: No HIP GPUs are available",
        (
            "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an "
            "NVIDIA GPU"
        ),
    ),
    "too-few-accelerators": (
        "ValueError: The number of required GPUs exceeds the total number of available GPUs in the placement group.",
        (
            "ValueError: World size (2) is larger than the number of available GPUs (1) in this "
            "node. If this is intentional"
        ),
        "torch.AcceleratorError: CUDA error: invalid device ordinal",
    ),
    "parallelism-does-not-divide": (
        "  Value error, Total number of attention heads (40) must be divisible by tensor "
        "parallel size (3). "
        "[type=value_error, input_value=ArgsKwargs]",
    ),
    "kv-cache-too-small": (
        "Not enough memory to handle 4096 prefill tokens. You need to decrease `--max-batch-prefill-tokens`",
        "(EngineCore_DP0 pid=1094) ValueError: To serve at least one request with the models's "
        "max seq len (131072), (16.0 GiB "
        "KV cache is needed, which is larger than the available KV cache memory (9.8 GiB). Based "
        "on the available memory, the "
        "estimated maximum model length is 80288. Try increasing `gpu_memory_utilization`",
        (
            "ValueError: No available memory for the cache blocks. Try increasing "
            "`gpu_memory_utilization` when initializing"
        ),
        "ValueError: The model's max seq len (32768) is larger than the maximum number of tokens "
        "that can be stored in KV "
        "cache (7344). Try increasing `gpu_memory_utilization` or decreasing `max_model_len`",
        "RuntimeError: Not enough memory. Please try to increase --mem-fraction-static.",
    ),
    "accelerator-memory-taken": (
        "RuntimeError: The memory capacity is unbalanced. Some GPUs may be occupied by other processes. pre_model_load_memory=20.1, local_gpu_memory=23.1, local_gpu_memory * 0.9=20.8",
        "AssertionError: Error in memory profiling. Initial free memory 10.2 GiB, current free "
        "memory 20.1 GiB.",
        "ERROR 06-30 13:53:19 [core.py:515] ValueError: Free memory on device (10.44/31.86 GiB) "
        "on startup is less than "
        "desired GPU memory utilization (0.9, 28.67 GiB). Decrease GPU memory utilization or "
        "reduce GPU memory used by them.\n"
        "RuntimeError: Engine core initialization failed. See root cause above.",
    ),
    "no-slot": (
        "RuntimeError: Failed to launch model, detail: [address=0.0.0.0:41000, pid=1] No available slot found for the model",
    ),
    "accelerator-out-of-memory": (
        "ggml_vulkan: Device memory allocation of size 4294967296 failed.",
        "[TensorRT-LLM][ERROR] CUDA runtime error in ::cudaMallocAsync(ptr, n, mMemPool->getPool(), mCudaStream->get()): out of memory",
        "(EngineCore pid=2651) torch.OutOfMemoryError: HIP out of memory. Tried to allocate 1.08 "
        "GiB. GPU 0 has a total "
        "capacity of 31.86 GiB of which 769.28 MiB is free. Of the allocated memory 30.41 GiB is "
        "allocated by PyTorch",
        (
            "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 448.00 MiB (GPU "
            "0; 23.69 GiB total capacity)"
        ),
        (
            "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4403.49 MiB on device 0: "
            "cudaMalloc failed: out of memory"
        ),
        (
            '{"error": {"message": "EngineCore encountered an issue: HIP out of memory.", '
            '"type": "InternalServerError"}}'
        ),
    ),
    "swap-space-too-large": (
        "ValueError: Too large swap space. 64.00 GiB out of the 62.50 GiB total CPU memory is "
        "allocated for the swap space.",
    ),
    "no-shared-memory": (
        "NCCL WARN Error while creating shared memory segment /dev/shm/nccl-wPcd3D (size 9637888)\n"
        "torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:3384, unhandled "
        "system error",
        "OSError: [Errno 28] No space left on device: '/dev/shm/psm_9a1c2b3d'",
    ),
    "no-space": (
        (
            "RuntimeError: Data processing error: CAS service error : IO Error: No space left on "
            "device (os error 28)"
        ),
        (
            "UserWarning: Not enough free disk space to download the file. The expected file "
            "size is: 4976.70 MB."
        ),
    ),
    "model-not-found": (
        "RuntimeError: Cannot find any model weights with `/models/qwen`",
        "ValueError: [address=0.0.0.0:39031, pid=93] Model not found, name: qwen9-instruct, format: pytorch, size: 7, quantization: none",
        "OSError: meta-lama/Llama-3.1-8B is not a local folder and is not a valid model "
        "identifier listed on "
        "'https://huggingface.co/models'\nIf this is a private repository, make sure to pass a "
        "token having permission",
        "huggingface_hub.errors.RepositoryNotFoundError: 401 Client Error. (Request ID: "
        "Root=1-67)\n\nRepository Not Found for "
        "url: https://huggingface.co/api/models/meta-lama/Llama-3.1-8B.\nIf you are trying to "
        "access a private or gated repo, "
        "make sure you are authenticated.",
        "OSError: /models/llama does not appear to have a file named config.json.",
        "modelscope.hub.errors.NotExistError: The request model: Qwen/Qwen33-14B does not exist!",
    ),
    "model-gated": (
        "huggingface_hub.errors.GatedRepoError: 403 Client Error.",
        "OSError: You are trying to access a gated repo.\nMake sure to have access to it at "
        "https://huggingface.co/meta-llama/Llama-3.1-8B.\n401 Client Error. (Request ID: "
        "Root=1-6735bc0f)\n\n"
        "Access to model meta-llama/Llama-3.1-8B is restricted. You must have access to it and "
        "be authenticated.",
    ),
    "model-unreachable": (
        (
            "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and "
            "couldn't find them in the cache."
        ),
        "(MaxRetryError(\"HTTPSConnectionPool(host='huggingface.co', port=443): Max retries "
        "exceeded with url: /api/models "
        "(Caused by NameResolutionError('Failed to resolve huggingface.co'))",
    ),
    "weights-damaged": (
        "gguf_init_from_file_impl: failed to read magic",
        "llama_model_load: error loading model: tensor 'blk.5.ffn_down.weight' data is not within the file bounds, model is corrupted or incomplete",
        "safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer",
        "RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central "
        "directory",
    ),
    "remote-code": (
        "The repository for /models/x contains custom code which must be executed to correctly "
        "load the model.",
    ),
    "tokenizer-unloadable": (
        "OSError: Can't load tokenizer for '/models/x'. If you were trying to load it from",
        "ValueError: Tokenizer class QWenTokenizer does not exist or is not currently imported.",
        "ValueError: Couldn't instantiate the backend tokenizer from one of: ",
    ),
    "package-missing": (
        "Failed to import module 'vllm'. Please make sure 'vllm' is installed.",
        "ModuleNotFoundError: No module named 'modelscope'",
        "ImportError: Please install modelscope>=1.18.1 via `pip install modelscope>=1.18.1`",
    ),
    "compiler-missing": (
        "RuntimeError: Failed to find C compiler. Please specify via CC environment variable",
        "/tmp/tmpx/cuda_utils.c:4:10: fatal error: Python.h: No such file or directory",
    ),
    "kernel-too-large": (
        "triton.runtime.errors.OutOfResources: out of resource: shared memory, Required: 131072, "
        "Hardware limit: 65536. Reducing block sizes or `num_stages` may help.",
    ),
    "model-unsupported": (
        "ValueError: Model qwen2.5-instruct cannot be run on engine vLLM.",
        "llama_model_load: error loading model: error loading model architecture: unknown model architecture: 'qwen3next'",
        "ValueError: The checkpoint you are trying to load has model type `gpt_oss` but "
        "Transformers does not recognize this "
        "architecture.",
        "  Value error, Model architectures ['Qwen3NextForCausalLM'] are not supported for now.",
    ),
    "context-beyond-model": (
        "  Value error, User-specified max_model_len (131072) is greater than the derived "
        "max_model_len "
        "(max_position_embeddings=40960 or model_max_length=None in model's config.json).",
    ),
    "dtype-unsupported": (
        "ValueError: torch.bfloat16 is not supported for quantization method gptq. Supported dtypes: [torch.float16]",
        "ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. "
        "Your Tesla T4 GPU has compute "
        "capability 7.5. You can use float16 instead by explicitly setting the `dtype` flag in CLI",
    ),
    "quantization-unsupported": (
        "ValueError: Unknown quantization method: awq_marlin. Must be one of ['fp8', 'gptq']",
        "ValueError: awq quantization is currently not supported in ROCm; awq_marlin "
        "quantization is not supported",
        "ValueError: Quantization method gptq_marlin is not supported for the current GPU.",
    ),
    "too-many-files": ("OSError: [Errno 24] Too many open files",),
    "port-taken": (
        "couldn't bind HTTP server socket, hostname: 0.0.0.0, port: 8080",
        "OSError: [Errno 98] Address already in use",
        (
            "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): "
            "address already in use"
        ),
        "driver failed programming external connectivity on endpoint vllm: Bind for 0.0.0.0:8000 "
        "failed: "
        "port is already allocated",
    ),
    "container-name-taken": (
        'Error response from daemon: Conflict. The container name "/vllm" is already in use by container',
    ),
    "docker-unreachable": (
        (
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker "
            "daemon running?"
        ),
        (
            "permission denied while trying to connect to the Docker daemon socket at "
            "unix:///var/run/docker.sock"
        ),
        "docker.errors.DockerException: Error while fetching server API version: ('Connection "
        "aborted.', "
        "FileNotFoundError(2, 'No such file or directory'))",
    ),
    "registry-unreachable": (
        "toomanyrequests: You have reached your pull rate limit.",
        (
            'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: '
            "lookup registry-1: no such host"
        ),
        (
            'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting '
            "for connection"
        ),
    ),
    "image-missing": (
        (
            "Error response from daemon: manifest for rocm/vllm:no-such-tag not found: manifest "
            "unknown: manifest unknown"
        ),
        (
            "Error response from daemon: pull access denied for my-vllm, repository does not "
            "exist or may require 'docker login'"
        ),
    ),
    "forked": (
        "RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start method",
    ),
    "not-a-number": (
        "[2025-03-02 07:11:40 TP0] Detected errors during sampling! NaN in the logits.",
        "RuntimeError: probability tensor contains either `inf`, `nan` or element < 0",
    ),
    "kernel-fault": (
        "torch.AcceleratorError: HIP error: an illegal memory access was encountered",
        "torch.AcceleratorError: CUDA error: an illegal memory access was encountered",
        "CUDA error: device-side assert triggered",
    ),
    "accelerator-fault": (
        "Unable to determine the device handle for GPU0000:65:00.0: GPU is lost. Reboot the system",
        (
            "Memory access fault by GPU node-1 (Agent handle: 0x561b8e0c3f30) on address "
            "0x7f6d0a200000. Reason: Page not present"
        ),
        "NVRM: Xid (PCI:0000:65:00): 79, pid=4242, name=python3, GPU has fallen off the bus.",
    ),
    "rendezvous": (
        "[Gloo] connectFullMesh failed with timed out",
        "torch.distributed.DistNetworkError: The client socket has timed out after 600000ms while trying to connect to (10.0.0.1, 29500).",
    ),
    "link-between-accelerators": (
        "[ERROR] 2026-11-29 HCCL function error: HcclGetRootInfo(&hcclID), error code is 11",
        "EJ0001: Failed to initialize the HCCP process. Reason: Maybe the last training process is running.",
        "RuntimeError: CUDA error: peer access is not supported between these two devices",
        "RuntimeError: NCCL error: unhandled system error (run with NCCL_DEBUG=INFO for details)",
        (
            "[rank1]:[E1121 10:11:12 ProcessGroupNCCL.cpp:632] [Rank 1] Watchdog caught "
            "collective operation timeout"
        ),
    ),
    "broadcast-stalled": (
        "(EngineCore pid=7) INFO 10-21 [shm_broadcast.py:501] No available shared memory "
        "broadcast block found in 60 seconds. This typically happens when some processes are "
        "hanging",
    ),
    "unknown-option": (
        "error: invalid value 'bf16' for '--dtype <DTYPE>'",
        "error: invalid argument: --n-gpu-layer",
        "vllm: error: unrecognized arguments: --enable-chunked-prefil",
    ),
    "lengths-contradict": (
        'Error: ArgumentValidation("`max_input_tokens`(4096) must be < `max_total_tokens`(2048)")',
        "`max_input_length` must be < `max_total_tokens`",
        "`max_batch_prefill_tokens` must be >= `max_input_tokens`. Given: 2048 and 4096",
    ),
    "command-not-found": (
        "bash: line 1: vllm: command not found",
        "sh: 1: vllm: not found",
        "/usr/bin/python3: No module named vllm",
        'OCI runtime create failed: exec: "vllm": executable file not found in $PATH: unknown',
    ),
    "killed-for-memory": (
        (
            "[81243.201] Out of memory: Killed process 4242 (VLLM::EngineCor) "
            "total-vm:182391232kB, anon-rss:24011232kB"
        ),
    ),
    "shard-not-started": (
        "2025-03-02T07:11:40.823812Z ERROR text_generation_launcher: Shard 0 failed to start",
        "Error: ShardCannotStart",
    ),
}

SAID = {
    "context-too-long": (
        "Input length (40000 tokens) exceeds the maximum allowed length (32762 tokens). Use a shorter input or enable --allow-auto-truncate.",
        "RuntimeError: prompt length (5000) plus max_new_tokens (512) exceeds max_seq_len (4096)",
        # vLLM, older and newer
        "HTTP 400: This model's maximum context length is 896 tokens. However, you requested "
        "1152 tokens (1024 in the "
        "messages, 128 in the completion). Please reduce the length of the messages or completion.",
        (
            "HTTP 400: 'max_tokens' or 'max_completion_tokens' is too large: 128. This model's "
            "maximum context length is 896"
        ),
        "The decoder prompt (length 2050) is longer than the maximum model length of 2048.",
        # SGLang
        "Requested token count exceeds the model's maximum context length of 4096 tokens.",
        "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
        # llama.cpp, its Python server
        "the request exceeds the available context size (4096 tokens), try increasing it",
        "Requested tokens (5000) exceed context window of 4096",
        # TGI
        (
            "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4090 `inputs` tokens and "
            "128 `max_new_tokens`"
        ),
        "Input validation error: `inputs` must have less than 1024 tokens. Given: 2048",
        # TensorRT-LLM
        (
            "The sum of prompt length (72417.0), query length (0) should not exceed "
            "max_num_tokens (69632)"
        ),
        (
            "Prompt length (2049) exceeds maximum input length (2048). Set log level to info and "
            "check TRTGptModel logs"
        ),
        # Xinference, OpenAI, Ollama
        "[address=0.0.0.0:41093, pid=711] This model's maximum context length is 2048 tokens.",
        (
            "This model's maximum context length is 8192 tokens. However, your messages resulted "
            "in 10007 tokens."
        ),
        "the input length exceeds the context length",
    ),
    "accelerator-out-of-memory-under-load": (
        (
            "torch.OutOfMemoryError: HIP out of memory. Tried to allocate 2.00 GiB. GPU 0 has a "
            "total capacity of 31.86 GiB"
        ),
        "HTTP 500: CUDA out of memory. Tried to allocate 448.00 MiB",
    ),
    "engine-dead": (
        "TimeoutError: RPC call to execute_model timed out.",
        "ERROR 11-29 10:00:01 [multiproc_executor.py:195] Worker proc VllmWorker-1 died unexpectedly, shutting down executor.",
        "[2026-11-29] Scheduler hit an exception: Traceback (most recent call last):",
        "watchdog timeout (self.watchdog_timeout=300)",
        "xoscar.errors.ServerClosed: Remote server 127.0.0.1:41233 closed",
        "HTTP 500: EngineCore encountered an issue. See stack trace (above) for the root cause.",
        "Background loop has errored already.",
    ),
    "overloaded": (
        "HTTP 429: Model is overloaded",
        "HTTP 503: The request queue is full.",
        "server busy, please try again.  maximum pending requests exceeded",
        (
            "Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM): Limit "
            "30000, Used 29000"
        ),
        "[request id: 1] Exceeds maximum queue size",
    ),
    "key-refused": (
        "HTTP 401: Unauthorized",
        "Incorrect API key provided: ***. You can find your API key in your account.",
        "HTTP 403: the server gave no reason",
        "Invalid API Key",
    ),
    "body-too-large": (
        "HTTP 413: 413 Request Entity Too Large",
        "Failed to buffer the request body: length limit exceeded",
    ),
    "model-not-served": (
        "HTTP 404: The model `gpt` does not exist.",
        "model 'llama3.2' not found",
        'model "llama3.2" not found, try pulling it first',
        "[address=0.0.0.0:41093, pid=711] Model not found in the model list, uid: deepseek",
        "Request for unknown model: 'ensemble' is not found",
        (
            "The API deployment for this resource does not exist. If you created the deployment "
            "within the last 5 minutes, wait"
        ),
    ),
    "no-stream": (
        "the server sent a whole answer instead of a stream: {...}",
        "streaming is not supported for this model",
        "'stream' is not supported",
        "Streaming unsupported",
        "This deployment does not support streaming.",
    ),
    "field-refused": (
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead."
        ),
        (
            "Unsupported value: 'temperature' does not support 0 with this model. Only the "
            "default (1) value is supported."
        ),
        "HTTP 422: body.ignore_eos: Extra inputs are not permitted",
        "Unrecognized request argument supplied: ignore_eos",
        'json: unknown field "stream_options"',
    ),
    "no-chat-template": (
        "As of transformers v4.44, default chat template is no longer allowed, so you must "
        "provide a chat template if the "
        "tokenizer does not define one.",
    ),
    "gateway": (
        "HTTP 502: 502 Bad Gateway",
        "HTTP 504: 504 Gateway Time-out",
        "no healthy upstream",
    ),
}

MENTIONED = {
    "preempted": (
        "WARNING [scheduler.py:1057] Sequence group 0 is preempted by PreemptionMode.RECOMPUTE "
        "mode because there is not enough KV cache space.",
        "KV cache pool is full. Retract requests. #retracted_reqs: 1",
    ),
    "gfx-overridden": ("env: HSA_OVERRIDE_GFX_VERSION=11.0.0",),
    "graphs-off": (
        "Initializing a V1 LLM engine with config: dtype=bfloat16, enforce_eager=True, tp=2",
        "Cudagraph is disabled: CUDA graphs are disabled by the user",
    ),
    "slow-all-reduce": (
        "WARNING Custom allreduce is disabled because your platform lacks GPU P2P capability",
    ),
    "slow-attention": (
        "INFO Cannot use FlashAttention-2 backend because the vllm.vllm_flash_attn package is",
    ),
    "context-reduced": (
        "WARNING Reducing max_model_len from 131072 to 80288 to fit",
    ),
}

HEALTHY = """\
(APIServer pid=1) INFO 10-21 14:00:01 [api_server.py:1896] vLLM API server version 0.10.2
(APIServer pid=1) INFO 10-21 14:00:01 [utils.py:328] non-default args: {'model_tag': 'tiny', 'max_model_len': 1280}
(EngineCore_DP0 pid=71) INFO 10-21 14:00:09 [core.py:76] Initializing a V1 LLM engine with config: tensor_parallel_size=2
(EngineCore_DP0 pid=71) INFO 10-21 14:00:30 [gpu_model_runner.py:2392] Model loading took 14.9889 GiB and 17.1 seconds
(EngineCore_DP0 pid=71) INFO 10-21 14:00:33 [gpu_worker.py:298] Available KV cache memory: 11.53 GiB
(EngineCore_DP0 pid=71) INFO 10-21 14:00:33 [kv_cache_utils.py:868] Maximum concurrency for 1,280 tokens per request: 73.80x
(APIServer pid=1) INFO:     Application startup complete.
(APIServer pid=1) INFO:     127.0.0.1:51012 - "POST /v1/completions HTTP/1.1" 200 OK
srv  log_server_r: request: POST /v1/chat/completions 127.0.0.1 200
INFO 11-29 10:00:00 [loggers.py:118] Engine 000: Avg prompt throughput: 0.0 tokens/s, Avg generation throughput: 1843.1 tokens/s, Running: 32 reqs, Waiting: 0 reqs, GPU KV cache usage: 45.1%, Prefix cache hit rate: 0.0%
INFO:     127.0.0.1:51234 - "POST /v1/completions HTTP/1.1" 200 OK
[2026-11-29 10:00:00] Decode batch. #running-req: 32, #token: 30211, token usage: 0.31, cuda graph: True, gen throughput (token/s): 1890.11, #queue-req: 0
WARNING 11-29 [arg_utils.py:1775] max_num_batched_tokens (8192) exceeds max_num_seqs * max_model_len (4096).
INFO 11-29 [parallel_state.py:1004] rank 0 in world size 1 is assigned as DP rank 0
INFO: NCCL version 2.21.5+hip6.3
INFO Using Flash Attention backend on V1 engine.
WARNING Your GPU does not have native support for FP8 computation but FP8 quantization is being used. Weight-only FP8 compression will be used leveraging the Marlin kernel.
INFO: GPU KV cache size: 38,416 tokens
INFO: Maximum concurrency for 32,768 tokens per request: 1.17x
llama_kv_cache: size = 1024.00 MiB (  8192 cells,  32 layers,  1/1 seqs)
INFO: Setting max_model_len automatically; shared memory 64 GiB
OMP: Info: Using 16 threads; no out of memory handlers
"""


def test_every_row_is_tested_with_a_log() -> None:
    assert list(LOGS) == [row.name for row in DIAGNOSES]


@pytest.mark.parametrize(
    ("name", "log"),
    [(name, log) for name, logs in LOGS.items() for log in logs],
)
def test_a_real_log_is_understood(name: str, log: str) -> None:
    found = diagnose(f"{HEALTHY}{log}\n")
    assert found is not None
    assert found.name == name


def test_every_note_is_tested() -> None:
    assert list(MENTIONED) == [row.name for row in NOTES]


@pytest.mark.parametrize(
    ("name", "line"),
    [(name, line) for name, lines in MENTIONED.items() for line in lines],
)
def test_what_a_log_mentions_is_understood(name: str, line: str) -> None:
    found = diagnose_line(line, running=True)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("line", HEALTHY.splitlines())
def test_no_line_of_a_healthy_log_is_a_trouble(line: str) -> None:
    assert diagnose_line(line, running=False) is None
    assert diagnose_line(line, running=True) is None


def test_every_row_of_replies_is_tested() -> None:
    assert list(SAID) == [row.name for row in REPLIES]


@pytest.mark.parametrize(
    ("name", "reply"),
    [(name, reply) for name, replies in SAID.items() for reply in replies],
)
def test_a_real_reply_is_understood(name: str, reply: str) -> None:
    found = diagnose_reply(reply)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "text", ["", HEALTHY, "Killed", "ERROR: something nobody has seen before"]
)
def test_nothing_is_made_up(text: str) -> None:
    assert diagnose(text) is None
    assert diagnose_reply(text) is None


def test_the_same_words_have_another_cure_where_the_server_runs() -> None:
    words = "torch.OutOfMemoryError: HIP out of memory."
    starting, running = diagnose(words), diagnose_reply(words)
    assert starting is not None
    assert running is not None
    assert "smaller or quantized model" in cure_of(starting)
    assert "max_concurrency" in cure_of(running)
    assert "model" not in cure_of(running)


def test_what_the_replies_do_not_have_may_be_in_the_other_table() -> None:
    found = diagnose_reply(
        "RuntimeError: NCCL error: unhandled system error (run with NCCL_DEBUG=INFO for details)"
    )
    assert found is not None
    assert found.name == "link-between-accelerators"


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "/dev/kfd",
        "huggingface",
        "https://x",
        "couldn't connect to 'https://",
        ": 1: ",
        "the model `",
        "model ",
    ],
)
def test_a_hostile_log_takes_no_time_without_end(piece: str) -> None:
    begun_s = time.process_time()
    assert diagnose_reply(piece * (2_000_000 // len(piece))) is None
    assert time.process_time() - begun_s < 60


def cure_of(found: Diagnosis) -> str:
    return Words().text(f"diagnosis.{found.name}.cure")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_reads_as_sentences(language: str) -> None:
    words = Words(language)
    for row in (*DIAGNOSES, *REPLIES, *NOTES):
        cause, cure = (
            words.text(f"diagnosis.{row.name}.{part}")
            for part in ("cause", "cure")
        )
        assert words.diagnosis(row.name) == words.text(
            "diagnosis", cause=cause, cure=cure
        )
        assert not cause.endswith((".", "。"))
        assert not cure.endswith((".", "。"))
        if language == "en":
            assert words.diagnosis(row.name) == f"Cause: {cause}. Cure: {cure}."
            assert cause[0].islower()
            assert cure[0].islower()


def test_every_trouble_in_words_has_its_row() -> None:
    told = {
        key.split(".")[1]
        for key in LANGUAGES["en"]
        if key.startswith("diagnosis.")
    }
    assert told == {row.name for row in (*DIAGNOSES, *REPLIES, *NOTES)}


@pytest.mark.parametrize(
    ("lines", "running", "name"),
    [
        (["CUDA out of memory."], False, "accelerator-out-of-memory"),
        (["CUDA out of memory."], True, "accelerator-out-of-memory-under-load"),
        (
            ["EngineCore encountered an issue", "NCCL error in: x.cpp"],
            True,
            "link-between-accelerators",
        ),
        (["EngineDeadError"], True, "engine-dead"),
        (
            ["KV cache pool is full. Retract requests", "bus error"],
            True,
            "no-shared-memory",
        ),
        (["Request 5 is preempted by PreemptionMode.RECOMPUTE"], True, None),
        (['"POST /v1/completions HTTP/1.1" 401 unauthorized'], True, None),
        ([], True, None),
    ],
)
def test_what_ended_a_server_of_ours(
    lines: list[str], running: bool, name: str | None
) -> None:
    """Under load another cure helps; what works as it should ends no server."""
    found = diagnose_end(lines, running=running)
    assert (found.name if found else None) == name


def test_two_gpus_are_the_cure_for_too_little_memory() -> None:
    found = diagnose("torch.OutOfMemoryError: HIP out of memory.")
    assert found is not None
    assert "TP=2" in cure_of(found)


def test_an_error_carries_cause_cure_and_the_end_of_the_log() -> None:
    lines = [
        LOGS["accelerator-memory-taken"][0].splitlines()[0],
        *[f"  File {number}" for number in range(100)],
    ]
    error = failure(
        "The server ended with exit code 1.", lambda last: lines[-last:]
    )
    assert isinstance(error, ServerError)
    assert (
        "exit code 1. Cause: the accelerator's memory is already in use"
        in str(error)
    )
    assert error.log_tail == tuple(lines[-20:])
    assert str(failure("It ended.", lambda last: [])) == "It ended."
