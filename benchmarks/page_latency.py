"""Measure the local page: one draft after another, and fifty at once, without and with an audit running.

Run ``python benchmarks/page_latency.py``; it starts the page on a free port and stops it again.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from riskcheck.web.server import Server, opened

DRAFTS = (
    "i hate my job so much, my boss is an idiot",
    "Lovely walk along the canal this morning.",
    "Cisco just offered me a job! Now I have to weigh the utility of a fatty paycheck against the daily commute to"
    " San Jose and hating the work.",
    "Long day. The bus was late again, the meeting ran over, and I still have to write the report. Home at last!",
)


async def ask(client: httpx.AsyncClient, path: str, number: int) -> float:
    begun = time.perf_counter()
    answer = await client.post(path, json={"text": f"{DRAFTS[number % len(DRAFTS)]} {number}"})
    answer.raise_for_status()
    return (time.perf_counter() - begun) * 1000


async def measure(client: httpx.AsyncClient, label: str) -> None:
    for path in ("/api/check", "/api/rewrite"):
        report(f"{label}, {path}, one after another", [await ask(client, path, n) for n in range(200)])
    waves = []
    for wave in range(10):
        waves += await asyncio.gather(*(ask(client, "/api/check", 50 * wave + n) for n in range(50)))
    report(f"{label}, /api/check, fifty at once", waves)


def report(label: str, took: list[float]) -> None:
    ordered = sorted(took)
    print(
        f"{label:<55} median {statistics.median(took):6.1f} ms   95 % {ordered[int(len(took) * 0.95)]:6.1f} ms"
        f"   slowest {ordered[-1]:6.1f} ms"
    )


async def all_of_it(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.token}"}
    limits = httpx.Limits(max_connections=50)
    base = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=base, headers=headers, limits=limits, timeout=60) as client:
        for number in range(20):
            await ask(client, "/api/check", number)
        await measure(client, "idle")
        number = (await client.post("/api/audit", json={})).json()["id"]
        posts = "\n".join(f"{DRAFTS[n % len(DRAFTS)]} {n}" for n in range(60_000))
        await client.put(f"/api/audit/{number}/file", params={"name": "posts.txt"}, content=posts.encode())
        await client.post(f"/api/audit/{number}/start")
        while (await client.get(f"/api/audit/{number}")).json()["progress"]["stage"] != "assess":
            await asyncio.sleep(0.05)
        await measure(client, "audit running")
        state = (await client.get(f"/api/audit/{number}")).json()["state"]
        print(f"the audit was {state} at the end")
        await client.delete(f"/api/audit/{number}")


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, {platform.machine()}, load {os.getloadavg()}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RISKCHECK_DATA_DIR"] = folder
        os.environ["RISKCHECK_PROFILE"] = str(Path(folder) / "none.toml")
        with opened(port=0) as server:
            thread = threading.Thread(target=server.serve_here)
            thread.start()
            while not server.started:
                time.sleep(0.01)
            try:
                asyncio.run(all_of_it(server))
            finally:
                server.should_exit = True
                thread.join()


if __name__ == "__main__":
    main()
