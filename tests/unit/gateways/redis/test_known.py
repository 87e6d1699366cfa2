"""What one process remembers of Redis."""

from core.gateways.redis.known import Known, Parsed


def test_only_what_this_process_claimed_is_counted() -> None:
    known = Known()
    known.note_writes("other", 7)
    assert known.writes("other") == 0
    known.claim("mine")
    known.note_writes("mine", 7)
    known.note_writes("mine", 5)  # the answers of two threads come in any order
    assert known.writes("mine") == 7
    known.forget("mine")
    known.forget("mine")
    assert known.writes("mine") == 0


def test_a_value_is_read_once_and_those_used_last_are_kept() -> None:
    parsed, reads = Parsed(2), []

    def read(name: str) -> str:
        def work() -> str:
            reads.append(name)
            return name.upper()

        value = parsed.get(name, "1", work)
        assert isinstance(value, str)
        return value

    assert [read(name) for name in "abacab"] == list("ABACAB")
    assert reads == ["a", "b", "c", "b"]


def test_what_is_lost_is_looked_for_again() -> None:
    parsed = Parsed(2)
    assert parsed.get("a", "1", lambda: None) is None
    assert parsed.get("a", "1", lambda: "there") == "there"
    assert parsed.get("a", "2", lambda: "newer") == "newer"
