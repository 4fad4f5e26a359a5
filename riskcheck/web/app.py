"""The application: pages, interface, errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from riskcheck.categories import CATEGORIES
from riskcheck.profile import STAGES, STRICTNESS
from riskcheck.web import answers, api, api_audit
from riskcheck.web.api_audit import FILES
from riskcheck.web.engine import Engine
from riskcheck.web.guard import Guard
from riskcheck.web.jobs import Audits

HERE = Path(__file__).parent
PAGES = {
    "draft": ("/", "Draft"),
    "audit": ("/audit", "Audit"),
    "trends": ("/trends", "Trends"),
    "profile": ("/profile", "Profile"),
    "connect": ("/connect", "Connect"),
}
_bearer = HTTPBearer(auto_error=False, description="The token that `riskcheck serve` prints in its address")


def _pages() -> APIRouter:
    """Make the five pages: empty frames that scripts fill, so that they hold nothing of the user's."""
    router = APIRouter(include_in_schema=False)
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)

    def add(name: str, path: str, title: str) -> None:
        shown = environment.get_template(f"{name}.html").render(
            name=name, title=title, pages=PAGES, categories=CATEGORIES, stages=STAGES, strictness=STRICTNESS,
            files=sorted(name for name in FILES if name != "coverage.json"), version=version("riskcheck"),
        )  # fmt: skip

        async def page() -> Response:
            return HTMLResponse(shown)

        router.add_api_route(path, page, methods=["GET"])

    for name, (path, title) in PAGES.items():
        add(name, path, title)
    return router


def create_app(engine: Engine, audits: Audits, *, token: str, port: int) -> Guard:
    """Make the application, guarded.

    Parameters
    ----------
    engine : Engine
        The model; closed when the application stops.
    audits : Audits
        Where audits are kept; closed when the application stops.
    token : str
        The secret of this start.
    port : int
        Where the server listens.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        audits.close()
        engine.close()

    app = FastAPI(
        title="riskcheck", version=version("riskcheck"), lifespan=life, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", description="The interface of the local page, for editors and extensions.",
        redirect_slashes=False, generate_unique_id_function=lambda route: route.name,
    )  # fmt: skip
    app.state.engine, app.state.audits = engine, audits
    answers.install(app)
    guarded = {"prefix": "/api", "responses": answers.REFUSALS, "dependencies": [Depends(_bearer)]}
    app.include_router(api.router, **guarded)  # type: ignore[arg-type]
    app.include_router(api_audit.router, **guarded)  # type: ignore[arg-type]
    app.include_router(_pages())
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    return Guard(app, token=token, port=port)
