"""Takes out of what is shown whatever must not be pasted into an issue: names of users and hosts,
addresses, serial numbers, keys, values of variables.

When in doubt it blanks. PCI addresses stay: they say which card, and nothing about whose.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from getpass import getuser

from inferometer.doctor.logs import LogSign
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Seen
from inferometer.secret import MASK, SECRET_NAME, masked_text
from inferometer.words import Said

USER_VARIABLES = ("USER", "LOGNAME", "SUDO_USER", "USERNAME")
HOST_FILES = ("proc/sys/kernel/hostname", "etc/hostname")
NO_NAMES = {"", "root", "localhost", "none", "nobody", "(none)"}
MIN_PERSON = 1000
"""Of user ids; lower ones are the system's."""
MAX_PERSON = 60_000
MAX_NAMES = 200
SHORTEST_VALUE = 6
MAX_SHORT = 3
"""A name that short is also a part of other words: `vm` of the kernel's `total-vm`."""
PUBLIC_HOSTS = re.compile(
    r"(?:^|\.)(huggingface\.co|hf-mirror\.com|modelscope\.(cn|ai)|docker\.(io|com)|github\.com"
    r"|nvidia\.com|nvcr\.io|amd\.com|pypi\.org|pytorch\.org|python\.org|vllm\.ai"
    r"|quay\.io|ghcr\.io)$",
    re.I,
)

ADDRESSES = (
    # MAC, UUID with or without GPU-
    re.compile(r"(?<![\w:])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:])", re.I),
    re.compile(
        r"\b(?:GPU-|MIG-)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.I
    ),
    re.compile(r"(?<![\w.])(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}(?![\w.])", re.I),
    re.compile(r"\b(?:0x[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{64})\b", re.I),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*"),
    # mail, and user@host
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"),
)
NAMED = (
    re.compile(
        r"(?P<keep>\b(?:serial(?:[ _-]?(?:number|no))?|s/n|asset tag|序列号|序列號"
        r"|(?:machine|unique)[-_]id)\b"
        r"[\"']?\s*[:：=#]?\s*)"
        r"(?P<value>[\"']?[\w-]{4,}[\"']?)",
        re.I,
    ),
    # a variable of an environment with its value
    re.compile(
        r"(?P<keep>(?<![\w-])[A-Z][A-Z0-9]*_[A-Z0-9_]+=)(?P<value>\"[^\"]*\"|'[^']*'|[^\s,;)\]]+)"
    ),
    # of a key, with a blank between, or quoted as words of a list
    re.compile(
        r"(?P<keep>\b[A-Z0-9_]*(?:_KEY|_TOKEN|_SECRET|_PASSWORD)\s+)(?P<value>[^\s,;)=]{6,})"
    ),
    re.compile(
        r"(?P<keep>[\"']--?[\w-]*(?:key|token|secret|password|header)[\"']\s*,\s*)"
        r"(?P<value>\"[^\"]*\"|'[^']*')",
        re.I,
    ),
    re.compile(
        r"(?P<keep>[?&][\w-]*(?:signature|sig|credential)=)(?P<value>[^&\s]+)",
        re.I,
    ),
    re.compile(r"(?P<keep>\bdocker login\b)(?P<value>.*)"),
    re.compile(r"(?P<keep>\b[ug]id[= ]\d{1,10}\()(?P<value>[^)\s]+)"),
    # the host of a line of NCCL
    re.compile(r"(?P<keep>^|\s)(?P<value>[\w.-]+)(?=:\d+:\d+ \[\d+\] NCCL)"),
    # the host of a line of syslog
    re.compile(
        r"(?P<keep>^(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT[\d:.+-]+Z?) )(?P<value>\S+)"
    ),
    re.compile(
        r"(?P<keep>(?<![A-Za-z0-9])"
        r"(?:host(?:name)?|user(?:name)?|login|node_ip|addr(?:ess)?|endpoint)[\"']?\s*[:=]\s*)"
        r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s,;)\]]+)",
        re.I,
    ),
    re.compile(
        r"(?P<keep>[/\\](?:home|Users|users|export/home)[/\\])(?P<value>[^/\\\s:'\",)]+)"
    ),
    re.compile(r"(?P<keep>(?<![\w~/])~)(?P<value>[a-z_][\w-]*)(?=/)"),
)
_URL = re.compile(
    r"(?P<keep>[a-z][a-z0-9+.-]*://)(?P<value>\[[^\]\s]*\]|[^/\s:'\")\]]+)",
    re.I,
)
_DOMAIN = re.compile(
    r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|cn|tw|local|lan|internal|intra|corp|home|edu|gov|de)\b",
    re.I,
)
_V4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]|\.\d)")
_V6 = re.compile(
    r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:.])", re.I
)


