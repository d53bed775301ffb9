//! The rule files that are compiled into the program; the only list of them.

use crate::document::SourceFile;

const FILES: &[(&str, &str)] = &[
    ("rules/rulebook.toml", include_str!("../../rules/rulebook.toml")),
    ("rules/questions.toml", include_str!("../../rules/questions.toml")),
    ("rules/criteria.toml", include_str!("../../rules/criteria.toml")),
    ("rules/platforms.toml", include_str!("../../rules/platforms.toml")),
    ("rules/matrix.toml", include_str!("../../rules/matrix.toml")),
    ("rules/problems.toml", include_str!("../../rules/problems.toml")),
    ("rules/learning.toml", include_str!("../../rules/learning.toml")),
    ("rules/sources.toml", include_str!("../../rules/sources.toml")),
];

/// What a scan goes by in the rulebook that the program ships with.
pub fn builtin_scan_file() -> SourceFile {
    SourceFile { name: "rules/scan.toml".to_owned(), text: include_str!("../../rules/scan.toml").to_owned() }
}

/// The files of the rulebook that the program ships with.
pub fn builtin_files() -> Vec<SourceFile> {
    FILES
        .iter()
        .map(|(name, text)| SourceFile { name: (*name).to_owned(), text: (*text).to_owned() })
        .collect()
}
