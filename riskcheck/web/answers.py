"""How answers are written, and how errors become one sentence with a fitting status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from riskcheck.errors import RiskCheckError
from riskcheck.report.safe import dumps
from riskcheck.web.engine import BusyError
from riskcheck.web.jobs import RefusedError
from riskcheck.web.uploads import TooLargeError
from riskcheck.web.wire import Error

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Error, "description": text}
    for status, text in (
        (400, "The request is not understood"),
        (401, "The token is missing or wrong"),
        (403, "Another host or site asks"),
        (409, "It does not fit the state of things, such as a broken profile"),
        (413, "Too much at once"),
        (422, "A value is not valid"),
        (503, "Too many requests at once"),
    )
}
MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Error, "description": "There is no such thing"}}


class Json(JSONResponse):
    """JSON that can be written even where a post holds lone surrogates."""

    def render(self, content: Any) -> bytes:
        """Return the bytes."""
        return dumps(content).encode()


def error(status: int, text: str, headers: Mapping[str, str] | None = None) -> Json:
    """Return an error answer."""
    return Json({"error": text}, status_code=status, headers=headers)


def _value(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, RequestValidationError):
        raise fault
    first = fault.errors()[0]
    if first["type"] == "json_invalid":
        return error(422, "the body is not valid JSON; send one JSON object")
    place = ".".join(str(part) for part in first["loc"])
    return error(422, f"{place}: {first['msg']}; /api/openapi.json says what is expected")


def _http(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, HTTPException):
        raise fault
    if fault.status_code == 404 and fault.detail == "Not Found":
        return error(404, "there is nothing here; /api/openapi.json lists what there is")
    if fault.status_code == 405:
        return error(405, "this cannot be done here; /api/openapi.json says what can", {"Allow": _allowed(request)})
    return error(fault.status_code, str(fault.detail), fault.headers)


def _allowed(request: Request) -> str:
    """Return all methods of a path: the framework itself names those of the first route only."""
    paths = request.app.openapi()["paths"].items()
    here = request.url.path.split("/")
    fitting = [item for path, item in paths if _fits(path.split("/"), here)]
    return ", ".join(sorted({method.upper() for item in fitting for method in item} or {"GET"}))


def _fits(pattern: list[str], path: list[str]) -> bool:
    return len(pattern) == len(path) and all(a == b or a.startswith("{") for a, b in zip(pattern, path, strict=True))


def _user(request: Request, fault: Exception) -> Response:
    return error(413 if isinstance(fault, TooLargeError) else 409, str(fault))


def _busy(request: Request, fault: Exception) -> Response:
    return error(503, "too many requests at once; wait a moment and try again", {"Retry-After": "1"})


def install(app: FastAPI) -> None:
    """Make the application answer errors so."""
    app.add_exception_handler(RequestValidationError, _value)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RiskCheckError, _user)
    app.add_exception_handler(RefusedError, _user)
    app.add_exception_handler(BusyError, _busy)
