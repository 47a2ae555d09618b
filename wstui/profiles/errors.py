"""The one exception of this folder: a sentence for a person."""


class ProfileError(Exception):
    """A profile, a URL or a variable is not as it must be.

    The text is one sentence that names the file (where there is one), the key and what was
    expected, ready to be shown.
    """
