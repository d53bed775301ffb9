//! Whose images are: the repository's own are those that it builds or pushes, and those of its remote's owner.

use std::collections::{BTreeMap, BTreeSet};

use super::budget::Budget;
use super::facts::{PathClass, without_tag};
use super::paths::{is_yaml, may_be_dockerfile};
use super::patterns::{Patterns, Words};
use super::source::Source;
use super::tables::OwnTable;
use super::uses::Use;

/// What is shown to be the repository's own.
#[derive(Debug, Default)]
pub(crate) struct Owner {
    /// Namespaces as they are compared: `acme`, wherever the registry is.
    namespaces: BTreeSet<String>,
    /// Names of images without registry, namespace and tag.
    images: BTreeSet<String>,
    /// Those with parts that nobody knows, by the last part: `*/shop/web`.
    partly_known: BTreeMap<String, Vec<String>>,
    /// Those that only their owner publishes in, as patterns.
    registries: BTreeSet<String>,
    mirrors: Vec<String>,
    public_registries: Vec<String>,
    /// The name of the repository, by its remote.
    repository: String,
    /// Where the repository is at home, by its remote.
    home: Home,
    /// The folders of the Dockerfiles, and those around them.
    built_in: BTreeSet<String>,
}

/// What a system of continuous integration calls the repository, where its remote tells.
#[derive(Debug, Default)]
pub(crate) struct Home {
    /// Variables with their values.
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl Home {
    pub(crate) fn of(url: &str) -> Self {
        let Some((owner, _)) = owner_and_name(url) else { return Self::default() };
        let url = url.trim_end_matches('/').trim_end_matches(".git");
        let Some(path) = url.find(owner).map(|start| &url[start..]) else { return Self::default() };
        let names = match url {
            _ if url.contains("github.") => ["github.repository", "github.repository_owner"],
            _ if url.contains("gitlab.") => ["CI_PROJECT_PATH", "CI_PROJECT_ROOT_NAMESPACE"],
            _ => return Self::default(),
        };
        let values = [path.to_owned(), owner.to_owned()];
        Self { variables: names.into_iter().zip(values).collect() }
    }
}

impl Owner {
    /// Looks at the remote, and at what is pushed.
    pub(crate) fn of(source: &impl Source, config: Option<&str>, table: &OwnTable) -> Self {
        let mut owner = Self {
            registries: table.private_registries.iter().cloned().collect(),
            mirrors: table.mirrors.clone(),
            public_registries: table.public_registries.clone(),
            ..Self::default()
        };
        config.into_iter().for_each(|config| owner.take_remote(config));
        owner.take_pushes(source, table);
        let own = source.files().iter().filter(|file| file.class == PathClass::Main);
        for file in own.filter(|file| may_be_dockerfile(file.name())) {
            owner.built_in.extend(file.path.split('/').map(plain));
        }
        owner
    }

    /// Where the repository is at home.
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// Whether an image is the repository's own. One without a namespace is nobody's, unless it is built here.
    pub(crate) fn owns(&self, image: &str) -> bool {
        let name = without_tag(image).to_ascii_lowercase();
        let Some((before, base)) = name.rsplit_once('/') else { return self.images.contains(&name) };
        let (registry, namespace) = match before.split_once('/') {
            _ if !before.contains('/') && is_registry(before) => (before, ""),
            Some((first, rest)) if is_registry(first) => (first, rest),
            _ => ("", before),
        };
        let first = namespace.split('/').next().unwrap_or(namespace);
        let is_copy = self.mirrors.iter().any(|mirror| mirror == first);
        let is_named = !first.is_empty() && !is_copy && self.namespaces.contains(&plain(first));
        let in_private = || {
            !is_copy
                && Patterns::new(self.registries.iter().map(|registry| (registry.as_str(), ()))).fit(registry)
        };
        is_named
            || self.images.contains(&name)
            || registry == "localhost" && !base.is_empty()
            || in_private()
            || self.fits(base, |known| fits(known, &name))
    }

    /// Whether an image with variables is pushed as it is written.
    pub(crate) fn pushes(&self, written: &str) -> bool {
        let known = without_tag(&starred(written, &BTreeMap::new())).to_ascii_lowercase();
        let base = known.rsplit('/').next().unwrap_or(&known);
        known.contains('*') && self.fits(base, |pushed| pushed == known)
    }

    fn fits(&self, base: &str, is_it: impl Fn(&str) -> bool) -> bool {
        self.partly_known.get(base).is_some_and(|known| known.iter().any(|known| is_it(known)))
    }

