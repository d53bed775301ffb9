//! Reads the rule files when the program is built, so that it need not at every start: `OUT_DIR` gets what each says, and
//! of the scan file the tables besides.

#[path = "scan/compose/tables.rs"]
#[allow(dead_code, reason = "the program makes use of the fields")]
mod compose;
#[path = "facts/class.rs"]
#[allow(dead_code, unreachable_pub, reason = "the program makes use of the rest")]
mod facts;
#[path = "document/node.rs"]
#[allow(unreachable_pub, reason = "the program shows it")]
mod node;
#[path = "scan/tables.rs"]
#[allow(dead_code, reason = "the program makes use of the fields")]
mod tables;
#[path = "document/toml.rs"]
#[allow(dead_code, reason = "the program makes use of the rest")]
mod toml;

use std::error::Error;
use std::path::{Path, PathBuf};

use node::{Entry, Located, Node, Span};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names a folder for what is built")?);
    for file in std::fs::read_dir("rules")? {
        let path = file?.path();
        if let (Some("toml"), Some(name)) = (path.extension().and_then(|end| end.to_str()), path.file_stem())
        {
            let mut entries = read(&path)?;
            // Its tables are read as what they are.
            entries.retain(|entry| name != "scan" || entry.key == "conclusion");
            std::fs::write(out.join(name), postcard::to_stdvec(&entries)?)?;
        }
    }
    let scan = std::fs::read_to_string("rules/scan.toml")?;
    let tables: (tables::Tables, compose::ComposeTables) =
        (::toml::from_str(&scan)?, ::toml::from_str(&scan)?);
    std::fs::write(out.join("scan.tables"), postcard::to_stdvec(&tables)?)?;
    Ok(())
}

/// What a rule file says.
fn read(path: &Path) -> Result<Vec<Entry<'static>>, Box<dyn Error>> {
    let text: &str = std::fs::read_to_string(path)?.leak();
    let faults = std::cell::RefCell::new(Vec::new());
    let entries = toml::read(text, |span: Span, message| {
        let line = 1 + text[..span.start].matches('\n').count();
        faults.borrow_mut().push(format!("{}:{line}: {message}", path.display()));
    });
    let faults = faults.into_inner();
    if faults.is_empty() { Ok(entries) } else { Err(faults.join("\n").into()) }
}
