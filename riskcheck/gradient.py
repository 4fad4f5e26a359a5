"""What each token adds to a logit of the network: integrated gradients, run backwards through its layers.

After Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (2017): gradients by the tokens' vectors,
averaged on the way from a post of empty vectors to the post as it is, times the vectors. An empty vector stands for a
word that is not there; the network was taught with words left out in this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskcheck.encoder import Encoder, Float, Numbers, equally_long

HALFWAY = 0.5
"""Where on the way the gradient is taken: one step is best taken in the middle (the midpoint rule)."""


class _Read(NamedTuple):
    """Some texts of one length as the network read them, and which outputs are wanted of them."""

    wanted: Numbers
    of_text: Numbers
    block: Float
    x: Float
    attention: Float
    active: list[NDArray[np.bool_]]


def shares(
    encoder: Encoder, table: Float, rows: Numbers, lengths: Numbers, wanted: Sequence[tuple[int, int]]
) -> list[Float]:
    """Share logits out among the tokens of texts.

    Parameters
    ----------
    encoder : Encoder
        The network.
    table, rows, lengths
        The texts, as :meth:`riskcheck.encoder.Encoder.run` reads them; none is empty.
    wanted : sequence of (int, int)
        Text and output.

    Returns
    -------
    list of ndarray of float32
        For each of ``wanted`` what each token of the text adds to the output; negative where it lowers it.
    """
    asked = np.array(wanted, dtype=np.int64).reshape(-1, 2)
    begins = np.cumsum(lengths) - lengths
    pooled = np.zeros((len(lengths), len(encoder.hidden)), np.float32)
    found: list[_Read] = []
    for which, length in equally_long(lengths[asked[:, 0]]):
        texts, of_text = np.unique(asked[which, 0], return_inverse=True)
        block = table[rows[begins[texts][:, None] + np.arange(length)]] * np.float32(HALFWAY)
        active: list[NDArray[np.bool_]] = []
        x = encoder.convolve(block, active)
        attention = encoder.attention(x)
        pooled[texts] = encoder.pool(x, attention)
        found.append(_Read(which, of_text, block, x, attention, active))
    hidden = pooled @ encoder.hidden + encoder.hidden_bias
    back = (encoder.output[:, asked[:, 1]].T * (hidden > 0)[asked[:, 0]]) @ encoder.hidden.T
    result: list[Float] = [np.zeros(0, np.float32)] * len(asked)
    for read in found:
        added = _added(encoder, read, _below_pooling(encoder, read, back[read.wanted])) / np.float32(HALFWAY)
        for at, row in zip(read.wanted.tolist(), added, strict=True):
            result[at] = row
    return result


def _below_pooling(encoder: Encoder, read: _Read, back: Float) -> Float:
    """Gradients by what is pooled, shape (outputs, length, width); ``back`` are those by its result."""
    x, of_text, width = read.x, read.of_text, encoder.width
    attended = back[:, 2 * width :].reshape(len(back), -1, width)
    weight, highest = read.attention[of_text], x.argmax(axis=1)[of_text]
    # By attention a token acts twice: with what it is, and with how much it draws attention.
    drawn = x[of_text] @ attended.transpose(0, 2, 1)
    drawn = weight * (drawn - (weight * drawn).sum(axis=1, keepdims=True))
    query = np.broadcast_to(encoder.query.T, (len(back), *encoder.query.T.shape))
    gradient: Float = np.concatenate((weight, drawn), axis=2) @ np.concatenate((attended, query), axis=1)
    gradient += (back[:, width : 2 * width] / np.sqrt(np.float32(x.shape[1])))[:, None]
    gradient[np.arange(len(back))[:, None], highest, np.arange(width)] += back[:, :width]
    return gradient


def _added(encoder: Encoder, read: _Read, gradient: Float) -> Float:
    """Go back through the convolutions to the tokens; ``gradient`` is that by what leaves them, and is used up."""
    width, of_text = encoder.width, read.of_text
    for (weights, _), step, on in zip(encoder.convs[:0:-1], encoder.dilations[:0:-1], read.active[:0:-1], strict=True):
        sides = ((gradient * on[of_text]).reshape(-1, width) @ weights.T).reshape(*gradient.shape[:2], 3 * width)
        gradient += sides[:, :, width : 2 * width]
        gradient[:, :-step] += sides[:, step:, :width]
        gradient[:, step:] += sides[:, :-step, 2 * width :]
    # The table holds what a token adds in the first layer to its neighbours, so that its weights are not needed.
    itself, after, within, before = np.split(read.block[of_text], 4, axis=2)
    through, step = gradient * read.active[0][of_text], encoder.dilations[0]
    result: Float = np.einsum("rtw,rtw->rt", gradient, itself) + np.einsum("rtw,rtw->rt", through, within)
    result[:, :-step] += np.einsum("rtw,rtw->rt", through[:, step:], after[:, :-step])
    result[:, step:] += np.einsum("rtw,rtw->rt", through[:, :-step], before[:, step:])
    return result
