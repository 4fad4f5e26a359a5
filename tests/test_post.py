from __future__ import annotations

import datetime as dt

import pytest

from riskcheck.post import Post


def test_a_post_without_id_gets_the_start_of_its_hash() -> None:
    post = Post(text="hello", platform="x")
    assert post.id == post.digest[:12]
    assert post.digest != Post(text="hello", platform="reddit").digest


def test_a_time_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        Post(text="a", created=dt.datetime(2020, 1, 1))


def test_a_lone_surrogate_can_be_hashed() -> None:
    assert len(Post(text="\ud83d").digest) == 64
