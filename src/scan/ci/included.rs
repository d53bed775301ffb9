//! The files that a pipeline takes in from the same repository: includes of GitLab, templates of Azure, actions of GitHub.

use super::super::manifest;
use super::super::paths::{folder, is_yaml, join};
use super::MOST_INCLUDES;

/// The paths of the files that the pipeline at a path names, which may have stars in them. They need not be there.
pub(super) fn paths(path: &str, text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut includes = false;
    for line in text.lines() {
        // One too many is as good as any number.
        if paths.len() > MOST_INCLUDES {
            break;
        }
        let at_margin = !line.starts_with([' ', '\t', '#', '-', '\r']) && !line.is_empty();
        let entry = manifest::entry(line);
        let value = entry.as_ref().map_or("", |entry| entry.value());
        match entry.as_ref().map(|entry| entry.key) {
            Some("uses") => paths.extend(action(value)),
            Some("local" | "include") => paths.extend(from_top(value)),
            Some("template") => paths.extend(beside(path, value)),
            _ if includes => {
                let item = line.trim().strip_prefix("- ").map(|item| manifest::unquoted(item.trim()));
                paths.extend(item.and_then(from_top));
            }
            _ => {}
        }
        if at_margin {
            includes = entry.is_some_and(|entry| entry.key == "include");
        }
    }
    paths
}

/// An action of the repository's own is named by its folder.
fn action(uses: &str) -> Option<String> {
    let folder = uses.strip_prefix("./")?.trim_end_matches('/');
    (!is_yaml(folder)).then(|| format!("{folder}/action.y*ml"))
}

fn from_top(named: &str) -> Option<String> {
    let is_here = is_yaml(named) && !named.contains("://");
    is_here.then(|| named.trim_start_matches("./").trim_start_matches('/').to_owned())
}

/// Templates of Azure are named from the folder of the pipeline that names them; after an `@` comes their repository.
fn beside(path: &str, named: &str) -> Option<String> {
    let named = named.strip_suffix("@self").unwrap_or(named);
    match named.starts_with('/') {
        _ if !is_yaml(named) => None,
        true => from_top(named),
        false => join(folder(path), named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_names_the_files_that_it_takes_in() {
        let gitlab = "include:\n  - local: ci/a.yml\n  - '/ci/b/*.yml'\n  - project: x/y\n    file: /c.yml\n  - remote: https://x/d.yml\n";
        assert_eq!(paths(".gitlab-ci.yml", gitlab), ["ci/a.yml", "ci/b/*.yml"]);
        assert_eq!(paths(".gitlab-ci.yml", "include: ci/a.yml\n"), ["ci/a.yml"]);
        let azure = "stages:\n- template: steps/a.yml\n- template: /b.yml@self\n- template: c.yml@other\n";
        assert_eq!(paths("ci/azure-pipelines.yml", azure), ["ci/steps/a.yml", "b.yml"]);
        let github = "    - uses: ./ci/ship\n    - uses: ./.github/workflows/a.yml\n    - uses: x/y@v1\n";
        assert_eq!(paths(".github/workflows/b.yml", github), ["ci/ship/action.y*ml"]);
    }
}
