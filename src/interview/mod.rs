//! The questionnaire: asks what is not yet known, explains on demand, lets everything be changed, and keeps the answers of
//! an interview that is broken off.
//!
//! It talks through [`Prompts`], so that a script can answer; [`open_terminal`] gives those for a person. All words about
//! the domain come from the rulebook.

mod adaptive;
mod flow;
mod plain;
mod session;
mod terminal;
mod words;

use std::io;
use std::path::Path;

pub use adaptive::Adaptive;
pub use flow::{FileOrder, Next, Order, Progress, Situation};
pub use plain::Plain;
pub use session::Session;
pub use terminal::{INTERRUPTED, Terminal, is_attended, open_terminal};

use crate::answers::{Answers, Given, Origin};
use crate::assessment::{Assessment, assess};
use crate::rulebook::{Question, Rulebook, Value};
use crate::text::counted;
use flow::Flow;

/// One question on its way to a person.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The question.
    pub question: &'a Question,
    /// The heading of its group.
    pub group: &'a str,
    /// Where it stands; nothing when an answer is being changed at the end.
    pub progress: Option<Progress>,
    /// The answer that it has: `Some(None)` is "I don't know".
    pub current: Option<Option<Value>>,
    /// Whether there is a question to go back to.
    pub can_go_back: bool,
    /// What was seen that bears on it, a sentence each.
    pub hints: &'a [String],
}

/// What a person replies to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// This.
    Value(Value),
    /// I don't know.
    Unknown,
    /// Why do you ask?
    Why,
    /// Leave it as it is.
    Skip,
    /// The question before, please.
    Back,
    /// No more.
    Leave,
}

/// How a text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// The title of what follows.
    Heading,
    /// Plain talk.
    Text,
    /// A remark that may be overlooked.
    Aside,
    /// Something went wrong.
    Trouble,
}

/// How the questionnaire reaches a person. `None` as a reply means that the person left.
pub trait Prompts {
    /// Shows a text.
    ///
    /// # Errors
    /// When it cannot be written.
    fn say(&mut self, tone: Tone, text: &str) -> io::Result<()>;

    /// Asks a question once; the value in the reply is a possible answer to it.
    ///
    /// # Errors
    /// When the person cannot be reached any more.
    fn ask(&mut self, ask: &Ask<'_>) -> io::Result<Reply>;

    /// Has one of `rows` chosen, `at` being the one to start from.
    ///
    /// # Errors
    /// When the person cannot be reached any more.
    fn choose(&mut self, rows: &[String], at: usize) -> io::Result<Option<usize>>;

    /// Asks for a yes or a no.
    ///
    /// # Errors
    /// When the person cannot be reached any more.
    fn confirm(&mut self, prompt: &str, default: bool) -> io::Result<Option<bool>>;

    /// Asks for the path of a file.
    ///
    /// # Errors
    /// When the person cannot be reached any more.
    fn path(&mut self, prompt: &str, default: &str) -> io::Result<Option<String>>;
}

/// How an interview ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The person is done; these are all answers, whatever their origin.
    Finished(Answers),
    /// The person left before the end. What was answered is kept in the session.
    Left,
}

/// An interview about one rulebook.
pub struct Interview<'a> {
    /// Where questions come from.
    pub rulebook: &'a Rulebook,
    /// Their order.
    pub order: &'a dyn Order,
    /// Says in one line where the answers lean; see [`leaning`].
    pub leaning: &'a dyn Fn(&Assessment) -> String,
    /// What was seen that bears on each question, shown beside it; none where the list ends.
    pub hints: &'a [Vec<String>],
}

/// Where the answers lean so far, in one line: "so far: Not yet (-4): Docker Compose".
pub fn leaning(rulebook: &Rulebook, assessment: &Assessment) -> String {
    let verdict = &rulebook.bands()[assessment.band].name;
    let platform = &rulebook.platforms()[assessment.recommendation].name;
    match assessment.decided_by {
        Some(_) => format!("so far: {verdict}: {platform}"),
        None => format!("so far: {verdict} ({:+}): {platform}", assessment.margin),
    }
}

/// What happens next.
enum Turn {
    Ask(usize),
    Review,
    Done,
    Leave,
}

impl Interview<'_> {
    /// Asks what `known` does not answer, until the person is done or leaves. Every answer goes to `session` at once.
    ///
    /// # Errors
    /// When the person cannot be reached any more; what was answered is kept in the session.
    pub fn run(
        &self,
        known: Answers,
        session: &mut Session,
        prompts: &mut dyn Prompts,
    ) -> io::Result<Outcome> {
        let mut conversation = Conversation {
            interview: self,
            flow: Flow::new(self.rulebook, self.order, known),
            session,
            prompts,
            goes_on: None,
        };
        conversation.show_known()?;
        conversation.hold()
    }
}

