"""Commands about relations and blocs: balance, issue, standing, bloc; and how good the ties are."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.errors import NothingFound, UnreadableInput, WrongUse

if TYPE_CHECKING:
    from detente.blocs import Estimate, Stake
    from detente.inquiry import ActorView, BlocView

StoreOption = Annotated[str | None, typer.Option("--store", help="Folder of the store.", metavar="PATH")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Last day whose news may be known.", metavar="YYYY-MM-DD")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="Day to compare with.", metavar="YYYY-MM-DD")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OutOption = Annotated[
    str | None,
    typer.Option("--out", help="Write the network: .graphml, .gexf, .csv or .parquet.", metavar="FILE"),
]


def register(app: typer.Typer, evaluate: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (balance, issue, standing, bloc):
        app.command()(command)
    evaluate.command("ties")(evaluate_ties)
    evaluate.command("alignment")(evaluate_alignment)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def _say(text: str) -> None:
    print(text)


def _rows(path: str, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a CSV file with the line each stands on."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig") if path != "-" else sys.stdin.read()
    except (OSError, UnicodeError) as fault:
        raise UnreadableInput(f"cannot read {path}: {fault}", try_="give a CSV file in UTF-8") from None
    reader = csv.DictReader(text.splitlines())
    names = [(one or "").strip().lower() for one in reader.fieldnames or []]
    missing = [one for one in columns if one not in names]
    if missing:
        raise UnreadableInput(
            f"{path} has no column {', '.join(missing)}",
            near=", ".join(names),
            try_=f"the columns are {','.join(columns)}",
        )
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        values = [(one or "").strip() if isinstance(one, str) else "" for one in row.values()]
        yield where, dict(zip(names, values, strict=False))


def _number(text: str, column: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not math.isfinite(value):
        raise UnreadableInput(f'"{text}" in column {column} is no number', where=where)
    return value


def balance(
    edges: Annotated[
        str, typer.Argument(help="CSV with columns source,target,weight; - for standard input.")
    ],
    k: Annotated[int, typer.Option("--k", help="The most blocs.", min=1)] = 2,
    seconds: Annotated[float, typer.Option("--seconds", help="Time limit.", min=0.01)] = 10.0,
    as_json: JsonOption = False,
) -> None:
    """How much tie weight no division into blocs explains: exact, or with its bound."""
    from detente.blocs import balance as run
    from detente.blocs import triangles, walk_balance
    from detente.relations import signed_network

    rows = []
    for where, row in _rows(edges, ("source", "target", "weight")):
        if not row["source"] or not row["target"]:
            raise UnreadableInput("a tie needs a source and a target", where=where)
        rows.append((row["source"], row["target"], _number(row["weight"], "weight", where)))
    if not rows:
        raise NothingFound(f"{edges} holds no ties")
    network = signed_network(rows)
    notes = []
    if network.self_loops:
        notes.append(f"{network.self_loops} rows from an actor to itself were left out")
    if network.repeated:
        notes.append(f"{network.repeated} rows repeat a pair, in either order: pairs are averaged")
    if network.zeros:
        notes.append(f"{network.zeros} pairs have weight 0 and count for nothing")
    if not network.ties:
        notes.append("no tie is left: every division explains all there is")
    found = run(network, k=k, time_limit=seconds)
    if as_json:
        _print_json({**found.as_json(), "notes": notes})
        return
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    proof = "proved least" if found.optimal else f"not proved; nothing below {found.bound:g} is possible"
    _say(
        f"{found.nodes} actors, {found.edges} ties: frustration {found.frustration:g} of {found.total:g} over at most "
        f"{k} blocs ({proof}), {found.seconds:.2f} s"
    )
    three = triangles(network)
    walks = walk_balance(network)
    if three.all:
        _say(f"{three.balanced} of {three.all} triangles are balanced; walk balance {walks:.4f}")
    for number in sorted(set(found.partition.values())):
        _say(f"bloc {number + 1}: " + ", ".join(sorted(a for a, b in found.partition.items() if b == number)))
    if found.changing:
        _say("ties that would have to change:")
        for a, b, weight in found.changing[:20]:
            _say(f"  {a} – {b}  {weight:+g}")
        if len(found.changing) > 20:
            _say(f"  ... and {len(found.changing) - 20} more (--json shows all)")


def _stakes(path: str) -> list[Stake]:
    from detente.blocs import Stake

    return [
        Stake(
            row["actor"],
            _number(row["position"], "position", where),
            _number(row["salience"], "salience", where),
            _number(row["capability"], "capability", where),
        )
        for where, row in _rows(path, ("actor", "position", "salience", "capability"))
    ]


def issue(
    actors: Annotated[str, typer.Argument(help="CSV with columns actor,position,salience,capability.")],
    as_json: JsonOption = False,
) -> None:
    """Where an issue is likely to settle: the weighted mean first, the rest as labelled options."""
    from dataclasses import asdict

    from detente.blocs import bargain

    found = bargain(_stakes(actors))
    if as_json:
        _print_json({**asdict(found), "challenge_low": found.low, "challenge_high": found.high})
        return
    _say(
        f"weighted mean    {found.weighted_mean:8.3f}   (the answer to use: it erred least on 351 EU issues)"
    )
    _say(f"weighted median  {found.weighted_median:8.3f}")
    _say(f"plain mean       {found.mean:8.3f}")
    _say(
        f"Condorcet        {found.condorcet_linear:8.3f} linear votes, {found.condorcet_squared:.3f} squared"
    )
    _say(
        f"challenge model  {found.low:.3f} to {found.high:.3f} over {len(found.challenge)} readings of its steps:"
    )
    for name, value in found.challenge:
        _say(f"  {value:8.3f}  {name}")


def standing(
    name: Annotated[str, typer.Argument(help="An actor, by code or name.")],
    store: StoreOption = None,
    as_of: AsOfOption = None,
    between: Annotated[
        str | None, typer.Option("--between", help="Two poles, for hedging.", metavar="A,B")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Where one actor stands with everybody else, and which seats it holds."""
    from detente import inquiry

    poles = [one.strip() for one in between.split(",")] if between else []
    view = inquiry.actor(name, store=store, as_of=as_of, poles=poles)
    if as_json:
        _print_json(view.as_json())
    else:
        _print_actor(view)
    if not view.ties:
        raise typer.Exit(4)


