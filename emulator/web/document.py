"""The frame and the look of all pages. Every text goes through `escape` first."""

from __future__ import annotations

from markupsafe import Markup

STYLE = Markup(
    """
:root { color-scheme: light dark; --ink: #1b2733; --soft: #5b6b7a; --paper: #fbfcfd;
  --card: #fff; --line: #dfe5ea; --accent: #b3401f; --on-accent: #fff;
  --added: #e3f6e8; --added-ink: #12622c; --removed: #fde8e6; --removed-ink: #9a1c12; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #9aa8b5; --paper: #11171d;
  --card: #182029; --line: #2b3743; --accent: #ff8a65; --on-accent: #1b1410;
  --added: #12301d; --added-ink: #8fe0aa; --removed: #3a1a18; --removed-ink: #ffb1a8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
nav { color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: .25rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 0 0 .5rem; }
a { color: var(--accent); }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: 1rem; margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 0; overflow-x: auto; font: .8125rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre span { display: block; min-height: 1.5em; padding: 0 .5rem; }
.added { background: var(--added); color: var(--added-ink); }
.removed { background: var(--removed); color: var(--removed-ink); }
.place { color: var(--soft); font-weight: 600; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
label { flex: 1 1 16rem; display: grid; gap: .25rem; color: var(--soft); font-size: .875rem; }
input, button { font: inherit; padding: .5rem .75rem; border-radius: .375rem;
  border: 1px solid var(--line); background: var(--card); color: var(--ink); }
input { width: 100%; }
button { cursor: pointer; font-weight: 600; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.message { border-left: .25rem solid var(--accent); }
.quiet { color: var(--soft); margin: 0; }
"""
)
FRAME = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>{style}</style></head><body><main>"
    '<nav aria-label="Workspace"><a href="/">{workspace}</a> · local workspace</nav>'
    "<h1>{title}</h1>{content}</main></body></html>"
)


def document(title: str, workspace: str, content: Markup) -> Markup:
    """Return a whole page; `content` is escaped already."""
    return FRAME.format(title=title, style=STYLE, workspace=workspace, content=content)


def section(title: str, content: Markup) -> Markup:
    return Markup("<section><h2>{}</h2>{}</section>").format(title, content)


def facts(pairs: dict[str, object]) -> Markup:
    """Return a list of terms and values."""
    items = (Markup("<dt>{}</dt><dd>{}</dd>").format(*pair) for pair in pairs.items())
    return Markup("<dl>{}</dl>").format(Markup("").join(items))


def code(text: str) -> Markup:
    return Markup("<pre>{}</pre>").format(text)


def diff_view(diff: str) -> Markup:
    """Return a diff with added and removed lines in colour."""
    lines = (
        Markup('<span class="{}">{}</span>').format(_line_class(line), line)
        for line in diff.splitlines()
    )
    return Markup("<pre>{}</pre>").format(Markup("").join(lines))


def quiet(text: str) -> Markup:
    return Markup('<p class="quiet">{}</p>').format(text)


def notice(text: str) -> Markup:
    """Return the outcome of what the user just did, or nothing."""
    if not text:
        return Markup("")
    return Markup('<section class="message" role="status">{}</section>').format(text)


def _line_class(line: str) -> str:
    if line.startswith(("+++", "---", "diff ", "index ", "@@", "new file", "deleted file")):
        return "place"
    return {"+": "added", "-": "removed"}.get(line[:1], "same")
