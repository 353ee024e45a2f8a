"""What the terminal shows during a run. Polls snapshots; the measuring loop never calls it."""
