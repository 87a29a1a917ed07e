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
from functools import cached_property
from typing import TYPE_CHECKING

from detente.actors.actor import Name
from detente.actors.gazetteer import Gazetteer
from detente.actors.words import common_names, longer_names, words
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
# Names of places of the public record that are no company: the words after them stay readable.
_STILL_STATE = re.compile(r"^\s(?:Air Force|Airlines?\s+(?:flight|plane|jet))")
_TRAP_BEFORE_OF = re.compile(
    r"\b(?:Gulf|Bay|Bank|University|Sea|Strait|Straits|Voice|Miss|Battle|Duke|Tour|Times|Treaty|Peace) of (?:the )?$"
)
_TRAP_BEFORE_BARE = re.compile(
    r"\b(?:Air|Radio|New|Port|Fort|Miss|Hotel|Little|Lake|Mount|Royal|Café|Via|Rue|Aston)\s?$"
)
_PLACE_AFTER = re.compile(r"^,\s*(?:D\.?C|[A-Z][a-z]+\.?\s+\d)")
_DATELINE = re.compile(r"^\s*(?:\([A-Z][\w ]+\)\s*)?[-–—:]|^,\s[A-Z][a-z]+\.? \d")
_GIVEN_BEFORE = re.compile(r"(?:^|[^\w.’'-])([A-Z][a-zà-ÿ]+|[A-Z]\.)\s$")
_MORE_OF_A_NAME = re.compile(r"^[\s-][A-Z][a-z]")
_NEXT_WORD = re.compile(r"^\s([A-Z][\w’'-]+)")
_NO_NOUN_AFTER = re.compile(r"^(?:$|[^\w ]| (?:and|or|to|at|in|for|as|from|with|on)\b)")
_SIZE_OF = re.compile(r"\b(?:the )?(?:size|area|population|budget) of $")
_DEATH_OF = re.compile(
    r"\b(?:death|funeral|burial|memory|legacy|widow|tomb|bust|biographer) of (?:the late )?$"
)
_TOWN_BEFORE = re.compile(r"(?:^|\s)([A-Z][\w’'-]+(?: County)?), $")
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_WORD = re.compile(r"[^\W\d_]{4,}")
_LEFT_WORDS = ("former", "late ", "ousted", "deposed", "one-time", "onetime", "ex-")
_TITLE_ENDS = frozenset(re.findall(r"[a-z.]+(?=[|)]|$)", TITLES.lower())) | {
    *("mr", "mr.", "mrs", "mrs.", "ms", "ms.", "defense", "defence", "secretary-general", "state")
}
_BARE_BEFORE = frozenset(
    [
        "Air",
        "Radio",
        "New",
        "Port",
        "Fort",
        "Miss",
        "Hotel",
        "Little",
        "Lake",
        "Mount",
        "Royal",
        "Café",
        "Via",
        "Rue",
        "Aston",
    ]
)

TABLES_END = date(2026, 1, 1)  # the office tables know nothing later
_NO_VOICE = frozenset(["opposition claimant"])  # offices whose holder never speaks for the state


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


class Context:
    """What a document has said so far: actors named, persons named in full."""

    def __init__(self, named: frozenset[str] = frozenset(), persons: frozenset[str] = frozenset()) -> None:
        self.named = named
        self.persons = persons

    def note(self, mentions: Iterable[Mention]) -> None:
        named, persons = set(), set()
        for mention in mentions:
            if mention.resolution.actor and mention.resolution.reading == "actor":
                named.add(mention.resolution.actor)
            if mention.resolution.person:
                persons.add(mention.resolution.person)
        if not named <= self.named:
            self.named |= named
        if not persons <= self.persons:
            self.persons |= persons


