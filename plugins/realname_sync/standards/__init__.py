"""The data standards and the platforms' profiles, as data; and what follows from them for a request."""

from realname_sync.standards.model import OWNERS, CodeTable, Field, Method, Standard
from realname_sync.standards.profile import Profile, VersionPeriod, load_profile
from realname_sync.standards.reading import load_standard
from realname_sync.standards.request_check import Problem, check_request
from realname_sync.standards.request_text import serialise

__all__ = [
    "OWNERS",
    "CodeTable",
    "Field",
    "Method",
    "Problem",
    "Profile",
    "Standard",
    "VersionPeriod",
    "check_request",
    "load_profile",
    "load_standard",
    "serialise",
]
