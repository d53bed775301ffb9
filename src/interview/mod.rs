//! The questionnaire: asks what is not yet known, explains on demand, lets everything be changed, and keeps the answers of
//! an interview that is broken off.
//!
//! It talks through [`Prompts`], so that a script can answer; [`open_terminal`] gives those for a person. All words about
//! the domain come from the rulebook.

mod adaptive;
mod flow;
mod keys;
mod plain;
mod session;
mod terminal;
mod tty;
mod words;

use std::io;
use std::path::Path;
use std::time::SystemTime;

pub use adaptive::{Adaptive, SURE};
pub use flow::{FileOrder, Next, Order, Progress, Situation};
pub use plain::Plain;
pub use session::Session;
pub use terminal::{is_attended, open_terminal};
pub use tty::LEFT;
pub use words::unsaved;

use crate::answers::{Answers, Origin};
use crate::assessment::assess;
use crate::explanation::Engine;
use crate::rulebook::{Leaning, Question, Rulebook, Value};
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
    /// Whether there are answers to look over.
    pub can_review: bool,
    /// Where the answers lean so far, in one line; nothing while too little is known.
    pub leaning: Option<&'a str>,
    /// What was seen that bears on it, a sentence each.
    pub hints: &'a [String],
    /// Why it is asked, for whoever wanted to know.
    pub explained: Option<&'a str>,
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
    /// The question before, please.
    Back,
    /// Let me look over my answers.
    Review,
    /// No more.
    Leave,
}

/// What a person picks where rows are to be chosen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// This row.
    Row(usize),
    /// None of them, but what a letter stands for.
    Reply(Reply),
}

impl Pick {
    /// The row, if it is one.
    pub fn row(self) -> Option<usize> {
        match self {
            Self::Row(row) => Some(row),
            Self::Reply(_) => None,
        }
    }
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

    /// Has one of `rows` chosen, `at` being the one to start from; `also` are the replies that are possible besides leaving.
    ///
    /// # Errors
    /// When the person cannot be reached any more.
    fn choose(&mut self, rows: &[String], at: usize, also: &[Reply]) -> io::Result<Pick>;

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

    /// Takes note of what was printed elsewhere on the same screen, to be shown again when that is drawn anew.
    fn printed(&mut self, _text: &str) {}

    /// Takes what to say to a person who leaves at once, by a signal; nothing where that cannot happen.
    fn promise(&mut self, _farewell: &str) {}
}

/// How an interview ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The person is done; these are all answers, whatever their origin.
    Finished(Answers),
    /// The person left before the end. What was answered is kept in the session.
    Left,
}

/// What answers come to before all questions are answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoFar {
    /// The sentence that a result begins with.
    pub headline: String,
    /// What could still turn it, as clauses that complete "if …", the likeliest first.
    pub turns: Vec<String>,
}

/// An interview about one rulebook.
pub struct Interview<'a> {
    /// Where questions come from.
    pub rulebook: &'a Rulebook,
    /// Their order.
    pub order: &'a dyn Order,
    /// Says in one line where the answers lean; see [`leaning`].
    pub leaning: &'a dyn Fn(&Answers) -> String,
    /// What the answers come to so far.
    pub so_far: &'a dyn Fn(&Answers) -> SoFar,
    /// What was seen that bears on each question, shown beside it; none where the list ends.
    pub hints: &'a [Vec<String>],
    /// The record, whose answers were not given just now: its name as answers from it have it, and when it was written.
    pub record: Option<(String, SystemTime)>,
}

/// Where the answers lean so far, in one line: "Kubernetes no ▕░█░░░░░░▏ yes · probably not · PaaS".
pub fn leaning(rulebook: &Rulebook, engine: &Engine, answers: &Answers) -> String {
    let assessment = assess(rulebook, answers.readings(rulebook));
    let outlook = engine.outlook(&answers.values(), assessment.band);
    let share = |side: Leaning| -> f64 {
        let such = outlook.verdicts.iter().zip(&outlook.shares);
        such.filter(|(band, _)| rulebook.bands()[**band].leaning == side)
            .map(|(_, share)| share.fraction())
            .sum()
    };
    let subject = &rulebook.side(Leaning::With).name;
    let platform = &rulebook.platforms()[assessment.recommendation].name;
    words::leaning(subject, share(Leaning::With) + share(Leaning::Hedge) / 2.0, platform)
}

