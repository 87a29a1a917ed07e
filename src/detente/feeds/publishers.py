"""Who publishes what, and the plan of files for a span of days. Addresses are from public documentation.

None of the live publishers was tried from here; the tests speak to a server of ours that serves the same forms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, urlparse

from detente.errors import UnreadableInput, WrongUse
from detente.feeds.fetching import Fetcher, Plan, Wanted

GDELT = "http://data.gdeltproject.org"
DATAVERSE = "https://dataverse.harvard.edu"
DATAVERSE_SETS = {
    "icews": "doi:10.7910/DVN/28075",
    "polecat": "doi:10.7910/DVN/AJGVIT",
    "unga": "doi:10.7910/DVN/LEJUQZ",
}
COW = "https://correlatesofwar.org/wp-content/uploads"
COW_FILES = ("version4.1_csv.zip", "NMC_Documentation-6.0.zip", "DirectContiguity320.zip", "states2016.csv")
KINDS = {"events": "export.CSV.zip", "mentions": "mentions.CSV.zip", "gkg": "gkg.csv.zip"}
FIRST_SLOT = date(2015, 2, 18)
_LISTED = re.compile(r"^(\d+)\s+([0-9a-fA-F]{32})\s+(\S+)\s*$")
_SLOT = re.compile(r"(\d{14})\.")


def gdelt_plan(
    fetcher: Fetcher,
    *,
    since: date | None,
    until: date | None,
    kinds: Iterable[str] = ("events",),
    translated: bool = False,
    mirror: str | None = None,
) -> Plan:
    """15-minute files of GDELT 2.0, by the publisher's own list; `until` is left out; without a span, the latest.

    A slot of the span that the list does not name is absent at the publisher, not a failure here. Days
    before 2015-02-18 come from GDELT 1.0, a file a day (a month before April 2013, a year before 2006).
    """
    base = (mirror or GDELT).rstrip("/")
    endings = tuple(_ending(one) for one in kinds)
    if since is None and until is None:
        return Plan("gdelt", _from_list(fetcher.text(f"{base}/gdeltv2/lastupdate.txt"), endings, base))
    since = since or FIRST_SLOT
    if until is None:  # the latest day comes from the publisher, never from the clock
        until = _latest(fetcher.text(f"{base}/gdeltv2/lastupdate.txt")) + timedelta(days=1)
    files: list[Wanted] = []
    absent: list[str] = []
    if since < FIRST_SLOT:
        files += _gdelt_1(base, since, min(until, FIRST_SLOT))
    if until > FIRST_SLOT:
        name = "masterfilelist-translation.txt" if translated else "masterfilelist.txt"
        listed = _from_list(fetcher.text(f"{base}/gdeltv2/{name}"), endings, base)
        start = max(since, FIRST_SLOT)
        found = [one for one in listed if start <= _slot_day(one.name) < until]
        files += found
        named = {one.name for one in found}
        middle = ".translation" if translated else ""
        for slot in slots(start, until):
            absent += [name for end in endings if (name := f"{slot}{middle}.{end}") not in named]
    return Plan("gdelt", tuple(files), tuple(absent))


def slots(since: date, until: date) -> Iterable[str]:
    """Names of the 15-minute slots of a span of days, UTC.

    >>> list(slots(date(2020, 1, 1), date(2020, 1, 2)))[:2]
    ['20200101000000', '20200101001500']
    """
    now = datetime(since.year, since.month, since.day, tzinfo=UTC)
    end = datetime(until.year, until.month, until.day, tzinfo=UTC)
    while now < end:
        yield f"{now:%Y%m%d%H%M%S}"
        now += timedelta(minutes=15)


def _ending(kind: str) -> str:
    if kind not in KINDS:
        raise WrongUse(f'GDELT has no "{kind}"', near=", ".join(KINDS))
    return KINDS[kind]


def _from_list(text: str, endings: tuple[str, ...], base: str) -> tuple[Wanted, ...]:
    found = []
    lines = 0
    for line in text.splitlines():
        if not (match := _LISTED.match(line)):
            continue
        lines += 1
        name = match[3].rpartition("/")[2]
        if name.endswith(endings) and _SLOT.match(name):
            # A mirror serves the same paths under its own name.
            address = base + urlparse(match[3]).path
            found.append(Wanted(address, name, int(match[1]), match[2].lower()))
    if not lines:
        raise UnreadableInput(
            "the list of files holds no line of size, checksum and address",
            where=base,
            try_="try later, or another --mirror",
        )
    return tuple(found)


def _slot_day(name: str) -> date:
    return date(int(name[:4]), int(name[4:6]), int(name[6:8]))


def _latest(text: str) -> date:
    days = [_slot_day(match[1]) for match in re.finditer(r"/(\d{14})\.", text)]
    if not days:
        raise UnreadableInput("the publisher's note of its latest files names none", try_="give --until")
    return max(days)


def _gdelt_1(base: str, since: date, until: date) -> list[Wanted]:
    names: list[str] = []
    day = since
    while day < until:
        if day < date(2006, 1, 1):
            name = f"{day:%Y}.zip"
        elif day < date(2013, 4, 1):
            name = f"{day:%Y%m}.zip"
        else:
            name = f"{day:%Y%m%d}.export.CSV.zip"
        names.append(name)
        day += timedelta(days=1)
    return [Wanted(f"{base}/events/{name}", name) for name in dict.fromkeys(names)]


def dataverse_plan(
    fetcher: Fetcher, publisher: str, *, since: date | None, until: date | None, mirror: str | None = None
) -> Plan:
    """The files of a Dataverse set, with sizes and checksums; a year in a file's name is held to the span."""
    base = (mirror or DATAVERSE).rstrip("/")
    number = DATAVERSE_SETS[publisher]
    text = fetcher.text(f"{base}/api/datasets/:persistentId/?persistentId={quote(number)}")
    try:
        rows = json.loads(text)["data"]["latestVersion"]["files"]
        files = [_datafile(base, row["dataFile"]) for row in rows]
    except (ValueError, KeyError, TypeError) as fault:
        raise UnreadableInput(
            f"the answer of {base} about {number} is no list of files",
            near=f"{type(fault).__name__}: {str(fault)[:80]}",
            try_="open the page of the data set, fetch the files there, and give them with --from-folder",
        ) from None
    kept = tuple(one for one in files if _in_span(one.name, since, until))
    return Plan(
        publisher, kept, note="read the terms of use on the page of the data set before passing rows on"
    )


