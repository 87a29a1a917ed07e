"""Questions to the store about relations and blocs; what the command line and a notebook both ask.

In a notebook: `detente.pair("FRA", "RUS")` shows as a chart and turns into pandas, Polars, Arrow or Ibis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from detente import pipeline
from detente.actors import Membership, gazetteer
from detente.errors import NothingFound, WrongUse
from detente.periods import days_before, parse_day

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas
    import polars
    import pyarrow as pa

    from detente.blocs import Cohesion, Estimate, Hedge, Pivot, Power, Repair
    from detente.relations import Change, SignedNetwork, Tie

DRIFT_DAYS = 180


@dataclass(frozen=True)
class Pair:
    """A pair as a notebook shows it: its tie, its course by month, its acts, and what changed."""

    view: pipeline.PairView
    path: tuple[Tie, ...]
    change: Change | None

    @property
    def tie(self) -> Tie:
        return self.view.tie

    @property
    def sentence(self) -> str:
        one, names = self.tie, self.view.names
        a, b = names[one.first], names[one.second]
        if one.acts == 0:
            return f"{a} and {b}: nothing on record up to {one.as_of}."
        return (
            f"{a} and {b} stand at {one.alignment:+.2f} (90 % between {one.low:+.2f} and {one.high:+.2f}) as of "
            f"{one.as_of}: {one.verdict}, from {one.acts} acts."
        )

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        from detente.brief.path_chart import path_svg

        chart = path_svg(self.path, self.view.months) if self.path else ""
        return f"<div><p>{escape(self.sentence)}</p>{chart}</div>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"text/plain": self.sentence, "text/html": self._repr_html_()}

    def spec(self) -> dict[str, Any]:
        """The chart as a Vega-Lite specification."""
        from detente.brief.path_chart import path_spec

        return path_spec(self.path, self.view.months)

    def to_arrow(self) -> pa.Table:
        """One row a month: counts, and the tie at the end of the month (of the day asked for, in the last)."""
        import pyarrow as pa

        rows = {row["period"]: row for row in self.view.months}
        table = [
            {
                "first": one.first,
                "second": one.second,
                "day": one.as_of,
                "alignment": one.alignment,
                "low": one.low,
                "high": one.high,
                "cooperative": int(rows.get(one.as_of.replace(day=1), {}).get("cooperative", 0)),
                "conflictual": int(rows.get(one.as_of.replace(day=1), {}).get("conflictual", 0)),
            }
            for one in self.path
        ]
        schema = pa.schema(
            [("first", pa.string()), ("second", pa.string()), ("day", pa.date32())]
            + [(name, pa.float64()) for name in ("alignment", "low", "high")]
            + [(name, pa.int64()) for name in ("cooperative", "conflictual")]
        )
        return pa.Table.from_pylist(table, schema=schema)

    def to_polars(self) -> polars.DataFrame:
        import polars

        frame = polars.from_arrow(self.to_arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def to_pandas(self) -> pandas.DataFrame:
        return self.to_arrow().to_pandas()

    def to_ibis(self) -> ir.Table:
        import ibis

        return ibis.memtable(self.to_arrow())


def pair(
    first: str,
    second: str,
    *,
    store: str | None = None,
    as_of: date | str | None = None,
    since: date | str | None = None,
) -> Pair:
    """How two actors stand, as a chart and as tables.

    `as_of` and `since` are days, or text as YYYY-MM-DD; `since` also asks what changed after it.
    """
    from detente.relations import changed, dyad_series
    from detente.relations.ties import tie_path

    day, start = _day(as_of), _day(since)
    view = pipeline.pair(first, second, store=store, as_of=day, since=start)
    one = view.tie
    if one.first == one.second:
        raise WrongUse(f"{one.first} with itself is no pair", try_="name two actors")
    rows = pipeline.open_store(store).snapshot().events
    rows = rows.filter(rows.source.isin([one.first, one.second]) & rows.target.isin([one.first, one.second]))
    counts = dyad_series(rows, as_of=one.as_of, every="day").to_pyarrow().to_pylist()
    series = [(row["period"], row["cooperative"], row["conflictual"]) for row in counts]
    begin = start or (min(day for day, _, _ in series) if series else one.as_of)
    ends = _month_ends(begin, one.as_of)
    return Pair(
        view,
        tuple(tie_path(one.first, one.second, series, ends)),
        changed(rows, one.first, one.second, since=start, as_of=one.as_of) if start and series else None,
    )


def _day(given: date | str | None) -> date | None:
    return parse_day(given) if isinstance(given, str) else given


def _month_ends(begin: date, until: date) -> list[date]:
    days: list[date] = []
    year, month = begin.year, begin.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        end = date.fromordinal(date(year, month, 1).toordinal() - 1)
        if end >= until:
            return [*days, until]
        days.append(end)


@dataclass(frozen=True, slots=True)
class ActorView:
    """An actor on a day: its ties by volume, its seats, and how it stands between two poles where asked."""

    actor: str
    name: str
    as_of: date
    ties: tuple[Tie, ...]
    seats: tuple[Membership, ...]
    poles: tuple[str, str] | None
    hedge: Hedge | None
    names: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {
            "actor": self.actor,
            "name": self.name,
            "as_of": self.as_of,
            "ties": [{**asdict(one), "verdict": one.verdict} for one in self.ties],
            "seats": [asdict(one) for one in self.seats],
            "poles": self.poles,
            "hedge": asdict(self.hedge) if self.hedge else None,
        }


def actor(
    name: str,
    *,
    store: str | None = None,
    as_of: date | str | None = None,
    poles: Sequence[str] = (),
) -> ActorView:
    """Where one actor stands with everybody it has acts with, and between two poles."""
    from detente.blocs import hedging
    from detente.relations import directed_ties, tie_draws, ties

    tables = gazetteer()
    snapshot = pipeline.open_store(store).snapshot()
    day = pipeline.as_of_day(snapshot, _day(as_of))
    who = pipeline.actor_id(name, tables, day)
    rows = snapshot.events
    rows = rows.filter((rows.source == who) | (rows.target == who))
    found = sorted(ties(rows, as_of=day), key=lambda one: (-one.acts, one.first, one.second))
    hedge = None
    ends: tuple[str, str] | None = None
    if poles:
        if len(poles) != 2:
            raise WrongUse("hedging is between two poles", try_="give two actors, such as --between A,B")
        ends = (pipeline.actor_id(poles[0], tables, day), pipeline.actor_id(poles[1], tables, day))
        if who in ends or ends[0] == ends[1]:
            raise WrongUse("the two poles are two other actors")
        channels = {}
        for channel, many in directed_ties(rows, as_of=day).items():
            known = {one.second: one for one in many if one.first == who}
            if ends[0] in known and ends[1] in known:
                drawn = tie_draws([known[ends[0]], known[ends[1]]])
                channels[channel] = (drawn[:, 0], drawn[:, 1])
        hedge = hedging(channels) if channels else None
    return ActorView(
        who,
        _name(who),
        day,
        tuple(found),
        tuple(one for one in tables.seats(who) if one.holds_on(day)),
        ends,
        hedge,
        {one: tables.actors[one].name for one in tables.actors},
    )


def _name(who: str) -> str:
    known = gazetteer().actors.get(who)
    return known.name if known else who


@dataclass(frozen=True)
class BlocView:
    """A group on a day. Everything is given the ties of the store; None where they do not allow it, with a note."""

    name: str
    as_of: date
    since: date
    members: tuple[str, ...]
    unseen: tuple[str, ...]
    network: SignedNetwork
    cohesion: Cohesion | None
    frustration: Mapping[str, Any] | None
    pivots: tuple[Pivot, ...]
    power: Mapping[str, Power]
    drift: Mapping[str, Estimate | None]
    weakening: Mapping[str, float | None]
    repair: Repair | None
    exits: Mapping[str, float | int] | None
    names: Mapping[str, str]
    notes: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {
            "bloc": self.name,
            "as_of": self.as_of,
            "since": self.since,
            "members": list(self.members),
            "unseen": list(self.unseen),
            "cohesion": asdict(self.cohesion) if self.cohesion else None,
            "balance": self.frustration,
            "pivots": [asdict(one) for one in self.pivots],
            "power": {who: {**asdict(one), "shapley": float(one.shapley)} for who, one in self.power.items()},
            "drift": {who: asdict(one) if one else None for who, one in self.drift.items()},
            "weakening": dict(self.weakening),
            "repair": asdict(self.repair) if self.repair else None,
            "exits": dict(self.exits) if self.exits else None,
            "notes": list(self.notes),
        }


def bloc(
    name: str | None = None,
    *,
    members: Sequence[str] = (),
    store: str | None = None,
    as_of: date | str | None = None,
    since: date | str | None = None,
    weights: Mapping[str, int] | None = None,
    quota: int | None = None,
) -> BlocView:
    """A named organisation on a day, or the members given.

    Raises
    ------
    NothingFound : the organisation had no members on that day.
    WrongUse : neither a name nor members, or both.
    """
    from detente import blocs as room
    from detente.relations import tie_network, ties_on

    if bool(name) == bool(members):
        raise WrongUse("name an organisation, or give members, not both", try_="detente bloc SCO")
    tables = gazetteer()
    snapshot = pipeline.open_store(store).snapshot()
    day = pipeline.as_of_day(snapshot, _day(as_of))
    start = _day(since) or days_before(day, DRIFT_DAYS)
    notes: list[str] = []
    if name:
        group = pipeline.actor_id(name, tables, day)
        inside = tables.members(group, day)
        if not inside:
            first = min(
                (one.since for one in tables.memberships if one.organisation == group and one.since),
                default=None,
            )
            raise NothingFound(
                f"{_name(group)} had no members on {day}"
                + (
                    f"; its first seat on record begins {first}"
                    if first
                    else "; no seats of it are on record"
                ),
                try_="choose another day with --as-of, or give --members",
            )
        out = sorted(
            {
                one.member
                for one in tables.memberships
                if one.organisation == group and one.role == "suspended" and one.holds_on(day)
            }
        )
        if out:
            notes.append(f"suspended, and counted out: {', '.join(out)}")
    else:
        group = "own group"
        inside = tuple(dict.fromkeys(pipeline.actor_id(one, tables, day) for one in members))
    if len(inside) < 2:
        raise WrongUse(
            f"{group} has one member, and a bloc of one has no cohesion: there is no tie inside it",
            try_="name at least two members",
        )
    wanted = {one for one in tables.actors if tables.actors[one].kind == "state"} | set(inside)
    now_ties, then_ties = (
        [one for one in many if {one.first, one.second} <= wanted]
        for many in ties_on(snapshot.events, [day, start])
    )
    now, then = tie_network(now_ties, nodes=inside), tie_network(then_ties, nodes=inside, seed=1)
    tied = {one for pair in now.edges() for one in pair[:2]}
    unseen = tuple(one for one in inside if one not in tied)
    if unseen:
        notes.append(f"no act with anybody is on record for {', '.join(unseen)}: they count for nothing here")
    cohesion = frustration = repaired = None
    pivots: list[Pivot] = []
    try:
        cohesion = room.cohesion(now, inside)
        frustration = room.balance(now.among(inside)).as_json()
        if len(inside) >= 3:
            pivots = room.pivots(now, inside)
        repaired = room.repair(now, inside)
    except NothingFound as fault:
        notes.append(fault.what)
    power = {}
    if weights:
        missing = [one for one in inside if one not in weights]
        if missing:
            raise WrongUse(f"no weight is given for {', '.join(missing)}")
        chosen = {one: weights[one] for one in inside}
        power = room.power(chosen, quota or sum(chosen.values()) // 2 + 1)
    exits = None
    if name:
        ended = {
            one.id: one.period.until
            for one in tables.actors.values()
            if one.kind == "organisation" and one.period.until
        }
        many = room.records(tables.memberships, as_of=day, ended=ended)
        model = room.fit_exits(many)
        record = model.records.get(group)
        exits = {
            "base_rate_a_member_year": model.base,
            "rate_a_member_year": model.rate(group),
            "member_years": record.years if record else 0.0,
            "exits": record.exits if record else 0,
            "member_leaves_within_1_year": model.chance(group, 1),
            "member_leaves_within_5_years": model.chance(group, 5),
            "any_leaves_within_1_year": model.chance_of_any(group, len(inside), 1),
            "any_leaves_within_5_years": model.chance_of_any(group, len(inside), 5),
        }
    return BlocView(
        group,
        day,
        start,
        tuple(inside),
        unseen,
        now,
        cohesion,
        frustration,
        tuple(pivots),
        power,
        room.drift(now, then, inside),
        room.weakening(now, then, inside),
        repaired,
        exits,
        {one: tables.actors[one].name for one in tables.actors},
        tuple(notes),
    )
