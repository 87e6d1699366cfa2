"""Names for people of who jobs run as."""

from core.errors import PermissionDeniedError, StoppedError
from core.jobsettings.principals import Principal
from core.ports import FoundPrincipal
from core.reading.display_names import read_display_names
from tests.fakes import FakePrincipals

UUID = "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22"
ROBOT = FoundPrincipal(Principal("service_principal_name", UUID), "etl-prod")
ANA = FoundPrincipal(Principal("user_name", "ana@dev.example"), "Ana Bell")


def test_users_and_service_principals_are_named_in_one_call_each():
    principals = FakePrincipals(described=[ROBOT, ANA])
    ids = [UUID, "ana@dev.example", "", UUID, "nobody@dev.example"]
    assert read_display_names(principals, ids) == {UUID: "etl-prod", "ana@dev.example": "Ana Bell"}
    assert principals.calls == 2


def test_nobody_needs_no_call():
    principals = FakePrincipals()
    assert read_display_names(principals, ["", ""]) == {}
    assert principals.calls == 0


def test_what_cannot_be_read_keeps_its_id_and_fails_nothing():
    denied = PermissionDeniedError("No.")
    principals = FakePrincipals(described=[ROBOT, ANA], fail={"service_principal_name": denied})
    assert read_display_names(principals, [UUID, "ana@dev.example"]) == {
        "ana@dev.example": "Ana Bell"
    }


def test_who_stops_the_operation_does_not_wait_for_names():
    class Stopped(FakePrincipals):
        def display_names(self, principals):
            raise StoppedError

    assert read_display_names(Stopped(described=[ANA]), ["ana@dev.example"]) == {}


def test_of_very_many_ids_only_the_most_frequent_are_asked_for():
    class Counting(FakePrincipals):
        asked = 0

        def display_names(self, principals):
            self.asked += len(principals)
            return super().display_names(principals)

    principals = Counting(described=[ANA])
    often = ["ana@dev.example"] * 2
    names = read_display_names(principals, [*(f"{n}@dev.example" for n in range(5000)), *often])
    assert names == {"ana@dev.example": "Ana Bell"}
    assert principals.asked == 400
