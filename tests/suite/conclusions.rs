//! Facts and rules to findings: what answers, what is only a hint, what contradicts what.

use needk8s::answers::Reach;
use needk8s::document::SourceFile;
use needk8s::facts::{
    Compose, Conclusions, Deploy, Facts, Finding, Gpu, Kubernetes, Object, PathClass, Place, Relation, Rules,
    Service, ServiceClass, Sureness, conclude,
};
use needk8s::rulebook::{Rulebook, Value};

fn rulebook() -> Rulebook {
    Rulebook::builtin().expect("a valid rulebook")
}

fn rules(rulebook: &Rulebook, text: &str) -> Result<Rules, String> {
    let file = SourceFile::new("scan.toml", text.to_owned());
    Rules::parse(rulebook, file).map_err(|faults| faults.to_string())
}

fn shipped(facts: &Facts) -> Conclusions {
    let rulebook = rulebook();
    let rules = rules(&rulebook, include_str!("../../rules/scan.toml")).expect("valid rules");
    conclude(rulebook.questions(), &rules, facts)
}

fn place(line: usize) -> Place {
    Place { path: "compose.yaml".into(), line }
}

fn service(name: &str, class: ServiceClass, line: usize) -> Service {
    Service {
        name: name.into(),
        class,
        image_resolved: Some(format!("example/{name}")),
        active: true,
        place: place(line),
        ..Service::default()
    }
}

fn composed(services: Vec<Service>) -> Facts {
    Facts { compose: Compose { services, ..Compose::default() }, ..Facts::default() }
}

fn apps(count: usize) -> Vec<Service> {
    (0..count).map(|index| service(&format!("part{index}"), ServiceClass::Application, index + 2)).collect()
}

/// The findings of a question, as "value sureness", with a star for the answer.
fn of(conclusions: &Conclusions, question: &str) -> Vec<String> {
    let rulebook = rulebook();
    let index = rulebook.question(question).expect("a question");
    let shown = |finding: &Finding| {
        let value = rulebook.questions()[index].spell(finding.value);
        format!("{value} {}{}", finding.sureness.word(), if finding.answers { " *" } else { "" })
    };
    conclusions.findings.iter().filter(|finding| finding.question == index).map(shown).collect()
}

#[test]
fn nothing_follows_from_nothing() {
    assert_eq!(shipped(&Facts::default()), Conclusions::default());
}

#[test]
fn different_images_are_services_and_copies_are_not() {
    let mut services = apps(3);
    services.push(Service { name: "part0-copy".into(), ..services[0].clone() });
    services.push(service("db", ServiceClass::Backing, 20));
    let found = shipped(&composed(services));
    assert_eq!(of(&found, "services"), ["3 likely *"]);
    let finding = &found.findings[0];
    assert_eq!(finding.reach, Reach::AtLeast);
    assert_eq!(
        finding.because.iter().map(|r| r.says.as_str()).collect::<Vec<_>>(),
        ["By default the Compose file runs 3 different images of your own: part0, part1 and part2."]
    );
    assert_eq!(finding.evidence.iter().map(|seen| seen.place.line).collect::<Vec<_>>(), [2, 3, 4]);
}

#[test]
fn what_cannot_be_told_apart_lowers_the_sureness() {
    let mut unsure = apps(3);
    unsure.push(service("thing", ServiceClass::Unsure, 20));
    assert_eq!(of(&shipped(&composed(unsure)), "services"), ["3 likely *"]);
    assert_eq!(
        of(&shipped(&composed(vec![service("thing", ServiceClass::Unsure, 2)])), "services"),
        ["0 hint"]
    );
    let mut hidden = apps(3);
    hidden[0].docker_socket = Some(place(9));
    assert_eq!(of(&shipped(&composed(hidden)), "services"), ["3 hint"]);
    assert_eq!(of(&shipped(&composed(apps(1))), "services"), ["1 hint"]);
}

#[test]
fn a_tag_is_a_variant_of_the_same_image() {
    let tagged = |name: &str, tag: &str| Service {
        image_resolved: Some(format!("example.org/speech:{tag}")),
        ..service(name, ServiceClass::Application, 2)
    };
    let facts = composed(vec![tagged("small", "cpu"), tagged("large", "gpu")]);
    assert_eq!(of(&shipped(&facts), "services"), ["1 hint"]);
}

#[test]
fn images_that_may_come_from_elsewhere_give_no_number_for_sure() {
    let mut services = apps(3);
    services[1].from_elsewhere = true;
    assert_eq!(of(&shipped(&composed(services)), "services"), ["3 hint"]);
}

#[test]
fn instances_are_told_apart_by_numbers() {
    let facts = composed(vec![service("worker-1", ServiceClass::Application, 2)]);
    assert_eq!(of(&shipped(&facts), "workloads"), ["worker likely *"]);
}

