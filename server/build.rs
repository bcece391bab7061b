//! Tells the binary which commit it was built from. A source tree without git builds as well, and says no commit.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut version = env!("CARGO_PKG_VERSION").to_owned();
    // Only a repository of our own: an unpacked archive inside somebody else's must not bear their commit.
    if Path::new("../.git").exists() {
        for file in ["HEAD", "logs/HEAD"] {
            if let Some(path) = git(&["rev-parse", "--git-path", file])
                && Path::new("..").join(&path).exists()
            {
                println!("cargo::rerun-if-changed={}", Path::new("..").join(path).display());
            }
        }
        if let Some(commit) = git(&["log", "-1", "--format=%h %cs", "--abbrev=9"]) {
            version = format!("{version} ({commit})");
        }
    }
    println!("cargo::rustc-env=TALLYMARK_VERSION={version}");
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg("..").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
