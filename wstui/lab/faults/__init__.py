"""The faults, by subject; importing a module puts its faults into the table."""

from wstui.lab.faults import ordinary, endings, heartbeats, violations, handshakes, hostile  # isort: skip

__all__ = ["endings", "handshakes", "heartbeats", "hostile", "ordinary", "violations"]
