//! The shape of rule files: every table with its keys, what each takes and refers to. Readers read by it, editors complete by
//! it, and a test holds it to what the readers ask for.

use crate::document::{Entry, Located, Node};

/// The shape of one table.
#[derive(Debug)]
pub struct Shape {
    /// What messages call it.
    pub what: &'static str,
    /// Its keys, in the order in which one would write them.
    pub keys: &'static [Key],
}

impl Shape {
    /// What its table is called, without the article: "cell".
    pub fn noun(&self) -> &'static str {
        self.what.strip_prefix("the ").unwrap_or(self.what)
    }

    /// What a key takes; nothing where there is no such key.
    pub fn takes(&self, key: &str) -> Option<Takes> {
        self.keys.iter().find(|known| known.name == key).map(|known| known.takes)
    }
}

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether a table cannot do without.
    pub required: bool,
    /// What it is for.
    pub says: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// An id of the table's own.
    Id,
    /// A text.
    Text,
    /// An address.
    Address,
    /// True or false.
    Flag,
    /// A whole number from the one to the other.
    Number(i64, i64),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// The id of an item of this kind.
    Ref(&'static str),
    /// A list of these.
    Refs(&'static str),
    /// A condition on answers.
    Condition,
    /// Answers by question.
    Answers,
    /// A table of this shape.
    Table(&'static Shape),
    /// A list of tables of this shape.
    Tables(&'static Shape),
    /// Values by the ids of these kinds.
    By(&'static [&'static str], &'static Takes),
    /// Values by words that stand for answers or levels.
    ByWord(&'static Takes),
    /// An id, a list of them, or a table that stands for some.
    Named,
    /// `false`, or the name of a rulebook.
    Extends,
}

use Takes::{
    Address, Answers, By, ByWord, Condition, Extends, Flag, Id, Named, Number, OneOf, Ref, Refs, Table,
    Tables, Text, Texts,
};

const fn key(name: &'static str, takes: Takes, says: &'static str) -> Key {
    Key { name, takes, required: true, says }
}

const fn may(name: &'static str, takes: Takes, says: &'static str) -> Key {
    Key { name, takes, required: false, says }
}

/// Figures of the rules.
const MOST: i64 = 1_000;
/// Counts and margins.
const HUGE: i64 = 1_000_000_000;

/// The keys at the head of a rulebook, beside its kinds of items.
pub const HEAD: Shape = Shape {
    what: "the file",
    keys: &[
        may("schema", Text, "The version of the shape of rule files: needk8s.rulebook/1."),
        may(
            "extends",
            Extends,
            "false: a whole rulebook of its own. Otherwise a layer on top of the rules that are built in, or of the rulebook with this name.",
        ),
        may("name", Text, "The name by which results call this rulebook or layer."),
        may("version", Text, "Its version, which results and records name."),
        may(
            "remove",
            Texts,
            "What a layer takes away: \"criterion.some-id\", \"criterion.some-id.demands.some-aspect\".",
        ),
        may("title", Text, "The question that the rulebook answers."),
        may("subject", Ref("family"), "The family of platforms that the question is about."),
        may("constants", Table(&CONSTANTS), "The numbers of the model."),
        may("sides", Table(&SIDES), "The three answers."),
        may("undecided", Table(&UNDECIDED), "What is said while too little is known."),
        may("sharing", Table(&SHARING), "What becomes of systems that share a platform."),
    ],
};

const SHARING: Shape = Shape {
    what: "sharing",
    keys: &[
        key("platform", Ref("platform"), "The platform that each of them has then."),
        key("answers", Answers, "The answers that say so."),
        may("when", Condition, "Which systems can share; all where it is left out."),
        key("called", Text, "What they share, as it is called in a sentence."),
        key("because", Text, "What the sum of sharing leaves out."),
    ],
};

const CONSTANTS: Shape = Shape {
    what: "constants",
    keys: &[
        key("effort-price", Table(&CONSTANT), "The base of what a point of effort costs a team."),
        key("shortfall-price", Table(&CONSTANT), "What a point that is missing costs."),
        may("decided-from", Table(&CONSTANT), "From which sureness, of 100, a verdict counts as decided."),
    ],
};

const CONSTANT: Shape = Shape {
    what: "constant",
    keys: &[key("value", Number(0, MOST), "The number."), key("because", Text, "Why it is this one.")],
};

const SIDES: Shape = Shape {
    what: "sides",
    keys: &[
        key("with", Table(&SIDE), "The answer with the subject."),
        key("without", Table(&SIDE), "The answer without it."),
        key("hedge", Table(&SIDE), "Either."),
    ],
};

const SIDE: Shape = Shape {
    what: "side",
    keys: &[
        key("id", Id, "The id in results."),
        key("name", Text, "Its name in a sentence."),
        key("case", Text, "The heading of the arguments for it when the verdict goes against it."),
    ],
};

const UNDECIDED: Shape = Shape {
    what: "undecided",
    keys: &[
        key("name", Text, "The name of the verdict."),
        key("headline", Text, "The answer in one line, with {possible} and {leaning}."),
        key("meaning", Text, "What it means."),
    ],
};

/// The kinds of items, each by the key of its tables, and after those that it refers to.
pub const KINDS: &[(&str, &Shape)] = &[
    ("source", &SOURCE),
    ("group", &GROUP),
    ("question", &QUESTION),
    ("duty", &DUTY),
    ("band", &BAND),
    ("family", &FAMILY),
    ("platform", &PLATFORM),
    ("aspect", &ASPECT),
    ("criterion", &CRITERION),
    ("exception", &EXCEPTION),
    ("promise", &PROMISE),
    ("problem", &PROBLEM),
    ("step", &STEP),
    ("case", &CASE),
];

/// The place of a kind after all that it refers to.
pub(super) fn position(kind: &str) -> usize {
    KINDS.iter().position(|(known, _)| *known == kind).unwrap_or(KINDS.len())
}

/// The shape of a kind of item.
pub fn kind(name: &str) -> Option<&'static Shape> {
    KINDS.iter().find(|(kind, _)| *kind == name).map(|(_, shape)| *shape)
}

const BAND: Shape = Shape {
    what: "the band",
    keys: &[
        key("id", Id, "The id of the verdict."),
        key("name", Text, "Its name."),
        key("side", Text, "The id of the side that it takes."),
        may("at-least", Number(-HUGE, HUGE), "The least margin in it; the first band has none."),
        may("at-most", Number(-HUGE, HUGE), "The greatest margin in it; the last band has none."),
        key("headline", Text, "The answer in one line, with {best}, {with} and {without} for platforms."),
        may("headline-where", Tables(&HEADLINE), "What to say instead, the first that holds."),
        key("meaning", Text, "What the verdict means."),
        key("because", Text, "Why the band ends where it does."),
    ],
};

const HEADLINE: Shape = Shape {
    what: "the headline",
    keys: &[
        key("text", Text, "The answer in one line."),
        may("when", Condition, "The answers to which it is said."),
        may("in-use", Flag, "Whether it is said only where the recommended platform is what runs today."),
        may(
            "stays",
            Flag,
            "Whether it advises to stay with what runs today, so that nothing is to be done first.",
        ),
    ],
};

const PROMISE: Shape = Shape {
    what: "the promise",
    keys: &[
        key("id", Id, "Its id."),
        key("says", Text, "The promise as a sentence."),
        may(
            "when-rises",
            Named,
            "Questions whose answer takes a step up, or an order: { location = [\"a\", \"b\"] }.",
        ),
        may(
            "when-holds",
            Named,
            "Criteria that are counted, which were not before, or { side = \"overkill\" }.",
        ),
        may("when", Condition, "The answers that it is about."),
        may("margin", OneOf(&["never-falls", "never-rises", "never-jumps"]), "What the margin does not do."),
        may("verdict", Named, "The verdicts that are possible."),
        may("recommended", OneOf(&["meets-musts"]), "What holds of what is recommended."),
        may("except", Refs("exception"), "Exceptions to a promise about the margin."),
    ],
};

const EXCEPTION: Shape = Shape {
    what: "the exception",
    keys: &[
        key("id", Id, "Its id."),
        may("questions", Refs("question"), "The questions whose answer changes; all when there are none."),
        may("when", Condition, "The answers, before or after, for which it is one."),
        may(
            "where-subject-is-lighter",
            Flag,
            "Only where the best platform with the subject takes less effort.",
        ),
        key("because", Text, "Why it is right nevertheless."),
    ],
};

const GROUP: Shape = Shape {
    what: "the group",
    keys: &[key("id", Id, "The id that questions name."), key("title", Text, "Its heading.")],
};

const QUESTION: Shape = Shape {
    what: "the question",
    keys: &[
        key("id", Id, "The id, which is also the flag and the key in answers."),
        may("aliases", Texts, "Other words for it."),
        key("group", Ref("group"), "The group that it is listed in."),
        key("name", Text, "Its name in reports."),
        key("prompt", Text, "The question itself."),
        key("help", Text, "How to answer it."),
        key("why", Text, "Why it is asked."),
        key("kind", OneOf(&["flag", "choice", "choices", "count"]), "What answers it takes."),
        may("ordered", Flag, "Whether its options go from less to more, so that they can be compared."),
        may("grows", OneOf(&["up", "down"]), "The direction in which systems grow."),
        may("detail", Flag, "Whether it is asked after others that tell as much."),
        may(
            "past",
            Flag,
            "Whether it tells of what was before the decision, of which no change is to be watched for.",
        ),
        may("kin", Flag, "Whether published decisions with quite another answer are of another kind."),
        may("option", Tables(&OPTION), "The options of a choice."),
        may("say", Table(&SAY), "The answers as clauses, with {n} for a number."),
        may("min", Number(0, HUGE), "The least number that it takes."),
        may("max", Number(1, HUGE), "The greatest number that it takes."),
        may("unit", Text, "What is counted."),
        may("share", ByWord(&Number(0, HUGE)), "How many published decisions state each answer."),
        may("stated", Number(1, HUGE), "How many published decisions state any of several options."),
        may(
            "unsaid",
            ByWord(&Number(0, HUGE)),
            "The answer that goes without saying, and how many decisions leave it unsaid.",
        ),
        may("ask-when", Condition, "When it applies; it may name earlier questions only."),
    ],
};

const OPTION: Shape = Shape {
    what: "the option",
    keys: &[
        key("id", Id, "The id, which is what flags and files say."),
        may("aliases", Texts, "Other words for it."),
        may("share", Number(0, HUGE), "How many published decisions state it."),
        key("label", Text, "The option as it is chosen from a list."),
        key("say", Text, "The answer as a clause: \"you release every day\"."),
        may("say-at-least", Text, "This option or one above it, as a clause."),
        may("say-at-most", Text, "This option or one below it, as a clause."),
        may("say-not", Text, "Any option but this one, as a clause."),
    ],
};

const SAY: Shape = Shape {
    what: "say",
    keys: &[
        may("yes", Text, "A flag that is true, as a clause."),
        may("no", Text, "A flag that is false, as a clause."),
        may("above", Text, "More than {n}."),
        may("at-most", Text, "At most {n}."),
        may("exactly", Text, "{n}."),
        may("none", Text, "0."),
        may("one", Text, "1."),
        may("above-one", Text, "More than 1."),
        may("between", Text, "From {n} to {m}."),
    ],
};

const CRITERION: Shape = Shape {
    what: "the criterion",
    keys: &[
        key("id", Id, "Its id."),
        key(
            "side",
            OneOf(&["overkill", "essential", "capacity", "constraint"]),
            "What kind of argument it is.",
        ),
        may("tutorial", Flag, "One of the criteria of the source tutorial."),
        key("statement", Text, "The statement about the situation."),
        may("when", Condition, "When it holds; a constraint without it always does."),
        may("effort", Number(-MOST, MOST), "Points added to what a point of effort costs."),
        may(
            "familiarity",
            By(&["family", "platform"], &Number(-MOST, MOST)),
            "Points added to the effort of platforms, by family or platform.",
        ),
        may("demands", By(&["aspect"], &Table(&DEMAND)), "What it asks of the platforms, by aspect."),
        may(
            "musts",
            By(&["aspect"], &Number(1, 4)),
            "Levels that the platform must have, whatever it costs, by aspect.",
        ),
        may("removes", Refs("platform"), "The platforms that a constraint rules out."),
        may("leaves", Ref("family"), "The one family that a constraint leaves."),
        key("because", Text, "What goes wrong without it, in a sentence."),
        may("nuance", Text, "Where the statement is too simple."),
        may("figures", Text, "Why its numbers are what they are."),
        may("sources", Refs("source"), "What it rests on."),
    ],
};

const DEMAND: Shape = Shape {
    what: "the demand",
    keys: &[
        key(
            "level",
            Number(1, 4),
            "The level that satisfies it: 1 manual, 2 basic, 3 built-in, 4 automatic.",
        ),
        key("weight", Number(1, MOST), "Points for each level that is missing."),
    ],
};

const FAMILY: Shape = Shape {
    what: "the family",
    keys: &[key("id", Id, "The id that platforms name."), key("name", Text, "Its name.")],
};

const PLATFORM: Shape = Shape {
    what: "the platform",
    keys: &[
        key("id", Id, "Its id."),
        key("name", Text, "Its name."),
        may("aliases", Texts, "Other names that people type."),
        may("products", Text, "The products by which people know it."),
        may("products-where", Tables(&CLAIM), "What to name instead of them, the first that holds."),
        may("in-use", Condition, "When it is what runs today."),
        may("called", Text, "Its name within a sentence, where that is another."),
        may("plural", Flag, "Whether its name is a plural."),
        key("family", Ref("family"), "The kind of platform that it is."),
        may("tutorial", Flag, "One of the columns of the source tutorial."),
        key("effort", Number(0, MOST), "What it costs to run, from 0 to 10."),
        key("summary", Text, "What it is."),
        key("effort-because", Text, "Why the effort is what it is."),
        may("duties", Refs("duty"), "What one takes on with it as with others."),
        may("takes-on", Tables(&CLAIM), "What else one takes on with it: things to do."),
        may("caveats", Tables(&CLAIM), "Licence, life cycle, limits."),
        may("sources", Refs("source"), "What it rests on."),
    ],
};

/// What a layer can say of a platform beside that.
pub const OF_LAYERS: Shape = Shape {
    what: "the platform",
    keys: &[
        may(
            "like",
            Ref("platform"),
            "The platform from which it takes whatever it does not say itself, cells and constraints included.",
        ),
        may(
            "cells",
            By(&["aspect"], &Table(&CELL)),
            "Its cells of the matrix, by aspect: those that differ.",
        ),
        may(
            "not-removed-by",
            Refs("criterion"),
            "Constraints that do not rule it out, though they do rule out the one that it is like.",
        ),
    ],
};

const SENTENCE: Key = key("text", Text, "The sentence.");
const CONCERNS: Key = may("when", Condition, "When it concerns the reader.");
const HARM: Key =
    may("harm", OneOf(&["pain", "data", "outage", "security", "convenience"]), "What comes of ignoring it.");
const HELPS: Key =
    may("helps", Refs("aspect"), "Of something to do: the aspects whose remedies it makes needless.");
const RESTS_ON: Key = may("sources", Refs("source"), "What it rests on.");

const CLAIM: Shape = Shape { what: "the claim", keys: &[SENTENCE, CONCERNS, HARM, HELPS, RESTS_ON] };

const DUTY: Shape = Shape {
    what: "the duty",
    keys: &[key("id", Id, "The id that platforms name."), SENTENCE, CONCERNS, HARM, HELPS, RESTS_ON],
};

const ASPECT: Shape = Shape {
    what: "the aspect",
    keys: &[
        key("id", Id, "Its id."),
        key("name", Text, "The name of the row."),
        key("rated", Text, "What is rated."),
        may("short-of", Text, "What lacking it means."),
        may("asks", ByWord(&Text), "What a demand of each level from 1 to 4 asks for: \"you asked for …\"."),
        may(
            "harm",
            OneOf(&["pain", "data", "outage", "security", "convenience"]),
            "What comes of lacking it and doing nothing about it.",
        ),
        may("tutorial", Flag, "One of the rows of the source tutorial."),
        may("cells", By(&["platform"], &Table(&CELL)), "One cell for every platform."),
    ],
};

const CELL: Shape = Shape {
    what: "the cell",
    keys: &[
        key("level", Number(0, 4), "0 none, 1 manual, 2 basic, 3 built-in, 4 automatic."),
        key("label", Text, "The cell in a few words."),
        may("claimed", Text, "The words of the source tutorial."),
        key("note", Text, "What is true, precisely."),
        may("remedy", Text, "How to get by on this platform."),
        may("remedy-when", Condition, "When that is worth saying."),
        may("sources", Refs("source"), "What it rests on."),
    ],
};

const PROBLEM: Shape = Shape {
    what: "the problem",
    keys: &[
        key("id", Id, "Its id."),
        key("title", Text, "Its title."),
        key("scenario", Text, "What happens."),
        key("without", Text, "How it goes without the subject."),
        key("with", Text, "How it goes with it."),
        key("remedy", Text, "The simplest remedy short of it."),
        key("commonly", Text, "What is commonly claimed."),
        may("aspects", Refs("aspect"), "The aspects that it is about."),
        may("when", Condition, "When it is the reader's own problem."),
        may("sources", Refs("source"), "What it rests on."),
    ],
};

const STEP: Shape = Shape {
    what: "the step",
    keys: &[
        key("id", Id, "Its id."),
        key("title", Text, "Its title."),
        key("covers", Text, "What it covers."),
        key("teaches", Text, "What one can do after it."),
        may("read", Tables(&PAGE), "What to read, best first."),
        may("when", Condition, "When it concerns the reader."),
        may("aspects", Refs("aspect"), "Demands on these make it needed first."),
        may("sources", Refs("source"), "What it rests on."),
    ],
};

const PAGE: Shape = Shape {
    what: "the page",
    keys: &[key("title", Text, "Its title."), may("url", Address, "Its address.")],
};

const SOURCE: Shape = Shape {
    what: "the source",
    keys: &[
        key("id", Id, "The id that claims name."),
        key("title", Text, "Its title."),
        may("url", Address, "Its address."),
        key("checked", Text, "How far it was checked."),
    ],
};

const CASE: Shape = Shape {
    what: "the case",
    keys: &[
        key("id", Id, "Its id."),
        key("who", Text, "Who decided."),
        may("year", Number(1970, 2999), "When."),
        key("title", Text, "The title of the publication."),
        may("url", Address, "Its address."),
        key("outcome", Text, "What was right: the id of a side and -right, or borderline."),
        key("confidence", OneOf(&["high", "medium", "low"]), "How sure that is."),
        may("group", Text, "Cases of one group count once."),
        key("ran", Text, "What they ran afterwards."),
        key("reason", Text, "Why it was right."),
        may("disagrees", Text, "Why the rules come to another verdict."),
        key("answers", Answers, "What the publication states."),
    ],
};

/// The items that name an item of this kind and id, as "criterion.some-id", and the head by its key.
pub(super) fn users(entries: &[Entry<'_>], of: &str, id: &str) -> Vec<String> {
    let mut users = Vec::new();
    for (kind, shape) in KINDS {
        let tables = entries.iter().filter(|entry| entry.key == *kind);
        let tables = tables.filter_map(|entry| match &entry.value.node {
            Node::List(tables) => Some(tables),
            _ => None,
        });
        for table in tables.flatten() {
            if names(shape, table, of, id) {
                let own = entry(table, "id").and_then(text).unwrap_or_default();
                users.push(format!("{kind}.{own}"));
            }
        }
    }
    for Key { name, takes, .. } in HEAD.keys {
        if entries.iter().any(|entry| entry.key == *name && takes_name(takes, &entry.value, of, id)) {
            users.push((*name).to_owned());
        }
    }
    users
}

fn names(shape: &Shape, table: &Located<'_>, of: &str, id: &str) -> bool {
    shape
        .keys
        .iter()
        .any(|key| entry(table, key.name).is_some_and(|value| takes_name(&key.takes, value, of, id)))
}

fn takes_name(takes: &Takes, value: &Located<'_>, of: &str, id: &str) -> bool {
    let is_it = |value: &Located<'_>| text(value) == Some(id);
    match (takes, &value.node) {
        (Ref(kind), _) => *kind == of && is_it(value),
        (Refs(kind), Node::List(items)) => *kind == of && items.iter().any(is_it),
        (Condition, _) => of == "question" && condition_names(value, id),
        (Table(shape), _) => names(shape, value, of, id),
        (Tables(shape), Node::List(items)) => items.iter().any(|item| names(shape, item, of, id)),
        (By(kinds, takes), Node::Table(entries)) => entries
            .iter()
            .any(|entry| (kinds.contains(&of) && entry.key == id) || takes_name(takes, &entry.value, of, id)),
        (Answers, Node::Table(entries)) => of == "question" && entries.iter().any(|entry| entry.key == id),
        _ => false,
    }
}

/// Whether a condition asks for the answer to a question.
fn condition_names(value: &Located<'_>, question: &str) -> bool {
    let Node::Table(entries) = &value.node else { return false };
    entries.iter().any(|entry| match (entry.key.as_ref(), &entry.value.node) {
        ("all" | "any", Node::List(parts)) => parts.iter().any(|part| condition_names(part, question)),
        ("not" | "unless", _) => condition_names(&entry.value, question),
        (key, _) => key == question,
    })
}

fn entry<'e, 'f>(table: &'e Located<'f>, key: &str) -> Option<&'e Located<'f>> {
    match &table.node {
        Node::Table(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
        _ => None,
    }
}

fn text<'e>(value: &'e Located<'_>) -> Option<&'e str> {
    match &value.node {
        Node::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::builtin::builtin_files;
    use crate::document::asked;
    use crate::rulebook::Rulebook;

    /// The keys of a shape and of all that stand in it, each with what messages call its table.
    fn keys(called: &str, shape: &Shape, found: &mut BTreeSet<(String, String)>) {
        for Key { name, takes, .. } in shape.keys {
            found.insert((called.to_owned(), (*name).to_owned()));
            match takes {
                Table(shape) => keys(name, shape, found),
                Tables(shape) | By(_, Table(shape)) => keys(shape.what, shape, found),
                _ => {}
            }
        }
    }

    #[test]
    fn the_shape_has_exactly_the_keys_that_readers_ask_for() {
        let asked = asked::during(|| {
            drop(Rulebook::parse(builtin_files()).unwrap_or_else(|faults| panic!("{faults}")))
        });
        let mut shaped = BTreeSet::new();
        keys(HEAD.what, &HEAD, &mut shaped);
        for (kind, shape) in KINDS {
            shaped.insert((HEAD.what.to_owned(), (*kind).to_owned()));
            keys(shape.what, shape, &mut shaped);
        }
        // What a layer takes away is read before it is put on top.
        shaped.remove(&(HEAD.what.to_owned(), "remove".to_owned()));
        let only =
            |one: &BTreeSet<(String, String)>, other| one.difference(other).cloned().collect::<Vec<_>>();
        assert_eq!(only(&asked, &shaped), [], "readers ask for these, and the shape has them not");
        assert_eq!(only(&shaped, &asked), [], "the shape has these, and no reader asks for them");
    }

    #[test]
    fn a_new_item_needs_what_its_reader_needs() {
        let files = builtin_files();
        let lacks =
            |files: Vec<_>| Rulebook::parse(files).err().map(|faults| faults.to_string()).unwrap_or_default();
        // What a criterion needs depends on its side.
        let kinds = [
            ("platform", "platforms.toml", ""),
            ("criterion", "criteria.toml", "side = \"constraint\"\n"),
            ("question", "questions.toml", ""),
        ];
        for (kind, file, given) in kinds {
            let mut files = files.clone();
            let file = files.iter_mut().find(|candidate| candidate.name.ends_with(file)).expect("the file");
            file.text.to_mut().push_str(&format!("\n[[{kind}]]\nid = \"empty\"\n{given}"));
            let said = lacks(files);
            for key in super::kind(kind).expect("a kind").keys {
                let is_said = said.contains(&format!("{kind} lacks `{}`", key.name));
                let is_given = ["id", "side"].contains(&key.name);
                assert_eq!(is_said, key.required && !is_given, "{kind}.{}: {said}", key.name);
            }
        }
    }
}
