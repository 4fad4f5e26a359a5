"""What goes wrong with the output itself: readers that go away, disks that are full, names that would act."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator

import click

from riskcheck.text.safe import in_line

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)


def say(text: str, *names: object, err: bool = False) -> None:
    """Print a line that names files; what acts in a name is shown instead."""
    click.echo(" ".join([text, *map(in_line, names)]), err=err)


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Go on where the reader of the output went away ("| head"): what was found still counts."""
    try:
        yield
    except BrokenPipeError:
        hush()
    except SystemExit:  # rich ends the process itself
        hush()


def hush() -> None:
    """Send the rest of the output nowhere; what is still buffered would fail once more at the end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def of_disk(error: OSError) -> str:
    """Return a sentence for a fault of the disk, which is none of ours; an empty string for any other."""
    if error.errno not in _DISK:
        return ""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}cannot be written ({error.strerror}); free some space and try again"
