//! Platforms and other things of the rulebook, by the words that people have for them.

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command};

use super::exit::Stop;
use crate::document::did_you_mean;
use crate::rulebook::Rulebook;
use crate::text::one_line;

/// The platform with this id, name or alias.
pub(super) fn platform(rulebook: &Rulebook, given: &str) -> Result<usize, Stop> {
    if let Some(platform) = rulebook.platform(given) {
        return Ok(platform);
    }
    let platforms = rulebook.platforms();
    let ids = || platforms.iter().map(|platform| platform.id.as_str());
    let names = platforms.iter().map(|platform| platform.name.as_str());
    let aliases = platforms.iter().flat_map(|platform| platform.aliases.iter().map(String::as_str));
    let help = match did_you_mean(given, ids().chain(names).chain(aliases)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("possible: {}", ids().collect::<Vec<_>>().join(", ")),
    };
    Err(Stop::wrong(format!("there is no platform `{}`; {help}", one_line(given))))
}

/// Completes the ids of platforms, and lets any other word through.
pub(super) fn platforms(rulebook: &Rulebook) -> Suggested {
    let platforms = rulebook.platforms().iter();
    Suggested(platforms.map(|platform| (platform.id.clone(), platform.name.clone())).collect())
}

/// Words to complete, with what they stand for; others are taken as well.
#[derive(Clone)]
pub(super) struct Suggested(pub(super) Vec<(String, String)>);

impl TypedValueParser for Suggested {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Self::Value, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let value = |(id, help): &(String, String)| match help.as_str() {
            "" => PossibleValue::new(id.clone()),
            help => PossibleValue::new(id.clone()).help(help.to_owned()),
        };
        Some(Box::new(self.0.iter().map(value)))
    }
}
