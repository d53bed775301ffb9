//! The questionnaire alone, for the tests that sit at a terminal: `interview [--all] [QUESTION=VALUE…]`.

use std::path::Path;
use std::process::ExitCode;

use needk8s::answers::{Answers, Given, Origin};
use needk8s::interview::{
    FileOrder, Interview, Outcome, Session, is_attended, leaning, offer_to_save, open_terminal,
};
use needk8s::rulebook::Rulebook;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let rulebook = Rulebook::builtin()?;
    let mut known = Answers::none(&rulebook);
    let mut all = false;
    for argument in std::env::args().skip(1) {
        let Some((id, value)) = argument.split_once('=') else {
            all |= argument == "--all";
            continue;
        };
        let question = rulebook.question(id).ok_or("no such question")?;
        let value = rulebook.questions()[question].parse(value)?;
        known.add(question, Given { value, origin: Origin::Flag(id.to_owned()) });
    }
    if !is_attended() {
        return Ok(ExitCode::from(2));
    }
    let mut prompts = open_terminal();
    let mut session = Session::of_working_directory(&rulebook);
    let interview = Interview {
        rulebook: &rulebook,
        order: &FileOrder,
        all,
        leaning: &|assessment| leaning(&rulebook, assessment),
    };
    let Outcome::Finished(answers) = interview.run(known, &mut session, &mut *prompts)? else {
        return Ok(ExitCode::SUCCESS);
    };
    for (index, question) in rulebook.questions().iter().enumerate() {
        if let Some(given) = answers.given(index) {
            let value = given.value.map_or("unknown".to_owned(), |value| question.spell(value));
            writeln(&format!("{} = {value}", question.id));
        }
    }
    let keep = offer_to_save(&mut *prompts, Path::new("needk8s.toml"), "decision.md")?;
    writeln(&format!("{keep:?}"));
    session.discard()?;
    Ok(ExitCode::SUCCESS)
}

fn writeln(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}
