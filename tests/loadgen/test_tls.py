"""TLS: the stream without a socket, and the loop through it, with certificates made for the
test.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from inferometer.loadgen.job import wire_messages
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import CannotConnectError, Loop
from inferometer.loadgen.tls import TlsStream, client_context
from inferometer.trace import Failure
from tests.loadgen.loop_runner import (
    BOUNDED,
    Ran,
    address_of,
    finish_loop,
    in_flight,
    job_for,
    pass_time,
    requests,
    run_loop,
)
from tests.loadgen.scripted_server import (
    STREAM,
    Asked,
    Hangup,
    Peer,
    Script,
    ScriptedServer,
    answer,
    chunked,
    event,
    head,
    until,
)

VERSIONS = pytest.mark.parametrize(
    "version",
    [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3],
    ids=["1.2", "1.3"],
)


@dataclass(frozen=True)
class Identity:
    """A server's certificate, and the file of the authority that signed it."""

    certificate: trustme.LeafCert
    authority: Path

    def context(
        self, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = version
        self.certificate.configure_cert(context)
        return context


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    authority = trustme.CA()
    file = tmp_path_factory.mktemp("tls") / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return Identity(authority.issue_cert("127.0.0.1"), file)


# The stream


class Pair:
    """Our stream and a server's end, with the wire between them in the test's hands."""

    def __init__(
        self,
        identity: Identity,
        version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
        *,
        insecure: bool = True,
    ) -> None:
        self.client = TlsStream(client_context(insecure), "127.0.0.1")
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.server = identity.context(version).wrap_bio(
            self._in, self._out, server_side=True
        )

    def shake_hands(self) -> None:
        served = False
        to_server = self.client.handshake()
        for _ in range(4):  # flights, and to spare
            self._in.write(to_server)
            with suppress(ssl.SSLWantReadError):
                self.server.do_handshake()
                served = True
            to_server = self.client.handshake(self._out.read())
        assert served

    def from_server(self, plain: bytes) -> bytes:
        self.server.write(plain)
        return self._out.read()

    def at_server(self, wire: bytes) -> bytes:
        self._in.write(wire)
        parts = []
        while self._in.pending or self.server.pending():
            parts.append(self.server.read(1 << 20))
        return b"".join(parts)


@VERSIONS
def test_what_goes_in_at_one_end_comes_out_at_the_other(
    identity: Identity, version: ssl.TLSVersion
) -> None:
    assert not Pair(identity, version).client.established
    pair = Pair(identity, version)
    pair.shake_hands()
    assert pair.client.established
    assert pair.at_server(pair.client.encrypt(b"hello")) == b"hello"
    assert pair.client.decrypt(pair.from_server(b"world")) == b"world"


@VERSIONS
def test_a_record_may_come_cut_anywhere_and_several_at_once(
    identity: Identity, version: ssl.TLSVersion
) -> None:
    pair = Pair(identity, version)
    pair.shake_hands()
    wire = pair.from_server(b"abc") + pair.from_server(b"def")
    pieces = [pair.client.decrypt(wire[i : i + 1]) for i in range(len(wire))]
    assert b"".join(pieces) == b"abcdef"
    assert [piece for piece in pieces if piece] == [b"abc", b"def"]
    assert (
        pair.client.decrypt(pair.from_server(b"1") + pair.from_server(b"2"))
        == b"12"
    )


def test_a_farewell_is_no_data_and_no_error(identity: Identity) -> None:
    pair = Pair(identity)
    pair.shake_hands()
    wire = pair.from_server(b"last")
    with pytest.raises(ssl.SSLWantReadError):
        pair.server.unwrap()
    assert pair.client.decrypt(wire + pair._out.read()) == b"last"
    assert pair.client.decrypt(b"") == b""


def test_a_large_message_is_encrypted_whole(identity: Identity) -> None:
    pair = Pair(identity)
    pair.shake_hands()
    message = bytes(range(256)) * 20_000
    assert pair.at_server(pair.client.encrypt(message)) == message


def test_an_unknown_authority_is_not_trusted_unless_all_are(
    identity: Identity,
) -> None:
    pair = Pair(identity, insecure=False)
    with pytest.raises(ssl.SSLCertVerificationError):
        pair.shake_hands()


def test_bytes_that_were_tampered_with_are_refused(identity: Identity) -> None:
    pair = Pair(identity)
    pair.shake_hands()
    wire = bytearray(pair.from_server(b"hello"))
    wire[-1] ^= 1
    with pytest.raises(ssl.SSLError):
        pair.client.decrypt(bytes(wire))


# The loop


def run_tls(
    identity: Identity,
    script: Script,
    *,
    insecure: bool = True,
    context: Any = None,
    **fields: Any,
) -> Ran:
    with ScriptedServer(script, tls=context or identity.context()) as server:
        return run_loop(
            job_for(
                server.port,
                address=address_of(server.port, tls=True, insecure=insecure),
                **fields,
            )
        )


@VERSIONS
def test_a_run_through_tls(identity: Identity, version: ssl.TLSVersion) -> None:
    ran = run_tls(
        identity, answer, context=identity.context(version), n=12, concurrency=3
    )
    assert ran.all_ok
    assert ran.column("event_count") == [3] * 12
    assert ran.loop.connections.opened == 3
    assert min(ran.column("connect_ns")) > 0


def test_an_authority_named_by_the_user_is_trusted(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(identity.authority))
    assert run_tls(identity, answer, insecure=False).all_ok


def test_a_certificate_that_nobody_vouches_for_stops_the_run_before_it_begins(
    identity: Identity,
) -> None:
    with pytest.raises(CannotConnectError, match="certificate verify failed"):
        run_tls(identity, answer, insecure=False)


def test_a_certificate_of_another_name_is_not_accepted(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(identity.authority))
    with ScriptedServer(answer, tls=identity.context()) as server:
        address = address_of(server.port, tls=True)
        other = type(address)(
            address.family,
            address.socket_address,
            "example.org",
            address.host_header,
            tls=True,
        )
        with pytest.raises(
            CannotConnectError, match=r"certificate is not valid for|match"
        ):
            run_loop(job_for(server.port, address=other))


def test_a_server_that_speaks_no_tls() -> None:
    def page(peer: Peer, number: int) -> bool:
        peer.read(1)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return False

    with (
        ScriptedServer(answer, greet=page) as server,
        pytest.raises(CannotConnectError, match=r"SSL|TLS"),
    ):
        run_loop(
            job_for(
                server.port,
                address=address_of(server.port, tls=True, insecure=True),
            )
        )


def test_a_server_that_hangs_up_during_the_handshake() -> None:
    def hang_up(peer: Peer, number: int) -> bool:
        peer.read(1)
        peer.close()
        return False

    with (
        ScriptedServer(answer, greet=hang_up) as server,
        pytest.raises(CannotConnectError, match=r"TLS handshake|reset"),
    ):
        run_loop(
            job_for(
                server.port,
                address=address_of(server.port, tls=True, insecure=True),
            )
        )


def test_session_tickets_do_not_cost_an_idle_connection(
    identity: Identity,
) -> None:
    """TLS 1.3 servers send them unasked after the handshake, when the connection is idle
    already.
    """
    greeted: list[int] = []

    def greet(peer: Peer, number: int) -> bool:
        greeted.append(
            number
        )  # its handshake is over, and its tickets are under way
        return True

    with ScriptedServer(answer, tls=identity.context(), greet=greet) as server:
        job = job_for(
            server.port,
            n=8,
            concurrency=4,
            address=address_of(server.port, tls=True, insecure=True),
        )
        loop = Loop(job, live := Live())
        loop.prepare()
        idle = loop.connections.idle
        until(lambda: len(greeted) == 4)
        for fd, _ in loop._poller.poll(0, 100):
            loop._attend(fd, loop.connections.by_fd[fd])
        assert len(idle) == len({connection.fd for connection in idle}) == 4
        ran = finish_loop(loop, job, live)
    assert ran.all_ok
    assert (server.connections, ran.loop.responses.reconnects) == (4, 0)


def test_an_idle_connection_that_the_server_closes_is_replaced(
    identity: Identity,
) -> None:
    def script(peer: Peer, asked: Asked) -> None:
        answer(peer, asked)
        assert isinstance(peer.sock, ssl.SSLSocket)
        peer.close()
        raise Hangup

    ran = run_tls(identity, script, n=4)
    assert ran.all_ok
    assert ran.loop.responses.reconnects == 3


def test_a_large_request_goes_out_whole(identity: Identity) -> None:
    with ScriptedServer(answer, tls=identity.context()) as server:
        address = address_of(server.port, tls=True, insecure=True)
        job = job_for(
            server.port,
            n=2,
            address=address,
            prompts=requests(2, "x" * 5_000_000),
        )
        ran = run_loop(job)
    assert ran.all_ok
    assert [asked.body for asked in server.asked] == [
        message.partition(b"\r\n\r\n")[2] for message in wire_messages(job)
    ]


def test_a_response_of_many_records_in_one_segment(identity: Identity) -> None:
    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*chunked(*[event("x")] * 300, *STREAM))

    ran = run_tls(identity, script, n=2, keep_texts=True)
    assert ran.column("event_count") == [303] * 2
    assert ran.trace.texts == ("x" * 300 + " a b c",) * 2


