"""Networks and tables into files other tools read, each with a sidecar that says what it is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from detente import __version__
from detente.errors import DetenteError, WrongUse
from detente.relations import SignedNetwork

FORMATS = (".graphml", ".gexf", ".csv", ".parquet")
LICENCE = "The terms of the sources loaded into the store apply; Détente itself is Apache-2.0."
CITATION = f"Détente {__version__}"


def export_network(
    path: str,
    network: SignedNetwork,
    *,
    query: Mapping[str, Any],
    names: Mapping[str, str],
    data_version: str,
) -> list[str]:
    """Write a network by the ending of the file, and the sidecar; returns what was written."""
    target = Path(path)
    kind = target.suffix.lower()
    low = high = network.weight
    if network.draws is not None and network.ties:
        import numpy as np

        low, high = np.quantile(network.draws, (0.05, 0.95), axis=0)
    rows = [
        {"source": a, "target": b, "weight": w, "low": float(low[at]), "high": float(high[at])}
        for at, (a, b, w) in enumerate(network.edges())
    ]
    if kind == ".graphml":
        data = _graphml(network, rows, names).encode()
    elif kind == ".gexf":
        data = _gexf(network, rows, names).encode()
    elif kind == ".csv":
        data = _csv(rows).encode()
    elif kind == ".parquet":
        data = _parquet(rows)
    else:
        raise WrongUse(f'"{path}" has no ending that says the format', near=", ".join(FORMATS))
    sidecar = {
        "file": target.name,
        "query": dict(query),
        "data_version": data_version,
        "as_of": str(network.as_of) if network.as_of else None,
        "nodes": len(network),
        "ties": network.ties,
        "columns": {
            "weight": "alignment, -1 hostile to 1 friendly",
            "low": "5 % quantile over draws",
            "high": "95 % quantile over draws",
        },
        "licence": LICENCE,
        "citation": CITATION,
    }
    beside = target.with_name(target.name + ".meta.json")
    try:
        target.write_bytes(data)
        beside.write_text(
            json.dumps(sidecar, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8"
        )
    except OSError as fault:
        raise DetenteError(
            f"cannot write {path}: {fault.strerror}", try_="choose another place you may write to"
        ) from None
    return [str(target), str(beside)]


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["source", "target", "weight", "low", "high"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [("source", pa.string()), ("target", pa.string())]
        + [(n, pa.float64()) for n in ("weight", "low", "high")]
    )
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), sink, compression="zstd")
    return sink.getvalue()


def _graphml(network: SignedNetwork, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        '<key id="name" for="node" attr.name="name" attr.type="string"/>',
        *(
            f'<key id="{one}" for="edge" attr.name="{one}" attr.type="double"/>'
            for one in ("weight", "low", "high")
        ),
        '<graph edgedefault="undirected">',
        *(
            f'<node id={quoteattr(one)}><data key="name">{escape(names.get(one, one))}</data></node>'
            for one in network.nodes
        ),
    ]
    for row in rows:
        data = "".join(f'<data key="{one}">{row[one]!r}</data>' for one in ("weight", "low", "high"))
        lines.append(
            f"<edge source={quoteattr(row['source'])} target={quoteattr(row['target'])}>{data}</edge>"
        )
    return "\n".join([*lines, "</graph>", "</graphml>", ""])


def _gexf(network: SignedNetwork, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gexf xmlns="http://gexf.net/1.3" version="1.3"><graph defaultedgetype="undirected">',
        '<attributes class="edge"><attribute id="0" title="alignment" type="double"/>'
        '<attribute id="1" title="low" type="double"/><attribute id="2" title="high" type="double"/></attributes>',
        "<nodes>",
        *(f"<node id={quoteattr(one)} label={quoteattr(names.get(one, one))}/>" for one in network.nodes),
        "</nodes><edges>",
    ]
    for at, row in enumerate(rows):
        # Gephi takes weights as sizes: the signed value is an attribute, the weight its size.
        values = "".join(
            f'<attvalue for="{place}" value="{row[one]!r}"/>'
            for place, one in enumerate(("weight", "low", "high"))
        )
        lines.append(
            f'<edge id="{at}" source={quoteattr(row["source"])} target={quoteattr(row["target"])} '
            f'weight="{abs(row["weight"])!r}"><attvalues>{values}</attvalues></edge>'
        )
    return "\n".join([*lines, "</edges></graph></gexf>", ""])
