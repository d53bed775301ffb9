//! The Compose files of a development container, as its `devcontainer.json` names them: JSON with comments.

use jsonc_parser::ast::Value;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// Larger files are none that somebody has written.
const LARGEST: usize = 256 * 1024;

/// The files under `dockerComposeFile`, one or several.
pub(super) fn compose_files(text: &str) -> Vec<String> {
    if text.len() > LARGEST {
        return Vec::new();
    }
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let Some(Value::Object(container)) = parsed.ok().and_then(|parsed| parsed.value) else {
        return Vec::new();
    };
    let text = |value: &Value<'_>| Some(value.as_string_lit()?.value.to_string());
    match container.get("dockerComposeFile").map(|property| &property.value) {
        Some(Value::Array(files)) => files.elements.iter().filter_map(text).collect(),
        Some(file) => text(file).into_iter().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_or_several_are_read_beside_comments() {
        let one = "{\n  // \"dockerComposeFile\": \"old.yml\",\n  \"name\": \"a\",\n  \"dockerComposeFile\": \"../b.yml\",\n}";
        assert_eq!(compose_files(one), ["../b.yml"]);
        let several = "{\"dockerComposeFile\": [/* the base */ \"a.yml\", \"b.yml\"], \"service\": \"x\"}";
        assert_eq!(compose_files(several), ["a.yml", "b.yml"]);
        let elsewhere = "{\"customizations\": {\"dockerComposeFile\": \"a.yml\"}}";
        assert_eq!(compose_files(elsewhere), [""; 0]);
        assert_eq!(compose_files("{\"dockerComposeFile\": 3"), [""; 0]);
    }
}
