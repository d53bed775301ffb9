//! What only runs for a change that is proposed, or only for a test: what it deploys goes away again and is not the product.

use super::super::yaml::{Map, Node, Value};
use super::condition;
use super::pipeline::{names, text};

/// Words of the name of a stage or environment that is made for one change.
const OF_A_CHANGE: [&str; 9] =
    ["review", "reviews", "reviewapp", "preview", "previews", "ephemeral", "pr", "mr", "pullrequest"];
/// First words of branches that hold a change.
const OF_A_BRANCH: [&str; 13] = [
    "feature",
    "features",
    "feat",
    "fix",
    "bugfix",
    "review",
    "preview",
    "pr",
    "mr",
    "pull",
    "dependabot",
    "renovate",
    "issue",
];
/// Branches that hold what is released.
const RELEASED: [&str; 8] = [
    "main",
    "master",
    "trunk",
    "production",
    "refs/heads/main",
    "refs/heads/master",
    "$ci_default_branch",
    "github.event.repository.default_branch",
];
/// Events of a change that is proposed.
const EVENTS: [&str; 6] = [
    "pull_request",
    "pull_request_target",
    "merge_requests",
    "external_pull_requests",
    "pull_request_closed",
    "merge_request_event",
];
/// What the branch is called that is built.
const BRANCH: [&str; 9] = [
    "github.ref",
    "github.ref_name",
    "$ci_commit_branch",
    "$ci_commit_ref_name",
    "$ci_commit_ref_slug",
    "variables[build.sourcebranch]",
    "variables[build.sourcebranchname]",
    "$branch_name",
    "branch",
];
/// Starts of variables that only a change sets.
const SET_BY_A_CHANGE: [&str; 7] = [
    "$ci_merge_request_",
    "$ci_open_merge_requests",
    "github.event.pull_request.",
    "github.head_ref",
    "github.base_ref",
    "build.pull_request",
    "env.change_id",
];
/// Words of the names of jobs that test and do nothing else.
const OF_TESTS: [&str; 14] = [
    "test",
    "tests",
    "testing",
    "e2e",
    "load",
    "smoke",
    "stress",
    "performance",
    "perf",
    "benchmark",
    "benchmarks",
    "integration",
    "acceptance",
    "nightly",
];

/// Whether a mapping of a pipeline only runs for a change that is proposed.
pub(super) fn is_for_a_change(map: &Map) -> bool {
    let stage = text(map, "stage").is_some_and(speaks_of_a_change);
    let when = ["when", "trigger"].iter().filter_map(|key| map.get(*key));
    stage
        || map.get("environment").is_some_and(|environment| is_environment_of_a_change(&environment.node))
        || ["if", "condition"].iter().any(|key| text(map, key).is_some_and(holds_for_a_change))
        || map.get("rules").is_some_and(|rules| are_rules_for_a_change(&rules.node))
        || are_refs_of_a_change(map)
        || text(map, "branches").and_then(|branches| branches.strip_prefix('!')).is_some_and(is_released)
        || text(map, "trigger") == Some("none")
            && map.get("pr").is_some_and(|pr| pr.node.text() != Some("none"))
        || when.into_iter().any(|when| is_event_of_a_change(&when.node))
}

/// Whether the name of a job says that what it makes goes away again: it is called after a change, or a test.
pub(super) fn is_passing(name: &str) -> bool {
    speaks_of_a_change(name) || is_test(name)
}

/// Whether the name of a job says that it is about documentation.
pub(super) fn is_of_documentation(name: &str) -> bool {
    words(&name.to_ascii_lowercase()).any(|word| matches!(word, "docs" | "documentation" | "storybook"))
}

/// Whether all words of the name of a job speak of tests.
fn is_test(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = words(&name).peekable();
    let is_one = words.peek().is_some() && name != "nightly" && name != "integration" && name != "load";
    is_one && words.all(|word| OF_TESTS.contains(&word))
}

/// An environment that is called after a change, goes away by itself, or is being taken away.
fn is_environment_of_a_change(environment: &Node) -> bool {
    let said = |key: &str| environment.get(key).and_then(|entry| entry.node.text());
    let name = environment.text().or_else(|| said("name"));
    name.is_some_and(speaks_of_a_change)
        || environment.get("auto_stop_in").is_some()
        || said("action") == Some("stop")
}

