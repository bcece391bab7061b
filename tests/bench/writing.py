#!/usr/bin/env python3
"""What one `complete` costs as a whole process, beside the floor (a process started, the same bytes written, synced, renamed, the
folder synced), in turns; and what many writers at once wait: nothing may be lost, nobody refused."""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time

from client import row
from plans import names, workspace


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", default="target/release/tallymark")
    arguments.add_argument("--tasks", default="100,1000,10000", help="sizes of the plan, one writer")
    arguments.add_argument("--rounds", type=int, default=40)
    arguments.add_argument("--writers", default="20,50", help="so many at once, at a plan of 1,000 tasks")
    arguments.add_argument("--changes", type=int, default=20, help="of each writer, one process each")
    arguments.add_argument("--boxes", default="reference", help="`mirror` ticks the box in the plan as well")
    arguments = arguments.parse_args()
    program = os.path.abspath(arguments.program)
    for tasks in map(int, arguments.tasks.split(",")):
        alone(program, tasks, arguments.rounds, arguments.boxes)
    for writers in filter(None, map(int, arguments.writers.split(","))):
        together(program, writers, arguments.changes, arguments.boxes)


def alone(program, tasks, rounds, boxes):
    with tempfile.TemporaryDirectory() as folder:
        plan, status = prepare(folder, tasks, boxes)
        with open(status, "rb") as file:
            content = file.read()
        ids = [identifier for identifier, _ in names(tasks)]
        floor, ours = [], []
        for number in range(rounds + 1):
            floor.append(least(folder, content))
            ours.append(complete(program, folder, plan, ids[number])[1])
        # The first of each warms up.
        floor, ours = floor[1:], ours[1:]
        print(row(f"floor, {tasks} tasks, {len(content) // 1024} KiB", floor))
        print(row(f"complete, {tasks} tasks", ours))
        print(f"  {statistics.median(ours) / statistics.median(floor):.1f} times the floor, by the medians")


def together(program, writers, changes, boxes):
    with tempfile.TemporaryDirectory() as folder:
        plan, status = prepare(folder, writers * changes, boxes)
        ids = [identifier for identifier, _ in names(writers * changes)]
        results = {}

        def work(writer):
            for identifier in ids[writer * changes:(writer + 1) * changes]:
                results[identifier] = complete(program, folder, plan, identifier)

        threads = [threading.Thread(target=work, args=(writer,)) for writer in range(writers)]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wall = time.perf_counter() - started
        with open(status, encoding="utf-8") as file:
            done = {task["id"] for task in json.load(file)["tasks"] if task["status"] == "completed"}
        lost = sum(1 for identifier, (code, _) in results.items() if code == 0 and identifier not in done)
        refused = sum(1 for code, _ in results.values() if code != 0)
        times = sorted(milliseconds for _, milliseconds in results.values())
        print(row(f"{writers} writers, {changes} changes each, whole process", times))
        print(f"  {wall:.2f} s in all; lost {lost}, refused {refused}; an upper bound of the wait for the lock: p99 "
              f"{times[int(len(times) * 0.99)]:.0f} ms, longest {times[-1]:.0f} ms")


def prepare(folder, tasks, boxes):
    plan, _, status = workspace(folder, tasks)
    with open(os.path.join(folder, "tallymark.toml"), "w", encoding="utf-8") as file:
        file.write(f'boxes = "{boxes}"\n')
    return plan, status


def complete(program, folder, plan, identifier):
    """Exit code and milliseconds of one process."""
    started = time.perf_counter()
    code = subprocess.run([program, "complete", "--plan", plan, identifier], cwd=folder, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode
    return code, (time.perf_counter() - started) * 1000


def least(folder, content):
    """Milliseconds of what cannot be left out: a process, the bytes and their name on the disk."""
    started = time.perf_counter()
    subprocess.run(["/bin/true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    path = os.path.join(folder, "floor")
    file = os.open(path + ".tmp", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
    os.write(file, content)
    os.fsync(file)
    os.close(file)
    os.rename(path + ".tmp", path)
    file = os.open(folder, os.O_RDONLY)
    os.fsync(file)
    os.close(file)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
