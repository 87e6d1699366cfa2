"""Where the objects of each kind are found: nothing is missing in the table."""

from core.gateways.databricks.resources import ENDPOINTS
from core.jobsettings.kinds import Kind
from emulator.resources import KINDS


def test_every_kind_that_is_listed_has_an_endpoint_and_no_other_one():
    assert set(ENDPOINTS) == {kind for kind in Kind if kind.is_listed}


def test_the_local_workspace_answers_every_endpoint_in_its_own_shape():
    emulated = {(kind.list_path, kind.list_key, kind.id_field) for kind in KINDS}
    expected = {(one.list_path, one.list_key, one.id_field) for one in ENDPOINTS.values()}
    assert emulated == expected
