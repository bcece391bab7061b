"""A language client that measures: it stamps each message when it has arrived, and answers what the server asks."""

import json
import os
import subprocess
import threading
import time


class Client:
    """A server over standard input and output, and all that it sends."""

    def __init__(self, command, root, capabilities=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.arrived = threading.Condition()
        self.responses = {}
        self.notifications = []  # (time.perf_counter(), time.time(), message), also requests of the server
        self.ended = False
        self.next_id = 0
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        answer = self.request("initialize", {
            "processId": os.getpid(),
            "rootUri": uri(root),
            "workspaceFolders": [{"uri": uri(root), "name": "bench"}],
            "capabilities": capabilities or CAPABILITIES,
        })
        self.capabilities = answer["capabilities"]
        self.notify("initialized", {})

    def _read(self):
        stream = self.process.stdout
        while True:
            length = None
            while (line := stream.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if length is None:
                break
            body = stream.read(length)
            # Before it is read: what the client itself takes for that is none of the server's time.
            stamp = time.perf_counter(), time.time()
            message = json.loads(body)
            with self.arrived:
                if "method" in message:
                    self.notifications.append((*stamp, message))
                else:
                    self.responses[message["id"]] = (*stamp, message)
                self.arrived.notify_all()
            if "method" in message and "id" in message:
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": answer_to(message)})
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def _send(self, message):
        self._write(frame(message))

    def _write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def notify(self, method, params):
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def notify_all(self, notifications):
        """Many in one write: back to back, as fast as the pipe takes them."""
        self._write(b"".join(frame({"jsonrpc": "2.0", "method": m, "params": p}) for m, p in notifications))

    def request(self, method, params, limit=60):
        return self.timed_request(method, params, limit)[1]

    def timed_request(self, method, params, limit=60):
        """The answer, and how many seconds it took until it had arrived."""
        self.next_id += 1
        identifier = self.next_id
        data = frame({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params})
        started = time.perf_counter()
        self._write(data)
        arrived, _, message = self.wait(lambda: self.responses.pop(identifier, None), f"the answer to {method}", limit)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return arrived - started, message["result"]

    def wait(self, look, what, limit=60):
        """Waits until `look` finds something in what has arrived, and gives it."""
        until = time.monotonic() + limit
        with self.arrived:
            while True:
                found = look()
                if found is not None:
                    return found
                if self.ended:
                    raise RuntimeError(f"the server ended before {what}")
                if not self.arrived.wait(until - time.monotonic()):
                    raise TimeoutError(f"{what} did not come in {limit} s")

    def seen(self):
        """How many messages have arrived, to look at later ones only."""
        with self.arrived:
            return len(self.notifications)

    def message(self, since, wanted, what, limit=60):
        """The first message after `since` that is wanted: (perf_counter, time, message)."""
        position = since

        def look():
            nonlocal position
            while position < len(self.notifications):
                position += 1
                if wanted(self.notifications[position - 1][2]):
                    return self.notifications[position - 1]
            return None

        return self.wait(look, what, limit)

    def open(self, path, text, version=1):
        self.notify("textDocument/didOpen", {
            "textDocument": {"uri": uri(path), "languageId": "markdown", "version": version, "text": text},
        })

    def cpu_seconds(self):
        """Processor time of all its threads so far (Linux), which the load of the machine changes less than the clock's."""
        total = 0
        for thread in os.listdir(f"/proc/{self.process.pid}/task"):
            try:
                with open(f"/proc/{self.process.pid}/task/{thread}/schedstat") as file:
                    total += int(file.read().split()[0])
            except FileNotFoundError:
                pass  # The thread has ended.
        return total / 1e9

    def peak_memory_mib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

    def close(self):
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(10)


def frame(message):
    if message.get("params", 0) is None:
        del message["params"]
    body = json.dumps(message, ensure_ascii=False).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def answer_to(request):
    if request["method"] == "workspace/configuration":
        return [None] * len(request["params"]["items"])
    return None


def uri(path):
    return "file://" + os.path.abspath(path)


def publishes(path, version=None):
    """Wants the diagnostics of a file, of a certain version if one is given."""
    def wanted(message):
        return (message["method"] == "textDocument/publishDiagnostics"
                and message["params"]["uri"] == uri(path)
                and (version is None or message["params"].get("version") == version))
    return wanted


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]


def row(name, milliseconds):
    return (f"{name:<46} p50 {percentile(milliseconds, 50):8.2f}   p95 {percentile(milliseconds, 95):8.2f}"
            f"   max {max(milliseconds):8.2f} ms   n {len(milliseconds)}")


CAPABILITIES = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True},
        "inlayHint": {"refreshSupport": True},
        "codeLens": {"refreshSupport": True},
    },
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True, "codeDescriptionSupport": True},
        "inlayHint": {},
        "codeLens": {},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}}},
    },
}