@dataclass(frozen=True, slots=True)
class Blanks:
    """What is blanked besides what has a telling shape."""

    words: re.Pattern[str]

    @classmethod
    def of(cls, machine: Machine) -> Blanks:
        """Names of this host, its users and the values of keys in the environment."""
        return cls.from_words((*_names(machine), *_values(machine)))

    @classmethod
    def from_words(cls, words: Iterable[str]) -> Blanks:
        longest = sorted({*words} - NO_NAMES, key=len, reverse=True)
        any_of = "|".join(map(_word, longest))
        return cls(
            re.compile(rf"(?<!\w)(?:{any_of})(?!\w)" if any_of else r"(?!)")
        )

    def text(self, text: str) -> str:
        text = self.words.sub(MASK, masked_text(text))
        for shape in ADDRESSES:
            text = shape.sub(MASK, text)
        text = _URL.sub(_host, text)
        text = _V4.sub(_address, _V6.sub(_address, text))
        for named in NAMED:
            text = named.sub(lambda found: found["keep"] + MASK, text)
        return _DOMAIN.sub(_domain, text)

    def seen(self, found: Seen) -> Seen:
        return replace(
            found,
            evidence=tuple(map(self._fact, found.evidence)),
            source=self.text(found.source),
        )

    def _fact(self, fact: str) -> str:
        """A sentence stays one, to be said in another language, if blanking its values does all
        that blanking its text does.
        """
        text = self.text(fact)
        if not isinstance(fact, Said):
            return text
        values = {
            name: self._fact(value) if isinstance(value, str) else value
            for name, value in fact.values.items()
        }
        said = Said(fact.key, values)
        return said if said == text else text

    def sign(self, sign: LogSign) -> LogSign:
        return replace(sign, line=self.text(sign.line))


def _word(name: str) -> str:
    escaped = re.escape(name)
    is_short = len(name) <= MAX_SHORT
    return rf"(?<!-){escaped}(?!-)" if is_short else escaped


def _host(found: re.Match[str]) -> str:
    host = found["value"].rpartition("@")[2]
    known = PUBLIC_HOSTS.search(host) or host in ("localhost", MASK)
    return found["keep"] + (host if known or _is_here(host) else MASK)


def _is_here(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _address(found: re.Match[str]) -> str:
    try:
        address = ipaddress.ip_address(found[0])
    except ValueError:
        return found[0]
    known = address.is_loopback or address.is_unspecified
    return found[0] if known else MASK


def _domain(found: re.Match[str]) -> str:
    return found[0] if PUBLIC_HOSTS.search(found[0]) else MASK


def _accounts(passwd: str) -> Iterator[str]:
    """Those of people."""
    for line in passwd.splitlines():
        cells = line.split(":")
        number = int(cells[2]) if len(cells) > 2 and cells[2].isdigit() else 0
        if MIN_PERSON <= number < MAX_PERSON:
            yield cells[0]


def _names(machine: Machine) -> list[str]:
    """Of the host and of people."""
    word = machine.tree.word
    hosts = [socket.gethostname()]
    hosts += [word(each) or "" for each in HOST_FILES]
    people = [machine.environment.get(each, "") for each in USER_VARIABLES]
    with suppress(OSError, KeyError):
        people.append(getuser())
    names = [
        *hosts,
        *(each.partition(".")[0] for each in hosts),
        *people,
        *_accounts(word("etc/passwd") or ""),
        os.path.basename(os.path.expanduser("~")),
    ]
    return [each for each in names if len(each) > 1][:MAX_NAMES]


def _values(machine: Machine) -> list[str]:
    """Of variables whose name says that they are secret."""
    process = machine.server.process if machine.server else None
    told = {
        **machine.environment,
        **((process.environment or {}) if process else {}),
    }
    return [
        value
        for name, value in told.items()
        if SECRET_NAME.search(name) and len(value) >= SHORTEST_VALUE
    ]