def test_failures_are_the_same_through_tls(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_time(
        monkeypatch,
        lambda loop: any(
            each.position == 2 and each.headers_ns for each in in_flight(loop)
        ),
    )

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 0:
            peer.send(head(), *STREAM)  # until the connection is closed
            peer.close()
            raise Hangup
        if asked.id == 1:
            peer.send(*chunked(event("a"))[:-1])
            peer.close()
            raise Hangup
        if asked.id == 2:
            peer.send(head("Transfer-Encoding: chunked"))
            peer.wait_for_hangup()
            raise Hangup
        answer(peer, asked)

    ran = run_tls(
        identity,
        script,
        n=4,
        timeouts=BOUNDED.model_copy(update={"total_s": 3600}),
    )
    assert ran.failures == [
        Failure.NONE,
        Failure.CLOSED_EARLY,
        Failure.FIRST_TOKEN_TIMEOUT,
        Failure.NONE,
    ]


def test_garbage_in_place_of_a_record_fails_the_request_only(
    identity: Identity,
) -> None:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 1:
            assert isinstance(peer.sock, ssl.SSLSocket)
            with socket.socket(fileno=peer.sock.detach()) as plain:
                plain.sendall(b"garbage in place of a record")
                plain.recv(1)
            raise Hangup
        answer(peer, asked)

    ran = run_tls(identity, script, n=3)
    assert ran.failures == [Failure.NONE, Failure.BAD_FRAMING, Failure.NONE]
