//! Anything in the rulebook, explained: what it is, why it is so, what it rests on. And the learning path.

use super::cases::write_case;
use super::content::possible_values;
use super::phrases::{self, points};
use super::terms;
use super::text::{Ink, Layout, Page};
use crate::assessment::Assessment;
use crate::rulebook::{
    Accepts, Aspect, Band, Choice, Condition, Criterion, LEVELS, Leaning, Platform, Problem, Question,
    Rulebook, Source, Step, Test, Value,
};
use crate::text::{list, upper_first};

/// Every id that can be explained, by the kind of thing.
pub fn index(rulebook: &Rulebook) -> Vec<(&'static str, Vec<&str>)> {
    let mut index = rules(rulebook);
    index.push(("Published decisions", rulebook.cases().iter().map(|case| case.id.as_str()).collect()));
    index
}

/// The same without the published decisions, which take longer to read than all the rest.
fn rules(rulebook: &Rulebook) -> Vec<(&'static str, Vec<&str>)> {
    vec![
        ("Words of a result", terms::ids()),
        ("Questions", rulebook.questions().iter().map(|question| question.id.as_str()).collect()),
        ("Criteria", rulebook.criteria().iter().map(|criterion| criterion.id.as_str()).collect()),
        ("Aspects", rulebook.aspects().iter().map(|aspect| aspect.id.as_str()).collect()),
        ("Platforms", rulebook.platforms().iter().map(|platform| platform.id.as_str()).collect()),
        ("Problems", rulebook.problems().iter().map(|problem| problem.id.as_str()).collect()),
        ("Steps of the learning path", rulebook.steps().iter().map(|step| step.id.as_str()).collect()),
        ("Verdicts", rulebook.bands().iter().map(|band| band.id.as_str()).collect()),
        ("Sources", rulebook.sources().iter().map(|source| source.id.as_str()).collect()),
    ]
}

/// Every id that can be explained.
pub fn ids(rulebook: &Rulebook) -> Vec<&str> {
    each_once(index(rulebook))
}

/// The ids of rules: all but those of published decisions.
pub fn rule_ids(rulebook: &Rulebook) -> Vec<&str> {
    each_once(rules(rulebook))
}

fn each_once<'a>(index: Vec<(&'static str, Vec<&'a str>)>) -> Vec<&'a str> {
    let mut ids: Vec<&str> = index.into_iter().flat_map(|(_, ids)| ids).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Explains everything with this id (a question and a platform may share one), or `None` when there is nothing.
pub fn explain(rulebook: &Rulebook, id: &str, layout: Layout) -> Option<String> {
    let mut reference = Reference { rulebook, page: Page::new(layout), entries: 0 };
    if let Some(meaning) = terms::meaning(rulebook, id) {
        reference.title("word of a result", &upper_first(&id.replace('-', " ")));
        reference.page.paragraph(2, &meaning);
    }
    for question in rulebook.questions().iter().filter(|question| question.id == id) {
        reference.question(question);
    }
    for criterion in rulebook.criteria().iter().filter(|criterion| criterion.id == id) {
        reference.criterion(criterion);
    }
    for aspect in rulebook.aspects().iter().filter(|aspect| aspect.id == id) {
        reference.aspect(aspect);
    }
    if let Some(index) = rulebook.platform(id) {
        reference.platform(index, &rulebook.platforms()[index]);
    }
    for problem in rulebook.problems().iter().filter(|problem| problem.id == id) {
        reference.problem(problem);
    }
    for step in rulebook.steps().iter().filter(|step| step.id == id) {
        reference.step(step);
    }
    for band in rulebook.bands().iter().filter(|band| band.id == id) {
        reference.band(band);
    }
    for source in rulebook.sources().iter().filter(|source| source.id == id) {
        reference.source(source);
    }
    for case in rulebook.cases().iter().filter(|case| case.id == id) {
        reference.begin();
        write_case(rulebook, case, &mut reference.page);
    }
    if reference.entries == 0 {
        for question in rulebook.questions() {
            let called = |(_, option): &(usize, &Choice)| option.id == id;
            let option = question.options().iter().enumerate().find(called);
            option.into_iter().for_each(|(index, option)| reference.option(question, index, option));
        }
    }
    (reference.entries > 0).then(|| reference.page.finish())
}

struct Reference<'a> {
    rulebook: &'a Rulebook,
    page: Page,
    entries: usize,
}

