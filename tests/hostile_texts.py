"""Names and messages that somebody wrote to be taken for something else."""

from hypothesis import strategies as st

PARTS = (
    *(
        "|",
        "\\",
        "`",
        "```",
        "\n",
        "\n\n",
        " ",
        "   ",
        "    ",
        "\t",
        "\r",
        "\0",
        "\ud800",
        "\ufffe",
    ),
    *("<img src=x onerror=alert(1)>", "<!--", "-->", "</details>", "</td>", "&lt;", "&#64;"),
    *("@admin", "@org/team", "<@123>", "#12", "!12", "closes #12", "fixes", "org/repo#1", "GH-1"),
    *("https://x.example/a", "www.x.example", "ana@dev.example", "[x](https://x.example)"),
    *(
        "![x](y)",
        "[^1]",
        "[ ]",
        "# ",
        "## head",
        "> ",
        "- ",
        "1. ",
        "1) ",
        "+ ",
        "---",
        "===",
        "***",
    ),
    *("*a*", "__a__", "~~a~~", "$a$", ":tada:", "| --- |", "/close", "[skip ci]", "deadbeef1"),
    *("\u202e", "\u2066", "\u200b", "\u2028", "שלום", "سلام", "🎉", "word", "“name”", "job."),
)
HOSTILE = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=12).map("".join)
