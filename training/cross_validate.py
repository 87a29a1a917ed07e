"""Five-fold cross-validation with other marked pairs added: `cross_validate.py --network DIR --extra PAIRS.jsonl`.

Each fold starts from the network trained on our own sentences and learns from four fifths of the pairs,
mixed with an equal number of our sentences; the fifth is scored.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
from pathlib import Path

import numpy as np
import torch
from data import ACT_NAMES, STATUS_NAMES, read_records
from train import (
    base_folder,
    encode_batch,
    examples_of,
    fresh_network,
    held_back,
    joint_scores,
    marked_examples,
    train,
)

from detente.evaluation.plover import macro_f1, merged, read_pairs
from detente.ontology import strict_plover


@torch.no_grad()
def said(network: torch.nn.Module, example: object) -> str:
    network.eval()
    hidden, mask, packed = encode_batch(network, [example])
    joint = joint_scores(network.head, hidden, packed, network.head(hidden, mask, packed), 0).exp()
    weights: dict[str, float] = {}
    for act, name in enumerate(ACT_NAMES):
        for place, state in enumerate(STATUS_NAMES):
            label = merged(strict_plover(name, state))
            weights[label] = weights.get(label, 0.0) + float(joint[act, place])
    return max(weights, key=weights.__getitem__)


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--network", type=Path, required=True, help="folder with network.pt (train.py --keep)")
    parse.add_argument("--extra", type=Path, required=True)
    parse.add_argument("--epochs", type=int, default=4)
    parse.add_argument("--folds", type=int, default=5)
    parse.add_argument("--seed", type=int, default=1)
    args = parse.parse_args()
    torch.set_num_threads(1)
    base, tokenizer = fresh_network(base_folder())
    base.load_state_dict(torch.load(args.network / "network.pt"))
    examples = marked_examples(args.extra, tokenizer)
    gold = [merged(one.label) for one in read_pairs(args.extra)]
    sentences = Path(__file__).parent / "sentences"
    own = examples_of(
        [one for one in read_records(sorted(sentences.glob("*.jsonl"))) if not held_back(one)], tokenizer
    )
    order = np.random.default_rng(args.seed).permutation(len(examples))
    answers: dict[int, str] = {}
    for fold in range(args.folds):
        test = set(order[fold :: args.folds].tolist())
        learn = [one for i, one in enumerate(examples) if i not in test]
        mix = learn + random.Random(args.seed + fold).sample(own, min(len(own), len(learn)))
        network = copy.deepcopy(base)
        train(mix, network, epochs=args.epochs, seed=args.seed + fold, tell=False, rate=0.5)
        for i in test:
            answers[i] = said(network, examples[i])
        here = sorted(test)
        print(
            f"fold {fold + 1}: {macro_f1([gold[i] for i in here], [answers[i] for i in here])[0]:.3f}",
            flush=True,
        )
    macro, micro, per_class = macro_f1(gold, [answers[i] for i in range(len(gold))])
    print(json.dumps({"macro_f1": macro, "micro_f1": micro, "per_class": per_class}, indent=1))


if __name__ == "__main__":
    main()
