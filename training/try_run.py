"""Export a run and score it on held-back sentences and, where they lie, the shared evaluation sets (looked at, never trained on)."""
import sys, json, torch
from pathlib import Path
from train import *
from export import export
run = Path(sys.argv[1])
network, tok = fresh_network(base_folder())
network.load_state_dict(torch.load(run / "network.pt"))
card = {"acts": ACT_NAMES, "statuses": STATUS_NAMES, "threshold": 0.5, "calibration": {"slope": 1.0, "intercept": 0.0}}
export(network, base_folder() / "tokenizer.json", run / "weights", card)
