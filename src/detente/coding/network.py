"""The trained network at run time: ONNX encoder, and a head that is plain arithmetic on its arrays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.coding.encoding import Encoded, entity_matrix, load_tokenizer
from detente.errors import UnreadableInput

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PairScores:
    """What the head says of one sentence.

    pairs : (pairs, 2) places of source and target among the entities; a target equal to the number of
        entities stands for nobody named.
    acts : (pairs, acts) logits. vectors : (pairs, 256). attention : (pairs, tokens) logits.
    entities : (entities + 1, 384). hidden : (tokens, 384).
    """

    pairs: npt.NDArray[np.int64]
    acts: Floats
    vectors: Floats
    attention: Floats
    entities: Floats
    hidden: Floats


class TrainedNetwork:
    """Weights of one folder: encoder.onnx, head.npz, tokenizer.json, card.json."""

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        import onnxruntime

        needed = ("encoder.onnx", "head.npz", "tokenizer.json", "card.json")
        missing = [name for name in needed if not (folder / name).exists()]
        if missing:
            raise UnreadableInput(
                f"no usable weights in {folder}: {', '.join(missing)} missing",
                try_="give --weights a folder written by `make train-coder`",
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        with np.load(folder / "head.npz") as arrays:
            self._w: dict[str, Floats] = {name: arrays[name] for name in arrays.files}
        self.tokenizer = load_tokenizer(str(folder / "tokenizer.json"))
        self.card: dict[str, Any] = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        self.act_names: list[str] = self.card["acts"]
        self.status_names: list[str] = self.card["statuses"]

    def encode(self, sentences: Sequence[Encoded]) -> list[Floats]:
        """Hidden states (tokens, 384) of each sentence.

        One at a time: the int8 encoder scales its activations over all it is given at once, so a sentence
        coded beside others would come out a little differently. Alone, it is the same in any company.
        """
        return [self._session.run(None, {"ids": np.array([one.ids], np.int64)})[0][0] for one in sentences]

    def _linear(self, name: str, x: Floats) -> Floats:
        out: Floats = x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]
        return out

    def score(self, encoded: Encoded, hidden: Floats) -> PairScores:
        """Scores of every ordered pair of entities, and of every entity with nobody named."""
        matrix = entity_matrix(encoded, len(encoded.ids))
        count = matrix.shape[0]
        pairs = np.array(
            [(i, j) for i in range(count) for j in range(count) if i != j]
            + [(i, count) for i in range(count)],
            np.int64,
        ).reshape(-1, 2)
        entities = self._entities(hidden, matrix)
        source, target = entities[pairs[:, 0]], entities[pairs[:, 1]]
        query = self._linear("query", np.concatenate([source, target], 1))
        attention = query @ self._linear("key", hidden).T / np.float32(np.sqrt(hidden.shape[1]))
        seen = _softmax(attention) @ hidden
        whole = np.repeat(hidden[:1], len(pairs), 0)
        vectors = np.tanh(
            self._linear("mix", np.concatenate([source, target, seen, whole, source * target], 1))
        )
        return PairScores(pairs, self._linear("act", vectors), vectors, attention, entities, hidden)

    def _entities(self, hidden: Floats, matrix: Floats) -> Floats:
        nobody = self._w["nobody"]
        rows = []
        for tokens in matrix:
            chosen = hidden[tokens > 0]
            rows.append(_logsumexp(chosen) if len(chosen) else nobody)
        return np.stack([*rows, nobody])

    def details(self, scores: PairScores, row: int, act: int) -> tuple[Floats, Floats, Floats]:
        """Of one pair and act: probabilities of the statuses, trigger weight of each token, and of the speakers.

        The last speaker is nobody.
        """
        root = np.float32(np.sqrt(scores.hidden.shape[1]))
        chosen = scores.vectors[row : row + 1] + self._w["act_vector.weight"][act]
        trigger = _softmax(self._linear("trigger", chosen) @ scores.hidden.T / root + scores.attention[row])
        seen = trigger @ scores.hidden
        mixed = np.tanh(self._linear("status_mix", np.concatenate([chosen, seen], 1)))
        voices = np.concatenate([scores.entities[:-1], self._w["no_speaker"][None]])
        speaker = self._linear("speaker", chosen) @ voices.T / root
        return _softmax(self._linear("status", mixed))[0], trigger[0], _softmax(speaker)[0]


def _softmax(x: Floats) -> Floats:
    raised = np.exp(x - x.max(-1, keepdims=True))
    out: Floats = raised / raised.sum(-1, keepdims=True)
    return out


def _logsumexp(x: Floats) -> Floats:
    top = x.max(0)
    out: Floats = top + np.log(np.exp(x - top).sum(0))
    return out