#[test]
fn a_pipeline_that_deploys_on_a_cluster_says_what_runs_today() {
    let deploy = |target: &str| Deploy { target: target.into(), ..Deploy::default() };
    let mut facts = Facts {
        kubernetes: Kubernetes {
            relation: Relation::DeploysOnIt,
            is_deployed: true,
            relation_because: vec![(place(1), "helm upgrade".into())],
            ..Kubernetes::default()
        },
        ..Facts::default()
    };
    assert_eq!(of(&shipped(&facts), "today"), ["kubernetes hint"], "it may be the smaller part");
    facts.ci.deploys.push(deploy("kubernetes"));
    assert_eq!(of(&shipped(&facts), "today"), ["kubernetes likely *"]);
    assert_eq!(of(&shipped(&facts), "given"), [""; 0]);
    facts.kubernetes.shared.push((place(2), "a namespace".into()));
    assert_eq!(of(&shipped(&facts), "given"), ["cluster hint"]);
    facts.ci.deploys.push(deploy("functions"));
    assert_eq!(of(&shipped(&facts), "today"), ["kubernetes hint", "functions hint"]);
    facts.ci.deploys.pop();
    facts.ci.deploys.push(deploy("paas"));
    assert_eq!(
        of(&shipped(&facts), "today"),
        ["kubernetes likely", "paas likely"],
        "somebody has to say which"
    );
    facts.examples = Some((place(1), "a guide that speaks of samples".into()));
    assert_eq!(of(&shipped(&facts), "today"), ["kubernetes hint"]);
}

#[test]
fn confidence_is_earned() {
    #[derive(serde::Deserialize)]
    struct File {
        conclusion: Vec<Rule>,
    }
    #[derive(serde::Deserialize)]
    struct Rule {
        id: String,
        sureness: String,
        right: Option<u32>,
    }
    let file: File = toml::from_str(include_str!("../../rules/scan.toml")).expect("a file");
    let earned = |rule: &&Rule| rule.sureness == "hint" || rule.right.is_some();
    let unearned: Vec<&str> =
        file.conclusion.iter().filter(|rule| !earned(rule)).map(|rule| rule.id.as_str()).collect();
    assert_eq!(unearned, [""; 0], "each says in how many repositories it was seen and right");
    for (sureness, seen, right, told) in [
        ("likely", 4, 0, Some("right 0 times of 4")),
        ("likely", 10, 8, Some("right 8 times of 10")),
        ("likely", 10, 9, None),
        ("hint", 4, 0, None),
        ("hint", 4, 5, Some("more often than it is seen")),
    ] {
        let measured = format!("sureness = \"{sureness}\"\nseen = {seen}\nright = {right}");
        let text = TWO_RULES.replace("sureness = \"SURENESS\"", &measured);
        let faults = rules(&rulebook(), &text).err().unwrap_or_default();
        assert_eq!(told.is_none(), faults.is_empty(), "{faults}");
        assert!(faults.contains(told.unwrap_or_default()), "{faults}");
    }
}

