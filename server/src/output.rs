//! Standard output and standard error: colour where a terminal wants it, and no fuss when the reader has gone.

use std::io::{BufWriter, ErrorKind, IsTerminal, Write};

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};

/// Where results go.
pub struct Output {
    writer: BufWriter<std::io::Stdout>,
    /// Whether escape codes for colour may be written.
    pub colour: bool,
    /// Whether a person is likely to look at it as it comes.
    pub terminal: bool,
    /// The reader closed its end, or the disk is full: nothing more is written.
    lost: Option<std::io::Error>,
    /// Nothing was written yet.
    silent: bool,
}

/// Faint: what is there for completeness.
pub const FAINT: Style = Style::new().dimmed();
/// Strong: what a line is about.
pub const STRONG: Style = Style::new().bold();
/// All is well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Something is going on.
pub const ACTIVE: Style = AnsiColor::Cyan.on_default();
/// Worth a look.
pub const WARNING: Style = AnsiColor::Yellow.on_default();
/// Wrong.
pub const BAD: Style = AnsiColor::Red.on_default();

impl Output {
    /// Standard output, with colour as `choice` and the environment (`NO_COLOR`, `CLICOLOR_FORCE`, `TERM`) say.
    pub fn new(choice: ColorChoice) -> Self {
        let stdout = std::io::stdout();
        choice.write_global();
        let colour = anstream::AutoStream::choice(&stdout) != ColorChoice::Never;
        Self {
            terminal: stdout.is_terminal(),
            writer: BufWriter::new(stdout),
            colour,
            lost: None,
            silent: true,
        }
    }

    /// Writes a text. A reader that has closed its end (`… | head`) is no error: the command goes on silently, so that its
    /// exit code stays true.
    pub fn text(&mut self, text: &str) {
        self.silent &= text.is_empty();
        if self.lost.is_none()
            && let Err(error) = self.writer.write_all(text.as_bytes())
        {
            self.lost = Some(error);
        }
    }

    /// Whether nothing was written yet.
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// Writes what is still held back. The error is one that matters: a full disk, not a reader that has gone.
    pub fn finish(&mut self) -> Option<std::io::Error> {
        if self.lost.is_none()
            && let Err(error) = self.writer.flush()
        {
            self.lost = Some(error);
        }
        self.lost.take().filter(|error| error.kind() != ErrorKind::BrokenPipe)
    }

    /// How many columns there are: the terminal's, or as many as a log is wide.
    pub fn width(&self) -> usize {
        let terminal = terminal_size::terminal_size().filter(|_| self.terminal);
        terminal.map_or(140, |(width, _)| usize::from(width.0).max(40))
    }

    /// A text in a style, where colour is on.
    pub fn styled(&self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Writes lines for a person to standard error, in colour where that is a terminal. A closed standard error is no error.
pub fn complain(text: &str) {
    let mut stderr = anstream::stderr().lock();
    _ = stderr.write_all(text.as_bytes());
    _ = stderr.flush();
}

/// Warns a person on standard error, in a line.
pub fn warn(message: &str) {
    complain(&format!("{WARNING}warning{WARNING:#}{STRONG}:{STRONG:#} {}\n", harmless(message)));
}

/// A text from a file or an argument, fit for a terminal: control characters and the like become visible signs.
pub fn harmless(text: &str) -> String {
    annotate_snippets::normalize_untrusted_str(text)
}
