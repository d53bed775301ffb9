//! The shipped rulebook says all it must, and a wrong one is refused with every fault in its place.

use needk8s::builtin::builtin_files;
use needk8s::document::SourceFile;
use needk8s::rulebook::{CriterionSide, Rulebook};

use crate::cases::rulebook;

fn statements(side: CriterionSide) -> Vec<String> {
    let rulebook = rulebook();
    let own = rulebook.criteria().iter().filter(|criterion| criterion.tutorial && criterion.side == side);
    own.map(|criterion| criterion.statement.clone()).collect()
}

#[test]
fn the_five_overkill_criteria_of_the_tutorial_stand_in_its_words() {
    let expected = [
        "Single developer working alone",
        "Simple applications with containers",
        "Development environments only",
        "Homelab/personal projects",
        "Prototype/MVP stage",
    ];
    assert_eq!(sorted(statements(CriterionSide::Overkill)), sorted(expected));
}

#[test]
fn the_seven_essential_criteria_of_the_tutorial_stand_in_its_words() {
    let expected = [
        "Team-based production deployments",
        "Applications requiring high availability",
        "Need for auto-scaling",
        "Multi-cloud or hybrid cloud strategy",
        "Regulatory/compliance requirements",
        "99.9%+ uptime SLAs",
        "Complex microservices (>5 services)",
    ];
    assert_eq!(sorted(statements(CriterionSide::Essential)), sorted(expected));
}

fn sorted<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut words: Vec<String> = words.into_iter().map(Into::into).collect();
    words.sort();
    words
}

#[test]
fn all_eleven_rows_of_the_tutorials_matrix_quote_its_cells() {
    let expected = [
        ("scope", ["Single host", "Single host", "Multi-host cluster"]),
        ("scalability", ["Manual", "Manual", "Auto-scaling"]),
        ("self-healing", ["No", "No", "Yes (auto-restart)"]),
        ("load-balancing", ["Manual", "Basic", "Built-in Service discovery"]),
        ("rolling-updates", ["Manual", "Basic", "Zero-downtime deployments"]),
        ("resource-limits", ["Per container", "Per container", "Per pod + quotas"]),
        ("service-discovery", ["No", "Basic", "Built-in DNS"]),
        ("secrets", ["Swarm only", "Env vars", "Built-in Secrets"]),
        ("storage", ["Volumes", "Volumes", "PersistentVolumes"]),
        ("health-checks", ["Depends", "Depends", "Probes (liveness/readiness)"]),
        ("declarative-config", ["No", "Limited", "Yes (YAML manifests)"]),
    ];
    let rulebook = rulebook();
    let columns: Vec<usize> = ["docker", "compose", "kubernetes"]
        .iter()
        .map(|id| rulebook.platforms().iter().position(|platform| platform.id == *id).expect("a column"))
        .collect();
    let rows: Vec<&str> =
        rulebook.aspects().iter().filter(|aspect| aspect.tutorial).map(|aspect| aspect.id.as_str()).collect();
    assert_eq!(rows, expected.map(|(id, _)| id));
    for (id, cells) in expected {
        let aspect = rulebook.aspects().iter().find(|aspect| aspect.id == id).expect("a row");
        let claimed: Vec<&str> = columns
            .iter()
            .map(|column| aspect.cells[*column].claimed.as_deref().unwrap_or_default())
            .collect();
        assert_eq!(claimed, cells, "{id}");
    }
}

#[test]
fn there_are_twenty_five_aspects_and_eighteen_platforms() {
    let rulebook = rulebook();
    assert_eq!((rulebook.aspects().len(), rulebook.platforms().len()), (25, 18));
    assert!(rulebook.aspects().iter().all(|aspect| aspect.cells.len() == 18));
}

#[test]
fn the_five_problems_and_the_eight_steps_are_there_in_order() {
    let rulebook = rulebook();
    let problems: Vec<&str> = rulebook.problems().iter().map(|problem| problem.id.as_str()).collect();
    let expected = [
        "container-failures",
        "scaling",
        "zero-downtime-deployments",
        "resource-management",
        "multi-node-management",
    ];
    assert_eq!(problems, expected);
    assert_eq!(rulebook.steps().len(), 8);
}

