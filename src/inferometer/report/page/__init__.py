"""The report as one HTML file: from points to plain data (view), from that to a page (html).
Measures nothing.
"""

from inferometer.report.page.html import render
from inferometer.report.page.view import ReportView, make_view

__all__ = ["ReportView", "make_view", "render"]
