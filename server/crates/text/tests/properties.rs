//! Laws of text that hold for any text.

use proptest::prelude::*;
use tallymark_text::{Edit, Encoding, LineIndex, Position, Source, Span, apply_edits, minimal_edits};

const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

/// Texts with all the line ends, wide characters, combining marks and emoji.
fn texts() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just("\n"),
            Just("\r\n"),
            Just("\r"),
            Just("a"),
            Just("- [ ] 1.1 x"),
            Just("é"),
            Just("e\u{301}"),
            Just("計画"),
            Just("🚨"),
            Just("⚠\u{fe0f}"),
            Just("\u{feff}"),
        ],
        0..60,
    )
    .prop_map(|parts| parts.concat())
}

fn boundaries(text: &str) -> Vec<usize> {
    (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect()
}

proptest! {
    #[test]
    fn offset_to_position_and_back_is_the_identity(text in texts()) {
        let source = Source::new(&text);
        for encoding in ENCODINGS {
            for offset in boundaries(source.text()) {
                let position = source.position(offset, encoding);
                let back = source.offset(position, encoding);
                // Between `\r` and `\n` there is no position: LSP has none inside a line end.
                let inside_line_end = source.text()[..offset].ends_with('\r') && source.text()[offset..].starts_with('\n');
                prop_assert_eq!(back, if inside_line_end { offset - 1 } else { offset });
            }
        }
    }

    #[test]
    fn columns_of_long_lines_are_those_of_short_ones(part in "[a-zé計🚨]{1,9}", times in 600_usize..2500, at in 0_usize..20_000) {
        let mut source = Source::new(&format!("a\n{}\nb", part.repeat(times)));
        for edited in [false, true] {
            let line = source.line_span(1);
            let mut offset = (line.start as usize + at).min(line.end as usize);
            while !source.text().is_char_boundary(offset) {
                offset -= 1;
            }
            let before = &source.text()[line.start as usize..offset];
            let columns = [before.len(), before.encode_utf16().count(), before.chars().count()];
            for (encoding, column) in ENCODINGS.into_iter().zip(columns) {
                let position = Position { line: 1, column: column as u32 };
                prop_assert_eq!(source.position(offset, encoding), position);
                prop_assert_eq!(source.offset(position, encoding), offset);
            }
            if !edited {
                source.replace(Span::at(line.start as usize), "é🚨");
            }
        }
    }

    #[test]
    fn positions_outside_clamp(text in texts(), line in 0_u32..80, column in 0_u32..2000) {
        let source = Source::new(&text);
        for encoding in ENCODINGS {
            let offset = source.offset(Position { line, column }, encoding);
            prop_assert!(source.text().is_char_boundary(offset));
            let span = source.line_span(line as usize);
            prop_assert!(span.start as usize <= offset && offset <= span.end as usize);
        }
    }

    #[test]
    fn a_replacement_gives_the_index_of_the_new_text(text in texts(), with in texts(), a in 0_usize..400, b in 0_usize..400) {
        let mut source = Source::new(&text);
        let places = boundaries(source.text());
        let (a, b) = (places[a % places.len()], places[b % places.len()]);
        let span = Span::new(a.min(b), a.max(b));
        let expected = format!("{}{}{}", &source.text()[..span.start as usize], with, &source.text()[span.end as usize..]);
        source.replace(span, &with);
        prop_assert_eq!(source.text(), expected.as_str());
        prop_assert_eq!(&source, &source.with_text(&expected));
    }

    #[test]
    fn bytes_come_back_as_they_were(text in texts()) {
        prop_assert_eq!(Source::new(&text).to_bytes(), text.as_bytes());
        prop_assert_eq!(Source::from_bytes(text.as_bytes()).unwrap().to_bytes(), text.as_bytes());
    }

    #[test]
    fn minimal_edits_make_the_new_text(old in texts(), new in texts()) {
        let edits = minimal_edits(&old, &new);
        prop_assert_eq!(apply_edits(&old, &edits).unwrap(), new);
    }

    #[test]
    fn lines_cover_the_text(text in texts()) {
        let source = Source::new(&text);
        let whole: String = (0..source.line_count()).map(|line| source.slice(source.full_line_span(line))).collect();
        prop_assert_eq!(whole.as_str(), source.text());
        prop_assert_eq!(LineIndex::new(source.text()).line_count(), source.line_count());
    }
}

#[test]
fn an_edit_touches_only_what_differs() {
    let edits = minimal_edits("- [ ] 1.1 one\r\n- [ ] 1.2 two\r\n", "- [ ] 1.1 one\r\n- [x] 1.2 two\r\n");
    assert_eq!(edits, [Edit::replace(Span::new(18, 19), "x")]);
}

#[test]
fn overlapping_edits_are_refused() {
    let edits = [Edit::replace(Span::new(0, 2), "x"), Edit::replace(Span::new(1, 3), "y")];
    assert!(apply_edits("abcd", &edits).is_err());
    assert!(apply_edits("é", &[Edit::insert(1, "x")]).is_err());
    assert!(apply_edits("a", &[Edit::insert(9, "x")]).is_err());
}

#[test]
fn bytes_that_are_no_text_say_where() {
    let error = Source::from_bytes(b"- [ ] a\xff").unwrap_err();
    assert_eq!(error.to_string(), "not valid UTF-8 at byte 7");
    assert_eq!(
        Source::from_bytes(b"\xff\xfea\0").unwrap_err().to_string(),
        "encoded in UTF-16; save it as UTF-8"
    );
}