struct Conversation<'c, 'i> {
    interview: &'c Interview<'i>,
    flow: Flow<'c>,
    session: &'c mut Session,
    prompts: &'c mut dyn Prompts,
    /// What the person wants now that the outcome is settled: to go on, or to stop.
    goes_on: Option<bool>,
}

impl Conversation<'_, '_> {
    fn hold(mut self) -> io::Result<Outcome> {
        let mut turn = self.offer_to_resume()?;
        loop {
            turn = match turn {
                Turn::Ask(question) => self.ask(question)?,
                Turn::Review => self.review()?,
                Turn::Done => return Ok(Outcome::Finished(self.flow.into_answers())),
                Turn::Leave => {
                    if self.session.holds_answers() {
                        self.prompts.say(Tone::Text, words::KEPT)?;
                    }
                    return Ok(Outcome::Left);
                }
            };
        }
    }

    /// What to do next by the order of questions.
    fn turn(&mut self) -> io::Result<Turn> {
        match (self.flow.next(), self.goes_on) {
            (None, _) | (Some(Next::Settled { .. }), Some(false)) => Ok(Turn::Review),
            (Some(Next::Ask(question)), wish) => {
                self.goes_on = wish.filter(|goes_on| *goes_on);
                Ok(Turn::Ask(question))
            }
            (Some(Next::Settled { question, .. }), Some(true)) => Ok(Turn::Ask(question)),
            (Some(Next::Settled { question, wholly }), None) => self.offer_to_stop(question, wholly),
        }
    }

    fn offer_to_stop(&mut self, question: usize, wholly: bool) -> io::Result<Turn> {
        let rulebook = self.interview.rulebook;
        let now = assess(rulebook, self.flow.readings());
        let outcome =
            format!("{}: {}", rulebook.bands()[now.band].name, rulebook.platforms()[now.recommendation].name);
        self.prompts.say(Tone::Text, "")?;
        self.prompts.say(Tone::Text, &words::settled(&outcome, wholly, self.flow.left()))?;
        let rows = [words::STOP, words::GO_ON].map(str::to_owned);
        let Some(chosen) = self.prompts.choose(&rows, 0)? else { return Ok(Turn::Leave) };
        self.goes_on = Some(chosen == 1);
        Ok(if chosen == 1 { Turn::Ask(question) } else { Turn::Review })
    }

    /// Asks one question until it is dealt with.
    fn ask(&mut self, question: usize) -> io::Result<Turn> {
        self.flow.show(question);
        let progress = Some(self.flow.progress(question));
        let before = self.flow.before(question);
        match self.reply(question, progress, before.is_some())? {
            Reply::Leave => Ok(Turn::Leave),
            Reply::Back => Ok(Turn::Ask(before.unwrap_or(question))),
            _ => self.turn(),
        }
    }

    /// Asks one question, explains it as often as wanted, and records the reply.
    fn reply(&mut self, index: usize, progress: Option<Progress>, can_go_back: bool) -> io::Result<Reply> {
        let rulebook = self.interview.rulebook;
        let question = &rulebook.questions()[index];
        loop {
            let ask = Ask {
                question,
                group: &rulebook.groups()[question.group].title,
                progress,
                current: self.flow.answers().given(index).map(|given| given.value),
                can_go_back,
                hints: self.interview.hints.get(index).map(Vec::as_slice).unwrap_or_default(),
            };
            let reply = self.prompts.ask(&ask)?;
            match reply {
                Reply::Why => {
                    self.prompts.say(Tone::Text, &question.why)?;
                    self.prompts.say(Tone::Text, &question.help)?;
                    continue;
                }
                Reply::Value(value) => self.record(index, Some(value))?,
                Reply::Unknown => self.record(index, None)?,
                Reply::Skip => self.flow.skip(index),
                Reply::Back | Reply::Leave => {}
            }
            return Ok(reply);
        }
    }

    /// Keeps an answer and says where it all leans.
    fn record(&mut self, question: usize, value: Option<Value>) -> io::Result<()> {
        let changes = self.flow.answers().given(question).is_some_and(|given| given.value != value);
        self.goes_on = self.goes_on.filter(|goes_on| !(*goes_on && changes));
        self.flow.answer(question, value);
        let saved = self.session.save(self.interview.rulebook, &self.flow.own_answers());
        if let Err(trouble) = saved {
            self.prompts.say(Tone::Trouble, &trouble)?;
        }
        let assessment = assess(self.interview.rulebook, self.flow.readings());
        self.prompts.say(Tone::Aside, &(self.interview.leaning)(&assessment))
    }

