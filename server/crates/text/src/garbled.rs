//! Text that was UTF-8 and was decoded as something else: `â†’` for `→`, `‚úÖ` for `✅`.

use crate::{Edit, Span};

/// Weak signs (`Ã©`, which is also two letters) count from so many on.
const FEWEST_WEAK: usize = 3;

/// What the text was decoded with, and how each garbled place reads rightly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Garbled {
    /// The name of the wrong character set.
    pub charset: &'static str,
    /// The repair of each place, in order.
    pub repairs: Vec<Edit>,
}

/// The characters of the bytes 0x80 to 0xFF in Mac OS Roman. 0xF0 is the apple, U+F8FF.
const MAC_ROMAN: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

/// The characters of the bytes 0x80 to 0x9F in Windows-1252; those that it lacks stand for themselves, as in Latin-1.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The characters that are the first bytes that can be told at a glance: E2 (arrows, dashes, ticks), F0 (emoji), EF, C2, C3, D0, D1.
const WINDOWS_LEADS: [char; 7] = ['â', 'ð', 'ï', 'Â', 'Ã', 'Ð', 'Ñ'];

/// The same in Mac OS Roman.
const MAC_LEADS: [char; 7] = ['‚', '\u{f8ff}', 'Ô', '¬', '√', '–', '—'];

/// Finds text that was decoded with the wrong character set; only what reads rightly when the decoding is undone.
/// `None` for a text without, and for one that may be meant as it is.
pub fn garbled(text: &str) -> Option<Garbled> {
    let mac = |letter: char| position(MAC_ROMAN, letter);
    let windows = |letter: char| match letter {
        '\u{a0}'..='\u{ff}' => Some(letter as u32 as u8),
        _ => position(WINDOWS_1252, letter),
    };
    // The leads of Windows-1252 all begin with the byte C3, which few texts have.
    let windows = match memchr::memchr(0xc3, text.as_bytes()) {
        Some(_) => repairs(text, WINDOWS_LEADS, &windows),
        None => Vec::new(),
    };
    let mac = repairs(text, MAC_LEADS, &mac);
    let (charset, repairs) =
        if mac.len() > windows.len() { ("Mac Roman", mac) } else { ("Windows-1252", windows) };
    (!repairs.is_empty()).then_some(Garbled { charset, repairs })
}

/// Whether a change of the bytes of `span` may change what [`garbled`] finds: whether something that reads rightly when a wrong
/// decoding is undone stands there or across an end of it. What is garbled are characters beyond ASCII, one behind the other,
/// so only those that hang together with the span matter.
pub fn may_be_garbled(text: &str, span: Span) -> bool {
    let bytes = text.as_bytes();
    let (start, end) = (span.start as usize, (span.end as usize).min(bytes.len()));
    let before = bytes[..start].iter().rev().take_while(|byte| !byte.is_ascii()).count();
    let behind = bytes[end..].iter().take_while(|byte| !byte.is_ascii()).count();
    let near = text.get(start - before..end + behind).unwrap_or("");
    !near.is_ascii() && [WINDOWS_LEADS, MAC_LEADS].iter().any(|leads| next_lead(near, leads).is_some())
}

/// Which byte a character is of a table that begins with 0x80.
fn position(table: &str, letter: char) -> Option<u8> {
    table.chars().position(|known| known == letter).map(|at| 0x80 + at as u8)
}

