//! Layers: rules of one's own on top of others are merged item by item, named in every result, and hold what they say.

use needk8s::answers::{Answers, Given, Origin};
use needk8s::assessment::assess;
use needk8s::builtin::{STARTER, builtin_files};
use needk8s::document::SourceFile;
use needk8s::rulebook::{Act, LayerFiles, Rulebook};

use crate::program::Program;

const POLICY: &str = include_str!("../commands/layers.in/policy.toml");

fn layer(path: &str, text: &str) -> LayerFiles {
    let file = SourceFile::new(path, text.to_owned());
    LayerFiles { path: path.to_owned(), files: vec![file] }
}

fn with(texts: &[&str]) -> Rulebook {
    let layers =
        texts.iter().enumerate().map(|(index, text)| layer(&format!("{index}.toml"), text)).collect();
    Rulebook::layered(layers).unwrap_or_else(|faults| panic!("{faults}"))
}

fn refused(texts: &[&str]) -> String {
    let layers =
        texts.iter().enumerate().map(|(index, text)| layer(&format!("{index}.toml"), text)).collect();
    Rulebook::layered(layers).expect_err("a fault").to_string()
}

fn builtin() -> Rulebook {
    Rulebook::builtin().unwrap_or_else(|faults| panic!("{faults}"))
}

#[test]
fn a_layer_changes_only_the_keys_that_it_writes() {
    let (before, after) =
        (builtin(), with(&["[[criterion]]\nid = \"many-services\"\ndemands.service-discovery.weight = 7\n"]));
    let index = before.criteria().iter().position(|criterion| criterion.id == "many-services").expect("it");
    let (old, new) = (&before.criteria()[index], &after.criteria()[index]);
    let changed: Vec<_> = old.demands.iter().zip(&new.demands).filter(|(old, new)| old != new).collect();
    assert!(
        matches!(changed.as_slice(), [(old, new)] if old.level == new.level && new.weight == 7),
        "{changed:?}"
    );
    assert_eq!((&old.statement, &old.when, &old.sources), (&new.statement, &new.when, &new.sources));
    assert_eq!(before.platforms(), after.platforms());
    assert_eq!(before.aspects(), after.aspects());
    assert_eq!(before.cases(), after.cases());
}

#[test]
fn a_condition_is_replaced_as_a_whole() {
    let after = with(&["[[criterion]]\nid = \"many-services\"\nwhen = { teams = { above = 3 } }\n"]);
    let criterion = after.criteria().iter().find(|criterion| criterion.id == "many-services").expect("it");
    assert_eq!(criterion.when.questions(), [after.question("teams").expect("a question")]);
}

#[test]
fn constants_levels_texts_and_options_can_be_changed() {
    let after = with(&[
        "constants.effort-price.value = 3\n[[aspect]]\nid = \"secrets\"\ncells.k3s = { level = 1, label = \"Own\" }\n\
         [[question]]\nid = \"purpose\"\n[[question.option]]\nid = \"prototype\"\nlabel = \"A pilot\"\n",
    ]);
    assert_eq!(after.effort_price().value, 3);
    assert_eq!(after.effort_price().because, builtin().effort_price().because);
    let k3s = after.platform("k3s").expect("a platform");
    let cell = &after.aspects().iter().find(|aspect| aspect.id == "secrets").expect("an aspect").cells[k3s];
    assert_eq!((cell.level, cell.label.as_str()), (1, "Own"));
    let purpose = &after.questions()[after.question("purpose").expect("a question")];
    let labels: Vec<&str> = purpose.options().iter().map(|option| option.label.as_str()).collect();
    assert_eq!((labels.len(), labels.contains(&"A pilot")), (4, true));
}

