//! The look at a file's bytes that spares most markdown a parse must never spare a plan one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_plan::{Options, parse};
use tallymark_text::Source;
use tallymark_workspace::may_be_plan;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

#[test]
fn no_plan_is_passed_over() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut plans = 0;
    for folder in ["sample-plans", "../shared/seeds", "../shared/corpus"] {
        let folder = root.join(folder);
        if !folder.exists() {
            println!("skipped: {} is not there", folder.display());
            continue;
        }
        for path in files(&folder) {
            let Ok(source) = std::fs::read(&path).map(|bytes| Source::from_bytes(&bytes)) else { continue };
            let Ok(source) = source else { continue };
            let name = path.strip_prefix(&folder).expect("it lies below").to_string_lossy().into_owned();
            let plan = parse(Arc::new(source), Options { path: &name, dialect: None });
            plans += usize::from(plan.is_plan());
            assert!(!plan.is_plan() || may_be_plan(plan.source.text()), "{}", path.display());
        }
    }
    assert!(plans >= 8, "only {plans} plans were seen");
}