    /// Shows what need not be asked.
    fn show_known(&mut self) -> io::Result<()> {
        let mut known = self.flow.reviewed();
        known.retain(|question| !self.flow.answers().is_open(*question));
        if known.is_empty() {
            return Ok(());
        }
        self.prompts.say(Tone::Heading, words::KNOWN)?;
        for question in known {
            let line = self.described(question);
            self.prompts.say(Tone::Aside, &line)?;
        }
        Ok(())
    }

    /// "Services of your own: 7 (needk8s.toml:3)"
    fn described(&self, index: usize) -> String {
        let question = &self.interview.rulebook.questions()[index];
        let name = &question.name;
        match self.flow.answers().given(index) {
            None => format!("{name}: {}", words::SKIPPED),
            Some(given) => {
                let value = words::described(question, given.value);
                match &given.origin {
                    Origin::Prompt => format!("{name}: {value}"),
                    origin => format!("{name}: {value} ({origin})"),
                }
            }
        }
    }

    /// Takes up the answers of an interview that was broken off, if the person wants it.
    fn offer_to_resume(&mut self) -> io::Result<Turn> {
        let draft = self.session.load(self.interview.rulebook);
        if let Some(trouble) = &draft.trouble {
            self.prompts.say(Tone::Trouble, trouble)?;
        }
        let is_new = |(question, value): &(usize, Option<Value>)| match self.flow.answers().given(*question) {
            None => true,
            Some(Given { origin: Origin::Flag(_), .. }) => false,
            Some(given) => given.value != *value,
        };
        let draft: Vec<(usize, Option<Value>)> = draft.answers.into_iter().filter(is_new).collect();
        if !draft.is_empty() {
            let answers = counted(draft.len(), "answer", "answers");
            match self.prompts.confirm(&words::resume(&answers), true)? {
                None => return Ok(Turn::Leave),
                Some(false) => {}
                Some(true) => {
                    draft.into_iter().for_each(|(question, value)| self.flow.answer(question, value))
                }
            }
        }
        if self.session.keeps_answers() {
            self.prompts.say(Tone::Text, words::WELCOME)?;
        }
        self.turn()
    }

    /// Shows all answers and has one changed, or none.
    fn review(&mut self) -> io::Result<Turn> {
        self.prompts.say(Tone::Heading, words::REVIEW)?;
        let questions = self.flow.reviewed();
        let mut rows = vec![words::DONE.to_owned()];
        rows.extend(questions.iter().map(|question| self.described(*question)));
        let left = self.flow.left();
        if left.questions > 0 {
            rows.push(words::ask_the_rest(left));
        }
        let Some(chosen) = self.prompts.choose(&rows, 0)? else { return Ok(Turn::Leave) };
        let Some(row) = chosen.checked_sub(1) else { return Ok(Turn::Done) };
        let Some(question) = questions.get(row) else {
            self.goes_on = Some(true);
            return self.turn();
        };
        match self.reply(*question, None, true)? {
            Reply::Leave => Ok(Turn::Leave),
            Reply::Back => Ok(Turn::Review),
            _ => self.turn(),
        }
    }
}

/// What a person wants to keep at the end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keepsakes {
    /// Save the answers to the file that was offered.
    pub answers: bool,
    /// Write a report to this path.
    pub report: Option<String>,
}

/// Offers to save the answers to `answers_file` and a report. Nothing is written here, and whoever leaves has chosen
/// nothing more.
///
/// # Errors
/// When the person cannot be reached any more.
pub fn offer_to_save(prompts: &mut dyn Prompts, answers_file: &Path, report: &str) -> io::Result<Keepsakes> {
    let mut chosen = Keepsakes::default();
    prompts.say(Tone::Text, "")?;
    let offer = words::save_answers(&answers_file.display().to_string(), answers_file.exists());
    let Some(answers) = prompts.confirm(&offer, true)? else { return Ok(chosen) };
    chosen.answers = answers;
    if prompts.confirm(words::SAVE_REPORT, false)? != Some(true) {
        return Ok(chosen);
    }
    while let Some(path) = prompts.path(words::REPORT_PATH, report)? {
        if path.is_empty() {
            break;
        }
        if !Path::new(&path).exists() || prompts.confirm(&words::replace(&path), false)? == Some(true) {
            chosen.report = Some(path);
            break;
        }
    }
    Ok(chosen)
}