/// Where it leans is not said before there are so many answers.
const LEANS_FROM: usize = 3;

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
        let mut conversation = self.begin(known, session, prompts);
        conversation.show_known()?;
        let turn = conversation.offer_to_resume()?;
        conversation.hold(turn)
    }

    /// Has the answers of an interview looked over once more, and asks what follows from a change.
    ///
    /// # Errors
    /// When the person cannot be reached any more; what was answered is kept in the session.
    pub fn review(
        &self,
        answers: Answers,
        session: &mut Session,
        prompts: &mut dyn Prompts,
    ) -> io::Result<Outcome> {
        let mut conversation = self.begin(answers, session, prompts);
        conversation.wish = Some(Wanted::Stop);
        conversation.hold(Turn::Review)
    }

    fn begin<'c>(
        &'c self,
        known: Answers,
        session: &'c mut Session,
        prompts: &'c mut dyn Prompts,
    ) -> Conversation<'c, 'c> {
        let flow = Flow::new(self.rulebook, self.order, known);
        Conversation { interview: self, flow, session, prompts, wish: None, was_long: false }
    }
}

/// What somebody wants who could stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// To stop.
    Stop,
    /// To go on until it is proved.
    Proof,
    /// To answer whatever is left.
    Everything,
}

struct Conversation<'c, 'i> {
    interview: &'c Interview<'i>,
    flow: Flow<'c>,
    session: &'c mut Session,
    prompts: &'c mut dyn Prompts,
    /// What the person wants where it was offered to stop.
    wish: Option<Wanted>,
    /// Whether it was offered to stop because the questions are many.
    was_long: bool,
}

/// The lines that the offers after a result take on the screen, with the keys beneath them.
pub const OFFER_LINES: usize = 7;

/// Nobody is asked more questions than this without being asked whether to go on.
const LONG: usize = 16;

impl Conversation<'_, '_> {
    fn hold(mut self, mut turn: Turn) -> io::Result<Outcome> {
        loop {
            turn = match turn {
                Turn::Ask(question) => self.ask(question)?,
                Turn::Review => self.review()?,
                Turn::Done => return Ok(Outcome::Finished(self.flow.into_answers())),
                Turn::Leave => {
                    let farewell = self.farewell();
                    if !farewell.is_empty() {
                        self.prompts.say(Tone::Text, &farewell)?;
                    }
                    return Ok(Outcome::Left);
                }
            };
        }
    }

    /// What to do next by the order of questions.
    fn turn(&mut self) -> io::Result<Turn> {
        match (self.flow.next(), self.wish) {
            (None, _) => Ok(Turn::Done),
            (Some(Next::Ask(question)), None) if self.is_long() => {
                let said = words::many(&self.so_far(), self.flow.asked(), self.flow.left());
                self.offer_to_stop(question, &said, None)
            }
            (Some(Next::Ask(question)), wish) => {
                self.wish = wish.filter(|wish| *wish != Wanted::Stop);
                Ok(Turn::Ask(question))
            }
            (Some(_), Some(Wanted::Stop)) => Ok(Turn::Done),
            (Some(Next::Sure(question) | Next::TellsLittle(question)), Some(_)) => Ok(Turn::Ask(question)),
            (Some(Next::Settled { question, .. }), Some(Wanted::Everything)) => Ok(Turn::Ask(question)),
            (Some(Next::Sure(question)), None) => {
                let said = words::sure(&self.so_far(), SURE, self.flow.left());
                self.offer_to_stop(question, &said, Some(Wanted::Proof))
            }
            (Some(Next::TellsLittle(question)), None) => {
                let said = words::tells_little(&self.so_far(), self.flow.left());
                self.offer_to_stop(question, &said, Some(Wanted::Proof))
            }
            (Some(Next::Settled { question, wholly }), _) => {
                let said = words::settled(&self.so_far().headline, wholly, self.flow.left());
                self.offer_to_stop(question, &said, Some(Wanted::Everything))
            }
        }
    }

