"""From words to actors: find every naming in a sentence, and say who is meant, why, and how sure.

One pass (Aho-Corasick over all known forms) finds the words; then each finding is read in its
surroundings: is it part of a longer name (a newspaper, a company, a sea), a person called Jordan, a
place, a former minister? The probabilities are the rule's own, set by hand and checked against labelled
mentions in `detente evaluate`; they rank readings and are not a fitted model.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from detente.actors.actor import Name
from detente.actors.gazetteer import Gazetteer
from detente.periods import Period

if TYPE_CHECKING:
    import ahocorasick_rs

TITLES = (
    r"President|Prime Minister|Premier|Chancellor|Foreign Minister|Foreign Secretary|Defen[cs]e Minister|Secretary of State"
    r"|Secretary of Defense|Defen[cs]e Secretary|King|Queen|Emir|Sultan|Crown Prince|Prince|Supreme Leader|Ayatollah|leader|dictator"
    r"|ruler|Chairman|General Secretary|Secretary[- ]General|Chairperson|Minister|Secretary|Taoiseach|Sheikh|General|Marshal"
    r"|Colonel|strongman|Comrade|Pope|Mr\.?|Mrs\.?|Ms\.?|Madam|Envoy|Commissioner|Commission President|counterpart"
)
_TITLE_BEFORE = re.compile(rf"(?:\b(?:{TITLES})\s+|’s\s|'s\s)$", re.IGNORECASE)
_LEFT_OFFICE = re.compile(
    r"\b(?:(?:former|late|ousted|deposed|one-time|onetime)\s+|ex-)(?:[\w.’'-]+\s+){0,4}$", re.IGNORECASE
)
_NOT_THE_STATE_BEFORE = re.compile(
    r"(?:\b(?:pro|anti|non|un|Afro|Anglo|Franco|Sino|Indo)[-–]|\bethnic(?:ally)?\s)$", re.IGNORECASE
)
_NOT_THE_STATE_AFTER = re.compile(
    r"^-(?:made|born|speaking|language|style|based|themed|majority|American|inspired|owned|educated|trained)\b"
)
_TRAP_AFTER = re.compile(
    r"^(?:\s(?:Mobile|Airlines?|Airways|Air|Telecom|Unicom|Bank(?!s\b)|Times|Post|Daily|Herald|Tribune|Gazette|Journal|News|Morning Post"
    r"|Today|Mail|Star|Standard|Observer|Chronicle|Monthly|Review|Television|TV|Radio|Steel|Motors?|Petroleum|Oil|Gas"
    r"|Electric|Railways?|Insurance|Life|Evergrande|Cement|Foods|University|College|Institute|School|Academy|Museum|Open|Masters|Grand Prix"
    r"|United|City|Rovers|Premier League|Super League|Cup|Olympics|Games|Sea|Ocean|Gulf|Strait|Peninsula|Channel|Alps|Desert|Canal|Point"
    r"|Street|Avenue|Road|Square|Hotel|Tower|Stadium|Airport|Canyon|Bay|Beach|Club|Orchestra|Ballet|Opera|Church|Inc|Corp|Ltd|Co)\b"
    r"|(?:-Contra)\b|\s(?:Tech|Bulldogs|Nationals|Redskins|Commanders|Wizards|Capitals|Mystics)\b|\sIndians?\b)"
)
# Names of places of the public record that are no company: the words after them stay readable.
_STILL_STATE = re.compile(r"^\s(?:Air Force|Airlines?\s+(?:flight|plane|jet))")
_TRAP_BEFORE_OF = re.compile(
    r"\b(?:Gulf|Bay|Bank|University|Sea|Strait|Straits|Voice|Miss|Battle|Duke|Tour|Times|Treaty|Peace) of (?:the )?$"
)
_TRAP_BEFORE_BARE = re.compile(
    r"\b(?:Air|Radio|New|Port|Fort|Miss|Hotel|Little|Lake|Mount|Royal|Café|Via|Rue|Aston|Paris-)\s?$"
)
_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|near|outside|around|from|through|across|inside|of the city of|city of|capital,?|capital of|town of|via|"
    r"central|downtown|eastern|western|northern|southern|north of|south of|east of|west of|visit(?:ed|ing)?|into|leave|left|leaving|reached"
    r"|reach|to visit|arriv\w+ in|trip to|flew to|fly to|travel\w* to|returned to|visit to)\s$",
    re.IGNORECASE,
)
_GIVEN_BEFORE = re.compile(r"(?:^|[^\w.’'-])([A-Z][a-zà-ÿ]+|[A-Z]\.)\s$")
_NOT_GIVEN = frozenset(
    [
        "the",
        "in",
        "on",
        "at",
        "of",
        "and",
        "but",
        "for",
        "to",
        "from",
        "by",
        "with",
        "after",
        "before",
        "as",
        "while",
        "when",
        "if",
        "since",
        "both",
        "also",
        "former",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "president",
        "minister",
        "prime",
        "king",
        "queen",
        "secretary",
        "general",
        "chancellor",
        "premier",
        "leader",
        "foreign",
        "defense",
        "defence",
        "state",
        "mr",
        "mrs",
        "ms",
        "dr",
        "east",
        "west",
        "north",
        "south",
        "central",
        "northern",
        "southern",
        "eastern",
        "western",
        "new",
        "neighbouring",
        "neighboring",
        "president-elect",
        "communist",
        "nuclear",
        "soviet",
        "post-soviet",
        "federal",
        "democratic",
        "islamic",
        "republic",
        "occupied",
        "ambassador",
        "today",
        "yesterday",
        "meanwhile",
        "however",
    ]
)
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")


TABLES_END = date(2026, 1, 1)  # the office tables know nothing later
_CALENDAR = frozenset(
    [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
)


@cache
def _common_names() -> frozenset[str]:
    text = (files("detente.actors") / "data" / "common_names.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who is meant.

    actor : id, or None. reading : actor, person, place, other, unknown.
    probability : that this reading is right, 0 to 1. reason : the rule that decided, in words.
    runners_up : other readings, (id or words, probability), the likeliest first.
    """

    actor: str | None
    reading: str
    reason: str
    probability: float
    runners_up: tuple[tuple[str, float], ...] = ()
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A naming in a sentence: characters `start` to `end` (half-open), kind of name, and who is meant."""

    start: int
    end: int
    text: str
    kind: str
    resolution: Resolution

    @property
    def actor(self) -> str | None:
        return self.resolution.actor


class Resolver:
    """Finds and reads namings of actors. One resolver serves many threads; it keeps nothing between calls.

    >>> from detente.actors import gazetteer
    >>> resolver = Resolver(gazetteer())
    >>> resolver.resolve("Zaire", date(1990, 5, 1)).actor
    'COD'
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        by_form: dict[str, list[Name]] = defaultdict(list)
        for name in gazetteer.names:
            by_form[name.form].append(name)
            for variant in _spellings(name.form):
                by_form[variant].append(replace(name, form=variant))
        self._by_form = {form: tuple(names) for form, names in by_form.items()}
        self._forms = sorted(self._by_form)
        self._given = frozenset(
            one.person.split()[0]
            for one in gazetteer.holders
            if " " in one.person and len(one.person.split()[0]) > 2
        )

    @cached_property
    def _automaton(self) -> ahocorasick_rs.AhoCorasick:
        import ahocorasick_rs

        return ahocorasick_rs.AhoCorasick(
            self._forms, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, implementation=None
        )

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {form.casefold(): form for form in reversed(self._forms)}

    def resolve(self, name: str, day: date | None = None, sentence: str | None = None) -> Resolution:
        """Who is meant by a name on a day, in a sentence if there is one."""
        text = sentence if sentence and name in sentence else name
        at = text.find(name)
        for mention in self.mentions(text, day):
            if mention.start < at + len(name) and at < mention.end:
                return mention.resolution if sentence else _alone(mention.resolution)
        wanted = name.strip()
        if wanted in self.gazetteer.actors:
            actor = self.gazetteer.actors[wanted]
            return Resolution(actor.id, "actor", f"the id of {actor.name}", 1.0)
        known = self._folded.get(wanted.casefold())
        if known is not None:
            return _alone(self._read(self._by_form[known], known, 0, len(known), day, Context()))
        return Resolution(None, "unknown", "no such name in the tables", 0.0)

    def mentions(
        self, sentence: str, day: date | None = None, context: Context | None = None
    ) -> list[Mention]:
        """Every naming found in a sentence, in order, those that turn out to be no actor included.

        `context` carries what the document has said so far and is extended by this sentence.
        """
        context = context if context is not None else Context()
        text = sentence
        letters = [c for c in sentence if c.isalpha()]
        if len(letters) > 12 and sum(map(str.isupper, letters)) > 0.8 * len(letters):
            lowered = _capitals_to_title(sentence)
            text = lowered if len(lowered) == len(sentence) else sentence
        found = [
            (start, end, self._forms[index])
            for index, start, end in self._automaton.find_matches_as_indexes(text)
            if _whole_word(text, start, end)
        ]
        exact = {
            name.actor
            for _, _, form in found
            for name in self._by_form[form]
            if not name.ambiguous and name.kind not in ("family", "capital", "city", "seat")
        }
        local = Context(context.named | exact, context.persons)
        mentions = []
        for start, end, form in found:
            resolution = self._read(self._by_form[form], text, start, end, day, local)
            mentions.append(
                Mention(start, end, sentence[start:end], self._kind(form, resolution), resolution)
            )
        context.note(mentions)
        return mentions

    def _kind(self, form: str, resolution: Resolution) -> str:
        names = self._by_form[form]
        chosen = [one for one in names if one.actor == resolution.actor] or list(names)
        return chosen[0].kind

    def _read(
        self, names: Sequence[Name], text: str, start: int, end: int, day: date | None, context: Context
    ) -> Resolution:
        """Read one finding. The order of the rules is the order of the paragraphs."""
        before, after = text[max(0, start - 60) : start], text[end : end + 40]
        form = text[start:end]
        kinds = {one.kind for one in names}

        if "from your file" in {one.note for one in names}:
            return Resolution(names[-1].actor, "actor", "named in your actors file", 1.0)

        if kinds <= {"person", "family"}:
            return self._read_person(names, before, after, text, day, context)

        trap = self._part_of_longer_name(form, kinds, before, after)
        if trap:
            return Resolution(None, "other", trap, 0.9, tuple((one.actor, 0.1) for one in names[:1]))

        given = _GIVEN_BEFORE.search(before)
        states = tuple(one for one in names if one.kind not in ("person", "family"))
        if (
            given
            and any(one.ambiguous for one in states)
            and given[1].lower() not in _NOT_GIVEN
            and given[1] not in self._by_form
            and (given[1] in self._given or not _begins_sentence(before, given[1]))
            and kinds & {"name", "capital", "city"}
        ):
            return Resolution(
                None,
                "person",
                f'"{given[1]} {form}" reads as a person\'s name',
                0.7,
                tuple((one.actor, 0.3) for one in names[:1]),
            )

        current = [one for one in states if (one.period.holds(day) if day else one.period.until is None)]
        alive = current or [one for one in states if self._could_be_named(one, day)]
        if not alive:
            later = ", ".join(sorted({one.actor for one in states}))
            return Resolution(
                None, "unknown", f"no actor had this name on {day} ({later} had, on other days)", 0.8
            )
        wanted = list(dict.fromkeys(one.actor for one in alive))
        if len(wanted) > 1:
            return self._choose(wanted, alive, context)
        chosen = alive[0]
        if chosen.kind in ("capital", "city"):
            return self._read_city(chosen, names, before, after, day, context)
        if chosen.ambiguous and chosen.actor not in context.named and _us_place(after):
            return Resolution(
                None, "place", "followed by a place in the United States", 0.7, ((chosen.actor, 0.3),)
            )
        probability = 0.9 if chosen.ambiguous else 0.99
        return Resolution(chosen.actor, "actor", _KIND_REASON.get(chosen.kind, chosen.kind), probability)

    def _part_of_longer_name(self, form: str, kinds: set[str], before: str, after: str) -> str | None:
        if kinds <= {"abbreviation", "seat"}:
            return None
        if _NOT_THE_STATE_BEFORE.search(before):
            return "a view or people described by the name, not the state"
        if _NOT_THE_STATE_AFTER.match(after):
            return "describes somebody by place or language, not the state"
        longer = _TRAP_AFTER.match(after)
        if (
            longer
            and not _STILL_STATE.match(after)
            and not after.lower().startswith((" air force", " city of"))
        ):
            word = longer.group().strip()
            if word != "Sea" or not after.startswith(" Sea Fleet"):
                return f'part of a longer name ("{form} {word}")'
        if _TRAP_BEFORE_OF.search(before) or _TRAP_BEFORE_BARE.search(before):
            return f'part of a longer name ("{before.split()[-2] if before.rsplit(maxsplit=1)[-1] == "of" else before.rsplit(maxsplit=1)[-1]} ... {form}")'
        return None

    def _could_be_named(self, name: Name, day: date | None) -> bool:
        """A name is read once it exists; the name of an ended state or time stays readable as history."""
        if day is None:
            return True
        actor = self.gazetteer.actors.get(name.actor)
        began = max(
            (one for one in (name.period.since, actor.period.since if actor else None) if one), default=None
        )
        return began is None or began <= day or name.kind in ("people", "adjective", "name")

    def _choose(self, wanted: list[str], alive: list[Name], context: Context) -> Resolution:
        """Several actors share the form: the one already named, else the one whose plain name it is."""
        said = [one for one in wanted if one in context.named]
        if len(said) == 1:
            rest = tuple((one, 0.15 / (len(wanted) - 1)) for one in wanted if one != said[0])
            return Resolution(said[0], "actor", "shared name; this actor was named nearby", 0.85, rest)
        clear = list(dict.fromkeys(one.actor for one in alive if not one.ambiguous))
        if len(clear) == 1:
            rest = tuple((one, 0.1 / (len(wanted) - 1)) for one in wanted if one != clear[0])
            return Resolution(clear[0], "actor", "shared name; usual reading", 0.9, rest)
        share = 1 / len(wanted)
        return Resolution(
            None,
            "unknown",
            "shared by " + " and ".join(wanted) + "; the text does not tell which",
            1 - share,
            tuple((one, share) for one in wanted),
        )

    def _read_city(
        self, name: Name, names: Sequence[Name], before: str, after: str, day: date | None, context: Context
    ) -> Resolution:
        place = bool(_PLACE_BEFORE.search(before)) or bool(
            re.match(r"^,\s*(?:D\.?C|[A-Z][a-z]+\.?\s+\d)", after)
        )
        dateline = not before.strip() and bool(
            re.match(r"^\s*(?:\([A-Z][\w ]+\)\s*)?[-–—:]|^,\s[A-Z][a-z]+\.? \d", after)
        )
        if place or dateline:
            return Resolution(name.actor, "place", "a city named as a place", 0.75, ((name.actor, 0.25),))
        if name.ambiguous and name.actor not in context.named and _us_place(after):
            return Resolution(None, "place", "a city of the same name elsewhere", 0.6, ((name.actor, 0.4),))
        held = name.period.holds(day)
        return Resolution(
            name.actor,
            "actor",
            "capital named for its state" if held else "seat of another time, named for its state",
            0.9 if not name.ambiguous else 0.8,
        )

    def _read_person(
        self, names: Sequence[Name], before: str, after: str, text: str, day: date | None, context: Context
    ) -> Resolution:
        person = names[0].person
        only_family = all(one.kind == "family" for one in names)
        if _LEFT_OFFICE.search(before):
            return Resolution(
                None,
                "person",
                "called former or late, so not speaking for the state",
                0.85,
                _ids(names),
                person,
            )
        titled = bool(_TITLE_BEFORE.search(before))
        given = _GIVEN_BEFORE.search(before)
        if (
            only_family
            and given
            and not titled
            and given[1].lower() not in _NOT_GIVEN
            and not _begins_sentence(before, given[1])
            and given[1] not in self._by_form
        ):
            return Resolution(
                None, "person", f'another person, "{given[1]} {names[0].form}"', 0.8, _ids(names)
            )
        if (
            only_family
            and re.match(r"^[\s-][A-Z][a-z]", after)
            and not re.match(r"^\s(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)", after)
        ):
            return Resolution(None, "person", "part of another person's name", 0.6, _ids(names))
        serving = [one for one in names if one.period.holds(day)] if day else list(names)
        years = [int(year) for year in _YEAR.findall(text)]
        in_year = [
            one
            for one in names
            if any(one.period.overlaps(Period(date(year, 1, 1), date(year + 1, 1, 1))) for year in years)
        ]
        pool = serving or in_year
        if not pool:
            return Resolution(None, "person", f"held no office on {day}", 0.8, _ids(names), person)
        actors = list(dict.fromkeys(one.actor for one in pool))
        known = [one for one in pool if one.person in context.persons]
        if only_family:
            if known and len({one.actor for one in known}) == 1:
                return Resolution(
                    known[0].actor, "actor", "named in full earlier", 0.95, person=known[0].person
                )
            near = [one for one in actors if one in context.named]
            if (titled and len(near) == 1) or (len(actors) > 1 and len(near) == 1):
                actors = near
            elif len(actors) > 1:
                share = 1 / len(actors)
                return Resolution(
                    None, "unknown", "family name shared by " + ", ".join(actors), 1 - share, _ids(pool)
                )
            common = names[0].form in _common_names() or len(names[0].form) <= 3
            if common and not titled and (actors[0] not in context.named or names[0].form in _CALENDAR):
                return Resolution(
                    None,
                    "unknown",
                    "a common name without title or country near it",
                    0.6,
                    _ids(pool),
                    pool[0].person,
                )
        elif len(actors) > 1:
            near = [one for one in actors if one in context.named]
            actors = near if len(near) == 1 else actors[:1]
        chosen = next(one for one in pool if one.actor == actors[0])
        certain = 0.97 if not only_family else 0.9 if titled or chosen.actor in context.named else 0.8
        return Resolution(
            chosen.actor, "actor", f"{chosen.note} of {chosen.actor}", certain, person=chosen.person
        )


