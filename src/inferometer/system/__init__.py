"""The operating system: stamps, polling, timers, descriptors, priorities, processes, signals."""