#[test]
fn kinds_of_work_add_up_and_leave_room_for_more() {
    let facts = composed(vec![
        Service { ports: Some(place(2)), ..service("api", ServiceClass::Application, 2) },
        service("worker", ServiceClass::Application, 3),
        service("networker", ServiceClass::Application, 4),
    ]);
    let found = shipped(&facts);
    assert_eq!(of(&found, "workloads"), ["web,worker likely *"]);
    let finding = found.findings.iter().find(|finding| finding.reach == Reach::Includes).expect("a part");
    assert_eq!(finding.evidence.iter().map(|seen| seen.place.line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn a_word_inside_a_name_answers_nothing_by_itself() {
    let facts = composed(vec![
        service("api-docs", ServiceClass::Application, 2),
        service("mail-worker", ServiceClass::Application, 3),
    ]);
    assert_eq!(of(&shipped(&facts), "workloads"), ["web,worker hint"]);
}

#[test]
fn volumes_of_what_is_not_deployed_are_hints() {
    let mut db = service("db", ServiceClass::Backing, 2);
    db.kind = Some("database".into());
    (db.volumes, db.restart) = (Some(place(4)), Some(("always".into(), place(5))));
    let alone = composed(vec![db.clone()]);
    assert_eq!(of(&shipped(&alone), "state"), ["volumes hint"], "databases alone serve those who work on it");
    let mut facts = composed(vec![db, service("api", ServiceClass::Application, 6)]);
    assert_eq!(of(&shipped(&facts), "state"), ["volumes likely *"]);
    facts.ci.deploys.push(Deploy { target: "container-service".into(), ..Deploy::default() });
    assert_eq!(of(&shipped(&facts), "state"), ["volumes hint"]);
}

#[test]
fn a_gpu_is_one_machine_at_least_and_a_weak_sign_is_a_hint() {
    let mut services = apps(1);
    services[0].gpu = Some(Gpu { how: "gpus".into(), weak: false, place: place(5) });
    assert_eq!(of(&shipped(&composed(services.clone())), "gpus"), ["one-machine certain *"]);
    services[0].gpu = Some(Gpu { how: "/dev/dri".into(), weak: true, place: place(5) });
    assert_eq!(of(&shipped(&composed(services.clone())), "gpus"), ["one-machine hint"]);
    services[0].gpu = Some(Gpu { how: "gpus".into(), weak: false, place: place(5) });
    services[0].active = false;
    assert_eq!(of(&shipped(&composed(services)), "gpus"), ["one-machine hint"]);
}

#[test]
fn only_what_is_deployed_and_no_example_answers() {
    let scaler = |class| Object {
        kind: "HorizontalPodAutoscaler".into(),
        api_version: "autoscaling/v2".into(),
        name: "api".into(),
        class,
        place: place(1),
        ..Object::default()
    };
    let facts = |class, relation| Facts {
        kubernetes: Kubernetes {
            objects: vec![scaler(class)],
            relation,
            is_deployed: relation == Relation::DeploysOnIt,
            relation_because: vec![(place(1), "it is applied".into())],
            ..Kubernetes::default()
        },
        ..Facts::default()
    };
    let answers = |class, relation| of(&shipped(&facts(class, relation)), "autoscaling");
    assert_eq!(answers(PathClass::Main, Relation::DeploysOnIt), ["true likely *"]);
    assert_eq!(answers(PathClass::Main, Relation::OffersIt), ["true hint"]);
    for class in [PathClass::Test, PathClass::Example, PathClass::Documentation, PathClass::Vendor] {
        assert_eq!(answers(class, Relation::DeploysOnIt), [""; 0]);
    }
}

const TWO_RULES: &str = r#"
[[conclusion]]
id = "a"
fact = "compose.app-images"
question = "services"
answer = "{number}"
sureness = "likely"
says = "{number} images"
[[conclusion]]
id = "b"
fact = "compose.backing"
question = "services"
answer = 9
sureness = "SURENESS"
says = "{names}"
"#;

#[test]
fn the_surer_wins_and_of_two_as_sure_neither() {
    let rulebook = rulebook();
    let mut services = apps(2);
    services.push(service("db", ServiceClass::Backing, 20));
    let facts = composed(services);
    let conclude = |sureness: &str| {
        let rules = rules(&rulebook, &TWO_RULES.replace("SURENESS", sureness)).expect("valid rules");
        conclude(rulebook.questions(), &rules, &facts)
    };
    let certain = conclude("certain");
    assert_eq!(of(&certain, "services"), ["9 certain *", "2 likely"]);
    assert_eq!(certain.conflicts.len(), 1);
    let tied = conclude("likely");
    assert_eq!(of(&tied, "services"), ["2 likely", "9 likely"]);
    assert_eq!((tied.conflicts[0].first, tied.conflicts[0].second), (0, 1));
    let hint = conclude("hint");
    assert_eq!(of(&hint, "services"), ["2 likely *", "9 hint"]);
    assert!(hint.conflicts.is_empty());
}

#[test]
fn every_fault_of_the_rules_is_told_at_once() {
    let text = r#"
[[conclusion]]
id = "a"
fact = "compose.app-image"
question = "servces"
answer = 1
sureness = "sure"
says = "{nmber} of {names}"
with = { "ci.deploy" = "compose", "git.people" = 3 }
[[conclusion]]
id = "a"
fact = "compose.gpu"
question = "gpus"
answer = "one-machin"
or-more = true
sureness = "hint"
says = "x"
number = { at-least = 3, at-most = 2 }
wrds = ["x"]
sources = ["kubflow"]
[[conclusion]]
id = "b"
fact = "compose.gpu"
question = "state"
answer = "volumes"
or-more = true
sureness = "hint"
[[conclusions]]
id = "c"
"#;
    let faults = rules(&rulebook(), text).expect_err("faults");
    for told in [
        "scan.toml:4:8",
        "did you mean `compose.app-images`?",
        "scan.toml:5:12",
        "did you mean `services`?",
        "there is no sureness `sure`",
        "nothing fills `{nmber}`",
        "did you mean `{number}`?",
        "did you mean `ci.deploys`?",
        "a fact is asked for as true, a word or a list of words",
        "there are two conclusions `a`",
        "did you mean `one-machine`?",
        "no number is like that",
        "there is no key in the conclusion `wrds`",
        "did you mean `kubeflow`?",
        "the answers to `state` have no order",
        "the conclusion lacks `says`",
        "there is no table `conclusions`",
    ] {
        assert!(faults.contains(told), "{told} is missing in\n{faults}");
    }
}

#[test]
fn a_number_outside_the_question_is_brought_into_it() {
    let rulebook = rulebook();
    let rules = rules(&rulebook, &TWO_RULES.replace("SURENESS", "hint")).expect("valid rules");
    let found = conclude(rulebook.questions(), &rules, &composed(apps(2)));
    assert_eq!(found.findings[0].value, Value::Count(2));
    assert_eq!(found.findings[0].sureness, Sureness::Likely);
}

#[test]
fn no_name_from_a_repository_steers_a_terminal() {
    let mut services = apps(2);
    services[0].name = "\u{1b}[31mred\u{202e}".into();
    services[1].place.path = "\u{1b}]0;x\u{7}.yaml".into();
    let found = shipped(&composed(services));
    let finding = &found.findings[0];
    let shown = finding.says()
        + &finding.evidence.iter().map(|seen| format!("{} {}", seen.place, seen.says)).collect::<String>();
    assert!(!shown.chars().any(needk8s::text::is_unsafe), "{shown:?}");
}
