//! Objects in YAML, read line by line: much of what is called `*.yaml` is a template that no parser takes, and a parser
//! that builds documents costs more than all the rest of a scan.

use memchr::memmem;

mod flow;

/// An object as its text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found<'t> {
    pub(crate) api_version: &'t str,
    pub(crate) kind: &'t str,
    /// Empty when there is none, or only one that a template fills in.
    pub(crate) name: &'t str,
    /// The line of its kind.
    pub(crate) line: usize,
    pub(crate) replicas: Option<u64>,
    /// The images of its containers, without those that only prepare them.
    pub(crate) images: Vec<&'t str>,
    /// Whether it claims a volume for each of its copies.
    pub(crate) claims_volumes: bool,
    /// Whether it is switched off for now.
    pub(crate) is_suspended: bool,
}

/// The objects of a text of one or more documents, those of a `List` or an OpenShift `Template` one by one. Where there are
/// more than `most`, one more than that is found, which tells that the rest was not read.
pub(crate) fn objects(text: &str, most: usize) -> Vec<Found<'_>> {
    let mut reader = Reader::default();
    let mut start = 0;
    // Several times as fast as `str::lines`, and thousands of files go through here.
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
    for (number, end) in (1..).zip(ends) {
        reader.line(&text[start..end], number);
        start = end + 1;
        if reader.held() > most {
            break;
        }
    }
    reader.end_of_document();
    reader.found.truncate(most.saturating_add(1));
    reader.found
}

/// The form in which tables speak of objects: `apps/v1/Deployment`, `v1/Pod`.
pub(crate) fn group_and_kind(api_version: &str, kind: &str) -> String {
    format!("{api_version}/{kind}")
}

/// A key with its value, as they stand in a line.
pub(crate) struct Entry<'t> {
    /// The column of the key, after the dashes of list items.
    pub(crate) indent: usize,
    /// Whether the key begins a list item.
    pub(crate) begins_item: bool,
    pub(crate) key: &'t str,
    /// All that follows the colon.
    rest: &'t str,
}

impl<'t> Entry<'t> {
    /// The value without its anchor, comment, comma and quotes. Most lines are never asked for it.
    pub(crate) fn value(&self) -> &'t str {
        scalar(self.rest)
    }

    /// Whether a block of text follows on the lines below.
    pub(crate) fn announces_block(&self) -> bool {
        is_block(self.rest)
    }
}

/// The key and value of a line, if it has them. JSON spread over lines is read as well.
pub(crate) fn entry(line: &str) -> Option<Entry<'_>> {
    let line = line.trim_ascii_end();
    let mut rest = line.trim_ascii_start();
    let mut begins_item = false;
    while let Some(item) = rest.strip_prefix("- ") {
        begins_item = true;
        rest = item.trim_ascii_start();
    }
    if rest.starts_with('#') {
        return None;
    }
    let colon = memchr::memchr(b':', rest.as_bytes())?;
    let (key, value) = (rest[..colon].trim_ascii_end(), &rest[colon + 1..]);
    let is_entry = value.is_empty() || value.starts_with([' ', '\t']);
    is_entry.then(|| Entry { indent: line.len() - rest.len(), begins_item, key: unquoted(key), rest: value })
}

fn scalar(value: &str) -> &str {
    let value = value.trim_ascii();
    if value.starts_with('#') {
        return "";
    }
    let value = memmem::find(value.as_bytes(), b" #").map_or(value, |comment| &value[..comment]);
    let value = value.trim_ascii_end().trim_end_matches(',');
    match value.strip_prefix('&').map(|anchored| anchored.split_once(' ')) {
        Some(anchored) => anchored.map_or("", |(_, value)| unquoted(value.trim_ascii_start())),
        None => unquoted(value),
    }
}

pub(crate) fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// Whether a value announces a block of text on the lines below: `|`, `>-`, `|2 # comment`.
fn is_block(value: &str) -> bool {
    let value = value.trim_ascii_start();
    value.starts_with(['|', '>']) && scalar(value).len() <= 3
}

