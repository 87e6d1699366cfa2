"""What is said of many secrets, and of rows that no plan writes."""

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.planning.import_rows import Skipped, Unmanaged
from core.planning.secret_checks import SecretCheck, explain_secrets
from core.ports import LiveJob
from core.secrets.allowed import AllowedSecrets
from tests.builders import job
from tests.secret_samples import SAMPLES

HOLDER = Definition.pack("load", 1, "", job("load", tags={"x": SAMPLES[0].text}))
FILE = DefinitionFile("load.json", HOLDER, b"")
JOB = LiveJob.pack(1, job("load"), "ana", "ana", complete=True)


def test_of_many_secrets_some_are_listed():
    issues = explain_secrets([f"Azure key (tags.x{n})" for n in range(30)])
    assert len(issues) == 21
    assert issues[-1].message == "10 more secrets."


def test_a_definition_that_is_skipped_is_looked_at_and_a_job_without_one_is_not():
    check = SecretCheck(AllowedSecrets())
    skipped = check.of_definition(Skipped("load", JOB, "A bundle manages it.", FILE))
    assert skipped.secrets.refused == ("Databricks token (tags.x)",)
    for row in (Skipped("load", JOB, "A bundle.", None), Unmanaged("load", JOB, "")):
        assert check.of_definition(row) is row