#[test]
fn every_claim_has_a_source() {
    let rulebook = rulebook();
    for criterion in rulebook.criteria() {
        assert!(!criterion.sources.is_empty(), "{}", criterion.id);
    }
    for platform in rulebook.platforms() {
        assert!(!platform.sources.is_empty() && !platform.takes_on.is_empty(), "{}", platform.id);
        let claims = platform.takes_on.iter().chain(&platform.caveats);
        assert!(claims.into_iter().all(|claim| !claim.sources.is_empty()), "{}", platform.id);
    }
    for aspect in rulebook.aspects() {
        assert!(aspect.cells.iter().all(|cell| !cell.sources.is_empty()), "{}", aspect.id);
    }
    assert!(rulebook.problems().iter().all(|problem| !problem.sources.is_empty()));
    assert!(rulebook.steps().iter().all(|step| !step.sources.is_empty() && !step.read.is_empty()));
}

#[test]
fn every_basic_or_lower_cell_says_how_to_get_by() {
    for aspect in rulebook().aspects() {
        for cell in aspect.cells.iter().filter(|cell| cell.level <= 2) {
            assert!(cell.remedy.is_some(), "{}: {}", aspect.id, cell.label);
        }
    }
}

#[test]
fn every_question_and_every_aspect_is_used() {
    let rulebook = rulebook();
    for (index, question) in rulebook.questions().iter().enumerate() {
        let used = rulebook.criteria().iter().any(|criterion| criterion.when.questions().contains(&index));
        assert!(used, "no criterion asks for `{}`", question.id);
    }
    for (index, aspect) in rulebook.aspects().iter().enumerate() {
        let demanded =
            rulebook.criteria().iter().any(|criterion| criterion.demands.iter().any(|d| d.aspect == index));
        let supplied = rulebook.problems().iter().any(|problem| problem.aspects.contains(&index));
        assert!(demanded || supplied, "nothing asks for `{}`", aspect.id);
    }
}

#[test]
fn every_question_carries_the_ids_and_values_of_published_answers() {
    let rulebook = rulebook();
    let expected = [
        ("purpose", "personal,development-only,prototype,production"),
        ("operations", "none,part-time,dedicated"),
        ("experience", "none,some,production"),
        ("uptime", "best-effort,99,99.9,99.99"),
        ("deploys", "downtime-ok,brief-gap,zero-downtime"),
        ("release-pace", "monthly,weekly,daily,many-per-day"),
        ("load", "steady,predictable-peaks,unpredictable-spikes"),
        ("location", "one-server,one-cloud,on-premises,edge,hybrid,multi-cloud"),
        ("compliance", "none,some,strict"),
        ("state", "stateless,managed-database,volumes,clustered-storage"),
        ("secrets", "env-files,managed"),
        ("workloads", "web,worker,scheduled-jobs,ml-serving,ml-training,data-pipeline,stateful"),
        ("gpus", "none,one-machine,shared-pool"),
        ("budget", "tight,normal,ample"),
    ];
    for (id, values) in expected {
        let question =
            &rulebook.questions()[rulebook.question(id).unwrap_or_else(|| panic!("no question {id}"))];
        let own: Vec<&str> = question.options().iter().map(|option| option.id.as_str()).collect();
        for value in values.split(',') {
            assert!(own.contains(&value), "{id} lacks {value}");
        }
    }
    for id in ["developers", "teams", "services", "servers", "autoscaling", "managed-services", "isolation"] {
        assert!(rulebook.question(id).is_some(), "{id}");
    }
}

#[test]
fn every_rule_file_is_compiled_in() {
    let mut compiled: Vec<String> =
        builtin_files().into_iter().map(|file| file.name.replace("rules/", "")).collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");
    let mut present: Vec<String> = std::fs::read_dir(folder)
        .expect("rules")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml") && name != "scan.toml")
        .collect();
    compiled.sort();
    present.sort();
    assert_eq!(compiled, present);
}

/// The shipped rulebook with one text replaced by another in one file.
fn changed(file: &str, from: &str, to: &str) -> Vec<SourceFile> {
    let mut files = builtin_files();
    let file = files.iter_mut().find(|candidate| candidate.name.ends_with(file)).expect("the file");
    assert!(file.text.contains(from), "{from} is not in {}", file.name);
    file.text = file.text.replacen(from, to, 1).into();
    files
}

/// The first line of a file that begins like this.
fn line_of(file: &str, begins: &str) -> String {
    let files = builtin_files();
    let file = files.iter().find(|candidate| candidate.name.ends_with(file)).expect("the file");
    file.text.lines().find(|line| line.starts_with(begins)).expect("a line").to_owned()
}

fn faults(files: Vec<SourceFile>) -> String {
    Rulebook::parse(files).expect_err("a fault").to_string()
}