/// A mapping that is being read.
#[derive(Default)]
struct Frame<'t> {
    indent: usize,
    /// The key that it is the value of, or an item of whose value it is.
    under: &'t str,
    last_key: &'t str,
    api_version: &'t str,
    kind: &'t str,
    name: &'t str,
    line: usize,
    replicas: Option<u64>,
    images: Vec<&'t str>,
    claims_volumes: bool,
    is_suspended: bool,
    items: Vec<Found<'t>>,
}

impl Frame<'_> {
    fn is_item(&self) -> bool {
        matches!(self.under, "items" | "objects")
    }

    /// Whether it is an object of its own, or an item of one that is.
    fn is_in_a_list(&self) -> bool {
        self.under.is_empty() || self.is_item()
    }
}

#[derive(Default)]
struct Reader<'t> {
    frames: Vec<Frame<'t>>,
    /// The column of the key whose block of text is being skipped.
    block: Option<usize>,
    found: Vec<Found<'t>>,
}

impl<'t> Reader<'t> {
    fn line(&mut self, line: &'t str, number: usize) {
        let text = line.trim_ascii_start();
        let indent = line.len() - text.len();
        let item = text.trim_start_matches(['-', ' ']);
        if text.is_empty() || self.block.is_some_and(|column| indent > column) {
            return;
        }
        self.block = None;
        if indent == 0 && (text.starts_with("---") || text.trim_ascii_end() == "...") {
            self.end_of_document();
        } else if text.starts_with(['}', ']']) {
            self.close(indent + 1);
        } else if let Some(entries) = flow::entries(item, line.len() - item.len(), item.len() < text.len()) {
            entries.iter().for_each(|entry| self.take(entry, number));
        } else if let Some(entry) = entry(line) {
            if entry.announces_block() {
                self.block = Some(entry.indent);
            }
            self.take(&entry, number);
            let inner = flow::entries(entry.rest.trim_ascii_start(), entry.indent + 1, false);
            inner.into_iter().flatten().for_each(|entry| self.take(&entry, number));
        } else if text.strip_prefix("- ").is_some_and(is_block) {
            self.block = Some(indent);
        }
    }

    fn take(&mut self, entry: &Entry<'t>, line: usize) {
        self.close(if entry.begins_item { entry.indent } else { entry.indent + 1 });
        if self.frames.last().is_none_or(|frame| frame.indent < entry.indent) {
            let under = self.frames.last().map_or("", |frame| frame.last_key);
            self.frames.push(Frame { indent: entry.indent, under, ..Frame::default() });
        }
        let [.., frame] = self.frames.as_mut_slice() else { return };
        frame.last_key = entry.key;
        match entry.key {
            "apiVersion" if frame.api_version.is_empty() => frame.api_version = entry.value(),
            "kind" if frame.kind.is_empty() => (frame.kind, frame.line) = (entry.value(), line),
            "name" | "generateName" => {
                self.tell_owner("metadata", |owner| owner.name = literal(entry.value()))
            }
            "image" if frame.under == "containers" => self.tell_object(literal(entry.value())),
            "volumeClaimTemplates" => self.tell_owner("spec", |owner| owner.claims_volumes = true),
            "suspend" => self.tell_owner("spec", |owner| owner.is_suspended = entry.value() == "true"),
            "replicas" => self.tell_owner("spec", |owner| owner.replicas = entry.value().parse().ok()),
            _ => {}
        }
    }

