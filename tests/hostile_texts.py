"""Names and messages that somebody wrote to be taken for something else."""

from hypothesis import strategies as st

_SPACES = ("\n", "\n\n", " ", "   ", "    ", "\t", "\r", "\u2028")
_NO_TEXT = ("\0", "\ud800", "\ufffe", "\u202e", "\u2066", "\u200b")
_HTML = ("<img src=x onerror=alert(1)>", "<!--", "-->", "</details>", "</td>", "&lt;", "&#64;")
_MENTIONS = ("@admin", "@org/team", "<@123>", "#12", "!12", "org/repo#1", "GH-1", "deadbeef1")
_ORDERS = ("closes #12", "fixes", "/close", "[skip ci]", "##vso[a.b]", "##[error]", "***NO_CI***")
_LINKS = ("https://x.example/a", "www.x.example", "ana@dev.example", "[x](https://x.example)")
_INLINE = ("|", "\\", "`", "```", "*a*", "__a__", "~~a~~", "$a$", ":tada:", "![x](y)", "[^1]")
_BLOCKS = ("# ", "## head", "> ", "- ", "1. ", "1) ", "+ ", "---", "===", "| --- |", "[ ]")
_WORDS = ("שלום", "سلام", "🎉", "word", "“name”", "job.")
_PARTS = (
    *(*_SPACES, *_NO_TEXT, *_HTML, *_MENTIONS, *_ORDERS, *_LINKS, *_INLINE, *_BLOCKS, *_WORDS),
)

HOSTILE = st.lists(st.sampled_from(_PARTS) | st.text(max_size=3), max_size=12).map("".join)
