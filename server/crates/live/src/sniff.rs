//! What kind of file it is, by its keys. Many unrelated programs write an `orchestrator-state.json`; what has not the keys
//! of one of ours is met with silence.

use tallymark_events::Format;

use crate::{keys::Keys, source::Source, stream::Stream};

/// How far into a file a stream's first line that tells is looked for: other programs' hooks print before it.
const HEAD: usize = 256 * 1024;

/// What kind of monitoring file `bytes` are, or the beginning of it. The path decides nothing alone: it only says of a
/// file that was cut to nothing which one it was.
#[must_use]
pub fn sniff(path: &str, bytes: &[u8]) -> Option<Format> {
    let source = Source::new(bytes);
    of_object(source.text()).or_else(|| of_stream(bytes)).or_else(|| of_ruin(path, bytes))
}

/// The kind of a file that is one object.
pub(crate) fn of_object(text: &str) -> Option<Format> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    file(&Keys::read(text, |keys| file(keys).is_some()))
}

fn file(keys: &Keys) -> Option<Format> {
    if keys.has("processes") && keys.has("timestamp") && keys.holds("processes", &["task_id", "status"]) {
        return Some(Format::GadugiRegistry);
    }
    if keys.all(&["orchestration_id", "timestamp", "total_processes"]) {
        return Some(Format::GadugiReport);
    }
    if keys.has("timestamp")
        && !keys.has("orchestration_id")
        && keys.holds("active_processes", &["task_id", "last_heartbeat"])
    {
        return Some(Format::GadugiHeartbeats);
    }
    if keys.all(&["task_id", "status", "current_phase", "current_phase_name"]) {
        return Some(Format::GadugiTaskState);
    }
    if keys.has("checkpoint_id") && keys.within("state", &["task_id", "status"]) {
        return Some(Format::GadugiCheckpoint);
    }
    let agents_tell = keys.holds_some("Agents") && keys.holds("Agents", &["Id", "Status", "LastPing"]);
    if agents_tell || keys.holds("Agents", &["Id"]) && keys.holds("TaskQueue", &["Id", "Command"]) {
        return Some(Format::Orchestra);
    }
    let an_instance = ["pid", "plan_path", "status"];
    if keys.holds("instances", &an_instance) && (keys.has("lastCleanup") || keys.holds_some("instances")) {
        return Some(Format::DevWorkflow);
    }
    None
}

/// The kind of a file of lines: of the first line that tells, or of its beginning where it is the last.
pub(crate) fn of_stream(bytes: &[u8]) -> Option<Format> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let mut stream = Stream::new("");
    stream.push(head, None);
    stream.format().or_else(|| {
        let last = memchr::memrchr(b'\n', head).map_or(head, |end| &head[end + 1..]);
        of_line(&String::from_utf8_lossy(last.trim_ascii_start()))
    })
}

/// The kind of stream that has this line, cut or not; `None` where many could have it.
pub(crate) fn of_line(line: &str) -> Option<Format> {
    // Where `type` is in a line differs from one to the next.
    let keys = Keys::read(line, |keys| line_kind(keys).is_some());
    line_kind(&keys)
}

fn line_kind(keys: &Keys) -> Option<Format> {
    let kind = keys.kind()?;
    match kind {
        "system" if keys.all(&["subtype", "session_id"]) => Some(Format::ClaudeStream),
        "assistant" | "user" if keys.all(&["message", "session_id"]) => Some(Format::ClaudeStream),
        "stream_event" if keys.has("event") && (keys.has("session_id") || keys.has("uuid")) => {
            Some(Format::ClaudeStream)
        }
        "result" if keys.all(&["subtype", "is_error"]) => Some(Format::ClaudeStream),
        "control_request" if keys.within("request", &["subtype"]) => Some(Format::ClaudeStream),
        "thread.started" if keys.has("thread_id") => Some(Format::CodexStream),
        "item.started" | "item.updated" | "item.completed" if keys.within("item", &["type"]) => {
            Some(Format::CodexStream)
        }
        "init" if keys.all(&["timestamp", "session_id", "model"]) => Some(Format::GeminiStream),
        "message" if keys.all(&["timestamp", "role", "content"]) => Some(Format::GeminiStream),
        "tool_use" if keys.all(&["timestamp", "tool_name", "tool_id"]) => Some(Format::GeminiStream),
        "step_start" | "step_finish" | "text" | "tool_use" | "reasoning"
            if keys.all(&["timestamp", "sessionID", "part"]) =>
        {
            Some(Format::OpencodeStream)
        }
        "error" if keys.all(&["timestamp", "sessionID", "error"]) => Some(Format::OpencodeStream),
        _ => None,
    }
}

/// Files that only one program writes under that path, and what they are even when nothing in them can be read.
const PATHS: &[(&str, Format)] = &[
    (".gadugi/monitoring/process_registry.json", Format::GadugiRegistry),
    (".gadugi/monitoring/heartbeats.json", Format::GadugiHeartbeats),
    (".claude/orchestrator-registry.json", Format::DevWorkflow),
];

/// The kind of a file in which there is no value at all: emptied, or cut in its first bytes. The first to go wrong in a
/// crash is just that.
pub(crate) fn of_ruin(path: &str, bytes: &[u8]) -> Option<Format> {
    const NOTHING_YET: usize = 64;
    let written = bytes.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != 0).count();
    let begins_well = bytes.trim_ascii_start().first().is_none_or(|first| matches!(first, b'{' | 0));
    if written > NOTHING_YET || !begins_well || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
    {
        return None;
    }
    let slashed;
    let path = if path.contains('\\') {
        slashed = path.replace('\\', "/");
        &slashed
    } else {
        path
    };
    PATHS.iter().find(|(end, _)| path.ends_with(end)).map(|(_, format)| *format)
}
