"""What the page's overview and its further figures say, in Simplified Chinese."""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "page.overview": "概览",
    "page.overview.hint": (
        "六项指标随负载的变化。勾选文件夹即可选择要看的实验：图表和测点表只显示选中的部分；下方"
        "探索区的筛选条件在此同样生效。"
    ),
    "page.folders": "实验（文件夹）",
    "page.folders.all": "全选",
    "page.folders.none": "全不选",
    "page.js.folders": "已选 {shown} / {all}",
    "page.unfiltered": "本图由多个测点相互比较得出，始终基于全部测点，不受筛选影响。",
    "page.condition.folder": "文件夹",
}
