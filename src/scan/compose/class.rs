//! What a service is for: by its image, its name, its build and its image's namespace, as the tables know them.

use super::super::dockerfile::BuiltOn;
use super::super::facts::ServiceClass;
use super::super::owner::Owner;
use super::image::{base_name, namespace};
use super::tables::{ComposeTables, Meaning, Words};

/// What is known of a service for this.
#[derive(Debug, Default)]
pub(super) struct Signs<'a> {
    pub(super) name: &'a str,
    pub(super) image: Option<&'a str>,
    /// The image as it is written, with its variables.
    pub(super) written: &'a str,
    /// It is built from sources that are here.
    pub(super) is_built: bool,
    /// What its Dockerfile builds on, if that is known.
    pub(super) built_on: Option<&'a BuiltOn>,
    pub(super) command: Vec<&'a str>,
    /// It publishes ports.
    pub(super) takes_requests: bool,
    /// It is started again whenever it ends.
    pub(super) restarts: bool,
    pub(super) has_volumes: bool,
    /// Others wait until it has ended.
    pub(super) is_awaited: bool,
    /// It ends or recurs by its settings: a job of Swarm, a schedule in its labels, a profile for tasks, no restart where
    /// all others restart.
    pub(super) is_job: bool,
}

/// The class and the kind within it.
pub(super) type Class = (ServiceClass, Option<String>);

/// Classes a service.
///
/// Services that prepare something run the image of what they prepare, so that a name, command or dependency that
/// says so goes before the image; then come image, name, build and namespace.
pub(super) fn class(signs: &Signs, tables: &ComposeTables, owner: &Owner) -> Class {
    let image = signs.image.map(str::to_ascii_lowercase);
    let is_own = signs.is_built
        || image.as_deref().is_some_and(|image| owner.owns(image))
        || is_in_own_registry(signs.written, &tables.compose, owner)
        || owner.pushes(signs.written);
    let by_image = image.as_deref().and_then(|image| find_image(image, &tables.image));
    let wraps = signs.built_on.filter(|built_on| built_on.adds_only_settings);
    let built_on = |base: Option<&BuiltOn>, kinds: &[String]| {
        let image = base?.image.to_ascii_lowercase();
        find_image(&image, &tables.image).filter(|meaning| kinds.contains(&meaning.kind))
    };
    let by_image = by_image
        .or_else(|| built_on(wraps, &tables.compose.wrapped_kinds))
        .or_else(|| built_on(signs.built_on, &tables.compose.built_on_kinds));
    let by_name = find_name(signs.name, &tables.compose.service);
    let by_work = by_name.filter(|meaning| meaning.class == ServiceClass::Auxiliary);
    let by_work = by_work.filter(|meaning| !goes_on(signs, meaning, tables));
    let by_name = by_name.filter(|meaning| meaning.class != ServiceClass::Auxiliary || by_work.is_some());
    let by_command = find_command(&signs.command, &tables.compose.command);
    let by_command = by_command.filter(|meaning| meaning.kind != WATCHER || !serves_requests(signs, tables));
    let by_work = by_work.or(by_command);
    let is_known = by_image.is_some_and(|meaning| meaning.class == ServiceClass::Auxiliary);
    if let Some(meaning) = by_work.filter(|_| !is_known) {
        return known(meaning);
    }
    if signs.is_awaited && !is_known {
        return (ServiceClass::Auxiliary, Some("init".to_owned()));
    }
    let by_image_of_a_tool = by_image.is_some_and(|meaning| meaning.class == ServiceClass::Backing);
    let is_bare = |image: &str| tables.compose.bare_images.iter().any(|bare| bare == base_name(image));
    let only_holds = signs.has_volumes && !signs.is_built && signs.command.is_empty();
    let only_holds = only_holds && image.as_deref().is_some_and(is_bare);
    let ends =
        only_holds || ends_at_once(&signs.command) || recurs(&signs.command) || is_a_shell(&signs.command);
    if !is_known && (ends || signs.is_job && !by_image_of_a_tool) {
        return (ServiceClass::Auxiliary, Some(JOB.to_owned()));
    }
    let is_ordinary = |name: &str| tables.compose.ordinary_names.iter().any(|ordinary| ordinary == name);
    let is_a_role = is_own && (last_word_is_in(signs.name, &tables.compose.roles) || is_ordinary(signs.name));
    let is_only_a_role = |meaning: &Meaning| {
        is_a_role && built_on(signs.built_on, std::slice::from_ref(&meaning.kind)).is_none()
    };
    let may_be_called_so = |meaning: &Meaning| {
        is_own
            && image.as_deref().is_some_and(|image| is_ordinary(base_name(image)))
            && built_on(signs.built_on, std::slice::from_ref(&meaning.kind)).is_none()
    };
    let known_image = by_image.filter(|meaning| !may_be_called_so(meaning));
    let known_by = known_image.or(by_name.filter(|meaning| !is_only_a_role(meaning)));
    let is_of_others = by_name.is_some() || built_on(signs.built_on, &tables.compose.wrapped_kinds).is_some();
    let hides_what_it_is = match signs.is_built {
        true => is_of_others && !signs.built_on.is_some_and(|built_on| built_on.takes_sources),
        false => {
            known_image.is_none() && by_image.is_some() || begins_like_others(image.as_deref(), tables, owner)
        }
    };
    if known_by.is_none() && hides_what_it_is {
        return (ServiceClass::Unsure, None);
    }
    match known_by {
        // Software that others publish runs here, which does not make it one's own.
        Some(meaning) if meaning.kind == PRODUCT && !is_own => {
            (ServiceClass::Unsure, Some(PRODUCT.to_owned()))
        }
        Some(meaning) => known(meaning),
        None if is_own => (ServiceClass::Application, own_kind(signs, &tables.compose)),
        None => (ServiceClass::Unsure, None),
    }
}

