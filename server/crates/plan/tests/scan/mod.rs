//! A second pair of eyes: lines that a person would take for a checkbox, told line by line without a parser of markdown.

/// The lines (from zero) that look like a box, outside fences, comments, quotes and front matter.
pub fn boxes(text: &str) -> Vec<usize> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut found = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let mut comment = false;
    let mut front_matter = text.starts_with("---\n");
    for (number, line) in text.split('\n').enumerate() {
        let bare = line.trim();
        if front_matter {
            front_matter = number == 0 || !matches!(bare, "---" | "...");
            continue;
        }
        if let Some((mark, length)) = fence {
            let run = bare.chars().take_while(|&character| character == mark).count();
            if run >= length && run == bare.chars().count() {
                fence = None;
            }
            continue;
        }
        if comment {
            comment = !bare.contains("-->");
            continue;
        }
        // A fence may begin behind a bullet.
        let words = without_bullet(bare).unwrap_or(bare);
        for mark in ['`', '~'] {
            let run = words.chars().take_while(|&character| character == mark).count();
            if run >= 3 && !(mark == '`' && words[run..].contains('`')) {
                fence = Some((mark, run));
            }
        }
        if fence.is_some() {
            continue;
        }
        if bare.starts_with('>') || words.starts_with('>') {
            continue;
        }
        if let Some(begin) = bare.find("<!--") {
            comment = !bare[begin..].contains("-->");
            if begin == 0 {
                continue;
            }
        }
        if looks_like_a_box(bare) {
            found.push(number);
        }
    }
    found
}

/// The words behind a bullet with a blank.
fn without_bullet(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|character: char| character.is_ascii_digit());
    let bullet = if rest.len() == line.len() { ['-', '*', '+'].as_slice() } else { ['.', ')'].as_slice() };
    rest.strip_prefix(bullet)?.strip_prefix(' ').map(str::trim_start)
}

fn looks_like_a_box(line: &str) -> bool {
    let digits = line.trim_start_matches(|character: char| character.is_ascii_digit());
    let (rest, bullet) = match digits.strip_prefix(['-', '*', '+', '.', ')']) {
        Some(rest)
            if digits.len() == line.len() || line.starts_with(|first: char| first.is_ascii_digit()) =>
        {
            (rest, true)
        }
        _ => (line, false),
    };
    let Some(inside) = rest.trim_start().strip_prefix('[') else { return false };
    let Some((mark, behind)) = inside.split_once(']') else { return false };
    let known =
        matches!(mark.trim(), "" | "x" | "X" | "~" | "-" | "/" | ">" | "!" | "✓" | "✔" | "✅" | "✅/❌");
    let sure = matches!(mark, " " | "x" | "X");
    let link = behind.starts_with(['(', '[', ':']);
    known && !link && mark.chars().count() <= 3 && (bullet || sure)
}
