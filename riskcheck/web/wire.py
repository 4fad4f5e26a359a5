"""Shapes of requests and answers, as the OpenAPI description shows them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from riskcheck.assessment import Band
from riskcheck.categories import NAMES
from riskcheck.profile import Stage, Strictness
from riskcheck.store import Decision

LONGEST = 100_000
MOST_POSTS = 1_000
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Names = Annotated[list[Name], Field(max_length=500)]
Text = Annotated[str, Field(max_length=LONGEST)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
AuditId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Threshold = Literal["low", "medium", "high"]


def _is_day(value: object) -> object:
    """Take only what the description says: numbers and times would pass for days otherwise."""
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        raise ValueError("is no day; write it as 2024-05-31")
    return value


Day = Annotated[dt.date | None, BeforeValidator(_is_day)]
Category = Literal[NAMES]  # type: ignore[valid-type]


class Model(BaseModel):
    """Base: unknown fields are a mistake and are refused."""

    model_config = ConfigDict(extra="forbid")


class Error(BaseModel):
    """What is wrong, and what to do next."""

    error: str


class Span(BaseModel):
    """Evidence: a half-open range of code points of the text, and those characters."""

    start: int
    end: int
    text: str


class Finding(BaseModel):
    """One category found in one post."""

    category: str
    severity: int = Field(ge=1, le=3)
    probability: float
    spans: list[Span]
    why: str
    advice: str


class Note(BaseModel):
    """Information that is no risk."""

    kind: str
    text: str


class Assessment(BaseModel):
    """The output contract, version 1."""

    schema_version: Literal[1]
    id: str
    band: Band
    severity: float | None
    score: float | None
    findings: list[Finding]
    notes: list[Note]
    scores: dict[str, float | None]
    model: str


class Draft(Model):
    """A draft, and what to take for granted of its author beyond the profile."""

    text: Text
    stage: Stage | None = None
    employers: Annotated[list[Name], Field(max_length=50)] = []


class PostIn(Model):
    """One post of a batch."""

    text: Text
    id: Annotated[str, Field(max_length=200)] = ""


class Batch(Model):
    """Posts to score."""

    posts: Annotated[list[PostIn], Field(max_length=MOST_POSTS)]


class BatchOut(BaseModel):
    """As many assessments as posts, in the same order."""

    results: list[Assessment]


class Suggestion(BaseModel):
    """A milder wording to start from, and how it scores."""

    text: str
    kind: Literal["softened", "shortened", "starter"]
    changes: list[str]
    band: Band
    score: float
    assessment: Assessment


class Rewritten(BaseModel):
    """A suggestion, or none."""

    suggestion: Suggestion | None


class ProfileIn(Model):
    """The profile as it is to be; see the profile file."""

    stage: Stage = "searching"
    strictness: Strictness = "normal"
    present: Names = []
    former: Names = []
    hoped_for: Names = []
    off: Annotated[list[Category], Field(max_length=len(NAMES))] = []
    keywords: Names = []
    allow: Names = []


class ProfileOut(BaseModel):
    """The profile as it stands, and where it lies."""

    profile: dict[str, Any]
    path: str
    exists: bool


class DecisionIn(Model):
    """What the user says of a post."""

    digest: Digest
    decision: Decision


class DecisionsOut(BaseModel):
    """All decisions, as `riskcheck decisions export` writes them."""

    riskcheck_decisions: Literal[1]
    decisions: list[dict[str, str]]


class Undone(BaseModel):
    """The post whose last decision was taken back, null if there was none, and what holds for it now."""

    digest: str | None
    decision: Decision | None


class RunsOut(BaseModel):
    """Earlier audits, oldest first, each with the decisions made since."""

    runs: list[dict[str, Any]]
    decisions: dict[str, int]


class CategoriesOut(BaseModel):
    """What riskcheck looks for."""

    categories: list[dict[str, Any]]


class Status(BaseModel):
    """Who answers."""

    name: Literal["riskcheck"]
    version: str
    model: str


class AuditIn(Model):
    """What an audit is to keep and report."""

    threshold: Threshold = "medium"
    since: Day = None
    until: Day = None
    new: Annotated[bool, Field(strict=True)] = False


class AuditOut(BaseModel):
    """How far an audit is."""

    id: str
    state: Literal["receiving", "queued", "running", "done", "failed", "stopped"]
    names: list[str]
    files: int
    bytes: int
    settings: dict[str, Any]
    progress: dict[str, Any]
    error: str | None
    summary: dict[str, Any] | None = None


class AuditsOut(BaseModel):
    """The audits of this start."""

    audits: list[AuditOut]


class PostsOut(BaseModel):
    """One page of the posts that fit."""

    total: int
    posts: list[dict[str, Any]]


class Received(BaseModel):
    """How much of an upload has arrived."""

    files: int
    bytes: int