/// What is known of a service of one's own by what it is built on or runs: a worker of Spark, functions on this machine.
fn own_kind(signs: &Signs, words: &Words) -> Option<String> {
    let images = [signs.image, signs.built_on.map(|built_on| built_on.image.as_str())];
    let by_image =
        images.into_iter().flatten().find_map(|image| find_image(&image.to_ascii_lowercase(), &words.own));
    by_image.or_else(|| find_command(&signs.command, &words.own)).map(|meaning| meaning.kind.clone())
}

/// Whether an image that is not built here is called after the software of others, and what one's own adds to it:
/// `acme/nginx-modsec`, but not `acme/kafka-worker`.
fn begins_like_others(image: Option<&str>, tables: &ComposeTables, owner: &Owner) -> bool {
    let Some((base, first)) = image.map(base_name).and_then(|base| Some((base, base.split_once('-')?.0)))
    else {
        return false;
    };
    let is_of_others = |meaning: &&Meaning| meaning.class == ServiceClass::Backing || meaning.kind == PRODUCT;
    let is_known = tables
        .image
        .iter()
        .filter(is_of_others)
        .any(|meaning| meaning.names.iter().any(|name| name == first));
    is_known && !serves(base, tables) && !owner.builds(base)
}

/// The kind of services that test others.
const TEST: &str = "test";
/// The kind of services that make other files of those that change.
const WATCHER: &str = "watcher";
/// The kind of services that end or recur.
const JOB: &str = "job";

/// Whether a service goes on running although its name speaks of work that ends: `import-service`, `export-api`.
fn goes_on(signs: &Signs, by_name: &Meaning, tables: &ComposeTables) -> bool {
    match by_name.kind.as_str() {
        TEST => {
            signs.is_built
                && signs.takes_requests
                && signs.restarts
                && is_only_within(signs.name, &by_name.words)
        }
        JOB => signs.takes_requests || serves(signs.name, tables),
        _ => serves_requests(signs, tables),
    }
}

/// Whether some words stand within a name, and neither begin nor end it: `exam-test-center`.
fn is_only_within(name: &str, known: &[String]) -> bool {
    let name = name.to_ascii_lowercase();
    let words = words(&name);
    let is_known = |word: Option<&&str>| word.is_some_and(|word| known.iter().any(|known| known == word));
    !is_known(words.first()) && !is_known(words.last())
}

/// Whether a service is reached from outside and is called like one that serves.
fn serves_requests(signs: &Signs, tables: &ComposeTables) -> bool {
    signs.takes_requests && serves(signs.name, tables)
}

/// Whether a service serves by the last word of its name: `export-api`.
fn serves(name: &str, tables: &ComposeTables) -> bool {
    last_word_is_in(name, &tables.compose.serving_words)
}

fn last_word_is_in(name: &str, known: &[String]) -> bool {
    let name = name.to_ascii_lowercase();
    words(&name).last().is_some_and(|last| known.iter().any(|word| word == last))
}

/// The kind of images that are whole products.
const PRODUCT: &str = "product";

/// Whether a command is run again and again: after a schedule, or in a loop that sleeps.
fn recurs(command: &[&str]) -> bool {
    let text = command.join(" ");
    let text = text.trim_start_matches(['"', '\'']).trim_start();
    let is_field = |word: &str| {
        word.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '/' | ',' | '-'))
            && word.chars().any(|c| c.is_ascii_digit() || c == '*')
    };
    let is_schedule = text.split_whitespace().take(5).filter(|word| is_field(word)).count() == 5;
    let is_named =
        ["@hourly", "@daily", "@weekly", "@monthly", "@every"].iter().any(|name| text.starts_with(name));
    let loops = ["while true", "while :", "while sleep"].iter().any(|start| text.contains(start));
    is_schedule || is_named || loops && text.contains("sleep") && !text.contains("exec ")
}