#[test]
fn what_describes_another_level_goes_with_it() {
    let own = |text: &str| {
        let after = with(&[text]);
        let k3s = after.platform("k3s").expect("a platform");
        after.aspects().iter().find(|aspect| aspect.id == "secrets").expect("an aspect").cells[k3s].clone()
    };
    let before = own("");
    let bare = own("[[aspect]]\nid = \"secrets\"\ncells.k3s.level = 1\n");
    assert_eq!(
        (bare.level, bare.label.as_str(), bare.note.as_str()),
        (1, "Manual", "Your own rules rate it manual.")
    );
    assert_eq!((bare.claimed, bare.remedy, bare.sources), (None, None, Vec::new()));
    let told =
        own("[[aspect]]\nid = \"secrets\"\ncells.k3s = { level = 1, label = \"Own\", note = \"Ours.\" }\n");
    assert_eq!((told.label.as_str(), told.note.as_str()), ("Own", "Ours."));
    let same = own(&format!("[[aspect]]\nid = \"secrets\"\ncells.k3s.level = {}\n", before.level));
    assert_eq!(same, before, "it is the level that it has");
    let named = own("[[aspect]]\nid = \"secrets\"\ncells.k3s.label = \"Own\"\n");
    assert_eq!(
        (named.level, &named.note),
        (before.level, &before.note),
        "another name says nothing of the level"
    );
    let liked =
        with(&["[[platform]]\nid = \"own\"\nlike = \"k3s\"\nname = \"Own\"\ncells.secrets.level = 1\n"]);
    let at = liked.platform("own").expect("a platform");
    let secrets = liked.aspects().iter().find(|aspect| aspect.id == "secrets").expect("an aspect");
    assert_eq!((secrets.cells[at].level, secrets.cells[at].label.as_str()), (1, "Manual"));
}

#[test]
fn a_platform_that_is_like_another_differs_only_in_what_it_says() {
    let after = with(&[POLICY]);
    let (own, model) =
        (after.platform("openshift").expect("own"), after.platform("given-cluster").expect("model"));
    for aspect in after.aspects() {
        let (own, model) = (&aspect.cells[own], &aspect.cells[model]);
        match aspect.id.as_str() {
            "secrets" => assert_eq!((own.level, own.label.as_str()), (4, "Vault")),
            id => assert_eq!((own.level, &own.note), (model.level, &model.note), "{id}"),
        }
    }
    assert_eq!(after.platforms()[own].effort, after.platforms()[model].effort);
    assert!(after.platforms()[own].aliases.is_empty());
    for criterion in after.criteria() {
        let same = criterion.removes.contains(&own) == criterion.removes.contains(&model);
        assert_eq!(same, criterion.id != "no-given-cluster", "{}", criterion.id);
    }
    // The name was an alias of another platform.
    assert_ne!(after.platform("openshift"), after.platform("supported-kubernetes"));
}

#[test]
fn a_duty_is_changed_once_for_all_platforms_that_name_it() {
    let after = with(&["[[duty]]\nid = \"image-first\"\ntext = \"Ask the platform team for an image.\"\n\
         [[platform]]\nid = \"own\"\nlike = \"k3s\"\nname = \"Own\"\n"]);
    let told = |id: &str| {
        let platform = &after.platforms()[after.platform(id).expect("a platform")];
        platform.takes_on.iter().filter(|claim| claim.text == "Ask the platform team for an image.").count()
    };
    assert_eq!([told("k3s"), told("own"), told("compose"), told("slurm")], [1, 1, 1, 0]);
    let slip = refused(&["[[platform]]\nid = \"k3s\"\nduties = [\"image-frist\"]\n"]);
    assert!(slip.contains("`image-frist`") && slip.contains("image-first"), "{slip}");
    let used = refused(&["remove = [\"duty.image-first\"]"]);
    assert!(used.contains("it is used by platform.docker"), "{used}");
}

#[test]
fn later_layers_change_what_earlier_ones_add() {
    let after = with(&[
        POLICY,
        "[[platform]]\nid = \"openshift\"\neffort = 7\n[[platform]]\nid = \"okd\"\nlike = \"openshift\"\nname = \"OKD\"\n",
    ]);
    let effort = |id: &str| after.platforms()[after.platform(id).expect("a platform")].effort;
    assert_eq!((effort("openshift"), effort("okd")), (7, 7));
    let secrets = after.aspects().iter().find(|aspect| aspect.id == "secrets").expect("an aspect");
    assert_eq!(secrets.cells[after.platform("okd").expect("it")].label, "Vault");
}

