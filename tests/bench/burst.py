#!/usr/bin/env python3
"""What 1,000 changes sent back to back cost, and whether they end in the diagnostics and symbols of the final text.

Beside it, the same server takes changes one by one, each awaited: the burst is to cost a tenth of 1,000 of those or less.
"""

import argparse
import os
import tempfile
import time

from client import Client, percentile, publishes, uri
from plans import workspace


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default="target/release/tallymark")
    arguments.add_argument("--sizes", default="500,1000", help="tasks a plan")
    arguments.add_argument("--changes", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=10)
    arguments = arguments.parse_args()
    for size in map(int, arguments.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            measure(os.path.abspath(arguments.program), folder, size, arguments.changes, arguments.rounds)


def measure(program, folder, size, changes, rounds):
    path, text, _ = workspace(folder, size)
    line = next(n for n, content in enumerate(text.split("\n")) if content.startswith("- [ ] 1.2 "))
    document = {"uri": uri(path)}
    client = Client([program, "lsp"], folder)
    client.open(path, text)
    client.message(0, publishes(path, 1), "the first diagnostics")
    version = 1

    def change(typed):
        nonlocal version
        version += 1
        start = {"line": line, "character": len("- [ ] 1.2 ")}
        end = {"line": line, "character": len("- [ ] 1.2 ") + (0 if typed else 1)}
        return "textDocument/didChange", {
            "textDocument": {**document, "version": version},
            "contentChanges": [{"range": {"start": start, "end": end}, "text": "x" if typed else ""}],
        }

    singles, processor = 50, client.cpu_seconds()
    for number in range(singles):
        since = client.seen()
        client.notify(*change(number % 2 == 0))
        client.message(since, publishes(path, version), "the diagnostics of a single change")
    single = (client.cpu_seconds() - processor) / singles

    times, costs, published = [], [], []
    for number in range(rounds):
        since, processor, started = client.seen(), client.cpu_seconds(), time.perf_counter()
        # Ends with one more character than it began with, other than in the round before.
        burst = [change(True)] + [change(n % 2 == 1) for n in range(changes - 1)]
        client.notify_all(burst)
        at = client.message(since, publishes(path, version), f"the diagnostics of round {number}")[0]
        times.append((at - started) * 1000)
        costs.append(client.cpu_seconds() - processor)
        published.append(sum(publishes(path)(message) for _, _, message in client.notifications[since:]))
        expected = expect(burst, text.split("\n")[line])
        symbols = client.request("textDocument/documentSymbol", {"textDocument": document})
        if not any(expected in name for name in all_names(symbols)):
            raise RuntimeError(f"round {number}: no symbol is named {expected!r}")
        text = text.replace(text.split("\n")[line], f"- [ ] 1.2 {expected}", 1)
    print(f"{size} tasks: {changes} changes to the final diagnostics p50 {percentile(times, 50):.0f} ms, max {max(times):.0f} ms; "
          f"{percentile(published, 50)} published; processor {percentile(costs, 50) * 1000:.0f} ms, "
          f"{percentile(costs, 50) / (single * changes):.3f} of {changes} single changes at {single * 1000:.2f} ms")
    client.close()


def expect(burst, content):
    """The title after the burst."""
    title = content.removeprefix("- [ ] 1.2 ")
    for _, params in burst:
        edit = params["contentChanges"][0]
        title = "x" + title if edit["text"] else title[1:]
    return title


def all_names(symbols):
    pending = list(symbols)
    while pending:
        symbol = pending.pop()
        yield symbol["name"]
        pending.extend(symbol.get("children") or [])


if __name__ == "__main__":
    main()
