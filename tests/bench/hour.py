#!/usr/bin/env python3
"""An hour of editing at speed: typing, pasting, deleting, questions, cancellations, changes of status.json by another process.

Memory is read ten times on the way and must not grow in the second half; at the end the answers must be those of a fresh
server. With --silent every request of the server's is left unanswered.
"""

import argparse
import os
import random
import tempfile
import time

from client import Client, publishes, uri
from plans import workspace

QUESTIONS = ["documentSymbol", "codeLens", "inlayHint", "hover", "codeAction"]
LINES = ["- [ ] 1.2 Typed anew", "- [x] 1.3 Done since", "## Phase 9: Later", "", "```", "text between"]


class Silent(Client):
    """A client that never answers."""

    def _send(self, message):
        if "method" in message:
            super()._send(message)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default="target/release/tallymark")
    arguments.add_argument("--tasks", type=int, default=300)
    arguments.add_argument("--events", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--silent", action="store_true", help="answer no request of the server's")
    arguments = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments, folder)


def measure(arguments, folder):
    chance = random.Random(arguments.seed)
    path, text, status = workspace(folder, arguments.tasks)
    program = os.path.abspath(arguments.program)
    client = (Silent if arguments.silent else Client)([program, "lsp"], folder)
    lines, version, sent = text.split("\n"), 1, 0
    client.open(path, text)
    client.message(0, publishes(path, 1), "the first diagnostics")
    memory, threads = [], []
    with open(status, encoding="utf-8") as file:
        original = file.read()
    asked = []
    for event in range(1, arguments.events + 1):
        kind = chance.random()
        if kind < 0.80:
            version += 1
            line = chance.randrange(len(lines) - 1)
            if len(lines) > 2 * arguments.tasks + 100 or kind < 0.1:
                replaced = [] if len(lines) > arguments.tasks // 2 + 20 else ["", chance.choice(LINES)]
                end = line + 1
            else:
                replaced, end = [chance.choice(LINES)], line + (kind < 0.6)
            lines[line:end] = replaced
            client.notify("textDocument/didChange", {
                "textDocument": {"uri": uri(path), "version": version},
                "contentChanges": [{
                    "range": {"start": {"line": line, "character": 0}, "end": {"line": end, "character": 0}},
                    "text": "".join(content + "\n" for content in replaced),
                }],
            })
        elif kind < 0.98:
            question = chance.choice(QUESTIONS)
            params = {"textDocument": {"uri": uri(path)}}
            line = chance.randrange(len(lines))
            place = {"line": line, "character": 3}
            if question == "hover":
                params["position"] = place
            elif question != "documentSymbol" and question != "codeLens":
                params["range"] = {"start": place, "end": {"line": line + 40, "character": 0}}
                params["context"] = {"diagnostics": []}
            client.next_id += 1
            asked.append(client.next_id)
            client._send({"jsonrpc": "2.0", "id": client.next_id, "method": "textDocument/" + question, "params": params})
            if kind > 0.95:
                client.notify("$/cancelRequest", {"id": client.next_id})
        else:
            word = chance.choice(["pending", "in_progress", "completed", "failed"])
            temporary = status + ".new"
            with open(temporary, "w", encoding="utf-8") as file:
                file.write(original.replace('"pending"', f'"{word}"', chance.randrange(5)))
            os.replace(temporary, status)
        sent += 1
        # At most so many wait: no person types a hundred thousand keys ahead.
        if len(asked) >= 50:
            client.wait(lambda: all(number in client.responses for number in asked) or None, "the answers")
            for number in asked:
                error = client.responses.pop(number)[2].get("error")
                if error and error["code"] != -32800:
                    raise RuntimeError(f"event {event}: {error}")
            asked.clear()
        if event % (arguments.events // 10) == 0:
            client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri(path)}})
            memory.append(resident_mib(client.process.pid))
            threads.append(len(os.listdir(f"/proc/{client.process.pid}/task")))
            with client.arrived:
                client.notifications.clear()
    text = "\n".join(lines)
    fresh = Client([program, "lsp"], folder)
    fresh.open(path, text)
    document = {"textDocument": {"uri": uri(path)}}
    expected = fresh.request("textDocument/documentSymbol", document)
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(status), "type": 2}]})
    now = None
    for _ in range(100):
        now = client.request("textDocument/documentSymbol", document)
        if now == expected:
            break
        time.sleep(0.05)
    if now != expected:
        raise RuntimeError("at the end the outline is not that of a fresh server")
    half = memory[4:]
    print(f"{sent} events, {arguments.tasks} tasks, silent={arguments.silent}: resident MiB {' '.join(f'{m:.0f}' for m in memory)}, "
          f"threads {' '.join(map(str, threads))}; the end is that of a fresh server")
    if max(half) > half[0] * 1.2 + 4:
        raise RuntimeError("memory grows")
    fresh.close()
    client.close()


def resident_mib(process):
    with open(f"/proc/{process}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
