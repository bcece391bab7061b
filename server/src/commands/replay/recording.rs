//! What was recorded.

use std::collections::{HashMap, VecDeque};
use std::path::Path;

use serde_json::Value;

use crate::exit::Failure;

/// A recording is read whole; a larger one is refused.
const LIMIT: u64 = 1 << 30;

/// The version of the lines that we know.
const VERSION: u64 = 1;

/// A recorded session.
pub struct Recording {
    /// The version of the program that recorded it.
    pub version: String,
    /// What was said.
    pub lines: Vec<Line>,
    /// The methods of the server's requests, by their ids.
    methods_of_server: HashMap<String, String>,
}

/// One message.
pub struct Line {
    /// The line of the file, from one.
    pub number: usize,
    /// What was said by whom.
    pub said: Said,
}

/// What was said by whom.
pub enum Said {
    /// By the editor.
    ByClient(Value),
    /// By the editor, and no JSON.
    NoJson(String),
    /// By the server.
    ByServer(Value),
}

impl Recording {
    /// Reads a recording. A last line that is torn, as when the server was killed, is left out.
    ///
    /// # Errors
    /// The file cannot be read, or is none of `tallymark lsp --record`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = tallymark_workspace::read_bytes(path, LIMIT)?;
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines().enumerate();
        let no_recording =
            |why: &str| Failure::could_not(format!("{} is no recording: {why}", path.display()));
        let head = lines.next().and_then(|(_, line)| serde_json::from_str::<Value>(line).ok());
        let head = head.ok_or_else(|| no_recording("its first line is no JSON"))?;
        match head["schema_version"].as_u64() {
            Some(VERSION) => {}
            Some(newer) => return Err(no_recording(&format!("it has version {newer}, we know {VERSION}"))),
            None => return Err(no_recording("its first line has no schema_version")),
        }
        let last = text.lines().count();
        let version = head["tallymark"].as_str().unwrap_or_default().to_owned();
        let mut recording = Self { version, lines: Vec::new(), methods_of_server: HashMap::new() };
        for (index, line) in lines {
            let number = index + 1;
            let said = match serde_json::from_str::<Value>(line) {
                Ok(mut line) => said(&mut line),
                Err(_) if number == last => break,
                Err(_) => None,
            };
            let said = said.ok_or_else(|| no_recording(&format!("line {number} is none of one")))?;
            if let Said::ByServer(message) = &said
                && let (Some(method), Some(id)) = (message["method"].as_str(), message.get("id"))
            {
                recording.methods_of_server.insert(id.to_string(), method.to_owned());
            }
            recording.lines.push(Line { number, said });
        }
        Ok(recording)
    }

    /// What the editor answered to the server's requests, by method, in order.
    pub fn answers_of_client(&self) -> HashMap<String, VecDeque<Value>> {
        let mut answers: HashMap<String, VecDeque<Value>> = HashMap::new();
        for line in &self.lines {
            let Said::ByClient(message) = &line.said else { continue };
            if message.get("method").is_none()
                && let Some(method) = self.method_of_server(&message["id"])
            {
                answers.entry(method.to_owned()).or_default().push_back(message.clone());
            }
        }
        answers
    }

    /// The method of a request of the server's.
    pub fn method_of_server(&self, id: &Value) -> Option<&str> {
        self.methods_of_server.get(&id.to_string()).map(String::as_str)
    }
}

fn said(line: &mut Value) -> Option<Said> {
    let message = line.get_mut("message").map(Value::take);
    match (line["from"].as_str()?, message, line["text"].as_str()) {
        ("client", Some(message), _) => Some(Said::ByClient(message)),
        ("client", None, Some(text)) => Some(Said::NoJson(text.to_owned())),
        ("server", Some(message), _) => Some(Said::ByServer(message)),
        _ => None,
    }
}
