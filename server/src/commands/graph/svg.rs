//! The graph as a picture: a card for each task of the first level with the tasks below it, a band for each phase.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use tallymark_plan::TaskIndex;

use super::layout::{CARD_WIDTH, Card, Layout, lay_out};
use tallymark_ide::{GraphView, Look};

/// More tasks than this are no picture that a person could look at: then the phases are drawn.
const MOST_TASKS: usize = 400;
/// More phases than this are not drawn.
const MOST_PHASES: usize = 400;

/// Heights in pixels: the first line of a card, each further one, and what is above and below them.
const FIRST_LINE: u32 = 24;
const LINE: u32 = 18;
const PADDING: u32 = 6;
/// The size of the letters of a card's first line and of the others.
const FIRST_SIZE: f64 = 12.5;
const SIZE: f64 = 11.5;
/// Above the first band, for the title.
const TOP: u32 = 64;

/// One line of a card.
struct Row {
    sign: &'static str,
    class: &'static str,
    bold: String,
    words: String,
    depth: u16,
}

/// A card as it is written.
struct Face {
    class: String,
    whole: String,
    rows: Vec<Row>,
}

/// A picture's parts.
struct Picture {
    bands: Vec<(String, String, u32)>,
    cards: Vec<Card>,
    faces: Vec<Face>,
    arrows: Vec<(usize, usize)>,
    /// The arrows of the critical path.
    critical: HashSet<(usize, usize)>,
    left_out: String,
}

/// The graph as SVG.
pub fn render(view: &GraphView<'_>) -> String {
    let picture = if view.plan().tasks.len() > MOST_TASKS { phases(view) } else { tasks(view) };
    let layout = lay_out(&picture.cards, picture.bands.len(), &picture.arrows, TOP);
    write(view, &picture, &layout)
}

/// A picture of all tasks.
fn tasks(view: &GraphView<'_>) -> Picture {
    let plan = view.plan();
    let critical: HashSet<TaskIndex> = view.path.tasks.iter().copied().collect();
    let mut picture = Picture {
        bands: Vec::new(),
        cards: Vec::new(),
        faces: Vec::new(),
        arrows: Vec::new(),
        critical: HashSet::new(),
        left_out: String::new(),
    };
    let mut card_of = vec![0; plan.tasks.len()];
    let mut notes: HashMap<TaskIndex, Vec<&str>> = HashMap::new();
    for (task, note) in &view.notes {
        notes.entry(*task).or_default().push(note);
    }
    for (phase, tasks) in view.groups() {
        let band = picture.bands.len();
        let title = phase.map_or_else(|| "Tasks".to_owned(), |phase| view.group_title(Some(phase)));
        let mut progress = tallymark_sync::Progress::default();
        tasks.clone().for_each(|task| progress.add(view.joined.states[task as usize]));
        picture.bands.push((title, progress.to_string(), progress.percent().unwrap_or(0)));
        for task in tasks.map(TaskIndex) {
            let own = plan.task(task);
            let look = view.look(task);
            if own.parent.is_none() {
                let path = if critical.contains(&task) { " critical" } else { "" };
                picture.cards.push(Card { band, height: PADDING });
                picture.faces.push(Face {
                    class: format!("{}{path}", look.name()),
                    whole: String::new(),
                    rows: Vec::new(),
                });
            }
            let at = picture.cards.len() - 1;
            card_of[task.get()] = at;
            let (card, face) = (&mut picture.cards[at], &mut picture.faces[at]);
            if critical.contains(&task) && !face.class.ends_with("critical") {
                face.class.push_str(" critical");
            }
            card.height += if own.parent.is_none() { FIRST_LINE } else { LINE };
            _ = writeln!(
                face.whole,
                "{} {} ({})",
                plan.id(task).unwrap_or_default(),
                plan.title(task),
                view.joined.state(task).label()
            );
            let (words, rest) = match own.parent {
                None => broken(&plain(plan.title(task)), plan.id(task).unwrap_or_default()),
                Some(_) => (plain(plan.title(task)), String::new()),
            };
            let depth = own.depth.min(4);
            let id = plan.id(task).unwrap_or_default().to_owned();
            face.rows.push(Row { sign: look.sign(), class: look.name(), bold: id, words, depth });
            if !rest.is_empty() {
                card.height += LINE;
                face.rows.push(Row {
                    sign: "",
                    class: "",
                    bold: String::new(),
                    words: rest,
                    depth: depth + 1,
                });
            }
            if let Some(notes) = notes.get(&task) {
                card.height += LINE;
                face.rows.push(Row {
                    sign: "↳",
                    class: "note",
                    bold: String::new(),
                    words: format!("waits for {}", notes.join(", ")),
                    depth: own.depth.min(4),
                });
            }
        }
    }
    let mut seen = HashSet::new();
    for &(before, after) in &view.arrows {
        let arrow = (card_of[before.get()], card_of[after.get()]);
        if arrow.0 != arrow.1 && seen.insert(arrow) {
            picture.arrows.push(arrow);
        }
    }
    picture.critical =
        view.path.tasks.windows(2).map(|pair| (card_of[pair[0].get()], card_of[pair[1].get()])).collect();
    if view.left_out > 0 {
        picture.left_out = format!("{} more arrows are not drawn", view.left_out);
    }
    picture
}

