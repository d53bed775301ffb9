//! What only runs for a change that is proposed, or only for a test: what it deploys goes away again and is not the product.

use super::super::tables::ChangeTable;
use super::super::yaml::{Map, Node, Value};
use super::condition;
use super::pipeline::{names, text};

impl ChangeTable {
    /// Whether a mapping of a pipeline only runs for a change that is proposed.
    pub(super) fn is_for_a_change(&self, map: &Map) -> bool {
        let stage = text(map, "stage").is_some_and(|one| self.speaks_of_a_change(one));
        let when = ["when", "trigger"].iter().filter_map(|key| map.get(*key));
        stage
            || map
                .get("environment")
                .is_some_and(|environment| self.is_environment_of_a_change(&environment.node))
            || ["if", "condition"]
                .iter()
                .any(|key| text(map, key).is_some_and(|one| self.holds_for_a_change(one)))
            || map.get("rules").is_some_and(|rules| self.are_rules_for_a_change(&rules.node))
            || self.are_refs_of_a_change(map)
            || text(map, "branches")
                .and_then(|branches| branches.strip_prefix('!'))
                .is_some_and(|one| self.is_released(one))
            || text(map, "trigger") == Some("none")
                && map.get("pr").is_some_and(|pr| pr.node.text() != Some("none"))
            || when.into_iter().any(|when| self.is_event_of_a_change(&when.node))
    }

    /// Whether the name of a job says that what it makes goes away again: it is called after a change, or a test.
    pub(super) fn is_passing(&self, name: &str) -> bool {
        self.speaks_of_a_change(name) || self.is_test(name)
    }

    /// Whether the name of a job says that it is about documentation.
    pub(super) fn is_of_documentation(&self, name: &str) -> bool {
        words(&name.to_ascii_lowercase()).any(|word| has(&self.documentation, word))
    }

    /// Whether all words of the name of a job speak of tests.
    fn is_test(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let mut words = words(&name).peekable();
        let is_one = words.peek().is_some() && !has(&self.not_alone, &name);
        is_one && words.all(|word| has(&self.tests, word))
    }

    /// An environment that is called after a change, goes away by itself, or is being taken away.
    fn is_environment_of_a_change(&self, environment: &Node) -> bool {
        let said = |key: &str| environment.get(key).and_then(|entry| entry.node.text());
        let name = environment.text().or_else(|| said("name"));
        name.is_some_and(|one| self.speaks_of_a_change(one))
            || environment.get("auto_stop_in").is_some()
            || said("action") == Some("stop")
    }

    /// `review/$CI_COMMIT_REF_NAME`, `pr-${{ github.event.number }}`: what a variable stands for says nothing.
    fn speaks_of_a_change(&self, name: &str) -> bool {
        let fixed = name.split('$').next().unwrap_or(name).to_ascii_lowercase();
        words(&fixed).any(|word| has(&self.names, word))
    }

    /// `only` and `except` of GitLab: requests alone, branches of changes alone, or all but the one that is released.
    fn are_refs_of_a_change(&self, map: &Map) -> bool {
        let refs = |key: &str| {
            let node = &map.get(key)?.node;
            names(node.get("refs").map_or(node, |refs| &refs.node))
        };
        let only = refs("only").unwrap_or_default();
        let is_released_left_out =
            refs("except").is_some_and(|except| except.iter().any(|one| self.is_released(one)));
        let are_branches = only.iter().all(|one| *one == "branches");
        !only.is_empty() && only.iter().all(|one| self.is_of_a_change(one))
            || is_released_left_out && are_branches
    }

    /// An event, or a branch or a pattern of branches, that holds a change.
    fn is_of_a_change(&self, name: &str) -> bool {
        let bare = name.trim_start_matches(['/', '^', '(', '*', '\\']).to_ascii_lowercase();
        has(&self.events, &bare) || words(&bare).next().is_some_and(|first| has(&self.branches, first))
    }

    fn is_released(&self, name: &str) -> bool {
        let bare = name.trim_matches(['/', '^', '$', '"', '\'']).to_ascii_lowercase();
        has(&self.released, &bare) || has(&self.released, &name.to_ascii_lowercase())
    }

    /// Rules of which each that lets the job run asks for a change.
    fn are_rules_for_a_change(&self, rules: &Node) -> bool {
        let Value::List(rules) = &rules.value else { return false };
        let mut running =
            rules.iter().filter(|rule| rule.map().and_then(|rule| text(rule, "when")) != Some("never"));
        let asks = |rule: &std::rc::Rc<Node>| {
            rule.map().and_then(|rule| text(rule, "if")).is_some_and(|one| self.holds_for_a_change(one))
        };
        running.clone().next().is_some() && running.all(asks)
    }

