"""The Data Docs of Great Expectations as pages that fetch nothing.

They refer to style sheets, scripts and pictures on the web. Those references are taken out, scripts
with them, and a style sheet of our own stands in for what they brought.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from leadpolicy.files import write_whole

_OUT: Final = tuple(
    re.compile(pattern, re.DOTALL | re.IGNORECASE)
    for pattern in (
        r"<script\b.*?</script>",
        r"<link\b[^>]*\bhref=\"https?:[^>]*>",
        r"<img\b[^>]*\bsrc=\"https?:[^>]*>",
        r"<footer\b.*?</footer>",
        r"@import\s+url\([^)]*\);?",
        r"@font-face\s*\{[^}]*\}",
    )
)
_PICTURE: Final = re.compile(r"url\(\s*['\"]?https?:[^)]*\)", re.IGNORECASE)
_ANCHOR: Final = re.compile(r"(<a\b[^>]*\bhref=\")[^\"#][^\"]*(\")")
_BODY: Final = re.compile(r"<body[^>]*>")
_TITLE: Final = re.compile(r"<title>.*?</title>", re.DOTALL)
_RUN: Final = re.compile(r"Validations / [^<]* / (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
_CHANCE: Final = re.compile(
    r"(?<=collapse-body)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d{8}T\d{6}\.\d{6}Z"
)
"""What differs from run to run though nothing else does: invented ids, and when it was read."""
STYLE: Final = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:0;color:CanvasText;background:Canvas}
.container,.container-fluid{max-width:76rem;margin:0 auto;padding:1rem 1.5rem}
nav,.btn,.modal,.popover,.ge-walkthrough-header,button{display:none!important}
.container-fluid>.row>.col-lg-2,.card,#section-1 a,#section-1 .collapse,h6{display:none}
table{border-collapse:collapse;width:100%;margin:.4rem 0}
td,th{border-top:1px solid #8885;padding:.35rem .5rem;text-align:left;vertical-align:top;
 overflow-wrap:anywhere}td:first-child,th:first-child{white-space:nowrap;width:9rem}
td:nth-child(3),th:nth-child(3){white-space:nowrap;width:10rem}
.badge{display:inline-block;border:1px solid #8888;border-radius:.3rem;padding:0 .3rem;
 font-size:.85em}
.fa-check-circle::before{content:"\\2713 kept";color:#0a7d38}
.fa-times,.fa-exclamation-triangle,.fa-times-circle{color:#b3261e}
.fa-times::before,.fa-times-circle::before{content:"\\2717 broken"}
.fa-exclamation-triangle::before{content:"!"}
.text-success{color:#0a7d38!important}.text-danger{color:#b3261e!important}
.fas{font-style:normal}.alert{border-left:4px solid #8888;padding:.1rem .8rem}
.alert h5{margin:0}.sticky{position:static!important}
@media(prefers-color-scheme:dark){.fa-check-circle::before,.text-success{color:#7ddf9f!important}
.fa-times,.fa-exclamation-triangle,.fa-times-circle,.text-danger{color:#ff8a80!important}}
a{color:LinkText}h1,h2,h3,h4{line-height:1.25}
.ge-backdrop,.collapse{display:block}.cooltip .top{display:none}
"""


def keep_local(folder: Path, sheets: Mapping[str, str]) -> dict[str, Path]:
    """Turns the site in a folder into one page per sheet, beside one another.

    `sheets` has the name of the sheet for each name that the site uses.

    Pages of earlier runs and everything else that the site brought go.
    """
    found: dict[str, Path] = {}
    for page in sorted((folder / "validations").rglob("*.html")):
        sheet = page.relative_to(folder / "validations").parts[0]
        if sheet in sheets:
            found[sheets[sheet]] = page
    pages: dict[str, Path] = {}
    for number, (sheet, page) in enumerate(found.items(), 1):
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", sheet).strip("_") or f"table_{number}"
        name = f"{name}_{number}" if name in ("index", *(p.stem for p in pages.values())) else name
        target = folder / f"{name}.html"
        write_whole(target, local(page.read_text(encoding="utf-8"), sheet))
        pages[sheet] = target
    for part in ("validations", "expectations", "static"):
        shutil.rmtree(folder / part, ignore_errors=True)
    (folder / "index.html").unlink(missing_ok=True)
    return pages


def local(page: str, title: str) -> str:
    """A page without anything that a browser would fetch, or that tells when it was made."""
    for pattern in _OUT:
        page = pattern.sub("", page)
    page = _CHANCE.sub("", _PICTURE.sub("none", page))
    if run := _RUN.search(page):
        page = page.replace(run[1], "")
    page = _ANCHOR.sub(r"\1index.html\2", page)
    safe = title.replace("&", "&amp;").replace("<", "&lt;")
    page = _TITLE.sub(f"<title>{safe}: Data Docs</title>", page, count=1)
    page = _BODY.sub(
        lambda body: (
            f'{body[0]}<p class="container"><a href="index.html">All tables</a></p>'
            f'<h1 class="container">{safe}</h1>'
        ),
        page,
        count=1,
    )
    return page.replace("</head>", f"<style>{STYLE}</style></head>", 1)
