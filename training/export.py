"""Write the trained network as the package ships it: encoder as int8 ONNX, head as float32 arrays, card as JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from model import Network


class OneSentence(torch.nn.Module):
    """The encoder for one sentence at a time: no padding, so no mask."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.encoder(ids, torch.ones_like(ids))


def export(network: Network, tokenizer_file: Path, out: Path, card: dict[str, Any]) -> None:
    """Fill `out` with encoder.onnx, head.npz, tokenizer.json and card.json."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    out.mkdir(parents=True, exist_ok=True)
    network.eval()
    ids = torch.ones(1, 12, dtype=torch.long)
    plain = out / "encoder-float.onnx"
    torch.onnx.export(
        OneSentence(network.encoder),
        (ids,),
        str(plain),
        input_names=["ids"],
        output_names=["hidden"],
        dynamic_axes={"ids": {1: "length"}, "hidden": {1: "length"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(str(plain), str(out / "encoder.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    plain.unlink()
    head = {
        name: value.detach().numpy().astype(np.float32) for name, value in network.head.state_dict().items()
    }
    np.savez_compressed(out / "head.npz", **head)
    shutil.copyfile(tokenizer_file, out / "tokenizer.json")
    (out / "card.json").write_text(json.dumps(card, indent=1, sort_keys=True), encoding="utf-8")
