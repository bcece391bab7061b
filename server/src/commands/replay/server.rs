//! The new server that a recording is played to.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::exit::Failure;

/// How long the server is waited for when all is said.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A server, and what it has said.
pub struct Server {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// What its requests are answered with.
    answers_of_client: HashMap<String, VecDeque<Value>>,
    answers: HashMap<String, Value>,
    published: HashMap<String, Value>,
    configured: bool,
    ended: bool,
}

impl Server {
    /// Starts this program as a server. `answers_of_client`: what each of its requests is answered with, by method, in
    /// order; the last answer stands for all that follow.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(answers_of_client: HashMap<String, VecDeque<Value>>) -> Result<Self, Failure> {
        let could_not = |error| Failure::could_not(format!("a server could not be started: {error}"));
        let mut process = Command::new(std::env::current_exe().map_err(could_not)?)
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(could_not)?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(Failure::could_not("a server was started without its streams"));
        };
        let (heard, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if heard.send(message).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            process,
            input,
            messages,
            answers_of_client,
            answers: HashMap::new(),
            published: HashMap::new(),
            configured: false,
            ended: false,
        })
    }

    /// Says a message.
    pub fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string());
    }

    /// Says what may be no message.
    pub fn say_text(&mut self, body: &str) {
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        // A server that has ended is noticed by who waits for its answer.
        let _ = self.input.write_all(frame.as_bytes()).and_then(|()| self.input.flush());
    }

    /// The answer to a request, if it comes in time.
    pub fn answer(&mut self, id: &Value, limit: Duration) -> Option<Value> {
        let id = id.to_string();
        self.wait(limit, |server| server.answers.contains_key(&id));
        self.answers.remove(&id)
    }

    /// Waits until the server has asked for its settings.
    pub fn wait_until_configured(&mut self, limit: Duration) {
        self.wait(limit, |server| server.configured);
    }

    /// The diagnostics of a file: as they are wanted, if they become so in time, else the last ones. Nothing said is an
    /// empty list.
    pub fn diagnostics(&mut self, uri: &str, wanted: &Value, limit: Duration) -> Value {
        let now = |server: &Self| server.published.get(uri).cloned().unwrap_or_else(|| json!([]));
        self.wait(limit, |server| now(server) == *wanted);
        now(self)
    }

    /// Hears what is said until something holds, or nothing more is to be expected.
    fn wait(&mut self, limit: Duration, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + limit;
        while !holds(self) && !self.ended {
            match self.messages.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(message) => self.hear(message),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => self.ended = true,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => return,
            }
        }
    }

    fn hear(&mut self, mut message: Value) {
        let id = message.get("id").cloned();
        match (message["method"].as_str(), id) {
            (Some(method), Some(id)) => {
                self.configured |= method == "workspace/configuration";
                let answers = self.answers_of_client.get_mut(method);
                let recorded = answers.and_then(|answers| match answers.len() {
                    0 | 1 => answers.front().cloned(),
                    _ => answers.pop_front(),
                });
                let mut answer = recorded.unwrap_or_else(|| json!({"jsonrpc": "2.0", "result": null}));
                answer["id"] = id;
                self.say(&answer);
            }
            (Some("textDocument/publishDiagnostics"), None) => {
                let params = &mut message["params"];
                if let Some(uri) = params["uri"].as_str().map(str::to_owned) {
                    self.published.insert(uri, params["diagnostics"].take());
                }
            }
            (Some(_), None) => {}
            (None, Some(id)) => drop(self.answers.insert(id.to_string(), message)),
            (None, None) => {}
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A recording may end anywhere; the server is ended as editors end it.
        self.say(&json!({"jsonrpc": "2.0", "method": "exit"}));
        let end = Instant::now() + LAST_WORDS;
        while Instant::now() < end {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The next message; `None` at the end.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            line => {
                length = line.strip_prefix("Content-Length: ").and_then(|text| text.parse().ok()).or(length)
            }
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
