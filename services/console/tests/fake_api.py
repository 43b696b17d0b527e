"""An API that says what a test wants: HTTP over a Unix socket, one answer for each method and target."""
import json
import socket
import threading


class FakeApi:
    """Use as a context manager. `answers` maps "METHOD target" to (status, body), or to a function that
    makes it; body is JSON, bytes, or None."""

    def __init__(self, path):
        self.path, self.answers, self.requests = path, {}, []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(8)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                try:
                    self._answer(client)
                except OSError:
                    pass

    def _answer(self, client):
        data = b""
        while b"\r\n\r\n" not in data:
            more = client.recv(65536)
            if not more:
                return
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        fields = dict(field.split(": ", 1) for field in fields)
        while len(body) < int(fields.get("Content-Length", 0)):
            body += client.recv(65536)
        what = line.rsplit(" ", 1)[0]
        self.requests.append((what, fields, json.loads(body) if body else None))
        found = self.answers.get(what, (404, error("invalid-value", "there is no such resource")))
        status, answer = found() if callable(found) else found
        if answer is not None and not isinstance(answer, bytes):
            answer = json.dumps(answer).encode()
        if status == "raw":
            client.sendall(answer)
        elif status == "silent":
            client.recv(1)
        elif answer is None:
            client.sendall(f"HTTP/1.1 {status} x\r\n\r\n".encode())
        else:
            client.sendall(f"HTTP/1.1 {status} x\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer)

    def asked(self, what):
        """Bodies of the requests of that method and target."""
        return [body for asked, _, body in self.requests if asked == what]


def error(tag, message, app_tag=None, path=None, **info):
    """A body as RESTCONF has it."""
    one = {"error-type": "application", "error-tag": tag, "error-message": message}
    one |= {"error-app-tag": app_tag} if app_tag else {}
    one |= {"error-path": path} if path else {}
    one |= {"error-info": info} if info else {}
    return {"ietf-restconf:errors": {"error": [one]}}
