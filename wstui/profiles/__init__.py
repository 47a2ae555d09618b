"""Profiles: what wstui knows about an endpoint before it dials.

A profile is a TOML file: the URL, headers, credentials, heartbeat, retries, saved messages. This
folder holds its schema, reads it with errors that name the key, writes it atomically, finds it
among a person's own and the shipped ones, puts environment variables in at the last moment and
knows what is a secret. It imports the vocabulary (:mod:`wstui.events`) and nothing of the wire.
"""

from wstui.profiles.environment import ResolvedProfile, environment_names, resolve_environment
from wstui.profiles.errors import ProfileError
from wstui.profiles.model import (
    ApplicationHeartbeat,
    Auth,
    Heartbeat,
    Keep,
    Limits,
    Profile,
    Proxy,
    Reconnect,
    SavedMessage,
    Script,
    Timeouts,
    Tls,
)
from wstui.profiles.read import load_profile, parse_profile, profile_for_url
from wstui.profiles.secrets import (
    REDACTED,
    is_secret_name,
    redact_headers,
    redact_mapping,
    redact_text,
    redact_url,
)
from wstui.profiles.shelf import (
    ProfileEntry,
    find_profile,
    list_profiles,
    own_profile_path,
    profile_slug,
    templates_folder,
)
from wstui.profiles.urls import Endpoint, parse_url
from wstui.profiles.write import (
    profile_to_mapping,
    profile_to_toml,
    save_profile,
    settings_snapshot,
)

__all__ = [
    "REDACTED",
    "ApplicationHeartbeat",
    "Auth",
    "Endpoint",
    "Heartbeat",
    "Keep",
    "Limits",
    "Profile",
    "ProfileEntry",
    "ProfileError",
    "Proxy",
    "Reconnect",
    "ResolvedProfile",
    "SavedMessage",
    "Script",
    "Timeouts",
    "Tls",
    "environment_names",
    "find_profile",
    "is_secret_name",
    "list_profiles",
    "load_profile",
    "own_profile_path",
    "parse_profile",
    "parse_url",
    "profile_for_url",
    "profile_slug",
    "profile_to_mapping",
    "profile_to_toml",
    "redact_headers",
    "redact_mapping",
    "redact_text",
    "redact_url",
    "resolve_environment",
    "save_profile",
    "settings_snapshot",
    "templates_folder",
]
