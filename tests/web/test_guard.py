"""Who may ask: rebinding, other sites, missing tokens, and too much at once."""

from __future__ import annotations

import socket

import httpx
import pytest

from riskcheck.web.guard import LARGE, SMALL
from tests.web.conftest import Site

PAGES = ("/", "/audit", "/trends", "/profile", "/connect", "/static/page.js")


def raw(site: Site, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", site.server.port), timeout=5) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", ""]
)
def test_a_rebound_name_gets_nothing(site: Site, host: str) -> None:
    headers = {"Host": host.format(port=site.server.port)}
    for path in ("/", "/static/page.js", "/api/status", "/api/openapi.json"):
        answer = site.client.get(path, headers=headers)
        assert answer.status_code == 403
        assert "127.0.0.1" in answer.json()["error"]


def test_localhost_is_this_machine_too(site: Site) -> None:
    assert site.client.get("/api/status", headers={"Host": f"localhost:{site.server.port}"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "file://"]
)
def test_another_site_gets_nothing_even_with_the_token(site: Site, origin: str) -> None:
    answer = site.client.post("/api/check", json={"text": "x"}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_own_origin_and_extensions_with_the_token_may_ask(site: Site) -> None:
    for origin in (site.base, "chrome-extension://abcdefghijklmnop", "moz-extension://0-1-2"):
        assert site.client.post("/api/check", json={"text": "x"}, headers={"Origin": origin}).status_code == 200
    bare = httpx.post(f"{site.base}/api/check", json={"text": "x"}, headers={"Origin": "chrome-extension://abc"})
    assert bare.status_code == 403


@pytest.mark.parametrize("kind", ["cross-site", "same-site"])
def test_pictures_and_scripts_of_other_sites_get_nothing(site: Site, kind: str) -> None:
    headers = {"Sec-Fetch-Site": kind, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}
    assert httpx.get(f"{site.base}/static/page.js", headers=headers).status_code == 403
    headers |= {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    assert httpx.get(f"{site.base}/", headers=headers).status_code == 403
    assert httpx.get(f"{site.base}/", headers=headers | {"Sec-Fetch-Dest": "document"}).status_code == 200


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer x", "bearer {token}", "Bearer {token}x", "Basic {token}"]
)
def test_without_the_token_there_is_no_interface(site: Site, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given.format(token=site.server.token)}
    for path in ("/api/status", "/api/openapi.json", "/api/nothing", "/nothing", "/api/audits"):
        answer = httpx.get(site.base + path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert httpx.put(f"{site.base}/api/audit/x/file?name=a", headers=headers, content=b"x").status_code == 401


def test_a_token_in_the_address_or_a_cookie_does_not_count(site: Site) -> None:
    assert httpx.get(f"{site.base}/api/status?token={site.server.token}").status_code == 401
    assert httpx.get(f"{site.base}/api/status", cookies={"token": site.server.token}).status_code == 401


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_policy(site: Site, path: str) -> None:
    answer = httpx.get(site.base + path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert site.server.token not in answer.text
    for word in ("onclick", "onload", "javascript:", "style=", "http://", "https://"):
        if path != "/static/page.js":
            assert word not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "name", ["page", "draft", "counts", "charts", "upload", "card", "audit", "trends", "profile", "connect"]
)
def test_scripts_parse_no_markup(site: Site, name: str) -> None:
    text = httpx.get(f"{site.base}/static/{name}.js").text
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", ".srcdoc"):
        assert sink not in text


def test_files_outside_the_folder_stay_there(site: Site) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"):
        answer = raw(
            site,
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.server.port}\r\nConnection: close\r\n"
            f"Authorization: Bearer {site.server.token}\r\n\r\n".encode(),
        )
        assert answer.startswith(b"HTTP/1.1 404"), answer[:100]


def test_two_hosts_are_refused(site: Site) -> None:
    port = site.server.port
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode()
    assert raw(site, request).split()[1] in (b"400", b"403")


def test_too_large_requests_are_refused(site: Site) -> None:
    answer = site.client.post("/api/check", content=b'{"text": "' + b"a" * SMALL + b'"}')
    assert answer.status_code == 413
    assert "less at once" in answer.json()["error"]
    assert site.client.post("/api/check", json={"text": "a" * 100_001}).status_code == 422
    assert site.client.post("/api/score", json={"posts": [{"text": "a"}] * 1001}).status_code == 422
    assert SMALL < LARGE


def test_only_loopback_is_listened_on(site: Site) -> None:
    assert site.server._socket.getsockname()[0] == "127.0.0.1"
