#!/usr/bin/env python3
"""How soon an open editor shows what another process did to status.json.

A server has a plan of 40 tasks open. `tallymark complete` and `tallymark reopen`, processes of their own, change one task
after the other; measured is the time until the diagnostics say so, until the server asks the client to fetch the hints
anew, and until the new hint has been fetched. Counted from the rename that made the new status.json visible (its ctime,
as coarse as the kernel's tick, 1 to 4 ms), and from the end of the process that made it.
"""

import argparse
import os
import subprocess
import tempfile
import time

from client import Client, publishes, row, uri
from plans import workspace

TICKED = ["1.1", "1.3", "2.2", "4.4"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default="target/release/tallymark")
    arguments.add_argument("--changes", type=int, default=200)
    arguments.add_argument("--pause", type=float, default=0.3,
                           help="seconds between changes; refreshes come at most every 250 ms")
    arguments = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(os.path.abspath(arguments.program), folder, arguments.changes, arguments.pause)


def measure(program, folder, changes, pause):
    # A ticked box whose task is not completed is TM103, so each change adds or takes away a diagnostic.
    path, text, status_path = workspace(folder, 40, 8, TICKED)
    lines = {task: next(n for n, line in enumerate(text.split("\n")) if line.startswith(f"- [x] {task} ")) for task in TICKED}
    client = Client([program, "lsp"], folder)
    client.open(path, text)
    client.message(0, publishes(path, 1), "the first diagnostics")
    everything = {"textDocument": {"uri": uri(path)},
                  "range": {"start": {"line": 0, "character": 0}, "end": {"line": text.count("\n"), "character": 0}}}
    client.request("textDocument/inlayHint", everything)
    time.sleep(1)  # The sidecar starts meanwhile.

    names = ["diagnostics", "request to refresh the hints", "the new hint"]
    from_rename = {name: [] for name in names}
    from_exit = {name: [] for name in names}
    command_times = []
    for change in range(changes):
        task, complete = TICKED[change // 2 % len(TICKED)], change % 2 == 0
        since = client.seen()
        started = time.perf_counter()
        subprocess.run([program, "complete" if complete else "reopen", task, "--plan", path],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL)
        exited, exited_clock = time.perf_counter(), time.time()
        command_times.append((exited - started) * 1000)
        renamed = exited - (exited_clock - os.stat(status_path).st_ctime_ns / 1e9)

        def says_so(message):
            if not publishes(path)(message):
                return False
            told = any(d.get("code") == "TM103" and d["range"]["start"]["line"] == lines[task]
                       for d in message["params"]["diagnostics"])
            return told != complete

        published = client.message(since, says_so, f"the diagnostics after change {change} ({task})")[0]
        asked = client.message(since, lambda m: m["method"] == "workspace/inlayHint/refresh", "the request to refresh")[0]
        hints = client.request("textDocument/inlayHint", everything)
        fetched = time.perf_counter()
        labels = [label(hint) for hint in hints if hint["position"]["line"] == lines[task]]
        if any("completed" in text for text in labels) != complete:
            raise RuntimeError(f"after change {change} the hints of {task} are {labels}")
        # If it was asked for before anybody could look, the hint's own time is that of the request.
        for name, at in zip(names, (published, asked, max(asked, published) + (fetched - max(asked, published, exited)))):
            from_rename[name].append((at - renamed) * 1000)
            from_exit[name].append((at - exited) * 1000)
        time.sleep(pause)

    print(row("the command itself (complete, reopen)", command_times))
    for name in names:
        print(row(f"from the rename: {name}", from_rename[name]))
    for name in names:
        print(row(f"from the command's end: {name}", from_exit[name]))
    client.close()


def label(hint):
    return hint["label"] if isinstance(hint["label"], str) else "".join(part["value"] for part in hint["label"])


if __name__ == "__main__":
    main()