class Context:
    """What a document has said so far: actors named, persons named in full."""

    def __init__(self, named: frozenset[str] = frozenset(), persons: frozenset[str] = frozenset()) -> None:
        self.named = named
        self.persons = persons

    def note(self, mentions: Iterable[Mention]) -> None:
        for mention in mentions:
            if mention.resolution.actor and mention.resolution.reading == "actor":
                self.named |= {mention.resolution.actor}
            if mention.resolution.person:
                self.persons |= {mention.resolution.person}


_KIND_REASON = {
    "name": "its name",
    "former": "its former name",
    "alias": "another name of it",
    "abbreviation": "its abbreviation",
    "adjective": "its adjective",
    "people": "its people",
    "seat": "a seat of its government",
}


def _longest_in_office(names: Sequence[Name]) -> list[str]:
    """Where no day is known: the actor whose holder served at least three quarters of all the days, if any."""
    days: dict[str, int] = defaultdict(int)
    for one in names:
        if one.period.since:
            days[one.actor] += max(0, ((one.period.until or TABLES_END) - one.period.since).days)
    total = sum(days.values())
    return [actor for actor, served in days.items() if served >= 0.75 * total]


def _alone(found: Resolution) -> Resolution:
    """A name asked for by itself: the only actor it could mean, said to be so."""
    if found.actor is None and found.reading == "unknown" and len(found.runners_up) == 1:
        return replace(
            found,
            actor=found.runners_up[0][0],
            reading="actor",
            reason="the only one in office with that name",
            probability=0.6,
            runners_up=(),
        )
    return found


