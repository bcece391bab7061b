//! Where the lines come from: a sidecar of our own, or standard input.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;

use tallymark_events::Event;

use super::News;

/// A longer line is no line of a sidecar's: 64 MiB.
const LONGEST: u64 = 64 << 20;

/// A sidecar of our own; it ends with this.
pub struct Sidecar(Child);

impl Sidecar {
    /// Starts it, for all plans below `root` if none is named; its lines go to `news`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(plans: &[PathBuf], root: &Path, news: Sender<News>) -> io::Result<Sidecar> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("sidecar").arg("--root").arg(root);
        for plan in plans {
            command.arg("--plan").arg(plan);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let Some(lines) = child.stdout.take() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        read(lines, news)?;
        Ok(Sidecar(child))
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Reads lines in a thread of its own.
///
/// # Errors
/// The thread cannot be started.
pub fn read(lines: impl Read + Send + 'static, news: Sender<News>) -> io::Result<()> {
    let work = move || {
        let why = forward(BufReader::new(lines), &news);
        // Nobody listens any more when the view has ended.
        _ = news.send(News::Ended(why));
    };
    std::thread::Builder::new().name("lines".to_owned()).spawn(work).map(drop)
}

/// Forwards lines until they end. Gives why they did.
fn forward(mut lines: impl BufRead, news: &Sender<News>) -> String {
    let mut line = Vec::new();
    loop {
        line.clear();
        match lines.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
            Ok(0) => return "the lines ended".to_owned(),
            Ok(_) if line.last() != Some(&b'\n') && line.len() as u64 >= LONGEST => {
                return "a line is longer than any of a sidecar's".to_owned();
            }
            Ok(_) => {}
            Err(error) => return format!("the lines cannot be read: {error}"),
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let told = match serde_json::from_slice::<Event>(&line) {
            Ok(event) => News::Line(Box::new(event)),
            Err(error) if error.is_data() => continue, // A newer sidecar may say more than we know.
            Err(error) => News::Noise(format!("this is no line of a sidecar's: {error}")),
        };
        if news.send(told).is_err() {
            return String::new();
        }
    }
}
