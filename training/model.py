"""The network: a small BERT encoder and a head that scores every ordered pair of actors (torch; training only)."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

HIDDEN, LAYERS, HEADS, INNER, VOCAB, POSITIONS = 384, 6, 12, 1536, 30522, 512
PAIR = 256


@dataclass(slots=True)
class Packed:
    """Where the entities and pairs of a batch of sentences stand.

    tokens, token_ok : (entities, most tokens of one). entity_sentence : (entities,).
    pairs : (pairs, 2) numbers of entities in the batch; the number of all entities stands for nobody.
    pair_sentence : (pairs,). sentence_entities : (sentences, most entities), padded with the number of all.
    """

    tokens: torch.Tensor
    token_ok: torch.Tensor
    entity_sentence: torch.Tensor
    pairs: torch.Tensor
    pair_sentence: torch.Tensor
    sentence_entities: torch.Tensor


def pack(entity_tokens: Sequence[Sequence[Sequence[int]]], pairs: Sequence[np.ndarray]) -> Packed:
    """Pack sentences: per sentence its entities' tokens, and its pairs (a target equal to its number of entities is nobody)."""
    counts = [len(one) for one in entity_tokens]
    total, most = sum(counts), max([len(t) for one in entity_tokens for t in one] + [1])
    tokens, ok = np.zeros((total, most), np.int64), np.zeros((total, most), bool)
    sentence, first = np.zeros(total, np.int64), np.cumsum([0, *counts])
    listed = np.full((len(counts), max([*counts, 1])), total, np.int64)
    number = 0
    for place, one in enumerate(entity_tokens):
        listed[place, : len(one)] = np.arange(number, number + len(one))
        for places in one:
            tokens[number, : len(places)], ok[number, : len(places)], sentence[number] = places, True, place
            number += 1
    moved = []
    for place, rows in enumerate(pairs):
        shifted = rows + first[place]
        shifted[rows[:, 1] == counts[place], 1] = total
        moved.append(shifted)
    where = np.repeat(np.arange(len(pairs)), [len(rows) for rows in pairs])
    arrays = (tokens, ok, sentence, np.concatenate(moved), where, listed)
    return Packed(*(torch.from_numpy(one) for one in arrays))


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

    def entities(self, hidden: torch.Tensor, packed: Packed) -> torch.Tensor:
        """Vectors (entities + 1, 384) of all entities of the batch; the last is nobody."""
        tokens = hidden[packed.entity_sentence[:, None], packed.tokens]
        pooled = torch.logsumexp(tokens.masked_fill(~packed.token_ok[:, :, None], -1e4), 1)
        pooled = torch.where(packed.token_ok.any(1, keepdim=True), pooled, self.nobody[None])
        return torch.cat([pooled, self.nobody[None]])

    def forward(
        self, hidden: torch.Tensor, mask: torch.Tensor, packed: Packed
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Act logits (pairs, acts), pair vectors (pairs, PAIR), attention (pairs, tokens), entity vectors."""
        entity = self.entities(hidden, packed)
        source, target = entity[packed.pairs[:, 0]], entity[packed.pairs[:, 1]]
        place = packed.pair_sentence
        query = self.query(torch.cat([source, target], 1))
        scores = torch.einsum("ph,pth->pt", query, self.key(hidden)[place]) / HIDDEN**0.5
        scores = scores.masked_fill(mask[place] == 0, -1e4)
        seen = torch.einsum("pt,pth->ph", torch.softmax(scores, 1), hidden[place])
        parts = torch.cat([source, target, seen, hidden[place, 0], source * target], 1)
        pair = self.drop(torch.tanh(self.mix(parts)))
        return self.act(pair), pair, scores, entity

    def details(
        self,
        hidden: torch.Tensor,
        packed: Packed,
        entity: torch.Tensor,
        pair: torch.Tensor,
        scores: torch.Tensor,
        rows: torch.Tensor,
        act: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """For pairs (rows) with a chosen act: status logits, trigger logits per token, speaker logits.

        Speakers are the entities of the sentence in order, padded; the last column is nobody.
        """
        place = packed.pair_sentence[rows]
        chosen = pair[rows] + self.act_vector(act)
        trigger = torch.einsum("rh,rth->rt", self.trigger(chosen), hidden[place]) / HIDDEN**0.5 + scores[rows]
        seen = torch.einsum("rt,rth->rh", torch.softmax(trigger, 1), hidden[place])
        status = self.status(self.drop(torch.tanh(self.status_mix(torch.cat([chosen, seen], 1)))))
        voices = entity[packed.sentence_entities[place]]
        voices = torch.cat([voices, self.no_speaker.expand(len(rows), 1, HIDDEN)], 1)
        speaker = torch.einsum("rh,reh->re", self.speaker(chosen), voices) / HIDDEN**0.5
        there = torch.cat(
            [packed.sentence_entities[place] < len(entity) - 1, torch.ones(len(rows), 1, dtype=torch.bool)], 1
        )
        return status, trigger, speaker.masked_fill(~there, -1e4)


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