    fn so_far(&self) -> SoFar {
        (self.interview.so_far)(self.flow.answers())
    }

    /// Whether so much was asked that nothing should follow unasked, where not all questions are wanted anyway.
    fn is_long(&self) -> bool {
        !self.was_long && self.flow.asked() >= LONG && self.flow.expected().is_some()
    }

    /// Offers to stop, or to go on with a question and for a wish.
    fn offer_to_stop(&mut self, question: usize, said: &str, wish: Option<Wanted>) -> io::Result<Turn> {
        self.prompts.say(Tone::Text, "")?;
        self.prompts.say(Tone::Text, said)?;
        self.prompts.say(Tone::Text, "")?;
        let on = match wish {
            None | Some(Wanted::Stop) => words::GO_ON,
            Some(Wanted::Proof) => words::GO_ON_TO_PROOF,
            Some(Wanted::Everything) => words::GO_ON_TO_THE_END,
        };
        let rows = [words::STOP, on].map(str::to_owned);
        let before = self.flow.before(question);
        let back = before.map(|_| Reply::Back);
        let review = (!self.flow.reviewed().is_empty()).then_some(Reply::Review);
        let also: Vec<Reply> = back.into_iter().chain(review).collect();
        let chosen = match self.prompts.choose(&rows, 0, &also)? {
            Pick::Row(row) => row,
            Pick::Reply(Reply::Back) => return Ok(Turn::Ask(before.unwrap_or(question))),
            Pick::Reply(Reply::Review) => return Ok(Turn::Review),
            Pick::Reply(_) => return Ok(Turn::Leave),
        };
        self.was_long |= wish.is_none();
        self.wish = if chosen == 1 { wish } else { Some(Wanted::Stop) };
        Ok(if chosen == 1 { Turn::Ask(question) } else { Turn::Done })
    }

    /// Asks one question until it is dealt with.
    fn ask(&mut self, question: usize) -> io::Result<Turn> {
        self.flow.show(question);
        let progress = Some(self.flow.progress(question));
        let before = self.flow.before(question);
        match self.reply(question, progress, before.is_some())? {
            Reply::Leave => Ok(Turn::Leave),
            Reply::Back => Ok(Turn::Ask(before.unwrap_or(question))),
            Reply::Review => Ok(Turn::Review),
            _ => self.turn(),
        }
    }

    /// Asks one question, explains it as often as wanted, and records the reply.
    fn reply(&mut self, index: usize, progress: Option<Progress>, can_go_back: bool) -> io::Result<Reply> {
        let rulebook = self.interview.rulebook;
        let question = &rulebook.questions()[index];
        let leaning = self.leaning();
        let mut explained = None;
        loop {
            let ask = Ask {
                question,
                group: &rulebook.groups()[question.group].title,
                progress,
                current: self.flow.answers().given(index).map(|given| given.value),
                can_go_back,
                can_review: progress.is_some() && !self.flow.reviewed().is_empty(),
                leaning: leaning.as_deref(),
                hints: self.interview.hints.get(index).map(Vec::as_slice).unwrap_or_default(),
                explained: explained.as_deref(),
            };
            let reply = self.prompts.ask(&ask)?;
            match reply {
                Reply::Why => {
                    explained = Some(words::explained(question));
                    continue;
                }
                Reply::Value(value) => self.record(index, Some(value))?,
                Reply::Unknown => self.record(index, None)?,
                Reply::Back | Reply::Review | Reply::Leave => {}
            }
            return Ok(reply);
        }
    }

    /// Where it leans, once enough is known.
    fn leaning(&self) -> Option<String> {
        let answers = self.flow.answers();
        let known =
            (0..self.interview.rulebook.questions().len()).filter(|one| answers.value(*one).is_some());
        (known.count() >= LEANS_FROM).then(|| (self.interview.leaning)(answers))
    }