def _ids(names: Iterable[Name]) -> tuple[tuple[str, float], ...]:
    actors = list(dict.fromkeys(one.actor for one in names))
    return tuple((one, round(0.2 / len(actors), 3)) for one in actors)


def _spellings(form: str) -> set[str]:
    """Other spellings a keyboard gives the same form: without accents, with the other apostrophe."""
    plain = "".join(c for c in unicodedata.normalize("NFD", form) if not unicodedata.combining(c))
    found = {plain, form.replace("'", "’"), form.replace("’", "'"), plain.replace("’", "'")}
    if form.startswith("The "):
        found.add(form[4:])
    return found - {form}


def _whole_word(text: str, start: int, end: int) -> bool:
    if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return False
    if end < len(text) and (text[end].isalnum() or text[end] == "_"):
        return False
    return not (end < len(text) - 1 and text[end] == "." and text[end - 1] == ".")


def _begins_sentence(before: str, word: str) -> bool:
    head = before[: before.rfind(word)].rstrip()
    return not head or head[-1] in '.!?:"“”'


def _capitals_to_title(text: str) -> str:
    return re.sub(r"[^\W\d_]{4,}", lambda m: m.group().capitalize(), text)


def _us_place(after: str) -> bool:
    return bool(
        re.match(
            r"^(?:,\s(?:Atlanta|Savannah|Augusta|Ga\.|Ala\.|Va\.|Ohio|Texas|Iowa|Ill)\b|\s(?:senator|governor|legislature|"
            r"state (?:senate|house|court)|Republicans?|Democrats?|voters|runoff|primary|congressman|congresswoman|native)\b)",
            after,
        )
    )
