"""The malformations known in the wild: each is mended, flagged or set aside with its line, and never dropped."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UnreadableInput
from detente.feeds.feed import Reading
from detente.feeds.gdelt import EVENTS_2, MENTIONS
from detente.feeds.opening import Source, opened, sources
from detente.feeds.recognise import recognise
from detente.feeds.whom import Whom
from detente.ingest import load, read_again
from detente.store import Store

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "feeds"
GDELT = (EXAMPLES / "gdelt2.export.CSV").read_bytes()
LINES = GDELT.splitlines()
WHOM = Whom()


def loaded(tmp_path, data: bytes, name: str = "file.CSV", coder=None, **more):
    path = tmp_path / name
    path.write_bytes(data)
    store = Store(tmp_path / "store")
    done = load([str(path)], store, coder or (lambda: pytest.fail("no text here")), **more)
    one = done.ledger.files[0].check()
    return one, store.snapshot().events.to_pyarrow().to_pylist()


def test_a_line_of_58_fields_in_a_file_of_61_is_set_aside_with_its_number(tmp_path):
    short = b"\t".join(LINES[0].split(b"\t")[:58])
    one, rows = loaded(tmp_path, b"\n".join([LINES[1], short, LINES[2]]) + b"\n")
    assert (one.lines, one.parsed, one.quarantined) == (3, 2, 1)
    assert one.reasons == ("line 2: 58 fields where 61 are expected",)
    assert len(rows) == 2


def test_the_bytes_of_a_line_set_aside_are_kept_as_they_were(tmp_path):
    loaded(tmp_path, GDELT + b"broken\tline\n")
    kept = Store(tmp_path / "store").snapshot().table("quarantine").to_pyarrow().to_pylist()
    assert [(row["line"], row["raw"]) for row in kept] == [(61, b"broken\tline")]


def test_a_comma_copy_with_small_letters_in_its_header_is_read_all_the_same(tmp_path):
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow([one.lower() for one in EVENTS_2])
    write.writerows(line.decode().split("\t") for line in LINES)
    one, rows = loaded(tmp_path, out.getvalue().encode())
    assert (one.header, one.parsed) == (1, 60)
    assert "re-saved with a header" in one.layout
    assert (
        {row["event_id"] for row in rows} == {row["event_id"] for row in loaded(tmp_path / "b", GDELT)[1]}
        if (tmp_path / "b").mkdir() is None
        else False
    )


def test_a_comma_copy_of_mentions_is_known_by_its_header(tmp_path):
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow([one.lower() for one in MENTIONS])
    write.writerows(
        line.decode().split("\t") for line in (EXAMPLES / "gdelt2.mentions.CSV").read_bytes().splitlines()
    )
    one, _ = loaded(tmp_path, out.getvalue().encode())
    assert (one.parsed, one.kept) == (10, 10)


def test_a_bare_quote_inside_a_field_swallows_nothing(tmp_path):
    fields = LINES[0].split(b"\t")
    fields[6] = b'THE "OTHER'
    one, _ = loaded(tmp_path, b"\n".join([b"\t".join(fields), *LINES[1:]]) + b"\n")
    assert (one.parsed, one.quarantined) == (60, 0)


def test_a_tab_inside_free_text_is_mended_where_only_one_reading_fits(tmp_path):
    fields = LINES[0].split(b"\t")
    fields[60] = b"https://example.org/a\tb"
    one, rows = loaded(tmp_path, b"\n".join([b"\t".join(fields), *LINES[1:]]) + b"\n")
    assert (one.parsed, one.quarantined) == (60, 0)
    assert "1 tabs inside a field read as blanks" in one.notes
    assert any(row["document_id"] == "https://example.org/a b" for row in rows)


def test_a_newline_inside_a_field_costs_that_row_and_says_so(tmp_path):
    fields = LINES[0].split(b"\t")
    fields[6] = b"FIRST\nSECOND"
    one, _ = loaded(tmp_path, b"\n".join([b"\t".join(fields), *LINES[1:]]) + b"\n")
    assert (one.lines, one.parsed, one.quarantined) == (61, 59, 2)


@pytest.mark.parametrize("width", [14, 15])
def test_mentions_whose_empty_last_fields_were_stripped_are_whole(tmp_path, width):
    lines = (EXAMPLES / "gdelt2.mentions.CSV").read_bytes().splitlines()
    data = b"\n".join(b"\t".join(line.split(b"\t")[:width]) for line in lines)
    one, _ = loaded(tmp_path, data)
    assert (one.parsed, one.kept, one.quarantined) == (10, 10, 0)


def changed(**values: str) -> bytes:
    """The first made-up row with some fields changed."""
    fields = dict(zip(EVENTS_2, LINES[0].decode().split("\t"), strict=True))
    return "\t".join({**fields, **values}.values()).encode() + b"\n" + b"\n".join(LINES[1:]) + b"\n"


@pytest.mark.parametrize(
    ("behind", "day", "precision"),
    [
        ("20220601", date(2022, 6, 1), "day"),
        ("20220531", date(2022, 5, 31), "day"),
        ("20220525", None, "week"),
        ("20220502", None, "month"),
        ("20220501", None, "month"),
        ("20210601", None, "year"),
        ("20120603", None, "none"),
        ("20220602", date(2022, 6, 1), "day"),
    ],
)
def test_an_event_date_at_a_fixed_offset_is_no_day(tmp_path, behind, day, precision):
    _, rows = loaded(tmp_path, changed(SQLDATE=behind, DATEADDED="20220601120000"))
    row = next(one for one in rows if one["event_id"] == "gdelt2:700000:20220601")
    assert (row["day"], row["day_precision"], row["published"]) == (day, precision, date(2022, 6, 1))


def test_the_same_id_on_another_day_is_another_event(tmp_path):
    first = changed(GLOBALEVENTID="7", DATEADDED="20220601120000").splitlines()[0]
    second = changed(GLOBALEVENTID="7", DATEADDED="20220602120000").splitlines()[0]
    one, rows = loaded(tmp_path, b"\n".join([first, second, first, *LINES[1:]]) + b"\n")
    assert one.duplicate == 1
    assert {row["event_id"] for row in rows} >= {"gdelt2:7:20220601", "gdelt2:7:20220602"}


def test_blanks_around_a_code_are_trimmed_and_counted(tmp_path):
    one, rows = loaded(tmp_path, changed(Actor1Code=" UIS", Actor1CountryCode=""))
    assert any(row["source_raw"] == "UIS" for row in rows)
    assert "1 blanks around Actor1Code trimmed" in one.notes


def test_a_citation_that_is_no_address_is_kept(tmp_path):
    _, rows = loaded(tmp_path, changed(SOURCEURL="BBC Monitoring"))
    assert any(row["document_id"] == "BBC Monitoring" for row in rows)


def test_an_unreadable_day_sets_the_line_aside(tmp_path):
    one, _ = loaded(tmp_path, changed(SQLDATE="20221399"))
    assert one.reasons == ("line 1: SQLDATE is no day",)


def test_an_unknown_code_is_kept_as_text_without_an_act(tmp_path):
    _, rows = loaded(tmp_path, changed(EventCode="---", EventRootCode="--"))
    row = next(one for one in rows if one["event_id"].startswith("gdelt2:700000:"))
    assert (row["act"], row["quad"]) == (None, None)


def test_a_missing_intensity_is_null_and_not_nought(tmp_path):
    _, rows = loaded(tmp_path, changed(GoldsteinScale=""))
    assert next(one for one in rows if one["event_id"].startswith("gdelt2:700000:"))["goldstein"] is None


def test_bytes_that_are_no_utf8_are_mended_and_counted(tmp_path):
    bad = changed(SOURCEURL="CAFE").replace(b"CAFE", b"caf\xe9", 1)
    one, rows = loaded(tmp_path, bad)
    assert one.parsed == 60
    assert any("read as Windows-1252" in note for note in one.notes)
    assert any(row["document_id"] == "café" for row in rows)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path):
    one, rows = loaded(tmp_path, b"\xef\xbb\xbf" + GDELT.replace(b"\n", b"\r\n"))
    assert (one.parsed, one.quarantined) == (60, 0)
    assert all("\r" not in (row["document_id"] or "") for row in rows)


def test_blank_lines_are_counted_as_blank(tmp_path):
    one, _ = loaded(tmp_path, b"\n" + LINES[0] + b"\n\n   \n" + LINES[1] + b"\n" + LINES[2])
    assert (one.lines, one.blank, one.parsed) == (6, 3, 3)


ICEWS = (EXAMPLES / "icews.tab").read_text().splitlines()


def test_icews_with_american_dates_and_without_codes_is_read_with_both_derived(tmp_path):
    names = ICEWS[0].split("\t")
    at, day = names.index("CAMEO Code"), names.index("Event Date")
    out = []
    for number, line in enumerate(ICEWS):
        fields = line.split("\t")
        if number:
            year, month, one = fields[day].split("-")
            fields[day] = f"{int(month)}/{int(one)}/{year}"
        out.append("\t".join(fields[:at] + fields[at + 1 :]))
    one, rows = loaded(tmp_path, "\n".join(out).encode())
    assert (one.parsed, one.quarantined) == (20, 0)
    assert "month/day/year" in one.why
    assert all("code taken from the event text" in row["flags"] for row in rows)
    normal = {
        row["event_id"]: (row["day"], row["cameo"]) for row in loaded_elsewhere(tmp_path, "\n".join(ICEWS))
    }
    assert {row["event_id"]: (row["day"], row["cameo"]) for row in rows} == normal


def loaded_elsewhere(tmp_path, text: str):
    other = tmp_path / "other"
    other.mkdir()
    return loaded(other, text.encode())[1]


def test_days_that_could_be_read_two_ways_are_refused_until_somebody_says_which(tmp_path):
    names = ICEWS[0].split("\t")
    day = names.index("Event Date")
    out = [ICEWS[0]]
    for line in ICEWS[1:4]:
        fields = line.split("\t")
        fields[day] = "3/4/2017"
        out.append("\t".join(fields))
    with pytest.raises(UnreadableInput, match="month first or day first"):
        loaded(tmp_path, "\n".join(out).encode())
    _, rows = loaded(tmp_path, "\n".join(out).encode(), columns={"dates": "day/month/year"})
    assert {row["day"] for row in rows} == {date(2017, 4, 3)}


def test_the_proof_of_a_date_form_may_stand_far_down_in_the_file(tmp_path):
    names = ICEWS[0].split("\t")
    day, ids = names.index("Event Date"), names.index("Event ID")
    fields = ICEWS[1].split("\t")
    out = [ICEWS[0]]
    for number in range(1500):
        fields[day], fields[ids] = ("1/2/2017" if number < 1400 else "1/20/2017"), str(number)
        out.append("\t".join(fields))
    one, rows = loaded(tmp_path, "\n".join(out).encode())
    assert one.parsed == 1500
    assert {row["day"] for row in rows} == {date(2017, 1, 2), date(2017, 1, 20)}


@pytest.mark.parametrize("missing", ["NA", "", "None", "---"])
def test_what_a_feed_writes_for_nothing_is_null(tmp_path, missing):
    text = "\n".join([ICEWS[0], *(line.replace("Kazakhstan", missing) for line in ICEWS[1:])])
    _, rows = loaded(tmp_path, text.encode())
    assert "KAZ" not in {row["source"] for row in rows} | {row["target"] for row in rows}


POLECAT = (EXAMPLES / "polecat.txt").read_text().splitlines()


def test_polecat_of_39_columns_is_read_without_the_intensity(tmp_path):
    at = POLECAT[0].split("\t").index("Intensity")
    text = "\n".join("\t".join(f for n, f in enumerate(line.split("\t")) if n != at) for line in POLECAT)
    one, rows = loaded(tmp_path, text.encode())
    assert (one.parsed, one.layout) == (20, "POLECAT events, 39 columns")
    assert {row["goldstein"] for row in rows} == {None}


def test_polecat_in_latin_1_with_the_other_name_of_the_intensity_is_read(tmp_path):
    text = "\n".join(POLECAT).replace("Intensity", "Event Intensity").replace("China", "Côte d'Ivoire")
    one, rows = loaded(tmp_path, text.encode("latin-1"))
    assert one.parsed == 20
    assert any("Windows-1252" in note for note in one.notes)
    assert "Côte d'Ivoire" in {row["source_raw"] for row in rows}


def test_a_cell_of_several_countries_makes_no_pair_and_carries_a_flag(tmp_path):
    _, rows = loaded(tmp_path, "\n".join(POLECAT).encode())
    flagged = [row for row in rows if row["flags"]]
    assert len(flagged) == 3
    assert {row["target"] for row in flagged} == {None}


def test_an_unknown_event_type_of_polecat_is_set_aside(tmp_path):
    text = "\n".join(POLECAT).replace("\tCONSULT\t", "\tGOSSIP\t")
    one, _ = loaded(tmp_path, text.encode())
    assert one.quarantined > 0
    assert all("no PLOVER type" in reason for reason in one.reasons)


ACLED = (EXAMPLES / "acled.csv").read_text()


def test_a_quoted_note_over_two_lines_is_one_row(tmp_path):
    one, rows = loaded(tmp_path, ACLED.encode())
    assert (one.parsed, len(rows)) == (4, 4)


def test_a_quote_that_never_closes_costs_one_line_and_not_the_rest(tmp_path):
    lines = ACLED.splitlines()
    broken = [
        lines[0],
        lines[1].replace("A made-up", '"A made-up').replace('""quoted""', "quoted"),
        lines[-1],
        lines[-2],
    ]
    one, _ = loaded(tmp_path, "\n".join(broken).encode())
    assert one.lines == one.header + one.parsed + one.quarantined
    assert one.parsed == 2


def test_acled_days_in_words_and_a_misspelt_category_are_known(tmp_path):
    text = ACLED.replace("2022-06-10", "10 June 2022").replace("Political violence", "Demostrations")
    one, rows = loaded(tmp_path, text.encode())
    assert date(2022, 6, 10) in {row["day"] for row in rows}
    assert any("misspelt" in note for note in one.notes)


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.zip", lambda d: zipped("a.export.CSV", d)),
        ("a.gz", gzip.compress),
        ("a.xz", lzma.compress),
        ("a.CSV", gzip.compress),
        ("a.unknown", lambda d: d),
    ],
)
def test_packed_files_are_known_by_their_first_bytes(tmp_path, name, pack):
    one, _ = loaded(tmp_path, pack(GDELT), name)
    assert one.parsed == 60


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("page.zip", b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "a web page"),
        ("empty.zip", zipped("x", b"")[:0], "empty"),
        ("none.zip", b"PK\x05\x06" + b"\0" * 18, "empty zip"),
        ("cut.zip", zipped("a.CSV", GDELT)[:-40], "damaged zip"),
        ("cut.gz", gzip.compress(GDELT)[:-20], "damaged or cut off"),
        ("cut.xz", lzma.compress(GDELT)[:-20], "damaged or cut off"),
        ("nothing.csv", b"  \n \n", "is empty"),
        ("wide.csv", GDELT.decode().encode("utf-16"), "UTF-16"),
        ("strange.csv", b"a,b,c\n1,2,3\n", "no known layout"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_with_the_reason(tmp_path, name, data, words):
    with pytest.raises(UnreadableInput, match=words):
        loaded(tmp_path, data, name)
    assert not Store(tmp_path / "store").snapshot().manifest.parts


def test_a_zip_whose_content_was_damaged_gives_nothing(tmp_path):
    data = bytearray(zipped("a.CSV", GDELT))
    data[200] ^= 0xFF
    with pytest.raises(UnreadableInput, match=r"damaged|cannot be unpacked"):
        loaded(tmp_path, bytes(data), "a.zip")


def test_one_bad_file_among_good_ones_is_named_and_costs_only_itself(tmp_path, detente):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.CSV").write_bytes(GDELT)
    (tmp_path / "in" / "b.zip").write_bytes(b"<html>no</html>")
    (tmp_path / "in" / "c.gz").write_bytes(gzip.compress(GDELT)[:-9])
    ran = detente("load", str(tmp_path / "in"), "--json")
    assert ran.code == 1
    assert "b.zip" in ran.err
    assert "c.gz" in ran.err
    totals = json.loads(ran.out)["totals"]
    assert totals["kept"] == 60


def test_standard_input_is_recognised_like_a_file(detente):
    ran = detente("load", "-", "--json", stdin=gzip.compress(GDELT))
    assert ran.code == 0, ran.err
    shape = json.loads(ran.out)
    assert shape["totals"]["parsed"] == 60
    assert shape["files"][0]["path"] == "standard input"


def test_a_table_of_ones_own_is_read_through_a_map_of_its_columns(tmp_path):
    data = b"who;whom;what;when\n2;365;CONSULT;03/04/2020\n710;2;REJECT;25/04/2020\n"
    one, rows = loaded(
        tmp_path,
        data,
        "mine.csv",
        columns={"source": "who", "target": "whom", "act": "what", "day": "when", "codes": "cow"},
    )
    assert one.parsed == 2
    assert {(row["source"], row["target"], row["day"]) for row in rows} == {
        ("USA", "RUS", date(2020, 4, 3)),
        ("CHN", "USA", date(2020, 4, 25)),
    }


@pytest.mark.parametrize(
    ("system", "code", "meant"),
    [
        ("fips", "GM", "DEU"),
        ("iso2", "GM", "GMB"),
        ("fips", "AU", "AUT"),
        ("iso2", "AU", "AUS"),
        ("fips", "CH", "CHN"),
    ],
)
def test_a_two_letter_code_is_read_in_its_own_system(system, code, meant):
    assert WHOM.code(system, code, date(2020, 1, 1)) == meant


@pytest.mark.parametrize(
    ("code", "day", "meant"),
    [
        ("RUS", date(1985, 1, 1), "SUN"),
        ("RUS", date(2000, 1, 1), "RUS"),
        ("USAGOV", None, "USA"),
        ("IGOUNO", None, "UN"),
        ("AFGINSTAL", date(2008, 1, 1), "TALIBAN"),
        ("SYRREB", date(2014, 1, 1), None),
        ("PSEGOVHMS", date(2014, 1, 1), "HAMAS"),
        ("BUS", None, None),
        ("", None, None),
    ],
)
def test_cameo_actor_codes_mean_whom_they_mean_on_the_day(code, day, meant):
    assert WHOM.cameo(code, day) == meant


@pytest.mark.parametrize(
    ("name", "day", "meant"),
    [
        ("Russian Federation", date(2018, 6, 1), "RUS"),
        ("Moldova, Republic of", date(2018, 6, 1), "MDA"),
        ("the former Yugoslav Republic of Macedonia", date(2018, 6, 1), "MKD"),
        ("Mexico City", date(2018, 6, 1), None),
        ("New Jersey", date(2018, 6, 1), None),
    ],
)
def test_country_names_are_matched_exactly_and_by_date(name, day, meant):
    assert WHOM.name(name, day) == meant


def test_lines_set_aside_are_read_again_after_a_fix_and_only_those(tmp_path, monkeypatch):
    from detente.feeds import gdelt

    with monkeypatch.context() as broken:
        broken.setattr(
            gdelt.rows, "day_number", lambda text: gdelt.NO_DAY if text.startswith("20220610") else _day(text)
        )
        one, _ = loaded(tmp_path, GDELT)
    assert one.quarantined > 0
    store = Store(tmp_path / "store")
    done = read_again(store)
    assert (done.waiting, done.mended) == (one.quarantined, one.quarantined)
    assert len(store.snapshot().events.to_pyarrow()) == 60
    assert read_again(store).waiting == 0


def _day(text: str) -> int:
    from datetime import date as day

    return day(int(text[:4]), int(text[4:6]), int(text[6:8])).toordinal() - 719163


FILES = {one.name: one.read_bytes() for one in sorted(EXAMPLES.iterdir()) if not one.name.endswith("xml")}


@st.composite
def damaged(draw):
    """A made-up file with some bytes changed, cut, doubled or put in."""
    name = draw(st.sampled_from(sorted(FILES)))
    data = bytearray(FILES[name])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        what = draw(st.sampled_from(["change", "cut", "put", "double", "end"]))
        if what == "change" and data:
            data[at] = draw(st.sampled_from([0, 9, 10, 13, 34, 44, 47, 48, 65, 127, 200, 255]))
        elif what == "cut":
            del data[at : at + draw(st.integers(1, 200))]
        elif what == "put":
            data[at:at] = draw(st.sampled_from([b"\t", b"\n", b'"', b"\r", b"\xc3", b"\0", b"{", b",,,"]))
        elif what == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 400))]
        else:
            del data[at:]
    return name, bytes(data)


def account(name: str, data: bytes) -> None:
    """Read the bytes; every line must be in the account, whatever they are."""
    source = Source(name)
    reading = Reading(WHOM)
    try:
        known, stream = recognise(source, io.BytesIO(data), reading)
    except UnreadableInput:
        return
    if known.feed is None:
        return
    counts = [0, 0, 0, 0, 0]
    for batch in known.feed.read(stream, known.layout, reading):
        counts[0] += batch.lines
        counts[1] += batch.header
        counts[2] += batch.blank
        counts[3] += batch.rows.num_rows
        counts[4] += len(batch.quarantined)
    assert counts[0] == sum(counts[1:])
    physical = data.count(b"\n") + bool(data and not data.endswith(b"\n"))
    if known.layout.delimiter == "\t":
        assert counts[0] == physical
    else:
        assert counts[0] <= physical


@given(damaged())
def test_whatever_happens_to_the_bytes_every_line_is_accounted_for(case):
    account(*case)


@pytest.mark.soak
@settings(max_examples=20_000)
@given(damaged())
def test_for_long_whatever_happens_to_the_bytes_every_line_is_accounted_for(case):
    account(*case)


def test_blocks_may_end_anywhere(monkeypatch, tmp_path):
    from detente.feeds import blocks

    monkeypatch.setattr(blocks.whole_lines, "__defaults__", (97,))
    one, rows = loaded(tmp_path, GDELT)
    assert (one.lines, len(rows)) == (60, 60)


def test_a_folder_is_walked_and_an_empty_one_is_refused(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    with pytest.raises(UnreadableInput, match="no files"):
        sources([str(tmp_path)])
    (tmp_path / "deep" / "er" / "a.zip").write_bytes(zipped("m.CSV", GDELT))
    (found,) = sources([str(tmp_path)])
    with opened(found) as stream:
        assert stream.read() == GDELT