#[test]
fn a_removed_platform_goes_with_all_that_is_said_of_it() {
    let before = builtin();
    for platform in before.platforms() {
        let removal = format!("remove = [\"platform.{}\"]", platform.id);
        let Ok(after) = Rulebook::layered(vec![layer("l.toml", &removal)]) else {
            // Nothing else is left at a site, or where everything else is ruled out.
            let said = refused(&[&removal]);
            let shows = format!("it comes of platform.{} (removed), and shows at rules/", platform.id);
            assert!(said.contains("some answers leave no platform at all"), "{said}");
            assert!(said.contains("0.toml:1:1") && said.contains(&shows), "{said}");
            continue;
        };
        assert_eq!(after.platform(&platform.id), None);
        assert_eq!(after.platforms().len() + 1, before.platforms().len(), "{}", platform.id);
    }
    let after = with(&["remove = [\"platform.given-cluster\"]"]);
    assert!(
        !after.criteria().iter().any(|criterion| criterion.id == "no-given-cluster"),
        "it ruled out nothing else"
    );
    assert_eq!(after.changes().len(), 1);
    assert_eq!(after.changes()[0].act, Act::Removes);
}

#[test]
fn a_part_of_an_item_can_be_removed_and_an_item_defined_anew() {
    let after = with(&[
        "remove = [\"criterion.many-services.demands.service-discovery\", \"criterion.solo-developer\"]\n\
        [[criterion]]\nid = \"solo-developer\"\nside = \"overkill\"\nstatement = \"Alone\"\nwhen = { developers = 1 }\neffort = 1\nbecause = \"b\"\n",
    ]);
    let find = |id: &str| after.criteria().iter().find(|criterion| criterion.id == id).expect("a criterion");
    assert_eq!(find("many-services").demands.len(), 1);
    assert_eq!(
        (find("solo-developer").statement.as_str(), find("solo-developer").nuance.as_ref()),
        ("Alone", None)
    );
}

#[test]
fn a_constraint_without_a_condition_always_holds() {
    let after = with(&[
        "[[criterion]]\nid = \"no-swarm\"\nside = \"constraint\"\nstatement = \"No Swarm\"\nremoves = [\"swarm\"]\nbecause = \"b\"\n",
    ]);
    let assessment = assess(&after, Answers::none(&after).readings(&after));
    assert!(!assessment.standings[after.platform("swarm").expect("it")].is_available());
    assert!(
        refused(&[
            "[[criterion]]\nid = \"x\"\nside = \"overkill\"\nstatement = \"s\"\neffort = 1\nbecause = \"b\"\n"
        ])
        .contains("lacks `when`")
    );
}

#[test]
fn a_layer_lies_on_a_rulebook_of_its_own_as_well() {
    let broker = include_str!("../corpus/rules/broker.toml");
    let after = with(&[broker, "extends = \"broker\"\nconstants.effort-price.value = 9\n"]);
    assert_eq!((after.name(), after.effort_price().value), ("broker", 9));
    assert_eq!(
        (after.full_name().as_str(), after.full_version().as_str()),
        ("broker + 1", &*format!("{} + -", after.version()))
    );
    assert!(refused(&["extends = false\n"]).contains("lacks `schema`"));
    // What is wrong beneath is told as it is.
    let spoiled =
        broker.replacen("group = \"all\"", "group = \"al\"", 1).replacen("effort = 1\n", "effort = -1\n", 1);
    let said = refused(&[&spoiled, "extends = \"broker\"\nconstants.effort-price.value = 9\n"]);
    assert!(
        said.contains("did you mean `all`?")
            && said.contains("`effort` is -1")
            && !said.contains("it comes of"),
        "{said}"
    );
    assert!(refused(&["extends = 3\n"]).contains("`extends` must be false or the name of a rulebook"));
    assert!(refused(&["schema = \"needk8s.rulebook/9\"\n"]).contains("0.toml:1:10"));
}

