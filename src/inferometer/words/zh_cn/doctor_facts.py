"""`doctor` 读到的内容中的词（简体中文）。"""

from __future__ import annotations

DOCTOR_FACTS: dict[str, str] = {
    "doctor.fact.unlimited": "不限",
    "doctor.fact.yes": "有",
    "doctor.fact.no": "无",
    "doctor.fact.stamps.kernel": "内核",
    "doctor.fact.stamps.user": "用户态",
    "doctor.fact.bits": "{n} 位",
    "doctor.fact.debug": "调试版",
    "doctor.fact.load": "{load:g} / {n} 个 CPU",
    "doctor.fact.quota": "quota={n:g} 个 CPU",
    "doctor.fact.synchronized": "已同步",
    "doctor.fact.exit_code": "退出码 {n}",
    "doctor.fact.log": "日志：{trouble}",
    "doctor.fact.cpus.shared": "{n} 个 CPU，共用",
    "doctor.fact.cpus.apart": "{n} 个 CPU，各用各的",
    "doctor.fact.payload": "{fact}（最大 {most} B）",
}
