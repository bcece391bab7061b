//! SARIF 2.1.0, for code scanning. The schema is kept with the tests.

use serde_json::{Map, Value, json};
use tallymark_sync::{Finding, FixAction, Place, Severity, rules};
use tallymark_text::Encoding;

use super::percent::{file_uri, uri_path};
use super::{Checked, InputProblem, Name, Report, Summary, rule_url};

/// The name that URIs are relative to.
const BASE: &str = "ROOT";

/// What our fingerprints are called; another way to make them gets another name.
const FINGERPRINT: &str = "tallymark/v1";

/// The format. URIs are relative to the folder.
pub struct Sarif {
    base: std::path::PathBuf,
}

impl Sarif {
    /// URIs are relative to `base`, absolute.
    pub fn new(base: std::path::PathBuf) -> Self {
        Self { base }
    }

    fn artifact(&self, name: &Name) -> Value {
        match name.path.strip_prefix(&self.base) {
            Ok(_) => {
                let relative = tallymark_workspace::relative(&self.base, &name.path);
                json!({ "uri": uri_path(&relative), "uriBaseId": BASE })
            }
            Err(_) => json!({ "uri": file_uri(&name.path) }),
        }
    }

    fn location(&self, checked: &Checked<'_>, place: Place) -> Value {
        let (name, ..) = checked.file(place);
        json!({ "artifactLocation": self.artifact(name), "region": region(checked, place) })
    }

    fn result(&self, checked: &Checked<'_>, finding: &Finding, fingerprint: &str) -> Value {
        let mut result = json!({
            "ruleId": finding.code,
            "ruleIndex": rules::RULES.iter().position(|rule| rule.code == finding.code),
            "level": level(finding.severity),
            "message": { "text": plain(&finding.message) },
            "locations": [{ "physicalLocation": self.location(checked, finding.place) }],
            "partialFingerprints": { FINGERPRINT: fingerprint },
        });
        let related: Vec<Value> = finding
            .related
            .iter()
            .zip(1..)
            .map(|(related, id)| {
                json!({
                    "id": id,
                    "physicalLocation": self.location(checked, related.place),
                    "message": { "text": plain(&related.message) },
                })
            })
            .collect();
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        let fixes = self.fixes(checked, finding);
        if !fixes.is_empty() {
            result["fixes"] = fixes.into();
        }
        result
    }

    /// The fixes that are edits of the plan; the others are commands, which SARIF does not know.
    fn fixes(&self, checked: &Checked<'_>, finding: &Finding) -> Vec<Value> {
        let fixes = checked.analysis.own_fixes(finding).into_iter();
        fixes
            .filter_map(|fix| {
                let FixAction::Plan(edits) = fix.action else { return None };
                let replacements: Vec<Value> = edits
                    .iter()
                    .map(|edit| {
                        json!({
                            "deletedRegion": region(checked, Place::plan(edit.span)),
                            "insertedContent": { "text": edit.text },
                        })
                    })
                    .collect();
                (!replacements.is_empty()).then(|| {
                    json!({
                        "description": { "text": plain(&fix.title) },
                        "artifactChanges": [{
                            "artifactLocation": self.artifact(&checked.plan),
                            "replacements": replacements,
                        }],
                    })
                })
            })
            .collect()
    }

    fn notification(&self, problem: &InputProblem) -> Value {
        let mut location = Map::new();
        location.insert("artifactLocation".into(), self.artifact(&problem.name));
        if let Some((line, column)) = problem.position {
            location.insert("region".into(), json!({ "startLine": line, "startColumn": column }));
        }
        json!({
            "level": "error",
            "message": { "text": plain(&problem.message) },
            "locations": [{ "physicalLocation": location }],
        })
    }
}

impl Report for Sarif {
    fn head(&self) -> String {
        let rules: Vec<Value> = rules::RULES
            .iter()
            .map(|rule| {
                json!({
                    "id": rule.code,
                    "name": rule.name,
                    "shortDescription": { "text": plain(rule.summary) },
                    "fullDescription": { "text": plain(rule.summary) },
                    "help": { "text": rule.page, "markdown": rule.page },
                    "helpUri": rule_url(rule),
                    "defaultConfiguration": { "level": level(rule.severity) },
                })
            })
            .collect();
        let driver = json!({
            "name": "tallymark",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules,
        });
        let base = json!({ BASE: { "uri": format!("{}/", file_uri(&self.base).trim_end_matches('/')) } });
        format!(
            "{{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json\",\
             \"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\
             \"columnKind\":\"utf16CodeUnits\",\"originalUriBaseIds\":{base},\"results\":["
        )
    }

    fn plan(&self, checked: &Checked<'_>) -> String {
        let results: Vec<String> = checked
            .analysis
            .findings
            .iter()
            .zip(checked.fingerprints())
            .map(|(finding, fingerprint)| format!("\n{}", self.result(checked, finding, &fingerprint)))
            .collect();
        results.join(",")
    }

    fn between(&self) -> &'static str {
        ","
    }

    fn tail(&self, summary: &Summary) -> String {
        let notifications: Vec<Value> =
            summary.problems.iter().map(|problem| self.notification(problem)).collect();
        let invocations = json!([{
            "executionSuccessful": notifications.is_empty(),
            "toolExecutionNotifications": notifications,
        }]);
        format!("\n],\"invocations\":{invocations}}}]}}\n")
    }
}

fn region(checked: &Checked<'_>, place: Place) -> Value {
    let (start, end) = checked.range(place, Encoding::Utf16);
    json!({
        "startLine": start.line + 1,
        "startColumn": start.column + 1,
        "endLine": end.line + 1,
        "endColumn": end.column + 1,
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
    }
}

/// A message's text. What would read as an embedded link, `[text](target)`, is made plain.
fn plain(text: &str) -> String {
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn only_what_would_read_as_a_link_is_escaped() {
        assert_eq!(plain("`- [ ] 1.1`"), "`- [ ] 1.1`");
        assert_eq!(plain("see [a](1)"), "see \\[a\\](1)");
    }
}
