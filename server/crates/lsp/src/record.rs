//! What a client and the server said to each other, with the time, as JSON lines (`docs/formats.md`, "Recordings").

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// The version of the lines, in the first of them.
const VERSION: u32 = 1;

/// Who said something.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Speaker {
    /// The client.
    Client,
    /// This server.
    Server,
}

/// A recording that goes on. Cheap to clone.
#[derive(Clone)]
pub struct Record {
    lines: Arc<Mutex<Option<Box<dyn Write + Send>>>>,
    started: Instant,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("started", &self.started).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Head<'a> {
    schema_version: u32,
    tallymark: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    /// Milliseconds since the recording began.
    at: f64,
    from: Speaker,
    /// The message.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a RawValue>,
    /// What is no JSON, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

impl Record {
    /// Begins a recording. `version`: the program's.
    ///
    /// # Errors
    /// The first line cannot be written.
    pub fn begin(lines: impl Write + Send + 'static, version: &str) -> io::Result<Self> {
        let mut lines: Box<dyn Write + Send> = Box::new(lines);
        write_line(&mut lines, &Head { schema_version: VERSION, tallymark: version })?;
        Ok(Self { lines: Arc::new(Mutex::new(Some(lines))), started: Instant::now() })
    }

    /// Takes the body of a message.
    pub(crate) fn take(&self, from: Speaker, body: &[u8]) {
        // A line end between two tokens means nothing, and within a string it is no JSON.
        let text = String::from_utf8_lossy(body).replace(['\r', '\n'], " ");
        let is_json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
        let message = is_json.then(|| serde_json::from_str::<&RawValue>(text.trim()).ok()).flatten();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(writer) = lines.as_mut() else { return };
        let at = self.started.elapsed().as_secs_f64() * 1000.0;
        let line = Line {
            at: (at * 1000.0).round() / 1000.0,
            from,
            text: message.is_none().then_some(text.as_str()),
            message,
        };
        if let Err(error) = write_line(writer, &line) {
            // The session is worth more than its recording.
            *lines = None;
            drop(lines);
            tracing::warn!("the recording ends here: {error}");
        }
    }
}

/// Writes one line, whole: what is recorded when the process is killed can be read.
fn write_line(lines: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    lines.write_all(&bytes)?;
    lines.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A writer whose bytes can be looked at.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_message_is_one_line_whatever_it_holds() {
        let file = Shared::default();
        let record = Record::begin(file.clone(), "1.0").unwrap();
        record.take(Speaker::Client, b"{\n  \"jsonrpc\": \"2.0\",\r\n  \"method\": \"a\\nb\"\n}\n");
        record.take(Speaker::Client, b"{ no \xff json");
        record.take(Speaker::Server, br#"{"id":null}"#);
        let text = String::from_utf8(file.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert_eq!(lines[0]["schema_version"], 1);
        assert_eq!((&lines[1]["from"], &lines[1]["message"]["method"]), (&"client".into(), &"a\nb".into()));
        assert_eq!(lines[2]["text"], "{ no \u{fffd} json");
        assert_eq!(
            (&lines[3]["from"], &lines[3]["message"]["id"]),
            (&"server".into(), &serde_json::Value::Null)
        );
    }
}
