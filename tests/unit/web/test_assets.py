"""What the browser gets: our own files, and nothing from another host."""

import re
from pathlib import Path

import pytest

import app

ASSETS = Path(app.__file__).parent / "assets"
TEXTS = sorted(path for path in ASSETS.rglob("*") if path.suffix in {".css", ".js", ".html"})
OTHER = r"(https?:|wss?:|//)"
LOADS = [
    rf"url\(\s*['\"]?{OTHER}",
    rf"@import\s+(url\()?\s*['\"]?{OTHER}",
    rf"\bsrc\s*=\s*['\"]?{OTHER}",
    rf"\b(fetch|import|importScripts|EventSource|WebSocket|Worker)\(\s*['\"`]{OTHER}",
    rf"\.open\(\s*['\"]\w+['\"]\s*,\s*['\"`]{OTHER}",
    rf"\bfrom\s+['\"]{OTHER}",
    r"<script\b[^>]*\bsrc=",
]


def name_of(path: Path) -> str:
    return str(path.relative_to(ASSETS))


def test_there_are_assets():
    assert {name_of(path) for path in TEXTS} >= {"app.css", "page.js", "vendor/bootstrap.min.css"}


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_no_asset_loads_anything_from_another_host(path):
    text = path.read_text(encoding="utf-8")
    found = [match.group(0) for rule in LOADS for match in re.finditer(rule, text, re.IGNORECASE)]
    assert found == []


@pytest.mark.parametrize("path", [p for p in TEXTS if "vendor" not in p.parts], ids=name_of)
def test_our_own_files_name_no_other_host_at_all(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)


@pytest.mark.parametrize("path", [p for p in TEXTS if "vendor" not in p.parts], ids=name_of)
def test_our_own_scripts_run_no_text_as_code_or_markup(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"\beval\(|new Function\(|document\.write|insertAdjacentHTML", text)


@pytest.mark.parametrize("page", [app._INDEX])
def test_the_frame_of_the_page_names_no_other_host(page):
    assert "http" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert "style=" not in page


def test_every_font_and_image_that_a_style_names_exists():
    for path in (ASSETS / "app.css", ASSETS / "nobody.css"):
        for target in re.findall(r"url\(['\"]?([^'\")]+)", path.read_text(encoding="utf-8")):
            if not target.startswith("data:"):
                file = ASSETS / target.removeprefix("/assets/")
                assert file.exists() or (path.parent / target).exists(), target


def test_every_vendored_file_has_its_licence():
    licences = (ASSETS / "vendor" / "LICENSES.txt").read_text(encoding="utf-8").casefold()
    for path in (ASSETS / "vendor").iterdir():
        if path.suffix in {".css", ".js"}:
            assert path.name.partition(".")[0].removesuffix(".min") in licences
    assert "inter" in licences
