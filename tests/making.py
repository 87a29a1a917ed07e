"""Made events and documents, and strategies that make many of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from detente.events import Event, event_id, validated
from detente.ontology import ACTS, Status
from detente.periods import Precision

ACTORS = ("CHN", "IND", "KAZ", "RUS", "USA")
FIRST_DAY = date(2022, 1, 1)


def made_event(
    source: str | None = "CHN",
    target: str | None = "RUS",
    act: str | None = "SUPPORT",
    *,
    published: date | None = date(2022, 9, 14),
    origin: str = "made",
    start: int = 0,
    **more: Any,
) -> Event:
    """One valid event; everything that is not said is plain."""
    facts: dict[str, Any] = {
        "day": None,
        "day_precision": "none",
        "published_basis": "document" if published else None,
        "source_raw": source or "",
        "target_raw": target or "",
        "status": "happened",
        "confidence": 0.5,
        "document_id": origin,
        "sentence": "A made sentence.",
        "start": start,
        "end": start + 16,
        "trigger": "made",
        **more,
    }
    name = event_id(origin, start, start + 16, source or "", target or "", act or "")
    return validated(
        Event(event_id=name, published=published, source=source, target=target, act=act, **facts)
    )


days = st.integers(0, 500).map(lambda n: FIRST_DAY + timedelta(days=n))


@st.composite
def events(draw: st.DrawFn, *, dated: bool = True) -> Event:
    """Any event that keeps the rules."""
    published = draw(days if dated else st.none() | days)
    return made_event(
        draw(st.sampled_from(ACTORS)),
        draw(st.none() | st.sampled_from(ACTORS)),
        draw(st.sampled_from(sorted(ACTS))),
        published=published,
        origin=draw(st.sampled_from(["a", "b", "c"])),
        start=draw(st.integers(0, 10_000)),
        status=str(draw(st.sampled_from(list(Status)))),
        day=draw(st.none() | days),
        day_precision=str(draw(st.sampled_from(list(Precision)))),
        confidence=draw(st.none() | st.floats(0, 1, width=32)),
        goldstein=draw(st.none() | st.floats(-10, 10, width=32)),
        sentence=draw(st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=40)),
        cameo=draw(st.none() | st.sampled_from(["010", "0311", "190"])),
        attributed_to=draw(st.none() | st.sampled_from(["author", "USA"])),
        group=draw(st.none() | st.just("g1")),
    )


ARTICLE = """\
A made article before a made summit

China and Russia met in Beijing on 4 February 2022 and signed an accord. Russia asked Kazakhstan and Uzbekistan for
help in the spring. Those nations refused Russia. The United States condemned China on Friday.

Also Read: Two ships and a strait

China is expected to meet Russia next week in Samarkand. If Russia presses China too hard, it will alienate Kazakhstan.
India watched the talks with Pakistan in mind. Kazakhstan keeps its own counsel. The harvest was good.
"""


def made_brief(text: str = ARTICLE, *, tables: Any = None, ties: Any = (), **facts: Any) -> Any:
    """The brief of a text by the baseline coder, without any store."""
    from baseline import make_coder
    from detente.actors import gazetteer
    from detente.brief import make_brief
    from detente.documents import make_document

    facts = {"published": date(2022, 9, 14), "published_basis": "given", "title": "A made article", **facts}
    coder = make_coder(tables)
    return make_brief(
        coder.code(make_document(text, **facts)),
        tables or gazetteer(),
        coder=coder.name,
        ties=ties,
        ties_as_of=date(2022, 9, 14),
    )


def made_ties() -> Any:
    """Ties of a small made history."""
    import ibis

    from detente.events import events_table
    from detente.relations import ties

    history = [
        made_event(source, target, act, published=date(2022, 9, 1) - timedelta(days=10 * n), start=n)
        for source, target, act in (("CHN", "RUS", "AID"), ("CHN", "USA", "ACCUSE"), ("IND", "PAK", "REJECT"))
        for n in range(6)
    ]
    return ties(ibis.memtable(events_table(history)), as_of=date(2022, 9, 14))
