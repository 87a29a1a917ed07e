"""Measures on events: a table in, a table out, the same on every engine (Ibis; no SQL, no clock)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import ibis

from detente.periods import days_before

if TYPE_CHECKING:
    import ibis.expr.types as ir

UNITS = {"day": "D", "week": "W", "month": "M", "year": "Y"}


def counted(events: ir.Table, *, as_of: date) -> ir.Table:
    """The rows that count towards ties, one per act: known by `as_of`, happened or ongoing, both actors known.

    Reports of one act by one pair on one day are echoes and count once. An unordered act is the same
    in either order. Adds `first` and `second`, the pair in alphabetical order, and `counted_on`, the
    day the world could know of it.
    """
    rows = events.filter(
        events.published.notnull()
        & (events.published <= as_of)
        & events.status.isin(["happened", "ongoing"])
        & events.act.notnull()
        & events.source.notnull()
        & events.target.notnull()
        & (events.source != events.target)
    )
    rows = rows.mutate(
        first=ibis.least(rows.source, rows.target),
        second=ibis.greatest(rows.source, rows.target),
        counted_on=rows.published,
    )
    if "same_act" in rows.columns:  # settled when the rows were loaded, day by day
        return rows.filter(~rows.same_act)
    direction = ibis.ifelse(rows.symmetric, rows.first, rows.source)
    echo = ibis.window(
        group_by=[rows.first, rows.second, direction, rows.act, rows.counted_on], order_by=[rows.event_id]
    )
    rows = rows.mutate(place=ibis.row_number().over(echo))
    return rows.filter(rows.place == 0).drop("place")


def dyad_series(events: ir.Table, *, as_of: date, every: str = "week") -> ir.Table:
    """Counts per unordered pair and period.

    Columns: first, second, period (first day), cooperative, conflictual (counts of acts), material
    (how many of them were material), acts. `every` is day, week, month or year.
    """
    rows = counted(events, as_of=as_of)
    rows = rows.mutate(period=rows.counted_on.truncate(UNITS[every]))
    return (
        rows.group_by(["first", "second", "period"])
        .aggregate(
            cooperative=rows.quad.isin([1, 2]).sum(),
            conflictual=rows.quad.isin([3, 4]).sum(),
            material=rows.quad.isin([2, 4]).sum(),
            acts=rows.count(),
        )
        .order_by(["first", "second", "period"])
    )


def directed_series(events: ir.Table, *, as_of: date, every: str = "week") -> ir.Table:
    """Counts per ordered pair, channel and period.

    Columns: source, target, channel (verbal or material), period (first day), cooperative, conflictual. An
    unordered act counts once in each direction.
    """
    rows = counted(events, as_of=as_of)
    rows = rows.select(
        "source",
        "target",
        "symmetric",
        channel=ibis.ifelse(rows.quad.isin([2, 4]), "material", "verbal"),
        period=rows.counted_on.truncate(UNITS[every]),
        friendly=rows.quad.isin([1, 2]).cast("int64"),
    )
    back = rows.filter(rows.symmetric)
    back = back.select(
        "channel", "period", "friendly", "symmetric", source=back.target, target=back.source
    ).select(rows.columns)
    both = ibis.union(rows, back)
    return (
        both.group_by(["source", "target", "channel", "period"])
        .aggregate(cooperative=both.friendly.sum(), conflictual=(1 - both.friendly).sum())
        .order_by(["source", "target", "channel", "period"])
    )


def totals(events: ir.Table, *, as_of: date, since: date | None = None) -> ir.Table:
    """Counts per unordered pair over a span: first, second, cooperative, conflictual, acts, last (day)."""
    rows = counted(events, as_of=as_of)
    if since:
        rows = rows.filter(rows.counted_on >= since)
    return (
        rows.group_by(["first", "second"])
        .aggregate(
            cooperative=rows.quad.isin([1, 2]).sum(),
            conflictual=rows.quad.isin([3, 4]).sum(),
            acts=rows.count(),
            last=rows.counted_on.max(),
        )
        .order_by(["first", "second"])
    )


def movers(events: ir.Table, *, as_of: date, days: int) -> ir.Table:
    """Pairs whose balance of acts in the last `days` differs from the equal span before it.

    Columns: first, second, recent_cooperative, recent_conflictual, before_cooperative,
    before_conflictual, shift (difference of the two balances, each (coop - conf) / (coop + conf + 1),
    -2 to 2). Ordered by the size of the shift, then by volume and name.
    """
    border, start = days_before(as_of, days), days_before(as_of, 2 * days)
    rows = counted(events, as_of=as_of)
    rows = rows.filter(rows.counted_on > start)
    recent = rows.counted_on > border
    friendly, hostile = rows.quad.isin([1, 2]), rows.quad.isin([3, 4])
    table = rows.group_by(["first", "second"]).aggregate(
        recent_cooperative=(recent & friendly).sum(),
        recent_conflictual=(recent & hostile).sum(),
        before_cooperative=(~recent & friendly).sum(),
        before_conflictual=(~recent & hostile).sum(),
    )

    def balance(coop: ir.IntegerColumn, conf: ir.IntegerColumn) -> ir.FloatingColumn:
        return (coop - conf) / (coop + conf + 1).cast("float64")

    table = table.mutate(
        shift=balance(table.recent_cooperative, table.recent_conflictual)
        - balance(table.before_cooperative, table.before_conflictual),
        acts=table.recent_cooperative
        + table.recent_conflictual
        + table.before_cooperative
        + table.before_conflictual,
    )
    return table.order_by([ibis.desc(table["shift"].abs()), ibis.desc("acts"), "first", "second"])


def unresolved_actors(events: ir.Table) -> ir.Table:
    """Actors in a feed's own words that have no id: feed, raw, rows; most frequent first."""
    sides = [
        events.filter(events[side].isnull() & (events[f"{side}_raw"] != "")).select(
            feed=events.feed, raw=events[f"{side}_raw"]
        )
        for side in ("source", "target")
    ]
    both = sides[0].union(sides[1])
    return (
        both.group_by(["feed", "raw"])
        .aggregate(rows=both.count())
        .order_by([ibis.desc("rows"), "feed", "raw"])
    )