class _Form:
    """One spelling and all it may name, with what can be said of it before any sentence is seen."""

    __slots__ = (
        "actors",
        "ambiguous",
        "clear",
        "form",
        "hints",
        "kinds",
        "longer",
        "names",
        "own",
        "people",
        "persons",
        "plain",
        "readings",
        "state_name",
        "states",
    )

    def __init__(
        self,
        form: str,
        names: Sequence[Name],
        longer: tuple[str, str] | None,
        lands: frozenset[str] = frozenset(),
    ) -> None:
        self.form = form
        self.names = tuple(names)
        self.longer = Resolution(None, longer[0], f"{longer[1]} of its own", 0.95) if longer else None
        self.kinds = frozenset(one.kind for one in names)
        self.own = next((one for one in reversed(self.names) if one.note == "from your file"), None)
        self.states = tuple(one for one in names if one.kind not in ("person", "family"))
        self.people = bool(names) and not self.states
        self.ambiguous = any(one.ambiguous for one in self.states)
        land = not form.isupper() and any(one.actor in lands for one in self.states)
        self.state_name = land and bool(self.kinds & {"name", "former", "alias", "capital", "city"})
        self.plain = land and bool(self.kinds & {"name", "former", "alias"})
        self.clear = frozenset(  # actors this form names beyond doubt
            one.actor
            for one in names
            if not one.ambiguous and one.kind not in ("family", "capital", "city", "seat")
        )
        self.hints = frozenset(  # actors it points at
            one.actor for one in names if not one.ambiguous and one.kind in ("capital", "city", "seat")
        )
        self.persons = frozenset(one.person for one in names if one.person)
        self.actors = tuple(dict.fromkeys(one.actor for one in names))
        self.readings: dict[date | None, tuple[tuple[Name, ...], Resolution | None]] = {}


class _Sentence:
    """A sentence being read. What few rules ask about the whole of it is found once, when first asked."""

    __slots__ = ("_headline", "_others", "_sport", "context", "found", "hinted", "persons", "starts", "text")

    def __init__(
        self, text: str, found: Sequence[tuple[int, int, _Form]], context: Context, forms: dict[str, _Form]
    ) -> None:
        self.text = text
        self.found = found
        self._headline: bool | None = None
        self._sport: bool | None = None
        self._others: frozenset[str] | None = None
        if len(found) == 1:
            only = found[0][2]
            exact, self.hinted, self.persons = only.clear, only.hints, only.persons
        else:
            exact = frozenset().union(*(form.clear for _, _, form in found))
            self.hinted = frozenset().union(*(form.hints for _, _, form in found))
            self.persons = frozenset().union(*(form.persons for _, _, form in found))
        self.context = Context(context.named | exact if exact else context.named, context.persons)

    @property
    def headline(self) -> bool:
        """Most longer words begin with a capital, so capitals tell nothing."""
        if self._headline is None:
            long = _WORD.findall(self.text)
            self._headline = len(long) > 3 and sum(word[0].isupper() for word in long) > 0.6 * len(long)
        return self._headline

    @property
    def sport(self) -> bool:
        """A match is being told."""
        if self._sport is None:
            known = words()
            told = known.sport_sure.search(self.text) or (
                known.sport_event.search(self.text) and known.sport_act.search(self.text)
            )
            self._sport = bool(told) and not known.politics.search(self.text)
        return self._sport

    def names_division(self, of: str, besides: str) -> bool:
        """Another first-level division of the same state is named."""
        if self._others is None:
            known = words().divisions
            self._others = frozenset(one for one in known if one in self.text)
        return any(words().divisions[one] == of and one != besides for one in self._others)


