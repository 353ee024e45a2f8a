"""What we ask of the operating system: stamps, polling, timers, descriptors, priorities, child
processes, signals.
"""
