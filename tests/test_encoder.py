from __future__ import annotations

import numpy as np
import pytest

from riskcheck import gradient
from riskcheck.encoder import LONGEST, Encoder
from riskcheck.text.tokens import Token, tokenise

WIDTH, HEADS, HIDDEN, OUT, DILATIONS = 8, 2, 6, 5, (1, 2, 4)
TEXTS = [
    "i hate my job so much, my boss is an idiot",
    "ok",
    "",
    "Thrilled to join the team next month!",
    "sooo BORED @work #MondayBlues 😂 https://example.org",
    "a. b? c! d",
    "   ",
    "no complaints " * 60,
    "x",
]


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    """A small network with random weights, many of them negative."""
    rng = np.random.default_rng(5)

    def draw(*size: int, scale: float = 0.5) -> np.ndarray:
        return (rng.normal(size=size) * scale - 0.1).astype(np.float32)

    found = {
        "word_keys": np.sort(rng.choice(2**32, 50, replace=False)).astype(np.uint32),
        "word_vectors": draw(50, WIDTH).astype(np.float16),
        "gram_vectors": draw(64, WIDTH).astype(np.float16),
        "shape_vectors": draw(216, WIDTH),
        "dilations": np.array(DILATIONS, dtype=np.int32),
        "query": draw(WIDTH, HEADS),
        "query_bias": draw(HEADS),
        "hidden": draw((2 + HEADS) * WIDTH, HIDDEN),
        "hidden_bias": draw(HIDDEN),
        "output": draw(HIDDEN, OUT),
        "output_bias": draw(OUT),
    }
    for i in range(len(DILATIONS)):
        found[f"conv{i}"] = draw(3 * WIDTH, WIDTH, scale=0.3)
        found[f"conv{i}_bias"] = draw(WIDTH)
    return found


@pytest.fixture(scope="module")
def encoder(arrays: dict[str, np.ndarray]) -> Encoder:
    return Encoder(arrays)


def read(encoder: Encoder, texts: list[str]) -> np.ndarray:
    return encoder.logits([tokenise(text) for text in texts])


def by_hand(encoder: Encoder, arrays: dict[str, np.ndarray], text: str, tokens: list[Token]) -> np.ndarray:
    """The network as its docstring describes it, position by position."""
    rows = [encoder.vectors([t.norm])[0] + arrays["shape_vectors"][t.look] for t in tokens[:LONGEST]]
    return layers(arrays, np.array(rows if rows else [np.zeros(WIDTH)], dtype=np.float64))


def layers(arrays: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """All layers after the token vectors, shape (tokens, width)."""
    for i, step in enumerate(DILATIONS):
        new = np.zeros_like(x)
        for at in range(len(x)):
            sides = [x[at + d] if 0 <= at + d < len(x) else np.zeros(WIDTH) for d in (-step, 0, step)]
            new[at] = x[at] + np.maximum(np.concatenate(sides) @ arrays[f"conv{i}"] + arrays[f"conv{i}_bias"], 0)
        x = new
    scores = x @ arrays["query"] + arrays["query_bias"]
    weights = np.exp(scores) / np.exp(scores).sum(axis=0)
    attended = [weights[:, k] @ x for k in range(HEADS)]
    pooled = np.concatenate([x.max(axis=0), x.sum(axis=0) / np.sqrt(len(x)), *attended])
    hidden = np.maximum(pooled @ arrays["hidden"] + arrays["hidden_bias"], 0)
    return hidden @ arrays["output"] + arrays["output_bias"]


def test_the_network_is_what_it_says(encoder: Encoder, arrays: dict[str, np.ndarray]) -> None:
    batch = read(encoder, TEXTS)
    assert batch.shape == (len(TEXTS), encoder.outputs) == (len(TEXTS), OUT)
    assert encoder.width == WIDTH
    for text, found in zip(TEXTS, batch, strict=True):
        assert found == pytest.approx(by_hand(encoder, arrays, text, list(tokenise(text))), abs=1e-4), repr(text)


def test_a_batch_gives_what_one_by_one_gives(encoder: Encoder) -> None:
    alone = np.concatenate([read(encoder, [text]) for text in TEXTS])
    np.testing.assert_allclose(read(encoder, TEXTS), alone, atol=1e-5)


def test_neighbours_in_a_batch_do_not_matter(encoder: Encoder) -> None:
    forwards, backwards = read(encoder, TEXTS), read(encoder, TEXTS[::-1])[::-1]
    np.testing.assert_allclose(forwards, backwards, atol=1e-5)


def test_the_shipped_network_too(checker) -> None:
    encoder = checker._assessor.scorer.logits.encoder
    alone = np.concatenate([read(encoder, [text]) for text in TEXTS])
    np.testing.assert_allclose(read(encoder, TEXTS), alone, atol=1e-4)
    assert len({tuple(row) for row in alone.round(3).tolist()}) >= len(TEXTS) - 1


def test_a_long_post_is_read_up_to_its_longest(encoder: Encoder) -> None:
    head = "word " * LONGEST
    np.testing.assert_allclose(read(encoder, [head]), read(encoder, [head + "and never this " * 400]), atol=1e-5)
    assert not np.allclose(read(encoder, [head]), read(encoder, ["word " * (LONGEST - 1) + "idiot"]), atol=1e-5)


def test_empty_posts_are_all_alike_and_finite(encoder: Encoder) -> None:
    found = read(encoder, ["", "hello there", "", " \n "])
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[[0, 2]], found[[2, 3]], atol=1e-5)
    np.testing.assert_allclose(read(encoder, [""])[0], found[0], atol=1e-5)


