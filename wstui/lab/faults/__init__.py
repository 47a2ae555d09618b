"""The faults, by subject; importing a module puts its faults into the table."""

from wstui.lab.faults import demo, ordinary, endings, heartbeats, violations, handshakes, hostile  # isort: skip

__all__ = ["demo", "endings", "handshakes", "heartbeats", "hostile", "ordinary", "violations"]
