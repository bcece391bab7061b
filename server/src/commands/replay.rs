//! `tallymark replay`.

mod recording;
mod server;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use self::recording::{Line, Recording, Said};
use self::server::Server;
use crate::exit::{Exit, Failure};
use crate::output::{FAINT, GOOD, Output, WARNING, harmless};
use crate::report::{SCHEMA_VERSION, counted, json_text};
use crate::session::Session;

/// An answer that was given when it was recorded comes within this time, or does not.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longer values are cut where people read them.
const SHOWN: usize = 120;

/// Play what an editor said in a recorded session to a new server, and say where it answers otherwise
///
/// As fast as the server answers. What an answer depends on beside the recording is as it is now: plans and status.json on disk, and
/// the time, which shows in the ages of hints. Commands, which would write, are left out unless you ask for them.
#[derive(Args)]
pub struct Replay {
    /// What `tallymark lsp --record FILE` wrote
    file: PathBuf,
    /// Carry out the commands too: they mark tasks and write status.json again
    #[arg(long)]
    with_commands: bool,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// What came of it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Replayed {
    schema_version: u32,
    /// The version that was recorded.
    recorded_with: String,
    /// How many answers were compared.
    answers: usize,
    /// Of how many files the diagnostics were compared, as they were in the end.
    files: usize,
    /// Commands that were not carried out.
    commands_left_out: usize,
    differences: Vec<Difference>,
}

/// Where the new server says something else.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Difference {
    /// The line of the recording, from one.
    line: usize,
    /// The method that is answered otherwise, or `textDocument/publishDiagnostics`.
    method: String,
    /// The file, for diagnostics.
    uri: Option<String>,
    /// Where in the answer: a JSON pointer; empty for the whole.
    pointer: String,
    /// What stands there in the recording.
    recorded: Value,
    /// What stands there now; null too if there is no answer.
    now: Value,
}

impl Replay {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let recording = Recording::read(&session.absolute(&self.file))?;
        let replayed = play(&recording, self.with_commands)?;
        let text = if self.json { json_text(&replayed) + "\n" } else { text(&session.output, &replayed) };
        session.output.text(&text);
        Ok(if replayed.differences.is_empty() { Exit::Done } else { Exit::Found })
    }
}

/// Plays a recording to a new server, line by line: what the client said is said, what the server answered is waited for.
fn play(recording: &Recording, with_commands: bool) -> Result<Replayed, Failure> {
    let mut server = Server::start(recording.answers_of_client())?;
    let mut replayed = Replayed {
        schema_version: SCHEMA_VERSION,
        recorded_with: recording.version.clone(),
        answers: 0,
        files: 0,
        commands_left_out: 0,
        differences: Vec::new(),
    };
    let mut asked: HashMap<String, &str> = HashMap::new();
    let mut left_out = HashSet::new();
    let mut published: HashMap<&str, (usize, &Value)> = HashMap::new();
    for Line { number, said } in &recording.lines {
        match said {
            Said::ByClient(message) => match (message["method"].as_str(), message.get("id")) {
                (Some("workspace/executeCommand"), Some(id)) if !with_commands => {
                    replayed.commands_left_out += 1;
                    left_out.insert(id.to_string());
                }
                (Some(method), Some(id)) => {
                    asked.insert(id.to_string(), method);
                    server.say(message);
                }
                (Some(_), None) => server.say(message),
                // An answer to a request of the server's: given when the new server asks.
                (None, _) => {
                    if let Some("workspace/configuration") = recording.method_of_server(&message["id"]) {
                        server.wait_until_configured(PATIENCE);
                    }
                }
            },
            Said::NoJson(text) => server.say_text(text),
            Said::ByServer(message) => match (message["method"].as_str(), message.get("id")) {
                (Some("textDocument/publishDiagnostics"), _) => {
                    if let Some(uri) = message["params"]["uri"].as_str() {
                        published.insert(uri, (*number, &message["params"]));
                    }
                }
                (None, Some(id)) if !left_out.contains(&id.to_string()) => {
                    let Some(method) = asked.get(&id.to_string()) else { continue };
                    replayed.answers += 1;
                    let now = server.answer(id, PATIENCE);
                    let now = now.as_ref().map(part_that_counts).unwrap_or_default();
                    note(&mut replayed.differences, *number, method, None, &part_that_counts(message), &now);
                }
                _ => {}
            },
        }
    }
    let mut published: Vec<_> = published.into_iter().collect();
    published.sort_by_key(|(_, (number, _))| *number);
    replayed.files = published.len();
    for (uri, (number, params)) in published {
        let now = server.diagnostics(uri, &params["diagnostics"], PATIENCE);
        let method = "textDocument/publishDiagnostics";
        note(&mut replayed.differences, number, method, Some(uri), &params["diagnostics"], &now);
    }
    Ok(replayed)
}