    /// `event: pull_request` of Drone and Woodpecker, in one mapping or in each of a list.
    fn is_event_of_a_change(&self, when: &Node) -> bool {
        match &when.value {
            Value::List(items) => {
                !items.is_empty() && items.iter().all(|item| self.is_event_of_a_change(item))
            }
            _ => {
                let left_out = when.at(&["branch", "exclude"]).and_then(|left_out| names(&left_out.node));
                if left_out.into_iter().flatten().any(|one| self.is_released(one)) {
                    return true;
                }
                let events = when.get("event").and_then(|event| names(&event.node)).unwrap_or_default();
                !events.is_empty() && events.iter().all(|event| has(&self.events, event))
            }
        }
    }

    /// Whether a condition is only met for a change that is proposed. What waits until it is taken in is for good.
    fn holds_for_a_change(&self, condition: &str) -> bool {
        let condition =
            condition.trim().trim_start_matches("${{").trim_end_matches("}}").to_ascii_lowercase();
        if ["merged", "closed", "!("].iter().any(|sign| condition.contains(sign)) {
            return false;
        }
        let condition: String =
            condition.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect();
        condition.split("||").all(|way| parts(way).into_iter().any(|one| self.is_about_a_change(one)))
    }

    fn is_about_a_change(&self, part: &str) -> bool {
        let call =
            |name: &str| part.strip_prefix(name).and_then(|rest| rest.trim_end_matches(')').split_once(','));
        if let Some((one, other)) = part.split_once("!=").or_else(|| call("ne(")) {
            let other = other.trim_end_matches(')');
            return has(&self.branch, one) && self.is_released(other)
                || other == "null" && self.is_set_by_a_change(one);
        }
        if let Some((one, other)) = part.split_once("==").or_else(|| call("eq(")) {
            let other = other.trim_end_matches(')');
            return has(&self.events, other)
                || one == "variables[build.reason]" && other == "pullrequest"
                || self.is_set_by_a_change(one);
        }
        self.is_set_by_a_change(part)
    }

    /// Variables that only a change sets.
    fn is_set_by_a_change(&self, part: &str) -> bool {
        let inside = part.rsplit('(').next().unwrap_or(part);
        let branch = inside.strip_prefix("github.ref,").map(|branch| branch.trim_end_matches(')'));
        let branch = branch.map(|branch| branch.trim_start_matches("refs/").trim_start_matches("heads/"));
        let is_set = self.set_by_one.iter().any(|variable| inside.starts_with(variable.as_str()));
        !part.starts_with('!') && (is_set || branch.is_some_and(|one| self.is_of_a_change(one)))
    }

    /// Whether a push that starts a workflow of GitHub is one of a change.
    pub(super) fn is_push_of_a_change(&self, push: &Node) -> bool {
        let named = |key: &str| push.get(key).and_then(|entry| names(&entry.node)).unwrap_or_default();
        let (branches, ignored) = (named("branches"), named("branches-ignore"));
        let (without, with): (Vec<&str>, Vec<&str>) =
            branches.into_iter().partition(|name| name.starts_with('!'));
        let leaves_out =
            ignored.into_iter().chain(without.iter().map(|name| &name[1..])).any(|one| self.is_released(one));
        let is_of_changes = !with.is_empty() && with.into_iter().all(|one| self.is_of_a_change(one));
        push.get("tags").is_none() && (leaves_out || is_of_changes)
    }

    /// Whether a job of a workflow of CircleCI is only run for branches of changes.
    pub(super) fn is_filtered(&self, job: &Node) -> bool {
        let Some(filters) = job.get("filters") else { return false };
        let Some(branches) = filters.node.get("branches") else { return false };
        let named =
            |key: &str| branches.node.get(key).and_then(|entry| names(&entry.node)).unwrap_or_default();
        let only = named("only");
        filters.node.get("tags").is_none()
            && (named("ignore").into_iter().any(|one| self.is_released(one))
                || !only.is_empty() && only.into_iter().all(|one| self.is_of_a_change(one)))
    }
}

/// Whether a word is one of some.
fn has(words: &[String], word: &str) -> bool {
    words.iter().any(|known| known == word)
}

fn words(name: &str) -> impl Iterator<Item = &str> + Clone {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// The parts of a condition that must all be met.
fn parts(way: &str) -> Vec<&str> {
    match way.strip_prefix("and(").and_then(|all| all.strip_suffix(')')) {
        Some(all) => condition::parts(all),
        None => way.split("&&").map(|part| part.trim_start_matches('(')).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Terms;

    #[test]
    fn a_condition_is_only_met_for_a_change() {
        let words = Terms::builtin().changes;
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
            assert!(words.holds_for_a_change(change), "{change}");
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
            assert!(!words.holds_for_a_change(other), "{other}");
        }
    }

    #[test]
    fn a_name_says_that_a_job_tests_or_previews() {
        let words = Terms::builtin().changes;
        assert!(
            words.is_passing("deploy-preview")
                && words.is_passing("review")
                && words.is_passing("smoke-test")
        );
        assert!(!words.is_passing("deploy") && !words.is_passing("print") && !words.is_passing("production"));
        assert!(words.is_test("load-test") && words.is_test("e2e") && words.is_test("Smoke tests"));
        assert!(
            !words.is_test("test-and-deploy")
                && !words.is_test("deploy")
                && !words.is_test("nightly")
                && !words.is_test("")
        );
    }
}
