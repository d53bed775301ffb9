//! How long a scan takes, beside what no scan can do without: walking the same folder and reading the same files, in
//! parallel, in the same run. `cargo bench --bench scan` prints medians and 99th percentiles.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod measure;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use ignore::{WalkBuilder, WalkState};
use needk8s::builtin::builtin_scan_file;
use needk8s::scan::{Environment, Progress, Rules, read};
use rayon::prelude::*;

use measure::measure;

/// Directories of the large tree, with 25 files in each.
const DIRECTORIES: usize = 1_000;
const RUNS: usize = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rules = Rules::parse(&builtin_scan_file()).map_err(|faults| faults.to_string())?;
    let folder = tempfile::tempdir()?;
    let (large, ordinary) = (folder.path().join("large"), folder.path().join("ordinary"));
    generate(&large, DIRECTORIES)?;
    generate(&ordinary, DIRECTORIES / 25)?;

    for (name, tree) in [("25,000 files", &large), ("1,000 files", &ordinary)] {
        let floor = measure(&format!("{name}: walk and read"), RUNS, || {
            assert!(floor(tree) > 0, "there is nothing to read")
        });
        let scan = measure(&format!("{name}: scan"), RUNS, || {
            let facts =
                read(tree, &rules, &Environment::default(), SystemTime::UNIX_EPOCH, &Progress::default());
            assert!(facts.is_ok_and(|facts| !facts.kubernetes.objects.is_empty()), "the scan finds nothing");
        });
        println!("{name}: {:.2} times the floor", scan.as_secs_f64() / floor.as_secs_f64());
    }
    Ok(())
}

/// Walks as the scan does, and reads what it would: YAML and Dockerfiles.
fn floor(root: &Path) -> usize {
    let found = Mutex::new(Vec::new());
    let walk = WalkBuilder::new(root).hidden(false).require_git(false).build_parallel();
    walk.run(|| {
        Box::new(|entry| {
            if let Some(path) = entry.ok().map(ignore::DirEntry::into_path).filter(|path| is_candidate(path))
                && let Ok(mut found) = found.lock()
            {
                found.push(path);
            }
            WalkState::Continue
        })
    });
    let found: Vec<PathBuf> = found.into_inner().unwrap_or_default();
    found.par_iter().filter_map(|path| std::fs::read_to_string(path).ok()).map(|text| text.len()).sum()
}

fn is_candidate(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml") || path.ends_with("Dockerfile")
}

/// A service a directory: six YAML files, a Dockerfile and program texts. A third of the YAML are manifests, a third
/// templates, a third something else.
fn generate(root: &Path, directories: usize) -> std::io::Result<()> {
    for number in 0..directories {
        let directory = root.join(format!("team{}/area{}/service{number}", number % 7, number % 31));
        std::fs::create_dir_all(&directory)?;
        for file in 0..2 {
            std::fs::write(directory.join(format!("manifest{file}.yaml")), manifest(number * 2 + file))?;
            std::fs::write(directory.join(format!("template{file}.yaml")), template(number * 2 + file))?;
            std::fs::write(directory.join(format!("values{file}.yaml")), values(number * 2 + file))?;
        }
        std::fs::write(
            directory.join("Dockerfile"),
            "FROM golang:1.25 AS build\nRUN go build ./...\nFROM alpine:3\n",
        )?;
        for file in 0..18 {
            std::fs::write(directory.join(format!("source{file}.go")), "package main\n".repeat(40))?;
        }
    }
    Ok(())
}

fn manifest(number: usize) -> String {
    let object = |kind: &str| {
        let ports = "      - name: http\n        port: 80\n        protocol: TCP\n".repeat(12);
        format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: service-{number}\n  labels:\n    app: x\nspec:\n  replicas: 3\n  template:\n    spec:\n{ports}"
        )
    };
    format!("{}---\n{}", object("Deployment"), object("Service"))
}

fn template(number: usize) -> String {
    let lines = "  {{- if .Values.enabled }}\n  key: {{ .Values.key | quote }}\n  {{- end }}\n".repeat(25);
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{{{ .Release.Name }}}}-{number}\ndata:\n{lines}"
    )
}

fn values(number: usize) -> String {
    (0..60).map(|line| format!("setting-{line}:\n  value: {}\n", number + line)).collect()
}