class Resolver:
    """Finds and reads namings of actors. One resolver serves many threads; it keeps only what does not change.

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
        longer = {form: what for form, what in longer_names().items() if form not in by_form}
        lands = frozenset(one.id for one in gazetteer.actors.values() if one.kind in ("state", "loose"))
        self._by_form = {form: _Form(form, names, None, lands) for form, names in by_form.items()}
        self._by_form.update({form: _Form(form, (), what) for form, what in longer.items()})
        self._known = {form: one for form, one in self._by_form.items() if one.names}
        self._forms = [self._by_form[form] for form in sorted(self._by_form)]
        self._given = frozenset(
            one.person.split()[0]
            for one in gazetteer.holders
            if " " in one.person and len(one.person.split()[0]) > 2
        )
        self._successors: dict[tuple[str, str, date | None], set[str]] = defaultdict(set)
        for one in gazetteer.holders:
            self._successors[one.actor, one.office, one.since].add(one.person)

    @cached_property
    def _automaton(self) -> ahocorasick_rs.AhoCorasick:
        import ahocorasick_rs

        return ahocorasick_rs.AhoCorasick(
            [one.form for one in self._forms],
            matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
            implementation=None,
        )

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {form.casefold(): form for form in sorted(self._known, reverse=True)}

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
            form = self._by_form[known]
            alone = _Sentence(known, [(0, len(known), form)], Context(), self._by_form)
            return _alone(self._read(form, alone, 0, len(known), day))
        return Resolution(None, "unknown", "no such name in the tables", 0.0)

    def spot(self, text: str) -> list[tuple[int, int, _Form]]:
        """Where known names stand in a text: whole words, the longest from the left."""
        forms = self._forms
        found = []
        size = len(text)
        for index, start, end in self._automaton.find_matches_as_indexes(text):
            if start and ((before := text[start - 1]).isalnum() or before == "_"):
                continue
            if end < size:
                after = text[end]
                if after.isalnum() or after == "_":
                    continue
                if after == "." and end < size - 1 and text[end - 1] == ".":
                    continue
            found.append((start, end, forms[index]))
        return found

    def mentions(
        self, sentence: str, day: date | None = None, context: Context | None = None
    ) -> list[Mention]:
        """Every naming found in a sentence, in order, those that turn out to be no actor included.

        `context` carries what the document has said so far and is extended by this sentence.
        """
        text = sentence
        if _mostly_capitals(sentence):
            lowered = _capitals_to_title(sentence)
            text = lowered if len(lowered) == len(sentence) else sentence
        found = self.spot(text)
        if not found:
            return []
        local = _Sentence(text, found, context or Context(), self._by_form)
        mentions = []
        for start, end, form in found:
            resolution = form.longer or self._read(form, local, start, end, day)
            mentions.append(Mention(start, end, sentence[start:end], _kind(form, resolution), resolution))
        if context is not None:
            context.note(mentions)
        return mentions

    def _read(self, form: _Form, sentence: _Sentence, start: int, end: int, day: date | None) -> Resolution:
        """Read one finding. The order of the rules is the order of the paragraphs."""
        if form.own:
            return Resolution(form.own.actor, "actor", "named in your actors file", 1.0)
        text = sentence.text
        before, after = text[max(0, start - 60) : start], text[end : end + 40]
        if form.people:
            return self._read_person(form, before, after, sentence, day)

        why = self._not_the_actor(form, before, after, sentence)
        if why:
            return Resolution(None, *why, 0.9, ((form.actors[0], 0.1),))
        given = self._given_name(form, before, sentence)
        if given:
            return Resolution(
                None,
                "person",
                f'"{given} {form.form}" reads as a person\'s name',
                0.7,
                ((form.actors[0], 0.3),),
            )
        division = self._division(form, before, after, sentence)
        if division:
            return Resolution(None, "place", division, 0.7, ((form.actors[0], 0.3),))

        alive, ready = self._alive(form, day)
        if ready is not None:
            return ready
        if len({one.actor for one in alive}) > 1:
            return self._choose(list(dict.fromkeys(one.actor for one in alive)), alive, sentence)
        return self._read_city(alive[0], before, after, day)

    def _alive(self, form: _Form, day: date | None) -> tuple[tuple[Name, ...], Resolution | None]:
        """The namings a form may carry on a day, and its reading where no sentence could change it; kept."""
        kept = form.readings.get(day)
        if kept is None:
            current = [
                one for one in form.states if (one.period.holds(day) if day else one.period.until is None)
            ]
            if len({one.actor for one in current}) > 1:
                living = [
                    one
                    for one in current
                    if one.actor not in self.gazetteer.actors
                    or self.gazetteer.actors[one.actor].period.holds(day)
                ]
                current = living or current
            alive = tuple(current or [one for one in form.states if self._could_be_named(one, day)])
            kept = (alive, self._sure(form, alive, day))
            if len(form.readings) < 4096:
                form.readings[day] = kept
        return kept

    def _sure(self, form: _Form, alive: Sequence[Name], day: date | None) -> Resolution | None:
        """The reading of a form that no sentence could change: none bears it that day, or one, and no city."""
        if not alive:
            later = ", ".join(sorted({one.actor for one in form.states}))
            return Resolution(
                None, "unknown", f"no actor had this name on {day} ({later} had, on other days)", 0.8
            )
        chosen = alive[0]
        if chosen.kind in ("capital", "city") or any(one.actor != chosen.actor for one in alive):
            return None
        probability = 0.9 if chosen.ambiguous else 0.99
        return Resolution(chosen.actor, "actor", _KIND_REASON.get(chosen.kind, chosen.kind), probability)

    def _not_the_actor(
        self, form: _Form, before: str, after: str, sentence: _Sentence
    ) -> tuple[str, str] | None:
        """Reading and reason where the words around say that the name is part of something else."""
        if form.kinds <= {"abbreviation", "seat"}:
            return None
        name = form.form
        known = words()
        joined = before[-1:]
        if joined in ("-", "–") or (joined == " " and "ethnic" in before[-12:].lower()):
            if _NOT_THE_STATE_BEFORE.search(before):
                return "other", "a view or people described by the name, not the state"
            if known.hyphen_before.search(before):
                return "other", f'part of a longer name ("{before.rsplit(maxsplit=1)[-1]}{name}")'
        if after[:1] == "-":
            if known.hyphen_describes.match(after):
                return "other", "describes somebody by place or language, not the state"
            if affair := known.hyphen_name.match(after):
                return "other", f'part of a longer name ("{name}{affair.group()}")'
        elif after[:1] == " " and (after[1:2].isupper()):
            longer = known.longer_after.match(after)
            if longer and not _STILL_STATE.match(after):
                word = longer.group().strip()
                if word != "Sea" or not after.startswith(" Sea Fleet"):
                    return "other", f'part of a longer name ("{name} {word}")'
            if form.state_name:
                following = _NEXT_WORD.match(after)
                if following and self._goes_on(following[1], after, sentence):
                    return "other", f'begins a longer name ("{name} {following[1]}")'
        if joined == " ":
            last = before[:-1].rpartition(" ")[2]
            if last in ("of", "the") and _TRAP_BEFORE_OF.search(before):
                return "other", f'part of a longer name ("{before.split()[-2]} of {name}")'
            if last in _BARE_BEFORE or last.lstrip("(\"“‘'") in _BARE_BEFORE:
                return "other", f'part of a longer name ("{last} {name}")'
            if last == "of" and form.plain and _SIZE_OF.search(before):
                return "other", "a measure, not the state"
        if "adjective" in form.kinds:
            if known.culture.match(after):
                return "other", "describes a work, a dish or a language, not the state"
            if joined == " ":
                last = before[:-1].rpartition(" ")[2].lower()
                if (
                    last in known.speaking_ends
                    and "name" not in form.kinds
                    and _NO_NOUN_AFTER.match(after)
                    and known.speaking.search(before)
                ) or (last == "and" and self._language_before(before, sentence)):
                    return "other", "a language"
        if form.plain and sentence.sport:
            return "other", "a team in a match"
        return None

    def _language_before(self, before: str, sentence: _Sentence) -> bool:
        """The word before "and" is itself a language taught or spoken."""
        return bool(words().speaking.search(before[: -len(" and ")].rpartition(" ")[0] + " "))

    def _goes_on(self, word: str, after: str, sentence: _Sentence) -> bool:
        """A capitalised word after a state or city makes a longer name, unless it is a body of the state."""
        known = words()
        plain = word.removesuffix("’s").removesuffix("'s")
        if len(plain) < 2 or plain in known.bodies or plain in known.calendar or plain.isupper():
            return False
        if word.split("-", maxsplit=1)[0] in known.bodies or plain in self._known or word in self._known:
            return False
        if any(after.startswith(one, 1) for one in self._starting(plain)):
            return False
        return not sentence.headline

    @cached_property
    def _first_words(self) -> dict[str, tuple[str, ...]]:
        first: dict[str, list[str]] = defaultdict(list)
        for form in self._known:
            head, _, rest = form.partition(" ")
            if rest:
                first[head.removesuffix("'s").removesuffix("’s")].append(form)
        return {head: tuple(forms) for head, forms in first.items()}

    def _starting(self, word: str) -> tuple[str, ...]:
        """Known names of several words that begin with a word."""
        return self._first_words.get(word, ())

    def _given_name(self, form: _Form, before: str, sentence: _Sentence) -> str | None:
        """The given name before a form that then is a family name, as in "Peter Holland"."""
        if before[-1:] != " " or not form.state_name:
            return None
        given = _GIVEN_BEFORE.search(before)
        if not given or given[1].lower() in words().not_given:
            return None
        namesake = self._known.get(given[1])
        if namesake is not None and not namesake.people:
            return None
        known = given[1] in self._given
        if known and not sentence.headline:
            return given[1]
        if form.ambiguous and namesake is None and not _begins_sentence(before, given[1]):
            return given[1]
        return None

    def _division(self, form: _Form, before: str, after: str, sentence: _Sentence) -> str | None:
        """Why a form is a town ("Paris, Texas") or a division of another state ("Georgia"), if it is."""
        known = words()
        if after[:1] == "," and form.state_name:
            town = known.after_comma.match(after)
            if town and self._only_division(town["division"], known.divisions[town["division"]]):
                state = known.divisions[town["division"]]
                if any(one.actor != state for one in form.states):
                    return f"a town in {town['division']}"
        state = known.divisions.get(form.form, "")
        if not state or not form.ambiguous or any(one.actor == state for one in form.states):
            return None
        if any(one.actor in sentence.context.named | sentence.hinted for one in form.states):
            return None
        town_before = _TOWN_BEFORE.search(before)
        if (
            town_before
            and town_before[1] not in self._known
            and town_before[1] not in known.calendar
            and not _begins_sentence(before, town_before[1])
            and (not after or after[0] in ",.;:" or re.match(r"^\s[a-z]", after))
        ):
            return f"a division of {state}, after its town"
        if sentence.names_division(state, form.form) or known.division_cues.search(sentence.text):
            return f"a division of {state}, by the words around it"
        return None

    def _only_division(self, name: str, state: str) -> bool:
        """The name of a division names no actor by itself, but for a city in it that is no capital."""
        form = self._known.get(name)
        return form is None or (form.kinds == {"city"} and form.actors == (state,))

    def _could_be_named(self, name: Name, day: date | None) -> bool:
        """A name is read once it exists; the name of an ended state or time stays readable as history."""
        if day is None:
            return True
        actor = self.gazetteer.actors.get(name.actor)
        began = max(
            (one for one in (name.period.since, actor.period.since if actor else None) if one), default=None
        )
        return began is None or began <= day or name.kind in ("people", "adjective", "name")

    def _choose(self, wanted: list[str], alive: Sequence[Name], sentence: _Sentence) -> Resolution:
        """Several actors share the form: the one named or hinted at nearby, else the one whose plain name it is."""
        for near, how in ((sentence.context.named, "named"), (sentence.hinted, "pointed at")):
            said = [one for one in wanted if one in near]
            if len(said) == 1:
                rest = tuple((one, 0.15 / (len(wanted) - 1)) for one in wanted if one != said[0])
                return Resolution(said[0], "actor", f"shared name; this actor was {how} nearby", 0.85, rest)
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

    def _read_city(self, name: Name, before: str, after: str, day: date | None) -> Resolution:
        known = words()
        place = bool(_PLACE_AFTER.match(after))
        if not place and before[-1:] == " ":
            if before.endswith(" from ") or before == "From ":
                place = not known.from_nouns.search(before)
            else:
                place = bool(known.place_before.search(before)) and not known.speaker_before.search(before)
        if place or (not before.strip() and _DATELINE.match(after)):
            return Resolution(name.actor, "place", "a city named as a place", 0.75, ((name.actor, 0.25),))
        held = name.period.holds(day)
        return Resolution(
            name.actor,
            "actor",
            "capital named for its state" if held else "seat of another time, named for its state",
            0.9 if not name.ambiguous else 0.8,
        )

    def _read_person(
        self, form: _Form, before: str, after: str, sentence: _Sentence, day: date | None
    ) -> Resolution:
        names, context = form.names, sentence.context
        person = names[0].person
        only_family = form.kinds == {"family"}
        lowered = before.lower()
        if (any(word in lowered for word in _LEFT_WORDS) and _LEFT_OFFICE.search(before)) or (
            lowered.endswith((" of ", " late ")) and _DEATH_OF.search(lowered)
        ):
            return Resolution(
                None,
                "person",
                "called former or late, so not speaking for the state",
                0.85,
                _ids(names),
                person,
            )
        titled = _has_title(before)
        if only_family:
            given = _GIVEN_BEFORE.search(before)
            if given and not titled and given[1].lower() not in words().not_given:
                namesake = self._known.get(given[1])
                if (namesake is None and not _begins_sentence(before, given[1])) or (
                    given[1] in self._given and (namesake is None or namesake.people)
                ):
                    return Resolution(
                        None, "person", f'another person, "{given[1]} {names[0].form}"', 0.8, _ids(names)
                    )
            if (
                _MORE_OF_A_NAME.match(after)
                and after[1:].partition(" ")[0].strip(".,;") not in words().calendar
            ):
                return Resolution(None, "person", "part of another person's name", 0.6, _ids(names))
        pool = [one for one in names if one.note not in _NO_VOICE]
        serving = [one for one in pool if one.period.holds(day) or self._leaves(one, sentence, day)]
        pool = serving if day else pool
        if not pool:
            years = [int(year) for year in _YEAR.findall(sentence.text)]
            pool = [
                one
                for one in names
                if any(one.period.overlaps(Period(date(year, 1, 1), date(year + 1, 1, 1))) for year in years)
            ]
        if not pool:
            return Resolution(None, "person", f"held no office on {day}", 0.8, _ids(names), person)
        actors = list(dict.fromkeys(one.actor for one in pool))
        if only_family:
            known = [one for one in pool if one.person in context.persons]
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
            head = any(one.note in ("head of state", "head of government") for one in pool)
            common = names[0].form in common_names() or (len(names[0].form) <= 3 and not head)
            if (
                common
                and not titled
                and (actors[0] not in context.named or names[0].form in words().calendar)
            ):
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
        reason = f"{chosen.note} of {chosen.actor}"
        if day and chosen.period.until == day:
            reason, certain = f"{reason} until this day", 0.6
        return Resolution(chosen.actor, "actor", reason, certain, person=chosen.person)

    def _leaves(self, name: Name, sentence: _Sentence, day: date | None) -> bool:
        """On the day an office ends its holder is still meant for the state, unless the successor is named too."""
        if day is None or name.period.until != day:
            return False
        after = self._successors.get((name.actor, name.note, day), set())
        return not after & sentence.persons


_KIND_REASON = {
    "name": "its name",
    "former": "its former name",
    "alias": "another name of it",
    "abbreviation": "its abbreviation",
    "adjective": "its adjective",
    "people": "its people",
    "seat": "a seat of its government",
}


def _kind(form: _Form, resolution: Resolution) -> str:
    if not form.names:
        return resolution.reading
    for one in form.names:
        if one.actor == resolution.actor:
            return one.kind
    return form.names[0].kind


def _has_title(before: str) -> bool:
    if before.endswith(("’s ", "'s ")):
        return True
    last = before.rstrip().rpartition(" ")[2].lower()
    return last.rpartition("-")[2].lstrip("(\"“‘'") in _TITLE_ENDS and bool(_TITLE_BEFORE.search(before))


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


def _begins_sentence(before: str, word: str) -> bool:
    head = before[: before.rfind(word)].rstrip()
    return not head or head[-1] in '.!?:"“”'


_SMALL_ASCII = bytes(range(ord("a"), ord("z") + 1))


def _mostly_capitals(text: str) -> bool:
    """More than four letters in five are capitals."""
    raw = text.encode("utf-8", "surrogatepass")
    small = len(raw) - len(raw.translate(None, _SMALL_ASCII))
    if small >= 0.2 * len(text):
        return False
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 12 and sum(map(str.isupper, letters)) > 0.8 * len(letters)


def _capitals_to_title(text: str) -> str:
    return re.sub(r"[^\W\d_]{4,}", lambda m: m.group().capitalize(), text)
