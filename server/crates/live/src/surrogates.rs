//! Halves of characters.
//!
//! JavaScript cuts texts between the halves of a character beyond U+FFFF and writes the half as `\ud83d`. No such character
//! is there, and serde_json refuses the whole value for it.

/// `json` with each half that has no other half written as U+FFFD; `None` if there is none.
pub(crate) fn repaired(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let mut repaired = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        at += found;
        match unit(bytes, at) {
            Some(0xd800..=0xdbff) if matches!(unit(bytes, at + 6), Some(0xdc00..=0xdfff)) => at += 12,
            Some(0xd800..=0xdfff) => {
                repaired.push_str(&json[copied..at]);
                repaired.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            // The backslash, and what it makes harmless: another backslash at the most.
            _ => at += 2,
        }
        if at >= bytes.len() {
            break;
        }
    }
    if copied == 0 {
        return None;
    }
    repaired.push_str(&json[copied..]);
    Some(repaired)
}

/// The number of the `\uXXXX` at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::repaired;

    #[test]
    fn halves_without_the_other_half_are_replaced() {
        assert_eq!(repaired(r#"{"a":"x\ud83d"}"#).as_deref(), Some(r#"{"a":"x\ufffd"}"#));
        assert_eq!(
            repaired(r#""\ud83d\ud83d\ude00\ude00""#).as_deref(),
            Some(r#""\ufffd\ud83d\ude00\ufffd""#)
        );
    }

    #[test]
    fn whole_characters_and_written_backslashes_stay() {
        for whole in [r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""\u00e9""#, "\"\\", "{}", r#""\\\\ud83d\n""#] {
            assert_eq!(repaired(whole), None, "{whole}");
        }
    }
}