/// `review/$CI_COMMIT_REF_NAME`, `pr-${{ github.event.number }}`: what a variable stands for says nothing.
fn speaks_of_a_change(name: &str) -> bool {
    let fixed = name.split('$').next().unwrap_or(name).to_ascii_lowercase();
    words(&fixed).any(|word| OF_A_CHANGE.contains(&word))
}

fn words(name: &str) -> impl Iterator<Item = &str> + Clone {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// `only` and `except` of GitLab: requests alone, branches of changes alone, or all but the one that is released.
fn are_refs_of_a_change(map: &Map) -> bool {
    let refs = |key: &str| {
        let node = &map.get(key)?.node;
        names(node.get("refs").map_or(node, |refs| &refs.node))
    };
    let only = refs("only").unwrap_or_default();
    let is_released_left_out = refs("except").is_some_and(|except| except.iter().any(|one| is_released(one)));
    let are_branches = only.iter().all(|one| *one == "branches");
    !only.is_empty() && only.iter().all(|one| is_of_a_change(one)) || is_released_left_out && are_branches
}

/// An event, or a branch or a pattern of branches, that holds a change.
fn is_of_a_change(name: &str) -> bool {
    let bare = name.trim_start_matches(['/', '^', '(', '*', '\\']).to_ascii_lowercase();
    EVENTS.contains(&&*bare) || words(&bare).next().is_some_and(|first| OF_A_BRANCH.contains(&first))
}

fn is_released(name: &str) -> bool {
    let bare = name.trim_matches(['/', '^', '$', '"', '\'']).to_ascii_lowercase();
    RELEASED.contains(&&*bare) || RELEASED.contains(&&*name.to_ascii_lowercase())
}

/// Rules of which each that lets the job run asks for a change.
fn are_rules_for_a_change(rules: &Node) -> bool {
    let Value::List(rules) = &rules.value else { return false };
    let mut running =
        rules.iter().filter(|rule| rule.map().and_then(|rule| text(rule, "when")) != Some("never"));
    let asks = |rule: &std::rc::Rc<Node>| {
        rule.map().and_then(|rule| text(rule, "if")).is_some_and(holds_for_a_change)
    };
    running.clone().next().is_some() && running.all(asks)
}

/// `event: pull_request` of Drone and Woodpecker, in one mapping or in each of a list.
fn is_event_of_a_change(when: &Node) -> bool {
    match &when.value {
        Value::List(items) => !items.is_empty() && items.iter().all(|item| is_event_of_a_change(item)),
        _ => {
            let left_out = when.at(&["branch", "exclude"]).and_then(|left_out| names(&left_out.node));
            if left_out.into_iter().flatten().any(is_released) {
                return true;
            }
            let events = when.get("event").and_then(|event| names(&event.node)).unwrap_or_default();
            !events.is_empty() && events.iter().all(|event| EVENTS.contains(event))
        }
    }
}

/// Whether a condition is only met for a change that is proposed. What waits until it is taken in is for good.
fn holds_for_a_change(condition: &str) -> bool {
    let condition = condition.trim().trim_start_matches("${{").trim_end_matches("}}").to_ascii_lowercase();
    if ["merged", "closed", "!("].iter().any(|sign| condition.contains(sign)) {
        return false;
    }
    let condition: String =
        condition.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect();
    condition.split("||").all(|way| parts(way).into_iter().any(is_about_a_change))
}

/// The parts of a condition that must all be met.
fn parts(way: &str) -> Vec<&str> {
    match way.strip_prefix("and(").and_then(|all| all.strip_suffix(')')) {
        Some(all) => condition::parts(all),
        None => way.split("&&").map(|part| part.trim_start_matches('(')).collect(),
    }
}

fn is_about_a_change(part: &str) -> bool {
    let call =
        |name: &str| part.strip_prefix(name).and_then(|rest| rest.trim_end_matches(')').split_once(','));
    if let Some((one, other)) = part.split_once("!=").or_else(|| call("ne(")) {
        let other = other.trim_end_matches(')');
        return BRANCH.contains(&one) && is_released(other) || other == "null" && is_set_by_a_change(one);
    }
    if let Some((one, other)) = part.split_once("==").or_else(|| call("eq(")) {
        let other = other.trim_end_matches(')');
        return EVENTS.contains(&other)
            || one == "variables[build.reason]" && other == "pullrequest"
            || is_set_by_a_change(one);
    }
    is_set_by_a_change(part)
}

/// Variables that only a change sets.
fn is_set_by_a_change(part: &str) -> bool {
    let inside = part.rsplit('(').next().unwrap_or(part);
    let branch = inside.strip_prefix("github.ref,").map(|branch| branch.trim_end_matches(')'));
    let branch = branch.map(|branch| branch.trim_start_matches("refs/").trim_start_matches("heads/"));
    let is_set = SET_BY_A_CHANGE.iter().any(|variable| inside.starts_with(variable));
    !part.starts_with('!') && (is_set || branch.is_some_and(is_of_a_change))
}

/// Whether a push that starts a workflow of GitHub is one of a change.
pub(super) fn is_push_of_a_change(push: &Node) -> bool {
    let named = |key: &str| push.get(key).and_then(|entry| names(&entry.node)).unwrap_or_default();
    let (branches, ignored) = (named("branches"), named("branches-ignore"));
    let (without, with): (Vec<&str>, Vec<&str>) =
        branches.into_iter().partition(|name| name.starts_with('!'));
    let leaves_out = ignored.into_iter().chain(without.iter().map(|name| &name[1..])).any(is_released);
    let is_of_changes = !with.is_empty() && with.into_iter().all(is_of_a_change);
    push.get("tags").is_none() && (leaves_out || is_of_changes)
}

/// Whether a job of a workflow of CircleCI is only run for branches of changes.
pub(super) fn is_filtered(job: &Node) -> bool {
    let Some(filters) = job.get("filters") else { return false };
    let Some(branches) = filters.node.get("branches") else { return false };
    let named = |key: &str| branches.node.get(key).and_then(|entry| names(&entry.node)).unwrap_or_default();
    let only = named("only");
    filters.node.get("tags").is_none()
        && (named("ignore").into_iter().any(is_released)
            || !only.is_empty() && only.into_iter().all(is_of_a_change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_only_met_for_a_change() {
        for change in [
            "github.event_name == 'pull_request'",
            "${{ github.event_name == 'pull_request' && github.actor != 'dependabot[bot]' }}",
            "github.ref != 'refs/heads/main'",
            "$CI_PIPELINE_SOURCE == \"merge_request_event\"",
            "$CI_MERGE_REQUEST_IID",
            "$CI_COMMIT_BRANCH != $CI_DEFAULT_BRANCH",
            "$CI_COMMIT_BRANCH && $CI_COMMIT_BRANCH != \"main\"",
            "contains(github.event.pull_request.labels.*.name, 'preview')",
            "eq(variables['Build.Reason'], 'PullRequest')",
            "and(succeeded(), ne(variables['Build.SourceBranch'], 'refs/heads/main'))",
            "startsWith(github.ref, 'refs/heads/feature/')",
            "startsWith(github.ref, 'refs/pull/')",
            "build.pull_request.id != null",
        ] {
            assert!(holds_for_a_change(change), "{change}");
        }
        for other in [
            "github.event_name == 'push'",
            "github.event_name != 'pull_request'",
            "github.event_name == 'pull_request' || github.ref == 'refs/heads/main'",
            "github.event_name == 'pull_request' && github.event.pull_request.merged",
            "!(github.event_name == 'pull_request')",
            "github.ref == 'refs/heads/main'",
            "$CI_PIPELINE_SOURCE != \"merge_request_event\"",
            "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
            "$CI_COMMIT_BRANCH != \"develop\"",
            "startsWith(github.ref, 'refs/tags/')",
            "and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))",
            "",
        ] {
            assert!(!holds_for_a_change(other), "{other}");
        }
    }

    #[test]
    fn a_name_says_that_a_job_tests_or_previews() {
        assert!(is_passing("deploy-preview") && is_passing("review") && is_passing("smoke-test"));
        assert!(!is_passing("deploy") && !is_passing("print") && !is_passing("production"));
        assert!(is_test("load-test") && is_test("e2e") && is_test("Smoke tests"));
        assert!(!is_test("test-and-deploy") && !is_test("deploy") && !is_test("nightly") && !is_test(""));
    }
}
