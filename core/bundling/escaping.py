"""Text that a bundle takes for itself, although it looks like a reference."""

ESCAPED = "$${"


def escape(text: str) -> str:
    """Return the text as a bundle writes it.

    Source: databricks/cli#6484; Terraform, string templates.
    """
    return text.replace("${", ESCAPED)
