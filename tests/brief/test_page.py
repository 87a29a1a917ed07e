"""The page in a real browser: Debian's Chromium, at three widths, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.brief import as_html
from making import ARTICLE, made_brief, made_ties

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LONG = "\nRussia asked China for " + "x" * 400 + " and https://example.org/" + "a" * 300 + ".\n"


@pytest.fixture(scope="module")
def browser():
    sync = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"Chromium is not in {CHROMIUM}")
    with sync.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    brief = made_brief(
        ARTICLE + LONG,
        ties=made_ties(),
        title="A title of " + "very" * 80 + " long words",
        url="https://example.org/" + "b" * 300,
    )
    path = tmp_path_factory.mktemp("page") / "brief.html"
    path.write_text(as_html(brief), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1000, 1600])
def test_the_page_fits_its_window_asks_for_nothing_and_has_no_complaint(browser, page_file, width, scheme):
    complaints: list[str] = []
    asked: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    page.locator("details").first.evaluate("one => one.open = true")
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.body).color")
    page.close()
    assert complaints == []
    assert asked == [page_file.as_uri()]
    assert wide[0] <= wide[1]
    assert (paper, ink) == (
        ("rgb(255, 255, 255)", "rgb(27, 31, 36)")
        if scheme == "light"
        else ("rgb(16, 21, 28)", "rgb(230, 233, 237)")
    )


def test_the_marked_words_of_a_sentence_can_be_told_from_the_rest(browser, page_file):
    page = browser.new_page(color_scheme="dark")
    page.goto(page_file.as_uri())
    colours = page.evaluate(
        "['source', 'target', 'trigger'].map(one => getComputedStyle(document.querySelector('mark.' + one)).backgroundColor)"
    )
    page.close()
    assert len(set(colours)) == 3


def test_hostile_words_run_nothing_in_the_browser(browser, tmp_path):
    words = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
    path = tmp_path / "hostile.html"
    path.write_text(
        as_html(made_brief(f"China praised Russia. {words} Iran asked China for help.", title=words))
    )
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    title, scripts = page.title(), page.locator("script, img").count()
    page.close()
    assert title.startswith("<script>")
    assert scripts == 0
    assert asked == [path.as_uri()]
