//! From lines of the history to requests that do the same again.

use crate::{Change, Expected, HistoryLine, NewEntry, Request, Word, json};

/// The requests that do again what a line of the history tells; `None` if it does not tell enough.
pub(crate) fn requests(line: &HistoryLine) -> Option<Vec<Request>> {
    let request =
        |entry: &str, change| Request { entry: entry.to_owned(), expected: Expected::default(), change };
    let Some(task) = line.task.as_deref() else {
        return Some(vec![match line.change.as_str() {
            "recompute-summary" => request("", Change::RecomputeSummary),
            "set-current-phase" => request("", Change::SetCurrentPhase(line.to.clone())),
            "set-plan-path" => request("", Change::SetPlanPath(line.to.clone())),
            _ => return None,
        }]);
    };
    let text = |key: &str| {
        let value = line.fields.iter().find(|field| field.key == key)?.now.as_ref()?;
        Some(json::text_of(value.as_str()).into_owned())
    };
    let id = line.fields.iter().find(|field| field.key == "id");
    let (was, now) = id.map_or((true, true), |id| (id.was.is_some(), id.now.is_some()));
    Some(match (was, now) {
        _ if line.fields.is_empty() => return None,
        (false, true) => {
            let entry = NewEntry {
                id: text("id")?,
                phase: text("phase").unwrap_or_default(),
                description: text("description").or_else(|| text("title")).unwrap_or_default(),
                status: text("status").and_then(|word| Word::from_exact(&word)).unwrap_or(Word::Pending),
            };
            let id = entry.id.clone();
            vec![
                request(&id, Change::Add { entry, after: None }),
                request(&id, Change::SetFields(line.fields.clone())),
            ]
        }
        (true, false) => vec![request(task, Change::Remove)],
        _ => {
            let mut requests = Vec::new();
            let others: Vec<_> = line.fields.iter().filter(|field| field.key != "id").cloned().collect();
            if !others.is_empty() {
                requests.push(request(task, Change::SetFields(others)));
            }
            if id.is_some() {
                requests.push(request(task, Change::SetId(text("id")?)));
            }
            requests
        }
    })
}

/// The line that takes this one back.
pub(crate) fn reversed(line: &HistoryLine) -> HistoryLine {
    // Whoever got another id is found by that.
    let id = line.fields.iter().find(|field| field.key == "id").and_then(|field| field.now.as_ref());
    let task = id.map(|id| json::text_of(id.as_str()).into_owned());
    HistoryLine {
        task: task.or_else(|| line.task.clone()),
        from: line.to.clone(),
        to: line.from.clone(),
        fields: line.fields.iter().map(crate::FieldChange::reversed).collect(),
        mark: line.mark.as_ref().map(crate::MarkChange::reversed),
        ..line.clone()
    }
}
