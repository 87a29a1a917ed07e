"""Commands of forecasting: forecast, questions, settle, track-record, and how good: evaluate ranking, horizon."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import date

StoreOption = Annotated[str | None, typer.Option("--store", help="Folder of the store.", metavar="PATH")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Last day whose news may be known.", metavar="YYYY-MM-DD")
]
ActorsOption = Annotated[str | None, typer.Option("--actors", help="Your own actors.", metavar="FILE")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _day(text: str | None) -> date | None:
    from detente.periods import parse_day

    return parse_day(text, where="--as-of") if text else None


def _print_json(value: Any) -> None:
    def plain(one: Any) -> Any:
        # JSON has no NaN: a score that does not exist is null.
        if isinstance(one, float) and math.isnan(one):
            return None
        if isinstance(one, dict):
            return {key: plain(inner) for key, inner in one.items()}
        if isinstance(one, list | tuple):
            return [plain(inner) for inner in one]
        return one

    print(json.dumps(plain(value), ensure_ascii=False, indent=1, default=str))


def forecast(
    question: Annotated[str, typer.Argument(help='For example "CHN SUPPORT RUS within 30 days".')],
    store: StoreOption = None,
    as_of: AsOfOption = None,
    least: Annotated[int, typer.Option("--least", help="How many such acts a yes takes.", min=1)] = 1,
    chance: Annotated[
        float | None, typer.Option("--chance", help="Your own probability, kept beside ours.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Your name, for your track record.")] = "",
    actors: ActorsOption = None,
    dry: Annotated[bool, typer.Option("--dry", help="Do not enter it in the ledger.")] = False,
    as_json: JsonOption = False,
) -> None:
    """How likely it is, why, and what simple answers say; entered in the ledger to be scored later."""
    from detente import foresight, pipeline
    from detente.forecasts import in_words

    done = foresight.ask(
        question,
        store=store,
        as_of=_day(as_of),
        actors=pipeline.tables(actors),
        least=least,
        chance=chance,
        by=by,
        keep=not dry,
    )
    for note in done.warnings:
        print(f"warning: {note}", file=sys.stderr)
    if as_json:
        _print_json(
            {
                "question": done.question.as_json(),
                "forecast": done.forecast.as_json(),
                "evidence": [one.as_json() for one in done.evidence],
                "warnings": list(done.warnings),
            }
        )
        return
    one = done.forecast
    print(in_words(done.question, one))
    if one.note:
        print(f"  note: {one.note}")
    print(f"  simple answers: {', '.join(f'{name} {value:.1%}' for name, value in one.rivals.items())}")
    print(f"  why ({one.basis}; log-odds, adding up to {sum(value for _, value in one.parts):+.2f}):")
    for name, value in sorted(one.parts, key=lambda part: -abs(part[1]))[:12]:
        print(f"    {value:+.2f}  {name}")
    rest = sorted(one.parts, key=lambda part: -abs(part[1]))[12:]
    if rest:
        print(f"    {sum(value for _, value in rest):+.2f}  {len(rest)} smaller parts together")
    for line in (*one.rules, *one.cases):
        print(f"  {line}")
    for event in done.evidence:
        print(f"  {event.published}  {event.source} {event.act} {event.target}  {event.sentence or ''}")
    print(f"  rule: {done.question.rule}")
    print(f"  question {done.question.question_id}, as of {one.issued}")


def questions(
    articles: Annotated[
        list[str] | None, typer.Argument(help="Texts to draft questions from; without any, lists the ledger.")
    ] = None,
    store: StoreOption = None,
    date: Annotated[
        str | None, typer.Option("--date", help="Day of publication, where a text has none.")
    ] = None,
    actors: ActorsOption = None,
    coder: Annotated[str | None, typer.Option("--coder", help="learned or lexical.")] = None,
    dry: Annotated[bool, typer.Option("--dry", help="Do not enter them in the ledger.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the questions asked, or draft new ones from what texts expect."""
    from detente import foresight, pipeline

    if articles:
        tables = pipeline.tables(actors)
        made = pipeline.make_coder(tables, name=coder) if coder else pipeline.make_coder(tables)
        drafted = foresight.draft(
            pipeline.ingest(articles, given_date=_day(date)), made, store=store, keep=not dry
        )
        shapes = [
            {
                "sentence": one.expectation.sentence,
                "claimant": one.claim.forecaster if one.claim else one.expectation.claimant,
                "question": one.question.as_json() if one.question else None,
                "claim": one.claim.as_json() if one.claim else None,
                "ours": drafted.ours[one.question.question_id].as_json()
                if one.question and one.question.question_id in drafted.ours
                else None,
                "why_not": one.why_not,
            }
            for one in drafted.drafts
        ]
        if as_json:
            _print_json({"drafts": shapes, "new": drafted.new})
        else:
            for one in drafted.drafts:
                if one.question is None or one.claim is None:
                    print(f"no question: {one.why_not}\n    “{one.expectation.sentence}”")
                    continue
                q, ours = one.question, drafted.ours.get(one.question.question_id)
                beside = f"; ours {ours.chance:.1%}" if ours else ""
                print(f"{q.question_id}  {q.source} {q.act_words} {q.target}, {q.opened} to {q.closes}")
                print(f"    {one.claim.forecaster}: {one.claim.low:.0%} to {one.claim.high:.0%}{beside}")
                print(f"    “{q.sentence}”")
            print(f"{drafted.new} new entries in the ledger")
        if not drafted.drafts:
            raise typer.Exit(4)
        return
    ledger, given = foresight.questions(store=store)
    settled = ledger.settlements
    if as_json:
        _print_json(
            [
                {
                    **one.as_json(),
                    "forecasts": [f.as_json() for f in given.get(key, [])],
                    "settlement": settled[key].as_json() if key in settled else None,
                }
                for key, one in ledger.questions.items()
            ]
        )
    else:
        for key, asked in ledger.questions.items():
            ended = settled.get(key)
            state = "open" if ended is None else "came" if ended.came else "did not come"
            print(
                f"{key}  {asked.source} {asked.act_words} {asked.target}, {asked.opened} to {asked.closes}: {state}"
            )
            for f in given.get(key, []):
                print(f"    {f.chance:.1%}  {f.forecaster}, {f.issued}")
    if not ledger.questions:
        raise typer.Exit(4)