impl Reference<'_> {
    fn begin(&mut self) {
        if self.entries > 0 {
            self.page.gap();
        }
        self.entries += 1;
    }

    fn title(&mut self, kind: &str, name: &str) {
        self.begin();
        let name = self.page.ink(Ink::Bold, name);
        self.page.line(&format!("{name} ({kind})"));
    }

    fn field(&mut self, name: &str, text: &str) {
        self.page.wrapped(&format!("  {name}: "), "    ", text);
    }

    fn sources(&mut self, sources: &[usize]) {
        for index in sources {
            let source = &self.rulebook.sources()[*index];
            let url = source.url.as_ref().map_or(String::new(), |url| format!(", {url}"));
            self.field("Source", &format!("{}{url}", source.title));
        }
    }

    fn question(&mut self, question: &Question) {
        self.title("question", &question.name);
        self.field("Asked as", &question.prompt);
        self.field("How to answer", &question.help);
        self.field("Why it is asked", &question.why);
        self.field("Flag", &format!("--{} {}", question.id, possible_values(&question.kind)));
        for option in question.options() {
            self.field(&option.id, &option.label);
        }
        if let Some(condition) = &question.ask_when {
            let condition = self.condition(condition);
            self.field("Asked when", &condition);
        }
        if question.detail {
            self.field("Asked", "late, since other questions tell as much");
        }
        self.used_by(question, |_| true);
    }

    fn option(&mut self, question: &Question, index: usize, option: &Choice) {
        self.title("answer", &option.label);
        self.field("Answer to", &question.prompt);
        self.field("Flag", &format!("--{} {}", question.id, option.id));
        self.used_by(question, |test| match test.accepts {
            Accepts::OneOf(options) | Accepts::Includes(options) => options.contains(index),
            Accepts::Flag(_) | Accepts::Between(..) => false,
        });
    }

    /// The criteria that ask for an answer to a question.
    fn used_by(&mut self, question: &Question, is_asked: impl Fn(Test) -> bool) {
        let index = self.rulebook.question(&question.id);
        let uses = |criterion: &&Criterion| {
            let mut used = false;
            let mut visit = |test: Test| used |= Some(test.question) == index && is_asked(test);
            criterion.when.visit_tests(&mut visit);
            used
        };
        let used: Vec<&str> =
            self.rulebook.criteria().iter().filter(uses).map(|criterion| criterion.id.as_str()).collect();
        if !used.is_empty() {
            self.field("Used by", &list(&used, "and"));
        }
    }

    fn criterion(&mut self, criterion: &Criterion) {
        let kind = if criterion.tutorial { "criterion of the source tutorial" } else { "criterion" };
        self.title(&format!("{kind}, {}", criterion.side.word()), &criterion.statement);
        let when = self.condition(&criterion.when);
        self.field("Holds when", &when);
        self.field("Because", &criterion.because);
        if let Some(nuance) = &criterion.nuance {
            self.field("Nuance", nuance);
        }
        if criterion.effort != 0 {
            self.field("Effort price", &format!("{:+}", criterion.effort));
        }
        for (whose, points) in &criterion.familiarity {
            self.field("Effort", &format!("{points:+} for {}", self.rulebook.whose_name(*whose)));
        }
        for demand in &criterion.demands {
            let aspect = &self.rulebook.aspects()[demand.aspect];
            let level = LEVELS[usize::from(demand.level.min(4))];
            let text = format!(
                "{} at level {} ({level}), {} for each level short of it",
                aspect.name,
                demand.level,
                points(demand.weight)
            );
            self.field("Demands", &text);
        }
        if !criterion.removes.is_empty() {
            let names: Vec<&str> = criterion
                .removes
                .iter()
                .map(|platform| self.rulebook.platforms()[*platform].name.as_str())
                .collect();
            self.field("Takes off the table", &list(&names, "and"));
        }
        if let Some(family) = criterion.leaves {
            self.field("Leaves only", &self.rulebook.families()[family].name);
        }
        if let Some(figures) = &criterion.figures {
            self.field("Figures", figures);
        }
        self.sources(&criterion.sources);
    }

    fn aspect(&mut self, aspect: &Aspect) {
        self.title("aspect", &aspect.name);
        self.field("Rated", &aspect.rated);
        for level in 1..=4 {
            if let Some(asks) = aspect.asks.of(level) {
                self.field(&format!("Level {level}"), asks);
            }
        }
        for (cell, platform) in aspect.cells.iter().zip(self.rulebook.platforms()) {
            self.page.gap();
            let level = LEVELS[usize::from(cell.level.min(4))];
            let claimed = cell
                .claimed
                .as_ref()
                .map_or(String::new(), |claimed| format!("; often put as \"{claimed}\""));
            let head = format!("{}: {} {level}, {}{claimed}", platform.name, cell.level, cell.label);
            self.page.wrapped("  ", "    ", &head);
            self.page.paragraph(4, &cell.note);
            if let Some(remedy) = &cell.remedy {
                self.page.wrapped("    To get by: ", "      ", remedy);
            }
            let sources: Vec<&str> =
                cell.sources.iter().map(|source| self.rulebook.sources()[*source].id.as_str()).collect();
            if !sources.is_empty() {
                self.page.paragraph(4, &format!("Sources: {}.", sources.join(", ")));
            }
        }
        self.page.gap();
        self.page.paragraph(2, "Any source in full: needk8s explain SOURCE.");
    }

    fn platform(&mut self, index: usize, platform: &Platform) {
        self.title("platform", &platform.name);
        self.field("What it is", &platform.summary);
        self.field("Family", &self.rulebook.families()[platform.family].name);
        self.field("Effort", &format!("{} of 10. {}", platform.effort, platform.effort_because));
        for claim in &platform.takes_on {
            self.field("You take on", &claim.text);
        }
        for claim in &platform.caveats {
            self.field("Mind", &claim.text);
        }
        for aspect in self.rulebook.aspects() {
            let cell = &aspect.cells[index];
            self.field(&aspect.name, &format!("{} {}", cell.level, cell.label));
        }
        let mut sources = platform.sources.clone();
        sources.extend(platform.claims().flat_map(|(_, claim)| &claim.sources));
        sources.sort_unstable();
        sources.dedup();
        self.sources(&sources);
    }

    fn problem(&mut self, problem: &Problem) {
        self.title("problem", &problem.title);
        self.field("What happens", &problem.scenario);
        self.field("Without", &problem.without);
        self.field("With", &problem.with);
        self.field("Commonly claimed", &problem.commonly);
        self.field("Simplest remedy", &problem.remedy);
        let when = self.condition(&problem.when);
        self.field("Yours when", &when);
        let aspects: Vec<&str> =
            problem.aspects.iter().map(|aspect| self.rulebook.aspects()[*aspect].id.as_str()).collect();
        self.field("Aspects", &list(&aspects, "and"));
        self.sources(&problem.sources);
    }

    fn step(&mut self, step: &Step) {
        self.title("step of the learning path", &step.title);
        self.field("Covers", &step.covers);
        self.field("After it", &step.teaches);
        for page in &step.read {
            self.field("Read", &format!("{}: {}", page.title, page.url));
        }
        self.sources(&step.sources);
    }

    fn band(&mut self, band: &Band) {
        self.title("verdict", &band.name);
        self.field("Means", &band.meaning);
        let range = match (band.from, band.to) {
            (from, Some(to)) => {
                format!("{}{to:+}", from.map_or("up to ".to_owned(), |from| format!("{from:+} to ")))
            }
            (Some(from), None) => format!("{from:+} and above"),
            (None, None) => "any".to_owned(),
        };
        self.field("Margin", &range);
        self.field("Because", &band.because);
    }

    fn source(&mut self, source: &Source) {
        self.title("source", &source.title);
        if let Some(url) = &source.url {
            self.field("Address", url);
        }
        let checked = match source.checked.as_str() {
            "read" => "the text was read",
            "part" => "a part of the text was read",
            "older" => "an earlier copy was read",
            "address" => "the address is known, the text was not read",
            other => other,
        };
        self.field("Checked", checked);
    }

    /// A condition in words, close to how the rule file has it.
    fn condition(&self, condition: &Condition) -> String {
        let parts = |parts: &[Condition], joint: &str| {
            let parts: Vec<String> = parts.iter().map(|part| self.nested(part)).collect();
            list(&parts, joint)
        };
        match condition {
            Condition::All(all) if all.is_empty() => "always".to_owned(),
            Condition::All(all) => parts(all, "and"),
            Condition::Any(any) => parts(any, "or"),
            Condition::Not(part) => match &**part {
                Condition::Test(test) => self.test(test, ("is not", "does not include")),
                part => format!("not {}", self.nested(part)),
            },
            Condition::Unless(part) => format!("unless {}", self.condition(part)),
            Condition::Test(test) => self.test(test, ("is", "includes")),
        }
    }

    fn nested(&self, condition: &Condition) -> String {
        match condition {
            Condition::Test(_) => self.condition(condition),
            Condition::Not(part) if matches!(**part, Condition::Test(_)) => self.condition(condition),
            _ => format!("({})", self.condition(condition)),
        }
    }

    fn test(&self, test: &Test, (is, includes): (&str, &str)) -> String {
        let question = &self.rulebook.questions()[test.question];
        let options = |options: crate::rulebook::OptionSet| {
            let ids: Vec<&str> =
                options.iter().map(|option| question.options()[option].id.as_str()).collect();
            list(&ids, "or")
        };
        match test.accepts {
            Accepts::Flag(flag) => format!("{} {is} {}", question.id, question.spell(Value::Flag(flag))),
            Accepts::OneOf(set) => format!("{} {is} {}", question.id, options(set)),
            Accepts::Includes(set) => format!("{} {includes} {}", question.id, options(set)),
            Accepts::Between(from, to) => {
                let (min, max) = match &question.kind {
                    crate::rulebook::Kind::Count(count) => (count.min, count.max),
                    _ => (from, to),
                };
                match (from <= min, to >= max) {
                    (true, _) => format!("{} {is} at most {to}", question.id),
                    (_, true) => format!("{} {is} at least {from}", question.id),
                    _ if from == to => format!("{} {is} {from}", question.id),
                    _ => format!("{} {is} {from} to {to}", question.id),
                }
            }
        }
    }
}

