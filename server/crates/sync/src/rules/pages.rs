//! The examples on the pages of the rules are true: the bad one yields the finding that the page quotes, the good one none.
//!
//! An example is a fence that says what it is: `markdown bad`, `markdown good`, `markdown bad good` for a plan that is
//! the same in both, and `json bad status.json` or `json good status.json` for the status.json beside it; with `other` it is a
//! second one, elsewhere; `json bad monitoring` is a monitoring file, as the sidecar tells it. The name of a dialect may
//! stand among the words; without one it is the home dialect. The first quote of the page is the message of the bad one,
//! an `…` standing for anything.

use tallymark_plan::Dialect;

use super::testing::{self, Case};
use super::{RULES, Rule};

/// A fence of a page that is an example, or a part of one.
struct Example<'a> {
    words: Vec<&'a str>,
    text: String,
}

/// The examples of a page. A fence ends at a line of its own characters, at least as many.
fn examples(page: &str) -> Vec<Example<'_>> {
    let mut examples = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let info = line.trim_start_matches('`');
        let fence = &line[..line.len() - info.len()];
        if fence.len() < 3 {
            continue;
        }
        let body: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with(fence)).collect();
        let words: Vec<&str> = info.split_whitespace().collect();
        if words.contains(&"bad") || words.contains(&"good") {
            examples.push(Example { words, text: body.iter().map(|line| format!("{line}\n")).collect() });
        }
    }
    examples
}

/// The case that the examples of one kind make, `bad` or `good`, with something put behind the first paragraph of the plan.
fn case(rule: &Rule, kind: &str, put: &str) -> Option<Case> {
    let examples = examples(rule.page);
    let has = |example: &&Example<'_>, word: &str| example.words.contains(&word);
    let of = |language: &str| {
        let is = |example: &&Example<'_>| has(example, kind) && has(example, language);
        examples.iter().find(|example| is(example) && !has(example, "other") && !has(example, "monitoring"))
    };
    let other = examples.iter().any(|example| has(&example, kind) && has(&example, "other"));
    let plan = of("markdown")?;
    let mut case = testing::plan(&plan.text.replacen("\n\n", &format!("\n\n{put}"), 1))
        .severity(rule.code, rule.severity);
    if let Some(dialect) = plan.words.iter().find_map(|word| Dialect::from_name(word)) {
        case = case.dialect(dialect);
    }
    if let Some(status) = of("json") {
        case = case.status(&status.text);
    }
    if rule.code.starts_with("TM4") {
        let files = examples.iter().filter(|example| has(example, kind) && has(example, "monitoring"));
        let files: Vec<&str> = files.map(|example| example.text.as_str()).collect();
        // The processes of the pages: one is there, one is not.
        let begun = testing::NOW - 3_600_000;
        case = case.process(4711, None).process(4712, Some(begun)).live(&files);
    }
    // As the workspace has it: an Output under plan-outputs/ is where a status.json is expected.
    let expected = plan.text.contains("plan-outputs/");
    Some(case.facts(|facts| {
        facts.status_expected = expected;
        facts.other_status_path = other.then(|| "docs/plans/status.json".to_owned());
        // The one file of the pages that is not there.
        facts.missing_files = Some(["docs/mailboxes.md".to_owned()].into());
    }))
}

fn case_of(rule: &Rule, kind: &str) -> Case {
    match case(rule, kind, "") {
        Some(case) => case,
        None => panic!("the page of {} has no {kind} example", rule.code),
    }
}

#[test]
fn the_bad_example_yields_the_finding_that_the_page_quotes() {
    for rule in RULES {
        let analysis = case_of(rule, "bad").analysis();
        let messages: Vec<&str> = analysis
            .findings
            .iter()
            .filter(|finding| finding.code == rule.code)
            .map(|finding| finding.message.as_str())
            .collect();
        let quote = rule.page.lines().find_map(|line| line.strip_prefix("> "));
        let Some(quote) = quote else { panic!("the page of {} quotes no message", rule.code) };
        let (front, back) = quote.split_once('…').unwrap_or((quote, ""));
        let told = messages.iter().any(|message| {
            message
                .strip_prefix(front)
                .is_some_and(|rest| quote.contains('…') && rest.ends_with(back) || rest.is_empty())
        });
        assert!(told, "{}: the page quotes {quote:?}, the rule says {messages:?}", rule.code);
    }
}

#[test]
fn the_good_example_yields_none() {
    for rule in RULES {
        let findings = case_of(rule, "good").findings(rule.code);
        assert!(findings.is_empty(), "{}: {findings:?}", rule.code);
    }
}

/// What follows from the mistake is on the page, so that nobody wonders.
#[test]
fn what_else_the_bad_example_yields_the_page_names() {
    let mut unnamed = Vec::new();
    for rule in RULES {
        let findings = case_of(rule, "bad").analysis().findings;
        let others = findings.iter().filter(|finding| !rule.page.contains(finding.code));
        unnamed.extend(others.map(|finding| format!("{}: {} {}", rule.code, finding.code, finding.message)));
    }
    assert_eq!(unnamed, [""; 0]);
}

#[test]
fn the_comment_for_the_whole_file_silences_the_bad_example() {
    for rule in RULES {
        let comment = format!("<!-- tallymark: allow-file {} -->\n\n", rule.code);
        let case = case(rule, "bad", &comment).expect("a bad example");
        assert_eq!(case.findings(rule.code), [""; 0], "{}", rule.code);
    }
}

#[test]
fn each_page_is_headed_by_code_and_name_and_says_how_to_switch_it_off() {
    for rule in RULES {
        let heading = format!("# {}: {}\n", rule.code, rule.name);
        assert!(rule.page.starts_with(&heading), "the page of {} is not headed {heading:?}", rule.code);
        for section in ["\n## Example", "\n## Fixes", "\n## Settings"] {
            assert!(rule.page.contains(section), "the page of {} has no{section:?}", rule.code);
        }
        for wanted in [format!("{} = \"off\"", rule.code), format!("tallymark: allow-file {}", rule.code)] {
            assert!(rule.page.contains(&wanted), "the page of {} has no {wanted:?}", rule.code);
        }
    }
}

#[test]
fn the_index_lists_every_rule() {
    let index = include_str!("../../../../../docs/rules/README.md");
    for rule in RULES {
        let row = format!(
            "| [{code}]({code}.md) | {} | {} | {} |",
            rule.name,
            rule.severity.name(),
            rule.summary,
            code = rule.code
        );
        assert!(index.contains(&row), "docs/rules/README.md lacks the line\n{row}");
    }
}
