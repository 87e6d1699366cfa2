"""Workspace paths: parsed once, so that nothing else sees `..`, NUL or `.git`."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.errors import invalid_parameter, not_found

PREFIX = "Workspace"
MAX_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class WorkspacePath:
    """A path below the root; `prefixed` keeps that the request wrote `/Workspace` before it."""

    parts: tuple[str, ...]
    prefixed: bool = False

    def __str__(self) -> str:
        return "/" + "/".join(self.parts)

    @property
    def shown(self) -> str:
        """The path as answers give it: in the form of the request."""
        return f"/{PREFIX}{self}".rstrip("/") if self.prefixed else str(self)

    @property
    def name(self) -> str:
        return self.parts[-1] if self.parts else ""

    @property
    def parent(self) -> WorkspacePath:
        return WorkspacePath(self.parts[:-1], self.prefixed)

    def child(self, name: str) -> WorkspacePath:
        return WorkspacePath((*self.parts, name), self.prefixed)

    def renamed(self, name: str) -> WorkspacePath:
        return self.parent.child(name)

    def is_within(self, other: WorkspacePath) -> bool:
        return self.parts[: len(other.parts)] == other.parts


def parse_path(text: object) -> WorkspacePath:
    """Parse an absolute workspace path.

    `/Workspace` is optional; `//Workspace/x` is answered without it, as the service does
    (databricks/cli libs/testserver/fake_workspace.go).

    Raises:
        ApiError: the path is relative, holds `.`, `..` or NUL, or a name is too long; a path
            into `.git` does not exist.
    """
    if not isinstance(text, str) or not text.startswith("/"):
        raise invalid_parameter(f"Path ({text}) must be absolute")
    parts = tuple(part for part in text.split("/") if part)
    for part in parts:
        _check_name(part, text)
    prefixed = parts[:1] == (PREFIX,)
    return WorkspacePath(parts[1:] if prefixed else parts, prefixed and not text.startswith("//"))


def _check_name(name: str, text: str) -> None:
    if name in (".", "..") or "\0" in name:
        raise invalid_parameter(f"Path ({text}) is not valid")
    if name.casefold() == ".git":  # a case-insensitive disk would open it under any spelling
        raise not_found(f"Path ({text}) doesn't exist.")
    try:
        length = len(name.encode())
    except UnicodeEncodeError as error:
        raise invalid_parameter("The path is not valid Unicode") from error
    if length > MAX_NAME_BYTES:
        raise invalid_parameter(f"A name in the path exceeds {MAX_NAME_BYTES} bytes")
