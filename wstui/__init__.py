"""wstui: a terminal instrument for WebSocket sessions.

The way of the data is one-directional: ``wire`` turns bytes into events, ``engine`` records them
through ``timeline``, and everything that shows, exports or explains reads the session file.
``docs/architecture.md`` says which folder may import which.
"""

__version__ = "0.1.0"