/// Whether a command only says something and ends: what is built with it is the base of others.
fn ends_at_once(command: &[&str]) -> bool {
    let text = command.join(" ").to_ascii_lowercase();
    let ends = ["&&", "||", ";", "\n", "|"];
    let shells = ["sh", "bash", "ash", "-c", "-lc", "-ec", "exec"];
    let first = |step: &str| {
        let words = step_words(step);
        words.into_iter().find(|word| !shells.contains(word)).map(str::to_owned)
    };
    let steps = ends
        .iter()
        .fold(vec![text.as_str()], |steps, end| steps.into_iter().flat_map(|step| step.split(end)).collect());
    let mut said = steps.into_iter().filter_map(first).peekable();
    said.peek().is_some() && said.all(|word| matches!(word.as_str(), "echo" | "true" | "exit" | "printf"))
}

/// Whether a command only opens a shell or keeps the container open, for whoever wants to work in it.
fn is_a_shell(command: &[&str]) -> bool {
    let words: Vec<&str> = command.iter().flat_map(|part| step_words(part)).collect();
    let shells = ["sh", "bash", "ash", "zsh", "fish", "-c"];
    let does = words.iter().position(|word| !shells.contains(word)).map_or(&[][..], |first| &words[first..]);
    !words.is_empty() && matches!(does, [] | ["sleep", "infinity" | "inf"] | ["tail", "-f", "null"])
}

/// Whether a variable says where the image is: `${REGISTRY}/web`, unless it stands for a registry of everybody or for
/// another way to one.
fn is_in_own_registry(written: &str, words: &Words, owner: &Owner) -> bool {
    let Some((_, variable)) = written.split_once('$') else { return false };
    let end = variable.find(['/', ':', '}']).unwrap_or(variable.len());
    let name = variable[..end].to_ascii_lowercase();
    let has = |known: &[String]| name.split(['_', '{']).any(|word| known.iter().any(|known| known == word));
    let otherwise = variable.split('}').next().and_then(|inside| inside.split_once(":-"));
    let is_of_everybody = otherwise.is_some_and(|(_, registry)| owner.is_public(registry));
    has(&words.registry_words) && !has(&words.mirror_words) && !is_of_everybody
}

fn known(meaning: &Meaning) -> Class {
    (meaning.class, Some(meaning.kind.clone()))
}

/// Whole names go before patterns, and names with their namespace before those without.
fn find_image<'a>(image: &str, table: &'a [Meaning]) -> Option<&'a Meaning> {
    let base = base_name(image);
    let full = namespace(image).map(|namespace| format!("{namespace}/{base}"));
    let names = || full.as_deref().into_iter().chain([base]);
    let exact = |name: &str| table.iter().find(|meaning| meaning.names.iter().any(|known| known == name));
    let like =
        |name: &str| table.iter().find(|meaning| meaning.names.iter().any(|known| matches(known, name)));
    names().find_map(exact).or_else(|| names().find_map(like))
}

fn find_name<'a>(name: &str, table: &'a [Meaning]) -> Option<&'a Meaning> {
    let name = name.to_ascii_lowercase();
    let words = words(&name);
    let is_without = matches!(words.iter().rev().nth(1), Some(&("no" | "without")));
    let last = words.last().filter(|_| !is_without).copied().unwrap_or_default();
    table.iter().find(|meaning| {
        meaning.names.iter().any(|known| matches(known, &name))
            || meaning.last_words.iter().any(|known| matches(known, last))
            || meaning.words.iter().any(|known| words.contains(&known.as_str()))
    })
}

/// The words of a name, without the numbers that tell instances apart.
pub(super) fn words(name: &str) -> Vec<&str> {
    let parts = name.split(|letter: char| !letter.is_alphanumeric());
    let bare = parts.map(|part| part.trim_end_matches(|letter: char| letter.is_ascii_digit()));
    bare.filter(|part| !part.is_empty()).collect()
}

/// Whether the last thing that a command does is known; what comes before may only prepare a server.
fn find_command<'a>(command: &[&str], table: &'a [Meaning]) -> Option<&'a Meaning> {
    let text = command.join(" ").to_ascii_lowercase();
    let ends = ["&&", "||", ";", "\n"];
    let steps = ends
        .iter()
        .fold(vec![text.as_str()], |steps, end| steps.into_iter().flat_map(|step| step.split(end)).collect());
    let idle = ["", "done", "fi", "exit", "echo", "sleep", "true"];
    let last = steps
        .iter()
        .rev()
        .map(|step| step_words(step))
        .find(|words| words.first().is_some_and(|first| !idle.contains(first)))?;
    let says = |phrase: &str| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        let is_it = |window: &[&str]| window.iter().zip(&phrase).all(|(word, known)| matches(known, word));
        last.windows(phrase.len()).any(is_it)
    };
    table.iter().find(|meaning| meaning.words.iter().any(|phrase| says(phrase)))
}

/// The words of a step of a command: programs without their folders and endings.
fn step_words(step: &str) -> Vec<&str> {
    let bare =
        step.split_whitespace().map(|word| word.trim_matches(['"', '\'', '(', ')', '`', '[', ']', ',']));
    bare.map(|word| word.rsplit('/').next().unwrap_or(word))
        .map(|word| {
            [".sh", ".py", ".js", ".ts"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word)
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// Whether a name fits a pattern with `*` at either end.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(_), Some(_)) => name.contains(pattern.trim_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => name == pattern,
    }
}
