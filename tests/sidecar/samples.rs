//! What orchestrators and agents write.

use serde_json::json;

/// Gadugi's heartbeats: tasks with their processes.
pub(crate) fn heartbeats(tasks: &[(&str, Option<u32>)], minute: usize) -> String {
    let at = format!("2025-08-19T{:02}:{:02}:15.150041", minute / 60 % 24, minute % 60);
    let tasks: Vec<_> = tasks
        .iter()
        .map(|(id, pid)| {
            json!({"task_id": id, "task_name": format!("Task {id}"), "status": "running", "pid": pid,
                   "last_heartbeat": at, "resource_usage": null})
        })
        .collect();
    serde_json::to_string_pretty(&json!({"timestamp": at, "active_processes": tasks})).unwrap()
}

/// Gadugi's registry with so many tasks; the last of them is under way.
pub(crate) fn registry(tasks: usize, minute: usize) -> String {
    let at = format!("2025-08-19T{:02}:{:02}:15.150041", minute / 60 % 24, minute % 60);
    let mut text = format!("{{\n  \"timestamp\": \"{at}\",\n  \"processes\": {{\n");
    for task in 0..tasks {
        let (status, end) = if task + 1 == tasks { ("running", "\n") } else { ("completed", ",\n") };
        let entry = json!({"task_id": format!("t{task}"), "task_name": format!("Task {task}"), "status": status,
            "command": "claude -p", "working_directory": "/work", "created_at": at, "prompt_file": "prompts/x.md",
            "pid": null, "started_at": at, "completed_at": null, "last_heartbeat": at, "exit_code": null,
            "error_message": null, "resource_usage": null});
        text += &format!("    \"t{task}\": {entry}{end}");
    }
    text + "  }\n}"
}

/// The first line of a stream of Claude Code.
pub(crate) fn session(id: &str) -> String {
    let line = json!({"type": "system", "subtype": "init", "cwd": "/work", "session_id": id, "tools": ["Bash"],
        "mcp_servers": [], "model": "claude-sonnet-4", "permissionMode": "default", "apiKeySource": "none"});
    format!("{line}\n")
}

/// A use of a tool begins.
pub(crate) fn tool_use(session: &str, number: usize) -> String {
    let message = json!({"id": format!("msg_{number}"), "type": "message", "role": "assistant", "model": "claude-sonnet-4",
        "content": [{"type": "tool_use", "id": format!("toolu_{number}"), "name": "Bash",
                     "input": {"command": format!("make step-{number}")}}],
        "stop_reason": null, "usage": {"input_tokens": 4, "output_tokens": 2}});
    format!(
        "{}\n",
        json!({"type": "assistant", "message": message, "parent_tool_use_id": null, "session_id": session})
    )
}

/// It has ended.
pub(crate) fn tool_result(session: &str, number: usize) -> String {
    let message = json!({"role": "user", "content":
        [{"tool_use_id": format!("toolu_{number}"), "type": "tool_result", "content": "ok", "is_error": false}]});
    format!(
        "{}\n",
        json!({"type": "user", "message": message, "parent_tool_use_id": null, "session_id": session})
    )
}
