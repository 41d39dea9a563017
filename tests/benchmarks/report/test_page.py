"""The page: complete, safe, and viewed in a real browser at a phone's size in light and dark mode."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cloformer.benchmarks.records.parts import DelegationFacts, Interference
from cloformer.benchmarks.report.document import Document, make_document
from cloformer.benchmarks.report.rendering import report_as_html, report_as_markdown
from cloformer.benchmarks.report.spectra import BranchSpectra
from tests.benchmarks.records.records import record, repeat
from tests.benchmarks.report import browser
from tests.benchmarks.report.measured import BASE, CLOFORMER, measured

HOSTILE = '<script>document.title = "taken"</script> | "quoted"'


@pytest.fixture(scope="module")
def document() -> Document:
    delegated = BASE.artifact.model_copy(
        update={"delegation": DelegationFacts(partitions=1, operators={"xnnpack": 330})}
    )
    busy = repeat(0, [30] * 5, interference=Interference(other_cpu_cores=1, busy=True))
    records = [
        *CLOFORMER,
        measured("RepViT M1.1", 8, artifact=delegated),
        measured("MobileViT S", 30).model_copy(update={"repeats": (busy,)}),
        measured("MobileNetV3 L", 3),
        measured("CloFormer xxs", 9, precision="int8"),
        measured("MobileNetV3 L", 2, precision="int8"),
        measured("CloFormer xxs", 18, form="reference"),
        record(case="hostile", failure=HOSTILE, model=BASE.model.model_copy(update={"variant": HOSTILE})),
    ]
    spectra = [BranchSpectra(stage, 1, (0.0, 0.5, 1.0), (0.0, -1.0, -2.0), (0.0, -3.0, -5.0)) for stage in (1, 2)]
    return make_document(records, None, spectra)


@pytest.fixture(scope="module")
def page(document: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_as_html(document), "utf-8")
    return path


def test_the_page_needs_nothing_else(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "<script" not in text
    loaded = re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import', text)
    assert all(link.startswith("#") for pair in loaded for link in pair if link)


def test_every_case_that_a_claim_names_is_on_the_page(page: Path) -> None:
    text = page.read_text("utf-8")
    links, places = set(re.findall(r'href="#([^"]+)"', text)), set(re.findall(r'id="([^"]+)"', text))
    assert links <= places
    assert len(links) >= 6


def test_names_in_drawings_are_unique(page: Path) -> None:
    places = re.findall(r'\bid="([^"]+)"', page.read_text("utf-8"))
    assert len(places) == len(set(places))


def test_the_same_records_make_the_same_page(document: Document) -> None:
    assert report_as_html(document) == report_as_html(document)


def test_markdown_has_the_same_verdicts_and_whole_tables(document: Document) -> None:
    text = report_as_markdown(document)
    for each in document.claims:
        assert f"| {each.claim} | {each.verdict} |" in text
    assert "<" not in text.replace("&lt;", "")
    for block in text.split("\n\n"):
        rows = [re.sub(r"\\\|", "", line) for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1, block
    assert "| **CloFormer xxs** | 10.00 |" in text
    assert "1 piece: xnnpack 330" in text


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Browser]:
    if browser.MISSING:
        pytest.skip(browser.MISSING)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with browser.start_browser(tmp_path_factory.mktemp("browser"), port) as started:
        yield started


@pytest.mark.parametrize(("scheme", "bright"), [("light", True), ("dark", False)])
def test_a_phone_shows_it_in_light_and_dark(
    phone: browser.Browser, page: Path, tmp_path: Path, scheme: str, bright: bool
) -> None:
    phone.open(page, scheme)
    phone.screenshot(tmp_path / "phone.png")
    pixels = np.asarray(Image.open(tmp_path / "phone.png").convert("L"))
    assert pixels.shape == (1688, 780)
    assert (np.median(pixels) > 128) == bright
    assert pixels.std() > 10  # there is writing on it
    ink = phone.run("return getComputedStyle(document.querySelector('svg')).color")
    assert ink == ("rgb(27, 27, 27)" if bright else "rgb(232, 232, 232)")


def test_nothing_is_wider_than_the_phone(phone: browser.Browser, page: Path) -> None:
    phone.open(page, "light")
    assert phone.run("return document.documentElement.scrollWidth") == 390
    narrow = "return [...document.querySelectorAll('svg')].every(each => each.getBoundingClientRect().right <= 390)"
    assert phone.run(narrow)
    assert phone.run("return document.querySelectorAll('svg').length") >= 5
    labels = (
        "return Math.min(...[...document.querySelectorAll('svg text')]"
        ".map(each => each.getBoundingClientRect()).map(box => Math.min(box.width, box.height)))"
    )
    assert phone.run(labels) >= 5  # CSS pixels, of the smallest letters


def test_what_records_say_is_never_run(phone: browser.Browser, page: Path) -> None:
    phone.open(page, "light")
    assert phone.run("return document.title") == "CloFormer: efficiency claimed and measured"
    assert HOSTILE in phone.run("return document.body.innerText")
    assert phone.console() == []


def test_a_claims_records_open_where_it_links_to(phone: browser.Browser, page: Path) -> None:
    phone.open(page, "light")
    phone.run("document.querySelector('.claim details').open = true; document.querySelector('.claim a').click()")
    anchor = phone.run("return decodeURIComponent(location.hash.slice(1))")
    assert phone.run(f"return document.getElementById({anchor!r}).tagName") == "DETAILS"
