//! Objects in JSON, however it is laid out.

use serde_json::Value;

/// An object as its text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The line of its kind.
    pub(crate) line: usize,
    pub(crate) replicas: Option<u64>,
    pub(crate) images: Vec<String>,
}

/// Keys, values and separators of a text.
const MOST_VALUES: usize = 200_000;

/// All objects of a text, those of a list one by one; none when it is no JSON, and nothing when it is too much of it.
pub(crate) fn objects(text: &str) -> Option<Vec<Found>> {
    if crate::document::marks(text) > MOST_VALUES {
        return None;
    }
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Some(Vec::new()) };
    let mut found = Vec::new();
    collect(&value, None, &mut Lines { text, from: 0, line: 1 }, &mut found);
    Some(found)
}

/// `of_items` are the API version and the kind that a list says of items without a kind.
fn collect(value: &Value, of_items: Option<(&str, &str)>, lines: &mut Lines<'_>, found: &mut Vec<Found>) {
    if let Value::Array(items) = value {
        return items.iter().for_each(|item| collect(item, of_items, lines, found));
    }
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let Some((api_version, kind)) = text("apiVersion").zip(text("kind")).or(of_items) else { return };
    if let Some(items @ Value::Array(_)) = value.get("items").or_else(|| value.get("objects")) {
        let of_items = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        return collect(items, of_items.map(|kind| (api_version, kind)), lines, found);
    }
    let pod = ["/spec/template/spec", "/spec/jobTemplate/spec/template/spec", "/spec"];
    let containers = pod.iter().find_map(|path| value.pointer(&format!("{path}/containers"))?.as_array());
    let image = |container: &Value| Some(container.get("image")?.as_str()?.to_owned());
    found.push(Found {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        name: value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        line: lines.next(kind),
        replicas: value.pointer("/spec/replicas").and_then(Value::as_u64),
        images: containers.into_iter().flatten().filter_map(image).collect(),
    });
}

/// Finds kinds one after another, since parsed JSON does not say where it stood.
struct Lines<'t> {
    text: &'t str,
    from: usize,
    line: usize,
}

impl Lines<'_> {
    fn next(&mut self, kind: &str) -> usize {
        let quoted = format!("\"{kind}\"");
        let rest = self.text.get(self.from..).unwrap_or_default();
        let Some(at) = rest.find(&quoted) else { return self.line };
        self.line += rest[..at].matches('\n').count();
        self.from += at + quoted.len();
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_or_many_and_lists() {
        let text = r#"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":2,"template":{"spec":{"containers":[{"image":"x/a"}]}}}},
{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"}}]}"#;
        let objects = |text: &str| objects(text).expect("few values");
        let found = objects(text);
        assert_eq!((found[0].name.as_str(), found[0].replicas, found[0].line), ("a", Some(2), 1));
        assert_eq!((found[0].images.as_slice(), found[1].line), (&["x/a".to_owned()][..], 2));
        let of_one_kind =
            r#"{"apiVersion":"apps/v1","kind":"DeploymentList","items":[{"metadata":{"name":"a"}}]}"#;
        assert_eq!(
            (objects(of_one_kind)[0].kind.as_str(), objects(of_one_kind)[0].name.as_str()),
            ("Deployment", "a")
        );
        assert!(objects("{\"kind\": 1}").is_empty() && objects("no").is_empty());
    }
}
