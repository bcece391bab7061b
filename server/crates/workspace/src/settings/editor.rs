//! The settings that an editor sends, as plain strings: who speaks to the editor decodes them.

use super::values::{self, Values};

/// What an editor's settings (`tallymark.*`) may say beside what it only shows. Absent means silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditorSettings {
    /// `plans.include`
    pub include: Option<Vec<String>>,
    /// `plans.exclude`
    pub exclude: Option<Vec<String>>,
    /// `dialects`: glob and dialect.
    pub dialects: Vec<(String, String)>,
    /// `status.map`: glob over plans, and the status file's path.
    pub status_map: Vec<(String, String)>,
    /// `status.location`
    pub status_location: Option<String>,
    /// `boxes`
    pub boxes: Option<String>,
    /// `format.marks`
    pub format_marks: Option<bool>,
    /// `format.bullets`
    pub format_bullets: Option<String>,
    /// `format.renumber`
    pub format_renumber: Option<bool>,
    /// `rules`: code or name, and severity.
    pub rules: Vec<(String, String)>,
}

impl EditorSettings {
    /// Checked; what is wrong is left out and told in words, with the setting's name.
    pub(super) fn values(&self) -> (Values, Vec<String>) {
        let mut problems = Vec::new();
        let mut values = Values::default();
        let mut note =
            |setting: &str, message: String| problems.push(format!("tallymark.{setting}: {message}"));
        let mut globs = |setting: &str, patterns: &Option<Vec<String>>| {
            let patterns = patterns.as_ref()?;
            let checked = patterns
                .iter()
                .filter_map(|pattern| values::glob(pattern).map_err(|message| note(setting, message)).ok());
            Some(checked.collect())
        };
        values.include = globs("plans.include", &self.include);
        values.exclude = globs("plans.exclude", &self.exclude);
        for (glob, name) in &self.dialects {
            match values::glob(glob).and_then(|glob| Ok((glob, values::dialect(name)?))) {
                Ok(dialect) => values.dialects.push(dialect),
                Err(message) => note("dialects", message),
            }
        }
        for (glob, path) in &self.status_map {
            match values::glob(glob).and_then(|glob| Ok((glob, values::location(path)?))) {
                Ok(mapped) => values.status_map.push(mapped),
                Err(message) => note("status.map", message),
            }
        }
        if let Some(path) = &self.status_location {
            values.status_location =
                values::location(path).map_err(|message| note("status.location", message)).ok();
        }
        if let Some(name) = &self.boxes {
            values.boxes = values::boxes(name).map_err(|message| note("boxes", message)).ok();
        }
        values.format.marks = self.format_marks;
        values.format.renumber = self.format_renumber;
        if let Some(sign) = &self.format_bullets {
            values.format.bullets =
                values::bullet(sign).map_err(|message| note("format.bullets", message)).ok();
        }
        for (name, severity) in &self.rules {
            match values::rule(name).and_then(|code| Ok((code, values::severity(severity)?))) {
                Ok((code, severity)) => {
                    values.rules.insert(code, severity);
                }
                Err(message) => note("rules", message),
            }
        }
        (values, problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_with_the_settings_name_and_the_rest_holds() {
        let editor = EditorSettings {
            include: Some(vec!["{".into(), "a.md".into()]),
            boxes: Some("both".into()),
            dialects: vec![("a.md".into(), "kiro".into()), ("b.md".into(), "kirro".into())],
            ..EditorSettings::default()
        };
        let (values, problems) = editor.values();
        assert_eq!((values.include.unwrap().len(), values.dialects.len(), values.boxes), (1, 1, None));
        assert_eq!(problems.len(), 3);
        assert_eq!(
            problems[2],
            "tallymark.boxes: no meaning of boxes is called `both`; there are `auto`, `reference`, `mirror`"
        );
    }
}
