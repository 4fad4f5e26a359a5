"""The interface for drafts, profile, decisions and earlier audits."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from riskcheck.categories import CATEGORIES, SOURCES
from riskcheck.post import Post
from riskcheck.profile import from_dict, write
from riskcheck.rewrite import suggest
from riskcheck.store import Store
from riskcheck.web import wire
from riskcheck.web.answers import MISSING, Json, error
from riskcheck.web.engine import Engine

router = APIRouter()


def engine(request: Request) -> Engine:
    """Return the model behind the page."""
    found: Engine = request.app.state.engine
    return found


@router.get("/status", response_model=wire.Status, tags=["other"])
async def status(request: Request) -> Response:
    """Tell who answers; an editor can try its token here."""
    return Json({"name": "riskcheck", "version": version("riskcheck"), "model": engine(request).version})


@router.post("/check", response_model=wire.Assessment, tags=["drafts"])
async def check(request: Request, draft: wire.Draft) -> Response:
    """Assess one draft: the object of the output contract."""
    at = engine(request)
    post = Post(text=draft.text, kind="draft")
    found = await at.quick(lambda: at.assessor(draft.stage, tuple(draft.employers)).check(post))
    return Json(found.to_dict())


@router.post("/rewrite", response_model=wire.Rewritten, tags=["drafts"])
async def rewrite(request: Request, draft: wire.Draft) -> Response:
    """Offer a milder wording of a draft to start from, never scored worse than the draft; null if there is none."""
    at = engine(request)
    post = Post(text=draft.text, kind="draft")
    found = await at.quick(lambda: suggest(at.assessor(draft.stage, tuple(draft.employers)), post))
    if found is None:
        return Json({"suggestion": None})
    after = found.after.to_dict()
    shown = {"text": found.text, "kind": found.kind, "changes": list(found.changes), "assessment": after}
    return Json({"suggestion": shown | {"band": after["band"], "score": after["score"]}})


@router.post("/score", response_model=wire.BatchOut, tags=["drafts"])
async def score(request: Request, batch: wire.Batch) -> Response:
    """Assess up to 1,000 posts: as many results as posts, in the same order."""
    at = engine(request)
    posts = [Post(text=post.text, id=post.id) for post in batch.posts]
    return Json({"results": await at.slow(lambda: [f.to_dict() for _, f in at.assessor().check_many(posts)])})


@router.get("/categories", response_model=wire.CategoriesOut, tags=["other"])
async def categories() -> Response:
    """List what riskcheck looks for, and why employers mind."""
    keys = ("name", "title", "core", "why", "advice")
    return Json({"categories": [{k: getattr(c, k) for k in keys} | {"source": SOURCES[c.source]} for c in CATEGORIES]})


@router.get("/profile", response_model=wire.ProfileOut, tags=["profile"])
async def profile(request: Request) -> Response:
    """Show the profile as it stands."""
    return Json(await engine(request).slow(lambda: _profile(engine(request))))


@router.put("/profile", response_model=wire.ProfileOut, tags=["profile"])
async def save_profile(request: Request, given: wire.ProfileIn) -> Response:
    """Replace the profile; the next check goes by it."""
    at = engine(request)
    made = from_dict(given.model_dump(), "the profile")

    def work() -> dict[str, Any]:
        write(at.profile_path, made)
        return _profile(at)

    return Json(await at.slow(work))


def _profile(at: Engine) -> dict[str, Any]:
    return {
        "profile": asdict(at.profile()), "path": str(at.profile_path), "exists": at.profile_path.exists(),
    }  # fmt: skip


@router.get("/decisions", response_model=wire.DecisionsOut, tags=["decisions"])
async def decisions(request: Request) -> Response:
    """Return all decisions, as `riskcheck decisions export` does."""

    def work() -> dict[str, Any]:
        with Store() as store:
            return store.export()

    return Json(await engine(request).slow(work))


@router.post("/decisions", response_model=wire.DecisionIn, tags=["decisions"])
async def decide(request: Request, given: wire.DecisionIn) -> Response:
    """Remember what the user decided of a post, in the store that the command line uses too."""

    def work() -> None:
        with Store() as store:
            store.decide(given.digest, given.decision)

    await engine(request).slow(work)
    return Json(given.model_dump())


@router.post("/undo", response_model=wire.Undone, tags=["decisions"])
async def undo(request: Request) -> Response:
    """Take the last decision back."""

    def work() -> dict[str, Any]:
        with Store() as store:
            digest = store.undo()
            return {"digest": digest, "decision": store.decisions().get(digest) if digest else None}

    return Json(await engine(request).slow(work))


@router.delete("/decisions/{digest}", status_code=204, response_class=Response, responses=MISSING, tags=["decisions"])
async def forget(request: Request, digest: wire.Digest) -> Response:
    """Forget what was decided of a post."""

    def work() -> int:
        with Store() as store:
            return store.forget(digest)

    if not await engine(request).slow(work):
        return error(404, "nothing was decided of this post")
    return Response(status_code=204)


@router.get("/runs", response_model=wire.RunsOut, tags=["audits"])
async def runs(request: Request) -> Response:
    """Return earlier audits, by this page or by `riskcheck audit`, and what was decided since each."""

    def work() -> dict[str, Any]:
        with Store() as store:
            found, export = store.runs(), store.export()["decisions"]
        shown = []
        for run in found:
            since = Counter(entry["decision"] for entry in export if _later(entry["time"], run.finished))
            # Checksums say which exports a person has: the page needs only their names.
            shown.append(asdict(replace(run, archives={})) | {"archives": sorted(run.archives), "since": dict(since)})
        return {"runs": shown, "decisions": dict(Counter(entry["decision"] for entry in export))}

    return Json(await engine(request).slow(work))


def _later(time: str, than: str) -> bool:
    """Compare times by ISO 8601 as the store and the report page write them, to the second."""
    return time[:19] >= than[:19]
