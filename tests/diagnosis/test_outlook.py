"""What a silence that still lasts may lead to."""

from wstui.diagnosis import PastEnding, connection_evidence, outlook, silence_limit

NS = 10**9
START = 1_700_000_000 * NS


def look(trace, at_s, **options):
    return outlook(connection_evidence(trace.events, 0, until_ns=START + at_s * NS, **options))


def test_the_default_of_the_proxy_in_front(trace):
    found = look(trace.open(server="nginx").received(2, "a"), 43)
    assert found.sentence == "41 s silent; nginx in front; its default ends at 60 s"
    assert (found.limit_s, found.limit_name, round(found.left_s)) == (60, "nginx", 19)


def test_a_server_that_counts_only_what_we_send(trace):
    trace.open(server="Cowboy").sent(1, "a")
    for second in range(2, 40):
        trace.received(second, "tick")
    found = look(trace, 40)
    assert (found.limit_name, round(found.silent_s)) == ("Cowboy", 39)


def test_the_nearest_limit_counts(trace):
    found = look(trace.open(server="Cowboy", via="1.1 vegur"), 20)
    assert found.limit_name == "Heroku router"


def test_what_earlier_connections_taught(trace):
    past = [PastEnding(33.1, 40.0, "eof"), PastEnding(33.2, 90.0, "eof")]
    found = look(trace.open().received(2, "a"), 12, history=past)
    assert found.limit_s is not None
    assert 33 < found.limit_s < 33.3
    assert "earlier connections here ended after 33" in found.sentence


def test_one_earlier_ending_teaches_nothing(trace):
    found = look(trace.open().received(2, "a"), 12, history=[PastEnding(33.1, 40.0, "eof")])
    assert found.limit_s is None
    assert found.sentence == "10 s silent"


def test_the_heartbeat_that_the_dialect_agreed_on(trace):
    trace.open().received(0, '{"op":10,"d":{"heartbeat_interval":20000}}')
    found = look(trace, 30)
    assert found.limit_s == 40
    assert "Discord gateway gives up after 40 s" in found.sentence


def test_pongs_that_we_answer_are_no_silence_limit(trace):
    assert look(trace.open(server="uvicorn"), 30).limit_s is None


def test_nothing_to_say_before_the_open_and_after_the_end(trace):
    assert look(trace, 5).limit_s is None
    assert look(trace.open(server="nginx").eof(3), 10).sentence == ""


def test_the_limit_for_the_silence_bar_counts_bytes_of_either_side(new_trace):
    assert silence_limit(new_trace().open(server="nginx").events) == (60, "nginx")
    assert silence_limit(new_trace().open(server="Cowboy").events) is None
    assert silence_limit(new_trace().open().events) is None
    past = [PastEnding(33.0, 40.0, "eof"), PastEnding(33.2, 90.0, "eof")]
    assert silence_limit(new_trace().open(server="nginx").events, past) == (33.1, "as before")
