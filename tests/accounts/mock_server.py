"""Run mastodon-mock with 90 posts of its user alice; print where. Started by the tests in a process of its own."""

from __future__ import annotations

import json
import sys

from mastodon import Mastodon
from mastodon_mock.testing.seed import DEFAULT_TEST_SEED
from mastodon_mock.testing.server import MockServer


def main() -> None:
    with MockServer() as server:
        token = DEFAULT_TEST_SEED.accounts[0].access_token  # that of alice
        client = Mastodon(api_base_url=server.base_url, access_token=token, version_check_mode="none")
        for number in range(90):
            client.status_post(f"post {number}")
        print(json.dumps({"url": server.base_url}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