    /// Whether everybody publishes in a registry.
    pub(crate) fn is_public(&self, registry: &str) -> bool {
        self.public_registries.iter().any(|public| public == registry.trim_end_matches('/'))
    }

    /// Whether an address of sources is one of the repository's owner.
    pub(crate) fn is_at(&self, address: &str) -> bool {
        owner_and_name(address).is_some_and(|(owner, _)| self.namespaces.contains(&plain(owner)))
    }

    /// Whether an image that is one's own by its namespace alone is hardly built here: others are, and none is called so.
    pub(crate) fn is_from_elsewhere(&self, image: &str) -> bool {
        let name = without_tag(image).to_ascii_lowercase();
        let base = name.rsplit('/').next().unwrap_or(&name);
        !self.built_in.is_empty()
            && !self.images.contains(&name)
            && !plain(&name).contains(&self.repository)
            && !self.builds(base)
    }

    /// Whether a Dockerfile lies in a folder that is called like an image.
    pub(crate) fn builds(&self, base: &str) -> bool {
        self.built_in.contains(&plain(base))
    }

    /// Adds an image that is built here, and its namespace with it.
    pub(crate) fn add_built(&mut self, image: &str) {
        // What a variable stands for is not known, and seldom more than a tag.
        let before = image.split(['$', '{']).next().unwrap_or(image);
        let name = without_tag(before.trim_end_matches([':', '-'])).to_ascii_lowercase();
        if name.is_empty() || name.contains(['*', '<']) {
            return;
        }
        if let Some((before, _)) = name.rsplit_once('/') {
            let (first, rest) = before.split_once('/').unwrap_or((before, ""));
            let namespace = if is_registry(first) { rest.split('/').next().unwrap_or(rest) } else { first };
            if !namespace.is_empty() && namespace != "library" {
                self.namespaces.insert(plain(namespace));
            }
            // What lies at the top of a registry that is not everybody's shows whose the registry is.
            if namespace.is_empty() && first != "localhost" && !self.is_public(first) {
                self.registries.insert(first.to_owned());
            }
        }
        if !name.ends_with('/') {
            self.images.insert(name);
        }
    }

