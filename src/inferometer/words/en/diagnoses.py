"""Causes and cures of known troubles with servers, by the names of `diagnose`, in English."""

from __future__ import annotations

DIAGNOSES: dict[str, str] = {
    "diagnosis": "Cause: {cause}. Cure: {cure}.",
    "diagnosis.wrong-build.cause": (
        "the engine was not built for this accelerator, which finds no code of its own in it"
    ),
    "diagnosis.wrong-build.cure": (
        "use an image or build that names the card's architecture (gfx1201 for the R9700, gfx942 "
        "for the MI300X, gfx928 for the K100-AI), and remove HSA_OVERRIDE_GFX_VERSION if it is set "
        "for another one"
    ),
    "diagnosis.driver-mismatch.cause": (
        "the accelerator's driver and the engine's libraries do not match"
    ),
    "diagnosis.driver-mismatch.cure": (
        "update the driver or take an image made for it; after an update of the driver, restart "
        "the machine"
    ),
    "diagnosis.device-forbidden.cause": "the server may not open the accelerator's device files",
    "diagnosis.device-forbidden.cure": (
        "add its user to the groups render and video; in a container pass /dev/kfd and /dev/dri "
        "and add those groups"
    ),
    "diagnosis.container-without-device.cause": "the container has no accelerator",
    "diagnosis.container-without-device.cure": (
        "install the vendor's container toolkit or driver on the host, and compare `devices` "
        "(ROCm, DCU) or `deploy` (NVIDIA) in the compose file"
    ),
    "diagnosis.no-accelerator.cause": "the engine sees no accelerator",
    "diagnosis.no-accelerator.cure": (
        "check nvidia-smi or rocm-smi, and that HIP_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES names "
        "cards that are there"
    ),
    "diagnosis.too-few-accelerators.cause": (
        "more accelerators were requested than the server can see"
    ),
    "diagnosis.too-few-accelerators.cure": (
        "lower the tensor parallelism, or check that HIP_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES "
        "names enough of them"
    ),
    "diagnosis.parallelism-does-not-divide.cause": (
        "the tensor parallelism does not divide the model"
    ),
    "diagnosis.parallelism-does-not-divide.cure": (
        "use a tensor parallelism that divides its number of attention heads, such as 1, 2, 4 or 8"
    ),
    "diagnosis.kv-cache-too-small.cause": (
        "the accelerator's memory that the model leaves free does not hold one request of full "
        "length"
    ),
    "diagnosis.kv-cache-too-small.cure": (
        "lower max_model_len, raise --gpu-memory-utilization, or spread the model over more cards "
        "(TP=2)"
    ),
    "diagnosis.accelerator-memory-taken.cause": (
        "the accelerator's memory is already in use, by a server that still runs or has just ended"
    ),
    "diagnosis.accelerator-memory-taken.cure": (
        "end it (nvidia-smi or rocm-smi --showpids names it), or lower --gpu-memory-utilization"
    ),
    "diagnosis.accelerator-out-of-memory.cause": "the accelerator's memory (VRAM) ran out",
    "diagnosis.accelerator-out-of-memory.cure": (
        "spread the model over more cards (TP=2), lower max_model_len or --gpu-memory-utilization, "
        "or take a smaller or quantized model"
    ),
    "diagnosis.no-shared-memory.cause": (
        "the container's shared memory (/dev/shm) is too small for the engine's processes"
    ),
    "diagnosis.no-shared-memory.cure": (
        "run it with ipc: host (--ipc=host), or give it shm_size: 16g"
    ),
    "diagnosis.no-space.cause": "a disk is full",
    "diagnosis.no-space.cure": (
        "free space where the models are kept (HF_HOME) and where the results go; df -h shows "
        "which it is"
    ),
    "diagnosis.model-not-found.cause": "there is no such model, neither as a folder nor on the hub",
    "diagnosis.model-not-found.cure": (
        "check the spelling of its name; a folder must contain config.json and be visible inside "
        "the container"
    ),
    "diagnosis.model-gated.cause": (
        "access to the model has to be requested from its owner, and the server sent no token that "
        "has it"
    ),
    "diagnosis.model-gated.cure": (
        "ask for access on the model's page, and set HF_TOKEN for the server"
    ),
    "diagnosis.model-unreachable.cause": (
        "the model is not on this machine and the hub cannot be reached"
    ),
    "diagnosis.model-unreachable.cure": (
        "download it first on a machine with a network, or set HTTPS_PROXY or HF_ENDPOINT for the "
        "server"
    ),
    "diagnosis.model-unsupported.cause": (
        "this version of the engine does not know the model's architecture"
    ),
    "diagnosis.model-unsupported.cure": "use a newer engine, or a model that it supports",
    "diagnosis.context-beyond-model.cause": "max_model_len is longer than the model supports",
    "diagnosis.context-beyond-model.cure": (
        "lower max_model_len to what the model's config.json says"
    ),
    "diagnosis.dtype-unsupported.cause": "the card does not support the model's number format",
    "diagnosis.dtype-unsupported.cure": (
        "start the server with --dtype half, or take a model in another format"
    ),
    "diagnosis.port-taken.cause": "another program listens on the server's port",
    "diagnosis.port-taken.cure": (
        "end that program (ss -ltnp shows it), or choose another port in base_url and the command"
    ),
    "diagnosis.docker-unreachable.cause": (
        "the Docker engine does not run, or this user may not speak to it"
    ),
    "diagnosis.docker-unreachable.cure": (
        "start it (systemctl start docker), or add the user to the group docker and log in again"
    ),
    "diagnosis.registry-unreachable.cause": (
        "the container's image is not here, and its registry cannot be reached"
    ),
    "diagnosis.registry-unreachable.cure": (
        "pull it where there is a network and bring it over (docker save, docker load), or set a "
        "mirror for Docker"
    ),
    "diagnosis.image-missing.cause": "the container's image is neither here nor at its registry",
    "diagnosis.image-missing.cure": (
        "check its name and tag, log in to the registry (docker login), or load it (docker load)"
    ),
    "diagnosis.accelerator-fault.cause": "the accelerator or its driver failed while computing",
    "diagnosis.accelerator-fault.cure": (
        "look at dmesg, update driver and firmware, and check power, temperature and the seat of "
        "the card"
    ),
    "diagnosis.link-between-accelerators.cause": "the cards could not communicate (NCCL or RCCL)",
    "diagnosis.link-between-accelerators.cure": (
        "set NCCL_DEBUG=INFO and start it again to see the reason; ipc: host, NCCL_P2P_DISABLE=1 "
        "or iommu=pt often helps"
    ),
    "diagnosis.unknown-option.cause": (
        "this version of the engine does not know an option of the command"
    ),
    "diagnosis.unknown-option.cure": (
        "compare the command with the engine's --help, or use the version it was written for"
    ),
    "diagnosis.command-not-found.cause": (
        "the program that starts the server is not installed, or not on the PATH"
    ),
    "diagnosis.command-not-found.cure": (
        "install the engine, activate its environment, or give the full path in the command"
    ),
    "diagnosis.killed-for-memory.cause": (
        "the machine's own memory ran out, and the kernel killed the server"
    ),
    "diagnosis.killed-for-memory.cure": (
        "load with less memory (no --swap-space, fewer workers), give the container more, or add "
        "some; dmesg names the process"
    ),
    "diagnosis.context-too-long.cause": (
        "the prompt and the output of a request are together longer than the server's context "
        "length"
    ),
    "diagnosis.context-too-long.cure": (
        "shorten the requests (input_len, output_len), or restart the server with a larger "
        "--max-model-len"
    ),
    "diagnosis.accelerator-out-of-memory-under-load.cause": (
        "the accelerator's memory (VRAM) ran out under this load"
    ),
    "diagnosis.accelerator-out-of-memory-under-load.cure": (
        "lower max_concurrency or request_rate, shorten the prompts, or restart the server with "
        "more memory to spare (a lower --gpu-memory-utilization or --max-num-seqs, or TP=2)"
    ),
    "diagnosis.engine-dead.cause": (
        "the server's engine has died, and only its HTTP front still answers"
    ),
    "diagnosis.engine-dead.cure": (
        "read the server's log for the reason, restart the server, and measure again"
    ),
    "diagnosis.overloaded.cause": (
        "the server, or a gateway in front of it, accepts no more requests at this load"
    ),
    "diagnosis.overloaded.cure": (
        "lower request_rate or max_concurrency, or raise the limit of the server or gateway"
    ),
    "diagnosis.key-refused.cause": (
        "the server does not accept the API key of the requests, or needs one and got none"
    ),
    "diagnosis.key-refused.cure": (
        "set OPENAI_API_KEY in the shell to a key that may use this model"
    ),
    "diagnosis.body-too-large.cause": (
        "a request's body is larger than the server, or a gateway in front of it, accepts"
    ),
    "diagnosis.body-too-large.cure": (
        "raise that limit (client_max_body_size of nginx, --payload-limit of TGI), or shorten the "
        "prompts"
    ),
    "diagnosis.model-not-served.cause": "the server serves no model with the name in the requests",
    "diagnosis.model-not-served.cure": (
        "use a name that its /v1/models lists (--model of bench, served_model of a campaign's "
        "server)"
    ),
    "diagnosis.no-stream.cause": (
        "the server, or a gateway in front of it, does not stream, and without a stream there is "
        "no time to first token"
    ),
    "diagnosis.no-stream.cure": (
        "switch on streaming there, or measure the engine at its own address"
    ),
    "diagnosis.field-refused.cause": (
        "the server does not know a field of the requests, or does not accept its value"
    ),
    "diagnosis.field-refused.cure": (
        "leave out the flag, the key of `sampling` or the field of --extra-body that it names"
    ),
    "diagnosis.no-chat-template.cause": (
        "the model has no chat template, so the server cannot make a prompt of messages"
    ),
    "diagnosis.no-chat-template.cure": (
        "measure its completions (--backend openai), or restart the server with --chat-template"
    ),
    "diagnosis.gateway.cause": (
        "a gateway in front of the server got no answer from it in time, or could not reach it"
    ),
    "diagnosis.gateway.cure": (
        "raise the gateway's time-outs (proxy_read_timeout of nginx), check the server's log, "
        "or measure without the gateway"
    ),
    "diagnosis.device-missing.cause": (
        "the accelerator's device file (/dev/kfd, for DCUs also /dev/mkfd) is missing"
    ),
    "diagnosis.device-missing.cure": (
        "load the driver on the host (modprobe amdgpu; hycu or hydcu for DCUs), and pass "
        "--device=/dev/kfd --device=/dev/dri to the container"
    ),
    "diagnosis.library-mismatch.cause": (
        "a library of CUDA, ROCm, DTK or NCCL is missing or of another version than the engine was "
        "built with"
    ),
    "diagnosis.library-mismatch.cure": (
        "use the image that belongs to the installed CUDA, DTK or ROCm, mount /opt/hyhal for DCUs, "
        "and source only one of the environment scripts"
    ),
    "diagnosis.fabric-manager.cause": (
        "the fabric manager of NVIDIA does not run, which cards behind NVSwitch need"
    ),
    "diagnosis.fabric-manager.cure": (
        "start it on the host (`systemctl start nvidia-fabricmanager`) in the driver's "
        "version"
    ),
    "diagnosis.swap-space-too-large.cause": (
        "the swap space that the engine reserves is larger than the host's memory"
    ),
    "diagnosis.swap-space-too-large.cure": (
        "lower --swap-space (for example 4), or set it to 0"
    ),
    "diagnosis.weights-damaged.cause": (
        "a file of the model's weights is damaged or incomplete"
    ),
    "diagnosis.weights-damaged.cure": (
        "delete the file and download it again; compare its size with the hub's"
    ),
    "diagnosis.remote-code.cause": (
        "the model brings code of its own, which the engine does not run by default"
    ),
    "diagnosis.remote-code.cure": (
        "read that code, then start the server with --trust-remote-code"
    ),
    "diagnosis.tokenizer-unloadable.cause": (
        "the model's tokenizer cannot be loaded"
    ),
    "diagnosis.tokenizer-unloadable.cure": (
        "check that tokenizer.json or tokenizer.model is in the model's folder, install "
        "sentencepiece or tiktoken, or name another one with --tokenizer"
    ),
    "diagnosis.compiler-missing.cause": (
        "the engine compiles code with Triton while it starts, and there is no C compiler, or no "
        "Python headers"
    ),
    "diagnosis.compiler-missing.cure": (
        "install gcc and the Python headers (python3-dev or python3-devel) where the engine runs, "
        "or use an image that has them"
    ),
    "diagnosis.kernel-too-large.cause": (
        "a Triton kernel needs more shared memory on the chip than this card has"
    ),
    "diagnosis.kernel-too-large.cure": (
        "update the engine, or choose another attention backend or another quantization"
    ),
    "diagnosis.package-missing.cause": (
        "a Python package that the engine needs for this model or setting is not installed"
    ),
    "diagnosis.package-missing.cure": (
        "install it in the engine's environment (pip install and its name), or leave the "
        "setting out (VLLM_USE_MODELSCOPE needs modelscope)"
    ),
    "diagnosis.quantization-unsupported.cause": (
        "the engine or card does not support the model's quantization"
    ),
    "diagnosis.quantization-unsupported.cure": (
        "take the model in another format (BF16, or FP8 and AWQ where the card supports "
        "them), or a newer engine"
    ),
    "diagnosis.too-many-files.cause": (
        "the server has used up its file descriptors"
    ),
    "diagnosis.too-many-files.cure": (
        "raise the limit before it starts (ulimit -n 65536; --ulimit nofile=65536 for Docker)"
    ),
    "diagnosis.broadcast-stalled.cause": (
        "a worker of the server has not answered for a minute: cards wait for each other, or "
        "a first compilation takes long"
    ),
    "diagnosis.broadcast-stalled.cure": (
        "if a worker stays at 100% CPU, run `inferometer doctor` on the server's host: "
        "IOMMU and ACS, NCCL_P2P_DISABLE=1, --disable-custom-all-reduce; at a first start "
        "wait for the compilation"
    ),
    "diagnosis.preempted.cause": (
        "requests were preempted because the KV cache was full, and their work was done again"
    ),
    "diagnosis.preempted.cure": (
        "lower max_concurrency, raise --gpu-memory-utilization, or lower --max-num-seqs"
    ),
    "diagnosis.gfx-overridden.cause": (
        "the variable HSA_OVERRIDE_GFX_VERSION is set, so the engine runs code for another "
        "architecture"
    ),
    "diagnosis.gfx-overridden.cure": (
        "unset it, and use an image built for the card"
    ),
    "diagnosis.graphs-off.cause": (
        "the server runs without CUDA or HIP graphs, which costs processor time at every step"
    ),
    "diagnosis.graphs-off.cure": (
        "leave --enforce-eager out, or state it with the result"
    ),
    "diagnosis.slow-all-reduce.cause": (
        "the engine's own all-reduce is off, for example because the cards have no P2P; NCCL "
        "or RCCL is used instead"
    ),
    "diagnosis.slow-all-reduce.cure": (
        "nothing, if the cards are joined by PCIe only; otherwise check P2P and NVLink or "
        "XGMI"
    ),
    "diagnosis.slow-attention.cause": (
        "flash attention is not used, so long prompts are slower"
    ),
    "diagnosis.slow-attention.cure": (
        "install it for this card and engine, or state it with the result"
    ),
    "diagnosis.context-reduced.cause": (
        "the engine has reduced the context length to what fits"
    ),
    "diagnosis.context-reduced.cure": (
        "keep prompt plus output below the new max_model_len, or give the KV cache more "
        "memory"
    ),
    "diagnosis.container-name-taken.cause": (
        "a container of this name exists already"
    ),
    "diagnosis.container-name-taken.cure": (
        "remove it (docker rm -f and its name), or give the new one another name"
    ),
    "diagnosis.engine-file-outdated.cause": (
        "the TensorRT engine file was built by another version, or for another card"
    ),
    "diagnosis.engine-file-outdated.cure": (
        "build it again on this card with the installed version (trtllm-build), or let "
        "trtllm-serve load the model itself"
    ),
    "diagnosis.no-slot.cause": (
        "every accelerator that Xinference manages already holds a model"
    ),
    "diagnosis.no-slot.cure": (
        "end one of them (xinference list, then xinference terminate --model-uid and its name)"
    ),
    "diagnosis.forked.cause": (
        "the engine used the accelerator before it forked its workers"
    ),
    "diagnosis.forked.cure": (
        "set VLLM_WORKER_MULTIPROC_METHOD=spawn, and start the engine below if __name__ == "
        "'__main__'"
    ),
    "diagnosis.kernel-fault.cause": (
        "a kernel of the engine accessed memory that is not its own, which is usually a "
        "fault of the engine"
    ),
    "diagnosis.kernel-fault.cure": (
        "update the engine, or try another attention backend; if dmesg shows a fault of "
        "the card at that time, check the card"
    ),
    "diagnosis.rendezvous.cause": (
        "the server's processes do not reach each other over the network"
    ),
    "diagnosis.rendezvous.cure": (
        "set NCCL_SOCKET_IFNAME, GLOO_SOCKET_IFNAME and VLLM_HOST_IP to the network that "
        "the hosts share, and open the ports between them"
    ),
    "diagnosis.not-a-number.cause": (
        "the model computed NaN instead of probabilities, so its answers are worthless, and so "
        "are latencies of them"
    ),
    "diagnosis.not-a-number.cure": (
        "update the engine, or try another attention backend, another dtype (bfloat16 instead "
        "of float16) or another quantization; check the files of the weights"
    ),
    "diagnosis.lengths-contradict.cause": (
        "the server's limits of tokens contradict each other"
    ),
    "diagnosis.lengths-contradict.cure": (
        "set them so that --max-input-tokens < --max-total-tokens <= --max-batch-total-tokens, "
        "and --max-batch-prefill-tokens >= --max-input-tokens"
    ),
    "diagnosis.shard-not-started.cause": (
        "a process of the model (a shard of TGI) did not start; this line does not say why"
    ),
    "diagnosis.shard-not-started.cure": (
        "read the first error above it; it is usually memory of the accelerator, a build for "
        "another one, or a file of the model"
    ),
}
