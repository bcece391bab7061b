//! The formats that programs read.

use serde_json::{Value, json};

use crate::support::{PLAN, PLAN_TEXT, STATUS, Workspace};

#[test]
fn json_tells_each_finding_with_its_places_and_what_it_is_known_by() {
    let run = Workspace::sample().run(&["check", "--format", "json", "--select", "TM103"]);
    let report = run.exits(1).json();
    assert_eq!(report["schema_version"], 1);
    let plan = &report["plans"][0];
    assert_eq!(plan["path"], PLAN);
    assert_eq!(plan["status"], json!({ "path": STATUS, "exists": true, "readable": true }));
    assert_eq!(
        plan["progress"],
        json!({ "total": 5, "completed": 1, "in_progress": 1, "failed": 1, "skipped": 0, "percent": 20 })
    );
    let finding = &plan["findings"][0];
    assert_eq!(finding["name"], "ticked-not-completed");
    assert_eq!(finding["file"], PLAN);
    assert_eq!(finding["start"]["line"], 8);
    assert_eq!(finding["related"][0]["file"], STATUS);
    assert_eq!(finding["subject"], "TM103/task/1.2");
    assert_eq!(finding["fixes"][0]["target"], "status");
    assert_eq!(
        report["summary"]["findings"],
        json!({ "error": 0, "warning": 1, "information": 0, "hint": 0 })
    );
}

#[test]
fn a_fingerprint_survives_lines_that_move_and_tells_tasks_apart() {
    let workspace = Workspace::sample();
    workspace.write(PLAN, PLAN_TEXT.replace("- [ ] 2.2", "- [x] 2.2"));
    let fingerprints = || {
        let run = workspace.run(&["check", "--format", "json", "--select", "TM103"]);
        let findings = run.exits(1).json()["plans"][0]["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| finding["fingerprint"].clone()).collect::<Vec<Value>>()
    };
    let before = fingerprints();
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    workspace.write(
        PLAN,
        PLAN_TEXT.replace("- [ ] 2.2", "- [x] 2.2").replace("## Phase 1", "A word before.\n\n## Phase 1"),
    );
    assert_eq!(fingerprints(), before);
}

#[test]
fn github_commands_are_escaped() {
    let workspace = Workspace::new();
    workspace.write("docs/plans/50%,a:b.md", PLAN_TEXT);
    workspace.write(STATUS, crate::support::STATUS_TEXT);
    let run = workspace.run(&["check", "--format", "github", "--select", "TM103"]);
    run.exits(1);
    insta::assert_snapshot!(run.out, @r#"
    ::warning file=docs/plans/50%25%2Ca%3Ab.md,line=8,endLine=8,col=3,endColumn=6,title=TM103 ticked-not-completed::1.2 is ticked, but status.json says "pending"%0Adocs/plan-outputs/parser/status.json:16: status.json says "pending"
    1 plan, 5 tasks, 1 finding, 1/5 · 20%
    "#);
}

#[test]
fn sarif_holds_to_the_schema() {
    let workspace = Workspace::sample();
    let wide: Vec<u8> = PLAN_TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Something of everything: findings with two places, a safe fix, and a file that cannot be read.
    workspace.write("docs/plans/wide.md", [b"\xff\xfe".as_slice(), &wide].concat());
    workspace.write("docs/plans/broken.md", PLAN_TEXT.replace("plan-outputs/parser", "plan-outputs/broken"));
    workspace.write("docs/plan-outputs/broken/status.json", "{ \"tasks\": [");
    let run = workspace.run(&["check", "--format", "sarif"]);
    let log = run.exits(2).json();
    let schema: Value = serde_json::from_str(include_str!("sarif-schema-2.1.0.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert_eq!(errors, [""; 0]);
    // The validator is awake.
    let mut wrong = log.clone();
    wrong["runs"][0]["results"][0]["level"] = "loud".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn sarif_says_where_and_what_it_is_known_by() {
    let workspace = Workspace::sample();
    workspace.write(
        PLAN,
        PLAN_TEXT.replace("1.2 Write the parser", "1.2 🚧🚧 Write the parser").replace("# A", "\n# A"),
    );
    let log = workspace.run(&["check", "--format", "sarif", "--select", "TM103"]).exits(1).json();
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let base = run["originalUriBaseIds"]["ROOT"]["uri"].as_str().unwrap();
    assert!(base.starts_with("file:///") && base.ends_with("/w%C3%B6rk%20%231%20space/"), "{base}");
    let result = &run["results"][0];
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        location["artifactLocation"],
        json!({ "uri": "docs/plans/parser%20%C3%BC.md", "uriBaseId": "ROOT" })
    );
    assert_eq!(location["region"]["startLine"], 9);
    let related = &result["relatedLocations"][0];
    assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], STATUS);
    assert_eq!(result["partialFingerprints"]["tallymark/v1"].as_str().unwrap().len(), 16);
    let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!(rule["id"], "TM103");
    assert!(rule["helpUri"].as_str().unwrap().ends_with("/docs/rules/TM103.md"));
    assert!(rule["help"]["text"].as_str().unwrap().contains("TM103"));
}

#[test]
fn sarif_from_a_folder_below_is_relative_to_the_root() {
    let workspace = Workspace::sample();
    let log = workspace.run_in("docs", &["check", "--format", "sarif", "--select", "TM103"]).exits(1).json();
    let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(location["uri"], "docs/plans/parser%20%C3%BC.md");
}