/// The learning path; with an assessment, the steps that the reader's demands need first are marked.
pub fn learn(rulebook: &Rulebook, assessment: Option<&Assessment>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    if let Some(simpler) = assessment.filter(|assessment| assessment.leaning(rulebook) == Leaning::Without) {
        let (side, platform) =
            (rulebook.side(Leaning::Without), &rulebook.platforms()[simpler.recommendation]);
        page.paragraph(
            0,
            &format!(
                "Your answers call for {} ({}). This is for the day when that changes.",
                side.name,
                platform.in_sentence()
            ),
        );
        page.gap();
    }
    let steps = rulebook
        .steps()
        .iter()
        .filter(|step| assessment.is_none_or(|assessment| assessment.satisfies(&step.when)));
    let mut steps = steps.peekable();
    if steps.peek().is_none() {
        page.paragraph(0, phrases::NOTHING_TO_LEARN);
    }
    for (number, step) in steps.enumerate() {
        if number > 0 {
            page.gap();
        }
        let demands: Vec<&str> = step
            .aspects
            .iter()
            .filter(|aspect| {
                assessment.is_some_and(|assessment| assessment.demanded_level(rulebook, **aspect) > 0)
            })
            .map(|aspect| rulebook.aspects()[*aspect].name.as_str())
            .collect();
        let title = page.ink(Ink::Bold, &format!("{}. {}", number + 1, step.title));
        page.line(&title);
        if !demands.is_empty() {
            page.paragraph(3, &format!("Your answers need this first: {}.", list(&demands, "and")));
        }
        page.paragraph(3, &format!("{}. {}", step.covers.trim_end_matches('.'), step.teaches));
        for read in &step.read {
            page.wrapped("   - ", "     ", &format!("{}: {}", read.title, read.url));
        }
    }
    page.finish()
}