/// The shipped rules and a layer, written as one file, are the same rules.
#[test]
fn what_is_exported_as_toml_can_be_read_again_and_gives_the_same_results() {
    for (what, rulebook) in [("built in", builtin()), ("layered", with(&[POLICY, STARTER_RENAMED]))] {
        let again = Rulebook::layered(vec![layer("whole.toml", &rulebook.as_toml())]);
        let again = again.unwrap_or_else(|faults| panic!("{what}: {faults}"));
        assert_eq!(again.layers(), [], "{what}");
        assert_eq!(
            (again.name(), again.version()),
            (&*rulebook.full_name(), &*rulebook.full_version()),
            "{what}"
        );
        assert_eq!(again.questions(), rulebook.questions(), "{what}");
        for (again, once) in again.criteria().iter().zip(rulebook.criteria()) {
            assert_eq!(again, once, "{what}");
        }
        assert_eq!(again.criteria().len(), rulebook.criteria().len(), "{what}");
        assert_eq!(again.platforms(), rulebook.platforms(), "{what}");
        assert_eq!(again.aspects(), rulebook.aspects(), "{what}");
        assert_eq!(again.cases(), rulebook.cases(), "{what}");
        assert_eq!((again.bands(), again.exceptions()), (rulebook.bands(), rulebook.exceptions()), "{what}");
        assert_eq!(
            (again.problems(), again.steps(), again.sources()),
            (rulebook.problems(), rulebook.steps(), rulebook.sources()),
            "{what}"
        );
        assert_eq!(again.as_toml().lines().count(), rulebook.as_toml().lines().count(), "{what}");
    }
}

/// A second layer that changes what the first one adds.
const STARTER_RENAMED: &str = "[[question]]\nid = \"data-at-home\"\nhelp = \"Ask.\"\n[[criterion]]\nid = \"strict-compliance\"\ndemands.policy-audit.weight = 3\n";

#[test]
fn every_item_says_where_it_was_written_and_what_changed_it() {
    let rulebook = with(&[POLICY, STARTER_RENAMED]);
    let items = rulebook.items();
    let find =
        |kind: &str, id: &str| items.iter().find(|item| item.kind == kind && item.id == id).expect("an item");
    let openshift = find("platform", "openshift");
    assert_eq!((openshift.added_by, openshift.like.as_deref()), (Some(0), Some("given-cluster")));
    let (file, line) = openshift.at;
    assert_eq!(rulebook.files()[file].text.lines().nth(line), Some("id = \"openshift\""));
    let question = find("question", "data-at-home");
    assert_eq!((question.added_by, question.changes.len()), (Some(0), 1));
    let compliance = find("criterion", "strict-compliance");
    assert_eq!((compliance.added_by, compliance.changes[0].layer), (None, 1));
    // Every item of the shipped rules stands at the line that it says.
    for item in builtin().items() {
        let file = &builtin_files()[item.at.0];
        let from: String = file.text.lines().skip(item.at.1 - 1).take(2).collect::<Vec<_>>().join(" ");
        assert!(
            from.contains(&format!("\"{}\"", item.id)),
            "{}.{} is not at {}:{}: {from}",
            item.kind,
            item.id,
            file.name,
            item.at.1
        );
    }
}

#[test]
fn the_starter_is_a_layer_that_works() {
    let rulebook = with(&[STARTER]);
    assert_eq!(rulebook.layers()[0].named(), "acme-policy 1.0");
    let names: Vec<String> = rulebook.changes().iter().map(needk8s::rulebook::Change::name).collect();
    assert_eq!(
        names,
        [
            "source.acme-policy",
            "question.data-at-home",
            "platform.openshift",
            "criterion.no-services-abroad",
            "criterion.no-swarm",
            "criterion.strict-compliance",
        ]
    );
}

#[test]
fn a_source_is_never_what_moves_a_result() {
    let text = "[[source]]\nid = \"own\"\ntitle = \"Own\"\nchecked = \"own\"\n[[platform]]\nid = \"openshift\"\nlike = \"given-cluster\"\n\
                name = \"OpenShift\"\nnot-removed-by = [\"no-given-cluster\"]\nsources = [\"own\"]\n";
    let program = Program::new().file("own.toml", text);
    let run = program.run("--rules own.toml --purpose production --services 9 --operations part-time").ok();
    let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("Your policy (own) moved") && said.contains(": platform.openshift."), "{said}");
    let run = program.run("rules diff built-in own.toml").ok();
    assert!(run.stdout.contains(" by platform.openshift (own.toml:"), "{}", run.stdout);
}

