"""Widgets: one module each; none of them knows a socket, SQL or another widget."""
