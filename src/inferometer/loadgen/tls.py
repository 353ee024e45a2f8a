"""TLS between the raw read and the framing: bytes are stamped first and decrypted afterwards."""

from __future__ import annotations

import ssl


def client_context(insecure: bool) -> ssl.SSLContext:
    """The system's trust store; with `insecure`, any certificate is accepted."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class TlsStream:
    """One TLS connection without a socket: bytes from the wire go in, bytes for the wire come
    out.
    """

    __slots__ = ("_incoming", "_outgoing", "_tls", "established")

    def __init__(self, context: ssl.SSLContext, server_hostname: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_hostname
        )
        self.established = False

    def handshake(self, received: bytes = b"") -> bytes:
        """One step of the handshake: the bytes to send. Raises ssl.SSLError if the peer is not
        trusted.
        """
        self._incoming.write(received)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return self._outgoing.read()
        self.established = True
        return self._outgoing.read()

    def decrypt(self, received: bytes) -> bytes:
        """The plain bytes that `received` completes; empty for a partial record or the closing
        message.
        """
        self._incoming.write(received)
        parts = []
        try:
            while part := self._tls.read(65536):
                parts.append(part)
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            pass
        return b"".join(parts)

    def encrypt(self, plain: bytes) -> bytes:
        self._tls.write(plain)
        return self._outgoing.read()
