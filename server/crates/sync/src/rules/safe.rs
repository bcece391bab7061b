//! All safe fixes of a plan as one edit.

use std::collections::BTreeMap;

use tallymark_text::{Edit, Span};

use super::{Context, Rule, each, find};
use crate::{Finding, Fix, FixAction};

/// The rules that have safe fixes. All others are not asked for their fixes here: some look at the whole plan for each.
const RULES_WITH_SAFE_FIXES: &[&str] = &["TM202"];

/// Whether a fix of a rule is none that [`safe_edits`] would miss.
pub(crate) fn is_known(code: &str, fix: &Fix) -> bool {
    !fix.safe || RULES_WITH_SAFE_FIXES.contains(&code)
}

/// The edits of the plan that need no person to look at them: for each finding its first safe fix. Of two fixes that
/// touch the same bytes the first is taken whole, the other not at all; it is found again afterwards.
pub(crate) fn safe_edits(context: &Context<'_>, findings: &[Finding]) -> Vec<Edit> {
    let mut merged = Merged::default();
    for finding in findings.iter().filter(|finding| RULES_WITH_SAFE_FIXES.contains(&finding.code)) {
        let Some(rule) = find(finding.code) else { continue };
        if finding.stands_for_many {
            for one in each(rule, context) {
                merged.add(safe_fix(context, rule, &one));
            }
        } else {
            merged.add(safe_fix(context, rule, finding));
        }
    }
    merged.finish()
}

fn safe_fix(context: &Context<'_>, rule: &Rule, finding: &Finding) -> Vec<Edit> {
    let fixes = (rule.fixes)(context, finding).into_iter();
    fixes
        .filter(|fix| fix.safe && fix.ask.is_none())
        .find_map(|fix| match fix.action {
            FixAction::Plan(edits) => Some(edits),
            FixAction::Status(_)
            | FixAction::Renumber(_)
            | FixAction::Init
            | FixAction::Restore
            | FixAction::Show(_) => None,
        })
        .unwrap_or_default()
}

/// Edits of several fixes.
#[derive(Default)]
struct Merged {
    /// By start: the end, and the text.
    taken: BTreeMap<u32, (u32, String)>,
}

impl Merged {
    /// Takes the edits of one fix: all, or none if one of them shares a byte or a place with one of another fix.
    fn add(&mut self, edits: Vec<Edit>) {
        if edits.iter().all(|edit| self.has(edit) || self.is_free(edit.span)) {
            for edit in edits {
                self.taken.insert(edit.span.start, (edit.span.end, edit.text));
            }
        }
    }

    fn has(&self, edit: &Edit) -> bool {
        let taken = self.taken.get(&edit.span.start);
        taken.is_some_and(|(end, text)| *end == edit.span.end && *text == edit.text)
    }

    fn is_free(&self, span: Span) -> bool {
        let before = self.taken.range(..=span.start).next_back();
        let after = self.taken.range(span.start..).next();
        before.is_none_or(|(&start, &(end, _))| end <= span.start && start < span.start)
            && after.is_none_or(|(&start, _)| span.end <= start && start > span.start)
    }

    fn finish(self) -> Vec<Edit> {
        let edit = |(start, (end, text))| Edit { span: Span { start, end }, text };
        self.taken.into_iter().map(edit).collect()
    }
}

#[cfg(test)]
mod tests {
    use tallymark_text::apply_edits;

    use super::*;

    fn merged(fixes: &[&[(usize, usize, &str)]]) -> String {
        let mut merged = Merged::default();
        for fix in fixes {
            let edit =
                |&(start, end, text): &(usize, usize, &str)| Edit::replace(Span::new(start, end), text);
            merged.add(fix.iter().map(edit).collect());
        }
        apply_edits("0123456789", &merged.finish()).unwrap()
    }

    #[test]
    fn fixes_that_do_not_touch_are_all_taken() {
        assert_eq!(merged(&[&[(5, 6, "F")], &[(0, 1, "A"), (9, 10, "J")]]), "A1234F678J");
        assert_eq!(merged(&[&[(2, 4, "")], &[(4, 5, "x")], &[(0, 2, "y")]]), "yx56789");
    }

    #[test]
    fn of_two_that_touch_the_first_is_taken_and_the_other_not_in_part() {
        assert_eq!(merged(&[&[(2, 5, "-")], &[(4, 6, "+"), (8, 9, "+")]]), "01-56789");
        assert_eq!(merged(&[&[(4, 6, "+")], &[(2, 5, "-")]]), "0123+6789");
        assert_eq!(merged(&[&[(0, 9, "-")], &[(4, 5, "+")]]), "-9");
        assert_eq!(merged(&[&[(4, 5, "+")], &[(0, 9, "-")]]), "0123+56789");
    }

    #[test]
    fn two_insertions_at_one_place_are_not_both_taken_unless_they_are_the_same() {
        assert_eq!(merged(&[&[(3, 3, "a")], &[(3, 3, "b")]]), "012a3456789");
        assert_eq!(merged(&[&[(3, 3, "a")], &[(3, 3, "a"), (5, 6, "")]]), "012a346789");
    }
}
