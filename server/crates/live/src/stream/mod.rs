//! An agent's stream, followed as it grows: one JSON object a line.

mod claude;
mod codex;
mod gemini;
mod line;
mod opencode;
mod session;

use tallymark_events::{Format, Monitored, Unreadable};

use crate::{
    object::{self, Problems},
    sniff,
    source::BYTE_ORDER_MARK,
    surrogates, zone,
};
use line::Line;
use session::Session;

/// The longest line that is read. A longer one is a tool's output of no interest here.
const LONGEST_LINE: usize = 1024 * 1024;

/// An agent's stream, followed as it grows. It keeps no more than a line of its bytes.
#[derive(Debug)]
pub struct Stream {
    path: String,
    format: Option<Format>,
    /// The beginning of a line that has not ended.
    cut: Vec<u8>,
    /// The line that has not ended is too long.
    too_long: bool,
    /// Where it begins, in bytes from the stream's beginning.
    at: u64,
    /// How long it is so far.
    length: u64,
    session: Session,
    /// The agent who speaks where a line names none.
    speaker: String,
    problems: Problems,
    is_garbled: bool,
    newest: Option<i64>,
}

impl Stream {
    /// A stream of which nothing is read yet.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            format: None,
            cut: Vec::new(),
            too_long: false,
            at: 0,
            length: 0,
            session: Session::default(),
            speaker: String::new(),
            problems: Problems::default(),
            is_garbled: false,
            newest: None,
        }
    }

    /// More bytes of it, cut anywhere. `seen` is when they were seen to come, in milliseconds since 1970-01-01 UTC; `None`
    /// where nobody looked when they were written.
    pub fn push(&mut self, bytes: &[u8], seen: Option<i64>) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end);
            rest = &after[1..];
            self.length += line.len() as u64;
            if self.too_long || self.length > LONGEST_LINE as u64 {
                self.skipped();
            } else if self.cut.is_empty() {
                self.line(line, seen);
            } else {
                let mut whole = std::mem::take(&mut self.cut);
                whole.extend_from_slice(line);
                self.line(&whole, seen);
                whole.clear();
                self.cut = whole;
            }
            self.at += self.length + 1;
            self.length = 0;
        }
        self.length += rest.len() as u64;
        if self.length > LONGEST_LINE as u64 {
            self.too_long = true;
            self.cut = Vec::new();
        } else if !self.too_long {
            self.cut.extend_from_slice(rest);
        }
    }

    /// What kind of stream it is, as soon as a line has told.
    pub(crate) fn format(&self) -> Option<Format> {
        self.format
    }

    /// There are no more bytes: the last line is read if it is whole, though nothing ends it. One that is cut is nobody's
    /// fault: it is still being written.
    pub(crate) fn end(&mut self) {
        let last = std::mem::take(&mut self.cut);
        if !self.too_long && serde_json::from_slice::<serde::de::IgnoredAny>(&last).is_ok() {
            self.line(&last, None);
        }
    }

    /// What it has said so far; `None` as long as it is not known as one of ours. `modified` is the file's time of change in
    /// milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn monitored(&self, modified: i64) -> Option<Monitored> {
        let mut monitored = crate::empty(&self.path, self.format?, modified);
        monitored.written = self.newest;
        monitored.problems.clone_from(&self.problems.told);
        self.session.tell(&mut monitored);
        zone::settle(&mut monitored, modified);
        Some(monitored)
    }

    fn skipped(&mut self) {
        self.too_long = false;
        self.cut.clear();
        self.problems.add(Unreadable {
            at: self.at,
            message: format!(
                "A line of {} bytes was left unread: more than 1 MiB is a tool's output.",
                self.length
            ),
        });
    }

    fn line(&mut self, bytes: &[u8], seen: Option<i64>) {
        let whole = bytes.len();
        let bytes = if self.at == 0 { bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes) } else { bytes };
        let line = bytes.trim_ascii();
        // Hooks and wrappers print their own words between the objects.
        if line.first() != Some(&b'{') {
            return;
        }
        let start = self.at + (whole - bytes.trim_ascii_start().len()) as u64;
        let lossy = String::from_utf8_lossy(line);
        if let Err(error) = std::str::from_utf8(line)
            && !std::mem::replace(&mut self.is_garbled, true)
        {
            self.problems.add(Unreadable {
                at: start + error.valid_up_to() as u64,
                message: "Bytes that are no UTF-8 begin here; they were read as \u{fffd}.".to_owned(),
            });
        }
        let Err(error) = self.objects(&lossy, seen) else { return };
        if let Some(repaired) = surrogates::repaired(&lossy)
            && self.objects(&repaired, seen).is_ok()
        {
            return;
        }
        self.problems.add(Unreadable {
            at: start,
            message: format!("This line was left out: {}.", object::reason(&error)),
        });
    }

    /// The objects of a line: more than one where a writer lost the line's end.
    fn objects(&mut self, text: &str, seen: Option<i64>) -> Result<(), serde_json::Error> {
        let mut objects = serde_json::Deserializer::from_str(text).into_iter::<Line<'_>>();
        let mut at = 0;
        while let Some(object) = objects.next() {
            let object = object?;
            let written = text[at..objects.byte_offset()].trim_start();
            at = objects.byte_offset();
            if !written.starts_with('{') {
                continue;
            }
            let format = match self.format {
                Some(format) => format,
                None => match sniff::of_line(written) {
                    Some(format) => *self.format.insert(format),
                    None => continue,
                },
            };
            self.newest = self.newest.max(object.timestamp.0);
            let at = object.timestamp.0.or(seen);
            let Self { session, speaker, .. } = self;
            match format {
                Format::ClaudeStream => claude::take(&object, at, session, speaker)?,
                Format::CodexStream => codex::take(&object, at, session, speaker)?,
                Format::GeminiStream => gemini::take(&object, at, session, speaker)?,
                _ => opencode::take(&object, at, session, speaker)?,
            }
        }
        Ok(())
    }
}