/// A picture of the phases, for a plan with more tasks than a picture can hold.
fn phases(view: &GraphView<'_>) -> Picture {
    let plan = view.plan();
    let groups = view.groups();
    let shown = &groups[..groups.len().min(MOST_PHASES)];
    let mut group_of = vec![usize::MAX; plan.tasks.len()];
    let mut picture = Picture {
        bands: vec![(
            "Phases".to_owned(),
            view.joined.total.to_string(),
            view.joined.total.percent().unwrap_or(0),
        )],
        cards: Vec::new(),
        faces: Vec::new(),
        arrows: Vec::new(),
        critical: HashSet::new(),
        left_out: format!("{} tasks are too many for a picture: these are the phases", plan.tasks.len()),
    };
    for (at, (phase, tasks)) in shown.iter().enumerate() {
        let mut progress = tallymark_sync::Progress::default();
        let mut counts: HashMap<Look, u32> = HashMap::new();
        for task in tasks.clone() {
            progress.add(view.joined.states[task as usize]);
            *counts.entry(view.looks[task as usize]).or_default() += 1;
            group_of[task as usize] = at;
        }
        let look = match progress.percent() {
            Some(100) => Look::Done,
            _ if counts.contains_key(&Look::Failed) => Look::Failed,
            _ if progress.in_progress > 0 || progress.completed > 0 => Look::Active,
            _ if counts.contains_key(&Look::Ready) => Look::Ready,
            _ => Look::Waiting,
        };
        let title = phase.map_or_else(|| "Tasks".to_owned(), |phase| view.group_title(Some(phase)));
        let told: Vec<String> = Look::ALL
            .into_iter()
            .filter_map(|look| counts.get(&look).map(|count| format!("{} {count}", look.sign())))
            .collect();
        picture.cards.push(Card { band: 0, height: PADDING + FIRST_LINE + 2 * LINE });
        let row = |words: String| Row { sign: "", class: "note", bold: String::new(), words, depth: 0 };
        picture.faces.push(Face {
            class: look.name().to_owned(),
            whole: format!("{title}: {progress}"),
            rows: vec![
                Row {
                    sign: look.sign(),
                    class: look.name(),
                    bold: String::new(),
                    words: plain(&title),
                    depth: 0,
                },
                row(progress.to_string()),
                row(told.join("  ")),
            ],
        });
    }
    let mut seen = HashSet::new();
    let mut add = |arrow: (usize, usize)| {
        if arrow.0 != arrow.1 && arrow.0 < shown.len() && arrow.1 < shown.len() && seen.insert(arrow) {
            picture.arrows.push(arrow);
        }
    };
    for &(before, after) in &view.arrows {
        add((group_of[before.get()], group_of[after.get()]));
    }
    // A whole phase is waited for by name only; where its tasks stand tells which group that is.
    for (task, _) in &view.notes {
        let mut before: Vec<usize> = Vec::new();
        for range in view.joined.dependency_ranges(*task) {
            let first = group_of[range.start as usize];
            let last = group_of[range.end as usize - 1];
            before.extend([first, last]);
        }
        before.dedup();
        before.into_iter().for_each(|before| add((before, group_of[task.get()])));
    }
    if groups.len() > shown.len() {
        picture.left_out = format!("{}, the first {} of {}", picture.left_out, shown.len(), groups.len());
    }
    picture
}

