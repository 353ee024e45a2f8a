"""What the page's overview and its further figures say, in English."""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "page.overview": "Overview",
    "page.overview.hint": (
        "Six metrics over the load. Tick folders to choose experiments: charts, figures and "
        "the table of points show only these. The filters of the explorer apply here, too."
    ),
    "page.folders": "Experiments (folders)",
    "page.folders.all": "All",
    "page.folders.none": "None",
    "page.js.folders": "{shown} of {all}",
    "page.unfiltered": (
        "This figure compares points with each other. It is of all points, whatever is "
        "filtered."
    ),
    "page.condition.folder": "folder",
}
