"""Redirects: followed where that is safe, and never with somebody else's secrets."""

import pytest

from wstui.profiles import parse_profile, parse_url
from wstui.wire.phases import DialError
from wstui.wire.redirect import next_hop


def redirecting(peer, location, status=302, seen=None):
    async def handler(reader, writer):
        line, headers = await peer.request(reader)
        if seen is not None:
            seen.append((line, headers))
        writer.write(
            f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
        )

    return handler


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_followed(serve, attempt, peer, status):
    target = await serve(peer.echo)
    location = target.url.replace("ws://", "http://") + "new?x=1#part"
    first = await serve(redirecting(peer, location, status))
    started = await attempt({"url": first.url, "follow_redirects": 5}).opened()
    assert started.recording.kinds == [
        *("resolve", "tcp", "upgrade", "redirect"),
        *("resolve", "tcp", "upgrade", "open"),
    ]
    redirect = started.recording.detail("redirect")
    assert (redirect["status"], redirect["location"]) == (status, location)
    assert redirect["url"] == target.url + "new?x=1"
    assert redirect["credentials_dropped"] == []
    assert started.recording.detail("open")["url"] == target.url + "new?x=1"


async def test_relative_on_the_same_server_keeps_credentials(serve, attempt, peer):
    seen = []

    async def both(reader, writer):
        line, headers = await peer.request(reader)
        seen.append((line, headers))
        if "/old" in line:
            writer.write(b"HTTP/1.1 307 T\r\nLocation: ../new\r\nContent-Length: 0\r\n\r\n")
            return
        writer.write(peer.accept(headers))
        await reader.read()

    server = await serve(both)
    started = await attempt(
        {"url": server.url + "old/here", "auth": {"type": "bearer", "token": "t0ken"}, "follow_redirects": 1}
    ).opened()
    assert [line.split()[1] for line, _ in seen] == ["/old/here", "/new"]
    assert all(headers["Authorization"] == "Bearer t0ken" for _, headers in seen)
    assert started.recording.detail("redirect")["credentials_dropped"] == []


async def test_credentials_stay_with_their_origin(serve, attempt, peer):
    seen = []

    async def stranger(reader, writer):
        _, headers = await peer.request(reader)
        seen.append(headers)
        writer.write(peer.accept(headers))
        await reader.read()

    other = await serve(stranger)
    first = await serve(redirecting(peer, other.url))
    started = await attempt(
        {
            "url": first.url.replace("ws://", "ws://me:mine@"),
            "headers": {
                "Cookie": "session=1",
                "X-Api-Key": "k",
                "X-Trace": "harmless",
                "Host": "mine.example",
            },
            "follow_redirects": 3,
        }
    ).opened()
    assert not {"Authorization", "Cookie", "X-Api-Key"} & set(seen[0])
    assert seen[0]["X-Trace"] == "harmless"
    assert seen[0]["Host"] == f"localhost:{other.port}"
    dropped = started.recording.detail("redirect")["credentials_dropped"]
    assert set(dropped) == {"Authorization", "Cookie", "X-Api-Key", "Host"}


async def test_a_circle(serve, refused, peer):
    server = await serve(redirecting(peer, "/"))
    end, error, recording = await refused({"url": server.url, "follow_redirects": 2})
    assert error["code"] == "too_many_redirects"
    assert error["phase"] == "redirect"
    assert recording.kinds.count("redirect") == 2
    assert recording.kinds.count("upgrade") == 3
    assert end.ended_by == "client"


async def test_not_followed_when_switched_off(serve, refused, peer):
    server = await serve(redirecting(peer, "ws://elsewhere.example/"))
    end, error, recording = await refused({"url": server.url, "follow_redirects": 0})
    assert (error["code"], error["status"]) == ("http_status", 302)
    assert ["Location", "ws://elsewhere.example/"] in recording.detail("upgrade")["response"]["headers"]
    assert end.http_status == 302


async def test_a_redirect_without_a_place(serve, refused, peer):
    async def handler(reader, writer):
        await peer.request(reader)
        writer.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")

    server = await serve(handler)
    _, error, _ = await refused({"url": server.url, "follow_redirects": 5})
    assert (error["code"], error["status"]) == ("http_status", 302)


@pytest.mark.parametrize("location", ["ftp://x.example/", "http://[::1", "mailto:me@x.example", "ws://a b/"])
async def test_a_bad_place(serve, refused, peer, location):
    server = await serve(redirecting(peer, location))
    _, error, _ = await refused({"url": server.url, "follow_redirects": 5})
    assert (error["code"], error["received"]) == ("bad_redirect", location)
    assert error["phase"] == "redirect"


async def test_out_of_tls_is_not_followed(serve, refused, peer, server_tls, ca_file):
    server = await serve(redirecting(peer, "http://localhost:9/"), tls=server_tls())
    _, error, _ = await refused({"url": server.url, "tls": {"ca": ca_file}, "follow_redirects": 5})
    assert error["code"] == "bad_redirect"
    assert "unprotected" in error["message"]


async def test_into_tls(serve, attempt, peer, server_tls, ca_file):
    target = await serve(peer.echo, tls=server_tls())
    first = await serve(redirecting(peer, f"https://localhost:{target.port}/"))
    started = await attempt({"url": first.url, "tls": {"ca": ca_file}, "follow_redirects": 1}).opened()
    assert started.recording.detail("open")["url"] == f"wss://localhost:{target.port}/"


def hop(url, location, **profile):
    return next_hop(parse_url(url), parse_profile({"url": url, **profile}, source="test"), location)


def test_a_unix_socket_stays_where_it_is():
    followed = hop("ws+unix:///run/a.sock:/old", "/new")
    assert followed.endpoint.url == "ws+unix:///run/a.sock:/new"
    assert hop("ws+unix:///run/a.sock:/old", "http://x.example/").endpoint.url == "ws://x.example/"


def test_a_redirect_cannot_lead_to_a_unix_socket():
    with pytest.raises(DialError):
        hop("ws://x.example/", "ws+unix:///run/docker.sock:/")


def test_our_certificate_is_for_our_server():
    tls = {"certificate": "/me.pem", "key": "/me.key", "server_name": "inner.example", "ca": "/ca.pem"}
    followed = hop("wss://a.example/", "https://b.example/", tls=tls)
    assert followed.profile.tls.certificate is None
    assert followed.profile.tls.server_name is None
    assert followed.profile.tls.ca == "/ca.pem"
    assert followed.credentials_dropped == ["TLS client certificate"]
    assert hop("wss://a.example/x", "https://a.example/y", tls=tls).profile.tls.certificate == "/me.pem"


@pytest.mark.parametrize("location", ["http://a.example:8080/", "https://a.example/", "http://b.example/"])
def test_another_port_or_scheme_is_another_origin(location):
    followed = hop("ws://a.example/", location, auth={"type": "bearer", "token": "t"})
    assert followed.credentials_dropped == ["Authorization"]
    assert followed.profile.auth.type == "none"


def test_userinfo_of_a_location_is_not_used():
    followed = hop("ws://a.example/", "http://evil:creds@a.example/x")
    assert (followed.endpoint.username, followed.endpoint.password) == (None, None)
