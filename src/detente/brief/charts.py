"""Charts, defined once in Altair and drawn to SVG without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from detente.relations import Tie

# Conflict to cooperation; steps told apart with every common colour vision (docs/decisions/palette.md).
HOSTILE, NEUTRAL, FRIENDLY = "#9A3B00", "#767676", "#0B4A8F"


def ties_chart(ties: Sequence[Tie], name: Callable[[str | None], str]) -> str:
    """Each tie as a dot with its 90 % interval, as SVG text; colours come from CSS classes by value."""
    import altair as alt
    import pyarrow as pa
    import vl_convert

    rows = [
        {
            "pair": f"{_short(one.first, name)} – {_short(one.second, name)}",
            "alignment": round(one.alignment, 4),
            "low": round(one.low, 4),
            "high": round(one.high, 4),
            "verdict": one.verdict,
        }
        for one in ties
        if one.acts
    ]
    colour = alt.Scale(
        domain=["hostile", "mixed", "cannot tell", "friendly"], range=[HOSTILE, NEUTRAL, NEUTRAL, FRIENDLY]
    )
    base = alt.Chart(alt.Data(values=pa.Table.from_pylist(rows).to_pylist())).encode(
        y=alt.Y("pair:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False))
    )
    axis = alt.Axis(
        values=[-1, -0.5, 0, 0.5, 1],
        format="+.1f",
        title="hostile  ←  alignment, with 90 % interval  →  friendly",
    )
    band = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", scale=alt.Scale(domain=[-1, 1]), axis=axis),
        x2="high:Q",
        color=alt.Color("verdict:N", scale=colour, legend=None),
    )
    dot = base.mark_point(filled=True, size=70, opacity=1).encode(
        x="alignment:Q",
        color=alt.Color("verdict:N", scale=colour, legend=None),
        shape=alt.Shape(
            "verdict:N",
            scale=alt.Scale(
                domain=["hostile", "mixed", "cannot tell", "friendly"],
                range=["diamond", "circle", "circle", "square"],
            ),
            legend=None,
        ),
    )
    chart = (
        (band + dot)
        .properties(width=360, height=alt.Step(22))
        .configure_view(stroke=None)
        .configure(background="transparent", font="system-ui, sans-serif")
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_json())
    return responsive(svg)


def _short(actor: str, name: Callable[[str | None], str]) -> str:
    """The name, or the code where the name would not fit beside a chart."""
    return name(actor) if len(name(actor)) <= 24 else actor


def responsive(svg: str) -> str:
    """Let an SVG follow the width of its column and the colours of the page."""
    svg = re.sub(
        r'(<svg[^>]*?) width="([\d.]+)" height="[\d.]+"',
        r'\1 style="max-width:\2px;width:100%;height:auto"',
        svg,
        count=1,
    )
    svg = re.sub(r'(fill|stroke)="(?:#000|black|#333|#888)"', r'\1="currentColor"', svg)
    return re.sub(r'stroke="#ddd"', 'stroke="currentColor" stroke-opacity="0.18"', svg)
