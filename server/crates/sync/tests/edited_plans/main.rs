//! Plans that people edited find the entries of a status.json that was made before: plans are drawn by chance, a status.json
//! is made of each, up to a fifth of the tasks is edited as people do, and what the join finds is held against what is known.
//!
//! Prints a table. Another one: `EDITED_PLANS=5000 EDITED_PLANS_SEED=7 cargo test --release -p tallymark-sync --test
//! edited_plans -- --nocapture`; with `EDITED_PLANS_SHOW=20` the first twenty misjudged entries too.

#![expect(clippy::print_stdout, reason = "the table is what a person runs this for")]

mod chance;
mod draft;
mod edits;
mod keeping;
mod score;
mod wording;

use chance::Chance;
use draft::{Draft, Style};
use keeping::Writer;
use score::Score;

fn number_from(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn edited_tasks_find_their_entries() {
    let plans = number_from("EDITED_PLANS", 480);
    let seed = number_from("EDITED_PLANS_SEED", 1);
    let mut score = Score::new(number_from("EDITED_PLANS_SHOW", 0));
    for number in 0..plans {
        let mut chance = Chance::new(seed << 32 | number);
        let style = Style::ALL[number as usize % Style::ALL.len()];
        let writer = Writer::ALL[number as usize / Style::ALL.len() % Writer::ALL.len()];
        let size = chance.between(5, 80);
        let before = Draft::new(&mut chance, style, size);
        let (status, origins) = keeping::status_of(&before, writer);
        let mut after = before.clone();
        let edits = edits::edit(&mut chance, &mut after);
        score.add(&after, writer, status, &origins, &edits);
    }
    println!("{plans} plans, seed {seed}\n{}", score.table());
    // The few that were edited themselves must not hide behind the many beside them that were not. Some of them nobody could
    // tell: a text that was reworded while the same text stands elsewhere in the plan.
    for (which, counts, least) in
        [("all", score.all(), (0.99, 0.97)), ("edited", score.edited(), (0.98, 0.97))]
    {
        let (precision, recall) = (counts.precision(), counts.recall());
        assert!(precision >= least.0, "precision of {which}: {precision:.4}\n{}", score.table());
        assert!(recall >= least.1, "recall of {which}: {recall:.4}\n{}", score.table());
    }
}