def test_known_words_have_a_vector_of_their_own_beside_their_parts(arrays: dict[str, np.ndarray]) -> None:
    from zlib import crc32

    key = crc32(b"boss")
    known = {**arrays, "word_keys": np.array([key], np.uint32), "word_vectors": np.ones((1, WIDTH), np.float16)}
    plain = Encoder(arrays).vectors(["boss"])[0]
    np.testing.assert_allclose(Encoder(known).vectors(["boss"])[0], plain + 1, atol=1e-5)
    np.testing.assert_allclose(Encoder(known).vectors(["bosses"])[0], Encoder(arrays).vectors(["bosses"])[0])


def test_the_look_of_a_word_counts(encoder: Encoder) -> None:
    looks = [read(encoder, [text])[0] for text in ("bored today", "BORED today", "Bored today")]
    assert not np.allclose(looks[0], looks[1], atol=1e-5)
    assert not np.allclose(looks[0], looks[2], atol=1e-5)


def test_a_word_has_the_same_vector_whatever_is_looked_up_with_it(arrays: dict[str, np.ndarray]) -> None:
    words = [f"word{i}" for i in range(10)] * 2
    expected = [Encoder(arrays).vectors([word])[0] for word in words]
    for found, vector in zip(Encoder(arrays).vectors(words), expected, strict=True):
        np.testing.assert_array_equal(found, vector)


def shared_out(encoder: Encoder, texts: list[str], wanted: list[tuple[int, int]]) -> list[np.ndarray]:
    found = [tokenise(text) for text in texts]
    norms = [token.norm for tokens in found for token in tokens]
    looks = [token.look for tokens in found for token in tokens]
    lengths = np.array([len(tokens) for tokens in found])
    return gradient.shares(encoder, encoder.table(norms, looks), np.arange(len(norms)), lengths, wanted)


def test_shares_are_the_slopes_on_the_way_from_an_empty_post(
    encoder: Encoder, arrays: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradient, "HALFWAY", 0.7)
    # No word twice: where two are highest alike, there is no one slope.
    texts = ["i hate my job so much, that boss is an idiot", "ok", "Thrilled to join the team!", "never again"]
    wanted = [(0, 3), (2, 1), (1, 0), (3, 2), (0, 1), (2, 4)]
    for (text, output), found in zip(wanted, shared_out(encoder, texts, wanted), strict=True):
        tokens = tokenise(texts[text])
        x = np.array([encoder.vectors([t.norm])[0] + arrays["shape_vectors"][t.look] for t in tokens])
        assert len(found) == len(tokens)
        for at in range(len(tokens)):
            moved = np.zeros(x.shape)
            moved[at] = 1e-5 * x[at]
            slope = (layers(arrays, 0.7 * x + moved) - layers(arrays, 0.7 * x - moved))[output] / 2e-5
            assert found[at] == pytest.approx(slope, abs=1e-5)


def test_shares_of_many_steps_add_up_to_the_logit(
    encoder: Encoder, arrays: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["i hate my job so much", "my boss is an idiot #MondayBlues"]
    wanted = [(text, output) for text in range(2) for output in range(OUT)]
    logits, steps = read(encoder, texts), 400
    total = [np.zeros(0)] * len(wanted)
    for step in range(steps):
        monkeypatch.setattr(gradient, "HALFWAY", (step + 0.5) / steps)
        found = shared_out(encoder, texts, wanted)
        total = [a + b / steps for a, b in zip(total, found, strict=True)] if step else [b / steps for b in found]
    for (text, output), found in zip(wanted, total, strict=True):
        nothing = layers(arrays, np.zeros((len(found), WIDTH)))[output]
        assert found.sum() == pytest.approx(logits[text, output] - nothing, abs=0.02)


def test_what_is_asked_beside_does_not_change_a_share(encoder: Encoder) -> None:
    texts = ["i hate my job so much", "ok then", "my boss is an idiot today"]
    wanted = [(text, output) for output in range(OUT) for text in range(3)]
    for one, found in zip(wanted, shared_out(encoder, texts, wanted), strict=True):
        np.testing.assert_allclose(shared_out(encoder, texts, [one])[0], found, atol=1e-5)
    assert shared_out(encoder, texts, []) == []