    /// The owner of the remote `origin`, else of the first one: `https://host/owner/name`, `git@host:owner/name`.
    fn take_remote(&mut self, config: &str) {
        let mut section = "";
        let mut first = None;
        for line in config.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
            } else if let Some((key, url)) = line.split_once('=')
                && key.trim() == "url"
                && section.starts_with("[remote")
            {
                if section.contains("\"origin\"") {
                    first = Some(url.trim());
                    break;
                }
                first.get_or_insert(url.trim());
            }
        }
        let Some(url) = first else { return };
        self.home = Home::of(url);
        if let Some((owner, name)) = owner_and_name(url) {
            self.namespaces.insert(plain(owner));
            self.repository = plain(name.trim_end_matches(".git"));
        }
    }

    /// Images that pipelines and scripts build and push.
    fn take_pushes(&mut self, source: &impl Source, table: &OwnTable) {
        let own =
            source.files().iter().filter(|file| file.class == PathClass::Main || is_pipeline(&file.path));
        let rows: Vec<Words<'_>> = table.push.iter().map(|push| Words::new(&push.words)).collect();
        let budget = Budget::of_kind("MiB of pipelines and scripts");
        for file in own {
            for of in &file.uses {
                let Use::Push(row) = of else { continue };
                if let Some(text) = budget.text(source, &file.path).filter(|text| rows[*row].are_in(text)) {
                    self.take_text(&text, &rows[*row], is_yaml(file.name()) || file.path.ends_with(".hcl"));
                }
            }
        }
    }

    fn take_text(&mut self, text: &str, words: &Words<'_>, has_lists: bool) {
        // What a list of tags goes on with on the lines below; elsewhere a colon only ends the name of a target.
        let mut in_list = false;
        let mut variables = BTreeSet::new();
        let mut values = None;
        for line in text.lines() {
            let trimmed = line.trim();
            let says = words.are_in(trimmed);
            in_list &= !trimmed.is_empty() && !trimmed.contains(": ") && !trimmed.starts_with(']');
            if says || in_list {
                let mut before = "";
                for token in tokens(trimmed) {
                    // What a build is told to be called needs no namespace.
                    let is_called = matches!(before, "-t" | "--tag") && is_plain_name(token);
                    if is_called || is_reference(token) {
                        self.add_built(token);
                    }
                    before = token;
                }
                variables.extend(variables_pushed(trimmed));
                if trimmed.contains('$') {
                    let values = values.get_or_insert_with(|| self.values(text));
                    self.take_partly_known(trimmed, values);
                }
            }
            in_list |=
                has_lists && says && (trimmed.ends_with(['|', '>', ':', '[']) || trimmed.ends_with("|-"));
        }
        self.take_variables(text, &variables);
    }

    /// What variables are set to in a text, and what its system sets them to.
    fn values(&self, text: &str) -> BTreeMap<String, String> {
        let home = self.home.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut values: BTreeMap<String, String> = home.collect();
        for line in text.lines() {
            if values.len() >= MOST_VARIABLES {
                break;
            }
            let Some((name, value)) = line.split_once(['=', ':']) else { continue };
            let value = value.trim_start_matches('=').trim().trim_matches(['"', '\'']);
            let name = name_set(name);
            let is_name = !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
            if !is_name || value.is_empty() || value.len() > LONGEST || values.contains_key(name) {
                continue;
            }
            let value = starred(value, &values);
            if value.len() <= LONGEST {
                values.insert(name.to_owned(), value);
            }
        }
        values
    }

    /// What a line pushes by names that begin with variables: what these stand for, or anything.
    fn take_partly_known(&mut self, line: &str, values: &BTreeMap<String, String>) {
        let words = starred(line, values);
        for word in words.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '[' | ']')) {
            // What a build is given besides is not what it is called.
            let word = ["--tag=", "--destination="]
                .iter()
                .find_map(|option| word.strip_prefix(option))
                .unwrap_or(word);
            let name = without_tag(word).to_ascii_lowercase();
            let Some((before, base)) = name.rsplit_once('/') else { continue };
            if !before.contains('*') {
                // What stands there as it is was seen already.
                if !line.contains(word) && is_reference(&name) {
                    self.add_built(&name);
                }
                continue;
            }
            let is_plain =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | ':' | '*');
            let is_image = !base.is_empty() && !base.contains(['*', '.']) && name.chars().all(is_plain);
            let is_path = name.starts_with(['/', '.', '-']) || name.contains("//") || word.contains("://");
            if is_image && !is_path {
                if self.partly_known.len() >= MOST_NAMES && !self.partly_known.contains_key(base) {
                    continue;
                }
                let known = self.partly_known.entry(base.to_owned()).or_default();
                if known.len() < MOST_OF_A_NAME && !known.contains(&name) {
                    known.push(name);
                }
            }
        }
    }

    /// What the variables are set to that a build is called by: `IMAGE ?= acme/web`.
    fn take_variables(&mut self, text: &str, variables: &BTreeSet<&str>) {
        for line in text.lines().filter(|_| !variables.is_empty()) {
            let Some((name, value)) = line.split_once('=') else { continue };
            let name = name_set(name);
            if variables.contains(name) {
                tokens(value).filter(|token| is_reference(token)).for_each(|image| self.add_built(image));
            }
        }
    }
}

/// Names of images of which not all is known, and images of one such name.
const MOST_NAMES: usize = 2_000;
const MOST_OF_A_NAME: usize = 20;
/// Variables of a text that are looked up.
const MOST_VARIABLES: usize = 2_000;
/// Bytes of the value of a variable, and of a line in which variables stand.
const LONGEST: usize = 200;
const LONGEST_LINE: usize = 4 << 10;

/// The variable that is set by what stands before `=` or `:`: `export NAME`, `NAME ?`, `NAME :`.
fn name_set(before: &str) -> &str {
    before.trim_end_matches(['?', ':', ' ']).trim_start().trim_start_matches("export ")
}

/// A text with what its variables stand for, and with `*` for those that nobody knows: `$X`, `${X}`, `$(X)`, `${{ x }}`.
fn starred(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$').filter(|_| said.len() < LONGEST_LINE) {
        said.push_str(before);
        let (name, after) = match after.as_bytes() {
            [b'{', b'{', ..] => after[2..].split_once("}}").unwrap_or((after, "")),
            [b'{', ..] => after[1..].split_once('}').unwrap_or((after, "")),
            [b'(', ..] => after[1..].split_once(')').unwrap_or((after, "")),
            _ => after.split_at(
                after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len()),
            ),
        };
        let name = name.split(":-").next().unwrap_or(name).trim().trim_start_matches("env.");
        said.push_str(values.get(name).map_or("*", String::as_str));
        rest = after;
    }
    said.push_str(rest);
    said
}

