"""The interface for audits: begin, send, start, follow, read, download, remove."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, Response

from riskcheck.report import reports
from riskcheck.store import Store
from riskcheck.web import wire
from riskcheck.web.answers import MISSING, Json, error
from riskcheck.web.api import engine
from riskcheck.web.jobs import Audit, Audits, RefusedError
from riskcheck.web.results import Query as Wanted
from riskcheck.web.results import Results

router = APIRouter(tags=["audits"])
FILES = {name.replace("/", "-"): name for report in reports() for name in report.files}
"""Files that can be downloaded: their names here, and in the folder that reports are written into."""
if TYPE_CHECKING:
    ReportName = str
else:
    ReportName = Literal[tuple(sorted(FILES))]
Short = Annotated[str, Query(max_length=200)]

_LINKS = {
    name: {"operationId": name, "parameters": {"number": "$response.body#/id"}}
    for name in ("send", "start", "follow", "posts", "report", "remove")
}


def _audits(request: Request) -> Audits:
    found: Audits = request.app.state.audits
    return found


def _audit(request: Request, number: str) -> Audit:
    found = _audits(request).get(number)
    if found is None:
        raise HTTPException(404, "there is no such audit; it was removed, or riskcheck was started anew")
    return found


def _results(audit: Audit) -> Results:
    if audit.results is None:
        raise RefusedError("this audit is not done; wait for it, or see why it failed")
    return audit.results


def _decisions() -> dict[str, str]:
    with Store() as store:
        return store.decisions()


@router.get("/audits", response_model=wire.AuditsOut)
async def listed(request: Request) -> Response:
    """List the audits of this start."""
    return Json({"audits": [{**audit.to_dict(), "summary": None} for audit in _audits(request)]})


@router.post("/audit", response_model=wire.AuditOut, status_code=201, responses={201: {"links": _LINKS}})
async def begin(request: Request, given: wire.AuditIn) -> Response:
    """Begin an audit: then send the export, then start it."""
    if given.since and given.until and given.since > given.until:
        raise RefusedError(f"since {given.since} is after until {given.until}; give them the other way round")
    audit = _audits(request).add(given.model_dump(mode="json"))
    return Json({**audit.to_dict(), "summary": None}, status_code=201)


@router.put(
    "/audit/{number}/file", response_model=wire.Received, responses=MISSING,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)  # fmt: skip
async def send(
    request: Request, number: wire.AuditId, name: Annotated[str, Query(min_length=1, max_length=2000)]
) -> Response:  # fmt: skip
    """Send one file of the export as it is; ``name`` is its path below the folder that was chosen."""
    audit = _audit(request, number)
    if audit.state != "receiving":
        raise RefusedError("this audit was started already; begin another one")
    try:
        await audit.upload.take(name, request.stream())
    except ClientDisconnect:
        return error(400, "the upload broke off; send the file again")
    return Json({"files": audit.upload.files, "bytes": audit.upload.bytes})


@router.post("/audit/{number}/start", response_model=wire.AuditOut, responses=MISSING)
async def start(request: Request, number: wire.AuditId) -> Response:
    """Start reading and assessing what was sent; what was sent is removed afterwards."""
    audit = _audit(request, number)
    _audits(request).start(audit, engine(request).profile())
    return Json({**audit.to_dict(), "summary": None})


@router.get("/audit/{number}", response_model=wire.AuditOut, responses=MISSING)
async def follow(request: Request, number: wire.AuditId) -> Response:
    """Tell how far an audit is and, when it is done, its sums, charts and coverage."""
    audit = _audit(request, number)
    results = audit.results
    summary = None
    if results is not None:
        done = results
        summary = await engine(request).slow(lambda: done.summary(_decisions()))
    return Json({**audit.to_dict(), "summary": summary})


@router.get("/audit/{number}/posts", response_model=wire.PostsOut, responses=MISSING)
async def posts(
    request: Request,
    number: wire.AuditId,
    band: wire.Threshold = "low",
    category: Short = "",
    period: Annotated[str, Query(pattern=r"^(\d{4}(-\d\d)?|unknown)?$", description="2024, 2024-05 or unknown")] = "",
    platform: Short = "",
    kind: Short = "",
    decision: Literal["", "open", "none", "keep", "fix", "delete", "false_alarm"] = "",
    words: Short = "",
    sort: Literal["worst", "new", "old"] = "worst",
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Return posts with findings: the output contract with the facts of the post and the decision."""
    results = _results(_audit(request, number))
    wanted = Wanted(
        band=("low", "medium", "high").index(band) + 1, category=category, period=period, platform=platform, kind=kind,
        decision=decision, words=words, sort=sort, offset=offset, limit=limit,
    )  # fmt: skip
    return Json(await engine(request).slow(lambda: results.page(wanted, _decisions())))


@router.get(
    "/audit/{number}/reports/{name}", response_class=FileResponse, responses={
        **MISSING,
        200: {"description": "The report", "content": {"application/octet-stream": {"schema": {"type": "string"}}}},
    },
)  # fmt: skip
async def report(
    request: Request, number: wire.AuditId, name: ReportName, cleanup: Literal["marked", "all"] = "marked"
) -> Response:
    """Write a report with the decisions as they stand now, and send it."""
    audit = _audit(request, number)
    results = _results(audit)

    def work() -> Path:
        folder = audit.folder / "reports"
        with audit.reports:
            folder.mkdir(exist_ok=True)
            made = results.result(_decisions(), marked_only=cleanup == "marked")
            for one in reports():
                if FILES[name] in one.files:
                    one.write(made, folder)
        return folder / FILES[name]

    path = await engine(request).slow(work)
    if not path.exists():
        return error(404, f"{name} would be empty: mark posts for deletion first")
    return FileResponse(path, media_type="application/octet-stream", filename=name)


@router.delete("/audit/{number}", status_code=204, response_class=Response, responses=MISSING)
async def remove(request: Request, number: wire.AuditId) -> Response:
    """Stop an audit where it runs, and remove all that was kept of it."""
    audit = _audit(request, number)
    await engine(request).slow(lambda: _audits(request).remove(audit))
    return Response(status_code=204)
