//! Flat lists whose ids say what is part of what: `17` and `17.1` written side by side.

use tallymark_text::Span;

use crate::{Task, TaskIndex};

/// Makes `17.1` a part of the `17` that it stands behind, in the same phase.
pub(crate) fn nest_by_id(text: &str, tasks: &mut [Task]) {
    // The tasks that what follows may be a part of, each a part of the one before it.
    let mut open: Vec<TaskIndex> = Vec::new();
    for index in 0..tasks.len() {
        if let Some(parent) = tasks[index].parent {
            tasks[index].depth = tasks[parent.get()].depth.saturating_add(1);
            continue;
        }
        let Some(id) = tasks[index].id else { continue };
        let part_of = |whole: &Task| {
            let whole_id = whole.id.map_or("", |id| &text[id.range()]);
            whole.phase == tasks[index].phase
                && text[id.range()].strip_prefix(whole_id).is_some_and(|rest| rest.starts_with('.'))
        };
        while open.last().is_some_and(|whole| !part_of(&tasks[whole.get()])) {
            open.pop();
        }
        if let Some(&parent) = open.last() {
            tasks[index].parent = Some(parent);
            tasks[index].depth = tasks[parent.get()].depth.saturating_add(1);
            let end = tasks[index].block.end as usize;
            for whole in &open {
                let block = &mut tasks[whole.get()].block;
                *block = Span::new(block.start as usize, end.max(block.end as usize));
            }
        }
        open.push(TaskIndex(index as u32));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tallymark_text::Source;

    use crate::{Dialect, Options, parse};

    #[test]
    fn parts_stand_beside_their_whole() {
        let text =
            "- [ ] 1. a\n- [ ] 1.1 b\n  - [ ] loose\n- [ ] 1.1.1 c\n- [ ] 1.2 d\n- [ ] 10. e\n- [ ] 1.3 f\n";
        let plan = parse(Arc::new(Source::new(text)), Options { path: "", dialect: Some(Dialect::Kiro) });
        let shape: Vec<(u16, Option<u32>)> =
            plan.tasks.iter().map(|task| (task.depth, task.parent.map(|parent| parent.0))).collect();
        let expected =
            [(0, None), (1, Some(0)), (2, Some(1)), (2, Some(1)), (1, Some(0)), (0, None), (0, None)];
        assert_eq!(shape, expected);
        assert!(plan.slice(plan.tasks[0].block).ends_with("1.2 d"));
    }
}
