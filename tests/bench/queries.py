#!/usr/bin/env python3
"""How long an editor waits for the answer to a question about an open plan of 10,000 tasks.

Each question is asked again and again, at places all over the plan. Counted from the first byte of the request to the
last byte of the answer, before the client reads it. Between two questions marked "edited" a letter is typed, and its
diagnostics are waited for, so that what is counted is the question and not the analysis.
"""

import argparse
import os
import tempfile

from client import CAPABILITIES, Client, publishes, row, uri
from plans import workspace

SCREEN = 50


class Session:
    """A server with the plan open."""

    def __init__(self, program, folder, tasks):
        self.path, text, _ = workspace(folder, tasks)
        self.lines = text.split("\n")
        self.tasks = [n for n, line in enumerate(self.lines) if line.startswith("- [") and line[6:7].isdigit()]
        # What waits for something, so that there is a list to complete.
        self.waiting = self.tasks[1::2]
        for number in self.waiting:
            before = self.lines[number - 3].split(" ")[3]
            self.lines[number] += f" (depends: {before if before[:1].isdigit() else '1.1'})"
        self.phases = [n for n, line in enumerate(self.lines) if line.startswith("## ")]
        self.document = {"uri": uri(self.path)}
        self.version = 1
        self.tokens = None
        self.client = Client([program, "lsp"], folder, CAPABILITIES)
        self.client.open(self.path, "\n".join(self.lines))
        self.client.message(0, publishes(self.path, 1), "the first diagnostics")

    def line(self, turn):
        return self.waiting[turn * 7919 % len(self.waiting)]

    def edit(self, turn):
        line = self.line(turn)
        self.version += 1
        since = self.client.seen()
        at = {"line": line, "character": 14}
        self.client.notify("textDocument/didChange", {
            "textDocument": {**self.document, "version": self.version},
            "contentChanges": [{"range": {"start": at, "end": at}, "text": "x"}],
        })
        self.client.message(since, publishes(self.path, self.version), "the diagnostics")

    def at(self, line, character):
        return {"textDocument": self.document, "position": {"line": line, "character": character}}

    def screen(self, turn):
        # With the heading of a phase, which has something to tell.
        line = self.phases[turn * 7919 % len(self.phases)]
        last = min(line + SCREEN, len(self.lines) - 1)
        return {"textDocument": self.document,
                "range": {"start": {"line": line, "character": 0}, "end": {"line": last, "character": 0}}}


def questions(session):
    """Name, method, parameters by turn, aim for p95 in milliseconds (None: none), and whether a letter is typed before."""
    whole = {"textDocument": session.document}
    dependency = lambda turn: session.at(session.line(turn), len(session.lines[session.line(turn)]) - 1)
    word = lambda turn: session.at(session.line(turn), 12)

    def delta(_):
        return {"textDocument": session.document, "previousResultId": session.tokens}

    return [
        ("hover", "textDocument/hover", word, 1, False),
        ("completion of a dependency", "textDocument/completion", dependency, 1, False),
        ("inlay hints of a screen", "textDocument/inlayHint", session.screen, 2, False),
        ("code lenses", "textDocument/codeLens", lambda _: whole, 2, False),
        ("code actions", "textDocument/codeAction",
         lambda turn: {**session.screen(turn), "range": {"start": word(turn)["position"], "end": word(turn)["position"]},
                       "context": {"diagnostics": []}}, None, False),
        ("semantic tokens, full", "textDocument/semanticTokens/full", lambda _: whole, 6, False),
        ("semantic tokens, delta, edited", "textDocument/semanticTokens/full/delta", delta, 1, True),
        ("semantic tokens of a screen", "textDocument/semanticTokens/range", session.screen, None, False),
        ("folds", "textDocument/foldingRange", lambda _: whole, None, False),
        ("a growing selection", "textDocument/selectionRange",
         lambda turn: {"textDocument": session.document, "positions": [word(turn)["position"]]}, None, False),
        ("document symbols", "textDocument/documentSymbol", lambda _: whole, 10, False),
        ("definition", "textDocument/definition", dependency, 5, False),
        ("implementation", "textDocument/implementation", dependency, 5, False),
        ("references", "textDocument/references",
         lambda turn: {**dependency(turn), "context": {"includeDeclaration": True}}, 5, False),
        ("document highlight", "textDocument/documentHighlight", dependency, 5, False),
        ("symbols of all open plans", "workspace/symbol",
         lambda turn: {"query": ["lock", "part 99", "wrt prt", ""][turn % 4]}, 50, False),
        ("document links", "textDocument/documentLink", lambda _: whole, None, False),
        ("prepared call hierarchy", "textDocument/prepareCallHierarchy", word, None, False),
    ]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default="target/release/tallymark")
    arguments.add_argument("--tasks", type=int, default=10_000)
    arguments.add_argument("--times", type=int, default=200, help="how often each question is asked")
    arguments.add_argument("--only", default="", help="only questions with this in their name")
    arguments = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        session = Session(os.path.abspath(arguments.program), folder, arguments.tasks)
        client = session.client
        for name, method, params, aim, edits in questions(session):
            if arguments.only not in name:
                continue
            times = []
            if "delta" in name:
                session.tokens = client.request("textDocument/semanticTokens/full", {"textDocument": session.document})["resultId"]
            for turn in range(arguments.times + 5):
                if edits:
                    session.edit(turn)
                seconds, answer = client.timed_request(method, params(turn))
                if answer is None or answer == []:
                    raise RuntimeError(f"{name} is answered with nothing")
                if isinstance(answer, dict) and "resultId" in answer:
                    session.tokens = answer["resultId"]
                # The first few find cold caches.
                if turn >= 5:
                    times.append(seconds * 1000)
            print(row(name, times) + (f"   aim {aim} ms" if aim else ""))
        client.close()


if __name__ == "__main__":
    main()
