"""What the page's overview and its further figures say, in Traditional Chinese."""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "page.overview": "總覽",
    "page.overview.hint": (
        "六項指標隨負載的變化。勾選資料夾即可挑選要看的實驗：圖表與測點表只顯示選取的部分；下方"
        "探索區的篩選條件在此同樣適用。"
    ),
    "page.folders": "實驗（資料夾）",
    "page.folders.all": "全選",
    "page.folders.none": "全不選",
    "page.js.folders": "已選 {shown} / {all}",
    "page.unfiltered": "本圖由多個測點相互比較得出，一律以全部測點計算，不受篩選影響。",
    "page.condition.folder": "資料夾",
}
