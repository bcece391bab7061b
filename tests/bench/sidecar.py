#!/usr/bin/env python3
"""How soon the sidecar tells of a change, and what it costs when nothing happens, and when very much does."""

import argparse
import json
import os
import random
import subprocess
import tempfile
import threading
import time

from client import row
from plans import status


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", default="target/release/tallymark")
    arguments.add_argument("--tasks", default="40,1000,10000", help="sizes of the status.json that is replaced")
    arguments.add_argument("--changes", type=int, default=200)
    arguments.add_argument("--idle", type=float, default=30, help="seconds to watch it do nothing, with 1,000 files")
    arguments.add_argument("--spread", type=int, default=200,
                           help="changes 300 to 700 ms apart, with 1,000 watched files beside; of status.json, and of a heartbeat")
    arguments.add_argument("--minutes", type=float, default=1, help="how long to pour 10,000 events a minute")
    arguments.add_argument("--speed", type=float, default=1, help="how many times faster to pour them")
    arguments = arguments.parse_args()
    program = os.path.abspath(arguments.program)
    with tempfile.TemporaryDirectory() as folder:
        for tasks in map(int, filter(None, arguments.tasks.split(","))):
            changes(program, os.path.join(folder, "status.json"), tasks, arguments.changes)
        if arguments.idle:
            idle(program, folder, arguments.idle)
    if arguments.spread:
        with tempfile.TemporaryDirectory() as folder:
            spread(program, folder, arguments.spread)
    if arguments.idle:
        with tempfile.TemporaryDirectory() as folder:
            idle_with_agents(program, folder, arguments.idle)
    if arguments.minutes:
        with tempfile.TemporaryDirectory() as folder:
            pour(program, folder, arguments.minutes, arguments.speed)


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


def spread(program, folder, count):
    """Changes as agents make them, with very many files beside."""
    beside = [os.path.join(folder, f"plan-{number}", "status.json") for number in range(1000)]
    for path in beside:
        write(path, "{}")
    monitoring = os.path.join(folder, "monitoring")
    path, beats = os.path.join(folder, "status.json"), os.path.join(monitoring, "heartbeats.json")
    write(path, status(40))
    write(beats, heartbeats(0, 10))
    sidecar = start(program, [f"{monitoring}/*.json"], [path, *beside])
    times = {"changed": [], "monitored": []}
    chance = random.Random(1)
    for change in range(count):
        event, target, content = chance.choice([
            ("changed", path, status(40).replace("Stage 1 of", f"Stage {change} of", 1)),
            ("monitored", beats, heartbeats(change + 1, 10)),
        ])
        write(target + ".tmp", content)
        started = time.perf_counter()
        os.rename(target + ".tmp", target)
        events(sidecar, event)
        times[event].append((time.perf_counter() - started) * 1000)
        time.sleep(chance.uniform(0.3, 0.7))
    print(row("spread, 1,000 files beside: status.json", times["changed"]))
    print(row("spread, 1,000 files beside: heartbeats", times["monitored"]))
    end(sidecar)


def idle_with_agents(program, folder, seconds):
    """50 plans with their status, 200 monitoring files and streams that name 50 processes, and nothing happens."""
    files = []
    for number in range(50):
        plan = os.path.join(folder, "plans", f"{number}.md")
        files += [plan, os.path.join(folder, "plan-outputs", str(number), "status.json")]
        write(files[-2], "# Plan\n\n## Phase 1\n\n- [ ] 1.1 One\n")
        write(files[-1], status(40))
    for number in range(150):
        write(os.path.join(folder, "monitoring", f"orchestration-{number}_status.json"), heartbeats(number, 10))
    for number in range(50):
        write(os.path.join(folder, "logs", str(number), "agent.jsonl"), "".join(map(stream_line, range(200))))
    sleepers = [subprocess.Popen(["sleep", "1000"]) for _ in range(50)]
    write(os.path.join(folder, "monitoring", "heartbeats.json"), heartbeats(0, 50, [sleeper.pid for sleeper in sleepers]))
    sidecar = start(program, [f"{folder}/monitoring/*.json", f"{folder}/logs/*/*.jsonl"], files)
    time.sleep(5)
    before, wakes_before = spent(sidecar.pid)
    time.sleep(seconds)
    after, wakes_after = spent(sidecar.pid)
    print(f"idle with 50 plans, 201 monitoring files, 50 processes: {(after - before) / seconds * 100:.2f} % of a processor, "
          f"{(wakes_after - wakes_before) / seconds:.1f} wake-ups a second, {resident(sidecar.pid):.1f} MiB")
    for sleeper in sleepers:
        sleeper.kill()
        sleeper.wait()
    end(sidecar)


