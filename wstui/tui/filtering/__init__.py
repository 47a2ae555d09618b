"""Choosing messages: a small language, what it means for one event, and the scan over a session file."""
