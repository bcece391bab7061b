//! The runs of an orchestrator: `runs`, a list of objects in the head.

use std::borrow::Cow;

use crate::{Change, Status, StoreError, edit::Object, json, nearest, time};

use super::{Draft, render::ListStyle};

impl<'a> Draft<'a> {
    /// Begins or ends a run. Gives what the outcome says: from, to, and whether anything changed.
    pub(super) fn run(&mut self, change: &Change) -> Result<(String, String, bool), StoreError> {
        let stored = self.stored_runs()?;
        let runs = Runs::new(&stored);
        match change {
            Change::EndRun { run, completed, failed } => {
                let list = runs.end(run, *completed, *failed, self.now)?;
                let changed = list.is_some();
                self.runs = list.or(self.runs.take());
                Ok((run.clone(), format!("{completed} completed, {failed} failed"), changed))
            }
            _ => {
                let (list, id) = runs.begin(self.status, self.now);
                self.runs = Some(list);
                Ok((String::new(), id, true))
            }
        }
    }

    /// `runs` as the requests so far have left it; an empty list where there is none.
    fn stored_runs(&self) -> Result<Cow<'a, str>, StoreError> {
        if let Some(runs) = &self.runs {
            return Ok(Cow::Owned(runs.clone()));
        }
        let text = self.status.source.text();
        let member = self.status.head(0).filter(|(key, _)| key == "runs").last();
        match member.map(|(_, value)| &text[value.range()]) {
            None | Some("null") => Ok(Cow::Borrowed("[]")),
            Some(list) if list.starts_with('[') => Ok(Cow::Borrowed(list)),
            Some(other) => Err(StoreError::NoListOfRuns { found: json::Kind::of(other).described() }),
        }
    }
}

/// `runs` as it is: the text of the list, and where each of its objects is in it.
struct Runs<'a> {
    list: &'a str,
    objects: Vec<(usize, Object<'a>)>,
}

impl<'a> Runs<'a> {
    /// Takes apart the text of a list. What is not an object in it is kept and left alone.
    fn new(list: &'a str) -> Self {
        let mut objects = Vec::new();
        let read = json::elements(list, |element| {
            let text = element.get();
            if text.starts_with('{') {
                objects.push((json::span_in(list, text).start as usize, Object::new(text)));
            }
        });
        debug_assert!(read.is_ok(), "the list has been read as JSON before");
        Self { list, objects }
    }

    fn ids(&self) -> impl Iterator<Item = String> {
        self.objects.iter().filter_map(|(_, run)| Some(json::text_of(run.get("runId")?).into_owned()))
    }

    /// The list with one more run, and its id: `run-` and the time, counted on where there is such a run already.
    fn begin(&self, status: &Status, now: i64) -> (String, String) {
        let taken: Vec<String> = self.ids().collect();
        let mut number = now;
        let mut id = format!("run-{number}");
        while taken.contains(&id) {
            number += 1;
            id = format!("run-{number}");
        }
        let style = ListStyle::of_head(status.source.text());
        let mut run = match self.objects.last() {
            Some((_, last)) => last.sibling(),
            None => Object::with_style(&style.member, &style.colon, &style.first),
        };
        for (key, value) in [
            ("runId", json::quote(&id)),
            ("startedAt", json::quote(&time::format(now))),
            ("tasksCompleted", "0".to_owned()),
            ("tasksFailed", "0".to_owned()),
        ] {
            run.set(key, value, &[]);
        }
        (self.with(&run.render(), &style), id)
    }

    /// The list with a new last element, its blanks as those of the one before it.
    fn with(&self, element: &str, style: &ListStyle) -> String {
        let content = self.list[..self.list.len() - 1].trim_ascii_end();
        if content == "[" {
            return format!("[{}{element}{}]", style.first, style.close);
        }
        let lead = match self.objects.last() {
            Some((start, _)) => &self.list[self.list[..*start].trim_ascii_end().len()..*start],
            None => &style.first,
        };
        // A second element on the line of the first is kept off it by one blank.
        let lead = if lead.is_empty() { " " } else { lead };
        format!("{content},{lead}{element}{}", &self.list[content.len()..])
    }

    /// The list with a run ended; `None` if it was ended so already.
    fn end(&self, id: &str, completed: u32, failed: u32, now: i64) -> Result<Option<String>, StoreError> {
        let runs = self.objects.iter().rev();
        let found =
            runs.into_iter().find(|(_, run)| run.get("runId").is_some_and(|own| json::text_of(own) == id));
        let Some((start, run)) = found else {
            let ids: Vec<String> = self.ids().collect();
            let nearest = nearest::nearest(id, ids.iter().map(String::as_str));
            return Err(StoreError::UnknownRun { id: id.to_owned(), nearest });
        };
        let ended = run.get("completedAt").filter(|time| *time != "null").map(json::text_of);
        if let Some(ended) = ended {
            let same = |key, count: u32| run.get(key).is_some_and(|stored| stored.parse() == Ok(count));
            if same("tasksCompleted", completed) && same("tasksFailed", failed) {
                return Ok(None);
            }
            return Err(StoreError::RunEnded { id: id.to_owned(), at: ended.into_owned() });
        }
        let old = run.render();
        let mut run = run.clone();
        run.set("completedAt", json::quote(&time::format(now)), &["startedAt"]);
        run.set("tasksCompleted", completed.to_string(), &[]);
        run.set("tasksFailed", failed.to_string(), &[]);
        Ok(Some(format!("{}{}{}", &self.list[..*start], run.render(), &self.list[start + old.len()..])))
    }
}
