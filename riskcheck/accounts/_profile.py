"""Handle, display name and bio: posts too, for employers read them first."""

from __future__ import annotations

from riskcheck.post import Kind, Post


def profile_items(
    platform: str, key: str, texts: tuple[tuple[str, str], ...], *, url: str, where: str
) -> tuple[Post, ...]:
    """Return handle, name and bio as posts, with the ids that the export gives them."""
    kinds: dict[str, Kind] = {"handle": "handle", "name": "handle", "bio": "bio"}
    return tuple(
        Post(
            text=text, id=f"{key}#{part}", platform=platform, kind=kinds[part], visibility="public", url=url,
            where=where,
        )
        for part, text in texts
        if text
    )  # fmt: skip
