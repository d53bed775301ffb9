//! Texts that nobody would write, made of those in `tests/corpus`: every reader ends on them soon, in little memory and
//! with little to say. `cargo test` tries new ones for a moment each time.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// How long new texts are tried for one reader.
const BUDGET: u64 = 120;
/// Bytes of a text.
const LONGEST: usize = 128 << 10;
/// What one text may take. Other tests run at the same time, on a machine that may be busy.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_MEMORY: usize = 192 << 20;
const MOST_SAID: usize = 8 << 20;

/// What formats are made of, and what none of them expects.
const PIECES: [&str; 48] = [
    "\n",
    "\n\n",
    "  ",
    "\t",
    "- ",
    ": ",
    "= ",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    "\"",
    "\"\"\"",
    "'",
    "#",
    "\\",
    "|\n",
    ">-\n",
    "---\n",
    "<<: *a",
    "&a ",
    "*a",
    "!reset ",
    "$A",
    "${A:-",
    "${",
    "}}",
    "{{",
    "$$",
    "<<EOF\n",
    "/*",
    "..",
    "../",
    "://",
    "null",
    "-9223372036854775808",
    "99999999999999999999",
    "1e999",
    "\u{0}",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{200b}",
    "\u{e0041}",
    "\u{feff}",
    "ö",
];

/// Reads the texts of a folder of the corpus, then for a moment new ones made of them. What is read must not panic.
pub(crate) fn texts<T: Debug>(folder: &str, read: impl Fn(&str) -> T) {
    let corpus = corpus(folder);
    corpus.iter().for_each(|text| within_bounds(text, &read));
    let test = arbtest(|u| {
        within_bounds(&made_of(&corpus, u)?, &read);
        Ok(())
    });
    // `ARBTEST_BUDGET_MS` is how long a patient person lets it try.
    if std::env::var_os("ARBTEST_BUDGET_MS").is_some() { test.run() } else { test.budget_ms(BUDGET).run() }
}

fn corpus(folder: &str) -> Vec<String> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = files.filter_map(|file| file.ok().map(|file| file.path())).collect();
    files.sort();
    let texts = files.iter().filter_map(|file| std::fs::read(file).ok());
    let texts: Vec<String> = texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
    assert!(!texts.is_empty(), "{} is empty", folder.display());
    texts
}

/// A text with a few changes: something taken out, said again and again, or put in from elsewhere.
fn made_of(corpus: &[String], u: &mut Unstructured<'_>) -> Result<String> {
    let mut text = u.choose(corpus)?.clone();
    for _ in 0..u.int_in_range(1..=6)? {
        let from = place(&text, u)?;
        let to = place(&text, u)?;
        let (from, to) = (from.min(to), from.max(to));
        match u.int_in_range(0..=5)? {
            0 => text.replace_range(from..to, ""),
            1 => {
                let piece = text[from..to].to_owned();
                text.insert_str(to, &piece);
            }
            2 => {
                let piece = if u.ratio(1, 2)? {
                    *u.choose(&PIECES)?
                } else {
                    &text[from..text.floor_char_boundary(to.min(from + 40)).max(from)]
                };
                let piece = piece.to_owned();
                let times = LONGEST / piece.len().max(1);
                text.insert_str(from, &piece.repeat(u.int_in_range(1..=times.clamp(1, 20_000))?));
            }
            3 => {
                let other = u.choose(corpus)?;
                let (start, end) = (place(other, u)?, place(other, u)?);
                text.insert_str(from, &other[start.min(end)..start.max(end)]);
            }
            4 => text.insert(from, u.arbitrary()?),
            _ => text.insert_str(from, u.choose(&PIECES)?),
        }
        text.truncate(text.floor_char_boundary(LONGEST));
    }
    Ok(text)
}

fn place(text: &str, u: &mut Unstructured<'_>) -> Result<usize> {
    Ok(text.floor_char_boundary(u.int_in_range(0..=text.len())?))
}

fn within_bounds<T: Debug>(text: &str, read: impl Fn(&str) -> T) {
    let (start, before) = (Instant::now(), MEMORY.current_usage());
    MEMORY.reset_peak_usage();
    let said = format!("{:?}", read(text)).len();
    let (took, memory) = (start.elapsed(), MEMORY.peak_usage().saturating_sub(before));
    let shown = || text.chars().take(2_000).collect::<String>();
    assert!(took < PATIENCE, "{took:?} for {} bytes: {:?}", text.len(), shown());
    assert!(memory < MOST_MEMORY, "{memory} bytes of memory for {} bytes: {:?}", text.len(), shown());
    assert!(said < MOST_SAID, "{said} bytes said of {} bytes: {:?}", text.len(), shown());
}
