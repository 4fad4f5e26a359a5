"""Step 2: teach the small convolutional network of riskcheck.encoder what the teacher knows, and write its arrays.

    python models/encoder/student.py --texts DIR

It learns from the labels and from the teacher's probabilities for unlabelled and made-up texts. Needs torch.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import common
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from riskcheck.corpus.training import split
from riskcheck.encoder import LONGEST, gram_hashes
from riskcheck.text.tokens import LOOKS, tokenise


class Vocabulary:
    """Number words, and remember which character n-grams each is made of."""

    def __init__(self, posts: list[list[tuple[str, int]]], least: int, buckets: int) -> None:
        counts = Counter(word for post in posts for word, _ in post)
        self.words = [word for word, count in counts.most_common() if count >= least]
        self.buckets = buckets
        self._index = {word: i + 1 for i, word in enumerate(self.words)}
        self._row: dict[str, int] = {}
        self.rows: list[tuple[int, list[int]]] = []

    def number(self, word: str) -> int:
        """Row of a word; new words get one."""
        if word not in self._row:
            self._row[word] = len(self.rows)
            self.rows.append((self._index.get(word, 0), [h % self.buckets for h in gram_hashes(word)]))
        return self._row[word]

    def encode(self, posts: list[list[tuple[str, int]]]) -> list[np.ndarray]:
        """Posts as arrays of (word row, shape)."""
        return [np.array([(self.number(w), s) for w, s in post] or [(self.number("."), 0)], np.int32) for post in posts]


class Student(nn.Module):
    """The network of :mod:`riskcheck.encoder`, to be trained."""

    def __init__(self, vocabulary: Vocabulary, width: int, dilations: tuple[int, ...], hidden: int = 256) -> None:
        super().__init__()
        self.dilations = dilations
        self.words = nn.Embedding(len(vocabulary.words) + 1, width, padding_idx=0)
        self.grams = nn.EmbeddingBag(vocabulary.buckets, width, mode="mean")
        self.shapes = nn.Embedding(LOOKS, width)
        nn.init.normal_(self.words.weight, 0, 0.1)
        nn.init.normal_(self.grams.weight, 0, 0.1)
        nn.init.zeros_(self.shapes.weight)
        with torch.no_grad():
            self.words.weight[0] = 0
        self.convs = nn.ModuleList(nn.Conv1d(width, width, 3, padding=d, dilation=d) for d in dilations)
        self.query = nn.Linear(width, 4)
        self.hidden = nn.Linear(6 * width, hidden)
        self.output = nn.Linear(hidden, common.OUTPUTS)
        self.dropout = nn.Dropout(0.25)
        sizes = np.array([len(grams) for _, grams in vocabulary.rows])
        self.register_buffer("row_word", torch.tensor([word for word, _ in vocabulary.rows]))
        self.register_buffer("row_grams", torch.tensor([g for _, grams in vocabulary.rows for g in grams]))
        self.register_buffer("row_start", torch.from_numpy(np.concatenate(([0], np.cumsum(sizes)))))

    def _vectors(self, rows: torch.Tensor) -> torch.Tensor:
        start = self.row_start[rows]
        sizes = self.row_start[rows + 1] - start
        offsets = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)[:-1]])
        at = torch.arange(int(sizes.sum())) - offsets.repeat_interleave(sizes) + start.repeat_interleave(sizes)
        words = self.row_word[rows]
        if self.training:
            # Words are dropped now and then, so that their sub-words learn to stand for them.
            words = words * (torch.rand(len(words)) > 0.1)
        return self.grams(self.row_grams[at], offsets) + self.words(words)

    def forward(self, rows: torch.Tensor, shapes: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits of a batch."""
        unique, inverse = torch.unique(rows, return_inverse=True)
        wide = mask[..., None]
        x = self._vectors(unique)[inverse] + self.shapes(shapes)
        if self.training:
            x = x * (torch.rand(mask.shape) > 0.08)[..., None]
        x = (self.dropout(x) * wide).transpose(1, 2)
        for conv in self.convs:
            x = (x + functional.relu(conv(x))) * mask[:, None]
        x = x.transpose(1, 2)
        highest = x.masked_fill(wide == 0, -1e4).max(1).values
        total = (x * wide).sum(1) / wide.sum(1).sqrt()
        attention = torch.softmax(self.query(x).masked_fill(wide == 0, -1e4), 1)
        attended = torch.einsum("btq,btd->bqd", attention, x).flatten(1)
        pooled = self.dropout(torch.cat([highest, total, attended], 1))
        return self.output(self.dropout(functional.relu(self.hidden(pooled))))


