//! The JSON Schema files in `docs/schema/`, made from the types that are written.

use std::path::Path;

use schemars::{JsonSchema, Schema, generate::SchemaSettings};

use crate::commands::{
    all_plans, batch, detect_stuck, dialect, doctor, explain, findings, graph, history, import,
    increment_retry, init, next, phases, progress, renumber, replay, restore, runs, stats, status,
    sync_check, undo, validate, watch,
};
use crate::{answer, marking, report};

/// What a type is written as. What may be left out is not required; what is written in any case is.
fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// Each file's name, without its ending, with what it holds.
fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("all-plans", schema_of::<all_plans::PlanList>()),
        ("batch", schema_of::<batch::Told<'static>>()),
        ("check", schema_of::<report::json_schema::Document<'static>>()),
        ("detect-stuck", schema_of::<detect_stuck::StuckTasks>()),
        ("dialect", schema_of::<dialect::Object<'static>>()),
        ("doctor", schema_of::<doctor::Diagnosis>()),
        ("error", schema_of::<answer::Refused<'static>>()),
        ("explain", schema_of::<explain::Explanation>()),
        ("findings-read", schema_of::<findings::Kept>()),
        ("findings-write", schema_of::<findings::Written>()),
        ("generations", schema_of::<restore::Listed>()),
        ("graph", schema_of::<graph::json::Object<'static>>()),
        ("history", schema_of::<history::Told<'static>>()),
        ("import", schema_of::<import::Told>()),
        ("increment-retry", schema_of::<increment_retry::Counted>()),
        ("init", schema_of::<init::Told>()),
        ("mark", schema_of::<marking::Told<'static>>()),
        ("next", schema_of::<next::Object<'static>>()),
        ("phases", schema_of::<phases::PhaseList>()),
        ("progress", schema_of::<progress::Object>()),
        ("renumber", schema_of::<renumber::Object<'static>>()),
        ("replay", schema_of::<replay::Replayed>()),
        ("restore", schema_of::<restore::Told<'static>>()),
        ("retries", schema_of::<crate::failed::FailedTasks>()),
        ("runs", schema_of::<runs::Run>()),
        ("stats", schema_of::<stats::Told>()),
        ("status", schema_of::<status::overview::Overview<'static>>()),
        ("sync-check", schema_of::<sync_check::Comparison<'static>>()),
        ("undo", schema_of::<undo::Told<'static>>()),
        ("validate", schema_of::<validate::Told>()),
        ("watch", schema_of::<watch::Told>()),
    ]
}

/// The files are what the types say. `UPDATE_EXPECTED=1` writes them.
#[test]
fn the_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema");
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    // These two are held by the types' own crate, which others see without what makes schemas.
    let mut names = ["sidecar-lines.json", "sidecar-commands.json"].map(str::to_owned).to_vec();
    for (name, mut schema) in schemas() {
        schema.insert("title".to_owned(), format!("tallymark {name}").into());
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        let path = folder.join(format!("{name}.json"));
        if update {
            std::fs::create_dir_all(&folder).expect("the folder can be made");
            std::fs::write(&path, &text).expect("the file can be written");
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(stored == text, "docs/schema/{name}.json is another; UPDATE_EXPECTED=1 writes it");
        names.push(format!("{name}.json"));
    }
    let files = std::fs::read_dir(&folder).expect("the folder is there").flatten();
    let mut stored: Vec<String> = files
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "README.md")
        .collect();
    stored.sort();
    names.sort();
    assert_eq!(stored, names, "a file of another name");
}
