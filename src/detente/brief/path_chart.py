"""The course of a tie as a line with its 90 % band, and what was reported below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detente.brief.charts import FRIENDLY, HOSTILE, NEUTRAL, responsive
from detente.relations import Tie


def path_spec(path: Sequence[Tie], months: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The chart as a Vega-Lite specification, data inside."""
    import altair as alt

    levels = [
        {
            "day": one.as_of.isoformat(),
            "alignment": round(one.alignment, 4),
            "low": round(one.low, 4),
            "high": round(one.high, 4),
        }
        for one in path
    ]
    acts = [
        {"day": row["period"].isoformat(), "kind": kind, "acts": sign * int(row[name])}
        for row in months
        for kind, name, sign in (("friendly", "cooperative", 1), ("hostile", "conflictual", -1))
    ]
    when = alt.X("day:T", title=None)
    scale = alt.Scale(domain=[-1, 1])
    line = alt.Chart(alt.Data(values=levels)).encode(x=when)
    band = line.mark_area(opacity=0.2, color=NEUTRAL).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    middle = line.mark_line(color=NEUTRAL, strokeWidth=2).encode(
        y=alt.Y("alignment:Q", scale=scale, title="alignment, 90 % band")
    )
    bars = (
        alt.Chart(alt.Data(values=acts))
        .mark_bar()
        .encode(
            x=when,
            y=alt.Y("acts:Q", title="acts a month"),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=["friendly", "hostile"], range=[FRIENDLY, HOSTILE]),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
        )
    )
    chart = (
        alt.vconcat((band + middle).properties(width=460, height=150), bars.properties(width=460, height=70))
        .configure_view(stroke=None)
        .configure(background="transparent", font="system-ui, sans-serif")
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec


def path_svg(path: Sequence[Tie], months: Sequence[Mapping[str, Any]]) -> str:
    """The chart as SVG text, drawn without a browser."""
    import json

    import vl_convert

    return responsive(vl_convert.vegalite_to_svg(json.dumps(path_spec(path, months))))
