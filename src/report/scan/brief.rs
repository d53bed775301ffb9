//! The scan on one screen: what it is, what runs, what follows, what is open.

use super::{Scan, groups, shown_places, text};
use crate::facts::{Compose, DeployedBy, Facts, Finding, PathClass, Place, Relation, Service, ServiceClass};
use crate::report::text::{Ink, Page};
use crate::text::{counted, list, one_line};

/// How many lines of one kind are shown.
const FEW: usize = 4;

pub(super) fn put(scan: &Scan<'_>, page: &mut Page) {
    let (is, runs) = (what_it_is(scan.facts), what_runs(scan.facts));
    if is.is_empty() && runs.is_empty() && scan.facts.seen.is_empty() {
        page.gap();
        page.paragraph(0, text::NOTHING);
    }
    lines(page, "What it is", &is);
    lines(page, "What runs", &runs);
    follows(scan, page);
    let unread: Vec<String> = seen(scan.facts).into_iter().chain(scan.unread()).collect();
    lines(page, "Not read", &unread);
    if let Some(excluded) = scan.excluded() {
        page.paragraph(2, &excluded);
    }
    lines(page, "Contradictions", &scan.conflicts());
    text::open(scan, page);
    text::outcome(scan, page);
    page.gap();
    page.paragraph(0, &format!("Every fact with its line: needk8s scan {} --verbose", scan.folder));
}

/// A few lines under a title, if there are any, and how many more there are.
fn lines(page: &mut Page, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    page.heading(title);
    let shown = if lines.len() == FEW + 1 { lines.len() } else { FEW };
    for line in lines.iter().take(shown) {
        page.paragraph(2, line);
    }
    if lines.len() > shown {
        page.paragraph(2, &format!("({} more)", lines.len() - shown));
    }
}

/// How it stands to the orchestrator, and where it is deployed.
fn what_it_is(facts: &Facts) -> Vec<String> {
    let kubernetes = &facts.kubernetes;
    let shown = || {
        let because = kubernetes.relation_because.iter().take(2);
        let because: Vec<String> =
            because.map(|(place, says)| format!("{} ({place})", one_line(says))).collect();
        list(&because, "and")
    };
    let relation = match kubernetes.relation {
        Relation::None => groups::not_counted(kubernetes)
            .map(|by| format!("What is here for Kubernetes does not count: {by}.")),
        Relation::Examples if kubernetes.lacks_workloads => Some(format!(
            "What is here for Kubernetes: {}; no Deployment, StatefulSet, DaemonSet or CronJob.",
            shown()
        )),
        Relation::Examples => Some(format!("What is here for Kubernetes are examples: {}.", shown())),
        _ => groups::standing(facts).map(|says| format!("{says}: {}.", shown())),
    };
    let deploys = facts.ci.deploys.iter().filter(|deploy| deploy.class == PathClass::Main);
    let mut targets: Vec<(&str, String)> = Vec::new();
    for deploy in deploys.filter(|deploy| deploy.target != "kubernetes") {
        if targets.iter().any(|(target, _)| *target == deploy.target) {
            continue;
        }
        let words = one_line(&deploy.words);
        let how = match deploy.by {
            DeployedBy::Pipeline => format!("A pipeline deploys with {words} ({}).", deploy.place),
            DeployedBy::Script => format!("A script deploys with {words} ({}).", deploy.place),
            DeployedBy::Sign => format!("It has what {words} reads ({}).", deploy.place),
        };
        targets.push((&deploy.target, how));
    }
    let retired = groups::retired(facts);
    retired.into_iter().chain(relation).chain(targets.into_iter().map(|(_, how)| how)).collect()
}

