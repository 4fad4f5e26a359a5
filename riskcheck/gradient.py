"""What each token adds to a logit of the network: integrated gradients, run backwards through its layers.

After Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (2017): gradients by the tokens' vectors,
averaged on the way from a post of empty vectors to the post as it is, times the vectors. An empty vector stands for a
word that is not there; the network was taught with words left out in this way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riskcheck.encoder import Encoder, Float, equally_long

STEPS = (0.5,)
"""Where on the way the gradient is taken: in the middle, which one step is best at (the midpoint rule)."""


def shares(
    encoder: Encoder,
    table: Float,
    rows: NDArray[np.int64],
    lengths: NDArray[np.int64],
    wanted: Sequence[tuple[int, int]],
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
    result: list[Float] = [np.zeros(0, np.float32)] * len(asked)
    begins = np.cumsum(lengths) - lengths
    for which, length in equally_long(lengths[asked[:, 0]]):
        texts, of_text = np.unique(asked[which, 0], return_inverse=True)
        block = table[rows[begins[texts][:, None] + np.arange(length)]]
        for at, row in zip(which.tolist(), _added(encoder, block, of_text, asked[which, 1]), strict=True):
            result[at] = row
    return result


def _added(encoder: Encoder, block: Float, of_text: NDArray[np.int64], outputs: NDArray[np.int64]) -> Float:
    """What tokens add to some outputs, shape (outputs, length).

    ``block`` is as :meth:`riskcheck.encoder.Encoder.convolve` reads it; ``of_text`` says which row of it an output is
    wanted of.
    """
    width, step = encoder.width, encoder.dilations[0]
    active: list[NDArray[np.bool_]] = []
    x = encoder.convolve(np.concatenate([block * np.float32(part) for part in STEPS]), active)
    steps = np.arange(len(STEPS))[:, None] * len(block)
    which = (steps + of_text).ravel()
    gradient = _gradients(encoder, x, active, which, np.tile(outputs, len(STEPS)))
    # The table holds what a token adds in the first layer to its neighbours, so that its weights are not needed.
    through = gradient * active[0][which]
    gradient, through = (g.reshape(len(STEPS), len(of_text), -1, width).mean(axis=0) for g in (gradient, through))
    itself, after, within, before = np.split(block[of_text], 4, axis=2)
    result: Float = np.einsum("rtw,rtw->rt", gradient, itself) + np.einsum("rtw,rtw->rt", through, within)
    result[:, :-step] += np.einsum("rtw,rtw->rt", through[:, step:], after[:, :-step])
    result[:, step:] += np.einsum("rtw,rtw->rt", through[:, :-step], before[:, step:])
    return result


def _gradients(
    encoder: Encoder, x: Float, active: list[NDArray[np.bool_]], which: NDArray[np.int64], outputs: NDArray[np.int64]
) -> Float:
    """Gradients of some outputs by what leaves the first layer, shape (outputs, length, width)."""
    length, width = x.shape[1:]
    weight = encoder.attention(x)
    hidden = encoder.pool(x) @ encoder.hidden + encoder.hidden_bias
    back = (encoder.output[:, outputs].T * (hidden > 0)[which]) @ encoder.hidden.T
    highest, total = back[:, :width], back[:, width : 2 * width]
    attended = back[:, 2 * width :].reshape(len(back), -1, width)
    weight, at = weight[which], x.argmax(axis=1)[which]
    # By attention a token acts twice: with what it is, and with how much it draws attention.
    drawn = x[which] @ attended.transpose(0, 2, 1)
    drawn = weight * (drawn - (weight * drawn).sum(axis=1, keepdims=True))
    both = np.concatenate((weight, drawn), axis=2)
    query = np.broadcast_to(encoder.query.T, (len(back), *encoder.query.T.shape))
    gradient: Float = both @ np.concatenate((attended, query), axis=1)
    gradient += (total / np.sqrt(np.float32(length)))[:, None]
    gradient[np.arange(len(back))[:, None], at, np.arange(width)] += highest
    for (weights, _), step, on in zip(encoder.convs[:0:-1], encoder.dilations[:0:-1], active[:0:-1], strict=True):
        sides = ((gradient * on[which]).reshape(-1, width) @ weights.T).reshape(*gradient.shape[:2], 3 * width)
        gradient += sides[:, :, width : 2 * width]
        gradient[:, :-step] += sides[:, step:, :width]
        gradient[:, step:] += sides[:, :-step, 2 * width :]
    return gradient
