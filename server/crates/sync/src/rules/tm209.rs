//! TM209: the text was decoded with the wrong character set.

use tallymark_text::{Garbled, garbled};

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::words::count;
use crate::{Finding, Fix, FixAction, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM209",
    name: "garbled-text",
    severity: Severity::Information,
    summary: "the text was decoded with the wrong character set",
    page: include_str!("../../../../../docs/rules/TM209.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Encoding],
    check,
    fixes,
    fix_all: None,
};

/// Once for the whole file, at the first place.
fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let Some(Garbled { charset, repairs }) = garbled(plan.source.text()) else { return };
    let Some(first) = repairs.first() else { return };
    let more = match repairs.len() - 1 {
        0 => String::new(),
        more => format!(", and {} more", count(more, "place")),
    };
    let message = format!(
        "this was UTF-8 and was read as {charset}: “{}” stands for “{}”{more}",
        plan.slice(first.span),
        first.text
    );
    reporter.report(Place::plan(first.span), Subject::File, message, Vec::new());
}

fn fixes(context: &Context<'_>, _: &Finding) -> Vec<Fix> {
    let Some(Garbled { repairs, .. }) = garbled(context.plan.source.text()) else { return Vec::new() };
    vec![Fix {
        title: format!("Repair the text ({})", count(repairs.len(), "place")),
        // A garbled tick becomes a tick, and that is a mark.
        safe: false,
        preferred: true,
        ask: None,
        action: FixAction::Plan(repairs),
    }]
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    #[test]
    fn is_told_once_and_repaired_whole() {
        let case = plan("# P\n\n## Phase 1: Read â†’ write\n\n- [ ] 1.1 Read â€“ all of it\n");
        assert_eq!(
            case.findings("TM209"),
            [
                r#"plan:3 "â†’": this was UTF-8 and was read as Windows-1252: “â†’” stands for “→”, and 1 place more"#
            ]
        );
        assert_eq!(case.fixes("TM209"), ["Repair the text (2 places)*"]);
        assert_eq!(
            case.fixed("TM209", "Repair the text (2 places)"),
            "# P\n\n## Phase 1: Read → write\n\n- [ ] 1.1 Read – all of it\n"
        );
    }

    #[test]
    fn sound_text_is_no_finding() {
        let case = plan("# Été\n\n## Phase 1: Read → write\n\n- [ ] 1.1 Read “all” – of it ✅\n");
        assert_eq!(case.findings("TM209"), [""; 0]);
    }
}