    /// Changes the mapping around the one being read, if that is the value of `key`.
    fn tell_owner(&mut self, key: &str, change: impl FnOnce(&mut Frame<'t>)) {
        if let [.., owner, frame] = self.frames.as_mut_slice()
            && frame.under == key
        {
            change(owner);
        }
    }

    /// Adds an image to the object that is being read.
    fn tell_object(&mut self, image: &'t str) {
        let object = self.frames.iter().skip(1).take_while(|frame| frame.is_item()).count();
        if let Some(object) = self.frames.get_mut(object).filter(|_| !image.is_empty()) {
            object.images.push(image);
        }
    }

    /// Ends the mappings that begin at this column or further right.
    fn close(&mut self, column: usize) {
        while self.frames.last().is_some_and(|frame| frame.indent >= column) {
            let Some(frame) = self.frames.pop() else { return };
            match self.frames.last_mut() {
                None => self.found.extend(whole(frame)),
                Some(list) if frame.is_item() && list.is_in_a_list() => list.items.extend(whole(frame)),
                Some(_) => {}
            }
        }
    }

    /// How many objects have been found, those of a list that is being read as well.
    fn held(&self) -> usize {
        self.found.len() + self.frames.iter().map(|frame| frame.items.len()).sum::<usize>()
    }

    fn end_of_document(&mut self) {
        self.close(0);
        self.block = None;
    }
}

/// The objects that a finished mapping is or holds. What kind the items of a `DeploymentList` are is said by it alone.
fn whole(frame: Frame<'_>) -> Vec<Found<'_>> {
    let is_item_without_kind = frame.is_item() && frame.kind.is_empty() && !frame.name.is_empty();
    let is_object = is_item_without_kind || is_api_version(frame.api_version) && is_kind(frame.kind);
    if !is_object {
        return Vec::new();
    }
    let Frame {
        api_version, kind, name, line, replicas, images, claims_volumes, is_suspended, items, ..
    } = frame;
    if items.is_empty() || !(kind.ends_with("List") || kind == "Template") {
        return vec![Found { api_version, kind, name, line, replicas, images, claims_volumes, is_suspended }];
    }
    let of_items = kind.strip_suffix("List").unwrap_or_default();
    let named = items.into_iter().map(|item| match item.kind {
        "" => Found { api_version, kind: of_items, line, ..item },
        _ => item,
    });
    named.filter(|item| !item.kind.is_empty()).collect()
}

/// `v1`, `apps/v1`, `example.org/v1alpha1`.
fn is_api_version(text: &str) -> bool {
    let (group, version) = text.rsplit_once('/').unwrap_or(("x", text));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    let number = version.strip_prefix('v').unwrap_or("");
    !group.is_empty()
        && group.chars().all(plain)
        && number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

pub(crate) fn is_kind(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The text, unless a template fills it in.
pub(crate) fn literal(value: &str) -> &str {
    if value.contains("{{") || value.contains("${") { "" } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(text: &str) -> Vec<Found<'_>> {
        super::objects(text, 100)
    }

    #[test]
    fn no_more_is_kept_than_is_asked_for() {
        let document = "apiVersion: v1\nkind: Pod\n---\n".repeat(50);
        assert_eq!(super::objects(&document, 50).len(), 50);
        assert_eq!(super::objects(&document, 7).len(), 8);
        let item = "- apiVersion: v1\n  kind: Pod\n".repeat(50);
        let list = format!("apiVersion: v1\nkind: List\nitems:\n{item}");
        assert_eq!(super::objects(&list, 50).len(), 50);
        assert_eq!(super::objects(&list, 7).len(), 8);
    }

    fn named(text: &str) -> Vec<(&str, &str, usize)> {
        objects(text).into_iter().map(|found| (found.kind, found.name, found.line)).collect()
    }

    #[test]
    fn documents_follow_one_another() {
        let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n---\nkind: Deployment # x\napiVersion: apps/v1\nmetadata:\n    labels: {}\n    name: &x \"b\"\nspec:\n  replicas: 3\n  template:\n    metadata:\n      name: c\n";
        assert_eq!(named(text), [("Service", "a", 2), ("Deployment", "b", 6)]);
        assert_eq!(objects(text)[1].replicas, Some(3));
    }

    #[test]
    fn a_list_is_its_items_wherever_its_kind_stands() {
        let text = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:\n    name: a\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: b}\nkind: List\n";
        assert_eq!(named(text), [("Service", "a", 4), ("Secret", "b", 8)]);
    }

    #[test]
    fn flow_style_is_read_like_lines() {
        let list = "kind: List\napiVersion: v1\nitems:\n- kind: List\n  apiVersion: v1\n  items:\n  - {apiVersion: batch/v1, kind: CronJob, metadata: {name: n}} # x\n- {\"apiVersion\": \"v1\", 'kind': Secret, metadata: {labels: {name: no}, name:  \"s, t\", x: it's}}\n";
        assert_eq!(named(list), [("CronJob", "n", 7), ("Secret", "s, t", 8)]);
        let items = "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}, {apiVersion: v1, kind: Pod, metadata: {name: b}}]\n";
        assert_eq!(named(items), [("Pod", "a", 3), ("Pod", "b", 3)]);
        let whole = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 2, template: {spec: {containers: [{name: c, image: \"x/a:1\"}, {image: x/b}]}}}}\n";
        let [deployment] = objects(whole).try_into().expect("one object");
        assert_eq!((deployment.name, deployment.replicas), ("a", Some(2)));
        assert_eq!(deployment.images, ["x/a:1", "x/b"]);
    }

    #[test]
    fn flow_style_that_does_not_end_in_its_line_is_left_alone() {
        let nested = |depth: usize| format!("{}x{}", "[".repeat(depth), "]".repeat(depth));
        assert!(flow::entries(&nested(100), 0, false).is_some());
        assert!(flow::entries(&nested(101), 0, false).is_none());
        for text in ["- {kind: Pod,", "{kind: Pod}}", "x: {{ .Values.x }}", "x: [a, {b", "{\"a: b}"] {
            assert!(flow::entries(text.trim_start_matches("- "), 0, false).is_none(), "{text}");
        }
    }

    #[test]
    fn a_list_in_a_list_and_items_that_leave_their_kind_to_it() {
        let nested = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - apiVersion: v1\n    kind: Pod\n    metadata:\n      name: a\n    spec:\n      containers:\n      - image: x\n";
        let [pod] = objects(nested).try_into().expect("one object");
        assert_eq!((pod.kind, pod.name, pod.images.as_slice()), ("Pod", "a", &["x"][..]));
        let of_one_kind = "apiVersion: apps/v1\nitems:\n- metadata:\n    name: a\n  spec:\n    replicas: 2\nkind: DeploymentList\n";
        let [deployment] = objects(of_one_kind).try_into().expect("one object");
        assert_eq!(
            (deployment.api_version, deployment.kind, deployment.replicas),
            ("apps/v1", "Deployment", Some(2))
        );
        assert_eq!(objects("apiVersion: v1\nkind: List\nitems:\n- metadata:\n    name: a\n"), []);
    }

    #[test]
    fn the_images_of_an_object_are_those_that_go_on_running() {
        let text = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      initContainers:\n      - image: init\n      containers:\n      - name: a\n        image: \"x/a:1\"\n        env:\n        - name: image\n      - image: {{ .Values.image }}\n      - image: b\n      volumes: []\n";
        assert_eq!(objects(text)[0].images, ["x/a:1", "b"]);
        let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec:\n    containers:\n    - image: a\n- apiVersion: v1\n  kind: Pod\n  spec:\n    containers: []\n";
        assert_eq!(objects(list).iter().map(|found| found.images.len()).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn json_over_lines_is_read_too() {
        let text = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"metadata\": {\n    \"name\": \"a\"\n  }\n}\n";
        assert_eq!(named(text), [("Pod", "a", 3)]);
    }

    #[test]
    fn a_reference_is_no_object() {
        let text = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: a\nspec:\n  scaleTargetRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: b\n";
        assert_eq!(named(text), [("HorizontalPodAutoscaler", "a", 2)]);
    }

    #[test]
    fn a_manifest_within_a_block_of_text_is_text() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: |\n    apiVersion: v1\n    kind: Pod\n";
        assert_eq!(named(text), [("ConfigMap", "a", 2)]);
    }

    #[test]
    fn what_only_looks_like_an_object_is_none() {
        assert!(named("kind: pipeline\ntype: docker\nname: x\n").is_empty());
        assert!(named("apiVersion: 1\nkind: Thing\n").is_empty());
        assert!(named("apiVersion: v1\nkind: {{ .Values.kind }}\n").is_empty());
    }

    #[test]
    fn a_template_names_its_object_only_when_run() {
        let text = "{{- if .Values.on }}\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}-x\n{{- end }}\n";
        assert_eq!(named(text), [("Service", "", 3)]);
    }
}
