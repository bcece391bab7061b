#!/usr/bin/env python3
"""Draws what a command prints on a terminal as an SVG.  Needs `pip install rich`.

    cargo build --release
    docs/images/draw.py docs/images/check.svg 'tallymark check sample-plans/phased'
"""
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
picture, command = sys.argv[1:3]
columns = int(sys.argv[3]) if len(sys.argv) > 3 else 96

target = os.environ.get("CARGO_TARGET_DIR", f"{ROOT}/target")
environment = os.environ | {"CLICOLOR_FORCE": "1", "PATH": f"{target}/release:{os.environ['PATH']}"}
printed = subprocess.run(command, shell=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False).stdout.decode()
console = Console(record=True, width=columns, file=open(os.devnull, "w"))
console.print(Text.from_ansi(f"\x1b[32m$\x1b[0m \x1b[1m{command}\x1b[0m\n\n{printed}"), soft_wrap=True)
Path(picture).write_text(console.export_svg(title="tallymark", unique_id="tallymark"))