#[test]
fn what_moved_a_result_is_the_same_when_it_is_tried() {
    let rulebook = with(&[POLICY, STARTER_RENAMED]);
    let policy = needk8s::policy::Policy::new(&rulebook).expect("layers");
    let answers = |given: &[(&str, &str)]| {
        let mut answers = Answers::none(&rulebook);
        for (id, value) in given {
            let question = rulebook.question(id).expect("a question");
            let value = rulebook.questions()[question].parse(value).expect("an answer");
            answers.add(question, Given { value, origin: Origin::Prompt });
        }
        answers
    };
    let moved = |given: &[(&str, &str)]| {
        let answers = answers(given);
        policy.moved(&answers, &assess(&rulebook, answers.readings(&rulebook)))
    };
    let base = [
        ("services", "9"),
        ("purpose", "production"),
        ("developers", "6"),
        ("location", "one-cloud"),
        ("teams", "1"),
    ];
    let home = [&base[..], &[("data-at-home", "true")]].concat();
    let by: Vec<String> =
        moved(&home).expect("moved").by.iter().map(needk8s::rulebook::Change::name).collect();
    // Without any of these it would be another verdict, and the others may as well be missing.
    assert!(
        by.contains(&"platform.openshift".to_owned())
            && !by.contains(&"criterion.strict-compliance".to_owned()),
        "{by:?}"
    );
    assert_eq!(
        moved(&[
            ("location", "one-server"),
            ("services", "1"),
            ("developers", "1"),
            ("purpose", "personal"),
            ("given", "forbidden")
        ]),
        None
    );
}

