//! The process that watches files and prints what changed, one JSON object a line.
