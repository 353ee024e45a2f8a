"""`doctor` 讀到的內容中的詞（繁體中文）。"""

from __future__ import annotations

DOCTOR_FACTS: dict[str, str] = {
    "doctor.fact.unlimited": "不限",
    "doctor.fact.yes": "有",
    "doctor.fact.no": "無",
    "doctor.fact.stamps.kernel": "系統核心",
    "doctor.fact.stamps.user": "使用者空間",
    "doctor.fact.bits": "{n} 位元",
    "doctor.fact.debug": "偵錯版",
    "doctor.fact.load": "{load:g} / {n} 個 CPU",
    "doctor.fact.quota": "quota={n:g} 個 CPU",
    "doctor.fact.synchronized": "已同步",
    "doctor.fact.exit_code": "結束代碼 {n}",
    "doctor.fact.log": "日誌：{trouble}",
    "doctor.fact.cpus.shared": "{n} 個 CPU，共用",
    "doctor.fact.cpus.apart": "{n} 個 CPU，各用各的",
    "doctor.fact.payload": "{fact}（最大 {most} B）",
}