#[test]
fn rules_are_named_by_a_flag_else_the_environment_else_the_record() {
    let named = |program: &Program, args: &str| {
        program.run(&format!("{args} --services 3 --format json")).ok().json()["rulebook"]["layers"][0]["name"].clone()
    };
    let small = |name: &str| format!("name = \"{name}\"\nconstants.effort-price.value = 3\n");
    let program = Program::new()
        .file("a.toml", small("flag"))
        .file("b.toml", small("variable"))
        .file("c/c.toml", small("record"));
    assert_eq!(named(&program, ""), serde_json::Value::Null);
    let program = program.file("needk8s.toml", "rules = [\"c\"]\n[answers]\nteams = 1\n");
    assert_eq!(named(&program, ""), "record");
    let program = program.set("NEEDK8S_RULES", "b.toml");
    assert_eq!(named(&program, ""), "variable");
    assert_eq!(named(&program, "--rules a.toml"), "flag");
    let several = program.run("--rules a.toml --rules=b.toml --services 3 --format json").ok().json();
    assert_eq!(several["rulebook"]["layers"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_record_names_rules_in_its_own_repository_only() {
    let record = |rules: &str| format!("rules = {rules}\n[answers]\nservices = 3\n");
    let program = |rules: &str| {
        Program::new()
            .file("secret.toml", "token = \"CANARY\"\n")
            .file("repo/.git/HEAD", "")
            .file("repo/policy.toml", "constants.effort-price.value = 3\n")
            .file("repo/app/needk8s.toml", record(rules))
    };
    let ok = program("[\"../policy.toml\"]").run("-C repo/app --format json").ok().json();
    assert_eq!(ok["rulebook"]["layers"][0]["name"], "policy");
    for (rules, words) in [
        ("[\"../../secret.toml\"]", "leads out"),
        ("[\"/etc/passwd\"]", "names paths from its own folder"),
        ("[\"missing\"]", "No such file"),
        ("\"policy.toml\"", "`rules` must be a list of paths"),
        ("[3]", "must be a text"),
    ] {
        let program = program(rules);
        for command in ["", "check", "learn"] {
            let run = program.run(&format!("-C repo/app {command}"));
            run.refused(&["needk8s.toml:1:", words]);
            assert!(!run.stderr.contains("CANARY"), "{}", run.stderr);
        }
    }
    #[cfg(unix)]
    {
        let program = program("[\"link.toml\"]");
        std::os::unix::fs::symlink(program.path("secret.toml"), program.path("repo/app/link.toml"))
            .expect("a link");
        let run = program.run("-C repo/app");
        run.refused(&["leads out"]);
        assert!(!run.stderr.contains("CANARY"), "{}", run.stderr);
    }
}

#[test]
fn a_record_keeps_the_rules_that_it_was_decided_by() {
    let answers = "--purpose production --services 9 --developers 6 --location one-cloud --operations part-time --compliance some \
        --budget normal --uptime 99 --teams 1 --autoscaling=no --recovery by-hand --deploys brief-gap --workloads web --given none \
        --data-at-home";
    let program = Program::new().file("policy.toml", POLICY);
    program.run(&format!("--rules policy.toml {answers} --save -q")).ok();
    let record = program.read("needk8s.toml");
    for line in [
        "rules = [\"policy.toml\"]",
        "rulebook = \"needk8s + acme-policy\"",
        "version = \"2.0.0 + 1.2\"",
        "digest = \"",
    ] {
        assert!(record.contains(line), "{line}: {record}");
    }
    program.run("--save -q").ok();
    assert_eq!(program.read("needk8s.toml"), record, "what is recorded again is the same");
    // Other rules that turn the verdict are said to have.
    let heavier = POLICY.replace("not-removed-by", "effort = 9\nnot-removed-by");
    let program = program.file("policy.toml", heavier);
    let run = program.run("check");
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("the files of needk8s + acme-policy 2.0.0 + 1.2 are others"),
        "{}",
        run.stderr
    );
    let out_of_reach = Program::new().file("policy.toml", POLICY).file("repo/.git/HEAD", "");
    let run = out_of_reach.run(&format!("-C repo --rules ../policy.toml {answers} --save -q")).ok();
    assert!(run.stderr.contains("The record does not name ../policy.toml"), "{}", run.stderr);
}

#[test]
fn a_layer_is_bounded_as_any_file_of_a_stranger() {
    let huge = vec![b'#'; 50 << 20];
    Program::new()
        .file("huge.toml", huge)
        .run("--rules huge.toml")
        .refused(&["huge.toml is larger than 4 MiB"]);
    let half = "# a comment of some words\n".repeat(90_000);
    Program::new()
        .file("a.toml", &half)
        .file("b.toml", &half)
        .run("--rules a.toml --rules b.toml")
        .refused(&["the rule files of all layers up to b.toml have more than 4 MiB together"]);
    let platforms: String = (0..60)
        .map(|index| format!("[[platform]]\nid = \"p{index}\"\nlike = \"compose\"\nname = \"P{index}\"\n"))
        .collect();
    Program::new()
        .file("many.toml", platforms)
        .run("--rules many.toml")
        .refused(&["the rulebook has 78 platforms, at most 60 are weighed"]);
    let crowd: String = (0..8_000)
        .map(|index| format!("[[platform]]\nid = \"p{index}\"\nlike = \"compose\"\nname = \"P\"\n"))
        .collect();
    Program::new()
        .file("crowd.toml", crowd)
        .run("--rules crowd.toml")
        .refused(&["there are more than 4000 of platform"]);
    let keys: String = (0..1_001).map(|index| format!("k{index} = 1\n")).collect();
    Program::new()
        .file("keys.toml", keys)
        .run("--rules keys.toml")
        .refused(&["keys.toml:", "a table has more than 1000 keys"]);
    let name = format!("[[platform]]\nid = \"p\"\nlike = \"compose\"\nname = \"{}\"\n", "n".repeat(301));
    Program::new()
        .file("name.toml", name)
        .run("--rules name.toml")
        .refused(&["name.toml:4:", "`name` is longer than 300 characters"]);
    let criteria: String = (0..330)
        .map(|index| {
            let when = format!("when = {{ services = {{ above = {index} }} }}");
            format!("[[criterion]]\nid = \"c{index}\"\nside = \"overkill\"\nstatement = \"s\"\nbecause = \"b\"\neffort = 1\n{when}\n")
        })
        .collect();
    Program::new().file("weigh.toml", criteria).run("--rules weigh.toml").refused(&[
        "weigh.toml:1:",
        "at most 400 are weighed",
        "it comes of the layers together",
    ]);
    Program::new().file("bytes.toml", b"name = \"\xff\"").run("--rules bytes.toml").refused(&["not UTF-8"]);
    let run =
        Program::new().file("steer.toml", "name = \"\\u001b[31m\"\n").run("--rules steer.toml --services 3");
    run.refused(&["steer.toml:1:8", "control character"]);
}

#[test]
fn a_scan_goes_by_the_scan_file_of_the_last_layer_that_has_one() {
    let program = Program::new()
        .file("compose.yaml", "services:\n  web: {build: .}\n")
        .file("team/policy.toml", "constants.effort-price.value = 3\n");
    let answers = |program: &Program| {
        program.run("--rules team scan --format json").ok().json()["answers"].as_array().map(Vec::len)
    };
    assert_ne!(answers(&program), Some(0), "the built-in one counts");
    let program = program.file("team/scan.toml", "[paths]\n");
    let run = program.run("--rules team scan --format json");
    assert!(run.code == 0 || run.stderr.contains("scan.toml"), "{run:?}");
}

/// An editor that completes by the schema finds no fault in what is shipped, and the schema finds those that are there.
#[test]
fn the_published_schema_accepts_all_shipped_files_and_refuses_slips() {
    let schema = Program::new().run("rules schema").ok().stdout;
    let schema = crate::json::schema(&schema);
    let json = |text: &str| -> serde_json::Value {
        let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}"));
        serde_json::to_value(table).expect("JSON")
    };
    let files = builtin_files().into_iter().chain([needk8s::builtin::builtin_scan_file()]);
    for file in files {
        crate::json::hold(&schema, &json(&file.text), &file.name);
    }
    crate::json::hold(&schema, &json(STARTER), "the starter");
    crate::json::hold(&schema, &json(POLICY), "a layer");
    crate::json::hold(&schema, &json(&builtin().as_toml()), "the export");
    for wrong in [
        "[[criterion]]\nid = \"x\"\nefort = 3\n",
        "[[criterion]]\nid = \"x\"\neffort = \"3\"\n",
        "[[criterion]]\nid = \"x\"\nside = \"overkil\"\n",
        "[[criterion]]\neffort = 3\n",
        "[[criterion]]\nid = \"x\"\ndemands.secrets.level = 9\n",
        "[[criterion]]\nid = \"x\"\nwhen = { services = { over = 5 } }\n",
        "[[platform]]\nid = \"Not An Id\"\n",
        "[[platforms]]\nid = \"x\"\n",
        "removes = [\"x\"]\n",
    ] {
        assert!(!schema.is_valid(&json(wrong)), "{wrong}");
    }
}

#[test]
fn the_policy_of_the_readme_is_the_one_that_is_tried() {
    let policy = include_str!("../policies/acme.toml");
    assert!(include_str!("../../README.md").contains(&format!("```toml\n{policy}```\n")));
    let rulebook = with(&[policy]);
    let changes: Vec<String> = rulebook.changes().iter().map(needk8s::rulebook::Change::name).collect();
    assert_eq!(
        changes,
        ["platform.openshift", "criterion.no-services-abroad", "criterion.strict-compliance"]
    );
}

/// Every format says by which rules a result was made, and what they have moved.
#[test]
fn every_format_names_the_layers_and_what_they_have_moved() {
    let program = Program::new()
        .file("acme.toml", include_str!("../policies/acme.toml"))
        .file("a.toml", include_str!("../cases/mid-size-saas.toml"));
    let said = "Your policy (acme-policy 1.0) moved this from not yet to essential: platform.openshift and criterion.no-services-abroad.";
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").replace('\\', "");
    let run = |args: &str| program.run(&format!("--rules acme.toml --answers a.toml {args}")).ok().stdout;
    let json: serde_json::Value = serde_json::from_str(&run("--format json")).expect("JSON");
    crate::json::hold(
        &crate::json::schema(include_str!("../schema/assessment.schema.json")),
        &json,
        "layered",
    );
    assert_eq!(json["policy"]["text"], said);
    assert_eq!(json["policy"]["from"]["verdict"], "not-yet");
    assert_eq!(
        json["policy"]["by"],
        serde_json::json!(["platform.openshift", "criterion.no-services-abroad"])
    );
    let layer = &json["rulebook"]["layers"][0];
    let digest = layer["digest"].as_str().expect("a digest");
    assert_eq!((&layer["name"], &layer["version"]), (&"acme-policy".into(), &"1.0".into()));
    for (format, has_digest) in
        [("", false), ("-v", true), ("--format markdown", true), ("--format html", true)]
    {
        let text = plain(&run(format));
        assert!(text.contains(said), "{format}: {text}");
        assert_eq!(text.contains(digest), has_digest, "{format}");
        assert_eq!(text.contains("needk8s 2.0.0 + acme-policy 1.0"), has_digest, "{format}");
    }
    let same = program.run("--rules acme.toml --answers a.toml --format json").ok().stdout;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&same).expect("JSON"), json);
}

