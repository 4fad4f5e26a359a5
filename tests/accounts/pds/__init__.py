"""A real Bluesky server (PDS) with its directory, on loopback."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

_HERE = Path(__file__).parent


class Pds:
    """A running server.

    It is the PDS that Bluesky publishes, in its own process, with an empty database.
    """

    def __init__(self, folder: Path) -> None:
        node = shutil.which("node")
        assert node
        self._process = subprocess.Popen(
            [node, "serve.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith('{"ready"'):
                facts = json.loads(line)
                self.url, self.directory = facts["pds"], facts["plc"]
                return
        raise RuntimeError(f"the PDS did not start; run `node serve.mjs` in {folder}")

    def call(self, method: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = requests.post(f"{self.url}/xrpc/{method}", json=body, headers=headers, timeout=20)
        assert answer.ok, answer.text
        return answer.json() if answer.content else {}

    def account(self, name: str) -> PdsAccount:
        made = self.call(
            "com.atproto.server.createAccount",
            {"handle": f"{name}.test", "email": f"{name}@example.test", "password": "a long password"},
        )
        return PdsAccount(self, made["did"], made["handle"], made["accessJwt"])

    def stop(self) -> None:
        """End the process, as a server does that crashes."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()


class PdsAccount:
    """An account on it."""

    def __init__(self, pds: Pds, did: str, handle: str, token: str) -> None:
        self.pds, self.did, self.handle, self._token = pds, did, handle, token

    def write(self, records: list[dict[str, Any]], collection: str = "app.bsky.feed.post") -> list[str]:
        """Create records in one go; return their keys."""
        now = dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")
        keys = []
        for start in range(0, len(records), 100):
            writes = [
                {
                    "$type": "com.atproto.repo.applyWrites#create", "collection": collection,
                    "value": {"$type": collection, "createdAt": now, "langs": ["en"]} | record,
                }
                for record in records[start : start + 100]
            ]  # fmt: skip
            done = self.pds.call("com.atproto.repo.applyWrites", {"repo": self.did, "writes": writes}, self._token)
            keys += [result["uri"].rpartition("/")[2] for result in done["results"]]
        return keys

    def profile(self, **values: str) -> None:
        record = {"$type": "app.bsky.actor.profile", **values}
        body = {"repo": self.did, "collection": "app.bsky.actor.profile", "rkey": "self", "record": record}
        self.pds.call("com.atproto.repo.putRecord", body, self._token)

    def delete(self, key: str) -> None:
        body = {"repo": self.did, "collection": "app.bsky.feed.post", "rkey": key}
        self.pds.call("com.atproto.repo.deleteRecord", body, self._token)

    def deactivate(self) -> None:
        self.pds.call("com.atproto.server.deactivateAccount", {}, self._token)


def installed() -> Path:
    """Return where the server is installed; install it where node and npm are there and it is not."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed: no Bluesky server to test against")
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get("RISKCHECK_PDS_DIR") or Path(cache) / "riskcheck-pds")
    done = subprocess.run(["sh", str(_HERE / "install.sh")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{_HERE / 'install.sh'} failed:\n{done.stderr[-2000:]}"
    return folder
