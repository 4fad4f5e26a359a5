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

STEPS = (0.5, 1.0)
"""Where on the way the gradient is taken."""


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
        total = np.zeros((len(which), length, encoder.width), np.float32)
        for step in STEPS:
            total += _gradients(encoder, block * np.float32(step), of_text, asked[which, 1])
        added = np.einsum("rtw,rtw->rt", total, block[of_text, :, : encoder.width]) / len(STEPS)
        for at, row in zip(which.tolist(), added, strict=True):
            result[at] = row
    return result


def _gradients(encoder: Encoder, block: Float, of_text: NDArray[np.int64], outputs: NDArray[np.int64]) -> Float:
    """Gradients of some outputs by the token vectors, shape (outputs, length, width).

    ``block`` is as :meth:`riskcheck.encoder.Encoder.convolve` reads it; ``of_text`` says which row of it an output is
    wanted of.
    """
    active: list[NDArray[np.bool_]] = []
    x = encoder.convolve(block, active)
    length, width = x.shape[1:]
    weight = encoder.attention(x)
    hidden = encoder.pool(x) @ encoder.hidden + encoder.hidden_bias
    back = (encoder.output[:, outputs].T * (hidden > 0)[of_text]) @ encoder.hidden.T
    highest, total = back[:, :width], back[:, width : 2 * width]
    attended = back[:, 2 * width :].reshape(len(back), -1, width)
    weight, x = weight[of_text], x[of_text]
    # By attention a token acts twice: with what it is, and with how much it draws attention.
    drawn = x @ attended.transpose(0, 2, 1)
    drawn = weight * (drawn - (weight * drawn).sum(axis=1, keepdims=True))
    gradient: Float = weight @ attended + drawn @ encoder.query.T + (total / np.sqrt(np.float32(length)))[:, None]
    at = x.argmax(axis=1)[:, None]
    np.put_along_axis(gradient, at, np.take_along_axis(gradient, at, axis=1) + highest[:, None], axis=1)
    for (weights, _), step, on in zip(encoder.convs[::-1], encoder.dilations[::-1], active[::-1], strict=True):
        sides = (gradient * on[of_text]) @ weights.T
        gradient += sides[:, :, width : 2 * width]
        gradient[:, :-step] += sides[:, step:, :width]
        gradient[:, step:] += sides[:, :-step, 2 * width :]
    return gradient
