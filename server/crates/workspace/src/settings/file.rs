//! `tallymark.toml`. `docs/settings.md` tells each key.

use std::ops::Range;
use std::time::Duration;

use toml_edit::{Document, Item, TableLike, Value};

use super::SettingsProblem;
use super::values::{self, FailOn, Values, unknown};

const TOP: [&str; 9] =
    ["boxes", "plans", "dialect", "status", "rules", "limits", "check", "monitoring", "format"];

/// Reads the file's text. What is wrong is left out and reported; the rest holds.
pub(super) fn parse(text: &str) -> (Values, Vec<SettingsProblem>) {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let message = error.message().to_owned();
            return (
                Values::default(),
                vec![SettingsProblem { message, span: error.span().unwrap_or(0..0) }],
            );
        }
    };
    let mut reader = Reader { values: Values::default(), problems: Vec::new() };
    reader.top(document.as_table());
    reader.problems.sort_by_key(|problem| problem.span.start);
    (reader.values, reader.problems)
}

const LIMITS: [&str; 8] = [
    "retries",
    "backoff",
    "stuck",
    "foreign_stale",
    "lock_wait",
    "gadugi_heartbeat",
    "dev_workflow_heartbeat",
    "silent",
];

struct Reader {
    values: Values,
    problems: Vec<SettingsProblem>,
}

impl Reader {
    fn top(&mut self, table: &dyn TableLike) {
        self.known_keys(table, "", &TOP);
        if let Some(item) = table.get("boxes") {
            self.values.boxes = self.checked(item, values::boxes);
        }
        if let Some(plans) = self.table(table, "plans", &["include", "exclude"]) {
            self.values.include = self.globs(plans, "include");
            self.values.exclude = self.globs(plans, "exclude");
        }
        if let Some(item) = table.get("dialect") {
            self.dialects(item);
        }
        if let Some(status) = self.table(table, "status", &["map", "location"]) {
            if let Some(item) = status.get("location") {
                self.values.status_location = self.checked(item, values::location);
            }
            if let Some(item) = status.get("map") {
                self.map(item);
            }
        }
        if let Some(item) = table.get("rules") {
            self.rules(item);
        }
        if let Some(limits) = self.table(table, "limits", &LIMITS) {
            self.limits(limits);
        }
        if let Some(check) = self.table(table, "check", &["fail_on", "baseline"]) {
            if let Some(item) = check.get("fail_on") {
                self.values.fail_on = self.checked(item, FailOn::from_name);
            }
            if let Some(item) = check.get("baseline") {
                self.values.baseline = self.checked(item, values::file);
            }
        }
        if let Some(format) = self.table(table, "format", &["marks", "bullets", "renumber"]) {
            self.values.format.marks = self.switch(format, "marks");
            self.values.format.renumber = self.switch(format, "renumber");
            if let Some(item) = format.get("bullets") {
                self.values.format.bullets = self.checked(item, values::bullet);
            }
        }
        if let Some(monitoring) = self.table(table, "monitoring", &["enabled", "paths"]) {
            self.values.monitoring = self.switch(monitoring, "enabled");
            self.values.monitoring_paths =
                self.list(monitoring, "paths", "[\"logs/*.jsonl\"]", values::monitoring_path);
        }
    }

    fn dialects(&mut self, item: &Item) {
        let tables: Vec<&dyn TableLike> = match item {
            Item::ArrayOfTables(tables) => tables.iter().map(|table| table as &dyn TableLike).collect(),
            Item::Value(Value::Array(array)) => {
                array.iter().filter_map(|value| value.as_inline_table().map(|table| table as _)).collect()
            }
            _ => {
                self.problem(span(item), "`dialect` is a list: write `[[dialect]]`".to_owned());
                return;
            }
        };
        for table in tables {
            self.known_keys(table, "dialect", &["glob", "name"]);
            let (Some(glob), Some(name)) = (table.get("glob"), table.get("name")) else {
                let at = table.iter().next().map_or_else(|| span(item), |(_, value)| span(value));
                self.problem(at, "a `[[dialect]]` needs both `glob` and `name`".to_owned());
                continue;
            };
            if let (Some(glob), Some(name)) =
                (self.checked(glob, values::glob), self.checked(name, values::dialect))
            {
                self.values.dialects.push((glob, name));
            }
        }
    }

    fn map(&mut self, item: &Item) {
        let Some(map) = item.as_table_like() else {
            self.problem(span(item), "`map` is a table of plans and their status files".to_owned());
            return;
        };
        for (plan, item) in map.iter() {
            let glob = values::glob(plan).map_err(|message| self.problem(key_span(map, plan), message)).ok();
            if let (Some(glob), Some(path)) = (glob, self.checked(item, values::location)) {
                self.values.status_map.push((glob, path));
            }
        }
    }

