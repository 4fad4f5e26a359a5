"""Fifty drafts at once while an audit runs: every answer comes, is right, and is not held up."""

from __future__ import annotations

import asyncio
import statistics
import time

import httpx

from tests.web.conftest import RISKY, SAFE, Site, finished


def test_fifty_drafts_at_once_while_an_audit_runs(site: Site) -> None:
    texts = "\n".join(f"my boss is an idiot and the bus was late, number {n}" for n in range(30_000))
    number = site.client.post("/api/audit", json={}).json()["id"]
    site.client.put(f"/api/audit/{number}/file", params={"name": "posts.txt"}, content=texts.encode())
    site.client.post(f"/api/audit/{number}/start")
    while site.client.get(f"/api/audit/{number}").json()["progress"]["stage"] is None:
        time.sleep(0.02)
    took, bands = finished(fifty(site))
    state = site.client.get(f"/api/audit/{number}").json()["state"]
    assert state == "running", "the audit was over too soon to prove anything"
    assert bands == ["medium", "none"] * 25
    print(f"median {statistics.median(took) * 1000:.0f} ms, slowest {max(took) * 1000:.0f} ms")
    assert statistics.median(took) < 2
    assert site.client.delete(f"/api/audit/{number}").status_code == 204


async def fifty(site: Site) -> tuple[list[float], list[str]]:
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=site.base, headers=site.headers, limits=limits, timeout=30) as client:

        async def one(at: int) -> tuple[float, str]:
            begun = time.perf_counter()
            answer = await client.post("/api/check", json={"text": f"{SAFE if at % 2 else RISKY} {at}"})
            return time.perf_counter() - begun, answer.json()["band"]

        found = await asyncio.gather(*(one(at) for at in range(50)))
    return [took for took, _ in found], [band for _, band in found]


def test_more_than_can_be_answered_is_refused_in_words(site: Site) -> None:
    async def many() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=300)
        async with httpx.AsyncClient(base_url=site.base, headers=site.headers, limits=limits, timeout=30) as client:
            return await asyncio.gather(*(client.post("/api/check", json={"text": SAFE}) for _ in range(300)))

    answers = finished(many())
    assert {answer.status_code for answer in answers} <= {200, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert all(answer.headers["retry-after"] == "1" and "wait a moment" in answer.text for answer in refused)
    assert site.client.post("/api/check", json={"text": RISKY}).status_code == 200
