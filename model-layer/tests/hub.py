"""A server that speaks the hub's HTTP protocol for one model, and whose connections can break."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """
    files: content by name. breaks: how many answers for large files break off half-way. failure: the status of every answer
    about the model, if the hub is out of order.
    """

    def __init__(self, id: str, files: dict[str, bytes], breaks: int = 0, failure: int | None = None) -> None:
        self.id, self.files, self.breaks, self.failure = id, files, breaks, failure
        self.ranges: list[tuple[str, int]] = []
        """Of each GET of a file, its name and the byte it started from."""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self.file(send=False)

            def do_GET(self) -> None:
                path = urlparse(self.path).path
                if path.startswith("/api/models/"):
                    hub.describe(self, path)
                else:
                    self.file(send=True)

            def file(self, send: bool) -> None:
                name = urlparse(self.path).path.removeprefix(f"/{hub.id}/resolve/{COMMIT}/")
                if name not in hub.files:
                    hub.answer(self, 404, b"", {"X-Error-Code": "EntryNotFound"})
                    return
                content = hub.files[name]
                headers = {"ETag": f'"{sha256(content)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
                start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
                if not send:
                    hub.answer(self, 200, content, headers, body=False)
                    return
                hub.ranges.append((name, start))
                if start:
                    headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
                cut = hub.breaks > 0 and len(content) > 100_000
                hub.breaks -= cut
                hub.answer(self, 206 if start else 200, content[start:], headers, cut=cut)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "Hub":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def describe(self, handler: BaseHTTPRequestHandler, path: str) -> None:
        revisions = [f"/api/models/{self.id}/revision/{name}" for name in ("main", COMMIT)]
        if self.failure is not None:
            self.answer(handler, self.failure, b"{}", {})
        elif not path.startswith(f"/api/models/{self.id}"):
            self.answer(handler, 404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif path not in revisions:
            self.answer(handler, 404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        else:
            siblings = [
                {"rfilename": name, "size": len(content), "blobId": "0" * 40}
                | ({"lfs": {"sha256": sha256(content), "size": len(content), "pointerSize": 134}} if len(content) > 100_000 else {})
                for name, content in self.files.items()
            ]
            body = json.dumps({"id": self.id, "modelId": self.id, "sha": COMMIT, "siblings": siblings, "tags": []}).encode()
            self.answer(handler, 200, body, {"Content-Type": "application/json"})

    def answer(
        self, handler: BaseHTTPRequestHandler, status: int, content: bytes, headers: dict[str, str], body: bool = True, cut: bool = False
    ) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if body:
            handler.wfile.write(content[: len(content) // 2] if cut else content)
            handler.wfile.flush()
        if cut:
            handler.close_connection = True


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
