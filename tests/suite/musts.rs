//! A must is not for sale: on each side, what misses one stands behind whatever has all of them.

use needk8s::assessment::{Assessment, Miss, assess};
use needk8s::document::SourceFile;
use needk8s::rulebook::{Leaning, Rulebook, Value};

/// `bus` and `cart` stand against `train`; `speed` and `comfort` can be made musts.
const JOURNEY: &str = r#"
schema = "needk8s.rulebook/1"
extends = false
name = "journey"
version = "1"
title = "Do I need a train?"
subject = "rail"
constants.effort-price = { value = 1, because = "b" }
constants.shortfall-price = { value = 1, because = "b" }
sides.with = { id = "rail", name = "a train", case = "c" }
sides.without = { id = "road", name = "the road", case = "c" }
sides.hedge = { id = "either", name = "either", case = "c" }
group = [{ id = "all", title = "All" }]
family = [{ id = "road", name = "Road" }, { id = "rail", name = "Rail" }]

[[band]]
id = "road"
name = "n"
side = "road"
at-most = -1
headline = "h"
meaning = "m"
because = "b"
[[band]]
id = "either"
name = "n"
side = "either"
at-least = 0
at-most = 0
headline = "h"
meaning = "m"
because = "b"
[[band]]
id = "rail"
name = "n"
side = "rail"
at-least = 1
headline = "h"
meaning = "m"
because = "b"

[[question]]
id = "speed"
group = "all"
name = "n"
prompt = "p"
help = "h"
why = "w"
kind = "flag"
say = { yes = "it must be fast", no = "it need not be fast" }
[[question]]
id = "comfort"
group = "all"
name = "n"
prompt = "p"
help = "h"
why = "w"
kind = "flag"
say = { yes = "it must be comfortable", no = "it need not be comfortable" }
[[question]]
id = "driver"
group = "all"
name = "n"
prompt = "p"
help = "h"
why = "w"
kind = "flag"
say = { yes = "somebody drives the bus", no = "nobody drives the bus" }

[[platform]]
id = "cart"
name = "a cart"
family = "road"
effort = 1
summary = "s"
effort-because = "b"
[[platform]]
id = "bus"
name = "a bus"
family = "road"
effort = 3
summary = "s"
effort-because = "b"
[[platform]]
id = "train"
name = "a train"
family = "rail"
effort = 5
summary = "s"
effort-because = "b"

[[aspect]]
id = "speed"
name = "speed"
rated = "r"
cells.cart = { level = 1, label = "l", note = "n" }
cells.bus = { level = 3, label = "l", note = "n" }
cells.train = { level = 4, label = "l", note = "n" }
[[aspect]]
id = "comfort"
name = "comfort"
rated = "r"
cells.cart = { level = 0, label = "l", note = "n" }
cells.bus = { level = 1, label = "l", note = "n" }
cells.train = { level = 4, label = "l", note = "n" }

[[criterion]]
id = "fast"
side = "essential"
statement = "s"
when = { speed = true }
because = "b"
musts = { speed = 3 }
demands = { speed = { level = 4, weight = 1 } }
[[criterion]]
id = "comfortable"
side = "essential"
statement = "s"
when = { comfort = true }
because = "b"
musts = { comfort = 3 }
demands = { comfort = { level = 3, weight = 1 } }
[[criterion]]
id = "driven"
side = "capacity"
statement = "s"
when = { driver = true }
because = "b"
familiarity = { road = -1, bus = -2 }
[[criterion]]
id = "nobody-is-known-to-drive"
side = "capacity"
statement = "s"
when = { unless = { driver = true } }
because = "b"
familiarity = { bus = 1 }
"#;

fn journey(answers: &[(&str, bool)]) -> (Rulebook, Assessment) {
    let file = SourceFile::new("journey.toml", JOURNEY);
    let rulebook = Rulebook::parse(vec![file]).unwrap_or_else(|faults| panic!("{faults}"));
    let answer = |question: usize| {
        let id = &rulebook.questions()[question].id;
        answers.iter().find(|(asked, _)| asked == id).map(|(_, answer)| Value::Flag(*answer))
    };
    let assessment = assess(&rulebook, rulebook.readings(answer));
    (rulebook, assessment)
}

fn names(rulebook: &Rulebook, platforms: &[usize]) -> Vec<String> {
    platforms.iter().map(|platform| rulebook.platforms()[*platform].id.clone()).collect()
}

#[test]
fn what_misses_a_must_stands_behind_what_has_it_however_cheap_it_is() {
    let (rulebook, assessment) = journey(&[("speed", true), ("driver", false)]);
    let cheaper = assessment.standings[0].burden < assessment.standings[1].burden;
    assert!(cheaper, "the cart has the least burden");
    assert_eq!(names(&rulebook, &assessment.ranking), ["bus", "train", "cart"]);
    assert_eq!(names(&rulebook, &[assessment.best_without, assessment.recommendation]), ["bus", "bus"]);
    assert_eq!(assessment.margin, assessment.standings[1].burden - assessment.standings[2].burden);
    assert_eq!(assessment.ledger.iter().map(|term| term.points).sum::<i64>(), assessment.margin);
    assert_eq!(assessment.gives_up(), []);
    let missed = Miss { aspect: 0, level: 1, must: 3, criteria: vec![0] };
    assert_eq!(assessment.standings[0].misses, [missed]);
}

#[test]
fn where_a_whole_side_misses_a_must_its_shortfall_counts_and_what_is_given_up_is_told() {
    let (rulebook, assessment) = journey(&[("comfort", true), ("driver", true)]);
    assert_eq!(assessment.leaning(&rulebook), Leaning::Without);
    assert_eq!(names(&rulebook, &assessment.ranking), ["bus", "train", "cart"]);
    let given_up: Vec<usize> = assessment.gives_up().iter().map(|miss| miss.aspect).collect();
    assert_eq!(given_up, [1]);
}

#[test]
fn a_criterion_can_make_a_single_platform_familiar() {
    let efforts = |answers: &[(&str, bool)]| {
        let (_, assessment) = journey(answers);
        assessment.standings.iter().map(|standing| standing.effort).collect::<Vec<_>>()
    };
    assert_eq!(efforts(&[("driver", true)]), [0, 0, 5]);
    assert_eq!(efforts(&[("driver", false)]), [1, 4, 5]);
    assert_eq!(efforts(&[]), [1, 4, 5], "what is said unless something is known holds while it is not known");
}

#[test]
fn a_must_that_is_no_level_and_a_name_that_is_unknown_are_faults() {
    let faults = |from: &str, to: &str| {
        let file = SourceFile::new("journey.toml", JOURNEY.replace(from, to));
        Rulebook::parse(vec![file]).expect_err("a fault").to_string()
    };
    let told = faults("musts = { comfort = 3 }", "musts = { comfort = 5, spede = 1 }");
    assert!(told.contains("a must is a level from 1 to 4, not 5"), "{told}");
    assert!(told.contains("`speed`"), "{told}");
    let told = faults("familiarity = { bus = 1 }", "familiarity = { buss = 1 }");
    assert!(told.contains("family or platform") && told.contains("`bus`"), "{told}");
}
