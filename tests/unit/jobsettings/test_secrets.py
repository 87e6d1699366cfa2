"""Settings that hold secrets are never shown."""

import pytest

from core.jobsettings.secrets import MASK, find_secrets, mask

CLUSTER = "job_clusters[main].new_cluster"


@pytest.mark.parametrize(
    "path",
    [
        f"{CLUSTER}.azure_attributes.log_analytics_info.log_analytics_primary_key",
        f"{CLUSTER}.docker_image.basic_auth.password",
        f"{CLUSTER}.docker_image.basic_auth.username",
        f'{CLUSTER}.spark_conf["fs.azure.account.key.x.dfs"]',
        f'{CLUSTER}.spark_conf["spark.db.password"]',
        f"{CLUSTER}.spark_env_vars.AWS_SECRET_ACCESS_KEY",
        f"{CLUSTER}.spark_env_vars.GITHUB_TOKEN",
        f"{CLUSTER}.spark_env_vars.DB_CREDENTIALS",
        "environment_variables[x].spec.variables.API_KEY",
        "tasks[a].run_job_task.notebook_params.db_password",
        "tasks[a].dashboard_task.filters.api_token",
    ],
)
@pytest.mark.parametrize("value", ["s3cret", 5, False, "", "{{secrets/a/b}} and more"])
def test_a_secret_is_masked(path, value):
    assert mask(path, value) == MASK


@pytest.mark.parametrize(
    "path",
    [
        "name",
        f"{CLUSTER}.docker_image.url",
        f"{CLUSTER}.spark_conf.spark_speculation",
        f"{CLUSTER}.spark_env_vars.PYTHONPATH",
        "tasks[token].notebook_task.notebook_path",
    ],
)
def test_what_is_no_secret_stays_readable(path):
    assert mask(path, "value") == "value"


def test_a_reference_to_a_secret_stays_readable():
    reference = "{{secrets/scope/key}}"
    assert mask(f"{CLUSTER}.spark_env_vars.DB_PASSWORD", reference) == reference


def test_an_absent_value_stays_absent():
    assert mask(f"{CLUSTER}.spark_env_vars.DB_PASSWORD", None) is None


def test_secrets_deep_inside_a_value_are_masked():
    value = [
        {
            "job_cluster_key": "a",
            "new_cluster": {
                "spark_env_vars": {"DB_PASSWORD": "s3cret", "MODE": "x"},
                "spark_conf": {"a.b.secret": "s3cret"},
                "docker_image": {"basic_auth": {"username": "u", "password": "p"}},
            },
        }
    ]
    masked = mask("job_clusters", value)
    assert masked[0]["new_cluster"] == {
        "spark_env_vars": {"DB_PASSWORD": MASK, "MODE": "x"},
        "spark_conf": {"a.b.secret": MASK},
        "docker_image": {"basic_auth": {"username": MASK, "password": MASK}},
    }
    assert value[0]["new_cluster"]["spark_conf"] == {"a.b.secret": "s3cret"}


def test_a_parameter_is_known_by_its_name_wherever_its_list_stands() -> None:
    parameters = [{"name": "db_password", "default": "hunter2"}, {"name": "day", "default": "1"}]
    masked = [{"name": "db_password", "default": MASK}, {"name": "day", "default": "1"}]
    assert mask("", {"parameters": parameters}) == {"parameters": masked}
    assert mask("parameters", parameters) == masked


@pytest.mark.parametrize(
    "settings",
    [
        {"parameters": [{"name": "dapi" + "0a" * 16, "default": "x"}]},
        {"tasks": [{"task_key": "dapi" + "0a" * 16, "description": "x"}]},
        {"tags": {"dapi" + "0a" * 16: "x"}},
    ],
)
def test_a_secret_by_which_something_is_known_is_shown_nowhere(settings) -> None:
    [found] = find_secrets(settings)
    assert found.certain
    assert "dapi" not in found.path
    assert "dapi" not in str(mask("", settings))