def _print_actor(view: ActorView) -> None:
    _say(f"{view.name} as of {view.as_of}")
    seats = [f"{one.organisation}{'' if one.role == 'member' else f' ({one.role})'}" for one in view.seats]
    _say("seats: " + (", ".join(seats) or "none on record"))
    if not view.ties:
        _say("no acts with anybody are on record")
    for one in view.ties[:25]:
        other = one.second if one.first == view.actor else one.first
        trend = "" if one.trend is None else f", {one.trend:+.2f} in half a year"
        _say(
            f"  {view.names.get(other, other):<28} {one.alignment:+.2f} ({one.low:+.2f} to {one.high:+.2f})  "
            f"{one.verdict}, {one.acts} acts{trend}"
        )
    if view.poles:
        if view.hedge is None:
            _say(
                f"between {view.poles[0]} and {view.poles[1]}: no channel knows both, so nothing can be said"
            )
        else:
            _say(
                f"between {view.poles[0]} and {view.poles[1]}: hedging {_shown(view.hedge.hedging)}, "
                f"dispersion {_shown(view.hedge.dispersion)} ({view.hedge.label})"
            )
            for channel, tilt in view.hedge.tilt.items():
                _say(f"  {channel:<9} tilt to {view.poles[0]} {_shown(tilt)}")


def _shown(one: Estimate) -> str:
    return f"{one.value:+.2f} ({one.low:+.2f} to {one.high:+.2f})"


