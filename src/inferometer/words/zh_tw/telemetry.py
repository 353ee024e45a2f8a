"""`monitor` 顯示的內容（繁體中文）。"""

from __future__ import annotations

TELEMETRY: dict[str, str] = {
    "monitor.card": "加速卡",
    "monitor.name": "型號",
    "monitor.gpu_utilization": "GPU%",
    "monitor.memory": "GiB",
    "monitor.power": "W",
    "monitor.temperature": "°C",
    "monitor.gpu_clock": "MHz",
    "monitor.link": "PCIe",
    "monitor.no_cards": (
        "找不到加速卡：PCI 匯流排上沒有已知廠商的裝置，廠商工具也都沒有回應。若在容器中執行，請將"
        "裝置與 /sys 傳入容器。"
    ),
    "monitor.host": (
        "主機：負載 {load}，可用記憶體 {available} / {total} GiB；最近 10 秒等待 CPU 的時間佔 {cpu}"
        "%，等待記憶體的佔 {memory}%。"
    ),
    "monitor.contradiction": (
        "{card}：插槽回報 {slot}，驅動程式回報 {vendor}，兩者不一致；表中取較小者。"
    ),
    "monitor.narrow": "{card}：到處理器的路徑比插槽更窄：{narrowest}。",
    "monitor.unverifiable.virtual_machine": "{card}：目前是虛擬機器，無法驗證插槽的連結。",
    "monitor.unverifiable.no_port_above": (
        "{card}：看不到所在的插槽（內建於主機板，或直通給虛擬機器）。"
    ),
    "monitor.unverifiable.way_unknown": (
        "{card}：/sys 沒有指出它在匯流排上的位置，插槽的連結未知。"
    ),
    "monitor.unverifiable.not_reported": "{card}：插槽沒有回報連結，可能處於休眠狀態。",
    "monitor.tool.tool_missing": "未安裝 {tool}，或不在 PATH 中：只能由它提供的資料缺少。",
    "monitor.tool.tool_failed": "{tool} 執行失敗：只能由它提供的資料缺少。",
    "monitor.tool.tool_timeout": "{tool} 逾時未回應：只能由它提供的資料缺少。",
    "monitor.tool.unknown_format": "無法辨識 {tool} 的輸出：只能由它提供的資料缺少。",
    "monitor.power_unread": "{card}：讀不到功耗（{reason}）。",
    "monitor.reason.no_source": "沒有可用的資料來源",
    "monitor.reason.not_reported": "驅動程式沒有提供",
    "monitor.reason.permission": "目前的使用者沒有讀取權限",
    "monitor.reason.unreadable": "檔案無法讀取",
    "monitor.reason.not_a_number": "不是數字",
    "monitor.reason.unknown_format": "格式未知",
    "monitor.reason.unit_unknown": "單位未知",
    "monitor.rates": (
        "CPU {cpu}%，最忙的核心 {core}%；"
        "網路接收 {received} MB/s，傳送 {sent} MB/s；CPU 封裝功耗 {power} W。"
    ),
    "monitor.server": (
        "伺服器（{engine}）：執行中 {running}，排隊 {waiting}，KV cache {kv}%，"
        "輸出 {tokens} tokens/s。"
    ),
    "monitor.no_page": "伺服器：從 {url}/metrics 讀不到指標。",
    "monitor.and_others": ("{card} 和另外 {more} 張卡"),
    "monitor.other_file": (
        "{path} 已存在且內容不是樣本，未附加：請換一個檔名。"
    ),
    "monitor.large_file": ("{path} 超過 1 GiB：請寫入新檔案。"),
    "monitor.reason.card_lost": ("卡已遺失：從匯流排上斷線，或需要重設"),
    "monitor.reason.not_due": ("讀取間隔比取樣間隔長"),
    "monitor.reason.tool_missing": ("沒有安裝對應的工具"),
    "monitor.reason.tool_failed": ("對應的工具執行失敗"),
    "monitor.reason.tool_timeout": ("對應的工具沒有按時回應"),
    "progress.cards": (
        "{n} 張卡：GPU {utilization}%，顯示記憶體 {memory} GiB，功耗 {power} W，"
        "最高 {temperature} °C"
    ),
    "progress.cards.one": (
        "1 張卡：GPU {utilization}%，顯示記憶體 {memory} GiB，功耗 {power} W，{temperature} °C"
    ),
    "progress.more": "另有 {n} 張卡",
    "progress.more.one": "另有 1 張卡",
    "progress.host": (
        "主機：CPU {cpu}%，最忙的核心 {core}%，可用記憶體 {available} / {total} GiB"
    ),
    "progress.server": (
        "伺服器：執行中 {running}，排隊 {waiting}，KV cache {kv}%"
    ),
}
