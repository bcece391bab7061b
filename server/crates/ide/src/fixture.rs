//! Several files in one string, with a cursor, for the tests of this crate.
//!
//! ```text
//! //- docs/plans/x.md
//! # Plan
//! - [ ] 1.1 Wri$0te
//! //- docs/plans/x/status.json
//! {"tasks": []}
//! ```
//!
//! A text without a first `//-` line is the plan. `$0` is the cursor; two of them are a selection.

use std::sync::Arc;

use tallymark_plan::Options;
use tallymark_status::Status;
use tallymark_sync::{Analysis, Config, Facts, File};
use tallymark_text::{Source, Span};

/// 2026-01-01T12:00:00Z, the present of all fixtures.
pub(crate) const NOON: i64 = 1_767_268_800_000;

/// A plan with a bit of everything, and its status.json.
pub(crate) const BILLING: &str = r#"//- docs/plans/billing.md
# Billing

**Output:** `docs/plan-outputs/billing/`

## Phase 1: Ledger

- [x] 1.1 Create the `ledger` table
- [ ] 1.2 Write postings (depends: 1.1)
  - [x] 1.2.1 Debit side
  - [ ] 1.2.2 Credit side
- [ ] 1.3 Reconcile nightly (depends: 1.2)

**VERIFY Phase 1:**
- [x] The sums agree
- [ ] No posting is an orphan

## Phase 2: Invoices

- [ ] 2.1 Number invoices (depends: 1.1)
- [ ] 2.2 Send them by mail (depends: 2.1, 1.3)
- [ ] 2.3 Archive [old](command:erase) ones
- [ ] 2.4 Print
- [ ] 2.5 Sort
//- docs/plan-outputs/billing/status.json
{
  "planPath": "docs/plans/billing.md",
  "tasks": [
    { "id": "1.1", "phase": "Phase 1: Ledger", "description": "Create the ledger table", "status": "completed",
      "startedAt": "2025-12-30T12:00:00.000Z", "completedAt": "2025-12-30T12:07:44.137Z", "duration": 464137, "notes": "see <b>ddl</b>\nand https://example.org" },
    { "id": "1.2", "phase": "Phase 1: Ledger", "description": "Write postings", "status": "in_progress", "startedAt": "2026-01-01T11:48:00.000Z" },
    { "id": "1.2.1", "phase": "Phase 1: Ledger", "description": "Debit side", "status": "completed" },
    { "id": "1.2.2", "phase": "Phase 1: Ledger", "description": "Credit side", "status": "in_progress", "startedAt": "2026-01-01T11:59:20.000Z" },
    { "id": "1.3", "phase": "Phase 1: Ledger", "description": "Reconcile nightly", "status": "pending" },
    { "id": "2.1", "phase": "Phase 2: Invoices", "description": "Number invoices", "status": "failed", "error": "duplicate key value violates unique constraint \"invoice_number\"", "retryCount": 2 },
    { "id": "2.2", "phase": "Phase 2: Invoices", "description": "Send them by mail", "status": "pending" },
    { "id": "2.3", "phase": "Phase 2: Invoices", "description": "Archive [old](command:erase) ones", "status": "skipped", "skipReason": "nobody reads them" },
    { "id": "2.4", "phase": "Phase 2: Invoices", "description": "Print", "status": "rolled_back" },
    { "id": "9.9", "phase": "Phase 2: Invoices", "description": "Dream", "status": "done" }
  ],
  "summary": { "totalTasks": 10, "completed": 3, "pending": 2, "in_progress": 2, "failed": 1, "skipped": 1 }
}
"#;

/// The same without its status.json.
pub(crate) fn billing_without_status() -> &'static str {
    BILLING.split("//- docs/plan-outputs").next().expect("the plan stands first")
}

/// [`BILLING`] with the cursor before the first `at`.
pub(crate) fn billing_at(at: &str) -> Fixture {
    assert!(BILLING.contains(at), "{at:?} does not stand in the plan");
    Fixture::new(&BILLING.replacen(at, &format!("$0{at}"), 1))
}

/// A plan, maybe with its status.json, and a place in one of them.
pub(crate) struct Fixture {
    /// Both files, joined and checked.
    pub(crate) analysis: Analysis,
    /// The file that the cursor is in; the plan if there is no cursor.
    pub(crate) file: File,
    /// The cursor or selection; the whole plan if there is none.
    pub(crate) span: Span,
}

impl Fixture {
    /// Reads a fixture.
    pub(crate) fn new(text: &str) -> Self {
        let mut plan = ("docs/plans/x.md".to_owned(), String::new());
        let mut status: Option<(String, String)> = None;
        let mut in_status = false;
        for line in text.split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("//- ") {
                let path = path.trim().to_owned();
                in_status = path.ends_with(".json");
                if in_status {
                    status = Some((path, String::new()));
                } else {
                    plan.0 = path;
                }
            } else if let Some((_, text)) = status.as_mut().filter(|_| in_status) {
                text.push_str(line);
            } else {
                plan.1.push_str(line);
            }
        }
        let plan_cursor = take_cursor(&mut plan.1);
        let status_cursor = status.as_mut().and_then(|(_, text)| take_cursor(text));
        let whole = Span::new(0, plan.1.len());
        let (file, span) = match (plan_cursor, status_cursor) {
            (_, Some(span)) => (File::Status, span),
            (span, None) => (File::Plan, span.unwrap_or(whole)),
        };
        let facts = Facts {
            now: Some(NOON),
            status_path: status
                .as_ref()
                .map_or("docs/plan-outputs/x/status.json", |(path, _)| path)
                .to_owned(),
            status_expected: plan.1.contains("**Output:**"),
            plan_path: plan.0,
            ..Facts::default()
        };
        let options = Options { path: &facts.plan_path, dialect: None };
        let plan = tallymark_plan::parse(Arc::new(Source::new(&plan.1)), options);
        let status = status.map(|(_, text)| Arc::new(Status::from_bytes(text.as_bytes())));
        let analysis = Analysis::new(Arc::new(plan), status, facts, Arc::new(Config::default()));
        Self { analysis, file, span }
    }

    /// The line that holds a byte of the plan, with its number from one: how tests name places.
    pub(crate) fn line(&self, offset: u32) -> String {
        line(&self.analysis.joined.plan.source, offset)
    }

    /// The same in status.json.
    pub(crate) fn status_line(&self, offset: u32) -> String {
        let status = self.analysis.joined.status_file.as_ref().expect("the fixture has a status.json");
        line(&status.source, offset)
    }
}

fn line(source: &Source, offset: u32) -> String {
    let line = source.line_of(offset as usize);
    format!("{:>2} {}", line + 1, source.line(line).trim())
}

/// Takes the cursor out of a text.
fn take_cursor(text: &mut String) -> Option<Span> {
    let start = text.find("$0")?;
    text.replace_range(start..start + 2, "");
    let end = text.find("$0").unwrap_or(start);
    if end > start {
        text.replace_range(end..end + 2, "");
    }
    Some(Span::new(start, end))
}