#[test]
fn the_file_to_begin_with_works_as_it_is_and_is_never_written_over() {
    let program = Program::new();
    let run = program.run("rules init").ok();
    assert_eq!(run.stderr, "Written to policy.toml. Edit it, then: needk8s --rules policy.toml\n");
    assert_eq!(program.read("policy.toml"), STARTER);
    program.run("rules init").refused(&["policy.toml exists; it is not overwritten"]);
    program.run("rules init team").ok();
    program.run("rules init team/other.toml").ok();
    program.run("rules init team").refused(&["team/policy.toml exists"]);
    program.run("rules init policy.toml/x").refused(&["cannot make the folder policy.toml/x"]);
    assert_eq!(program.read("team/policy.toml"), program.read("team/other.toml"));
    let result = program.run("--rules policy.toml --services 9 --data-at-home --format json").ok().json();
    assert_eq!(result["rulebook"]["layers"][0]["name"], "acme-policy");
    assert!(
        result["answers"].as_array().expect("answers").iter().any(|answer| answer["id"] == "data-at-home")
    );
}

#[test]
fn what_there_is_comes_as_json_as_well() {
    let program = Program::new().file("p.toml", POLICY).file("q.toml", "remove = [\"platform.swarm\"]\n");
    let list = program.run("--rules p.toml --rules q.toml rules list platform --format json").ok().json();
    let schema = crate::json::schema(include_str!("../schema/rules.schema.json"));
    crate::json::hold(&schema, &list, "a list");
    let items = list["items"].as_array().expect("items");
    assert_eq!(
        (items.len(), &list["removed"][0]["id"], &list["removed"][0]["file"]),
        (18, &"swarm".into(), &"q.toml".into())
    );
    let own = items.iter().find(|item| item["id"] == "openshift").expect("it");
    assert_eq!(
        (&own["layer"], &own["like"], &own["file"]),
        (&"acme-policy".into(), &"given-cluster".into(), &"p.toml".into())
    );
    let shown = program.run("--rules p.toml rules show platform.openshift --format json").ok().json();
    crate::json::hold(&schema, &shown, "an item");
    let toml = shown["items"][0]["toml"].as_str().expect("TOML");
    let table: toml::Table = toml.parse().expect("TOML");
    assert_eq!(table["platform"][0]["family"].as_str(), Some("kubernetes"));
}

