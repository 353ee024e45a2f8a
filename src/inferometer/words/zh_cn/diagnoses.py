"""Causes and cures of known troubles with servers in Simplified Chinese."""

from __future__ import annotations

DIAGNOSES: dict[str, str] = {
    "diagnosis": "原因：{cause}。解决办法：{cure}。",
    "diagnosis.wrong-build.cause": "推理引擎不是为这块加速卡编译的，其中没有适用于它的代码",
    "diagnosis.wrong-build.cure": (
        "改用支持该卡架构的镜像或编译版本（R9700 为 gfx1201，MI300X 为 gfx942，K100-AI 为 gfx928）"
        "；如果 HSA_OVERRIDE_GFX_VERSION 设成了别的卡，请删除它"
    ),
    "diagnosis.driver-mismatch.cause": "加速卡驱动与推理引擎的库版本不匹配",
    "diagnosis.driver-mismatch.cure": "更新驱动，或改用与驱动匹配的镜像；更新驱动后请重启机器",
    "diagnosis.device-forbidden.cause": "服务器无权打开加速卡的设备文件",
    "diagnosis.device-forbidden.cure": (
        "把运行服务器的用户加入 render 和 video 组；在容器中请传入 /dev/kfd 和 /dev/dri，并加入这两"
        "个组"
    ),
    "diagnosis.container-without-device.cause": "容器里没有加速卡",
    "diagnosis.container-without-device.cure": (
        "在宿主机上安装厂商的容器工具包或驱动，并检查 compose 文件中的 `devices`（ROCm、DCU）或 "
        "`deploy`（NVIDIA）"
    ),
    "diagnosis.no-accelerator.cause": "推理引擎看不到加速卡",
    "diagnosis.no-accelerator.cure": (
        "用 nvidia-smi 或 rocm-smi 检查，并确认 HIP_VISIBLE_DEVICES 或 CUDA_VISIBLE_DEVICES 指定的"
        "卡存在"
    ),
    "diagnosis.too-few-accelerators.cause": "要求的加速卡多于服务器能看到的",
    "diagnosis.too-few-accelerators.cure": (
        "减小张量并行数，或确认 HIP_VISIBLE_DEVICES 或 CUDA_VISIBLE_DEVICES 指定了足够多的卡"
    ),
    "diagnosis.parallelism-does-not-divide.cause": "模型无法按这个张量并行数切分",
    "diagnosis.parallelism-does-not-divide.cure": (
        "把张量并行数设为能整除注意力头数的值，例如 1、2、4 或 8"
    ),
    "diagnosis.kv-cache-too-small.cause": "加载模型后剩余的显存放不下一个最长的请求",
    "diagnosis.kv-cache-too-small.cure": (
        "减小 max_model_len，提高 --gpu-memory-utilization，或把模型分到更多卡上（TP=2）"
    ),
    "diagnosis.accelerator-memory-taken.cause": "显存已被占用，可能是仍在运行或刚刚结束的服务器",
    "diagnosis.accelerator-memory-taken.cure": (
        "结束占用显存的进程（用 nvidia-smi 或 rocm-smi --showpids 查看），或降低 "
        "--gpu-memory-utilization"
    ),
    "diagnosis.accelerator-out-of-memory.cause": "显存不足",
    "diagnosis.accelerator-out-of-memory.cure": (
        "把模型分到更多卡上（TP=2），减小 max_model_len 或 --gpu-memory-utilization，或换用更小的或"
        "量化的模型"
    ),
    "diagnosis.no-shared-memory.cause": "容器的共享内存（/dev/shm）太小，引擎的进程不够用",
    "diagnosis.no-shared-memory.cure": "以 ipc: host（--ipc=host）运行，或设置 shm_size: 16g",
    "diagnosis.no-space.cause": "磁盘已满",
    "diagnosis.no-space.cure": "清理存放模型（HF_HOME）和存放结果的磁盘；用 df -h 查看是哪一个",
    "diagnosis.model-not-found.cause": "找不到这个模型：既没有这个文件夹，模型库中也没有",
    "diagnosis.model-not-found.cure": (
        "检查名称的拼写；文件夹里必须有 config.json，并且在容器内可见"
    ),
    "diagnosis.model-gated.cause": (
        "该模型需要向其所有者申请访问权限，而服务器没有提供已获授权的 token"
    ),
    "diagnosis.model-gated.cure": "在模型页面申请权限，并为服务器设置 HF_TOKEN",
    "diagnosis.model-unreachable.cause": "本机没有这个模型，也连接不上模型库",
    "diagnosis.model-unreachable.cure": (
        "先在能联网的机器上下载，或为服务器设置 HTTPS_PROXY 或 HF_ENDPOINT"
    ),
    "diagnosis.model-unsupported.cause": "这个版本的推理引擎不支持该模型的架构",
    "diagnosis.model-unsupported.cure": "换用更新的引擎，或它支持的模型",
    "diagnosis.context-beyond-model.cause": "max_model_len 超过了模型支持的长度",
    "diagnosis.context-beyond-model.cure": "把 max_model_len 减小到模型 config.json 中的值",
    "diagnosis.dtype-unsupported.cause": "该卡不支持模型的数值格式",
    "diagnosis.dtype-unsupported.cure": "启动服务器时加 --dtype half，或换用其他格式的模型",
    "diagnosis.port-taken.cause": "服务器的端口已被别的程序占用",
    "diagnosis.port-taken.cure": (
        "结束那个程序（用 ss -ltnp 查看），或在 base_url 和启动命令中换一个端口"
    ),
    "diagnosis.docker-unreachable.cause": "Docker 没有运行，或当前用户无权使用它",
    "diagnosis.docker-unreachable.cure": (
        "启动它（systemctl start docker），或把用户加入 docker 组后重新登录"
    ),
    "diagnosis.registry-unreachable.cause": "本机没有这个容器镜像，也连接不上镜像仓库",
    "diagnosis.registry-unreachable.cure": (
        "在能联网的机器上拉取后拷贝过来（docker save、docker load），或为 Docker 设置镜像源"
    ),
    "diagnosis.image-missing.cause": "本机和镜像仓库都没有这个容器镜像",
    "diagnosis.image-missing.cure": (
        "检查名称和标签，登录镜像仓库（docker login），或导入镜像（docker load）"
    ),
    "diagnosis.accelerator-fault.cause": "加速卡或其驱动在计算时出错",
    "diagnosis.accelerator-fault.cure": "查看 dmesg，更新驱动和固件，并检查供电、温度和卡是否插牢",
    "diagnosis.link-between-accelerators.cause": "卡间通信失败（NCCL 或 RCCL）",
    "diagnosis.link-between-accelerators.cure": (
        "设置 NCCL_DEBUG=INFO 后重新启动以查看原因；ipc: host、NCCL_P2P_DISABLE=1 或 iommu=pt 往往"
        "有效"
    ),
    "diagnosis.unknown-option.cause": "这个版本的推理引擎不认识启动命令中的某个参数",
    "diagnosis.unknown-option.cure": "对照引擎的 --help 检查命令，或改用与命令相符的版本",
    "diagnosis.command-not-found.cause": "启动服务器的程序没有安装，或不在 PATH 中",
    "diagnosis.command-not-found.cure": "安装推理引擎，激活它所在的环境，或在命令中写完整路径",
    "diagnosis.killed-for-memory.cause": "主机内存不足，服务器被内核终止",
    "diagnosis.killed-for-memory.cure": (
        "减少加载时的内存占用（不用 --swap-space，减少 worker），给容器更多内存，或增加内存；dmesg "
        "中有被终止的进程"
    ),
    "diagnosis.context-too-long.cause": "请求的输入加输出超过了服务器的上下文长度",
    "diagnosis.context-too-long.cure": (
        "缩短请求（input_len、output_len），或以更大的 --max-model-len 重启服务器"
    ),
    "diagnosis.accelerator-out-of-memory-under-load.cause": "在这一负载下显存不足",
    "diagnosis.accelerator-out-of-memory-under-load.cure": (
        "降低 max_concurrency 或 request_rate，缩短输入，或留出更多显存后重启服务器（减小 "
        "--gpu-memory-utilization 或 --max-num-seqs，或 TP=2）"
    ),
    "diagnosis.engine-dead.cause": "推理引擎已崩溃，只剩 HTTP 前端还在应答",
    "diagnosis.engine-dead.cure": "在服务器日志中查明原因，重启服务器后重新测量",
    "diagnosis.overloaded.cause": "服务器或其前置网关在这一负载下不再接受请求",
    "diagnosis.overloaded.cure": "降低 request_rate 或 max_concurrency，或放宽服务器、网关的限制",
    "diagnosis.key-refused.cause": "服务器不接受请求所带的 API 密钥，或需要密钥而请求没有带",
    "diagnosis.key-refused.cure": "在 shell 中把 OPENAI_API_KEY 设为有权使用该模型的密钥",
    "diagnosis.body-too-large.cause": "请求体超过了服务器或其前置网关的上限",
    "diagnosis.body-too-large.cure": (
        "调高该上限（nginx 的 client_max_body_size，TGI 的 --payload-limit），或缩短输入"
    ),
    "diagnosis.model-not-served.cause": "服务器没有请求中所写的那个模型",
    "diagnosis.model-not-served.cure": (
        "使用 /v1/models 列出的名称（bench 的 --model，测试计划文件中服务器的 served_model）"
    ),
    "diagnosis.no-stream.cause": "服务器或其前置网关没有流式返回，因此没有首 token 延迟",
    "diagnosis.no-stream.cure": "在那里打开流式输出，或直接用推理引擎自己的地址测量",
    "diagnosis.field-refused.cause": "服务器不认识请求中的某个字段，或不接受它的值",
    "diagnosis.field-refused.cure": (
        "去掉服务器指出的参数、`sampling` 中的键或 --extra-body 中的字段"
    ),
    "diagnosis.no-chat-template.cause": "模型没有聊天模板，服务器无法把消息转成输入",
    "diagnosis.no-chat-template.cure": (
        "改测 completions（--backend openai），或启动服务器时加 --chat-template"
    ),
    "diagnosis.gateway.cause": "前置网关没有等到服务器的应答，或连接不上服务器",
    "diagnosis.gateway.cure": (
        "调大网关的超时（nginx 的 proxy_read_timeout），查看服务器日志，或绕过网关直接测量"
    ),
    "diagnosis.device-missing.cause": (
        "缺少加速卡的设备文件（/dev/kfd，DCU 还有 /dev/mkfd）"
    ),
    "diagnosis.device-missing.cure": (
        "在主机上加载驱动（modprobe amdgpu；DCU 为 hycu 或 hydcu），并向容器传入 "
        "--device=/dev/kfd --device=/dev/dri"
    ),
    "diagnosis.library-mismatch.cause": (
        "CUDA、ROCm、DTK 或 NCCL 的库缺失，或与引擎编译时的版本不一致"
    ),
    "diagnosis.library-mismatch.cure": (
        "使用与已安装的 CUDA、DTK 或 ROCm 配套的镜像，DCU 需挂载 /opt/hyhal，环境脚本只 source 一个"
    ),
    "diagnosis.fabric-manager.cause": (
        "NVIDIA Fabric Manager 没有运行，NVSwitch 上的卡需要它"
    ),
    "diagnosis.fabric-manager.cure": (
        "在主机上启动与驱动同版本的 Fabric Manager（`systemctl start nvidia-fabricmanager`）"
    ),
    "diagnosis.swap-space-too-large.cause": "引擎预留的交换空间超过了主机内存",
    "diagnosis.swap-space-too-large.cure": (
        "调小 --swap-space（例如 4），或设为 0"
    ),
    "diagnosis.weights-damaged.cause": "模型权重文件损坏或不完整",
    "diagnosis.weights-damaged.cure": (
        "删除该文件后重新下载，并与模型库上的大小核对"
    ),
    "diagnosis.remote-code.cause": "模型自带代码，引擎默认不执行",
    "diagnosis.remote-code.cure": (
        "确认代码可信后，用 --trust-remote-code 启动服务器"
    ),
    "diagnosis.tokenizer-unloadable.cause": "无法加载模型的分词器",
    "diagnosis.tokenizer-unloadable.cure": (
        "检查模型目录中是否有 tokenizer.json 或 tokenizer.model，安装 sentencepiece 或 "
        "tiktoken，或用 --tokenizer 另行指定"
    ),
    "diagnosis.compiler-missing.cause": (
        "引擎启动时 Triton 要编译代码，但找不到 C 编译器或 Python 头文件"
    ),
    "diagnosis.compiler-missing.cure": (
        "在引擎的运行环境里安装 gcc 和 Python 头文件（python3-dev 或 python3-devel），"
        "或者换用自带这些组件的镜像"
    ),
    "diagnosis.kernel-too-large.cause": (
        "Triton 内核所需的片上共享内存超过了这张卡的上限"
    ),
    "diagnosis.kernel-too-large.cure": (
        "升级引擎，或者换一种 attention 后端或量化方式"
    ),
    "diagnosis.package-missing.cause": (
        "缺少引擎运行此模型或设置所需的 Python 包"
    ),
    "diagnosis.package-missing.cure": (
        "在引擎的环境中用 pip install 安装，或去掉相应设置（VLLM_USE_MODELSCOPE 需要 "
        "modelscope）"
    ),
    "diagnosis.quantization-unsupported.cause": (
        "引擎或加速卡不支持该模型的量化格式"
    ),
    "diagnosis.quantization-unsupported.cure": (
        "换用其他格式的模型（BF16，或加速卡支持的 FP8、AWQ），或更新的引擎"
    ),
    "diagnosis.too-many-files.cause": "服务器的文件描述符已用尽",
    "diagnosis.too-many-files.cure": (
        "启动前提高上限（ulimit -n 65536；Docker 用 --ulimit nofile=65536）"
    ),
    "diagnosis.broadcast-stalled.cause": (
        "服务器的工作进程一分钟没有响应：卡间互相等待，或首次编译耗时较长"
    ),
    "diagnosis.broadcast-stalled.cure": (
        "如果某个工作进程一直占满 CPU，请在服务器主机上运行 `inferometer doctor`：检查 IOMMU "
        "和 ACS，试 NCCL_P2P_DISABLE=1 或 --disable-custom-all-reduce；首次启动请等待编译完成"
    ),
    "diagnosis.preempted.cause": "KV 缓存用满，请求被抢占并重新计算",
    "diagnosis.preempted.cure": (
        "降低 max_concurrency，提高 --gpu-memory-utilization，或降低 --max-num-seqs"
    ),
    "diagnosis.gfx-overridden.cause": (
        "设置了 HSA_OVERRIDE_GFX_VERSION，引擎会运行其他架构的代码"
    ),
    "diagnosis.gfx-overridden.cure": "取消设置，并使用为该卡编译的镜像",
    "diagnosis.graphs-off.cause": (
        "服务器没有使用 CUDA/HIP 图，每步都多花处理器时间"
    ),
    "diagnosis.graphs-off.cure": "去掉 --enforce-eager，或在结果中注明",
    "diagnosis.slow-all-reduce.cause": (
        "引擎自带的 all-reduce 未启用（例如卡间没有 P2P），改用 NCCL 或 RCCL"
    ),
    "diagnosis.slow-all-reduce.cure": (
        "如果卡间只有 PCIe，无需处理；否则请检查 P2P 和 NVLink 或 XGMI"
    ),
    "diagnosis.slow-attention.cause": "没有使用 FlashAttention，长输入会更慢",
    "diagnosis.slow-attention.cure": "为该卡和引擎安装，或在结果中注明",
    "diagnosis.context-reduced.cause": "引擎把上下文长度缩小到可容纳的大小",
    "diagnosis.context-reduced.cure": (
        "让输入加输出小于新的 max_model_len，或给 KV 缓存更多显存"
    ),
    "diagnosis.container-name-taken.cause": ("同名容器已经存在"),
    "diagnosis.container-name-taken.cure": (
        "用 docker rm -f 加容器名删除它，或换一个容器名"
    ),
    "diagnosis.engine-file-outdated.cause": (
        "TensorRT engine 文件由其他版本构建，或为其他型号的卡构建"
    ),
    "diagnosis.engine-file-outdated.cure": (
        "在这张卡上用已安装的版本重新构建（trtllm-build），或让 trtllm-serve 直接加载模型"
    ),
    "diagnosis.no-slot.cause": ("Xinference 管理的每张卡上都已有模型"),
    "diagnosis.no-slot.cure": (
        "停掉其中一个（xinference list 查看，再用 xinference terminate --model-uid 加模型名停止）"
    ),
    "diagnosis.forked.cause": ("推理引擎在 fork 工作进程之前已经使用了加速卡"),
    "diagnosis.forked.cure": (
        "设置 VLLM_WORKER_MULTIPROC_METHOD=spawn，并在 if __name__ == '__main__' 之下启动引擎"
    ),
    "diagnosis.kernel-fault.cause": (
        "推理引擎的某个 kernel 访问了不属于它的显存，通常是引擎的缺陷"
    ),
    "diagnosis.kernel-fault.cure": (
        "升级引擎，或换一个 attention 后端；如果 dmesg 在同一时刻有该卡的报错，再检查硬件"
    ),
    "diagnosis.rendezvous.cause": ("服务器的各进程之间网络不通"),
    "diagnosis.rendezvous.cure": (
        "把 NCCL_SOCKET_IFNAME、GLOO_SOCKET_IFNAME 和 VLLM_HOST_IP "
        "设为各主机互通的网络，并放开主机之间的端口"
    ),
    "diagnosis.not-a-number.cause": (
        "模型算出的 logits 含 NaN：生成的内容无意义，测得的时延也就没有意义"
    ),
    "diagnosis.not-a-number.cure": (
        "升级引擎，或换一个 attention 后端、数据类型（用 bfloat16 代替 float16）或量化方式；"
        "并检查权重文件"
    ),
    "diagnosis.lengths-contradict.cause": "服务器的几个 token 上限互相矛盾",
    "diagnosis.lengths-contradict.cure": (
        "应满足 --max-input-tokens < --max-total-tokens <= --max-batch-total-tokens，"
        "且 --max-batch-prefill-tokens >= --max-input-tokens"
    ),
    "diagnosis.shard-not-started.cause": (
        "模型的一个进程（TGI 的 shard）没有启动成功；这一行没有说明原因"
    ),
    "diagnosis.shard-not-started.cure": (
        "看它上方的第一个报错；通常是显存不足、镜像不是为该卡编译的，或模型文件有问题"
    ),
}
