//! What an editor shows, as plain data with byte ranges: no LSP type, no column in it.