#[test]
fn an_unknown_key_is_a_fault_with_the_nearest_key() {
    let shown = faults(changed("questions.toml", "prompt = ", "promt = "));
    assert!(shown.contains("questions.toml:") && shown.contains("did you mean `prompt`?"), "{shown}");
}

#[test]
fn an_unknown_id_in_a_condition_is_a_fault_with_the_nearest_id() {
    let shown = faults(changed("criteria.toml", "when = { purpose", "when = { porpose"));
    assert!(shown.contains("criteria.toml:") && shown.contains("did you mean `purpose`?"), "{shown}");
}

#[test]
fn several_faults_in_several_files_are_reported_at_once() {
    let mut files = changed("questions.toml", "kind = \"count\"", "kind = \"number\"");
    let criteria = files.iter_mut().find(|file| file.name.ends_with("criteria.toml")).expect("the file");
    criteria.text = criteria.text.replacen("side = \"overkill\"", "side = \"overkil\"", 1).into();
    let faults = Rulebook::parse(files).expect_err("faults");
    let shown = faults.to_string();
    assert!(faults.faults.len() >= 2, "{shown}");
    assert!(shown.contains("questions.toml:") && shown.contains("did you mean `overkill`?"), "{shown}");
}

#[test]
fn a_missing_cell_is_a_fault() {
    let shown = faults(changed("matrix.toml", "[aspect.cells.compose]", "[aspect.cells.docker-compose]"));
    assert!(shown.contains("has no cell for `compose`"), "{shown}");
}

#[test]
fn bands_that_overlap_or_leave_a_gap_are_faults() {
    let text =
        builtin_files().into_iter().find(|file| file.name.ends_with("rulebook.toml")).expect("the file").text;
    let line = text.lines().find(|line| line.starts_with("at-least = ")).expect("a bound").to_owned();
    let bound: i64 = line.trim_start_matches("at-least = ").parse().expect("a number");
    let shown = faults(changed("rulebook.toml", &line, &format!("at-least = {}", bound + 1)));
    assert!(shown.contains("leaves a gap"), "{shown}");
    let shown = faults(changed("rulebook.toml", &line, &format!("at-least = {}", bound - 1)));
    assert!(shown.contains("overlaps"), "{shown}");
}

#[test]
fn ask_when_may_only_look_back() {
    let text = "ask-when = { budget = \"tight\" }\nprompt = \"What is the system for?\"";
    let shown = faults(changed("questions.toml", "prompt = \"What is the system for?\"", text));
    assert!(shown.contains("there is no question `budget`"), "{shown}");
}

/// Whatever happens to one line, the loader answers with a rulebook or with faults, never with a panic.
#[test]
fn a_rulebook_broken_in_any_line_is_refused_or_read() {
    let files = builtin_files();
    let replacements = ["", "x = ", "[[question]]", "when = { all = [] }", "level = 9", "id = \"\\u0007\""];
    for (index, file) in files.iter().enumerate().filter(|(_, file)| !file.name.ends_with("matrix.toml")) {
        let lines: Vec<&str> = file.text.lines().collect();
        let step = if file.name.ends_with("cases.toml") { 101 } else { 17 };
        for (broken, replacement) in (0..lines.len()).step_by(step).zip(replacements.iter().cycle()) {
            let mut files = files.clone();
            let mut lines = lines.clone();
            lines[broken] = replacement;
            files[index].text = lines.join("\n").into();
            if let Err(faults) = Rulebook::parse(files) {
                assert!(!faults.faults.is_empty() && !faults.to_string().contains('\u{7}'));
            }
        }
    }
}

#[test]
fn answers_that_leave_no_platform_make_a_rulebook_invalid() {
    let platforms: Vec<String> =
        rulebook().platforms().iter().map(|platform| format!("\"{}\"", platform.id)).collect();
    let all = format!("removes = [{}]", platforms.join(", "));
    let two = "removes = [\"managed-kubernetes\", \"serverless\"]";
    let shown = faults(changed("criteria.toml", two, &all));
    assert!(shown.contains("criteria.toml:"), "{shown}");
    // No single criterion removes everything here, but a constraint that leaves one family and one that removes it do.
    let rulebook = rulebook();
    let family: Vec<String> = (0..rulebook.platforms().len())
        .filter(|platform| rulebook.is_subject(*platform))
        .map(|platform| format!("\"{}\"", rulebook.platforms()[platform].id))
        .collect();
    let shown = faults(changed("criteria.toml", two, &format!("removes = [{}]", family.join(", "))));
    assert!(shown.contains("criteria.toml:"), "{shown}");
}