/// The result or error of an answer, without what differs between any two versions.
fn part_that_counts(answer: &Value) -> Value {
    let mut part = answer.get("error").or_else(|| answer.get("result")).cloned().unwrap_or_default();
    if let Some(info) = part.get_mut("serverInfo").and_then(Value::as_object_mut) {
        info.remove("version");
    }
    part
}

/// Notes where two values are not the same, if they are not.
fn note(
    differences: &mut Vec<Difference>,
    line: usize,
    method: &str,
    uri: Option<&str>,
    recorded: &Value,
    now: &Value,
) {
    if recorded == now {
        return;
    }
    let (pointer, recorded, now) = first_difference(recorded, now);
    differences.push(Difference {
        line,
        method: method.to_owned(),
        uri: uri.map(str::to_owned),
        pointer,
        recorded: recorded.clone(),
        now: now.clone(),
    });
}

/// The innermost place where two values that differ do so first, as a JSON pointer, with what stands there.
fn first_difference<'a>(mut recorded: &'a Value, mut now: &'a Value) -> (String, &'a Value, &'a Value) {
    let mut pointer = String::new();
    loop {
        let step = match (recorded, now) {
            (Value::Object(left), Value::Object(right)) if left.keys().all(|key| right.contains_key(key)) => {
                left.iter()
                    .find(|(key, value)| right[*key] != **value)
                    .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value, &right[key]))
            }
            (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
                let at = left.iter().zip(right).position(|(left, right)| left != right);
                at.map(|at| (at.to_string(), &left[at], &right[at]))
            }
            _ => None,
        };
        let Some((name, left, right)) = step else { return (pointer, recorded, now) };
        pointer.push('/');
        pointer.push_str(&name);
        (recorded, now) = (left, right);
    }
}

fn text(output: &Output, replayed: &Replayed) -> String {
    let mut text = String::new();
    for difference in &replayed.differences {
        let of = difference.uri.as_deref().map(|uri| format!(" of {}", harmless(uri))).unwrap_or_default();
        let place = match difference.pointer.as_str() {
            "" => String::new(),
            pointer => format!(" at {}", harmless(pointer)),
        };
        let head =
            format!("line {}: {}{of} is another{place}", difference.line, harmless(&difference.method));
        text.push_str(&format!("{}\n", output.styled(WARNING, &head)));
        for (when, value) in [("recorded", &difference.recorded), ("now", &difference.now)] {
            text.push_str(&format!("  {} {}\n", output.styled(FAINT, &format!("{when:<8}")), short(value)));
        }
    }
    let end = format!(
        "{} and the diagnostics of {} compared, {}",
        counted(replayed.answers, "answer", "answers"),
        counted(replayed.files, "file", "files"),
        match replayed.differences.len() {
            0 => output.styled(GOOD, "no difference"),
            count => output.styled(WARNING, &counted(count, "difference", "differences")),
        }
    );
    text.push_str(&end);
    if replayed.commands_left_out > 0 {
        let commands = counted(replayed.commands_left_out, "command", "commands");
        text.push_str(&format!("; {commands} left out, --with-commands carries them out"));
    }
    text.push('\n');
    text
}

/// A value on one line, cut where it is long.
fn short(value: &Value) -> String {
    let text = harmless(&value.to_string());
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_is_found_where_it_lies() {
        let place = |recorded: Value, now: Value| {
            let (pointer, recorded, now) = first_difference(&recorded, &now);
            (pointer, recorded.clone(), now.clone())
        };
        assert_eq!(
            place(json!({"a": 1, "b/c": [1, {"d": 2}]}), json!({"a": 1, "b/c": [1, {"d": 3}]})),
            ("/b~1c/1/d".to_owned(), json!(2), json!(3))
        );
        // A list of another length, or an object with other keys, is shown whole.
        assert_eq!(place(json!([1]), json!([1, 2])), (String::new(), json!([1]), json!([1, 2])));
        assert_eq!(place(json!({"a": [{"b": 1}]}), json!({"a": [{"c": 1}]})).0, "/a/0");
        assert_eq!(place(json!({"a": 1}), json!({"a": 1, "b": 2})).0, "");
    }
}
