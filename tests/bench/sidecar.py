#!/usr/bin/env python3
"""How soon the sidecar tells of a change, and what it costs when nothing happens."""

import argparse
import json
import os
import subprocess
import tempfile
import time

from client import row
from plans import status


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", default="target/release/tallymark")
    arguments.add_argument("--tasks", default="40,1000,10000", help="sizes of the status.json that is replaced")
    arguments.add_argument("--changes", type=int, default=200)
    arguments.add_argument("--idle", type=float, default=30, help="seconds to watch it do nothing, with 1,000 files")
    arguments = arguments.parse_args()
    program = os.path.abspath(arguments.program)
    with tempfile.TemporaryDirectory() as folder:
        for tasks in map(int, arguments.tasks.split(",")):
            changes(program, os.path.join(folder, "status.json"), tasks, arguments.changes)
        idle(program, folder, arguments.idle)


def changes(program, path, tasks, count):
    content = status(tasks)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    sidecar = subprocess.Popen([program, "sidecar", path], stdout=subprocess.PIPE)
    events(sidecar, "snapshot")
    times = []
    for change in range(count):
        with open(path + ".tmp", "w", encoding="utf-8") as file:
            file.write(content.replace("Stage 1 of", f"Stage {change} of", 1))
        started = time.perf_counter()
        os.rename(path + ".tmp", path)
        events(sidecar, "changed")
        times.append((time.perf_counter() - started) * 1000)
        time.sleep(0.01)
    print(row(f"rename to line, {tasks} tasks, {len(content) // 1024} KiB", times))
    sidecar.terminate()
    sidecar.wait()


def idle(program, folder, seconds):
    files = []
    for number in range(1000):
        files.append(os.path.join(folder, f"plan-{number}", "status.json"))
        os.makedirs(os.path.dirname(files[-1]))
        with open(files[-1], "w", encoding="utf-8") as file:
            file.write("{}")
    sidecar = subprocess.Popen([program, "sidecar", *files], stdout=subprocess.PIPE)
    events(sidecar, "snapshot")
    # The files are new: until the file system's clock has moved on, they are looked at again.
    time.sleep(3)
    before, wakes_before = spent(sidecar.pid)
    time.sleep(seconds)
    after, wakes_after = spent(sidecar.pid)
    with open(f"/proc/{sidecar.pid}/status") as file:
        memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024
    print(f"idle with {len(files)} files: {(after - before) / seconds * 100:.2f} % of a processor, "
          f"{(wakes_after - wakes_before) / seconds:.1f} wake-ups a second, {memory:.1f} MiB")
    sidecar.terminate()
    sidecar.wait()


def events(sidecar, wanted):
    """Reads lines up to one of this event."""
    while json.loads(sidecar.stdout.readline())["event"] != wanted:
        pass


def spent(pid):
    """Processor time in seconds, and how often a thread gave up the processor by itself."""
    seconds, wakes = 0, 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        with open(f"/proc/{pid}/task/{thread}/status") as file:
            wakes += next(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
    return seconds, wakes


if __name__ == "__main__":
    main()