def _datafile(base: str, row: dict[str, object]) -> Wanted:
    name = str(row.get("originalFileName") or row["filename"]).replace("/", "_")
    # A table that Dataverse took apart is asked for as it was handed in; its checksum is of that form.
    original = "?format=original" if row.get("originalFileName") else ""
    size = row.get("originalFileSize") or row.get("filesize")
    md5 = row.get("md5")
    return Wanted(
        f"{base}/api/access/datafile/{row['id']}{original}",
        name,
        int(str(size)) if size is not None else None,
        str(md5) if md5 and not original else None,
    )


def _in_span(name: str, since: date | None, until: date | None) -> bool:
    years = [int(one) for one in re.findall(r"(?<!\d)((?:19|20)\d\d)(?=\d{0,10}(?:\D|$))", name)]
    if not years:
        return True
    return not ((since and max(years) < since.year) or (until and min(years) > until.year))


def cow_plan(*, mirror: str | None = None) -> Plan:
    """Reference tables of the Correlates of War project; sizes are not stated beforehand."""
    base = (mirror or COW).rstrip("/")
    return Plan(
        "cow",
        tuple(Wanted(f"{base}/{name}", name) for name in COW_FILES),
        note="cite each table as its page asks",
    )


def rss_plan(url: str, stamp: str) -> Plan:
    """One feed, kept under the time it was asked for."""
    if not re.match(r"https?://", url):
        raise WrongUse(
            f'"{url}" is no address', try_="for example detente get rss https://example.org/feed.xml"
        )
    where = urlparse(url)
    name = re.sub(r"[^\w.-]+", "-", f"{where.netloc}{where.path}").strip("-") or "feed"
    return Plan("rss", (Wanted(url, f"{stamp}-{name}.xml"),))