    /// Keeps an answer. One that is confirmed stays where it came from.
    fn record(&mut self, question: usize, value: Option<Value>) -> io::Result<()> {
        let given = self.flow.answers().given(question);
        if given.is_some_and(|given| given.value == value && !given.is_partial()) {
            return Ok(());
        }
        if given.is_some() {
            // What was said about stopping was said of other answers.
            self.wish = self.wish.filter(|wish| *wish == Wanted::Stop);
        }
        self.flow.answer(question, value);
        let saved = self.session.save(self.interview.rulebook, &self.flow.own_answers());
        let farewell = self.farewell();
        self.prompts.promise(&farewell);
        match saved {
            Ok(()) => Ok(()),
            Err(trouble) => self.prompts.say(Tone::Trouble, &trouble),
        }
    }

    /// What is said to whoever leaves now.
    fn farewell(&self) -> String {
        match self.flow.own_answers().len() {
            0 => String::new(),
            _ if !self.session.holds_answers() => String::new(),
            answers => words::kept(answers),
        }
    }

    /// Says on one line what need not be asked.
    fn show_known(&mut self) -> io::Result<()> {
        let mut known = self.flow.reviewed();
        known.retain(|question| !self.flow.answers().is_open(*question));
        if known.is_empty() {
            return Ok(());
        }
        let known: Vec<String> = known.into_iter().map(|question| self.described(question)).collect();
        self.prompts.say(Tone::Text, &words::known(&known))
    }

    /// "Services of your own: 7 (needk8s.toml:3)"
    fn described(&self, index: usize) -> String {
        let question = &self.interview.rulebook.questions()[index];
        let name = &question.name;
        match self.flow.answers().given(index) {
            None => format!("{name}: {}", words::UNKNOWN),
            Some(given) => {
                let value = words::described(question, given.value);
                match &given.origin {
                    Origin::Prompt => format!("{name}: {value}"),
                    origin => format!("{name}: {value} ({origin})"),
                }
            }
        }
    }

    /// Takes up the answers of an interview that was broken off, if the person wants it. What is given now counts more than
    /// what was said then, and so does a record that is newer; what a scan has found is weaker.
    fn offer_to_resume(&mut self) -> io::Result<Turn> {
        let draft = self.session.load(self.interview.rulebook);
        if let Some(trouble) = &draft.trouble {
            self.prompts.say(Tone::Trouble, trouble)?;
        }
        let differs = |(question, value): &(usize, Option<Value>)| {
            self.flow.answers().given(*question).is_none_or(|given| given.value != *value)
        };
        let is_new = |(question, _): &(usize, Option<Value>)| {
            let given = self.flow.answers().given(*question);
            given.is_none_or(|given| match &given.origin {
                Origin::Scan { .. } => true,
                Origin::File { name, .. } => self.is_of_older_record(name, draft.written),
                _ => false,
            })
        };
        let (draft, overruled): (Vec<_>, Vec<_>) =
            draft.answers.into_iter().filter(differs).partition(is_new);
        if !overruled.is_empty() {
            let overruled: Vec<String> =
                overruled.iter().map(|(question, value)| self.overruled(*question, *value)).collect();
            self.prompts.say(Tone::Text, &words::overruled(&overruled))?;
        }
        if !draft.is_empty() {
            let resume = words::resume(draft.len(), !overruled.is_empty());
            match self.prompts.confirm(&resume, overruled.is_empty())? {
                None => return Ok(Turn::Leave),
                Some(false) => {}
                Some(true) => {
                    draft.into_iter().for_each(|(question, value)| self.flow.answer(question, value));
                    let farewell = self.farewell();
                    self.prompts.promise(&farewell);
                }
            }
        }
        if self.session.keeps_answers() {
            self.prompts.say(Tone::Text, words::WELCOME)?;
        }
        self.turn()
    }

    /// Whether a file is the record, and was written before.
    fn is_of_older_record(&self, file: &str, then: Option<SystemTime>) -> bool {
        let record = self.interview.record.as_ref().zip(then);
        record.is_some_and(|((name, written), then)| name == file && *written < then)
    }

