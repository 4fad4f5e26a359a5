"""A small convolutional reader of posts: word vectors from sub-words, dilated convolutions, pooling.

It was taught by a larger language model on public posts (``models/encoder/README.md``); here it only runs, in
numpy. The words of a post become vectors, three to four layers let neighbours change each other's meaning, and
what remains is pooled into one logit for every category and severity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from riskcheck.text.tokens import Token

Float = NDArray[np.float32]
LONGEST = 256
"""Tokens of a post that are read at once; a longer post is read in windows."""
_SHAPES = 9 * 3 * 8
_CACHE = 200_000


@lru_cache(maxsize=100_000)
def gram_hashes(word: str) -> tuple[int, ...]:
    """Hash the character n-grams (3 to 5) of one word, its ends marked."""
    marked = f"<{word[:24]}>"
    return tuple(crc32(marked[i : i + n].encode("utf-8", "surrogatepass"))
                 for n in (3, 4, 5) for i in range(len(marked) - n + 1))  # fmt: skip


def shape(text: str, token: Token) -> int:
    """Number the look of a token: its kind, its case, and the disguises undone."""
    raw = text[token.start : token.end]
    case = 2 if len(raw) > 1 and raw.isupper() else 1 if raw[:1].isupper() else 0
    return (token.kind * 3 + case) * 8 + token.flags


class Encoder:
    """Run the network.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``word_keys`` (uint32, sorted), ``word_vectors``, ``gram_vectors``, ``shape_vectors``, ``conv<i>`` with shape
        (3 * width, width), ``conv<i>_bias``, ``dilations``, ``query``, ``query_bias``, ``hidden``, ``hidden_bias``,
        ``output``, ``output_bias``.
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._keys = arrays["word_keys"]
        self._words = arrays["word_vectors"]
        self._grams = arrays["gram_vectors"]
        self._shapes = _single(arrays["shape_vectors"])
        self._dilations = [int(d) for d in arrays["dilations"]]
        self._convs = [
            (_single(arrays[f"conv{i}"]), _single(arrays[f"conv{i}_bias"])) for i in range(len(self._dilations))
        ]
        self._query, self._query_bias = _single(arrays["query"]), _single(arrays["query_bias"])
        self._hidden, self._hidden_bias = _single(arrays["hidden"]), _single(arrays["hidden_bias"])
        self._output, self._output_bias = _single(arrays["output"]), _single(arrays["output_bias"])
        self._cache: dict[str, Float] = {}

    @property
    def width(self) -> int:
        """Length of a word vector."""
        return int(self._shapes.shape[1])

    @property
    def outputs(self) -> int:
        """Number of logits."""
        return len(self._output_bias)

    def word_vector(self, word: str) -> Float:
        """Look up or compute the vector of a normal form."""
        vector = self._cache.get(word)
        if vector is None:
            grams = gram_hashes(word)
            rows = np.array(grams, dtype=np.int64) % len(self._grams)
            vector = self._grams[rows].astype(np.float32).mean(0, dtype=np.float32)
            key = crc32(word.encode("utf-8", "surrogatepass"))
            at = int(np.searchsorted(self._keys, key))
            if at < len(self._keys) and self._keys[at] == key:
                vector = vector + self._words[at].astype(np.float32)
            if len(self._cache) >= _CACHE:
                self._cache.clear()
            self._cache[word] = vector
        return vector

    def logits(self, texts: Sequence[str], posts: Sequence[Sequence[Token]]) -> Float:
        """Read posts.

        Parameters
        ----------
        texts : sequence of str
            The posts as written.
        posts : sequence of sequence of Token
            Their tokens, or parts of them; beyond :data:`LONGEST` tokens a part is not read.

        Returns
        -------
        ndarray of float32, shape (n posts, outputs)
        """
        gap = max(self._dilations)
        lengths = np.array([max(1, min(len(tokens), LONGEST)) for tokens in posts])
        starts = np.cumsum(lengths + gap) - lengths
        x = np.zeros((int(starts[-1] + lengths[-1] + gap), self.width), dtype=np.float32)
        for text, tokens, start in zip(texts, posts, starts, strict=True):
            for offset, token in enumerate(tokens[:LONGEST]):
                row = x[start + offset]
                row += self.word_vector(token.norm)
                row += self._shapes[shape(text, token)]
        inside = np.zeros(len(x), dtype=bool)
        for start, length in zip(starts, lengths, strict=True):
            inside[start : start + length] = True
        outside = ~inside
        for (weights, bias), step in zip(self._convs, self._dilations, strict=True):
            x += np.maximum(_neighbours(x, step) @ weights + bias, 0.0)
            x[outside] = 0.0
        return self._pool(x, starts, lengths)

    def _pool(self, x: Float, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Float:
        edges = np.column_stack((starts, starts + lengths)).ravel()
        # reduceat over (begin, end) pairs: every second result is a gap between posts and is dropped.
        highest = np.maximum.reduceat(x, edges[:-1])[::2]
        total = np.add.reduceat(x, edges[:-1])[::2] / np.sqrt(lengths, dtype=np.float32)[:, None]
        owner = np.repeat(np.arange(len(starts)), lengths)
        rows = x[np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(int(lengths.sum()))]
        scores = rows @ self._query + self._query_bias
        begins = np.cumsum(lengths) - lengths
        weight = np.exp(scores - np.maximum.reduceat(scores, begins)[owner])
        weight /= np.add.reduceat(weight, begins)[owner]
        attended = [np.add.reduceat(rows * weight[:, k : k + 1], begins) for k in range(weight.shape[1])]
        pooled = np.concatenate([highest, total, *attended], axis=1)
        hidden = np.maximum(pooled @ self._hidden + self._hidden_bias, 0.0)
        result: Float = hidden @ self._output + self._output_bias
        return result


def _single(array: NDArray[np.generic]) -> Float:
    return np.ascontiguousarray(array, dtype=np.float32)


def _neighbours(x: Float, step: int) -> Float:
    """Lay each row beside the rows ``step`` before and after it; zeros stand beyond the ends."""
    width = x.shape[1]
    wide = np.zeros((len(x), 3 * width), dtype=np.float32)
    wide[step:, :width] = x[:-step]
    wide[:, width : 2 * width] = x
    wide[:-step, 2 * width :] = x[step:]
    return wide
