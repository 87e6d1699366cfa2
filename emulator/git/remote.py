"""The remote repository that the Git folders of all workspaces share."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from emulator.git.command import Git

MAIN = "main"
DEFAULT_URL = "https://git.example/analytics/jobs.git"
PROVIDER = "gitHub"
README = """# Jobs

Job definitions of the data platform, exported from the DEV workspace and reviewed here.
"""
NOTEBOOK = """# Databricks notebook source
# MAGIC %md
# MAGIC # Row counts

# COMMAND ----------

for table in spark.catalog.listTables():
    print(table.name, spark.table(table.name).count())
"""


@dataclass(frozen=True, slots=True)
class GitRemote:
    """A bare repository; `url` is what the API shows instead of its place on disk."""

    directory: Path
    url: str = DEFAULT_URL


def open_remote(directory: Path) -> GitRemote:
    """Return the repository in a directory, created with a first commit when missing."""
    if not (directory / "HEAD").exists():
        directory.mkdir(parents=True, exist_ok=True)
        Git(directory).run("init", "--quiet", "--bare", f"--initial-branch={MAIN}")
    if not Git(directory).run("for-each-ref", "--count=1", "refs/heads"):
        _push_first_commit(directory)
    return GitRemote(directory)


def _push_first_commit(remote: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        git = Git(copy)
        git.run("init", "--quiet", f"--initial-branch={MAIN}")
        (copy / "README.md").write_text(README, encoding="utf-8")
        (copy / "notebooks").mkdir()
        (copy / "notebooks" / "row_counts.py").write_text(NOTEBOOK, encoding="utf-8")
        git.run("add", "--all")
        git.run("commit", "--quiet", "--message", "Start the repository")
        git.run("push", "--quiet", str(remote), MAIN)
