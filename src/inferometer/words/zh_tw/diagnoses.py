"""Causes and cures of known troubles with servers in Traditional Chinese (Taiwan)."""

from __future__ import annotations

DIAGNOSES: dict[str, str] = {
    "diagnosis": "原因：{cause}。解決辦法：{cure}。",
    "diagnosis.wrong-build.cause": "推論引擎不是為這塊加速卡編譯的，其中沒有適用於它的程式碼",
    "diagnosis.wrong-build.cure": (
        "改用支援該卡架構的映像檔或編譯版本（R9700 為 gfx1201，MI300X 為 gfx942，K100-AI 為 gfx928"
        "）；如果 HSA_OVERRIDE_GFX_VERSION 設成了別的卡，請刪除它"
    ),
    "diagnosis.driver-mismatch.cause": "加速卡驅動與推論引擎的函式庫版本不匹配",
    "diagnosis.driver-mismatch.cure": "更新驅動，或改用與驅動匹配的映像檔；更新驅動後請重啟機器",
    "diagnosis.device-forbidden.cause": "伺服器無權開啟加速卡的裝置檔案",
    "diagnosis.device-forbidden.cure": (
        "把執行伺服器的使用者加入 render 和 video 群組；在容器中請傳入 /dev/kfd 和 /dev/dri，並加入"
        "這兩個群組"
    ),
    "diagnosis.container-without-device.cause": "容器裡沒有加速卡",
    "diagnosis.container-without-device.cure": (
        "在主機上安裝廠商的容器工具包或驅動，並檢查 compose 檔案中的 `devices`（ROCm、DCU）或 "
        "`deploy`（NVIDIA）"
    ),
    "diagnosis.no-accelerator.cause": "推論引擎看不到加速卡",
    "diagnosis.no-accelerator.cure": (
        "用 nvidia-smi 或 rocm-smi 檢查，並確認 HIP_VISIBLE_DEVICES 或 CUDA_VISIBLE_DEVICES 指定的"
        "卡存在"
    ),
    "diagnosis.too-few-accelerators.cause": "要求的加速卡多於伺服器能看到的",
    "diagnosis.too-few-accelerators.cure": (
        "減小張量平行數，或確認 HIP_VISIBLE_DEVICES 或 CUDA_VISIBLE_DEVICES 指定了足夠多的卡"
    ),
    "diagnosis.parallelism-does-not-divide.cause": "模型無法按這個張量平行數切分",
    "diagnosis.parallelism-does-not-divide.cure": (
        "把張量平行數設為能整除注意力頭數的值，例如 1、2、4 或 8"
    ),
    "diagnosis.kv-cache-too-small.cause": "載入模型後剩餘的顯示記憶體放不下一個最長的請求",
    "diagnosis.kv-cache-too-small.cure": (
        "減小 max_model_len，提高 --gpu-memory-utilization，或把模型分到更多卡上（TP=2）"
    ),
    "diagnosis.accelerator-memory-taken.cause": (
        "顯示記憶體已被佔用，可能是仍在執行或剛剛結束的伺服器"
    ),
    "diagnosis.accelerator-memory-taken.cure": (
        "結束佔用顯示記憶體的行程（用 nvidia-smi 或 rocm-smi --showpids 查看），或降低 "
        "--gpu-memory-utilization"
    ),
    "diagnosis.accelerator-out-of-memory.cause": "顯示記憶體不足",
    "diagnosis.accelerator-out-of-memory.cure": (
        "把模型分到更多卡上（TP=2），減小 max_model_len 或 --gpu-memory-utilization，或換用更小的或"
        "量化的模型"
    ),
    "diagnosis.no-shared-memory.cause": "容器的共享記憶體（/dev/shm）太小，引擎的行程不夠用",
    "diagnosis.no-shared-memory.cure": "以 ipc: host（--ipc=host）執行，或設定 shm_size: 16g",
    "diagnosis.no-space.cause": "磁碟已滿",
    "diagnosis.no-space.cure": "清理存放模型（HF_HOME）和存放結果的磁碟；用 df -h 查看是哪一個",
    "diagnosis.model-not-found.cause": "找不到這個模型：既沒有這個資料夾，模型庫中也沒有",
    "diagnosis.model-not-found.cure": (
        "檢查名稱的拼寫；資料夾裡必須有 config.json，並且在容器內可見"
    ),
    "diagnosis.model-gated.cause": (
        "該模型需要向其所有者申請存取權限，而伺服器沒有提供已獲授權的 token"
    ),
    "diagnosis.model-gated.cure": "在模型頁面申請權限，並為伺服器設定 HF_TOKEN",
    "diagnosis.model-unreachable.cause": "本機沒有這個模型，也連不上模型庫",
    "diagnosis.model-unreachable.cure": (
        "先在能連網的機器上下載，或為伺服器設定 HTTPS_PROXY 或 HF_ENDPOINT"
    ),
    "diagnosis.model-unsupported.cause": "這個版本的推論引擎不支援該模型的架構",
    "diagnosis.model-unsupported.cure": "換用更新的引擎，或它支援的模型",
    "diagnosis.context-beyond-model.cause": "max_model_len 超過了模型支援的長度",
    "diagnosis.context-beyond-model.cure": "把 max_model_len 減小到模型 config.json 中的值",
    "diagnosis.dtype-unsupported.cause": "該卡不支援模型的數值格式",
    "diagnosis.dtype-unsupported.cure": "啟動伺服器時加 --dtype half，或換用其他格式的模型",
    "diagnosis.port-taken.cause": "伺服器的連接埠已被別的程式佔用",
    "diagnosis.port-taken.cure": (
        "結束那個程式（用 ss -ltnp 查看），或在 base_url 和啟動命令中換一個連接埠"
    ),
    "diagnosis.docker-unreachable.cause": "Docker 沒有執行，或目前使用者無權使用它",
    "diagnosis.docker-unreachable.cure": (
        "啟動它（systemctl start docker），或把使用者加入 docker 群組後重新登入"
    ),
    "diagnosis.registry-unreachable.cause": "本機沒有這個容器映像檔，也連不上映像檔倉庫",
    "diagnosis.registry-unreachable.cure": (
        "在能連網的機器上拉取後複製過來（docker save、docker load），或為 Docker 設定映像檔源"
    ),
    "diagnosis.image-missing.cause": "本機和映像檔倉庫都沒有這個容器映像檔",
    "diagnosis.image-missing.cure": (
        "檢查名稱和標籤，登入映像檔倉庫（docker login），或匯入映像檔（docker load）"
    ),
    "diagnosis.accelerator-fault.cause": "加速卡或其驅動在計算時出錯",
    "diagnosis.accelerator-fault.cure": "查看 dmesg，更新驅動和韌體，並檢查供電、溫度和卡是否插牢",
    "diagnosis.link-between-accelerators.cause": "卡間通訊失敗（NCCL 或 RCCL）",
    "diagnosis.link-between-accelerators.cure": (
        "設定 NCCL_DEBUG=INFO 後重新啟動以查看原因；ipc: host、NCCL_P2P_DISABLE=1 或 iommu=pt 往往"
        "有效"
    ),
    "diagnosis.unknown-option.cause": "這個版本的推論引擎不認識啟動命令中的某個參數",
    "diagnosis.unknown-option.cure": "對照引擎的 --help 檢查命令，或改用與命令相符的版本",
    "diagnosis.command-not-found.cause": "啟動伺服器的程式沒有安裝，或不在 PATH 中",
    "diagnosis.command-not-found.cure": "安裝推論引擎，啟用它所在的環境，或在命令中寫完整路徑",
    "diagnosis.killed-for-memory.cause": "主機記憶體不足，伺服器被核心終止",
    "diagnosis.killed-for-memory.cure": (
        "減少載入時的記憶體佔用（不用 --swap-space，減少 worker），給容器更多記憶體，或增加記憶體；"
        "dmesg 中有被終止的行程"
    ),
    "diagnosis.context-too-long.cause": "請求的輸入加輸出超過了伺服器的上下文長度",
    "diagnosis.context-too-long.cure": (
        "縮短請求（input_len、output_len），或以更大的 --max-model-len 重啟伺服器"
    ),
    "diagnosis.accelerator-out-of-memory-under-load.cause": "在這一負載下顯示記憶體不足",
    "diagnosis.accelerator-out-of-memory-under-load.cure": (
        "降低 max_concurrency 或 request_rate，縮短輸入，或留出更多顯示記憶體後重啟伺服器（減小 "
        "--gpu-memory-utilization 或 --max-num-seqs，或 TP=2）"
    ),
    "diagnosis.engine-dead.cause": "推論引擎已崩潰，只剩 HTTP 前端還在回應",
    "diagnosis.engine-dead.cure": "在伺服器日誌中查明原因，重啟伺服器後重新測量",
    "diagnosis.overloaded.cause": "伺服器或其前置閘道在這一負載下不再接受請求",
    "diagnosis.overloaded.cure": "降低 request_rate 或 max_concurrency，或放寬伺服器、閘道的限制",
    "diagnosis.key-refused.cause": "伺服器不接受請求所帶的 API 金鑰，或需要金鑰而請求沒有帶",
    "diagnosis.key-refused.cure": "在 shell 中把 OPENAI_API_KEY 設為有權使用該模型的金鑰",
    "diagnosis.body-too-large.cause": "請求體超過了伺服器或其前置閘道的上限",
    "diagnosis.body-too-large.cure": (
        "調高該上限（nginx 的 client_max_body_size，TGI 的 --payload-limit），或縮短輸入"
    ),
    "diagnosis.model-not-served.cause": "伺服器沒有請求中所寫的那個模型",
    "diagnosis.model-not-served.cure": (
        "使用 /v1/models 列出的名稱（bench 的 --model，測試計畫檔案中伺服器的 served_model）"
    ),
    "diagnosis.no-stream.cause": "伺服器或其前置閘道沒有串流回傳，因此沒有首 token 延遲",
    "diagnosis.no-stream.cure": "在那裡開啟串流輸出，或直接用推論引擎自己的位址測量",
    "diagnosis.field-refused.cause": "伺服器不認識請求中的某個欄位，或不接受它的值",
    "diagnosis.field-refused.cure": (
        "去掉伺服器指出的參數、`sampling` 中的鍵或 --extra-body 中的欄位"
    ),
    "diagnosis.no-chat-template.cause": "模型沒有聊天範本，伺服器無法把訊息轉成輸入",
    "diagnosis.no-chat-template.cure": (
        "改測 completions（--backend openai），或啟動伺服器時加 --chat-template"
    ),
    "diagnosis.gateway.cause": "前置閘道沒有等到伺服器的回應，或連不上伺服器",
    "diagnosis.gateway.cure": (
        "調大閘道的逾時（nginx 的 proxy_read_timeout），查看伺服器日誌，或繞過閘道直接測量"
    ),
    "diagnosis.device-missing.cause": (
        "缺少加速卡的裝置檔（/dev/kfd，DCU 還有 /dev/mkfd）"
    ),
    "diagnosis.device-missing.cure": (
        "在主機上載入驅動程式（modprobe amdgpu；DCU 為 hycu 或 hydcu），並向容器傳入 "
        "--device=/dev/kfd --device=/dev/dri"
    ),
    "diagnosis.library-mismatch.cause": (
        "CUDA、ROCm、DTK 或 NCCL 的程式庫缺少，或與引擎編譯時的版本不一致"
    ),
    "diagnosis.library-mismatch.cure": (
        "使用與已安裝的 CUDA、DTK 或 ROCm 配套的映像檔，DCU 需掛載 /opt/hyhal，環境指令稿只 source "
        "一個"
    ),
    "diagnosis.fabric-manager.cause": (
        "NVIDIA Fabric Manager 沒有執行，NVSwitch 上的卡需要它"
    ),
    "diagnosis.fabric-manager.cure": (
        "在主機上啟動與驅動程式同版本的 Fabric Manager（`systemctl start "
        "nvidia-fabricmanager`）"
    ),
    "diagnosis.swap-space-too-large.cause": (
        "引擎預留的置換空間超過了主機記憶體"
    ),
    "diagnosis.swap-space-too-large.cure": (
        "調小 --swap-space（例如 4），或設為 0"
    ),
    "diagnosis.weights-damaged.cause": "模型權重檔損壞或不完整",
    "diagnosis.weights-damaged.cure": (
        "刪除該檔案後重新下載，並與模型庫上的大小核對"
    ),
    "diagnosis.remote-code.cause": "模型自帶程式碼，引擎預設不執行",
    "diagnosis.remote-code.cure": (
        "確認程式碼可信後，用 --trust-remote-code 啟動伺服器"
    ),
    "diagnosis.tokenizer-unloadable.cause": "無法載入模型的分詞器",
    "diagnosis.tokenizer-unloadable.cure": (
        "檢查模型目錄中是否有 tokenizer.json 或 tokenizer.model，安裝 sentencepiece 或 "
        "tiktoken，或用 --tokenizer 另行指定"
    ),
    "diagnosis.compiler-missing.cause": (
        "引擎啟動時 Triton 要編譯程式碼，但找不到 C 編譯器或 Python 標頭檔"
    ),
    "diagnosis.compiler-missing.cure": (
        "在引擎的執行環境中安裝 gcc 和 Python 標頭檔（python3-dev 或 python3-devel），"
        "或改用內含這些元件的映像檔"
    ),
    "diagnosis.kernel-too-large.cause": (
        "Triton 核心所需的晶片內共享記憶體超過這張卡的上限"
    ),
    "diagnosis.kernel-too-large.cure": (
        "升級引擎，或改用其他 attention 後端或量化方式"
    ),
    "diagnosis.package-missing.cause": (
        "缺少引擎執行此模型或設定所需的 Python 套件"
    ),
    "diagnosis.package-missing.cure": (
        "在引擎的環境中用 pip install 安裝，或去掉相應設定（VLLM_USE_MODELSCOPE 需要 "
        "modelscope）"
    ),
    "diagnosis.quantization-unsupported.cause": (
        "引擎或加速卡不支援該模型的量化格式"
    ),
    "diagnosis.quantization-unsupported.cure": (
        "換用其他格式的模型（BF16，或加速卡支援的 FP8、AWQ），或更新的引擎"
    ),
    "diagnosis.too-many-files.cause": "伺服器的檔案描述元已用盡",
    "diagnosis.too-many-files.cure": (
        "啟動前提高上限（ulimit -n 65536；Docker 用 --ulimit nofile=65536）"
    ),
    "diagnosis.broadcast-stalled.cause": (
        "伺服器的工作行程一分鐘沒有回應：卡間互相等待，或首次編譯耗時較長"
    ),
    "diagnosis.broadcast-stalled.cure": (
        "如果某個工作行程一直占滿 CPU，請在伺服器主機上執行 `inferometer doctor`：檢查 IOMMU "
        "和 ACS，試 NCCL_P2P_DISABLE=1 或 --disable-custom-all-reduce；首次啟動請等待編譯完成"
    ),
    "diagnosis.preempted.cause": "KV 快取用滿，請求被搶占並重新計算",
    "diagnosis.preempted.cure": (
        "降低 max_concurrency，提高 --gpu-memory-utilization，或降低 --max-num-seqs"
    ),
    "diagnosis.gfx-overridden.cause": (
        "設定了 HSA_OVERRIDE_GFX_VERSION，引擎會執行其他架構的程式碼"
    ),
    "diagnosis.gfx-overridden.cure": "取消設定，並使用為該卡編譯的映像檔",
    "diagnosis.graphs-off.cause": (
        "伺服器沒有使用 CUDA/HIP 圖，每步都多花處理器時間"
    ),
    "diagnosis.graphs-off.cure": "去掉 --enforce-eager，或在結果中註明",
    "diagnosis.slow-all-reduce.cause": (
        "引擎自帶的 all-reduce 未啟用（例如卡間沒有 P2P），改用 NCCL 或 RCCL"
    ),
    "diagnosis.slow-all-reduce.cure": (
        "如果卡間只有 PCIe，無需處理；否則請檢查 P2P 和 NVLink 或 XGMI"
    ),
    "diagnosis.slow-attention.cause": "沒有使用 FlashAttention，長輸入會更慢",
    "diagnosis.slow-attention.cure": "為該卡和引擎安裝，或在結果中註明",
    "diagnosis.context-reduced.cause": "引擎把上下文長度縮小到可容納的大小",
    "diagnosis.context-reduced.cure": (
        "讓輸入加輸出小於新的 max_model_len，或給 KV 快取更多顯示記憶體"
    ),
    "diagnosis.container-name-taken.cause": ("同名容器已經存在"),
    "diagnosis.container-name-taken.cure": (
        "用 docker rm -f 加容器名稱刪除它，或換一個容器名稱"
    ),
    "diagnosis.engine-file-outdated.cause": (
        "TensorRT engine 檔由其他版本建置，或為其他型號的卡建置"
    ),
    "diagnosis.engine-file-outdated.cure": (
        "在這張卡上用已安裝的版本重新建置（trtllm-build），或讓 trtllm-serve 直接載入模型"
    ),
    "diagnosis.no-slot.cause": ("Xinference 管理的每張卡上都已有模型"),
    "diagnosis.no-slot.cure": (
        "停掉其中一個（xinference list 查看，再用 xinference terminate --model-uid 加模型名稱停止）"
    ),
    "diagnosis.forked.cause": ("推論引擎在 fork 工作行程之前已經使用了加速卡"),
    "diagnosis.forked.cure": (
        "設定 VLLM_WORKER_MULTIPROC_METHOD=spawn，並在 if __name__ == '__main__' 之下啟動引擎"
    ),
    "diagnosis.kernel-fault.cause": (
        "推論引擎的某個 kernel 存取了不屬於它的顯示記憶體，通常是引擎的缺陷"
    ),
    "diagnosis.kernel-fault.cure": (
        "升級引擎，或換一個 attention 後端；如果 dmesg 在同一時刻有該卡的錯誤，再檢查硬體"
    ),
    "diagnosis.rendezvous.cause": ("伺服器的各行程之間網路不通"),
    "diagnosis.rendezvous.cure": (
        "把 NCCL_SOCKET_IFNAME、GLOO_SOCKET_IFNAME 與 VLLM_HOST_IP "
        "設為各主機互通的網路，並開放主機之間的連接埠"
    ),
    "diagnosis.not-a-number.cause": (
        "模型算出的 logits 含 NaN：產生的內容沒有意義，量到的延遲也就沒有意義"
    ),
    "diagnosis.not-a-number.cure": (
        "升級引擎，或換一個 attention 後端、資料型別（用 bfloat16 代替 float16）或量化方式；"
        "並檢查權重檔案"
    ),
    "diagnosis.lengths-contradict.cause": "伺服器的幾個 token 上限互相矛盾",
    "diagnosis.lengths-contradict.cure": (
        "應滿足 --max-input-tokens < --max-total-tokens <= --max-batch-total-tokens，"
        "且 --max-batch-prefill-tokens >= --max-input-tokens"
    ),
    "diagnosis.shard-not-started.cause": (
        "模型的一個行程（TGI 的 shard）沒有啟動成功；這一行沒有說明原因"
    ),
    "diagnosis.shard-not-started.cure": (
        "看它上方的第一個錯誤；通常是顯示記憶體不足、映像檔不是為該卡編譯的，或模型檔案有問題"
    ),
}
