//! What each rule says of four long plans from the wild, read sentence by sentence. They lie beside the repository and are not
//! part of it; without them the test says so and passes. `boxes`, the clock and the disk are left out.

use std::path::Path;
use std::sync::Arc;

use tallymark_plan::{Options, parse};
use tallymark_sync::{Analysis, Config, Facts, Severity, rules};
use tallymark_text::Source;

#[test]
fn every_finding_of_each_seed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/seeds");
    let Ok(listing) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let mut paths: Vec<_> = listing.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    paths.sort();
    let mut told = String::new();
    for path in paths {
        let source = Source::from_bytes(&std::fs::read(&path).expect("a file")).expect("text");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let plan = parse(Arc::new(source), Options { path: &name, dialect: None });
        let mut config = Config::default();
        // Also what is off unless it is asked for.
        config.severities.extend(rules::RULES.iter().map(|rule| (rule.code, Some(Severity::Hint))));
        let head = format!(
            "{name}: {}, {} tasks, {} criteria",
            plan.dialect.name(),
            plan.tasks.len(),
            plan.criteria.len()
        );
        told.push_str(&format!("{head}\n"));
        let analysis = Analysis::new(Arc::new(plan), None, Facts::default(), Arc::new(config));
        assert_eq!(analysis.broken_rules, []);
        let source = &analysis.joined.plan.source;
        for finding in &analysis.findings {
            let line = source.line_of(finding.place.span.start as usize) + 1;
            let fixes: Vec<String> = analysis.own_fixes(finding).into_iter().map(|fix| fix.title).collect();
            told.push_str(&format!("  {line} {} {} {fixes:?}\n", finding.code, finding.message));
        }
        if analysis.findings.is_empty() {
            told.push_str("  nothing\n");
        }
    }
    insta::assert_snapshot!(told);
}