/// Whether an image is one of which not all is known; what is not known first may be several parts.
fn fits(known: &str, name: &str) -> bool {
    let (mut known, mut parts) = (known.rsplit('/').peekable(), name.rsplit('/'));
    while let Some(part) = known.next() {
        match (part, parts.next()) {
            ("*", Some(_)) if known.peek().is_none() => return true,
            (part, Some(own)) if part == own || part == "*" => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

/// The variables that say what is built or pushed: `docker push $(IMAGE)`, `docker build -t "${IMAGE}:1" .`.
fn variables_pushed(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
    let pairs = words.clone().zip(words.skip(1));
    let called = pairs.filter(|(before, _)| matches!(*before, "-t" | "--tag" | "push" | "--destination"));
    called.filter_map(|(_, image)| {
        let name = image.strip_prefix('$')?.trim_start_matches(['{', '(']);
        name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
    })
}

/// The words of a line of a script or pipeline.
fn tokens(line: &str) -> impl Iterator<Item = &str> {
    let between = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '=' | '(' | ')' | '<' | '>');
    line.split(between).filter(|token| !token.is_empty())
}

/// The owner and the name in the address of a repository: `https://host/owner/name`, `git@host:owner/name`.
fn owner_and_name(url: &str) -> Option<(&str, &str)> {
    let (_, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?,
        None => url.split_once(':')?,
    };
    let mut parts = path.trim_matches('/').split('/');
    Some((parts.next()?, parts.next()?))
}

fn is_pipeline(path: &str) -> bool {
    path.starts_with(".github/") || path.starts_with(".gitlab") || path.starts_with(".circleci/")
}

/// `acme/web`, `ghcr.io/acme/web:1`, and no path or address.
fn is_reference(token: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | ':' | '@');
    let Some((first, rest)) = token.split_once('/') else { return false };
    // What comes after a variable in a tag says nothing about whose it is.
    let before_variable = token.split(['$', '{']).next().unwrap_or(token);
    !first.is_empty()
        && !rest.is_empty()
        && !token.contains("://")
        && !token.starts_with(['.', '/', '~', '-', '$'])
        && before_variable.chars().all(plain)
        && before_variable.contains('/')
        && !before_variable.ends_with('/')
        && (is_registry(first) && first.contains('.') || !first.contains('.'))
        && ![".yml", ".yaml", ".sh", ".json", ".tar", ".txt", ".md"].iter().any(|end| token.ends_with(end))
        && !rest.contains("//")
        && !first.starts_with("refs")
        && !token.contains('@')
}

/// `web`, `web:local`.
fn is_plain_name(token: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    token.starts_with(|c: char| c.is_ascii_alphanumeric()) && token.chars().all(plain)
}

fn is_registry(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost"
}

/// Namespaces are compared by their letters: `paperless-ngx` publishes as `paperlessngx`.
fn plain(namespace: &str) -> String {
    namespace.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(config: &str, pipeline: &str) -> Owner {
        let mut owner = Owner { registries: BTreeSet::from(["*.dkr.ecr.*".to_owned()]), ..Owner::default() };
        owner.take_remote(config);
        let words = ["docker push", "docker build", "tags:", "tags = ["].map(str::to_owned);
        owner.take_text(pipeline, &Words::new(&words), true);
        owner
    }

    #[test]
    fn the_owner_of_the_remote_owns_its_namespace_in_every_registry() {
        for url in [
            "https://github.com/Acme-Co/shop.git",
            "git@github.com:acme-co/shop.git",
            "ssh://git@x/acmeco/shop",
        ] {
            let owner = owner(&format!("[core]\n[remote \"origin\"]\n\turl = {url}\n"), "");
            assert!(owner.owns("ghcr.io/acme-co/shop:1"), "{url}");
            assert!(owner.owns("acmeco/other"), "{url}");
            assert!(!owner.owns("other/shop") && !owner.owns("shop"), "{url}");
        }
    }

    #[test]
    fn where_something_is_built_other_images_of_the_namespace_come_from_elsewhere() {
        let mut owner = owner("[remote \"origin\"]\n\turl = https://github.com/acme/shop.git\n", "");
        assert!(owner.owns("ghcr.io/acme/accounts:1") && !owner.is_from_elsewhere("ghcr.io/acme/accounts:1"));
        owner.built_in.insert("mailer".to_owned());
        assert!(owner.owns("ghcr.io/acme/accounts:1") && owner.is_from_elsewhere("ghcr.io/acme/accounts:1"));
        for own in ["ghcr.io/acme/mailer:1", "ghcr.io/acme/shop:1", "ghcr.io/acme/shop/worker:1"] {
            assert!(!owner.is_from_elsewhere(own), "{own}");
        }
    }

    #[test]
    fn what_is_pushed_is_owned() {
        let owner = owner(
            "",
            "run: docker push acme/web:${{ github.sha }}\ntags: |\n  quay.io/corp/api:1\nuses: other/action\n",
        );
        assert!(owner.owns("acme/worker") && owner.owns("quay.io/corp/api"));
        assert!(!owner.owns("other/action"));
    }

    #[test]
    fn what_a_build_is_called_is_owned_without_a_namespace() {
        let owner = owner("", "run: docker build -t web:local web\nrun: docker build --tag $NAME .\n");
        assert!(owner.owns("web:local") && !owner.owns("redis"));
    }

    #[test]
    fn what_a_variable_is_set_to_is_owned_where_it_is_pushed() {
        let makefile = "BASE = gcr.io/others/base\nIMAGE ?= quay.io/acme/web\nweb:\n\tdocker build --build-arg BASE=$(BASE) -t $(IMAGE):1 .\n";
        let owner = owner("", makefile);
        assert!(owner.owns("quay.io/acme/api") && !owner.owns("gcr.io/others/tool"));
    }

    #[test]
    fn what_is_pushed_behind_a_variable_is_owned_by_what_is_known_of_it() {
        for (line, own, others) in [
            (
                "docker push europe-docker.pkg.dev/$PROJECT_ID/shop/api",
                "europe-docker.pkg.dev/acme-1/shop/api:2",
                "europe-docker.pkg.dev/acme-1/mall/api",
            ),
            ("docker build -t $REG/api api", "harbor.acme.internal/shop/api:2", "redis"),
            (
                "docker push ${{ env.REG }}/api:${{ github.sha }}",
                "harbor.acme.internal/shop/api",
                "others/web",
            ),
            (
                "docker push $(UNKNOWN)/api",
                "registry.acme.example/team/api",
                "registry.acme.example/team/web",
            ),
            ("tags: ${{ secrets.USER }}/shop:latest", "acme/shop:1", "acme/mall"),
        ] {
            let owner = owner("", &format!("REG: harbor.acme.internal/shop\nrun: {line}\n"));
            assert!(owner.owns(own), "{line}");
            assert!(!owner.owns(others), "{line}");
        }
        let owner = owner("", "docker push gcr.io/$PROJECT/api\n");
        assert!(owner.pushes("gcr.io/${PROJECT_ID}/api:${TAG}") && !owner.pushes("gcr.io/${PROJECT_ID}/web"));
    }

    #[test]
    fn variables_that_double_are_not_kept_beyond_their_bounds() {
        let doubled = (1..5_000).map(|at| format!("A{at}=${{A{}}}${{A{}}}\n", at - 1, at - 1));
        let pushed = (0..5_000).map(|at| format!("docker push $A1/b{at}\n"));
        let text: String =
            std::iter::once("A0=aaaaaaaaaa\n".to_owned()).chain(doubled).chain(pushed).collect();
        let owner = owner("", &text);
        let values = owner.values(&text);
        assert!(values.len() <= MOST_VARIABLES && values.values().all(|value| value.len() <= LONGEST));
        assert!(owner.partly_known.len() <= MOST_NAMES);
    }

    #[test]
    fn a_registry_without_namespaces_is_that_of_whoever_pushes_into_it() {
        let owner = owner("", "run: docker push registry.acme.example:5000/web\n");
        assert!(owner.owns("registry.acme.example:5000/api:1") && !owner.owns("registry.other.example/api"));
    }

    #[test]
    fn the_tags_of_a_bake_file_are_owned_and_its_other_paths_are_not() {
        let bake = "target \"web\" {\n  tags = [\n    \"ghcr.io/acme/web:1\",\n  ]\n  dockerfile = \"docker/Dockerfile\"\n}\n";
        let owner = owner("", bake);
        assert!(owner.owns("acme/api") && !owner.owns("docker/api"));
    }

    #[test]
    fn a_registry_that_only_its_account_can_use_is_ones_own() {
        let owner = owner("", "");
        assert!(owner.owns("123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"));
        assert!(!owner.owns("public.ecr.aws/x/web"));
    }
}
