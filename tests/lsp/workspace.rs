//! A folder with a plan in the home dialect and its status.json.

use std::path::PathBuf;

use tempfile::TempDir;

/// The plan's text. Line 7 is task 1.1, line 8 is 1.2, line 12 is 2.1.
pub const PLAN: &str = "# Fix the races

**Output:** `docs/plan-outputs/fix/`

## Phase 1: Find 🔎 them

<!-- what stands here is text -->
- [ ] 1.1 Run the tests a hundred times
- [x] 1.2 Read the locks

## Phase 2: Fix them

- [ ] 2.1 Hold the lock while counting (depends: 1.1)
";

/// Its status.json: 1.2 is ticked and not completed.
pub const STATUS: &str = r#"{
  "planPath": "docs/plans/fix.md",
  "planName": "Fix the races",
  "createdAt": "2025-12-23T03:00:00.000Z",
  "lastUpdatedAt": "2025-12-23T03:00:00.000Z",
  "currentPhase": "Phase 1: Find 🔎 them",
  "tasks": [
    { "id": "1.1", "phase": "Phase 1: Find 🔎 them", "description": "Run the tests a hundred times", "status": "pending" },
    { "id": "1.2", "phase": "Phase 1: Find 🔎 them", "description": "Read the locks", "status": "pending" },
    { "id": "2.1", "phase": "Phase 2: Fix them", "description": "Hold the lock while counting", "status": "pending" }
  ],
  "summary": { "totalTasks": 3, "completed": 0, "pending": 3, "in_progress": 0, "failed": 0, "skipped": 0 }
}"#;

/// The folder.
pub struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// With plan and status.json.
    pub fn new() -> Self {
        let workspace = Self::empty();
        workspace.write("docs/plans/fix.md", PLAN);
        workspace.write("docs/plan-outputs/fix/status.json", STATUS);
        workspace
    }

    /// With nothing in it but what makes it a root.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        Self { folder }
    }

    /// The folder itself.
    pub fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The URI of a file in it.
    pub fn uri(&self, name: &str) -> String {
        crate::client::uri(&self.path(name))
    }

    /// The plan's URI.
    pub fn plan(&self) -> String {
        self.uri("docs/plans/fix.md")
    }

    /// The URI of its status.json.
    pub fn status(&self) -> String {
        self.uri("docs/plan-outputs/fix/status.json")
    }

    /// Writes a file as others do: beside it, then over it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let beside = path.with_extension("new");
        std::fs::write(&beside, text).unwrap();
        std::fs::rename(beside, path).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
}
