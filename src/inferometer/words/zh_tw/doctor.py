"""`doctor` 顯示的內容：各項檢查的名稱和處理辦法（繁體中文）。"""

from __future__ import annotations

DOCTOR: dict[str, str] = {
    "doctor.group.host": "主機",
    "doctor.group.pcie": "PCIe 匯流排",
    "doctor.group.gpu": "加速卡與鏈路",
    "doctor.group.container": "容器",
    "doctor.group.environment": "環境變數",
    "doctor.group.client": "用戶端",
    "doctor.group.server": "伺服器",
    "doctor.group.joined": "由多項事實得出的結論",
    "doctor.group.log": "伺服器記錄",
    "doctor.status.ok": "正常",
    "doctor.status.info": "提示",
    "doctor.status.warn": "警告",
    "doctor.status.fail": "故障",
    "doctor.status.skipped": "略過",
    "doctor.line": "{title}：{evidence}",
    "doctor.reason.no_source": "這裡沒有可讀的來源",
    "doctor.reason.permission": "只有 root 可以讀取",
    "doctor.reason.unreadable": "無法讀取",
    "doctor.reason.not_reported": "沒有提供",
    "doctor.reason.virtual_machine": "虛擬機裡看不到",
    "doctor.reason.another_machine": "檔案來自另一台機器",
    "doctor.reason.no_cards": "沒有發現加速卡",
    "doctor.reason.one_card": "只有一張加速卡",
    "doctor.reason.other_vendor": "不適用於該廠商的卡",
    "doctor.reason.not_a_container": "不在容器中",
    "doctor.reason.no_server": "沒有指定伺服器（方法見 `inferometer doctor -h`）",
    "doctor.reason.server_silent": "伺服器沒有回應",
    "doctor.reason.server_elsewhere": "這裡看不到伺服器行程",
    "doctor.reason.tool_missing": "沒有安裝所需工具",
    "doctor.reason.tool_failed": "工具執行失敗",
    "doctor.reason.tool_timeout": "工具沒有按時回應",
    "doctor.reason.one_node": "只有一個 NUMA 節點",
    "doctor.summary": (
        "故障 {fail} 項，警告 {warn} 項，提示 {info} 項，正常 {ok} 項，略過 {skipped} 項。"
    ),
    "doctor.hint.fix": (
        "`inferometer doctor --fix` 列出可用的命令，但不會執行。"
    ),
    "doctor.hint.all": "`--all` 顯示每項檢查的依據。",
    "doctor.fix.none": "沒有可以用指令解決的問題。",
    "doctor.fix.head": "以下指令可能有幫助，均未執行；請先逐條確認。",
    "doctor.log.line": "第 {number} 行：{line}",
    "doctor.log.line.unknown": "接近結尾：{line}",
    "doctor.log.again": "同類共 {n} 行。",
    "doctor.log.clean": "{lines} 行中沒有發現已知問題。",
    "doctor.log.empty": "記錄是空的：請給出伺服器寫入的記錄檔。",
    "doctor.log.unread": "中間的 {mib} MiB 沒有讀取。",
    "doctor.log.unjudged": "有 {n} 行沒有檢查：記錄中不同的行太多。",
    "doctor.log.cannot": "無法讀取 {path}：{why}。請提供可讀的記錄檔。",
    "doctor.expect.too_long": (
        "{name}：檔案超過 {most} 位元組，描述一台機器用不了這麼長。"
    ),
    "doctor.expect.no_mapping": (
        "{name}:1：機器描述應是含有 name、host、cards 的對應；`inferometer doctor "
        "--expect-template` 可輸出範例。"
    ),
    "doctor.expect.comment": "這是本機的現狀：請改成應有的規格。",
    "doctor.expect.suffix": (
        "--report 需要以 .html 或 .md 結尾的檔案，而不是 {path}。"
    ),
    "doctor.expect.written": "頁面已寫入 {path}。",
    "doctor.sheet.title": "驗收單",
    "doctor.sheet.item": "項目",
    "doctor.sheet.expected": "要求",
    "doctor.sheet.found": "實測",
    "doctor.sheet.outcome": "結果",
    "doctor.sheet.pass": "通過",
    "doctor.sheet.fail": "不通過",
    "doctor.sheet.unread": "未核實",
    "doctor.sheet.line": "{title}：要求 {expected}，實測 {found}",
    "doctor.sheet.noted": "{found}（{note}）",
    "doctor.sheet.yes": "是",
    "doctor.sheet.no": "否",
    "doctor.sheet.unreadable": "這裡無法讀取",
    "doctor.sheet.idle": "目前速率較低，但能力足夠：請在負載下再看",
    "doctor.sheet.outcome.pass": "通過：機器符合要求。",
    "doctor.sheet.outcome.fail": "不通過：機器不符合要求。",
    "doctor.sheet.outcome.unread": "未核實：沒有不符之處，但並非每項都能檢查。",
    "doctor.sheet.by": "檢查人",
    "doctor.sheet.on": "日期",
    "doctor.page.checks": "機器檢查",
    "doctor.page.status": "狀態",
    "doctor.page.check": "檢查項",
    "doctor.page.evidence": "依據",
    "doctor.page.advice": "處理辦法",
    "doctor.page.name": "名稱",
    "doctor.item.host.cpu": "處理器",
    "doctor.item.host.cpus": "邏輯 CPU 數",
    "doctor.item.host.memory_gib": "記憶體，至少（GiB）",
    "doctor.item.host.numa_nodes": "NUMA 節點數",
    "doctor.item.host.kernel": "核心",
    "doctor.item.host.governor": "CPU 調頻策略",
    "doctor.item.host.numa_balancing": "NUMA 自動平衡",
    "doctor.item.host.smt": "SMT（超執行緒）",
    "doctor.item.host.iommu": "IOMMU 模式",
    "doctor.item.host.clock_source": "時鐘來源",
    "doctor.item.cards.count": "加速卡數量",
    "doctor.item.cards.vendor": "加速卡廠商",
    "doctor.item.cards.name": "加速卡型號",
    "doctor.item.cards.memory_gib": "每卡顯示記憶體，至少（GiB）",
    "doctor.item.cards.power_limit_w": "功耗上限（W）",
    "doctor.item.cards.driver": "驅動程式版本",
    "doctor.item.cards.architecture": "架構",
    "doctor.item.cards.direct_links": "NVLink 或 XGMI",
    "doctor.item.cards.link.generation": "PCIe 世代",
    "doctor.item.cards.link.width": "PCIe 通道數",
    "doctor.cleanup.process": "行程 {name}：{detail}，父行程已結束",
    "doctor.cleanup.folder": "暫存目錄 {name}（{detail}）",
    "doctor.cleanup.containers": "compose 專案 {name} 的容器：{detail}",
    "doctor.cleanup.results": "未能存到原位置的結果，予以保留：{name}",
    "doctor.cleanup.none": "本機沒有被中止的執行留下的東西。",
    "doctor.cleanup.ask": "要刪除嗎？",
    "doctor.cleanup.how": (
        "沒有刪除任何東西；`inferometer cleanup --yes` 會刪除以上各項（標明保留的除外）。"
    ),
    "doctor.cleanup.stays": "沒有刪除：{what}。請以其擁有者的身分手動刪除。",
    "doctor.cleanup.done": "已刪除 {n} 項。",
    "doctor.cleanup.done.one": "已刪除 1 項。",
    "doctor.setup.optional": "（選用）",
    "doctor.setup.ask": "現在執行其中不需要 sudo 的指令嗎？",
    "doctor.setup.how": (
        "沒有安裝任何東西；`inferometer setup --yes` 會執行只影響自身環境的指令。"
    ),
    "doctor.setup.failed": "{command} 以 {code} 結束，請看上面的輸出。",
    "doctor.need.stamps": "核心時間戳：準確的到達時刻（需要 Linux）",
    "doctor.need.descriptors": "檔案描述元：每個進行中的請求一個",
    "doctor.need.calibration": "校準：用戶端在本機上的精度",
    "doctor.need.extra.tokenizers": (
        "tokenizers：伺服器不能計 token 時，用於產生長度精確的輸入"
    ),
    "doctor.need.extra.datasets": "datasets：Hugging Face hub 的資料集",
    "doctor.need.extra.excel": "xlsxwriter：匯出 Excel 表格",
    "doctor.need.tool.nvidia": "nvidia-smi：隨 NVIDIA 驅動程式安裝",
    "doctor.need.tool.amd": "amd-smi 或 rocm-smi：隨 ROCm 安裝",
    "doctor.need.tool.hygon": "hy-smi：隨海光驅動程式（/opt/hyhal）或 DTK 安裝",
    "doctor.need.tool.intel": "xpu-smi：來自 Intel 資料中心 GPU 套件庫",
    "doctor.need.tool.ascend": "npu-smi：隨昇騰驅動程式安裝",
    "doctor.need.tool.mthreads": "mthreads-gmi：隨摩爾執行緒驅動程式安裝",
    "doctor.need.docker": "Docker 與 compose：用於伺服器在容器中執行的測試任務",
    "doctor.need.numactl": "numactl：把伺服器綁定到靠近加速卡的處理器",
    "doctor.title.host.cpu.governor": "CPU 調頻策略",
    "doctor.advice.host.cpu.governor": (
        "請求處理期間 CPU 會變頻，延遲因此偏高且不穩定。請把調頻策略設為 performance。"
    ),
    "doctor.title.host.cpu.energy_preference": "CPU 能耗偏好",
    "doctor.advice.host.cpu.energy_preference": (
        "CPU 優先節能，升頻較慢。請把偏好設為 performance。"
    ),
    "doctor.title.host.cpu.frequency_cap": "CPU 頻率上限",
    "doctor.advice.host.cpu.frequency_cap": (
        "CPU 無法達到最高頻率。請把 scaling_max_freq 提高到 cpuinfo_max_freq。"
    ),
    "doctor.title.host.cpu.boost": "CPU 加速頻率",
    "doctor.advice.host.cpu.boost": (
        "加速頻率已關閉：延遲更穩定，但 CPU 較慢。請只與設定相同的機器比較。"
    ),
    "doctor.title.host.cpu.smt": "SMT（超執行緒）",
    "doctor.advice.host.cpu.smt": (
        "每個核心由兩個邏輯 CPU 共用。用戶端不要跑在伺服器所用核心的另一個執行緒上。"
    ),
    "doctor.title.host.cpu.offline": "離線的 CPU",
    "doctor.advice.host.cpu.offline": (
        "有 CPU 處於離線狀態。請只與 CPU 數相同的機器比較。"
    ),
    "doctor.title.host.cpu.load": "系統負載",
    "doctor.advice.host.cpu.load": (
        "其他程式占用了 CPU：用戶端打時間戳可能延後，伺服器也可能要等待。測量前請先結束這些程"
        "式。"
    ),
    "doctor.title.host.cpu.pressure": "CPU 壓力",
    "doctor.advice.host.cpu.pressure": (
        "有工作在等待 CPU。請結束其他程式，或給用戶端和伺服器更多核心。"
    ),
    "doctor.title.host.cpu.steal": "被其他虛擬機占用的 CPU 時間（steal）",
    "doctor.advice.host.cpu.steal": (
        "虛擬化平台把本機的 CPU 時間分給了其他虛擬機。請使用獨占的 CPU，或直接在實體機上測量"
        "。"
    ),
    "doctor.title.host.cpu.quota": "控制群組的 CPU 配額",
    "doctor.advice.host.cpu.quota": (
        "控制群組限制了 CPU 時間，被限流的用戶端會延後打時間戳。請提高配額（Docker 的 "
        "`--cpus`），或綁定到整顆核心。"
    ),
    "doctor.title.host.cpu.thermal": "CPU 過熱降頻",
    "doctor.advice.host.cpu.thermal": (
        "開機以來 CPU 曾因過熱降頻。請檢查風扇、風道和電源設定。"
    ),
    "doctor.title.host.numa.balancing": "NUMA 自動平衡",
    "doctor.advice.host.numa.balancing": (
        "核心在伺服器執行時把記憶體分頁搬到其他 NUMA 節點，會造成停頓和抖動。請設為 0。"
    ),
    "doctor.title.host.memory.available": "可用記憶體",
    "doctor.advice.host.memory.available": (
        "可用記憶體很少：伺服器或用戶端可能被系統終止，或者用到置換空間。請結束其他程式。"
    ),
    "doctor.title.host.memory.swap": "置換空間",
    "doctor.advice.host.memory.swap": (
        "已有記憶體被置換到磁碟，需要時再讀回會造成停頓。請先騰出記憶體，再清空置換空間。"
    ),
    "doctor.title.host.memory.pressure": "記憶體壓力",
    "doctor.advice.host.memory.pressure": (
        "有工作在等待記憶體。請釋放記憶體，或減少伺服器占用的主機記憶體。"
    ),
    "doctor.title.host.memory.oom_kills": "因記憶體不足被終止的行程",
    "doctor.advice.host.memory.oom_kills": (
        "開機以來核心因記憶體耗盡終止過行程，核心記錄裡有名稱。"
    ),
    "doctor.title.host.memory.huge_pages": "預留的大型分頁",
    "doctor.advice.host.memory.huge_pages": (
        "預留的大型分頁沒有使用，其他程式也用不到這部分記憶體。如果沒有程式需要，請釋放。"
    ),
    "doctor.title.host.memory.transparent_pages": "透明大型分頁",
    "doctor.advice.host.memory.transparent_pages": (
        "核心在每次分派記憶體時都會整理，會讓程式停頓。請把 defrag 設為 madvise。"
    ),
    "doctor.title.host.memory.group": "控制群組的記憶體上限",
    "doctor.advice.host.memory.group": (
        "控制群組限制了記憶體。模型會經由分頁快取載入，請給容器更多記憶體。"
    ),
    "doctor.title.host.memory.shared": "共享記憶體（/dev/shm）",
    "doctor.advice.host.memory.shared": (
        "多卡推論引擎透過 /dev/shm 交換資料，太小就會失敗。請擴大到 16 GiB。"
    ),
    "doctor.advice.host.memory.shared.container": (
        "容器預設只有 64 MiB 的 /dev/shm，多卡推論不夠用。請用 `--ipc=host` 或 "
        "`--shm-size=16g` 啟動容器。"
    ),
    "doctor.title.host.limits.memlock": "鎖定記憶體上限",
    "doctor.advice.host.limits.memlock": (
        "鎖頁緩衝區和 RDMA 需要鎖定記憶體。請解除此上限後再啟動伺服器。"
    ),
    "doctor.title.host.limits.processes": "行程數上限",
    "doctor.advice.host.limits.processes": (
        "推論引擎會啟動大量執行緒。請提高上限。"
    ),
    "doctor.title.host.clock.source": "時鐘來源",
    "doctor.advice.host.clock.source": (
        "讀取這個時鐘要花數微秒，每個時間戳都要付出這個代價。請改用 tsc；如果被核心棄用，請"
        "在 dmesg 中尋找 `clocksource`。"
    ),
    "doctor.title.host.clock.synchronized": "時鐘同步",
    "doctor.advice.host.clock.synchronized": (
        "系統時鐘沒有同步。不影響延遲數值，但與其他機器的記錄對不上時間。請啟用 NTP。"
    ),
    "doctor.title.host.disk.results": "結果所在磁碟",
    "doctor.advice.host.disk.results": (
        "儲存結果的磁碟空間不足。請騰出空間，或換一個目錄。"
    ),
    "doctor.title.host.disk.cache": "模型所在磁碟",
    "doctor.advice.host.disk.cache": (
        "下載模型的磁碟空間不足。請騰出空間，或把 HF_HOME 指向別處。"
    ),
    "doctor.title.host.disk.network": "模型所在檔案系統",
    "doctor.advice.host.disk.network": (
        "模型放在網路檔案系統上，伺服器啟動會很慢。請複製到本機磁碟。"
    ),
    "doctor.title.host.kernel.machine_checks": "核心記錄中的硬體錯誤（MCE）",
    "doctor.advice.host.kernel.machine_checks": (
        "處理器或記憶體回報了硬體錯誤。請用 `rasdaemon` 或 `mcelog` 檢視；如反覆出現，請更換"
        "零件。"
    ),
    "doctor.title.host.kernel.killed": "核心記錄中因記憶體不足被終止的行程",
    "doctor.advice.host.kernel.killed": (
        "核心因記憶體耗盡終止了行程。請給伺服器更多記憶體，或減少載入時的工作行程。"
    ),
    "doctor.title.host.virtual": "虛擬機",
    "doctor.advice.host.virtual": (
        "這是虛擬機：無法核實加速卡的插槽，同一台實體機上的其他虛擬機也可能拖慢它。"
    ),
    "doctor.title.host.locale": "地區設定",
    "doctor.advice.host.locale": (
        "地區設定不是 UTF-8，非 ASCII 的名稱會顯示為問號。請設定 LANG，例如 C.UTF-8。"
    ),
    "doctor.title.pcie.iommu": "IOMMU",
    "doctor.advice.pcie.iommu": (
        "IOMMU 對加速卡的記憶體存取做位址轉換，會降低卡間頻寬。請以 iommu=pt 啟動核心。"
    ),
    "doctor.title.pcie.acs": "PCIe 存取控制（ACS）",
    "doctor.advice.pcie.acs": (
        "加速卡上游的埠把卡間流量轉到根埠。如果虛擬機不需要，請關閉重新導向。"
    ),
    "doctor.title.pcie.aspm.policy": "PCIe 節能（ASPM）",
    "doctor.advice.pcie.aspm.policy": (
        "鏈路閒置時休眠，喚醒有延遲。請把政策設為 performance。"
    ),
    "doctor.title.pcie.aspm.links": "加速卡鏈路的休眠",
    "doctor.advice.pcie.aspm.links": (
        "加速卡的鏈路閒置時可能休眠，首次傳輸會多出數微秒。可以在韌體設定中關閉。"
    ),
    "doctor.title.pcie.payload": "PCIe 承載大小",
    "doctor.advice.pcie.payload": (
        "加速卡傳送的封包小於通路允許的大小，會損失頻寬。請以 pci=pcie_bus_perf 啟動核心。"
    ),
    "doctor.title.pcie.relaxed_ordering": "PCIe 寬鬆排序",
    "doctor.advice.pcie.relaxed_ordering": (
        "加速卡按嚴格順序傳送，在部分平台上會損失頻寬。請在韌體設定中啟用寬鬆排序。"
    ),
    "doctor.title.pcie.errors": "PCIe 錯誤（AER）",
    "doctor.advice.pcie.errors": (
        "通往加速卡的鏈路記錄到錯誤。請重新插好卡和轉接卡，或強制降低 PCIe 世代。"
    ),
    "doctor.title.pcie.kernel_log": "核心記錄中的 PCIe 錯誤",
    "doctor.advice.pcie.kernel_log": (
        "核心回報了 PCIe 匯流排錯誤。請重新插好卡和轉接卡，或強制降低 PCIe 世代。"
    ),
    "doctor.title.gpu.visible": "加速卡",
    "doctor.advice.gpu.visible": (
        "本機沒有發現加速卡。僅作用戶端沒有問題；如果是伺服器，請檢查插接、供電和韌體設定（"
        "Above 4G Decoding）。"
    ),
    "doctor.advice.gpu.visible.container": (
        "容器內沒有發現加速卡。僅作用戶端沒有問題；如果是伺服器，請把裝置和 /sys 傳入容器。"
    ),
    "doctor.title.gpu.driver": "加速卡驅動程式",
    "doctor.advice.gpu.driver": (
        "沒有載入廠商的核心模組。請載入，或安裝驅動程式。"
    ),
    "doctor.advice.gpu.driver.handed_over": (
        "有卡保留給虛擬機（vfio-pci），本機的推論引擎無法使用。"
    ),
    "doctor.advice.gpu.driver.nouveau": (
        "nouveau 驅動程式占用了這張卡，推論引擎無法使用。請停用 nouveau，安裝 NVIDIA 驅動程式"
        "並重新開機。"
    ),
    "doctor.title.gpu.driver.library": "驅動程式與程式庫的版本（NVIDIA）",
    "doctor.advice.gpu.driver.library": (
        "已載入的驅動程式與程式庫版本不一致。請重新開機，或重新載入驅動程式模組。"
    ),
    "doctor.title.gpu.lost": "沒有回應的卡（NVIDIA）",
    "doctor.advice.gpu.lost": (
        "有卡在匯流排上，但驅動程式無法存取。請檢查供電和插接，然後重新開機。"
    ),
    "doctor.title.gpu.device_files": "加速卡的裝置檔",
    "doctor.advice.gpu.device_files": (
        "/dev 下缺少推論引擎要開啟的裝置檔。請載入驅動程式模組（NVIDIA 還需 nvidia-uvm）。"
    ),
    "doctor.advice.gpu.device_files.container": (
        "容器內 /dev 下缺少推論引擎要開啟的裝置檔。請傳入容器：`--device=/dev/kfd "
        "--device=/dev/dri`（AMD、海光），`--gpus all`（NVIDIA）。"
    ),
    "doctor.title.gpu.permission": "使用加速卡的權限",
    "doctor.advice.gpu.permission": (
        "目前的使用者無權開啟加速卡的裝置檔。請加入其所屬的群組並重新登入。"
    ),
    "doctor.advice.gpu.permission.container": (
        "目前的使用者無權開啟加速卡的裝置檔。在容器裡請用數字群組號新增：同名的群組可能不是同"
        "一個。"
    ),
    "doctor.title.gpu.render_order": "/dev/dri 的編號（海光）",
    "doctor.advice.gpu.render_order": (
        "主機板的顯示晶片占用了 /dev/dri 的一個編號，DCU 的編號因此不連續。請用 "
        "HIP_VISIBLE_DEVICES 選卡，不要用這些編號。"
    ),
    "doctor.title.gpu.persistence": "持久模式（NVIDIA）",
    "doctor.advice.gpu.persistence": (
        "沒有程式使用時驅動程式會卸載：啟動變慢，功耗上限等設定也會遺失。請啟用持久模式。"
    ),
    "doctor.title.gpu.ecc.mode": "ECC 模式（NVIDIA）",
    "doctor.advice.gpu.ecc.mode": (
        "ECC 已關閉，或各卡不一致；ECC 會占用少量顯示記憶體和頻寬。請只比較設定相同的卡。"
    ),
    "doctor.title.gpu.ecc.errors": "無法更正的顯示記憶體錯誤",
    "doctor.advice.gpu.ecc.errors": (
        "顯示記憶體出現無法更正的錯誤，結果可能不正確。請重設該卡；如再次出現，請更換。"
    ),
    "doctor.title.gpu.ecc.pending": "待生效的顯示記憶體修復（NVIDIA）",
    "doctor.advice.gpu.ecc.pending": (
        "有顯示記憶體列等待替換，需要重設該卡才能生效。請結束卡上的所有程式後重設。"
    ),
    "doctor.title.gpu.kernel_log": "核心記錄中的加速卡錯誤",
    "doctor.advice.gpu.kernel_log": (
        "核心回報了加速卡錯誤。請在 NVIDIA 的 Xid 列表中查編號，並更新驅動程式。"
    ),
    "doctor.advice.gpu.kernel_log.lost": (
        "有卡從匯流排上斷線（Xid 79）。請檢查供電、線材、插接和溫度，然後重新開機。"
    ),
    "doctor.advice.gpu.kernel_log.reset": (
        "顯示記憶體錯誤需要重設才能修復。請結束卡上的程式並重設；如反覆出現，請更換。"
    ),
    "doctor.advice.gpu.kernel_log.firmware": (
        "卡的韌體（GSP）回應逾時（Xid 119、120）。請更新驅動程式；驅動程式允許時可關閉 GSP。"
    ),
    "doctor.advice.gpu.kernel_log.amd": (
        "amdgpu 驅動程式回報了 ring 逾時、重設或壞頁。請更新驅動程式和韌體，並檢查溫度和供電"
        "。"
    ),
    "doctor.advice.gpu.kernel_log.program": (
        "程式的操作被卡拒絕（Xid 13、31、43、45）。首先應懷疑程式而不是卡：請更新推論引擎。"
    ),
    "doctor.title.gpu.partition": "加速卡的切分",
    "doctor.advice.gpu.partition": (
        "加速卡已切分（MIG 或 AMD 運算分割）：功耗和鏈路屬於整張卡。"
    ),
    "doctor.title.gpu.mixed": "加速卡型號是否一致",
    "doctor.advice.gpu.mixed": (
        "加速卡型號不一致，張量平行時由最慢的卡決定速度。請用 CUDA_VISIBLE_DEVICES 或 "
        "HIP_VISIBLE_DEVICES 選同型號的卡。"
    ),
    "doctor.title.gpu.numa": "加速卡所在的 NUMA 節點",
    "doctor.advice.gpu.numa": (
        "韌體沒有提供加速卡所在的 NUMA 節點，無法就近綁定。請更新韌體，或查閱主機板手冊。"
    ),
    "doctor.title.gpu.memory.used": "已占用的顯示記憶體",
    "doctor.advice.gpu.memory.used": (
        "顯示記憶體已被占用，可能是受測伺服器，也可能是其他程式。啟動伺服器前請結束其他占用顯"
        "示記憶體的程式。"
    ),
    "doctor.title.gpu.memory.bar": "Resizable BAR（可調 BAR）",
    "doctor.advice.gpu.memory.bar": (
        "處理器只能存取部分顯示記憶體，載入和卡間傳輸會變慢。請在韌體設定中啟用 Resizable "
        "BAR 和 Above 4G Decoding。"
    ),
    "doctor.title.gpu.processes": "加速卡上的程式",
    "doctor.advice.gpu.processes": (
        "加速卡上有程式在執行。如果不是受測伺服器，就會干擾測量，請結束。"
    ),
    "doctor.title.gpu.power.cap": "加速卡功耗上限",
    "doctor.advice.gpu.power.cap": (
        "有卡的功耗上限低於預設值。請調高，或在結果中註明。"
    ),
    "doctor.title.gpu.throttled": "降頻（NVIDIA）",
    "doctor.advice.gpu.throttled": (
        "有卡因過熱或供電降頻。請檢查風道、風扇、線材和電源。"
    ),
    "doctor.title.gpu.temperature": "加速卡溫度",
    "doctor.advice.gpu.temperature": (
        "有卡過熱，或熱點溫度遠高於邊緣溫度。請檢查風道、風扇和導熱膏。"
    ),
    "doctor.title.gpu.clock.stuck": "忙碌加速卡的頻率",
    "doctor.advice.gpu.clock.stuck": (
        "有卡在忙碌時頻率遠低於最高頻率。請更新驅動程式，或斷電重啟。"
    ),
    "doctor.title.gpu.link.width": "PCIe 通道數",
    "doctor.advice.gpu.link.width": (
        "有卡使用的 PCIe 通道數少於上限。請檢查插槽、轉接卡、韌體的通道拆分設定和插接。"
    ),
    "doctor.title.gpu.link.speed": "PCIe 速率",
    "doctor.advice.gpu.link.speed": (
        "PCIe 鏈路速率低於上限。卡處於閒置，可能只是節能：請在負載下再看。"
    ),
    "doctor.advice.gpu.link.speed.busy": (
        "卡在忙碌時 PCIe 鏈路速率仍低於上限。請檢查轉接卡、插槽和韌體中的 PCIe 世代設定。"
    ),
    "doctor.title.gpu.link.narrowest": "插槽到處理器的通路",
    "doctor.advice.gpu.link.narrowest": (
        "插槽上游有更慢的鏈路：可能是晶片組的插槽或共用的交換晶片。請換到直連處理器的插槽。"
    ),
    "doctor.title.gpu.link.contradiction": "插槽與驅動程式回報的鏈路是否一致",
    "doctor.advice.gpu.link.contradiction": (
        "插槽與驅動程式回報的鏈路不一致。請以較小者為準，並在負載下再看。"
    ),
    "doctor.title.gpu.link.unverifiable": "能否看到插槽",
    "doctor.advice.gpu.link.unverifiable": (
        "這裡看不到加速卡的插槽，鏈路只能以驅動程式所報為準。請在實體機上執行。"
    ),
    "doctor.title.gpu.link.replays": "PCIe 重傳",
    "doctor.advice.gpu.link.replays": (
        "開機以來有封包重傳。如果負載下計數繼續增加，請重新插好卡和轉接卡。"
    ),
    "doctor.title.gpu.link.peers": "卡間互連",
    "doctor.advice.gpu.link.peers": (
        "卡間只有 PCIe 互連，張量平行的速度取決於插槽；單卡多副本的吞吐量往往更高。"
    ),
    "doctor.title.container.inside": "容器",
    "doctor.advice.container.inside": (
        "目前在容器中執行：限制和裝置都是容器的。"
    ),
    "doctor.title.container.pinning": "容器內的鎖頁記憶體",
    "doctor.advice.container.pinning": (
        "容器不能鎖定記憶體分頁，RDMA 和部分推論引擎需要這項能力。請新增 IPC_LOCK 並解除上限"
        "。"
    ),
    "doctor.title.container.seccomp": "容器的系統呼叫過濾",
    "doctor.advice.container.seccomp": (
        "容器啟用了系統呼叫過濾，AMD 建議關閉。請用 `--security-opt seccomp=unconfined` 啟動"
        "。"
    ),
    "doctor.title.container.engine": "Docker 引擎",
    "doctor.advice.container.engine": (
        "已安裝 Docker，但沒有回應目前的使用者。只有容器裡的伺服器需要它：請啟動，或加入 "
        "docker 群組。"
    ),
    "doctor.title.container.toolkit": "NVIDIA 容器工具組",
    "doctor.advice.container.toolkit": (
        "Docker 無法把 NVIDIA 卡交給容器。請安裝 NVIDIA 容器工具組並設定 Docker。"
    ),
    "doctor.title.environment.visible_devices": "選卡的環境變數",
    "doctor.advice.environment.visible_devices": (
        "同時設定了多個選卡變數，後一個只在前一個剩下的卡裡選。請只保留一個（ROCm 上的 vLLM "
        "讀 CUDA_VISIBLE_DEVICES）。"
    ),
    "doctor.title.environment.hidden_devices": "所選的卡是否存在",
    "doctor.advice.environment.hidden_devices": (
        "變數指定的卡不存在，推論引擎會少看到卡，甚至看不到卡。請改正。"
    ),
    "doctor.title.environment.gfx_override": "架構覆寫（AMD）",
    "doctor.advice.environment.gfx_override": (
        "HSA_OVERRIDE_GFX_VERSION 讓引擎執行為其他架構編譯的程式碼，可能當機或算錯。請取消設"
        "定，並使用為該卡編譯的映像檔。"
    ),
    "doctor.title.environment.built_for": "PyTorch 是否為該卡編譯（AMD）",
    "doctor.advice.environment.built_for": (
        "PyTorch 不是為該卡的架構編譯的。請換用包含該架構的映像檔。"
    ),
    "doctor.title.environment.debugging": "除錯變數",
    "doctor.advice.environment.debugging": (
        "設定了除錯變數，會拖慢推論引擎。測量前請取消設定。"
    ),
    "doctor.title.environment.interfaces": "NCCL 的網路介面",
    "doctor.advice.environment.interfaces": (
        "變數指定的網路介面不存在，多機啟動會卡住。請改正。"
    ),
    "doctor.title.environment.proxy": "HTTP 代理",
    "doctor.advice.environment.proxy": (
        "設定了代理，且沒有排除本機位址。本工具不使用代理；curl 等其他用戶端會把本機請求送給"
        "代理。"
    ),
    "doctor.title.client.descriptors": "開啟檔案數上限",
    "doctor.advice.client.descriptors": (
        "每個進行中的請求需要一個檔案描述元。請把上限提高到並行數的四倍。"
    ),
    "doctor.title.client.ports": "本機連接埠數",
    "doctor.advice.client.ports": (
        "連線同一位址可用的本機連接埠較少。請擴大範圍。"
    ),
    "doctor.title.client.stamps": "核心時間戳",
    "doctor.advice.client.stamps": (
        "核心不為到達的資料打時間戳，用戶端忙碌時會把自身延遲算到伺服器頭上。請在 Linux 上測"
        "量。"
    ),
    "doctor.title.client.calibration": "本機校準",
    "doctor.advice.client.calibration": (
        "還不知道用戶端在本機上的精度。`bench` 會視需要校準；完整校準需要幾分鐘。"
    ),
    "doctor.title.client.cores": "用戶端可用核心",
    "doctor.advice.client.cores": (
        "用戶端只有一個核心，還要與系統共用。請至少給兩個。"
    ),
    "doctor.title.client.python": "Python 直譯器",
    "doctor.advice.client.python": (
        "這個 Python 是除錯版或 32 位元版：用戶端更慢，且在使用者空間打時間戳。請換用一般的 "
        "64 位元版本。"
    ),
    "doctor.title.client.others": "其他測量",
    "doctor.advice.client.others": (
        "本機似乎還有另一個測量在進行，會相互干擾。請等它結束。"
    ),
    "doctor.title.server.reachable": "伺服器是否回應",
    "doctor.advice.server.reachable": (
        "伺服器沒有正常回應。請檢查它是否在執行、位址和連接埠是否正確，並檢視記錄（"
        "`inferometer doctor --log FILE`）。"
    ),
    "doctor.title.server.model": "伺服器的模型",
    "doctor.advice.server.model": "伺服器列出了多個模型。請指定要測的模型。",
    "doctor.title.server.max_model_len": "上下文長度",
    "doctor.advice.server.max_model_len": (
        "伺服器沒有提供上下文長度，過長的請求只有失敗後才會發現。"
    ),
    "doctor.title.server.version": "引擎版本",
    "doctor.advice.server.version": "伺服器沒有提供版本。請在結果中註明。",
    "doctor.title.server.here": "伺服器在本機",
    "doctor.advice.server.here": (
        "伺服器和用戶端共用本機處理器。請綁定到不同核心，或從另一台機器測量。"
    ),
    "doctor.title.server.metrics": "伺服器的計數器",
    "doctor.advice.server.metrics": (
        "伺服器沒有可辨識的指標頁，無法與它自己的計數核對。SGLang 請加 `--enable-metrics`。"
    ),
    "doctor.title.server.idle": "伺服器是否閒置",
    "doctor.advice.server.idle": (
        "伺服器正在處理其他請求。請等待，或改測獨占的伺服器。"
    ),
    "doctor.title.server.cache_use": "KV 快取占用",
    "doctor.advice.server.cache_use": (
        "KV 快取快滿了，請求會排隊或被搶占。請降低負載，或給快取更多顯示記憶體。"
    ),
    "doctor.title.server.preemptions": "啟動以來的搶占次數",
    "doctor.advice.server.preemptions": (
        "啟動以來發生過搶占：某個負載下 KV 快取曾經用滿。"
    ),
    "doctor.title.server.prefix_caching": "前綴快取",
    "doctor.advice.server.prefix_caching": (
        "前綴快取已啟用：重複的輸入會讓 TTFT 偏低。請在每個測點使用不同輸入，或關閉它。"
    ),
    "doctor.title.server.chunked_prefill": "分塊預填充",
    "doctor.advice.server.chunked_prefill": (
        "分塊預填充已啟用：長輸入會穿插在輸出 token 之間處理，在 TTFT 與 ITL 之間取捨。請在結"
        "果中註明。"
    ),
    "doctor.title.server.eager": "伺服器的運算圖",
    "doctor.advice.server.eager": (
        "伺服器沒有使用 CUDA/HIP 圖，每步都多花處理器時間。請去掉 `--enforce-eager`，或在結果"
        "中註明。"
    ),
    "doctor.title.server.descriptors": "伺服器的開啟檔案數上限",
    "doctor.advice.server.descriptors": (
        "負載下伺服器可能耗盡檔案描述元。請先執行 `ulimit -n 65536` 再啟動。"
    ),
    "doctor.title.server.cpus": "伺服器可用核心",
    "doctor.advice.server.cpus": (
        "伺服器綁定在部分核心上。請確認它們靠近所用的加速卡。"
    ),
    "doctor.title.server.clock": "伺服器的時鐘",
    "doctor.advice.server.clock": (
        "伺服器與用戶端的時間不一致。延遲只用用戶端時鐘測量；如需對照記錄，請在兩邊啟用 NTP。"
    ),
    "doctor.title.joined.collective_hang": "經 IOMMU 和 ACS 的 all-reduce",
    "doctor.advice.joined.collective_hang": (
        "卡間沒有 NVLink 或 XGMI，P2P 要經過位址轉換的 IOMMU 和重新導向的埠：TP > 1 時 "
        "all-reduce 可能卡住，利用率停在 100%。請以 iommu=pt 啟動核心、關閉這些埠的 ACS，或"
        "設定 NCCL_P2P_DISABLE=1。"
    ),
    "doctor.advice.joined.collective_hang.avoided": (
        "本機可能讓 all-reduce 卡住；NCCL_P2P_DISABLE=1 已避開，但會降低卡間頻寬。"
    ),
    "doctor.title.joined.r9700_deadlock": "R9700 且 TP ≥ 2",
    "doctor.advice.joined.r9700_deadlock": (
        "兩張及以上 R9700（gfx1201）在 all-reduce 中會死結，除非為伺服器設定 "
        "NCCL_PROTO=Simple。"
    ),
    "doctor.title.joined.r9700_freeze": "四張以上 R9700 且啟用 P2P",
    "doctor.advice.joined.r9700_freeze": (
        "四張及以上 R9700（gfx1201）直接互訪曾導致整機當機。請為伺服器設定 NCCL_P2P_DISABLE=1"
        "。"
    ),
    "doctor.title.joined.parallel_over_narrow": "經窄插槽的張量平行",
    "doctor.advice.joined.parallel_over_narrow": (
        "卡間沒有 NVLink 或 XGMI，且插槽最多四通道：TP > 1 時預填充會很慢。請換更寬的插槽，或"
        "改用單卡多副本。"
    ),
    "doctor.title.joined.memory_stall": "記憶體造成的停頓",
    "doctor.advice.joined.memory_stall": (
        "記憶體已被置換，且有工作正在等待記憶體：伺服器或用戶端會停頓。測量前請釋放記憶體。"
    ),
    "doctor.title.joined.client_beside_server": "用戶端與伺服器共用核心",
    "doctor.advice.joined.client_beside_server": (
        "用戶端與伺服器共用少量核心且都沒有綁核，用戶端的延遲會算到伺服器頭上。請分別綁核，或"
        "從另一台機器測量。"
    ),
}