/// Editors and code hosts get what is wrong in formats of theirs, as the result of a command that works with rules.
#[test]
fn faults_come_as_json_and_as_sarif_for_commands_that_work_with_rules() {
    let program = Program::new().file("p.toml", "# ä\n[[criterion]]\nid = \"many-servces\"\neffort = 1\n");
    let run = program.run("--rules p.toml rules list --format json");
    assert_eq!((run.code, run.stderr.as_str()), (2, ""));
    let faults = crate::json::schema(include_str!("../schema/faults.schema.json"));
    crate::json::hold(&faults, &run.json(), "faults");
    let place = run.json()["findings"][0]["place"].clone();
    assert_eq!(
        place,
        serde_json::json!({ "file": "p.toml", "line": 3, "column": 6, "end_line": 3, "end_column": 20 })
    );
    let run = program.run("rules --rules p.toml show x --format=sarif");
    assert_eq!((run.code, run.stderr.as_str()), (2, ""));
    crate::json::hold(
        &crate::json::schema(include_str!("../schema/sarif-2.1.0.schema.json")),
        &run.json(),
        "faults",
    );
    // For everybody else they are words.
    program.run("--rules p.toml --services 3 --format json").refused(&["did you mean `many-services`?"]);
    program.run("--rules p.toml rules list").refused(&["p.toml:3:6"]);
    let record = Program::new().file("needk8s.toml", "rules = 3\n[answers]\nservices = 1\n");
    assert_eq!(record.run("rules list --format json").json()["findings"][0]["place"]["line"], 1);
}

#[test]
fn a_slip_at_the_top_of_a_layer_is_told_which_key_was_meant() {
    let said = refused(&["remov = [\"platform.swarm\"]\n"]);
    assert!(said.contains("there is no key in the file `remov`"), "{said}");
    assert!(said.contains("did you mean `remove`?"), "{said}");
}