def bloc(
    name: Annotated[str | None, typer.Argument(help="An organisation, such as SCO.")] = None,
    members: Annotated[str | None, typer.Option("--members", help="Your own group.", metavar="A,B,C")] = None,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    since: SinceOption = None,
    weights: Annotated[
        str | None, typer.Option("--weights", help="CSV actor,weight (whole numbers), for power in a vote.")
    ] = None,
    quota: Annotated[
        int | None, typer.Option("--quota", help="Weight that wins; default a majority.")
    ] = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """How tightly a group pulls together, who holds it together, who drifts, and how rarely members leave."""
    from detente import inquiry

    listed = [one.strip() for one in members.split(",") if one.strip()] if members else []
    heavy = None
    if weights:
        heavy = {}
        for where, row in _rows(weights, ("actor", "weight")):
            value = _number(row["weight"], "weight", where)
            if value != int(value):
                raise WrongUse(
                    "weights are whole numbers", where=where, try_="multiply shares by 1,000 and round"
                )
            heavy[row["actor"]] = int(value)
    view = inquiry.bloc(
        name, members=listed, store=store, as_of=as_of, since=since, weights=heavy, quota=quota
    )
    if out:
        from detente import pipeline
        from detente.cli.export import export_network

        written = export_network(
            out,
            view.network.among(view.members),
            query={"command": "bloc", "bloc": view.name, "members": list(view.members), "as_of": view.as_of},
            names=view.names,
            data_version=f"store version {pipeline.open_store(store).snapshot().version}",
        )
        print("wrote " + ", ".join(written), file=sys.stderr)
    if as_json:
        _print_json(view.as_json())
    else:
        _print_bloc(view)
    if view.cohesion is None:
        raise typer.Exit(4)


def _print_bloc(view: BlocView) -> None:
    def called(one: str) -> str:
        return view.names.get(one, one)

    _say(f"{called(view.name)} as of {view.as_of}: {len(view.members)} members")
    for note in view.notes:
        _say(f"note: {note}")
    if view.cohesion:
        own = view.cohesion
        _say(
            f"cohesion {_shown(own.cohesion)}: within {_shown(own.within)}"
            + (f", to outsiders {_shown(own.outside)}" if own.outside else ", no ties to outsiders on record")
        )
        _say(f"{own.known} of {own.pairs} pairs of members have acts on record")
        if own.rank is not None and own.random_low is not None and own.random_high is not None:
            _say(
                f"more cohesive than {own.rank:.0%} of random groups of its size "
                f"(90 % of them between {own.random_low:+.2f} and {own.random_high:+.2f})"
            )
        _say(f"frustrated inside: {_shown(own.frustration)} of tie weight")
    if view.pivots:
        _say("cohesion lost if a member leaves (or goes neutral):")
        for one in view.pivots[:8]:
            extra = ""
            if one.actor in view.power:
                vote = view.power[one.actor]
                extra = f", Banzhaf {vote.normalised:.3f}, Shapley-Shubik {float(vote.shapley):.3f}"
            _say(
                f"  {called(one.actor):<24} {_shown(one.leaves)} ({one.neutral.value:+.2f}){extra}; first in {one.first:.0%} of draws"
            )
    moved = [(who, one) for who, one in view.drift.items() if one]
    if moved:
        _say(f"drift of members' ties to the others since {view.since}:")
        for who, step in sorted(moved, key=lambda item: (item[1].value, item[0])):
            weak = view.weakening.get(who)
            _say(
                f"  {called(who):<24} {_shown(step)}"
                + (f"; weakened in {weak:.0%} of draws" if weak is not None else "")
            )
    if view.repair:
        if not view.repair.possible:
            _say("no changes of ties up to full friendship make every member prefer to stay")
        elif view.repair.tie:
            a, b = view.repair.tie
            _say(f"cheapest repair {view.repair.cost:.2f}; the tie that binds: {called(a)} – {called(b)}")
        else:
            _say("every member prefers to stay at these ties; nothing needs repair")
    if view.exits:
        _say(
            f"a member leaves within a year: {view.exits['member_leaves_within_1_year']:.2%} (base rate "
            f"{view.exits['base_rate_a_member_year']:.2%}, {view.exits['exits']} exits in "
            f"{view.exits['member_years']:.0f} member-years here); any of them within five years: "
            f"{view.exits['any_leaves_within_5_years']:.0%}"
        )


def evaluate_ties(
    folder: Annotated[str, typer.Argument(help="A folder laid out like ICEWS14.")],
    as_json: JsonOption = False,
) -> None:
    """Next week's signed level of state pairs, against last week, a moving average and zero."""
    from detente.evaluation.ties import evaluate_ties as run

    scores = run(Path(folder))
    _print_json(scores) if as_json else _print_nested(scores)


def evaluate_alignment(
    folder: Annotated[str, typer.Argument(help="The folder of public data that holds alignment/.")],
    as_json: JsonOption = False,
) -> None:
    """Ideal points and signs of ties ahead, and exits, beside no change and base rates."""
    from detente.evaluation.alignment import exits_ahead, ideal_points_ahead, signs_ahead

    scores = {
        "ideal_points": ideal_points_ahead(Path(folder)),
        "signs": signs_ahead(Path(folder)),
        "exits": exits_ahead(Path(folder)),
    }
    _print_json(scores) if as_json else _print_nested(scores)


def _print_nested(scores: dict[str, Any], depth: int = 0) -> None:
    for name, value in scores.items():
        if isinstance(value, dict):
            _say("  " * depth + str(name))
            _print_nested(value, depth + 1)
        else:
            _say("  " * depth + f"{name:<24} " + (f"{value:.4f}" if isinstance(value, float) else str(value)))