fn what_runs(facts: &Facts) -> Vec<String> {
    let compose = &facts.compose;
    let mut all = Vec::new();
    if let Some(main) = &compose.main {
        let others = compose.main_set.len().saturating_sub(1);
        let merged = if others > 0 {
            format!(", merged with {}", counted(others, "file", "files"))
        } else {
            String::new()
        };
        let aside = match compose.main_class() {
            PathClass::Main => String::new(),
            class => format!(" It is of class {} and answers nothing.", class.word()),
        };
        all.push(one_line(&format!("{main}{merged}: {}.{aside}", groups::owned(compose))));
        all.extend(named(compose, ServiceClass::Application, "Yours"));
        all.extend(named(compose, ServiceClass::Unsure, "Of others, or not shown to be yours"));
        all.extend(named(compose, ServiceClass::Backing, "Beside them"));
        all.extend(named(compose, ServiceClass::Auxiliary, "Jobs, tests and tools"));
    } else if !compose.ambiguous.is_empty() {
        all.push(format!("{} To say so: COMPOSE_FILE=… needk8s scan", groups::unsettled(compose)));
    }
    let own = facts.dockerfiles.iter().filter(|file| file.class == PathClass::Main).count();
    if own > 0 && compose.main.is_none() {
        all.push(format!("{} in it.", counted(own, "Dockerfile is", "Dockerfiles are")));
    }
    all.extend(for_windows(facts));
    all
}

/// That an image is built for Windows, which the limits of the program name.
fn for_windows(facts: &Facts) -> Option<String> {
    let own = facts.dockerfiles.iter().filter(|file| file.class == PathClass::Main);
    let mut lines = own.filter_map(|file| Some((&file.path, file.windows.as_ref()?.1)));
    lines.next().map(|(path, line)| {
        one_line(&format!("Built for Windows ({path}:{line}): containers of Windows need servers of Windows, and no rule here speaks of that."))
    })
}

/// "Yours: api, worker and web."
fn named(compose: &Compose, class: ServiceClass, what: &str) -> Option<String> {
    let active = compose.services.iter().filter(|service| service.active && service.class == class);
    let said = |service: &Service| match &service.kind {
        Some(kind) if class != ServiceClass::Application => format!("{} ({kind})", service.name),
        _ => service.name.clone(),
    };
    let all: Vec<String> = active.map(said).collect();
    (!all.is_empty()).then(|| format!("{what}: {}.", groups::names(all.iter().map(String::as_str))))
}

/// The answers, each with its first line; then what is only a hint, in one paragraph.
fn follows(scan: &Scan<'_>, page: &mut Page) {
    let (answers, hints) = (scan.findings(true), scan.findings(false));
    if answers.is_empty() && hints.is_empty() {
        return;
    }
    page.heading("What follows");
    for finding in answers {
        let text =
            format!("{} ({}; {})", scan.described(finding), finding.sureness.word(), first_place(finding));
        let text = page.ink(Ink::Bold, &text);
        page.item("-", &text);
    }
    let told = |finding: &&Finding| format!("{} ({})", scan.described(finding), first_place(finding));
    let hints: Vec<String> = hints.iter().map(told).collect();
    if !hints.is_empty() {
        let more = hints.len().saturating_sub(FEW);
        let mut shown: Vec<String> = hints.into_iter().take(FEW).collect();
        if more > 0 {
            shown.push(format!("{more} more"));
        }
        page.paragraph(2, &format!("Hints, which answer nothing: {}.", shown.join("; ")));
    }
}

fn first_place(finding: &Finding) -> String {
    shown_places(finding.evidence.iter().map(|seen| &seen.place).take(1).collect::<Vec<&Place>>(), 1)
}

/// "Terragrunt (prod/terragrunt.hcl and 40 more)"
fn seen(facts: &Facts) -> Vec<String> {
    let told = |seen: &crate::facts::Seen| {
        let more = if seen.count > 1 { format!(" and {} more", seen.count - 1) } else { String::new() };
        one_line(&format!("{} ({}{more})", seen.format, seen.path))
    };
    let all: Vec<String> = facts.seen.iter().map(told).collect();
    if all.is_empty() { Vec::new() } else { vec![format!("Seen and not read: {}.", list(&all, "and"))] }
}
