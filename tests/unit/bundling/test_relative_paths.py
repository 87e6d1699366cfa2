"""Which texts a bundle takes for files of its own."""

from core.bundling.relative_paths import find_relative_paths
from tests.builders import job, notebook_task


def test_a_relative_path_is_found_and_a_name_that_looks_like_one_is_not():
    task = notebook_task("main", description="../b")
    task["notebook_task"]["notebook_path"] = "../notebooks/load"
    settings = job("../../etc/passwd", description="./a", tags={"t": "./x"}, tasks=[task])
    assert find_relative_paths(settings) == ("tasks[main].notebook_task.notebook_path",)
