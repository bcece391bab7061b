#!/usr/bin/env python3
"""How long a keystroke takes to its diagnostics, on plans of 1,000 and 10,000 tasks.

Each keystroke is one character typed into, or deleted from, a task's title; measured is the time from the didChange to the
diagnostics of that version. The next one comes only after that.
"""

import argparse
import os
import tempfile
import time

from client import Client, publishes, row, uri
from plans import workspace


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default="target/release/tallymark")
    arguments.add_argument("--sizes", default="1000,10000", help="tasks a plan")
    arguments.add_argument("--keystrokes", type=int, default=200)
    arguments = arguments.parse_args()
    for size in map(int, arguments.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            measure(os.path.abspath(arguments.program), folder, size, arguments.keystrokes)


def measure(program, folder, size, keystrokes):
    path, text, _ = workspace(folder, size)
    client = Client([program, "lsp"], folder)
    started = time.perf_counter()
    client.open(path, text)
    opened = client.message(0, publishes(path, 1), "the first diagnostics")[0]
    lines = text.split("\n")
    tasks = [n for n, line in enumerate(lines) if line.startswith("- [ ] ") and line[6].isdigit()]
    times, symbols = [], []
    processor = 0
    for keystroke in range(keystrokes):
        version = keystroke + 2
        since = client.seen()
        # Typed at one place all over the plan, deleted again with the next keystroke.
        line = tasks[(keystroke // 2 * 7919) % len(tasks)]
        column = len("- [ ] ") + 8
        end = column + keystroke % 2
        before = client.cpu_seconds()
        started_at = time.perf_counter()
        client.notify("textDocument/didChange", {
            "textDocument": {"uri": uri(path), "version": version},
            "contentChanges": [{
                "range": {"start": {"line": line, "character": column}, "end": {"line": line, "character": end}},
                "text": "" if keystroke % 2 else "x",
            }],
        })
        published = client.message(since, publishes(path, version), f"the diagnostics of version {version}")[0]
        times.append((published - started_at) * 1000)
        processor += client.cpu_seconds() - before
        if keystroke % 10 == 0:
            started_at = time.perf_counter()
            client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri(path)}})
            symbols.append((time.perf_counter() - started_at) * 1000)
    print(f"{size} tasks, {len(text.encode()) // 1024} KiB")
    print(row("  didOpen to diagnostics", [(opened - started) * 1000]))
    print(row("  keystroke to diagnostics", times))
    print(row("  documentSymbol after it", symbols))
    print(f"  processor time a keystroke {processor / keystrokes * 1000:.2f} ms, peak memory {client.peak_memory_mib():.0f} MiB")
    client.close()


if __name__ == "__main__":
    main()