    fn rules(&mut self, item: &Item) {
        let Some(rules) = item.as_table_like() else {
            self.problem(span(item), "`rules` is a table of codes and severities".to_owned());
            return;
        };
        for (name, item) in rules.iter() {
            let code =
                values::rule(name).map_err(|message| self.problem(key_span(rules, name), message)).ok();
            if let (Some(code), Some(severity)) = (code, self.checked(item, values::severity)) {
                self.values.rules.insert(code, severity);
            }
        }
    }

    fn limits(&mut self, limits: &dyn TableLike) {
        if let Some(item) = limits.get("retries") {
            self.values.limits.retries = match item.as_integer().map(u32::try_from) {
                Some(Ok(retries)) => Some(retries),
                _ => {
                    self.problem(span(item), "`retries` is a whole number, from 0".to_owned());
                    None
                }
            };
        }
        for (key, least) in [
            ("backoff", Duration::ZERO),
            ("stuck", Duration::from_secs(1)),
            ("foreign_stale", values::SHORTEST_FOREIGN_STALE),
            ("lock_wait", Duration::ZERO),
            ("gadugi_heartbeat", Duration::from_secs(1)),
            ("dev_workflow_heartbeat", Duration::from_secs(1)),
            ("silent", Duration::from_secs(1)),
        ] {
            let Some(item) = limits.get(key) else { continue };
            let Some(time) = self.checked(item, values::duration) else { continue };
            if time < least {
                let least = least.as_secs();
                self.problem(span(item), format!("`{key}` is at least {least} s"));
                continue;
            }
            let limits = &mut self.values.limits;
            let place = match key {
                "backoff" => &mut limits.backoff,
                "stuck" => &mut limits.stuck,
                "foreign_stale" => &mut limits.foreign_stale,
                "gadugi_heartbeat" => &mut limits.gadugi_heartbeat,
                "dev_workflow_heartbeat" => &mut limits.dev_workflow_heartbeat,
                "silent" => &mut limits.silent,
                _ => &mut limits.lock_wait,
            };
            *place = Some(time);
        }
    }

    /// `true` or `false`.
    fn switch(&mut self, table: &dyn TableLike, key: &str) -> Option<bool> {
        let item = table.get(key)?;
        if item.as_bool().is_none() {
            self.problem(span(item), format!("`{key}` is true or false"));
        }
        item.as_bool()
    }

    /// A list of globs over plans.
    fn globs(&mut self, table: &dyn TableLike, key: &str) -> Option<Vec<globset::Glob>> {
        self.list(table, key, "[\"docs/plans/*.md\"]", values::glob)
    }

    /// A list of globs that `check` takes.
    fn list<T>(
        &mut self,
        table: &dyn TableLike,
        key: &str,
        example: &str,
        check: fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let item = table.get(key)?;
        let Some(array) = item.as_array() else {
            self.problem(span(item), format!("`{key}` is a list of globs: `{example}`"));
            return None;
        };
        let mut globs = Vec::new();
        for value in array {
            let item = Item::Value(value.clone());
            // A cloned value keeps its place.
            globs.extend(self.checked(&item, check));
        }
        Some(globs)
    }

    /// A string that `check` takes.
    fn checked<T>(&mut self, item: &Item, check: fn(&str) -> Result<T, String>) -> Option<T> {
        let Some(text) = item.as_str() else {
            self.problem(
                span(item),
                format!("this is {}, and should be a string", article(item.type_name())),
            );
            return None;
        };
        check(text).map_err(|message| self.problem(span(item), message)).ok()
    }

    /// A table below `table`, its keys checked.
    fn table<'a>(&mut self, table: &'a dyn TableLike, key: &str, keys: &[&str]) -> Option<&'a dyn TableLike> {
        let item = table.get(key)?;
        let Some(inner) = item.as_table_like() else {
            self.problem(span(item), format!("`{key}` is a table: write `[{key}]`"));
            return None;
        };
        self.known_keys(inner, key, keys);
        Some(inner)
    }

    fn known_keys(&mut self, table: &dyn TableLike, name: &str, keys: &[&str]) {
        for (key, _) in table.iter() {
            if !keys.contains(&key) {
                let what =
                    if name.is_empty() { "setting".to_owned() } else { format!("setting of `{name}`") };
                self.problem(key_span(table, key), unknown(&what, key, keys));
            }
        }
    }

    fn problem(&mut self, span: Range<usize>, message: String) {
        self.problems.push(SettingsProblem { message, span });
    }
}

fn span(item: &Item) -> Range<usize> {
    item.span().unwrap_or(0..0)
}

