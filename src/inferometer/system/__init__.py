"""The operating system: stamps, polling, timers, descriptors, priorities, child processes, signals."""
