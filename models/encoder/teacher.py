"""Step 1: fine-tune a sentence encoder on the labels, and let it score unlabelled texts.

    python models/encoder/teacher.py --texts DIR --weights ENCODER_DIR

ENCODER_DIR holds the public weights of all-mpnet-base-v2 (110 million parameters) or all-MiniLM-L6-v2 (22 million;
a tenth of the time), both Apache-2.0. Needs torch and transformers.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import common
import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoModel, PreTrainedTokenizerFast

from riskcheck.corpus.training import split

LENGTH = 128


class Teacher(nn.Module):
    """The encoder with one linear layer over its mean, its maximum and its first token."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(weights, add_pooling_layer=False)
        self.dropout = nn.Dropout(0.1)
        self.out = nn.Linear(3 * self.encoder.config.hidden_size, common.OUTPUTS)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits of a batch."""
        states = self.encoder(ids, attention_mask=mask).last_hidden_state
        wide = mask[..., None]
        mean = (states * wide).sum(1) / wide.sum(1)
        highest = states.masked_fill(wide == 0, -1e4).max(1).values
        return self.out(self.dropout(torch.cat([mean, highest, states[:, 0]], 1)))


def batch(encoded: list[np.ndarray], rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Pad some posts to one length."""
    length = max(len(encoded[i]) for i in rows)
    ids, mask = (np.zeros((len(rows), length), dtype=np.int64) for _ in range(2))
    for at, i in enumerate(rows):
        ids[at, : len(encoded[i])] = encoded[i]
        mask[at, : len(encoded[i])] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


def train(net: Teacher, encoded: list[np.ndarray], y: np.ndarray, *, epochs: int, rate: float, size: int) -> None:
    """Minimise the binary cross-entropy of all outputs."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    head = list(net.out.parameters())
    groups = [{"params": list(net.encoder.parameters()), "lr": rate}, {"params": head, "lr": 10 * rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = epochs * -(-len(encoded) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [rate, 10 * rate], total_steps=steps + 1, pct_start=0.1)
    wanted = torch.from_numpy(y)
    for epoch in range(epochs):
        net.train()
        order = rng.permutation(len(encoded))
        chunks = [order[i : i + 50 * size] for i in range(0, len(order), 50 * size)]
        sorted_chunks = [c[np.argsort([len(encoded[i]) for i in c], kind="stable")] for c in chunks]
        batches = [c[i : i + size] for c in sorted_chunks for i in range(0, len(c), size)]
        total = 0.0
        for k in rng.permutation(len(batches)):
            ids, mask = batch(encoded, batches[k])
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(ids, mask)
            loss = functional.binary_cross_entropy_with_logits(logits.float(), wanted[batches[k]])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch}: loss {total / len(batches):.4f}", flush=True)


def predict(net: Teacher, encoded: list[np.ndarray], size: int = 256) -> np.ndarray:
    """Probabilities, shape (n, 45)."""
    net.eval()
    order = np.argsort([-len(e) for e in encoded], kind="stable")
    out = np.zeros((len(encoded), common.OUTPUTS), dtype=np.float16)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for i in range(0, len(order), size):
            rows = order[i : i + size]
            out[rows] = torch.sigmoid(net(*batch(encoded, rows)).float()).numpy()
    return out


def main() -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--pool", type=int, default=70_000)
    parser.add_argument("--augmented", type=int, default=150_000)
    args = parser.parse_args()
    splits = split(args.data, args.texts)
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(args.weights / "tokenizer.json"))

    def encode(texts: list[str], length: int = LENGTH) -> list[np.ndarray]:
        found = tokenizer(texts, truncation=True, max_length=length, padding=False)["input_ids"]
        return [np.array(ids, dtype=np.int32) for ids in found]

    net = Teacher(args.weights)
    texts = [e.text for e in splits.train]
    train(net, encode(texts), common.targets(splits.train), epochs=args.epochs, rate=1.5e-4, size=32)
    labelled = {e.id for part in (splits.train, splits.calibration, splits.dev) for e in part}
    for name, made in (
        ("train", texts),
        ("pool", common.pool(args.texts, labelled, args.pool, 9)),
        ("augmented", common.augment(splits, args.augmented, 5)),
    ):
        common.save_texts(name, made)
        np.save(common.WORK / f"{name}.npy", predict(net, encode(made, 160)))


if __name__ == "__main__":
    main()