/// The places that begin with one of the leads and are UTF-8 when each character is a byte again.
fn repairs(text: &str, leads: [char; 7], byte: &dyn Fn(char) -> Option<u8>) -> Vec<Edit> {
    let mut repairs = Vec::new();
    let mut strong = 0;
    let mut from = 0;
    while let Some(found) = next_lead(&text[from..], &leads) {
        let start = from + found;
        let mut letters = text[start..].chars();
        let Some(lead) = letters.next() else { break };
        from = start + lead.len_utf8();
        let Some(first) = byte(lead) else { continue };
        let length = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        let mut bytes = vec![first];
        bytes.extend(letters.take(length - 1).map_while(byte));
        let Some(read) = std::str::from_utf8(&bytes).ok().and_then(|read| read.chars().next()) else {
            continue;
        };
        let is_strong = match first {
            0xe2 | 0xf0 => true,
            // A variation selector behind a sign; all else of EF is two or three letters of some language.
            0xef if read == '\u{fe0f}' => true,
            0xef => continue,
            _ if read.is_control() => continue,
            _ => false,
        };
        let width: usize = text[start..].chars().take(length).map(char::len_utf8).sum();
        strong += usize::from(is_strong);
        from = start + width;
        repairs.push(Edit::replace(Span::new(start, from), read.to_string()));
    }
    if strong == 0 && repairs.len() < FEWEST_WEAK {
        repairs.clear();
    }
    repairs
}

/// The first of the leads, none of which is ASCII.
fn next_lead(text: &str, leads: &[char; 7]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        // Most text is ASCII, which is told by many bytes at once.
        let ascii = bytes[at..].chunks(64).take_while(|chunk| chunk.is_ascii());
        at += ascii.map(<[u8]>::len).sum::<usize>();
        at += bytes[at..].iter().position(|byte| *byte >= 0xc2)?;
        let letter = text[at..].chars().next()?;
        if leads.contains(&letter) {
            return Some(at);
        }
        at += letter.len_utf8();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply_edits;

    fn repaired(text: &str) -> Option<(&'static str, String)> {
        let garbled = garbled(text)?;
        Some((garbled.charset, apply_edits(text, &garbled.repairs).unwrap()))
    }

    #[test]
    fn a_change_beside_garbled_text_may_change_it_and_one_farther_off_not() {
        let text = "ab â†’ cd → ef";
        let at = text.find('â').unwrap();
        assert!(may_be_garbled(text, Span::at(at)));
        assert!(
            may_be_garbled(text, Span::at(at + "â†’".len())),
            "what stands behind it hangs together with it"
        );
        assert!(may_be_garbled(text, Span::new(0, text.len())));
        assert!(!may_be_garbled(text, Span::at(1)));
        assert!(!may_be_garbled(text, Span::at(text.find('→').unwrap())), "an arrow is no first byte");
    }

    #[test]
    fn undoes_the_wrong_decoding() {
        assert_eq!(repaired("a â†’ b"), Some(("Windows-1252", "a → b".to_owned())));
        assert_eq!(repaired("a ‚Üí b ‚úÖ"), Some(("Mac Roman", "a → b ✅".to_owned())));
        assert_eq!(repaired("\u{f8ff}üö® Fire"), Some(("Mac Roman", "🚨 Fire".to_owned())));
        assert_eq!(
            repaired("ðŸš€ âš\u{a0}ï¸\u{8f} go"),
            Some(("Windows-1252", "🚀 ⚠\u{fe0f} go".to_owned()))
        );
        assert_eq!(repaired("cafÃ©, thÃ©, crÃ¨me"), Some(("Windows-1252", "café, thé, crème".to_owned())));
    }

    #[test]
    fn leaves_what_may_be_meant() {
        for text in [
            "",
            "plain",
            "a → b ✅",
            "« été » café…” Âge",
            "MAÇÃ” NÃO",
            "‚Öl‘ kaufen",
            "√é",
            "Ñandú °",
            "цена — 5 €",
            "價格：五",
        ] {
            assert_eq!(repaired(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_garbled_is_found_whole() {
        for text in ["→ ✅ ❌ ⏳ 🚨 📋", "– — “quoted” … •", "┌─┐ │ └─┘"] {
            for (name, table) in [("Mac Roman", MAC_ROMAN), ("Windows-1252", WINDOWS_1252)] {
                let decode = |byte: u8| match byte {
                    0..0x80 => char::from(byte),
                    0xa0.. if name == "Windows-1252" => char::from(byte),
                    _ => table.chars().nth(usize::from(byte - 0x80)).unwrap(),
                };
                let wrong: String = text.bytes().map(decode).collect();
                assert_eq!(repaired(&wrong), Some((name, text.to_owned())));
            }
        }
    }
}
