"""What follows from measured points: comparisons, what a link costs, how work scales. Reads and
draws nothing.
"""