    /// "Services of your own: 7, now 3 (needk8s.toml:3)"
    fn overruled(&self, index: usize, value: Option<Value>) -> String {
        let question = &self.interview.rulebook.questions()[index];
        let now = self.flow.answers().given(index).map_or(String::new(), |given| {
            format!(", now {} ({})", words::described(question, given.value), given.origin)
        });
        format!("{}: {}{now}", question.name, words::described(question, value))
    }

    /// Shows all answers and has one changed, or none.
    fn review(&mut self) -> io::Result<Turn> {
        self.prompts.say(Tone::Heading, words::REVIEW)?;
        let questions = self.flow.reviewed();
        let answers = questions.iter().map(|question| self.described(*question));
        let left = self.flow.left();
        let is_done = left.questions == 0 || self.wish == Some(Wanted::Stop);
        let last = if left.questions > 0 { Some(words::ask_the_rest(left)) } else { None };
        let mut rows = vec![if is_done { words::DONE } else { words::GO_ON }.to_owned()];
        rows.extend(answers);
        rows.extend(if is_done { last } else { Some(words::STOP.to_owned()) });
        let Some(chosen) = self.prompts.choose(&rows, 0, &[])?.row() else { return Ok(Turn::Leave) };
        let Some(row) = chosen.checked_sub(1) else {
            return if is_done { Ok(Turn::Done) } else { self.turn() };
        };
        let Some(question) = questions.get(row) else {
            self.wish = Some(if is_done { Wanted::Everything } else { Wanted::Stop });
            return if is_done { self.turn() } else { Ok(Turn::Done) };
        };
        match self.reply(*question, None, true)? {
            Reply::Leave => Ok(Turn::Leave),
            _ => Ok(Turn::Review),
        }
    }
}

/// What a person wants after the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Write answers and decision down.
    Save,
    /// Write a report to this path.
    Report(String),
    /// Look over the answers again.
    Change,
    /// No more.
    Done,
}

/// Offers what can be done with a result: to keep the answers in `answers_file`, where `saved` says whether that has
/// been done, to write a report, to change an answer. Nothing is written here, and whoever leaves is done.
///
/// # Errors
/// When the person cannot be reached any more.
pub fn offer(prompts: &mut dyn Prompts, answers_file: &Path, report: &str, saved: bool) -> io::Result<Wish> {
    let file = answers_file.display().to_string();
    let mut offers = vec![
        (if saved { words::FINISHED } else { words::FINISHED_UNSAVED }.to_owned(), Wish::Done),
        (words::write_report(report), Wish::Report(report.to_owned())),
        (words::CHANGE.to_owned(), Wish::Change),
    ];
    if !saved {
        offers.insert(1, (words::save_answers(&file), Wish::Save));
    }
    let rows: Vec<String> = offers.iter().map(|(row, _)| row.clone()).collect();
    loop {
        prompts.say(Tone::Text, "")?;
        let Some(row) = prompts.choose(&rows, 0, &[])?.row() else { return Ok(Wish::Done) };
        match offers[row].1.clone() {
            Wish::Save if answers_file.exists() && !may_replace(prompts, &file)? => {}
            Wish::Report(default) => {
                if let Some(path) = path_of_report(prompts, &default)? {
                    return Ok(Wish::Report(path));
                }
            }
            wish => return Ok(wish),
        }
    }
}

fn may_replace(prompts: &mut dyn Prompts, file: &str) -> io::Result<bool> {
    Ok(prompts.confirm(&words::replace(file), false)? == Some(true))
}

/// Where to write the report; a file that is there is replaced only by somebody who says so.
fn path_of_report(prompts: &mut dyn Prompts, default: &str) -> io::Result<Option<String>> {
    while let Some(path) = prompts.path(words::REPORT_PATH, default)? {
        if path.is_empty() {
            return Ok(None);
        }
        if !Path::new(&path).exists() || may_replace(prompts, &path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
