//! Reads the rules when the program is built, so that it need not at every start, and finds what is wrong with them.
//! `OUT_DIR` gets the rulebook, what each of its files says for those who put layers on top, and the tables of a scan.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "the program makes use of the rest"
)]

#[path = "scan/compose/tables.rs"]
mod compose;
mod document;
#[path = "facts/class.rs"]
mod facts;
mod rulebook;
#[path = "scan/tables.rs"]
mod tables;
mod text;

use std::cell::RefCell;
use std::error::Error;
use std::mem::take;
use std::path::PathBuf;
use std::process::ExitCode;

use compose::ComposeTables;
use document::{Entry, FaultLog, Faults, SourceFile, read_toml};
use rulebook::Rulebook;
use tables::Tables;

/// The files of the rulebook, in the order in which people read of them; the only list.
const FILES: [&str; 10] = [
    "rulebook",
    "questions",
    "criteria",
    "platforms",
    "matrix",
    "problems",
    "learning",
    "promises",
    "sources",
    "cases",
];

#[expect(clippy::print_stderr, reason = "cargo shows it")]
fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=rules");
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names a folder for what is built")?);
    let leave = |name: &str, content: &[u8]| std::fs::write(out.join(name), content);

    let files = FILES.map(file).into_iter().collect::<Result<Vec<_>, _>>()?;
    for (name, file) in FILES.iter().zip(&files) {
        leave(name, &postcard::to_stdvec(&entries(file)?)?)?;
    }
    let list = FILES.map(|name| format!("shipped!({name:?})")).join(", ");
    leave("files.rs", format!("vec![{list}]").as_bytes())?;
    let mut rulebook = Rulebook::parse(files)?;
    // Two parts of a size, so that they can be taken at once.
    let second = (take(&mut rulebook.aspects), take(&mut rulebook.sources), take(&mut rulebook.cases));
    leave("rulebook.first", &postcard::to_stdvec(&rulebook)?)?;
    leave("rulebook.second", &postcard::to_stdvec(&second)?)?;

    let scan = file("scan")?;
    let tables: (Tables, ComposeTables) = (toml::from_str(&scan.text)?, toml::from_str(&scan.text)?);
    leave("scan.tables", &postcard::to_stdvec(&tables)?)?;
    let mut conclusions = entries(&scan)?;
    conclusions.retain(|entry| entry.key == "conclusion");
    leave("scan", &postcard::to_stdvec(&conclusions)?)?;
    Ok(())
}

fn file(name: &str) -> std::io::Result<SourceFile> {
    let name = format!("rules/{name}.toml");
    let text = std::fs::read_to_string(&name)?;
    Ok(SourceFile::new(name, text))
}

/// What a rule file says.
fn entries(file: &SourceFile) -> Result<Vec<Entry<'_>>, Faults> {
    let faults = RefCell::new(Vec::new());
    let entries = read_toml(&file.text, &FaultLog::new(0, &faults));
    match faults.into_inner() {
        faults if faults.is_empty() => Ok(entries),
        faults => Err(Faults { files: vec![file.clone()], faults }),
    }
}
