//! Escaping with percent signs: URIs, and GitHub's workflow commands.

use std::fmt::Write as _;
use std::path::Path;

/// A relative path with `/`, or part of one, as a relative URI reference.
pub fn uri_path(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    // A first segment with a colon would read as a scheme; the colon is escaped everywhere.
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte as char)
            }
            _ => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}

/// An absolute path as a `file:` URI.
pub fn file_uri(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = if std::path::MAIN_SEPARATOR == '\\' { path.replace('\\', "/") } else { path.into_owned() };
    if path.starts_with('/') {
        format!("file://{}", uri_path(&path))
    } else {
        // A drive: `C:/plans`.
        let (drive, rest) = path.split_once(':').unwrap_or(("", &path));
        format!("file:///{drive}:{}", uri_path(rest))
    }
}

/// The text of a GitHub workflow command: what stands behind the second `::`.
pub fn command_text(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a GitHub workflow command.
pub fn command_property(text: &str) -> String {
    command_text(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_hashes_umlauts_and_colons_are_escaped() {
        assert_eq!(uri_path("a b/#1/ü:100%.md"), "a%20b/%231/%C3%BC%3A100%25.md");
        assert_eq!(file_uri(Path::new("/a b")), "file:///a%20b");
    }

    #[test]
    fn a_workflow_command_cannot_be_broken_out_of() {
        assert_eq!(command_text("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(command_property("a,b:c"), "a%2Cb%3Ac");
    }
}
