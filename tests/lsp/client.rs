//! A small editor: starts the built server, speaks with it over its standard streams, and keeps what it says.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Nothing takes so long; a test that waits in vain ends then.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder in which every session leaves what was written to and read from the server, byte for byte, as `N.in` and
/// `N.out`. `tests/protocol` holds it against the types of the protocol.
const CAPTURE: &str = "TALLYMARK_TEST_CAPTURE";

/// What the server said so far.
#[derive(Debug, Default)]
struct Heard {
    answers: HashMap<i64, Value>,
    answered: HashSet<i64>,
    /// Requests that were answered more than once.
    twice: Vec<i64>,
    nameless: Vec<Value>,
    published: Vec<Value>,
    requests: Vec<Value>,
    notifications: Vec<Value>,
    ended: bool,
}

/// The client's side of a session.
pub struct Client {
    process: Child,
    input: Arc<Mutex<Option<Input>>>,
    heard: Arc<(Mutex<Heard>, Condvar)>,
    next_id: i64,
}

/// Where the client writes: into the server, and into the capture if there is one.
struct Input {
    server: ChildStdin,
    capture: Option<File>,
}

impl Input {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(capture) = &mut self.capture {
            capture.write_all(bytes).unwrap();
        }
        self.server.write_all(bytes)?;
        self.server.flush()
    }
}

/// What is read from the server, with a copy of it for the capture.
struct Output<R> {
    server: R,
    capture: Option<File>,
}

impl<R: Read> Read for Output<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.server.read(buffer)?;
        if let Some(capture) = &mut self.capture {
            capture.write_all(&buffer[..count]).unwrap();
        }
        Ok(count)
    }
}

/// The two files of a session's capture, if one is wanted.
fn capture() -> (Option<File>, Option<File>) {
    static SESSIONS: AtomicU32 = AtomicU32::new(0);
    let Some(folder) = std::env::var_os(CAPTURE).map(PathBuf::from) else { return (None, None) };
    let name = SESSIONS.fetch_add(1, Ordering::Relaxed);
    let file = |end| File::create(folder.join(format!("{name:04}.{end}"))).unwrap();
    (Some(file("in")), Some(file("out")))
}

/// How a client is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The parameters of `initialize`.
    pub initialize: Value,
    /// What `workspace/configuration` is answered with; `None` leaves it unanswered.
    pub configuration: Option<Value>,
    /// What the person answers questions with; `None` is no answer.
    pub answer: Option<&'static str>,
    /// Leaves every request of the server's unanswered.
    pub silent: bool,
    /// Arguments of the server beside the usual ones.
    pub arguments: Vec<String>,
    /// Environment of the server.
    pub environment: Vec<(&'static str, String)>,
}

impl Setup {
    /// An able client with one folder.
    pub fn new(root: &std::path::Path) -> Self {
        let initialize = json!({
            "processId": null,
            "workspaceFolders": [{"uri": uri(root), "name": "test"}],
            "capabilities": {
                "workspace": {
                    "configuration": true, "applyEdit": true, "workspaceEdit": {"documentChanges": true},
                    "inlayHint": {"refreshSupport": true}, "codeLens": {"refreshSupport": true},
                },
                "textDocument": {
                    "publishDiagnostics": {"relatedInformation": true, "codeDescriptionSupport": true},
                    "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}, "disabledSupport": true},
                    "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
                    "hover": {"contentFormat": ["markdown"]},
                },
            },
        });
        Self {
            initialize,
            configuration: Some(Value::Null),
            answer: None,
            silent: false,
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }
}

impl Client {
    /// Starts a server and says nothing.
    pub fn spawn(setup: &Setup) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tallymark"))
            .args(["lsp", "--stdio"])
            .args(&setup.arguments)
            .envs(setup.environment.iter().map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (to_capture, from_capture) = capture();
        let input = process.stdin.take().map(|server| Input { server, capture: to_capture });
        let input = Arc::new(Mutex::new(input));
        let output = Output { server: process.stdout.take().unwrap(), capture: from_capture };
        let output = BufReader::new(output);
        let heard: Arc<(Mutex<Heard>, Condvar)> = Arc::default();
        let (to_server, configuration) = (Arc::clone(&input), setup.configuration.clone());
        let told = Arc::clone(&heard);
        let (answer, silent) = (setup.answer, setup.silent);
        std::thread::spawn(move || listen(output, &told, &to_server, configuration.as_ref(), answer, silent));
        Self { process, input, heard, next_id: 0 }
    }

