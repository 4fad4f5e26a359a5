"""A small convolutional reader of posts: word vectors from sub-words, dilated convolutions, pooling.

It was taught by a larger language model on public posts (``models/encoder/README.md``); here it only runs, in
numpy. The words of a post become vectors, three to four layers let neighbours change each other's meaning, and
what remains is pooled into one logit for every category and severity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from riskcheck.text.tokens import Token

Float = NDArray[np.float32]
Numbers = NDArray[np.int64]
LONGEST = 256
"""Tokens of a post that are read at once; a longer post is read in windows."""
_BLOCK = 1024


@lru_cache(maxsize=20_000)
def gram_hashes(word: str) -> tuple[int, ...]:
    """Hash the character n-grams (3 to 5) of one word, its ends marked."""
    marked = f"<{word[:24]}>"
    if marked.isascii():
        # Then a character is a byte, and the word is encoded once.
        plain = marked.encode()
        return tuple(crc32(plain[i : i + n]) for n in (3, 4, 5) for i in range(len(plain) - n + 1))
    return tuple(crc32(marked[i : i + n].encode("utf-8", "surrogatepass"))
                 for n in (3, 4, 5) for i in range(len(marked) - n + 1))  # fmt: skip


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
        # As plain arrays: numpy's class for mapped ones takes its time at every look-up.
        self._keys = np.asarray(arrays["word_keys"])
        self._words = np.asarray(arrays["word_vectors"])
        self._grams = np.asarray(arrays["gram_vectors"])
        self._shapes = _single(arrays["shape_vectors"])
        self.dilations = [int(d) for d in arrays["dilations"]]
        self.convs = [
            (_single(arrays[f"conv{i}"]), _single(arrays[f"conv{i}_bias"])) for i in range(len(self.dilations))
        ]
        self.query, self.query_bias = _single(arrays["query"]), _single(arrays["query_bias"])
        self.hidden, self.hidden_bias = _single(arrays["hidden"]), _single(arrays["hidden_bias"])
        self.output, self.output_bias = _single(arrays["output"]), _single(arrays["output_bias"])

    @property
    def width(self) -> int:
        """Length of a word vector."""
        return int(self._shapes.shape[1])

    @property
    def outputs(self) -> int:
        """Number of logits."""
        return len(self.output_bias)

    def vectors(self, words: Sequence[str]) -> Float:
        """Vectors of normal forms, shape (n, width): the mean of a word's n-grams, and its own if it has one."""
        grams = [gram_hashes(word) for word in words]
        sizes = np.array([len(hashes) for hashes in grams])
        rows = np.fromiter(chain.from_iterable(grams), np.int64, int(sizes.sum())) % len(self._grams)
        summed = np.add.reduceat(self._grams[rows].astype(np.float32), np.cumsum(sizes) - sizes)
        vectors = np.asarray(summed / sizes[:, None], dtype=np.float32)
        if not len(self._keys):
            return vectors
        keys = np.array([crc32(word.encode("utf-8", "surrogatepass")) for word in words], np.uint32)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = np.flatnonzero(self._keys[at] == keys)
        vectors[known] += self._words[at[known]].astype(np.float32)
        return vectors

    def table(self, norms: Sequence[str], looks: Sequence[int]) -> Float:
        """Lay out tokens, given by normal form and :func:`riskcheck.text.tokens.look`, as :meth:`run` reads them.

        Returns
        -------
        ndarray of float32, shape (n tokens, 4 * width)
            The token's vector, then what it adds in the first layer to the token after it, itself, and the one before.
        """
        if not norms:
            return np.zeros((0, 4 * self.width), np.float32)
        vectors = self.vectors(norms) + self._shapes[np.array(looks, np.int64)]
        # In double precision, so that a token's numbers do not depend on how many others are laid out with it.
        weights = self.convs[0][0].reshape(3, self.width, self.width).astype(np.float64)
        added = [(vectors.astype(np.float64) @ side).astype(np.float32) for side in weights]
        return np.concatenate([vectors, *added], axis=1)

    def logits(self, posts: Sequence[Sequence[Token]]) -> Float:
        """Read posts.

        Parameters
        ----------
        posts : sequence of sequence of Token
            Their tokens, or parts of them; beyond :data:`LONGEST` tokens a part is not read.

        Returns
        -------
        ndarray of float32, shape (n posts, outputs)
        """
        read = [token for tokens in posts for token in tokens[:LONGEST]]
        table = self.table([token.norm for token in read], [token.look for token in read])
        lengths = np.array([min(len(tokens), LONGEST) for tokens in posts], dtype=np.int64)
        return self.run(table, np.arange(len(table)), lengths)

    def run(self, table: Float, rows: Numbers, lengths: Numbers) -> Float:
        """Read texts whose tokens are rows of a :meth:`table`, laid end to end.

        Parameters
        ----------
        table : ndarray of float32, shape (n, 4 * width)
            Tokens.
        rows : ndarray of int, shape (lengths.sum(),)
            Which tokens the texts consist of.
        lengths : ndarray of int
            Tokens of each text, none above :data:`LONGEST`.

        Returns
        -------
        ndarray of float32, shape (len(lengths), outputs)
        """
        pooled = np.empty((len(lengths), len(self.hidden)), dtype=np.float32)
        begins = np.cumsum(lengths) - lengths
        for members, length in equally_long(lengths):
            if length:
                block = table[rows[begins[members][:, None] + np.arange(length)]]
            else:
                block = np.zeros((len(members), 1, 4 * self.width), dtype=np.float32)
            x = self.convolve(block)
            pooled[members] = self.pool(x, self.attention(x))
        hidden = np.maximum(pooled @ self.hidden + self.hidden_bias, 0.0)
        result: Float = hidden @ self.output + self.output_bias
        return result

    def convolve(self, block: Float, active: list[NDArray[np.bool_]] | None = None) -> Float:
        """Let neighbours change each other's meaning.

        ``block`` holds rows of a :meth:`table`, shape (texts, length, 4 * width). Which units of each layer were active
        is noted in ``active``.
        """
        width, step = self.width, self.dilations[0]
        change = block[:, :, 2 * width : 3 * width] + self.convs[0][1]
        change[:, step:] += block[:, :-step, width : 2 * width]
        change[:, :-step] += block[:, step:, 3 * width :]
        if active is not None:
            active.append(change > 0)
        x: Float = block[:, :, :width] + np.maximum(change, 0.0, out=change)
        wide = np.zeros((*x.shape[:2], 3 * width), dtype=np.float32)
        for (weights, bias), step in zip(self.convs[1:], self.dilations[1:], strict=True):
            wide[:, :step, :width] = 0.0
            wide[:, step:, :width] = x[:, :-step]
            wide[:, :, width : 2 * width] = x
            wide[:, :-step, 2 * width :] = x[:, step:]
            wide[:, -step:, 2 * width :] = 0.0
            change = (wide.reshape(-1, 3 * width) @ weights).reshape(x.shape)
            change += bias
            if active is not None:
                active.append(change > 0)
            x += np.maximum(change, 0.0, out=change)
        return x

    def attention(self, block: Float) -> Float:
        """How much of each text's attention its tokens draw, shape (texts, length, heads)."""
        scores = (block.reshape(-1, self.width) @ self.query).reshape(*block.shape[:2], -1) + self.query_bias
        weight: Float = np.exp(scores - scores.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        return weight

    def pool(self, block: Float, attention: Float) -> Float:
        """Highest, scaled sum, and sums by attention of every text's rows; shape (texts, rows of ``hidden``)."""
        attended = attention.transpose(0, 2, 1) @ block
        total = block.sum(axis=1) / np.sqrt(np.float32(block.shape[1]))
        return np.concatenate([block.max(axis=1), total, attended.reshape(len(block), -1)], axis=1)


def equally_long(lengths: Numbers) -> Iterator[tuple[Numbers, int]]:
    """Group texts of one length: a block without gaps, small enough for the processor's cache.

    Yields
    ------
    members : ndarray of int
        Which texts.
    length : int
        How long they are.
    """
    order = np.argsort(lengths, kind="stable")
    edges = np.flatnonzero(np.diff(lengths[order], prepend=-1, append=-1))
    for first, last in pairwise(edges.tolist()):
        length = int(lengths[order[first]])
        step = max(1, _BLOCK // max(1, length))
        for at in range(first, last, step):
            yield order[at : min(at + step, last)], length


def _single(array: NDArray[np.generic]) -> Float:
    return np.ascontiguousarray(array, dtype=np.float32)
