"""The ledger as a page: every question, who said what about it, how it ended, and everyone's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from detente.forecasts.ledger import Forecast, Ledger
from detente.forecasts.track import Record, track_records

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;border-bottom:1px solid #ccc;"
    "text-align:left;vertical-align:top}blockquote{margin:.2rem 0;color:#555}.n{text-align:right}"
)


def as_page(ledger: Ledger, *, sentences: Mapping[str, str] | None = None) -> str:
    """One self-contained HTML page; `sentences` are the words behind event ids, where known."""
    words = sentences or {}
    given: dict[str, list[Forecast]] = {}
    for one in ledger.forecasts:
        given.setdefault(one.question_id, []).append(one)
    rows = []
    for key, question in ledger.questions.items():
        ended = ledger.settlements.get(key)
        state = "open" if ended is None else "came" if ended.came else "did not come"
        why = "" if ended is None else f"{ended.reason} ({ended.by})"
        proof = "".join(
            f"<blockquote>{escape(words[one])}</blockquote>"
            for one in (ended.evidence if ended else ())
            if one in words
        )
        said = "<br>".join(
            f"{escape(one.forecaster)}: {one.chance:.0%}"
            + (f" ({one.low:.0%} to {one.high:.0%})" if one.low is not None and one.high is not None else "")
            for one in given.get(key, [])
        )
        raised = f"<blockquote>{escape(question.sentence)}</blockquote>" if question.sentence else ""
        rows.append(
            f"<tr id='{key}'><td>{escape(question.source)} {escape(question.act_words)} {escape(question.target)}"
            f"<br>{question.opened} to {question.closes}{raised}</td><td>{said}</td>"
            f"<td>{state}<br>{escape(why)}{proof}</td></tr>"
        )
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Forecasts and how they ended</title>"
        f"<style>{_STYLE}</style></head><body><h1>Forecasts and how they ended</h1>"
        f"<p>{len(ledger.questions)} questions, {len(ledger.settlements)} settled.</p>"
        f"<h2>Track records</h2>{_records(track_records(ledger)['forecaster'])}"
        "<h2>Questions</h2><table><thead><tr><th>question</th><th>forecasts</th><th>end</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></body></html>\n"
    )


def _records(records: Sequence[Record]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one.name)}</td><td class='n'>{one.settled}</td><td class='n'>{one.came}</td>"
        f"<td class='n'>{f'{one.brier:.3f} ({one.brier_low:.3f} to {one.brier_high:.3f})' if one.settled else ''}</td>"
        f"<td>{escape(one.verdict)}</td></tr>"
        for one in records
    )
    return (
        "<table><thead><tr><th>forecaster</th><th>settled</th><th>came</th><th>Brier score (95 %)</th><th></th></tr>"
        f"</thead><tbody>{rows}</tbody></table>"
    )
