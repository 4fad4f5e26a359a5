from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskcheck.categories import NAMES
from riskcheck.errors import ProfileError
from riskcheck.profile import STAGES, STRICTNESS, Profile, dump, from_dict, load, write

NAME = st.text(min_size=1, max_size=20).filter(lambda t: t.strip() == t and "\0" not in t)


@given(
    st.builds(
        Profile,
        stage=st.sampled_from(STAGES),
        strictness=st.sampled_from(STRICTNESS),
        present=st.lists(NAME, max_size=3).map(tuple),
        allow=st.lists(NAME, max_size=3).map(tuple),
        off=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    )
)
def test_what_is_written_is_read_again(profile: Profile) -> None:
    import tomllib

    assert from_dict(tomllib.loads(dump(profile)), "test") == profile


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("stage = 'asleep'", "stage is 'asleep'; it must be one of employed"),
        ("stages = 'employed'", "unknown setting 'stages'"),
        ("present = 'Acme'", "present must be a list of texts"),
        ("present = [1]", "present must be a list of texts"),
        ("off = ['nonsense']", "is no category"),
        ("stage = ", "not valid TOML"),
        ("\xff\xfe\x00", "not valid TOML"),
    ],
)
def test_a_broken_profile_says_what_is_wrong(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "profile.toml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ProfileError, match=r"profile\.toml") as caught:
        load(path)
    assert message in str(caught.value)


def test_no_profile_is_a_plain_one_but_a_named_one_must_exist(tmp_path: Path) -> None:
    assert load() == Profile()
    with pytest.raises(ProfileError, match="no such profile; run `riskcheck init`"):
        load(tmp_path / "missing.toml")


def test_it_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "profile.toml"
    write(path, Profile(stage="employed", keywords=("canal",)))
    write(path, Profile(stage="accepted"))
    assert load(path) == Profile(stage="accepted")
    assert list(path.parent.iterdir()) == [path]


def test_where_it_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProfileError, match="cannot be written"):
        write(tmp_path / "file" / "profile.toml", Profile())
    (tmp_path / "folder").mkdir()
    with pytest.raises(ProfileError, match="cannot be written"):
        write(tmp_path / "folder", Profile())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
