import pytest

from wstui.events import (
    CLOSE_CODE_RANGES,
    CLOSE_CODES,
    close_code_meaning,
    close_code_name,
    close_code_range,
    is_valid_on_wire,
    why_not_sendable,
)


@pytest.mark.parametrize("code", [1004, 1005, 1006, 1015])
def test_codes_that_exist_only_locally_are_refused_with_the_rule(code):
    assert not is_valid_on_wire(code)
    why = why_not_sendable(code)
    assert why is not None
    assert str(code) in why
    assert "RFC 6455 §7.4.1" in why


@pytest.mark.parametrize("code", [0, 1, 999, 1016, 1999, 2000, 2999, 5000, 65535])
def test_unassigned_codes_are_refused(code):
    assert not is_valid_on_wire(code)
    assert why_not_sendable(code) is not None


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4001, 4999]
)
def test_codes_that_a_client_may_send(code):
    assert is_valid_on_wire(code)
    assert why_not_sendable(code) is None


def test_the_reason_is_counted_in_bytes_not_characters():
    assert why_not_sendable(1000, "é" * 61) is None
    why = why_not_sendable(1000, "é" * 62)
    assert why is not None
    assert "124 bytes" in why


def test_ranges_cover_0_to_4999_without_gap_or_overlap():
    expected = 0
    for row in CLOSE_CODE_RANGES:
        assert row.first == expected
        expected = row.last + 1
    assert expected == 5000


def test_a_close_frame_without_a_code_reads_as_1005():
    assert close_code_name(None) == CLOSE_CODES[1005].name
    assert close_code_meaning(None) == CLOSE_CODES[1005].meaning


def test_every_number_has_a_name_and_a_meaning():
    for code in (*range(0, 5000, 7), 5000, 65535):
        assert close_code_name(code)
        assert close_code_meaning(code)
    assert close_code_range(5000) is None


def test_private_codes_are_never_decoded():
    assert close_code_name(4001) == close_code_name(4999) == "Private Use"
