"""Shared by the targets: values drawn from bytes, and bounds of time and memory."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
SECONDS = 5.0
"""Processor time that one input may take; instrumented code runs several times slower than usual."""
MEMORY = 3 << 30
ODD_TEXTS = (
    "", "\0", "\ud800", "\U0010ffff", "\u202e", "\x1b[31m", "\r\n", "=1+1", "</script>", "a" * 3000, "9" * 5000,
    "2024-99-99", "1e999", "-0", "nan", "..", "/", "\u0130", "\ufdfa",
)  # fmt: skip


class FaultError(AssertionError):
    """A promise is broken."""


class Hang(BaseException):
    """An input takes too long. No ``except Exception`` may swallow it."""


def promise(kept: object, what: str) -> None:
    """Raise where a promise is broken."""
    if not kept:
        raise FaultError(what)


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    """Stop what takes more processor time than allowed."""

    def stop(*_: object) -> None:
        raise Hang(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def bound_memory(most: int = MEMORY) -> None:
    """Let this process have no more than so many bytes of address space: more is a ``MemoryError``, a fault."""
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


class Choices:
    """Values drawn from bytes, in order; when these are used up, every draw is the first choice.

    Parameters
    ----------
    data : bytes
        What the fuzzer made up.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def __bool__(self) -> bool:
        """Tell whether there is anything left."""
        return self._at < len(self._data)

    def bytes(self, size: int) -> bytes:
        """Take so many bytes, or what is left."""
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken

    def rest(self) -> bytes:
        """Take all that is left."""
        return self.bytes(max(0, len(self._data) - self._at))

    def number(self, below: int) -> int:
        """Draw a number from 0 on."""
        size = 1 if below <= 256 else 2 if below <= 65536 else 8
        return int.from_bytes(self.bytes(size), "little") % below

    def pick(self, values: Sequence[T]) -> T:
        """Draw one of some values."""
        return values[self.number(len(values))]

    def text(self) -> str:
        """Draw a short text, now and then an odd one."""
        size = self.number(256)
        return ODD_TEXTS[size % len(ODD_TEXTS)] if size >= 192 else as_text(self.bytes(size))

    def value(self, depth: int = 3) -> object:
        """Draw a value as JSON may hold it."""
        kind = self.number(10)
        if kind < 4 or (kind > 7 and not depth):
            return self.text()
        if kind < 8:
            return self.pick((None, True, False, 0, -1, 10**30, 1.5, float("nan"), 1e308, "2024-01-01T00:00:00Z"))
        if kind == 8:
            return [self.value(depth - 1) for _ in range(self.number(5))]
        return {self.text(): self.value(depth - 1) for _ in range(self.number(5))}


def as_text(data: bytes) -> str:
    """Return bytes as text; lone surrogates are let in."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def grown(data: bytes, choices: Choices, most: int) -> bytes:
    """Repeat a piece of some bytes until they are ``most`` long: what costs more than its length shows itself."""
    at = choices.number(max(1, len(data)))
    piece = data[at : at + 1 + choices.number(64)]
    return data[:at] + piece * ((most - len(data)) // len(piece)) + data[at:] if piece and len(data) < most else data
