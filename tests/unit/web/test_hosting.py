"""The files that hosting needs agree with each other and with the code."""

import fnmatch
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from core.settings import Settings
from web.serving.listening import listen_address
from web.settings import PageSettings

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
APP_YAML = (ROOT / "app.yaml").read_text()
OF_GUNICORN = {"WEB_CONCURRENCY", "PORT", "BIND_ADDRESS"}
OF_THE_PLATFORM = {"DATABRICKS_APP_NAME", "DATABRICKS_APP_PORT"}


class _Recording(Mapping[str, str]):
    """An environment that remembers what was asked for."""

    def __init__(self, **values: str) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _variables() -> tuple[set[str], set[str]]:
    """Return what the engine and what the page read from the environment."""
    engine = _Recording(WORKSPACE_GIT_FOLDER_PATH="/Workspace/Shared/jobs")
    page = _Recording()
    Settings.from_env(engine)
    PageSettings.from_env(page)
    return engine.asked, page.asked - OF_THE_PLATFORM


def _instruction(name: str) -> list[str]:
    return re.findall(rf"^\s*{name} +(.*)$", DOCKERFILE, re.MULTILINE)


def _copied() -> list[str]:
    return [source for line in _instruction("COPY") for source in line.split()[:-1]]


def _let_through() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    return [line[1:] for line in lines if line.startswith("!")]


def test_the_image_holds_what_the_dockerfile_copies():
    assert {source.rstrip("/") for source in _copied()} == set(_let_through())
    for source in _copied():
        assert (ROOT / source).exists(), source
        assert (ROOT / source).is_dir() == source.endswith("/"), source


def test_the_image_holds_every_package_that_the_page_imports():
    imported: set[str] = set()
    for source in _copied():
        path = ROOT / source
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            if file.suffix == ".py":
                pattern = r"^\s*(?:from|import) (\w+)"
                imported |= set(re.findall(pattern, file.read_text(), re.MULTILINE))
    ours = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or path.is_dir()}
    copied = {Path(source).stem for source in _copied()}
    assert (imported & ours) <= copied


def test_nothing_secret_or_unneeded_reaches_the_image():
    for name in (".env", ".git", ".venv", "tests", "emulator", "requirements-dev.txt"):
        assert not any(fnmatch.fnmatch(name, pattern) for pattern in _let_through()), name


def test_the_image_starts_gunicorn_itself_and_not_as_root():
    [entrypoint] = _instruction("ENTRYPOINT")
    command = json.loads(entrypoint)
    assert command[0] == "gunicorn"
    assert (ROOT / command[command.index("-c") + 1]).is_file()
    [user] = _instruction("USER")
    assert int(user) > 0


def test_the_image_is_asked_for_its_health_where_it_listens():
    [health] = _instruction("HEALTHCHECK")
    program = json.loads(health[health.index("CMD") + 3 :])[-1]
    compile(program, "HEALTHCHECK", "exec")
    assert "/healthz" in program
    [port] = _instruction("EXPOSE")
    assert f"or {port}" in program
    assert listen_address({}).endswith(f":{port}")


def test_a_databricks_app_starts_as_the_image_does():
    [command] = re.findall(r"^command: (.*)$", APP_YAML, re.MULTILINE)
    [entrypoint] = _instruction("ENTRYPOINT")
    assert json.loads(command) == json.loads(entrypoint)


def test_the_variables_of_a_databricks_app_exist_and_are_valid():
    pairs = re.findall(r'^ *-? *- name: (\w+)\n +value: "([^"]*)"', APP_YAML, re.MULTILINE)
    named = set(re.findall(r"- name: (\w+)", APP_YAML))
    engine, page = _variables()
    assert named <= engine | page
    assert len(pairs) >= 6
    env = {**dict(pairs), "DATABRICKS_APP_NAME": "job-sync"}
    assert Settings.from_env(env).folder
    assert PageSettings.from_env(env).user_header == "X-Forwarded-Email"


def test_the_example_names_every_variable_and_no_other():
    lines = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", lines, re.MULTILINE))
    engine, page = _variables()
    assert named - {"DATABRICKS_HOST", "DATABRICKS_TOKEN"} == engine | page


def test_the_example_is_valid_with_everything_in_it():
    lines = (ROOT / ".env.example").read_text()
    env = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", lines, re.MULTILINE))
    assert Settings.from_env(env)
    assert PageSettings.from_env(env)


@pytest.mark.parametrize(("file", "is_page"), [("README.md", False), ("docs/hosting.md", True)])
def test_every_variable_is_explained(file, is_page):
    explained = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / file).read_text(), re.MULTILINE))
    engine, page = _variables()
    assert (page | OF_GUNICORN if is_page else engine) <= explained


def test_one_version():
    from core.version import VERSION

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION


def test_pins_are_exact_and_sorted_within_their_group():
    groups = (ROOT / "requirements.txt").read_text().split("\n\n")
    for group in groups:
        pins = [line for line in group.splitlines() if not line.startswith("#")]
        names = [re.split(r"[\[=]", pin)[0].casefold().replace("_", "-") for pin in pins]
        assert all(re.fullmatch(r"[\w.\[\],-]+==[\w.]+(; .*)?", pin) for pin in pins)
        assert names == sorted(names)
