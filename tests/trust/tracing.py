"""Run a command under strace, and tell what it wrote where and to whom it spoke."""

from __future__ import annotations

import base64
import functools
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (
    "open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,truncate,"
    "write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,splice,connect,bind,sendto,sendmsg,sendmmsg"
)
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(.*)$")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PATH = re.compile(r"^\w+<((?:[^<>]|->|<[^>]*>)*)>")


@functools.cache
def missing() -> str:
    """Return why nothing can be traced here, or nothing."""
    if not shutil.which("strace"):
        return "strace is not installed; nothing was traced (apt-get install strace)"
    done = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, text=True)
    return f"processes cannot be traced here: {done.stderr[:100]}" if done.returncode else ""


@dataclass
class Trace:
    """What a process and its children did."""

    opened: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    written: dict[str, bytearray] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    calls: int = 0


def command(log: Path, arguments: Sequence[str]) -> list[str]:
    """Return the command that traces another; every string is logged whole, in hexadecimal digits."""
    return [
        "strace",
        "-f",
        "-qq",
        "-y",
        "-xx",
        "-s",
        "10000000",
        "-e",
        f"trace={CALLS}",
        "-e",
        "signal=none",
        "-o",
        str(log),
        *arguments,
    ]


def _text(hexadecimal: str) -> str:
    return os.fsdecode(bytes.fromhex(hexadecimal.replace("\\x", "")))


def _named(where: str) -> str:
    """Return the path of a descriptor, which strace writes in hexadecimal digits too."""
    return _text(where) if where.startswith("\\x") else where


def _whole(log: Path) -> Iterator[str]:
    """Yield the calls; one that another process interrupted is joined."""
    begun: dict[str, str] = {}
    with log.open(encoding="ascii", errors="replace") as stream:
        for line in stream:
            number = line.partition(" ")[0]
            if line.rstrip().endswith("<unfinished ...>"):
                begun[number] = line.rstrip().removesuffix("<unfinished ...>").rstrip()
            elif found := re.match(r"^\d+ +<\.\.\. \w+ resumed>(.*)$", line.rstrip()):
                yield begun.pop(number, "") + found[1]
            else:
                yield line.rstrip()


def read(log: Path) -> Trace:
    """Read the log of a trace."""
    trace = Trace()
    for line in _whole(log):
        call = _CALL.match(line)
        if not call:
            continue
        name, rest, result = call[1], call[2], int(call[3])
        trace.calls += 1
        strings = _STRING.findall(rest)
        if name in ("connect", "bind", "sendto", "sendmsg", "sendmmsg") and "sa_family=" in rest:
            trace.addresses.add(f"{name} {_address(rest)}")
        if result < 0:
            continue
        if name in ("open", "openat", "openat2", "creat"):
            if name == "creat" or re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE", rest):
                descriptor = re.search(r"<(.*)>", call[4])
                trace.opened.add(_named(descriptor[1]) if descriptor else _text(strings[0]))
        elif name.startswith(("rename", "link", "symlink", "mkdir", "truncate")):
            trace.named |= {_text(one) for one in strings}
        elif name.startswith(("write", "pwrite", "send", "copy", "splice")) and (where := _PATH.match(rest)):
            content = b"".join(bytes.fromhex(one.replace("\\x", "")) for one in strings)
            trace.written.setdefault(_named(where[1]), bytearray()).extend(content)
    return trace


def _address(rest: str) -> str:
    family = re.search(r"sa_family=(\w+)", rest)
    path = re.search(r'sun_path=@?"((?:\\x[0-9a-f]{2})*)"', rest)
    host = re.search(r'inet_addr\("((?:\\x[0-9a-f]{2})*)"\)|inet_pton\(AF_INET6, "((?:\\x[0-9a-f]{2})*)"', rest)
    shown = path[1] if path else next((one for one in host.groups() if one), "") if host else ""
    return f"{family[1] if family else '?'} {_text(shown)}"


def forms(secret: str) -> list[bytes]:
    """Return how a text may look when it was written: plain, escaped, in other encodings."""
    found = []
    for text in {secret, secret.lower(), secret.upper()}:
        plain = text.encode()
        found += [
            plain,
            text.encode("latin-1"),
            text.encode("utf-16-le"),
            text.encode("utf-16-be"),
            text.encode("utf-32-le"),
        ]
        found += [text.encode("ascii", "backslashreplace"), repr(text)[1:-1].encode(), plain.hex().encode()]
        found.append("".join(f"\\u{ord(char):04x}" if ord(char) > 126 else char for char in text).encode())
        found.append(re.sub(rb"[\x80-\xff]", lambda one: b"%%%02X" % one[0][0], plain))
        found.append("".join(f"&#{ord(char)};" if ord(char) > 126 else char for char in text).encode())
        for shift in range(3):
            # Without the ends, which depend on what stands around.
            found.append(base64.b64encode(b"\0" * shift + plain)[4 : 4 + (len(plain) - 3) // 3 * 4])
    return sorted({form for form in found if len(form) > 6})


def holds(content: bytes, secret: str) -> bool:
    """Tell whether a text is in what was written, in any form, packed too."""
    wanted = forms(secret)
    if any(form in content for form in wanted):
        return True
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04", content):
        at, bits = start.start(), 47
        if content[at : at + 2] == b"PK":
            head = content[at : at + 30]
            at, bits = at + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), -15
        try:
            inside = zlib.decompressobj(bits).decompress(content[at:], 1 << 24)
        except zlib.error:
            continue
        if any(form in inside for form in wanted):
            return True
    return False
