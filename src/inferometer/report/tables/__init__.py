"""Tables of points: Markdown to paste, CSV, a workbook. Knows points and frames; draws nothing and
measures nothing.
"""