def settle(
    question: Annotated[str | None, typer.Argument(help="Id of a question to settle by hand.")] = None,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    came: Annotated[
        bool | None, typer.Option("--came/--did-not-come", help="How it ended, where you settle by hand.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, where you settle by hand.")] = "",
    by: Annotated[str, typer.Option("--by", help="Your name.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Answer what the store can answer now, with the deciding evidence; or one question by hand, with a reason."""
    from detente import foresight

    done = foresight.settle(
        store=store, as_of=_day(as_of), question_id=question, came=came, reason=reason, by=by
    )
    if as_json:
        _print_json(
            {
                "known_until": done.known_until,
                "settled": [
                    {
                        **one.as_json(),
                        "question": q.as_json(),
                        "events": [event.as_json() for event in events],
                    }
                    for q, one, events in done.settled
                ],
                "open": [one.question_id for one in done.open],
            }
        )
        return
    for q, one, events in done.settled:
        print(
            f"{'came        ' if one.came else 'did not come'}  {q.source} {q.act_words} {q.target}, {q.opened} to {q.closes}"
        )
        print(f"    {one.reason} ({one.by})")
        for event in events:
            print(f"    {event.published}  {event.sentence or event.act}")
    print(f"{len(done.settled)} settled, {len(done.open)} open; the store reaches to {done.known_until}")


def track_record(
    store: StoreOption = None,
    html: Annotated[str | None, typer.Option("--html", help="Write a page.", metavar="FILE")] = None,
    as_json: JsonOption = False,
) -> None:
    """How good everyone's forecasts were: Brier, log score, calibration, skill, by horizon and by act."""
    from detente import foresight

    if html:
        try:
            Path(html).write_text(foresight.page(store=store), encoding="utf-8")
        except OSError as fault:
            from detente.errors import DetenteError

            raise DetenteError(
                f"cannot write {html}: {fault.strerror}", try_="choose another place"
            ) from None
        print(f"wrote {html}", file=sys.stderr)
        return
    found = foresight.track(store=store)
    if as_json:
        _print_json({group: [one.as_json() for one in rows] for group, rows in found.items()})
        return
    for group, rows in found.items():
        print(f"by {group}")
        for one in rows:
            if not one.settled:
                print(f"  {one.name}: {one.verdict}, {one.open} open")
                continue
            print(
                f"  {one.name}: Brier {one.brier:.3f} ({one.brier_low:.3f} to {one.brier_high:.3f}), log score "
                f"{one.log_score:.3f}, {one.came} of {one.settled} came, mean chance {one.mean_chance:.2f}; {one.verdict}"
            )


def evaluate_ranking(
    folder: Annotated[str, typer.Argument(help="Folder with train, valid, test and the names.")],
    mode: Annotated[str, typer.Option("--mode", help="boosted or additive.")] = "boosted",
    seed: Annotated[int, typer.Option("--seed", help="Seed of all chance.")] = 1,
    split: Annotated[str, typer.Option("--split", help="test, or valid for design choices.")] = "test",
    as_json: JsonOption = False,
) -> None:
    """Who comes next: rank every entity, strict single-step protocol, with the recurrency baseline beside it."""
    from detente.errors import WrongUse
    from detente.evaluation.ranking import evaluate_ranking as run

    if mode not in ("boosted", "additive") or split not in ("test", "valid"):
        raise WrongUse("--mode is boosted or additive, --split is test or valid")
    found = run(Path(folder), mode=mode, seed=seed, split=split)
    if as_json:
        _print_json(found)
        return
    for name, value in found.items():
        if name == "by":
            for group, rows in value.items():
                if group != "relation":
                    print(group, ", ".join(f"{key} {row['mrr']:.3f}" for key, row in rows.items()))
        else:
            print(f"{name:<24} {value:.4f}" if isinstance(value, float) else f"{name:<24} {value}")


def evaluate_horizon(
    folder: Annotated[str, typer.Argument(help="Folder with train, valid, test and the names.")],
    seed: Annotated[int, typer.Option("--seed", help="Seed of all chance.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Will it come within 1, 7, 30 days: probabilities beside climatology and recency, with intervals."""
    from detente.evaluation.horizon import FORECASTERS
    from detente.evaluation.horizon import evaluate_horizon as run

    found = run(Path(folder), seed=seed)
    if as_json:
        _print_json(found)
        return
    for days, row in found["horizons"].items():
        print(
            f"{days} days: {row['questions']:,} questions, {row['origins']} origins, {row['base_rate']:.2%} came"
        )
        for name in FORECASTERS:
            one = row[name]
            print(
                f"  {name:<12} Brier {one['brier']:.5f}  log score {one['log_score']:.5f}  ECE {one['ece']:.5f}  "
                f"slope {one['slope']:.3f}  AUC-PR {one['auc_pr']:.3f}  skill {one['skill']:+.3f}"
            )
        for rival in FORECASTERS[1:]:
            for score, gain in row[f"gain_over_{rival}"].items():
                low, high = gain.get("by_days", gain["by_pairs"])
                print(f"  gain over {rival}, {score}: {gain['mean']:.5f} ({low:.5f} to {high:.5f})")
    print(f"{found['cpu_seconds']:.0f} CPU seconds, {found['peak_rss_mb']:.0f} MB")


def register(app: typer.Typer, evaluate: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (forecast, questions, settle):
        app.command()(command)
    app.command("track-record")(track_record)
    evaluate.command("ranking")(evaluate_ranking)
    evaluate.command("horizon")(evaluate_horizon)
