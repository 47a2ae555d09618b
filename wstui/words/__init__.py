"""How events, sizes and times read: the words that the screen, the command line and the reports share.

Pure functions over the event model. Nothing of a peer's leaves here unsafe.
"""