fn key_span(table: &dyn TableLike, key: &str) -> Range<usize> {
    table.get_key_value(key).and_then(|(key, _)| key.span()).unwrap_or(0..0)
}

fn article(kind: &str) -> String {
    if kind.starts_with(['a', 'i', 'o']) { format!("an {kind}") } else { format!("a {kind}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong, each with the text it points at.
    fn problems(text: &str) -> Vec<(String, &str)> {
        parse(text).1.into_iter().map(|problem| (problem.message, &text[problem.span])).collect()
    }

    #[test]
    fn an_unknown_key_is_told_with_the_nearest_and_its_place() {
        let text = "[plan]\n[plans]\nexlude = []\n[chek]\nzzz = 1\n";
        assert_eq!(
            problems(text),
            [
                ("no setting is called `plan`; did you mean `plans`?".to_owned(), "plan"),
                ("no setting of `plans` is called `exlude`; did you mean `exclude`?".to_owned(), "exlude"),
                ("no setting is called `chek`; did you mean `check`?".to_owned(), "chek"),
            ]
        );
    }

    #[test]
    fn a_wrong_value_is_told_with_its_place_and_the_rest_holds() {
        let text = "boxes = \"miror\"\n[plans]\ninclude = [\"a/{b\", \"c.md\", 7]\n[check]\nfail_on = true\n";
        let (values, _) = parse(text);
        assert_eq!(values.include.unwrap().len(), 1);
        let problems = problems(text);
        let messages: Vec<&str> = problems.iter().map(|(message, _)| message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "no meaning of boxes is called `miror`; did you mean `mirror`?",
                "`a/{b` is no glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
                "this is an integer, and should be a string",
                "this is a boolean, and should be a string",
            ]
        );
        assert_eq!(problems[0].1, "\"miror\"");
        assert_eq!(problems[1].1, "\"a/{b\"");
    }

    #[test]
    fn a_dialect_needs_both_its_parts() {
        assert_eq!(
            problems("[[dialect]]\nglob = \"a.md\"\n"),
            [("a `[[dialect]]` needs both `glob` and `name`".to_owned(), "\"a.md\"")]
        );
        assert_eq!(
            problems("dialect = [{ glob = \"a.md\", name = \"kirro\" }]\n"),
            [("no dialect is called `kirro`; did you mean `kiro`?".to_owned(), "\"kirro\"")]
        );
    }

    #[test]
    fn limits_are_numbers_and_times_with_their_units() {
        let (values, problems) = parse("[limits]\nretries = 3\nbackoff = \"90 s\"\nstuck = \"2h\"\n");
        assert_eq!(problems, []);
        assert_eq!(values.limits.retries, Some(3));
        assert_eq!(values.limits.backoff, Some(Duration::from_secs(90)));
        assert_eq!(values.limits.stuck, Some(Duration::from_secs(7200)));
        let text =
            "[limits]\nretries = -1\nbackoff = 60\nstuck = \"soon\"\nforeign_stale = \"5s\"\nretires = 1\n";
        let messages: Vec<String> = super::parse(text).1.into_iter().map(|problem| problem.message).collect();
        assert_eq!(
            messages,
            [
                "`retries` is a whole number, from 0",
                "this is an integer, and should be a string",
                "`soon` is no time: write a whole number and ms, s, m or h, as in \"90s\"",
                "`foreign_stale` is at least 10 s",
                "no setting of `limits` is called `retires`; did you mean `retries`?",
            ]
        );
    }

    #[test]
    fn monitoring_has_a_switch_and_paths() {
        let text = "[monitoring]\nenabled = false\npaths = [\"logs/*.jsonl\"]\n";
        let (values, wrong) = parse(text);
        assert_eq!(wrong, []);
        assert_eq!(values.monitoring, Some(false));
        assert_eq!(values.monitoring_paths.map(|paths| paths.len()), Some(1));
        assert_eq!(
            problems("[monitoring]\nenable = true\nenabled = 1\npaths = [\"\", \"a/*/../b\"]\n"),
            [
                (
                    "no setting of `monitoring` is called `enable`; did you mean `enabled`?".to_owned(),
                    "enable"
                ),
                ("`enabled` is true or false".to_owned(), "1"),
                ("the path is empty".to_owned(), "\"\""),
                ("`a/*/../b` leads out of a folder that is not named".to_owned(), "\"a/*/../b\""),
            ]
        );
    }

    #[test]
    fn what_is_no_toml_is_one_problem_with_its_place() {
        let problems = parse("boxes = [\n").1;
        assert_eq!(problems.len(), 1);
        assert!(problems[0].span.start >= 8, "{problems:?}");
    }
}
