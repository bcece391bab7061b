//! Any bytes: reading them as a plan ends, and panics nowhere. The first byte chooses the dialect.

#![no_main]

use std::collections::HashSet;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use tallymark_plan::{Dialect, Options, line_kind, parse};
use tallymark_text::Source;

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let dialect = Dialect::ALL.get(first as usize % (Dialect::ALL.len() + 1)).copied();
    let source = match Source::from_bytes(rest) {
        Ok(source) => source,
        Err(_) => Source::new(&String::from_utf8_lossy(rest)),
    };
    let plan = parse(Arc::new(source), Options { path: "", dialect });
    let text = plan.source.text();
    let mut keys = HashSet::new();
    for (index, task) in plan.tasks() {
        assert!(keys.insert(plan.key(index)), "two tasks with one key");
        assert!(task.parent.is_none_or(|parent| parent < index), "a child before its parent");
        for span in [task.block, task.line, task.title].into_iter().chain(task.id) {
            assert!(text.get(span.range()).is_some(), "a span that does not fit");
        }
    }
    for line in 0..plan.source.line_count() {
        line_kind(&plan, line);
    }
});
