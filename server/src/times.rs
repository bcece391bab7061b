//! Times and ages, as people and programs read them.

pub use tallymark_ide::age;

/// A time in milliseconds since 1970-01-01 UTC as status.json writes it: `2025-12-23T03:00:00.000Z`.
pub fn time_text(milliseconds: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    format!("{time:.3}")
}