def pour(program, folder, minutes, speed):
    """10,000 events a minute, in 20 streams and 5 files that are written whole; memory over time."""
    streams = [os.path.join(folder, "logs", f"{number}.jsonl") for number in range(20)]
    wholes = [os.path.join(folder, "monitoring", f"{number}.json") for number in range(5)]
    for path in streams:
        write(path, stream_line(0))
    for path in wholes:
        write(path, heartbeats(0, 10))
    sidecar = start(program, [f"{folder}/monitoring/*.json", f"{folder}/logs/*.jsonl"], [])
    lines = {"count": 0, "bytes": 0}

    def read():
        for line in sidecar.stdout:
            lines["count"] += 1
            lines["bytes"] += len(line)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    begun, events_done, curve = time.perf_counter(), 0, [f"{resident(sidecar.pid):.1f}"]
    rate, end_at, cpu = 10_000 / 60 * speed, minutes * 60 / speed, spent(sidecar.pid)[0]
    while (now := time.perf_counter() - begun) < end_at:
        while events_done < now * rate:
            events_done += 1
            if events_done % 5:
                with open(streams[events_done % len(streams)], "a", encoding="utf-8") as file:
                    file.write(stream_line(events_done))
            else:
                target = wholes[events_done // 5 % len(wholes)]
                write(target + ".tmp", heartbeats(events_done, 10))
                os.rename(target + ".tmp", target)
        if now > end_at / 10 * len(curve):
            curve.append(f"{resident(sidecar.pid):.1f}")
        time.sleep(0.002)
    curve.append(f"{resident(sidecar.pid):.1f}")
    took = time.perf_counter() - begun
    print(f"{events_done} events in {took:.0f} s: {lines['count']} lines, {lines['bytes'] / 1e6:.1f} MB, "
          f"{(spent(sidecar.pid)[0] - cpu) / took * 100:.1f} % of a processor; MiB in tenths of the time: {' '.join(curve)}")
    end(sidecar)


def start(program, globs, files):
    """A sidecar, after what it says of all."""
    sidecar = subprocess.Popen([program, "sidecar", "--parent", *(word for glob in globs for word in ("--monitor", glob))],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    events(sidecar, "snapshot")
    if files:
        places = [{"folder": os.path.dirname(glob.split("*")[0]), "globs": [glob[len(os.path.dirname(glob.split("*")[0])) + 1:]]}
                  for glob in globs]
        order = {"command": "watch", "files": files, "monitoring": places}
        sidecar.stdin.write(json.dumps(order).encode() + b"\n")
        sidecar.stdin.flush()
        events(sidecar, "snapshot")
    return sidecar


def end(sidecar):
    sidecar.terminate()
    sidecar.wait()


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def heartbeats(beat, tasks, pids=()):
    """Gadugi's heartbeats.json."""
    at = f"2025-08-19T{beat // 3600 % 24:02}:{beat // 60 % 60:02}:{beat % 60:02}.150041"
    processes = [{"task_id": f"1.{task}", "task_name": f"Task {task}", "status": "running", "last_heartbeat": at,
                  "pid": pids[task] if task < len(pids) else None, "resource_usage": None} for task in range(tasks)]
    return json.dumps({"timestamp": at, "active_processes": processes}, indent=2)


def stream_line(number):
    """Lines of `claude --output-format stream-json`."""
    if number == 0:
        return json.dumps({"type": "system", "subtype": "init", "cwd": "/work", "session_id": "s", "tools": ["Bash"],
                           "model": "claude-sonnet-4", "permissionMode": "default"}) + "\n"
    if number % 2:
        content = [{"type": "tool_use", "id": f"toolu_{number}", "name": "Bash", "input": {"command": f"make {number}"}}]
        message = {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": "claude-sonnet-4", "content": content}
        return json.dumps({"type": "assistant", "message": message, "session_id": "s"}) + "\n"
    content = [{"type": "tool_result", "tool_use_id": f"toolu_{number - 1}", "content": "ok", "is_error": False}]
    return json.dumps({"type": "user", "message": {"role": "user", "content": content}, "session_id": "s"}) + "\n"


def resident(pid):
    """MiB in memory."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


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
