//! How far a plan is, as a bar.

use tallymark_sync::Progress;

use crate::output::{ACTIVE, BAD, FAINT, GOOD, Output, STRONG};

/// How wide the bar is, in characters.
const WIDTH: usize = 24;

/// The bar, the count, and what is neither done nor pending, as a line: `━━━━╍╍────  3/7 · 43%  1 in progress`.
pub fn line(output: &Output, progress: Progress) -> String {
    let count = output.styled(STRONG, &progress.to_string());
    format!("{}  {count}{}\n", bar(output, progress), rest(output, progress))
}

fn bar(output: &Output, progress: Progress) -> String {
    let counted = progress.counted().max(1) as usize;
    let done = (progress.completed as usize * WIDTH / counted).min(WIDTH);
    let active = (progress.in_progress as usize * WIDTH).div_ceil(counted).min(WIDTH - done);
    let rest = WIDTH - done - active;
    format!(
        "{}{}{}",
        output.styled(GOOD, &"━".repeat(done)),
        output.styled(ACTIVE, &"╍".repeat(active)),
        output.styled(FAINT, &"─".repeat(rest))
    )
}

/// What is neither done nor pending.
fn rest(output: &Output, progress: Progress) -> String {
    let mut text = String::new();
    for (count, what, style) in [
        (progress.in_progress, "in progress", ACTIVE),
        (progress.failed, "failed", BAD),
        (progress.skipped, "skipped", FAINT),
    ] {
        if count > 0 {
            text.push_str("  ");
            text.push_str(&output.styled(style, &format!("{count} {what}")));
        }
    }
    text
}
