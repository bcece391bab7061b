//! How plans are to be formatted. Nothing is, unless the settings say so.

/// What formatting does to a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Format {
    /// One blank before and behind each box, and a small `x` in ticked ones.
    pub marks: bool,
    /// The bullet of tasks and criteria; `None` leaves them as they are.
    pub bullets: Option<Bullet>,
    /// Ids are counted through, where no status.json knows them.
    pub renumber: bool,
}

impl Format {
    /// Whether it does anything.
    pub fn is_on(self) -> bool {
        self != Self::default()
    }
}

/// A bullet of lists without numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bullet {
    /// `-`
    Dash,
    /// `*`
    Star,
    /// `+`
    Plus,
}

impl Bullet {
    /// All of them.
    pub const ALL: [Bullet; 3] = [Bullet::Dash, Bullet::Star, Bullet::Plus];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Bullet::Dash => "-",
            Bullet::Star => "*",
            Bullet::Plus => "+",
        }
    }
}