def daily(events: ir.Table, first: str, second: str, *, as_of: date, every: str = "day") -> ir.Table:
    """One pair by day (or week, month, year): period, acts, cooperative, conflictual, goldstein (sum)."""
    rows = events.filter(events.source.isin([first, second]) & events.target.isin([first, second]))
    rows = counted(rows, as_of=as_of)
    rows = rows.mutate(period=rows.counted_on.truncate(UNITS[every]))
    return (
        rows.group_by("period")
        .aggregate(
            acts=rows.count(),
            cooperative=rows.quad.isin([1, 2]).sum(),
            conflictual=rows.quad.isin([3, 4]).sum(),
            goldstein=rows.goldstein.cast("float64").sum(),
        )
        .order_by("period")
    )


def by_period(events: ir.Table, *, as_of: date, every: str = "month", since: date | None = None) -> ir.Table:
    """All acts by period: period, acts, cooperative, conflictual, pairs (how many)."""
    rows = counted(events, as_of=as_of)
    if since:
        rows = rows.filter(rows.counted_on >= since)
    rows = rows.mutate(period=rows.counted_on.truncate(UNITS[every]), pair=rows.first + "-" + rows.second)
    return (
        rows.group_by("period")
        .aggregate(
            acts=rows.count(),
            cooperative=rows.quad.isin([1, 2]).sum(),
            conflictual=rows.quad.isin([3, 4]).sum(),
            pairs=rows.pair.nunique(),
        )
        .order_by("period")
    )


def counterparts(events: ir.Table, actor: str, *, as_of: date, since: date | None = None) -> ir.Table:
    """Whom one actor deals with: other, acts, cooperative, conflictual, given (its own acts), last; most acts first."""
    rows = counted(events.filter((events.source == actor) | (events.target == actor)), as_of=as_of)
    if since:
        rows = rows.filter(rows.counted_on >= since)
    rows = rows.mutate(other=ibis.ifelse(rows.first == actor, rows.second, rows.first))
    return (
        rows.group_by("other")
        .aggregate(
            acts=rows.count(),
            cooperative=rows.quad.isin([1, 2]).sum(),
            conflictual=rows.quad.isin([3, 4]).sum(),
            given=(rows.source == actor).sum(),
            last=rows.counted_on.max(),
        )
        .order_by([ibis.desc("acts"), "other"])
    )


def bloc_matrix(
    events: ir.Table, bloc_of: dict[str, str], *, as_of: date, since: date | None = None
) -> ir.Table:
    """Acts within and between blocs: one, other (in order of name), acts, cooperative, conflictual."""
    rows = counted(
        events.filter(events.source.isin(list(bloc_of)) & events.target.isin(list(bloc_of))), as_of=as_of
    )
    if since:
        rows = rows.filter(rows.counted_on >= since)
    cases = [(actor, bloc) for actor, bloc in sorted(bloc_of.items())]
    rows = rows.mutate(a=rows.first.cases(*cases), b=rows.second.cases(*cases))
    rows = rows.mutate(one=ibis.least(rows.a, rows.b), other=ibis.greatest(rows.a, rows.b))
    return (
        rows.group_by(["one", "other"])
        .aggregate(
            acts=rows.count(),
            cooperative=rows.quad.isin([1, 2]).sum(),
            conflictual=rows.quad.isin([3, 4]).sum(),
        )
        .order_by(["one", "other"])
    )


def evidence(
    events: ir.Table, first: str, second: str, *, since: date, until: date, acts: list[str] | None = None
) -> ir.Table:
    """The rows behind a point: every report of the pair published from `since` up to, not including, `until`."""
    rows = events.filter(
        events.source.isin([first, second])
        & events.target.isin([first, second])
        & (events.published >= since)
        & (events.published < until)
    )
    if acts:
        rows = rows.filter(rows.act.isin(acts))
    return rows.order_by([ibis.desc(rows.published), rows.event_id])
