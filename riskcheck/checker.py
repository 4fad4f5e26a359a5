"""The library's front door: load a model once, check posts with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from riskcheck.assess import Assessor
from riskcheck.assessment import Assessment
from riskcheck.explain import Contribution
from riskcheck.post import Post
from riskcheck.profile import Profile


class RiskChecker:
    """Check posts with one model for one user.

    It holds no global state and may be shared between threads. Pickled into a worker process it carries the
    path of the model, not its arrays, which every process maps into memory for itself.

    Parameters
    ----------
    model : Path, optional
        Model file; by default the one that comes with the package.
    profile : Profile, optional
        Who the user is; by default nobody in particular (the user's own profile file is not read).
    """

    def __init__(self, model: Path | None = None, profile: Profile | None = None) -> None:
        self._source = (model, profile)
        self._assessor = Assessor.from_file(model, profile)

    def __reduce__(self) -> tuple[type[RiskChecker], tuple[Path | None, Profile | None]]:
        return (RiskChecker, self._source)

    @property
    def version(self) -> str:
        """Version of the model."""
        return self._assessor.version

    def check(self, text: str | Post) -> Assessment:
        """Assess one post.

        Parameters
        ----------
        text : str or Post
            The post.

        Returns
        -------
        Assessment
            Band, findings with evidence, notes and scores.
        """
        return self._assessor.check(_post(text))

    def check_many(self, texts: Iterable[str | Post]) -> Iterator[Assessment]:
        """Assess posts as they come, in order and in constant memory; as many results as posts."""
        for _, assessment in self._assessor.check_many(map(_post, texts)):
            yield assessment

    def explain(self, text: str, category: str) -> list[Contribution]:
        """Weigh the words of a post for one category, in log-odds."""
        return self._assessor.explain(text, category)


def load(model: str | Path | None = None, *, profile: Profile | None = None) -> RiskChecker:
    """Load a model.

    Parameters
    ----------
    model : str or Path, optional
        Model file; by default the one that comes with the package.
    profile : Profile, optional
        Who the user is.

    Returns
    -------
    RiskChecker
        Ready to check posts.

    Raises
    ------
    ModelError
        If the file is missing, damaged, altered, or of another version.
    """
    return RiskChecker(Path(model) if model is not None else None, profile)


def _post(text: str | Post) -> Post:
    return text if isinstance(text, Post) else Post(text=text, kind="draft")
