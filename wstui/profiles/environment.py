"""``${NAME}`` in a profile: values come in at the last moment, and never go out again.

The resolved profile is for the wire alone. Whatever the wire writes down passes through
:meth:`ResolvedProfile.conceal`, which puts the placeholders back.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import msgspec

from wstui.events import safe_text
from wstui.profiles.checks import problems
from wstui.profiles.errors import ProfileError
from wstui.profiles.model import Auth, Profile
from wstui.profiles.urls import RESOURCE_SAFE

_REFERENCE = re.compile(r"\$(?P<escaped>\$\{)|\$\{(?P<name>[^}]*)\}?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHORT = 6
"""A shorter value is replaced only where it stands alone: a port must not turn 1443 into 1${PORT}."""


@dataclass(frozen=True)
class ResolvedProfile:
    """A profile with every ``${NAME}`` replaced. Keep it in memory; never write it down."""

    profile: Profile = field(repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Value -> ``${NAME}``."""

    def conceal(self, text: str) -> str:
        """The text with each value that came from the environment replaced by its ``${NAME}``.

        Also where it is percent-encoded, and where it is part of ``Basic`` credentials.
        """
        return _replaced(self._forms, text) if self.secrets else text

    @cached_property
    def _forms(self) -> "_Forms":
        forms: dict[str, str] = {}
        for value, placeholder in self.secrets.items():
            for form in (value, *_encoded(value)):
                forms.setdefault(form, placeholder)
        plain = _compiled(forms)
        for credentials in _credentials(self.profile):
            shown = _replaced(plain, credentials)
            if shown != credentials:
                forms[base64.b64encode(credentials.encode()).decode("ascii")] = f"base64({shown})"
        return _compiled(forms)


def resolve_environment(
    profile: Profile, environ: Mapping[str, str], *, source: str = "profile"
) -> ResolvedProfile:
    """The profile with values in place of ``${NAME}``; ``$${`` stands for ``${`` itself.

    Looked at are the URL, headers, ``[auth]``, the origin, the proxy's URL and ``tls.key_password``.
    A value goes into a URL as it is: what has a meaning there must be percent-encoded in the variable.

    Args:
        profile: as read; it stays as it is.
        environ: the variables.
        source: what an error calls the profile.

    Raises:
        ProfileError: a variable is missing, a reference is broken, or a value does not fit its place.
            The sentence names the variable and the key, never a value.
    """
    secrets: dict[str, str] = {}

    def fill(key: str, text: str) -> str:
        return _fill(text, key, environ, secrets, source)

    resolved = _mapped(profile, fill)
    result = ResolvedProfile(resolved, secrets)
    for key, problem in problems(resolved):
        raise ProfileError(result.conceal(f"{source}: {key}: {problem}."))
    return result


def environment_names(profile: Profile) -> list[str]:
    """The variables that a profile asks for, in order and each once."""
    names: dict[str, None] = {}

    def collect(_key: str, text: str) -> str:
        names.update(
            (found["name"], None)
            for found in _REFERENCE.finditer(text)
            if found["name"] is not None and _NAME.fullmatch(found["name"])
        )
        return text

    _mapped(profile, collect)
    return list(names)


def _mapped(profile: Profile, change: Callable[[str, str], str]) -> Profile:
    """The profile with ``change(key, text)`` applied wherever ``${NAME}`` is allowed."""
    auth, tls, proxy = profile.auth, profile.tls, profile.proxy
    password = tls.key_password
    return msgspec.structs.replace(
        profile,
        url=change("url", profile.url),
        origin=None if profile.origin is None else change("origin", profile.origin),
        headers={name: change(f"headers.{name}", value) for name, value in profile.headers.items()},
        auth=msgspec.structs.replace(auth, **_auth_fields(auth, change)),
        proxy=msgspec.structs.replace(proxy, url=change("proxy.url", proxy.url)),
        tls=tls
        if password is None
        else msgspec.structs.replace(tls, key_password=change("tls.key_password", password)),
    )


def _auth_fields(auth: Auth, change: Callable[[str, str], str]) -> dict[str, Any]:
    return {key: change(f"auth.{key}", getattr(auth, key)) for key in ("username", "password", "token")}


def _fill(text: str, key: str, environ: Mapping[str, str], secrets: dict[str, str], source: str) -> str:
    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "${"
        name = found["name"]
        if not found[0].endswith("}") or not _NAME.fullmatch(name):
            raise ProfileError(
                f"{source}: {key}: expected the name of a variable, as in ${{TOKEN}}, got"
                f' "{safe_text(found[0][:40])}".'
            )
        if name not in environ:
            raise ProfileError(
                f"{source}: {key}: the environment variable {name} is not set:"
                f" expected a value for ${{{name}}}."
            )
        if environ[name]:
            secrets.setdefault(environ[name], found[0])
        return environ[name]

    return _REFERENCE.sub(value, text)


_Forms = tuple[re.Pattern[str], Mapping[str, str]]
"""A pattern of everything that gives a secret away, and what to write in its place."""


def _compiled(forms: dict[str, str]) -> _Forms:
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(_exactly(form) for form in longest_first)), dict(forms)


def _exactly(form: str) -> str:
    pattern = re.escape(form)
    return rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])" if len(form) < _SHORT else pattern


def _replaced(forms: _Forms, text: str) -> str:
    pattern, placeholders = forms
    return pattern.sub(lambda found: placeholders[found[0]], text)


def _encoded(value: str) -> Iterator[str]:
    """The spellings of a value inside a URL."""
    for spelled in (quote(value, safe=""), quote(value, safe="/"), quote_plus(value)):
        yield spelled
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), spelled)
    yield quote(value, safe=RESOURCE_SAFE)


def _credentials(profile: Profile) -> Iterator[str]:
    """Every ``user:password`` that becomes base64 in a header (RFC 7617 §2)."""
    if profile.auth.type == "basic":
        yield f"{profile.auth.username}:{profile.auth.password}"
    for url in (profile.url, profile.proxy.url):
        userinfo, at, _ = url.partition("://")[2].partition("/")[0].rpartition("@")
        if at:
            username, _, password = userinfo.partition(":")
            yield f"{unquote(username)}:{unquote(password)}"
