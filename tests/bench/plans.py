"""Plans of any size in the phased style, and the status.json that goes with them."""

import json
import os

DETAILS = [
    "Wrap reading and writing in one transaction",
    "Keep what the caller saw, and compare before writing",
    "Say what was tried, and how often",
]


def plan(tasks, per_phase=50, ticked=()):
    """The text of a plan with so many tasks; `ticked` are the ids whose boxes are ticked."""
    lines = ["# Implementation Plan: Make the Store Reliable", "", "**Output:** `docs/plan-outputs/bench/`", ""]
    for number, (identifier, title) in enumerate(names(tasks, per_phase)):
        phase, step = identifier.split(".")
        if step == "1":
            lines += [f"## Phase {phase}: Stage {phase} of the store", "", "**Tasks:**"]
        box = "x" if identifier in ticked else " "
        lines += [f"- [{box}] {identifier} {title}", f"  - {DETAILS[number % 3]}", f"  - {DETAILS[(number + 1) % 3]}"]
        if int(step) == per_phase or number == tasks - 1:
            lines += ["", f"**VERIFY Phase {phase}:**", "- [ ] Nothing is lost under five writers", ""]
    return "\n".join(lines)


def names(tasks, per_phase=50):
    """Ids and titles."""
    for number in range(tasks):
        identifier = f"{number // per_phase + 1}.{number % per_phase + 1}"
        yield identifier, f"Write part {number + 1} of the lock protocol → and its tests"


def status(tasks, per_phase=50):
    """The status.json of such a plan, nothing begun."""
    entries = [
        {"id": identifier, "phase": f"Phase {identifier.split('.')[0]}: Stage {identifier.split('.')[0]} of the store",
         "description": f"{identifier} {title}", "status": "pending"}
        for identifier, title in names(tasks, per_phase)
    ]
    summary = {"totalTasks": tasks, "completed": 0, "pending": tasks, "in_progress": 0, "failed": 0, "skipped": 0}
    return json.dumps({
        "planPath": "docs/plans/bench.md", "planName": "Make the Store Reliable",
        "createdAt": "2025-12-23T03:00:00.000Z", "lastUpdatedAt": "2025-12-23T03:00:00.000Z",
        "currentPhase": "Phase 1: Stage 1 of the store", "tasks": entries, "runs": [], "summary": summary,
    }, indent=2, ensure_ascii=False)


def workspace(folder, tasks, per_phase=50, ticked=()):
    """Writes a workspace with one plan and its status.json. Gives the plan's path, its text and the status's path."""
    text = plan(tasks, per_phase, ticked)
    path = os.path.join(folder, "docs/plans/bench.md")
    status_path = os.path.join(folder, "docs/plan-outputs/bench/status.json")
    for name, content in ((path, text), (status_path, status(tasks, per_phase)), (os.path.join(folder, "tallymark.toml"), "")):
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w", encoding="utf-8") as file:
            file.write(content)
    return path, text, status_path
