"""The warm model behind the page, for the profile as it stands now, with a bound on how much runs at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from riskcheck import artefact
from riskcheck.assess import Assessor
from riskcheck.profile import Profile, default_path, load

T = TypeVar("T")
_QUICK, _SLOW, _WAITING = 2, 2, 128


class BusyError(Exception):
    """More is asked for than can be answered soon."""


class Engine:
    """Assess drafts by the user's profile, which is read again when its file changes.

    Parameters
    ----------
    model : pathlib.Path, optional
        Model file; by default the one that comes with the package.
    profile : pathlib.Path, optional
        Profile file; by default the user's own.
    """

    def __init__(self, model: Path | None = None, profile: Path | None = None) -> None:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

        self.model_path = model
        self.profile_path = profile or default_path()
        self._named = profile
        self._artefact = artefact.read(model or artefact.default_path())
        # Matrices of one post are so small that threads of the linear algebra only wait for each other:
        # on a busy machine a check takes 3 ms with one thread and 150 ms with two (measured 2026-11).
        self._limits = threadpool_limits(limits=1, user_api="blas")
        self._quick = ThreadPoolExecutor(_QUICK, thread_name_prefix="check")
        self._slow = ThreadPoolExecutor(_SLOW, thread_name_prefix="slow")
        self._waiting = {self._quick: 0, self._slow: 0}
        self._seen: tuple[tuple[int, int] | None, Profile] | None = None
        self._make = lru_cache(maxsize=16)(lambda profile: Assessor(self._artefact, profile))
        self._make(self.profile())

    @property
    def version(self) -> str:
        """Version of the model."""
        return str(self._artefact.version)

    def profile(self) -> Profile:
        """Return the profile as its file says now."""
        try:
            facts = self.profile_path.stat()
            stamp: tuple[int, int] | None = (facts.st_mtime_ns, facts.st_size)
        except OSError:
            stamp = None
        if self._seen is None or self._seen[0] != stamp:
            profile = load(self.profile_path) if stamp else Profile()
            self._seen = (stamp, profile)
        return self._seen[1]

    def assessor(self, stage: str | None = None, employers: tuple[str, ...] = ()) -> Assessor:
        """Return the assessor for the profile and what a request adds to it."""
        profile = self.profile()
        if employers:
            profile = replace(profile, hoped_for=(*profile.hoped_for, *employers))
        if stage:
            profile = replace(profile, stage=stage)  # type: ignore[arg-type]
        return self._make(profile)

    async def quick(self, work: Callable[[], T]) -> T:
        """Do what someone waits for while typing, away from all that takes long."""
        return await self._run(self._quick, work)

    async def slow(self, work: Callable[[], T]) -> T:
        """Do what may take a while: batches, reports, files."""
        return await self._run(self._slow, work)

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if self._waiting[pool] >= _WAITING:
            raise BusyError
        self._waiting[pool] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        finally:
            self._waiting[pool] -= 1

    def close(self) -> None:
        """Stop, leaving out what has not begun."""
        for pool in (self._quick, self._slow):
            pool.shutdown(cancel_futures=True)
        self._limits.restore_original_limits()
