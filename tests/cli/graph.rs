//! `graph`.

use crate::support::Workspace;

const PLAN: &str = "plan.md";

const TEXT: &str = "# Move <the> \"mail\" server\n\n## Phase 1: Prepare\n\n- [x] 1.1 List all mailboxes\n- [ ] 1.2 Lower the time to live (2h) (depends: 1.1)\n- [ ] 1.3 Warn & tell \"users\"; end (1h)\n  - [ ] 1.3.1 Write the letter (30 min)\n  - [ ] 1.3.2 Send it (30 min) (depends: 1.3.1)\n\n## Phase 2: Switch over\n\n- [ ] 2.1 Switch (3h) (depends: 1.2, 1.3)\n- [ ] 2.2 Watch (1 day) (depends: Phase 1, 2.1)\n";

fn graph(arguments: &[&str]) -> String {
    let workspace = Workspace::with(&[(PLAN, TEXT)]);
    let run = workspace.run(&[&["graph"], arguments].concat());
    run.exits(0);
    run.out
}

#[test]
fn the_text_names_the_critical_path_what_is_ready_and_what_blocks_most() {
    insta::assert_snapshot!(graph(&[]), @r#"
    Move <the> "mail" server  1/7 · 14%

    Critical path (3)
      13 hours
      ● 1.2  Lower the time to live (2h)  (ready)
      ○ 2.1  Switch (3h)  (waiting)
      ○ 2.2  Watch (1 day)  (waiting)

    Ready (2)
      ● 1.3.1  Write the letter (30 min)  (unblocks 3)
      ● 1.2  Lower the time to live (2h)  (unblocks 2)

    Blocks most (5)
      ● 1.3.1  Write the letter (30 min)  (3 tasks wait, pending)
      ● 1.2  Lower the time to live (2h)  (2 tasks wait, pending)
      ○ 1.3  Warn & tell "users"; end (1h)  (2 tasks wait, pending)
      ○ 1.3.2  Send it (30 min)  (2 tasks wait, pending)
      ○ 2.1  Switch (3h)  (1 task waits, pending)
    "#);
}

#[test]
fn a_range_is_drawn_as_arrows_and_one_that_is_long_as_a_note() {
    let boxes = |phase: u32, count: u32| -> String {
        (1..=count).map(|at| format!("- [ ] {phase}.{at} Step\n")).collect()
    };
    let text = format!(
        "# P\n\n## Phase 1: A\n\n{}\n## Phase 2: B\n\n{}\n## Phase 3: C\n\n- [ ] 3.1 End (depends: 1.1-1.3)\n\
         - [ ] 3.2 All (depends: 2.1-2.51)\n",
        boxes(1, 3).replace("1.2 Step", "1.2 Step\n  - [ ] 1.2.1 Part"),
        boxes(2, 51)
    );
    let workspace = Workspace::with(&[(PLAN, &text)]);
    let object = workspace.run(&["graph", "--json"]).exits(0).json();
    // What stands below 1.2 is done with it.
    assert_eq!(object["arrows"], serde_json::json!([["1.1", "3.1"], ["1.2", "3.1"], ["1.3", "3.1"]]));
    let tasks = object["tasks"].as_array().unwrap();
    assert_eq!(tasks[tasks.len() - 2]["waits_for"], serde_json::json!([]));
    assert_eq!(tasks[tasks.len() - 1]["waits_for"], serde_json::json!(["2.1 to 2.51"]));
}

#[test]
fn the_critical_path_is_in_the_legend_and_in_the_picture() {
    let workspace = Workspace::with(&[(
        PLAN,
        "# P\n\n## Phase 1: A\n\n- [ ] 1.1 A\n- [ ] 1.2 B\n- [ ] 1.3 C (depends: 1.1-1.2)\n",
    )]);
    let picture = workspace.run(&["graph", "--format", "svg"]).exits(0).out.clone();
    assert_eq!(picture.matches("class=\"line critical\"").count(), 2, "{picture}");
    assert_eq!(picture.matches(">critical path</text>").count(), 1, "{picture}");
    let workspace = Workspace::with(&[(PLAN, "# P\n\n## Phase 1: A\n\n- [ ] 1.1 A\n- [ ] 1.2 B\n")]);
    assert!(!workspace.run(&["graph", "--format", "svg"]).exits(0).out.contains(">critical path</text>"));
}

#[test]
fn mermaid_nests_phases_and_tasks_and_escapes_labels() {
    let text = graph(&["--format", "mermaid"]);
    let drawing: Vec<&str> = text.lines().filter(|line| !line.contains("classDef")).collect();
    insta::assert_snapshot!(drawing.join("\n"), @r#"
    flowchart TD
      subgraph g0["Phase 1: Prepare"]
        t0["✓ 1.1 List all mailboxes"]:::done
        t1["● 1.2 Lower the time to live (2h)"]:::ready
        subgraph t2["○ 1.3 Warn #38; tell #34;users#34;#59; end (1h)"]
          t3["● 1.3.1 Write the letter (30 min)"]:::ready
          t4["○ 1.3.2 Send it (30 min)"]:::waiting
        end
      end
      subgraph g1["Phase 2: Switch over"]
        t5["○ 2.1 Switch (3h)"]:::waiting
        t6["○ 2.2 Watch (1 day)"]:::waiting
      end
      t0 --> t1
      t3 --> t4
      t1 --> t5
      t2 --> t5
      t5 --> t6
      n0(["Phase 1"]) -.-> t6
    "#);
}

#[test]
fn dot_is_well_formed() {
    let text = graph(&["--format", "dot"]);
    assert_eq!(text.matches('{').count(), text.matches('}').count());
    assert!(text.contains("label=\"Move <the> \\\"mail\\\" server\""), "{text}");
    assert!(text.contains("  t1 -> t5;\n  t2 -> t5;\n"), "{text}");
}

#[test]
fn the_picture_is_xml_with_a_title_a_description_and_both_colour_schemes() {
    let text = graph(&["--format", "svg"]);
    assert!(text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{text}");
    assert!(text.contains("<title id=\"title\">Move &lt;the&gt; &quot;mail&quot; server</title>"), "{text}");
    assert!(text.contains("<desc id=\"desc\">1/7 · 14% done. Critical path: 1.2, 2.1, 2.2."), "{text}");
    assert!(text.contains("prefers-color-scheme:dark"));
    assert!(text.contains("waits for Phase 1"));
    // Each element that is opened is closed.
    let open =
        |name: &str| text.matches(&format!("<{name}>")).count() + text.matches(&format!("<{name} ")).count();
    for name in ["g", "text", "title", "tspan", "svg", "style", "desc"] {
        assert_eq!(open(name), text.matches(&format!("</{name}>")).count(), "{name}");
    }
}

#[test]
fn json_has_all_of_it() {
    let object: serde_json::Value = serde_json::from_str(&graph(&["--json"])).unwrap();
    assert_eq!(object["schema_version"], 1);
    assert_eq!(object["critical_path"]["hours"], 13.0);
    assert_eq!(object["ready"], serde_json::json!(["1.3.1", "1.2"]));
    assert_eq!(object["arrows"][0], serde_json::json!(["1.1", "1.2"]));
    assert_eq!(object["tasks"][6]["waits_for"], serde_json::json!(["Phase 1"]));
}

#[test]
fn circles_are_told_and_drawn_in_every_form() {
    let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 A (depends: 1.2)\n- [ ] 1.2 B (depends: 1.1)\n- [ ] 1.3 C (depends: 1.3)\n";
    let workspace = Workspace::with(&[(PLAN, text)]);
    let run = workspace.run(&["graph"]);
    run.exits(0);
    assert!(run.out.contains("1.1 → 1.2 → 1.1\n"), "{}", run.out);
    assert!(run.out.contains("1.3 → 1.3\n"), "{}", run.out);
    for format in ["svg", "dot", "mermaid"] {
        workspace.run(&["graph", "--format", format]).exits(0);
    }
}

#[test]
fn ten_thousand_tasks_are_drawn_as_their_phases() {
    let mut text = "# Large\n".to_owned();
    for phase in 1..=100 {
        text.push_str(&format!("\n## Phase {phase}: Part {phase}\n\n"));
        for task in 1..=100 {
            let depends = match (phase, task) {
                (1, 1) => String::new(),
                (_, 1) => format!(" (depends: Phase {})", phase - 1),
                _ => format!(" (depends: {phase}.{})", task - 1),
            };
            text.push_str(&format!("- [ ] {phase}.{task} Do it{depends}\n"));
        }
    }
    let workspace = Workspace::with(&[(PLAN, &text)]);
    let object = workspace.run(&["graph", "--json"]).exits(0).json();
    assert_eq!(object["critical_path"]["tasks"].as_array().unwrap().len(), 10_000);
    assert_eq!(object["tasks"][0]["unblocks"], 9_999);
    let svg = workspace.run(&["graph", "--format", "svg"]);
    svg.exits(0);
    assert_eq!(svg.out.matches("<g class=\"card").count(), 100);
    assert!(svg.out.contains("10000 tasks are too many for a picture"), "{}", &svg.out[..2_000]);
    assert_eq!(svg.out.matches("class=\"line head\"").count(), 99);
}

#[test]
fn what_a_whole_phase_waits_for_stands_beside_its_title() {
    let text = format!("{TEXT}\n## Dependencies\n\n- Phase 2 depends on Phase 1\n");
    let workspace = Workspace::with(&[(PLAN, &text)]);
    for format in ["mermaid", "dot", "svg"] {
        let run = workspace.run(&["graph", "--format", format]);
        run.exits(0);
        assert!(run.out.contains("Phase 2: Switch over (waits for Phase 1)"), "{}", run.out);
    }
    let object = workspace.run(&["graph", "--json"]).exits(0).json();
    assert_eq!(object["tasks"][5]["waits_for"], serde_json::json!(["Phase 1"]));
}