/// The picture as SVG text.
fn write(view: &GraphView<'_>, picture: &Picture, layout: &Layout) -> String {
    // The legend below has to have room.
    let legend = if picture.critical.is_empty() { 540 } else { 670 };
    let (width, height) = (layout.width.max(legend), layout.height + 30);
    let title = plain(view.title());
    let path: Vec<String> = view.path.tasks.iter().take(20).map(|&task| view.name(task).to_owned()).collect();
    let mut description = format!("{} done. ", view.joined.total);
    if !path.is_empty() {
        _ = write!(description, "Critical path: {}. ", path.join(", "));
    }
    if !view.circles.is_empty() {
        _ = write!(
            description,
            "{} in which tasks wait for each other. ",
            match view.circles.len() {
                1 => "1 circle".to_owned(),
                count => format!("{count} circles"),
            }
        );
    }
    description.push_str(&picture.left_out);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n{STYLE}\n\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n",
        escaped(&title),
        escaped(description.trim_end())
    );
    let head_room = width - 48;
    _ = writeln!(
        svg,
        "<text class=\"h1\" x=\"24\" y=\"32\">{}</text>",
        escaped(&cut(&title, head_room, 18.0))
    );
    let line = if picture.left_out.is_empty() {
        view.joined.total.to_string()
    } else {
        format!("{} · {}", view.joined.total, picture.left_out)
    };
    _ = writeln!(
        svg,
        "<text class=\"faint\" x=\"24\" y=\"52\">{}</text>",
        escaped(&cut(&line, head_room, 12.0))
    );
    for (x, y, w, h) in &layout.bands {
        _ = writeln!(
            svg,
            "<rect class=\"band\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"10\"/>"
        );
    }
    // What is on the critical path lies over the rest.
    for wanted in [false, true] {
        for (arrow, corners) in picture.arrows.iter().zip(&layout.lines) {
            let critical = picture.critical.contains(arrow);
            if critical == wanted && !corners.is_empty() {
                line_to(&mut svg, corners, critical);
            }
        }
    }
    for ((title, progress, percent), &(x, y, w, _)) in picture.bands.iter().zip(&layout.bands) {
        write_heading(&mut svg, title, progress, *percent, (x, y, w));
    }
    for ((face, card), &(x, y)) in picture.faces.iter().zip(&picture.cards).zip(&layout.cards) {
        write_card(&mut svg, face, card, x, y);
    }
    let mut x = 24;
    let y = height - 18;
    for look in Look::ALL {
        _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y}\"><tspan class=\"sign {0}\">{1}</tspan> <tspan class=\"faint\">{0}</tspan></text>",
            look.name(),
            look.sign()
        );
        x += 34 + wide(look.name(), 12.0);
    }
    if !picture.critical.is_empty() {
        let (line, words) = (y - 4, x + 26);
        _ = writeln!(
            svg,
            "<path class=\"line critical\" d=\"M{x} {line}h20\"/><text class=\"faint\" x=\"{words}\" y=\"{y}\">critical path</text>"
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// A band's title, its progress in words and as a bar. Lines that cross it lie below.
fn write_heading(svg: &mut String, title: &str, progress: &str, percent: u32, (x, y, w): (u32, u32, u32)) {
    let (left, right, below) = (x + 12, x + w - 12, y + 24);
    let room = (right - left).saturating_sub(130);
    let title = escaped(&cut(&plain(title), room, 14.0));
    _ = writeln!(
        svg,
        "<g><text class=\"h2 halo\" x=\"{left}\" y=\"{below}\">{title}</text><text class=\"faint end halo\" x=\"{right}\" y=\"{below}\">{}</text>",
        escaped(progress)
    );
    let (whole, bar) = (right - left, (right - left) * percent / 100);
    _ = writeln!(
        svg,
        "<rect class=\"track\" x=\"{left}\" y=\"{0}\" width=\"{whole}\" height=\"3\" rx=\"1.5\"/><rect class=\"bar\" x=\"{left}\" y=\"{0}\" width=\"{bar}\" height=\"3\" rx=\"1.5\"/></g>",
        y + 33
    );
}

fn write_card(svg: &mut String, face: &Face, card: &Card, x: u32, y: u32) {
    _ = write!(
        svg,
        "<g class=\"card {}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{CARD_WIDTH}\" height=\"{}\" rx=\"6\"/>",
        face.class,
        escaped(face.whole.trim_end()),
        card.height
    );
    let mut line_y = y + 19;
    for (at, row) in face.rows.iter().enumerate() {
        let left = x + 10 + u32::from(row.depth) * 12;
        let size = if at == 0 { FIRST_SIZE } else { SIZE };
        let mut room = CARD_WIDTH - 10 - (left - x);
        _ = write!(
            svg,
            "<text class=\"{}\" x=\"{left}\" y=\"{line_y}\">",
            if at == 0 { "first" } else { "row" }
        );
        if !row.sign.is_empty() {
            _ = write!(svg, "<tspan class=\"sign {}\">{}</tspan> ", row.class, row.sign);
            room = room.saturating_sub(16);
        }
        if !row.bold.is_empty() {
            let bold = cut(&row.bold, room, size);
            room = room.saturating_sub(wide(&bold, size * 1.08) + 6);
            _ = write!(svg, "<tspan class=\"id\">{}</tspan> ", escaped(&bold));
        }
        let class = if row.class == "note" { " class=\"faint\"" } else { "" };
        _ = write!(svg, "<tspan{class}>{}</tspan></text>", escaped(&cut(&row.words, room, size)));
        line_y += if at == 0 { 20 } else { LINE };
    }
    svg.push_str("</g>\n");
}

/// A line with round corners, ending in an arrow.
fn line_to(svg: &mut String, corners: &[(u32, u32)], critical: bool) {
    const ROUND: f64 = 5.0;
    let points: Vec<(f64, f64)> = corners.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect();
    let (first, last) = (points[0], points[points.len() - 1]);
    let mut way = format!("M{} {}", first.0, first.1);
    for corner in points.windows(3) {
        let [before, at, after] = [corner[0], corner[1], corner[2]];
        // Half of the shorter side, so that two corners near each other do not overlap.
        let step = |other: (f64, f64)| {
            let (dx, dy) = (other.0 - at.0, other.1 - at.1);
            let length = dx.hypot(dy);
            let part = if length > 0.0 { ROUND.min(length / 2.0) / length } else { 0.0 };
            (at.0 + dx * part, at.1 + dy * part)
        };
        let (from, to) = (step(before), step(after));
        _ = write!(way, "L{:.1} {:.1}Q{} {} {:.1} {:.1}", from.0, from.1, at.0, at.1, to.0, to.1);
    }
    _ = write!(way, "L{} {}", last.0, last.1 - 4.0);
    let class = if critical { "line critical" } else { "line" };
    _ = writeln!(
        svg,
        "<path class=\"{class}\" d=\"{way}\"/><path class=\"{class} head\" d=\"M{} {}l-4 -7h8z\"/>",
        last.0, last.1
    );
}

/// How wide a text is about, in pixels: letters of 0.56 of the size, those of wide scripts of 1.
fn wide(text: &str, size: f64) -> u32 {
    (text.chars().map(width_of).sum::<f64>() * size).ceil() as u32
}

fn width_of(character: char) -> f64 {
    match character {
        'i' | 'l' | 'j' | 't' | 'f' | 'r' | '.' | ',' | ':' | '\'' | '|' | ' ' | '(' | ')' => 0.39,
        'm' | 'w' | 'M' | 'W' => 0.94,
        'A'..='Z' => 0.7,
        '\0'..='\u{10ff}' => 0.62,
        _ => 1.05,
    }
}

/// A title on two lines, where one does not hold it beside the id.
fn broken(title: &str, id: &str) -> (String, String) {
    let room = f64::from(CARD_WIDTH - 52) / FIRST_SIZE - id.chars().map(width_of).sum::<f64>() * 1.1;
    let mut used = 0.0;
    let mut blank = None;
    for (at, character) in title.char_indices() {
        used += width_of(character);
        if used > room {
            return match blank {
                Some(blank) => (title[..blank].to_owned(), title[blank + 1..].to_owned()),
                None => (title.to_owned(), String::new()),
            };
        }
        if character == ' ' {
            blank = Some(at);
        }
    }
    (title.to_owned(), String::new())
}

/// A text cut to fit, with an ellipsis.
fn cut(text: &str, room: u32, size: f64) -> String {
    if wide(text, size) <= room {
        return text.to_owned();
    }
    let mut left = f64::from(room) / size - 0.9;
    let fits = |character: &char| {
        left -= width_of(*character);
        left >= 0.0
    };
    let cut: String = text.chars().take_while(fits).collect();
    format!("{}…", cut.trim_end())
}

/// A text without the signs of markup.
fn plain(text: &str) -> String {
    text.replace("**", "").replace('`', "")
}

/// A text inside an element or an attribute. Characters that XML does not have become blanks.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push('\n'),
            _ if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Colours, for light and dark.
const STYLE: &str = "<style>
text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1c2128}
.page{fill:#fff}.h1{font-size:18px;font-weight:600}.h2{font-size:14px;font-weight:600}.end{text-anchor:end}
.faint{fill:#59636e}.first{font-size:12.5px}.row{font-size:11.5px}.id{font-weight:600}
.halo{paint-order:stroke;stroke:#f6f8fa;stroke-width:5px;stroke-linejoin:round}
.band{fill:#f6f8fa;stroke:#d5dae0}.track{fill:#dfe3e8}.bar{fill:#2e7d46}
.card rect{stroke-width:1.2}.card.critical rect{stroke-width:2.6}
.done rect{fill:#e3f4e8;stroke:#2e7d46}.active rect{fill:#dcebfb;stroke:#1f6fb8}.ready rect{fill:#fff;stroke:#1f6fb8}
.waiting rect{fill:#fff;stroke:#a7afb8}.blocked rect{fill:#fdf0d5;stroke:#a8690b}.failed rect{fill:#fce4e4;stroke:#b3261e}
.skipped rect{fill:#f0f1f3;stroke:#a7afb8;stroke-dasharray:4 3}
.sign.done{fill:#2e7d46}.sign.active,.sign.ready{fill:#1f6fb8}.sign.waiting,.sign.skipped,.sign.note{fill:#6b747e}
.sign.blocked{fill:#a8690b}.sign.failed{fill:#b3261e}
.line{fill:none;stroke:#8b949e;stroke-width:1.3}.head{fill:#8b949e;stroke:none}
.line.critical{stroke:#8250df;stroke-width:2.4}.head.critical{fill:#8250df;stroke:none}.card.critical rect{stroke:#8250df}
@media(prefers-color-scheme:dark){
text{fill:#e6edf3}.halo{stroke:#151b23}.page{fill:#0d1117}.faint{fill:#9aa4af}.band{fill:#151b23;stroke:#30363d}.track{fill:#30363d}.bar{fill:#3fb950}
.done rect{fill:#12261a;stroke:#3fb950}.active rect{fill:#11243a;stroke:#58a6ff}.ready rect{fill:#0d1117;stroke:#58a6ff}
.waiting rect{fill:#0d1117;stroke:#6e7681}.blocked rect{fill:#2c2108;stroke:#d29922}.failed rect{fill:#2d1214;stroke:#f85149}
.skipped rect{fill:#1c2128;stroke:#6e7681}
.sign.done{fill:#3fb950}.sign.active,.sign.ready{fill:#58a6ff}.sign.waiting,.sign.skipped,.sign.note{fill:#9aa4af}
.sign.blocked{fill:#d29922}.sign.failed{fill:#f85149}
.line{stroke:#6e7681}.head{fill:#6e7681;stroke:none}.line.critical{stroke:#a371f7}.head.critical{fill:#a371f7;stroke:none}.card.critical rect{stroke:#a371f7}
}
</style>";