class Batches:
    """Posts of one array, padded a batch at a time."""

    def __init__(self, encoded: list[np.ndarray]) -> None:
        self.length = np.array([len(e) for e in encoded])
        self._start = np.concatenate(([0], np.cumsum(self.length)))
        self._flat = torch.from_numpy(np.concatenate(encoded)).long()

    def get(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Word rows, shapes and mask of some posts."""
        at = torch.arange(int(self.length[rows].max()))[None]
        mask = at < torch.from_numpy(self.length[rows])[:, None]
        flat = self._flat[torch.where(mask, torch.from_numpy(self._start[rows])[:, None] + at, 0)]
        return flat[..., 0], flat[..., 1], mask.float()


def read(texts: list[str]) -> list[list[tuple[str, int]]]:
    """Tokenise as the product does."""
    return [[(token.norm, token.look) for token in tokenise(text)[:LONGEST]] for text in texts]


def train(
    net: Student,
    posts: Batches,
    y: np.ndarray,
    weight: np.ndarray,
    *,
    epochs: int,
    rate: float,
    after_epoch: Callable[[], None],
) -> None:
    """Minimise the weighted binary cross-entropy against labels and teacher."""
    size = 256
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    count = len(weight)
    steps = epochs * -(-count // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 10, pct_start=0.05)
    wanted, weights = torch.from_numpy(y), torch.from_numpy(weight)
    for epoch in range(epochs):
        net.train()
        order = rng.permutation(count)
        chunks = [order[i : i + 40 * size] for i in range(0, count, 40 * size)]
        sorted_chunks = [c[np.argsort(posts.length[c], kind="stable")] for c in chunks]
        batches = [c[i : i + size] for c in sorted_chunks for i in range(0, len(c), size)]
        total = 0.0
        for k in rng.permutation(len(batches)):
            rows = torch.from_numpy(batches[k])
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(*posts.get(batches[k]))
            each = functional.binary_cross_entropy_with_logits(logits.float(), wanted[rows], reduction="none").mean(1)
            loss = (each * weights[rows]).mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch}: loss {total / len(batches):.4f}", flush=True)
        after_epoch()


def write(net: Student, vocabulary: Vocabulary, path: Path) -> None:
    """Write the arrays that :class:`riskcheck.encoder.Encoder` reads."""
    state = {name: tensor.detach().float().numpy() for name, tensor in net.state_dict().items()}
    keys = np.array([crc32(w.encode("utf-8", "surrogatepass")) for w in vocabulary.words], dtype=np.uint32)
    unique, first = np.unique(keys, return_index=True)
    arrays = {
        "word_keys": unique,
        "word_vectors": state["words.weight"][1:][first].astype(np.float16),
        "gram_vectors": state["grams.weight"].astype(np.float16),
        "shape_vectors": state["shapes.weight"],
        "dilations": np.array(net.dilations, dtype=np.int32),
    }
    for name in ("query", "hidden", "output"):
        arrays[name], arrays[f"{name}_bias"] = state[f"{name}.weight"].T, state[f"{name}.bias"]
    for i in range(len(net.dilations)):
        weight = state[f"convs.{i}.weight"]
        arrays[f"conv{i}"] = np.concatenate([weight[:, :, k].T for k in range(3)])
        arrays[f"conv{i}_bias"] = state[f"convs.{i}.bias"]
    np.savez(path, **arrays)


def start_from(net: Student, vocabulary: Vocabulary, path: Path) -> None:
    """Go on from arrays that an earlier run wrote; words that it did not know begin anew."""
    with np.load(path) as arrays:
        place = {int(key): at for at, key in enumerate(arrays["word_keys"])}
        with torch.no_grad():
            for row, word in enumerate(vocabulary.words, 1):
                at = place.get(crc32(word.encode("utf-8", "surrogatepass")))
                if at is not None:
                    net.words.weight[row] = torch.from_numpy(arrays["word_vectors"][at].astype(np.float32))
            net.grams.weight.copy_(torch.from_numpy(arrays["gram_vectors"].astype(np.float32)))
            net.shapes.weight.copy_(torch.from_numpy(arrays["shape_vectors"]))
            for name in ("query", "hidden", "output"):
                layer = getattr(net, name)
                layer.weight.copy_(torch.from_numpy(arrays[name].T.copy()))
                layer.bias.copy_(torch.from_numpy(arrays[f"{name}_bias"]))
            for i, conv in enumerate(net.convs):
                sides = np.split(arrays[f"conv{i}"], 3)
                conv.weight.copy_(torch.from_numpy(np.stack([side.T for side in sides], axis=2)))
                conv.bias.copy_(torch.from_numpy(arrays[f"conv{i}_bias"]))


def main() -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--dilations", default="1,2,4")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=3e-3, help="Highest learning rate.")
    parser.add_argument("--start", type=Path, help="Go on from the arrays of an earlier run.")
    parser.add_argument("--repeat", type=int, default=2, help="How often labelled posts count.")
    parser.add_argument("--padded", type=int, default=80_000, help="Texts made of several labelled posts.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "encoder.npz")
    args = parser.parse_args()
    examples = split(args.data, args.texts).train
    labelled = read([e.text for e in examples])
    rng = random.Random(7)
    hasty = read([common.noised(e.text, rng) for e in examples])
    pool, made = read(common.load_texts("pool")), read(common.load_texts("augmented"))
    vocabulary = Vocabulary(labelled + pool, least=6, buckets=16384)
    y = common.targets(examples)
    scores = {name: np.load(common.WORK / f"{name}.npy").astype(np.float32) for name in ("train", "pool", "augmented")}
    # The teacher may have been trained before the last labels came: those are learnt as they are.
    known = dict(zip(common.load_texts("train"), scores["train"], strict=True))
    blended = np.array([(row + known.get(e.text, row)) / 2 for row, e in zip(y, examples, strict=True)])
    together, known_of_parts = common.padded(examples, blended, args.padded, 8)
    parts = [
        (labelled, blended, 1.0, args.repeat), (hasty, blended, 1.0, 1), (read(together), known_of_parts, 1.0, 1),
        (pool, scores["pool"], 0.7, 1), (made, scores["augmented"], 0.7, 1),
    ]  # fmt: skip
    posts = Batches([post for found, _, _, times in parts for post in vocabulary.encode(found) * times])
    wanted = np.concatenate([np.tile(rows, (times, 1)) for _, rows, _, times in parts])
    weight = np.concatenate([np.full(times * len(rows), weight) for _, rows, weight, times in parts])
    net = Student(vocabulary, args.width, tuple(int(d) for d in args.dilations.split(",")))
    if args.start:
        start_from(net, vocabulary, args.start)
    train(
        net,
        posts,
        wanted.astype(np.float32),
        weight.astype(np.float32),
        epochs=args.epochs,
        rate=args.rate,
        after_epoch=lambda: write(net, vocabulary, args.out),
    )


if __name__ == "__main__":
    main()
