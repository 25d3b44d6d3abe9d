"""One kept connection, requests in, bodies out."""

import socket

_CHUNK = 1 << 18


class FloorError(Exception):
    """A request was not answered 200: the floor has no second try."""


class Line:
    """A connection to one service."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, head: bytes, body: bytes) -> bytes:
        """Send a request whose head is complete but for its end; return the body of the answer.

        Raises
        ------
        FloorError
            For any status but 200.
        """
        self._socket.sendall(b"%b\r\n%b" % (head, body))
        data = self._socket.recv(_CHUNK)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        size = _content_length(data[:end])
        parts, have = [data[end + 4 :]], len(data) - end - 4
        while have < size:
            parts.append(self._more())
            have += len(parts[-1])
        answer = b"".join(parts) if len(parts) > 1 else parts[0]
        if data[9:12] != b"200":
            raise FloorError(f"{data[:12]!r}: {answer[:300]!r}")
        return answer

    def _more(self) -> bytes:
        data = self._socket.recv(_CHUNK)
        if not data:
            raise FloorError("the connection was closed")
        return data


def _content_length(head: bytes) -> int:
    lines = head.lower()
    start = lines.index(b"content-length:") + 15
    end = lines.find(b"\r", start)
    return int(lines[start : end if end >= 0 else len(lines)])
