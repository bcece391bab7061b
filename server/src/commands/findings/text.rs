//! The text of findings: read with a limit, written whole or not at all.

use std::fs;
use std::io::{IsTerminal, Read};
use std::path::Path;

use tallymark_workspace::read_bytes;

use crate::exit::Failure;
use crate::output::complain;
use crate::whole_file;

/// More is not taken: 16 MiB. Findings are for people to read.
const LIMIT: u64 = 16 << 20;

/// A file's text.
///
/// # Errors
/// It cannot be read, is larger than the limit, is empty, or is no text.
pub fn of_file(path: &Path) -> Result<String, Failure> {
    let bytes = read_bytes(path, LIMIT)?;
    text(bytes, &path.display().to_string())
}

/// The text that comes on standard input, to its end.
///
/// # Errors
/// It cannot be read, does not end within the limit, is empty, or is no text.
pub fn of_input() -> Result<String, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        complain("reading the findings from the terminal; Ctrl-D ends them\n");
    }
    let mut bytes = Vec::new();
    // One byte more than the limit shows that it goes on; nothing after that is waited for.
    let read = input.lock().take(LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::could_not(format!("standard input cannot be read: {error}")))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Failure::could_not(format!(
            "standard input goes on after {} MB, and more is not kept as findings; nothing was written",
            LIMIT >> 20
        )));
    }
    text(bytes, "standard input")
}

fn text(bytes: Vec<u8>, name: &str) -> Result<String, Failure> {
    if bytes.is_empty() {
        return Err(Failure::could_not(format!("{name} is empty; there is nothing to keep")));
    }
    let no_text = |at: usize| {
        Failure::could_not(format!("{name} is no text (byte {at} is not UTF-8 text); nothing was written"))
            .help("findings are markdown; keep other files beside them, and name them there")
    };
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(no_text(at));
    }
    String::from_utf8(bytes).map_err(|error| no_text(error.utf8_error().valid_up_to()))
}

/// Writes a text into the place of a file: into a new one beside it, synced, renamed over it.
///
/// # Errors
/// It cannot be written; what was there is whole.
pub fn keep(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: &std::io::Error| {
        Failure::could_not(format!("{} could not be written: {error}", path.display()))
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    whole_file::put(path, text).map_err(|error| failed(&error))
}