#[test]
fn a_band_of_one_side_may_not_hold_margins_that_speak_for_the_other() {
    let files = || {
        builtin_files().into_iter().find(|file| file.name.ends_with("rulebook.toml")).expect("the file").text
    };
    let bounds: Vec<i64> = files()
        .lines()
        .filter_map(|line| line.strip_prefix("at-least = ").and_then(|number| number.parse().ok()))
        .collect();
    let hedge = bounds.iter().position(|bound| *bound <= 0 && *bound > -15).expect("the hedge");
    let (from, text) = (bounds[hedge], files());
    let moved = text
        .replace(&format!("at-least = {from}\n"), "at-least = 1\n")
        .replace(&format!("at-most = {}\n", from - 1), "at-most = 0\n");
    let shown = faults(changed("rulebook.toml", &text, &moved));
    assert!(shown.contains("rulebook.toml:"), "{shown}");
}

#[test]
fn what_a_demand_asks_for_is_said_for_levels_from_one_to_four() {
    let first = line_of("matrix.toml", "asks = ");
    let asks = |asks: &str| changed("matrix.toml", &first, &format!("asks = {{ {asks} }}"));
    let rulebook = Rulebook::parse(asks("2 = \"one\", 4 = \"two\"")).expect("a rulebook");
    let said: Vec<Option<&str>> = (0..=5).map(|level| rulebook.aspects()[0].asks.of(level)).collect();
    assert_eq!(said, [None, None, Some("one"), None, Some("two"), None]);
    let shown = faults(asks("5 = \"x\", 3 = 7"));
    assert!(shown.contains("`5` is no level") && shown.contains("`asks` must be a text"), "{shown}");
}

#[test]
fn an_alias_names_one_platform() {
    let first = line_of("platforms.toml", "aliases = ");
    let aliases = |aliases: &str| changed("platforms.toml", &first, aliases);
    let rulebook = Rulebook::parse(aliases("aliases = [\"whale\"]")).expect("a rulebook");
    assert_eq!(rulebook.platform("Whale"), Some(0));
    assert_eq!(rulebook.platform(&rulebook.platforms()[1].name.to_uppercase()), Some(1));
    let shown = faults(aliases("aliases = [\"compose\", \"Not An Id\"]"));
    assert!(shown.contains("`compose` already names a platform") && shown.contains("is no alias"), "{shown}");
}

#[test]
fn a_text_that_concerns_some_readers_says_which() {
    let when = |when: &str| {
        let claim = format!("takes-on = [\n  {{ text = \"Read the manual.\", when = {when} }},\n");
        changed("platforms.toml", "takes-on = [\n", &claim)
    };
    assert!(Rulebook::parse(when("{ purpose = \"production\" }")).is_ok());
    let shown = faults(when("{ purposes = \"production\" }"));
    assert!(shown.contains("did you mean `purpose`?"), "{shown}");
}

#[test]
fn cells_that_say_the_same_are_of_the_same_level() {
    for aspect in rulebook().aspects() {
        for cell in &aspect.cells {
            let like =
                aspect.cells.iter().find(|other| other.label == cell.label && other.level != cell.level);
            assert_eq!(
                like.map(|other| other.level),
                None,
                "{}: {} is {}",
                aspect.id,
                cell.label,
                cell.level
            );
        }
    }
}

#[test]
fn what_is_told_to_do_is_told_as_a_thing_to_do() {
    let rulebook = rulebook();
    let remedies =
        rulebook.aspects().iter().flat_map(|aspect| &aspect.cells).filter_map(|cell| cell.remedy.as_ref());
    let duties = rulebook.platforms().iter().flat_map(|platform| &platform.takes_on).map(|duty| &duty.text);
    for text in remedies.chain(duties) {
        let first = text.split([' ', ',']).next().unwrap_or_default();
        assert!(!["A", "An", "The", "One", "Two", "Some", "Few"].contains(&first), "{text}");
    }
}

#[test]
fn no_label_begins_with_a_name_since_it_is_written_small_within_a_sentence() {
    const NAMES: [&str; 12] = [
        "Ansible", "Argo", "Compose", "Docker", "Flux", "Kamal", "Nomad", "Podman", "Restart=", "Slurm",
        "Traefik", "Unix",
    ];
    for aspect in rulebook().aspects() {
        for cell in &aspect.cells {
            let first = cell.label.split([' ', ',']).next().unwrap_or_default();
            assert!(!NAMES.contains(&first), "{}: {}", aspect.id, cell.label);
        }
    }
}
