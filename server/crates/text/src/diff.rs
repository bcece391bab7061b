use similar::TextDiff;

/// A unified diff with three lines of context, as `git diff` prints it; empty if nothing differs.
/// `name` stands behind `a/` and `b/` in the head.
pub fn unified_diff(name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
