"""The network: a small BERT encoder and a head that scores every ordered pair of actors (torch; training only)."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch import nn

HIDDEN, LAYERS, HEADS, INNER, VOCAB, POSITIONS = 384, 6, 12, 1536, 30522, 512
PAIR = 256


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.out = nn.Linear(HIDDEN, HIDDEN)
        self.norm1 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.up = nn.Linear(HIDDEN, INNER)
        self.down = nn.Linear(INNER, HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        b, t, _ = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / (HIDDEN // HEADS) ** 0.5 + bias
        mixed = (self.drop(torch.softmax(scores, -1)) @ v).transpose(1, 2).reshape(b, t, HIDDEN)
        x = self.norm1(x + self.drop(self.out(mixed)))
        return self.norm2(x + self.drop(self.down(nn.functional.gelu(self.up(x)))))


class Encoder(nn.Module):
    """Token ids (batch, length) and mask to hidden states (batch, length, 384)."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCAB, HIDDEN)
        self.places = nn.Embedding(POSITIONS, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(0.1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.drop(self.norm(self.words(ids) + self.places(place)))
        bias = (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return x


class Head(nn.Module):
    """Scores of one sentence: acts, statuses, trigger tokens and speaker for ordered pairs of entities.

    An entity is the log-sum-exp of its tokens; a learned vector stands for "nobody named". The pair
    looks back at the sentence once (attention, taught where the trigger words are), and what it sees
    there decides with the two entities.
    """

    def __init__(self, acts: int, statuses: int) -> None:
        super().__init__()
        self.nobody = nn.Parameter(torch.zeros(HIDDEN))
        self.query = nn.Linear(2 * HIDDEN, HIDDEN)
        self.key = nn.Linear(HIDDEN, HIDDEN)
        self.mix = nn.Linear(5 * HIDDEN, PAIR)
        self.act = nn.Linear(PAIR, acts)
        nn.init.constant_(self.act.bias, -4.0)  # most pairs do nothing to each other
        self.act_vector = nn.Embedding(acts, PAIR)
        self.status_mix = nn.Linear(PAIR + HIDDEN, PAIR)
        self.status = nn.Linear(PAIR, statuses)
        self.trigger = nn.Linear(PAIR, HIDDEN)
        self.speaker = nn.Linear(PAIR, HIDDEN)
        self.no_speaker = nn.Parameter(torch.zeros(HIDDEN))
        self.drop = nn.Dropout(0.2)

    def entities(self, hidden: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
        """(tokens, 384) and (entities, tokens) to (entities + 1, 384); the last is nobody."""
        bias = (matrix - 1) * 1e4
        pooled = torch.logsumexp(hidden[None] + bias[:, :, None], 1)
        empty = matrix.sum(1, keepdim=True) == 0
        pooled = torch.where(empty, self.nobody[None], pooled)
        return torch.cat([pooled, self.nobody[None]])

    def forward(
        self, hidden: torch.Tensor, matrix: torch.Tensor, pairs: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Act logits (pairs, acts), pair vectors (pairs, PAIR), attention (pairs, tokens), entity vectors."""
        entity = self.entities(hidden, matrix)
        source, target = entity[pairs[:, 0]], entity[pairs[:, 1]]
        query = self.query(torch.cat([source, target], 1))
        scores = query @ self.key(hidden).T / HIDDEN**0.5
        attention = torch.softmax(scores, 1)
        seen = attention @ hidden
        parts = torch.cat([source, target, seen, hidden[:1].expand_as(seen), source * target], 1)
        pair = self.drop(torch.tanh(self.mix(parts)))
        return self.act(pair), pair, scores, entity

    def details(
        self,
        hidden: torch.Tensor,
        entity: torch.Tensor,
        pair: torch.Tensor,
        scores: torch.Tensor,
        act: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """For pairs with a chosen act: status logits, trigger logits per token, speaker logits (last: nobody)."""
        chosen = pair + self.act_vector(act)
        trigger = self.trigger(chosen) @ hidden.T / HIDDEN**0.5 + scores
        seen = torch.softmax(trigger, 1) @ hidden
        status = self.status(self.drop(torch.tanh(self.status_mix(torch.cat([chosen, seen], 1)))))
        voices = torch.cat([entity[:-1], self.no_speaker[None]])
        speaker = self.speaker(chosen) @ voices.T / HIDDEN**0.5
        return status, trigger, speaker


class Network(nn.Module):
    def __init__(self, acts: int, statuses: int) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.head = Head(acts, statuses)


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """Tensors of a safetensors file (float32)."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    kinds = {"F32": np.float32, "I64": np.int64, "F16": np.float16}
    found = {}
    for name, one in header.items():
        if name != "__metadata__":
            start, end = one["data_offsets"]
            values = np.frombuffer(data[8 + size + start : 8 + size + end], kinds[one["dtype"]])
            found[name] = torch.from_numpy(values.reshape(one["shape"]).copy())
    return found


def load_base(encoder: Encoder, path: Path, kind_ids: list[int], like: list[list[int]]) -> None:
    """Start from the base weights; each kind token begins as the mean of words it stands for."""
    base = {name.removeprefix("bert."): value for name, value in read_safetensors(path).items()}
    state = {
        "words.weight": base["embeddings.word_embeddings.weight"].clone(),
        "places.weight": base["embeddings.position_embeddings.weight"]
        + base["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": base["embeddings.LayerNorm.weight"],
        "norm.bias": base["embeddings.LayerNorm.bias"],
    }
    for number in range(LAYERS):
        old, new = f"encoder.layer.{number}.", f"layers.{number}."
        for end in ("weight", "bias"):
            state[f"{new}qkv.{end}"] = torch.cat(
                [base[f"{old}attention.self.{one}.{end}"] for one in ("query", "key", "value")]
            )
            state[f"{new}out.{end}"] = base[f"{old}attention.output.dense.{end}"]
            state[f"{new}norm1.{end}"] = base[f"{old}attention.output.LayerNorm.{end}"]
            state[f"{new}up.{end}"] = base[f"{old}intermediate.dense.{end}"]
            state[f"{new}down.{end}"] = base[f"{old}output.dense.{end}"]
            state[f"{new}norm2.{end}"] = base[f"{old}output.LayerNorm.{end}"]
    for kind, words in zip(kind_ids, like, strict=True):
        state["words.weight"][kind] = state["words.weight"][torch.tensor(words)].mean(0)
    encoder.load_state_dict(state)