    /// Starts a server and introduces itself.
    pub fn start(setup: &Setup) -> Self {
        let mut client = Self::spawn(setup);
        client.request("initialize", setup.initialize.clone()).unwrap();
        client.notify("initialized", json!({}));
        client
    }

    /// Sends bytes as they are.
    pub fn send_raw(&self, bytes: &[u8]) {
        write(&self.input, bytes);
    }

    /// Sends a notification.
    pub fn notify(&self, method: &str, params: Value) {
        self.send_raw(&frame(&json!({"jsonrpc": "2.0", "method": method, "params": params})));
    }

    /// Sends a request, and gives its id.
    pub fn send(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next_id();
        self.send_raw(&frame(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})));
        id
    }

    /// The answer to a request: its result, or its error.
    pub fn answer(&self, id: i64) -> Result<Value, Value> {
        let mut answer =
            self.wait_for(&format!("the answer to request {id}"), |heard| heard.answers.remove(&id));
        match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer["result"].take()),
        }
    }

    /// Sends a request and waits for its answer.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.send(method, params);
        self.answer(id)
    }

    /// Opens a document as version 1.
    pub fn open(&self, uri: &str, text: &str) {
        let language = if uri.ends_with(".json") { "json" } else { "markdown" };
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Edits a document: replaces a range given as start line, start column, end line, end column.
    pub fn edit(&self, uri: &str, version: i32, [l1, c1, l2, c2]: [u32; 4], text: &str) {
        let range = json!({"start": {"line": l1, "character": c1}, "end": {"line": l2, "character": c2}});
        let params = json!({
            "textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"range": range, "text": text}],
        });
        self.notify("textDocument/didChange", params);
    }

    /// Asks about a document as a whole.
    pub fn ask(&mut self, method: &str, uri: &str) -> Value {
        self.request(method, json!({"textDocument": {"uri": uri}})).unwrap()
    }

    /// The labels of all hints of a document, in order.
    pub fn hints(&mut self, uri: &str) -> Vec<String> {
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 1_000_000, "character": 0}});
        let params = json!({"textDocument": {"uri": uri}, "range": range});
        let hints = self.request("textDocument/inlayHint", params).unwrap();
        let labels =
            hints.as_array().into_iter().flatten().map(|hint| hint["label"].as_str().unwrap().to_owned());
        labels.collect()
    }

    /// The actions at a line and column.
    pub fn actions(&mut self, uri: &str, [line, column]: [u32; 2], only: Option<&str>) -> Vec<Value> {
        let at = json!({"line": line, "character": column});
        let mut context = json!({"diagnostics": []});
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let params =
            json!({"textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": context});
        self.request("textDocument/codeAction", params).unwrap().as_array().cloned().unwrap_or_default()
    }

    /// Carries out the command of an action or a lens.
    pub fn execute(&mut self, command: &Value) -> Value {
        let params = json!({"command": command["command"], "arguments": command["arguments"]});
        self.request("workspace/executeCommand", params).unwrap()
    }

    /// Waits for diagnostics of a document that are as wanted; older ones are skipped.
    pub fn diagnostics_where(&self, uri: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.wait_for(&format!("diagnostics of {uri}"), |heard| {
            let found = heard.published.iter().position(|params| params["uri"] == uri && wanted(params))?;
            let params = heard.published.remove(found);
            let mut later = 0..;
            heard.published.retain(|older| later.next() >= Some(found) || older["uri"] != uri);
            Some(params)
        })
    }

    /// Waits until the last that was said of a file is as wanted, whatever was said before.
    pub fn shows(&self, uri: &str, wanted: &Value, of: &str) {
        let (heard, changed) = &*self.heard;
        let end = Instant::now() + PATIENCE;
        let mut heard = heard.lock().unwrap();
        loop {
            let last = heard.published.iter().rfind(|params| params["uri"] == uri);
            let last = last.map_or_else(|| json!([]), |params| params["diagnostics"].clone());
            if last == *wanted {
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !heard.ended, "{of}: {uri} shows {last:#}\nand not {wanted:#}");
            heard = changed.wait_timeout(heard, left).unwrap().0;
        }
    }

    /// An id that no request has yet.
    pub fn next_id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    /// Waits for the diagnostics of a version of a document.
    pub fn diagnostics(&self, uri: &str, version: i32) -> Value {
        self.diagnostics_where(uri, |params| params["version"] == version)
    }

    /// All that was published and not yet waited for. Whoever asks has an answer to a later request already.
    pub fn published(&self) -> Vec<Value> {
        self.heard.0.lock().unwrap().published.clone()
    }

    /// The requests that were answered more than once.
    pub fn answered_twice(&self) -> Vec<i64> {
        self.heard.0.lock().unwrap().twice.clone()
    }

    /// The methods of all that the server has asked and nobody has waited for.
    pub fn methods_asked(&self) -> Vec<String> {
        let heard = self.heard.0.lock().unwrap();
        heard.requests.iter().map(|request| request["method"].as_str().unwrap().to_owned()).collect()
    }

    /// The server's process id.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Waits for a request of the server's.
    pub fn asked(&self, method: &str) -> Value {
        self.wait_for(method, |heard| {
            let found = heard.requests.iter().position(|request| request["method"] == method)?;
            Some(heard.requests.remove(found))
        })
    }

    /// Waits for a notification.
    pub fn notified(&self, method: &str) -> Value {
        self.wait_for(method, |heard| {
            let found = heard.notifications.iter().position(|message| message["method"] == method)?;
            Some(heard.notifications.remove(found)["params"].take())
        })
    }

    /// Waits for an answer without an id.
    pub fn nameless_answer(&self) -> Value {
        self.wait_for("an answer without an id", |heard| heard.nameless.pop())
    }

    /// Says goodbye, and gives the exit code. The server's input stays open.
    pub fn exit(&mut self) -> i32 {
        self.request("shutdown", Value::Null).unwrap();
        self.notify("exit", Value::Null);
        self.exit_code()
    }

    /// Waits for the end of the process.
    pub fn exit_code(&mut self) -> i32 {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.code().unwrap();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("the server does not end");
    }

    /// Closes the server's input.
    pub fn hang_up(&self) {
        *self.input.lock().unwrap() = None;
    }

    fn wait_for<T>(&self, what: &str, mut look: impl FnMut(&mut Heard) -> Option<T>) -> T {
        let (heard, changed) = &*self.heard;
        let end = Instant::now() + PATIENCE;
        let mut heard = heard.lock().unwrap();
        loop {
            if let Some(found) = look(&mut heard) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !heard.ended, "waited in vain for {what}: {heard:#?}");
            heard = changed.wait_timeout(heard, left).unwrap().0;
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A message with its header.
pub fn frame(message: &Value) -> Vec<u8> {
    frame_text(&message.to_string())
}

/// A body with its header.
pub fn frame_text(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The URI of a path that needs no escapes.
pub fn uri(path: &std::path::Path) -> String {
    format!("file://{}", path.display())
}

fn write(input: &Mutex<Option<Input>>, bytes: &[u8]) {
    if let Some(input) = input.lock().unwrap().as_mut() {
        // A server that has ended is noticed by whoever waits for it.
        let _ = input.write(bytes);
    }
}

fn listen(
    mut output: impl BufRead,
    told: &(Mutex<Heard>, Condvar),
    input: &Mutex<Option<Input>>,
    configuration: Option<&Value>,
    answer: Option<&str>,
    silent: bool,
) {
    while let Some(message) = read(&mut output) {
        let request = message.get("method").is_some() && message.get("id").is_some();
        let answer = match message["method"].as_str() {
            Some("workspace/configuration") if request => configuration.map(|settings| json!([settings])),
            Some("workspace/applyEdit") if request => Some(json!({"applied": true})),
            Some("window/showMessageRequest") if request => {
                Some(answer.map_or(Value::Null, |title| json!({"title": title})))
            }
            _ if request => Some(Value::Null),
            _ => None,
        };
        if let Some(answer) = answer.filter(|_| !silent) {
            write(input, &frame(&json!({"jsonrpc": "2.0", "id": message["id"], "result": answer})));
        }
        let mut heard = told.0.lock().unwrap();
        match (message["method"].as_str(), message["id"].as_i64()) {
            (Some("textDocument/publishDiagnostics"), _) => heard.published.push(message["params"].clone()),
            (Some(_), _) if request => heard.requests.push(message),
            (Some(_), _) => heard.notifications.push(message),
            (None, Some(id)) => {
                if !heard.answered.insert(id) {
                    heard.twice.push(id);
                }
                heard.answers.insert(id, message);
            }
            (None, None) => heard.nameless.push(message),
        }
        told.1.notify_all();
    }
    told.0.lock().unwrap().ended = true;
    told.1.notify_all();
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut header = String::new();
    output.read_line(&mut header).ok()?;
    let length: usize = header.strip_prefix("Content-Length: ")?.trim().parse().ok()?;
    header.clear();
    output.read_line(&mut header).ok()?;
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
