//! Trees made to do harm: a scan ends, stays within the folder, and says what it left out.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use needk8s::document::SourceFile;
use needk8s::facts::{Facts, Unreadable};
use needk8s::scan::Rules;

use crate::scan_facts::scan;

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n";

/// A folder with these files.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
    fs::write(path, text).expect("a file");
}

/// Scans, and holds the time to what a patient person waits.
fn bounded(root: &Path) -> Facts {
    let start = Instant::now();
    let facts = scan(root);
    assert!(start.elapsed() < Duration::from_secs(30), "it took {:?}", start.elapsed());
    facts
}

fn reason<'f>(facts: &'f Facts, path: &str) -> &'f str {
    facts.unreadable.iter().find(|left_out| left_out.path == path).map_or("", |left_out| &left_out.reason)
}

#[test]
fn bombs_of_anchors_and_nesting_are_read_as_lines() {
    let bomb: String =
        (1..60).map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(","))).collect();
    let deep = format!("apiVersion: v1\nkind: Pod\nspec:\n{}x", "[".repeat(300_000));
    let steps: String = (0..2_000).map(|depth| format!("{}k:\n", " ".repeat(depth))).collect();
    let blocks = "resource \"a\" \"b\" {\n".repeat(100_000);
    let folder = tree(&[
        ("bomb.yaml", &format!("a0: &a0 x\n{bomb}apiVersion: v1\nkind: Pod\n")),
        ("deep.yaml", &deep),
        ("steps.yaml", &format!("{steps}apiVersion: v1\nkind: Pod\n")),
        ("deep.tf", &blocks),
        ("deep.tf.json", &"[".repeat(300_000)),
        ("pyproject.toml", &format!("x = {}", "[".repeat(30_000))),
        ("web.yaml", DEPLOYMENT),
    ]);
    let facts = bounded(folder.path());
    assert!(facts.kubernetes.objects.iter().any(|object| object.name == "web"));
    assert_eq!(reason(&facts, "pyproject.toml"), "its values are nested more deeply than is read");
}

#[test]
fn a_file_of_a_hundred_megabytes_is_named_and_not_read() {
    let folder = tree(&[("web.yaml", DEPLOYMENT)]);
    let large = fs::File::create(folder.path().join("large.yaml")).expect("a file");
    large.set_len(100 << 20).expect("a large file");
    let facts = bounded(folder.path());
    assert_eq!(reason(&facts, "large.yaml"), "it is larger than 4 MiB");
    assert_eq!(facts.kubernetes.objects.len(), 1);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_out_of_the_folder_or_in_circles() {
    use std::os::unix::fs::symlink;
    let outside = tree(&[("secret.yaml", DEPLOYMENT)]);
    let folder = tree(&[("a/web.yaml", "x: 1\n")]);
    let root = folder.path();
    symlink(outside.path(), root.join("out")).expect("a link");
    symlink(outside.path().join("secret.yaml"), root.join("secret.yaml")).expect("a link");
    symlink(root.join("a"), root.join("a/again")).expect("a link");
    symlink("nowhere", root.join("gone.yaml")).expect("a link");
    let facts = bounded(root);
    assert!(facts.kubernetes.objects.is_empty());
    assert_eq!(reason(&facts, "out"), "it is a link that leads out of the folder");
    assert_eq!(reason(&facts, "secret.yaml"), "it is a link that leads out of the folder");
    assert_eq!(reason(&facts, "gone.yaml"), "it is a link that leads nowhere");
    assert_eq!(facts.unreadable.len(), 3);
}

#[cfg(unix)]
#[test]
fn a_pipe_keeps_nobody_waiting() {
    let folder = tree(&[("web.yaml", DEPLOYMENT), ("sub/web.yaml", DEPLOYMENT), (".git/x", "")]);
    let pipe = |path: &str| {
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(path)).status();
        assert!(made.is_ok_and(|status| status.success()), "there is no mkfifo");
    };
    ["pipe.yaml", "sub/.gitignore", "Dockerfile", ".git/HEAD"].into_iter().for_each(pipe);
    let facts = bounded(folder.path());
    assert_eq!(reason(&facts, "pipe.yaml"), "it is no regular file");
    assert_eq!(reason(&facts, "Dockerfile"), "it is no regular file");
    assert_eq!(reason(&facts, "sub"), "its .gitignore is no file of patterns of a usual size");
    assert_eq!(facts.kubernetes.objects.len(), 1);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tree(&[("closed.yaml", DEPLOYMENT), ("closed/web.yaml", DEPLOYMENT)]);
    let close = |path: &str| fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(0o000));
    close("closed.yaml").expect("permissions");
    close("closed").expect("permissions");
    let is_root = fs::read(folder.path().join("closed.yaml")).is_ok();
    let facts = bounded(folder.path());
    fs::set_permissions(folder.path().join("closed"), fs::Permissions::from_mode(0o700))
        .expect("permissions");
    if !is_root {
        assert_eq!(reason(&facts, "closed.yaml"), "permission is denied");
        assert_eq!(reason(&facts, "closed"), "permission is denied");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_cannot_be_shown_are_shown_escaped() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tree(&[("red\u{1b}[31m.yaml", DEPLOYMENT), ("\u{202e}dir/web.yaml", DEPLOYMENT)]);
    fs::write(folder.path().join(OsStr::from_bytes(b"bad\xff.yaml")), DEPLOYMENT).expect("a file");
    let facts = bounded(folder.path());
    assert!(facts.kubernetes.objects.is_empty());
    let named: Vec<&str> = facts.unreadable.iter().map(|left_out| left_out.path.as_str()).collect();
    assert_eq!(named, ["\\u{202e}dir", "bad\u{fffd}.yaml", "red\\u{1b}[31m.yaml"]);
}

#[test]
fn text_that_is_not_utf_8_is_read_where_it_can_be() {
    let folder = tree(&[("web.yaml", DEPLOYMENT)]);
    let latin = [DEPLOYMENT.as_bytes(), b"# caf\xe9\n"].concat();
    fs::write(folder.path().join("latin.yaml"), latin).expect("a file");
    let wide: Vec<u8> = "\u{feff}torch==2\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path().join("requirements.txt"), wide).expect("a file");
    fs::write(folder.path().join("binary.yaml"), b"a\0b").expect("a file");
    let facts = bounded(folder.path());
    assert_eq!(facts.ml.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["torch"]);
    assert_eq!(reason(&facts, "binary.yaml"), "it is not text");
    assert_eq!(facts.kubernetes.objects.len(), 1);
}

#[test]
fn many_files_of_one_kind_are_counted_and_not_listed() {
    let folder = tree(&[("web.yaml", DEPLOYMENT)]);
    for number in 0..20_000 {
        fs::write(folder.path().join(format!("{number}.txt")), "").expect("a file");
    }
    for number in 0..120 {
        fs::write(folder.path().join(format!("{number}.yaml")), b"\0").expect("a file");
    }
    let facts = bounded(folder.path());
    assert_eq!(facts.unreadable.len(), 50);
    assert_eq!(facts.unreadable.iter().map(|left_out| 1 + left_out.others).sum::<usize>(), 120);
    assert_eq!(facts.kubernetes.objects.len(), 1);
}

#[test]
fn a_huge_gitignore_costs_its_directory_and_not_the_scan() {
    let patterns: String = (0..100_000).map(|number| format!("*{number}*\n")).collect();
    let folder =
        tree(&[("sub/.gitignore", &patterns), ("sub/web.yaml", DEPLOYMENT), ("web.yaml", DEPLOYMENT)]);
    let facts = bounded(folder.path());
    assert_eq!(facts.kubernetes.objects.len(), 1);
    assert_eq!(reason(&facts, "sub"), "its .gitignore is no file of patterns of a usual size");
}

#[test]
fn what_is_ignored_is_not_read_even_without_a_history() {
    let folder =
        tree(&[(".gitignore", "build/\n"), ("build/web.yaml", DEPLOYMENT), (".github/web.yaml", DEPLOYMENT)]);
    let paths: Vec<String> =
        bounded(folder.path()).kubernetes.objects.into_iter().map(|object| object.place.path).collect();
    assert_eq!(paths, [".github/web.yaml"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_exchanged_for_a_link_leads_nowhere() {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};
    let secret = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: secret\n";
    let outside = tree(&[]);
    let folder = tree(&[]);
    for number in 0..100 {
        write(outside.path(), &format!("{number}.yaml"), secret);
        write(folder.path(), &format!("sub/{number}.yaml"), DEPLOYMENT);
    }
    let link = outside.path().join("link");
    symlink(outside.path(), &link).expect("a link");
    let sub = folder.path().join("sub");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                renameat_with(CWD, &sub, CWD, &link, RenameFlags::EXCHANGE).expect("an exchange");
            }
        });
        for _ in 0..50 {
            let facts = scan(folder.path());
            let found = facts.kubernetes.objects.iter().filter(|object| object.name == "secret");
            if found.count() > 0 {
                done.store(true, Ordering::Relaxed);
                panic!("something outside was read");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[cfg(unix)]
#[test]
fn patterns_above_the_folder_are_read_within_bounds() {
    use std::os::unix::fs::symlink;
    let folder = tree(&[(".git/x", ""), ("sub/web.yaml", DEPLOYMENT), ("sub/api.yaml", DEPLOYMENT)]);
    let sub = folder.path().join("sub");
    let patterns = folder.path().join(".gitignore");
    fs::write(&patterns, "/sub/api.yaml\n").expect("a file");
    assert_eq!(bounded(&sub).kubernetes.objects.len(), 1);
    for make in ["pipe", "zeros", "huge"] {
        fs::remove_file(&patterns).expect("a file");
        match make {
            "pipe" => assert!(std::process::Command::new("mkfifo").arg(&patterns).status().is_ok()),
            "zeros" => symlink("/dev/zero", &patterns).expect("a link"),
            _ => fs::write(&patterns, "a\n".repeat(100_000)).expect("a file"),
        }
        let facts = bounded(&sub);
        assert_eq!(reason(&facts, "../.gitignore"), "it is no file of patterns of a usual size", "{make}");
        assert!(!facts.kubernetes.objects.is_empty());
    }
}

#[test]
fn texts_that_grow_beyond_their_source_end_and_are_said() {
    let include = |to: &str| format!("include: [{to}]\nservices: {{s: {{image: b}}}}\n");
    let mut files = vec![
        (
            "arguments/Dockerfile".to_owned(),
            format!("ARG A=xxxxxxxxxx\n{}FROM $A\nFROM b\n", "ARG A=$A$A$A$A\n".repeat(30)),
        ),
        ("compose.yaml".to_owned(), include("fan0.yaml")),
    ];
    for level in 0..14 {
        let next = format!("fan{}.yaml", level + 1);
        files.push((format!("fan{level}.yaml"), include(&[next.as_str(); 4].join(", "))));
    }
    files.push(("fan14.yaml".to_owned(), "services: {z: {image: b}}\n".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let facts = bounded(tree(&files).path());
    let bases: Vec<&str> = facts.dockerfiles[0].bases.iter().map(|(base, _)| base.as_str()).collect();
    assert_eq!(bases.last(), Some(&"b"));
    assert!(bases.iter().all(|base| base.len() <= 4096));
    assert!(reason(&facts, "arguments/Dockerfile").starts_with("its arguments grow beyond 4096 bytes"));
    let followed = "the projects include more files, or files more often, than are followed";
    assert!(facts.unreadable.iter().any(|left_out| left_out.reason == followed), "{:?}", facts.unreadable);
}

#[test]
fn what_aliases_repeat_counts_as_often_as_it_is_read() {
    let volumes: String = (0..2_000).map(|number| format!("  - v{number}:/data{number}\n")).collect();
    let services: String =
        (0..200).map(|number| format!("  s{number}:\n    image: a{number}\n    volumes: *e\n")).collect();
    let folder = tree(&[("compose.yaml", &format!("e: &e\n{volumes}services:\n{services}"))]);
    let facts = bounded(folder.path());
    assert!(
        reason(&facts, "compose.yaml").starts_with("it has more than 100000 values"),
        "{:?}",
        facts.unreadable
    );
}

#[test]
fn more_objects_than_are_kept_are_left_out_and_said() {
    let pods = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n---\n".repeat(20_000);
    let tables = "[[x]]\na=1\n".repeat(20_000);
    let resources = "resource \"a\" \"b\" {}\n".repeat(30_000);
    let stages = "FROM a\n".repeat(30_000);
    let pod = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"},".repeat(20_000);
    let list = format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{pod}]}}");
    let includes: String = (0..1_100).map(|number| format!("  - a*{number}*b.yml\n")).collect();
    let folder = tree(&[
        ("a/a.yaml", &pods),
        ("b/a.yaml", &pods),
        ("c/a.yaml", &pods),
        ("pyproject.toml", &tables),
        ("a.tf", &resources),
        ("Dockerfile", &stages),
        ("a.json", &list),
        (".gitlab-ci.yml", &format!("include:\n{includes}")),
    ]);
    let facts = bounded(folder.path());
    let said: Vec<&str> = facts.unreadable.iter().map(|left_out| left_out.reason.as_str()).collect();
    assert!(said.iter().any(|said| said.starts_with("there are more than 30000 objects")), "{said:?}");
    assert!(said.iter().any(|said| said.starts_with("pipelines take in more than 1000 files")), "{said:?}");
    assert_eq!(reason(&facts, "a.json"), "it has more values than are read of one file");
    assert_eq!(reason(&facts, "pyproject.toml"), "it has more keys and values than are read");
    assert_eq!(reason(&facts, "a.tf"), "it has more values than are read of one file");
    assert!(!reason(&facts, "Dockerfile").is_empty());
}

#[test]
fn what_is_left_out_does_not_hang_on_threads() {
    let pods =
        |name: &str| format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n---\n").repeat(1_000);
    let pods: Vec<(String, String)> =
        (100..150).map(|number| (format!("{number}.yaml"), pods(&format!("pod-{number}")))).collect();
    let long = format!("# {}\n", "-".repeat(100_000));
    let kind = |number| if number < 142 { "aws_eks_cluster" } else { "google_container_cluster" };
    let terraform = |number| format!("resource \"{}\" \"c\" {{}}\n{long}", kind(number));
    let terraform: Vec<(String, String)> =
        (100..150).map(|number| (format!("{number}.tf"), terraform(number))).collect();
    let kept: Vec<String> = (100..130).map(|number| format!("pod-{number}")).collect();
    let folder_of = |files: &[(String, String)]| {
        tree(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>())
    };
    let (pods, terraform) = (folder_of(&pods), folder_of(&terraform));
    for _ in 0..4 {
        let objects = bounded(pods.path()).kubernetes.objects;
        assert_eq!(objects.iter().map(|object| object.name.clone()).collect::<Vec<_>>(), kept);
        let clusters = bounded(terraform.path()).terraform.resources;
        assert_eq!(clusters.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["aws_eks_cluster"]);
    }
}

#[test]
fn of_too_many_bytes_the_smallest_files_are_read() {
    let folder = tree(&[]);
    let comment = format!("# {}\n", "-".repeat(62)).repeat(60_000);
    let pod = |name: &str| format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n");
    for number in 10..30 {
        write(folder.path(), &format!("{number}.yaml"), &(pod(&format!("pod-{number}")) + &comment));
    }
    write(folder.path(), "compose.yaml", "services:\n  web:\n    build: .\n");
    // By hand: 17 files of 3.7 MiB are 62.3 MiB, the next one is beyond 64.
    let kept: Vec<String> = (10..27).map(|number| format!("pod-{number}")).collect();
    for _ in 0..2 {
        let facts = bounded(folder.path());
        let pods = facts.kubernetes.objects.iter().map(|object| object.name.clone());
        assert_eq!(pods.collect::<Vec<_>>(), kept);
        assert_eq!(reason(&facts, "27.yaml"), "it and the smaller files are more than 64 MiB together");
        assert_eq!(facts.compose.main.as_deref(), Some("compose.yaml"));
    }
}

#[test]
fn of_terraform_so_much_is_kept_and_what_tells_nothing_new_is_not() {
    let resource =
        |file: usize, number: usize| format!("resource \"kubernetes_{file}_{number}\" \"a\" {{}}\n");
    let distinct = |file: usize| (0..8_000).map(|number| resource(file, number)).collect::<String>();
    let mut files: Vec<(String, String)> =
        (0..5).map(|file| (format!("{file}/a.tf"), distinct(file))).collect();
    // What comes after that is not read, whichever thread begins with it.
    files.push(("9/a.tf".to_owned(), "x = 1\n".repeat(20_000)));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let facts = bounded(tree(&files).path());
    let said = |facts: &Facts| {
        facts.unreadable.iter().any(|one| one.reason.starts_with("there are more than 30000 resources"))
    };
    assert!(said(&facts), "{:?}", facts.unreadable);
    assert_eq!(facts.terraform.resources.len(), 24_000);
    assert_eq!(reason(&facts, "9/a.tf"), "");
    let again = "resource \"kubernetes_a\" \"b\" {}\nprovider \"c\" {}\n".repeat(8_000);
    let facts = bounded(tree(&[("a/a.tf", &again), ("b/a.tf", &again), ("c/a.tf", &again)]).path());
    assert!(!said(&facts), "{:?}", facts.unreadable);
    assert_eq!((facts.terraform.resources.len(), facts.terraform.providers.len()), (1, 1));
}

#[test]
fn kustomizations_that_take_in_too_much_leave_nothing_out() {
    let left_out = |number: usize| {
        let items: String = (0..1_500).map(|item| format!("- ../d{item}\n")).collect();
        let kustomization = format!("resources:\n{items}");
        let mut files: Vec<(String, &str)> = (0..number)
            .map(|folder| (format!("d{folder}/kustomization.yaml"), kustomization.as_str()))
            .collect();
        files.push(("own/kustomization.yaml".to_owned(), "resources: [other.yaml]\n"));
        files.push(("own/web.yaml".to_owned(), DEPLOYMENT));
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        bounded(tree(&files).path()).kubernetes.objects.iter().map(|object| object.is_left_out).collect()
    };
    assert_eq!((left_out(2), left_out(70)), (vec![true], vec![false]));
}

#[test]
fn work_does_not_grow_with_the_square_of_a_line() {
    let kubectl = format!("jobs:\n  a:\n    - run: {}\n", "kubectl ".repeat(200_000));
    let stages: String = (0..9_000).map(|number| format!("FROM a AS s{number}\n")).collect();
    let quotes = "A=\"x\n".repeat(1_900);
    let dollars = format!(
        "services:\n{}",
        (0..300).map(|n| format!("  s{n}: {{image: \"{}\"}}\n", "${".repeat(2_000))).collect::<String>()
    );
    let folder = tree(&[
        (".github/workflows/a.yml", &kubectl),
        ("Dockerfile", &stages),
        (".env", &quotes),
        ("compose.yaml", &dollars),
    ]);
    bounded(folder.path());
}

#[test]
fn more_patterns_than_anybody_writes_are_refused() {
    use needk8s::scan::{Environment, Progress, read};
    let folder = tree(&[("web.yaml", DEPLOYMENT)]);
    let rules = Rules::parse(&needk8s::builtin::builtin_scan_file()).expect("the built-in tables are valid");
    let exclude = (0..1_001).map(|number| format!("*a{number}")).collect();
    let environment = Environment { exclude, ..Environment::default() };
    let refused =
        read(folder.path(), &rules, &environment, std::time::SystemTime::now(), &Progress::default());
    let refused = refused.expect_err("it is too much").to_string();
    assert_eq!(refused, "more than 1000 patterns say what a scan leaves out");
    let words = |number: usize| vec!["\"a\""; number].join(",");
    let lists = |number: usize| vec![format!("[{}]", words(1_000)); number].join(",");
    for (list, reason) in [
        (words(1_001), "a list has more than 1000 items"),
        (format!("{}, \"a\"", lists(10)), "there are more than 10000 words and patterns"),
    ] {
        let file = SourceFile::new("scan.toml", format!("x = [{list}]\n"));
        let shown = Rules::parse(&file).expect_err("it is too much").to_string();
        assert!(shown.contains(reason) && shown.contains("scan.toml:1:"), "{shown}");
    }
}

#[test]
fn lists_of_words_that_are_no_toml_are_refused_before_they_are_read() {
    for (text, reason) in [
        ("- ".repeat(300_000), "words and signs are more than are read"),
        (format!("x = '{}'", "\u{2}".repeat(200_000)), "this is not valid TOML"),
    ] {
        let faults = Rules::parse(&SourceFile::new("scan.toml", text)).expect_err("it is too much");
        assert_eq!(faults.faults.len(), 1);
        assert!(faults.to_string().contains(reason), "{faults}");
    }
}

#[test]
fn short_lines_count_more_than_their_bytes() {
    let lines = "\\\n".repeat(300_000);
    let pipeline = format!("on: push\njobs:\n  a:\n    steps:\n    - run: {lines}\n");
    let folder = tree(&[
        ("Dockerfile", &format!("FROM scratch\n{lines}")),
        (".github/workflows/a.yml", &pipeline),
        ("requirements.txt", &lines),
        ("compose.yaml", &format!("services:\n  a:\n    image: b\n{}", "\n".repeat(600_000))),
    ]);
    let facts = bounded(folder.path());
    for (path, said) in [
        (".", "there are more than 4 MiB of Dockerfiles; the others are left out"),
        (".", "there are more than 4 MiB of pipelines and scripts; the others are left out"),
        (".", "there are more than 4 MiB of files that may declare libraries; the others are left out"),
        ("compose.yaml", "the files before it have 8 MiB already"),
    ] {
        let is_said = |left_out: &Unreadable| left_out.path == path && left_out.reason == said;
        assert!(facts.unreadable.iter().any(is_said), "{said}: {:?}", facts.unreadable);
    }
}

#[test]
fn a_dockerfile_that_installs_more_than_is_read_is_named() {
    let folder = tree(&[("Dockerfile", &format!("FROM a\nRUN pip install {}\n", "torch ".repeat(60_000)))]);
    let facts = bounded(folder.path());
    assert_eq!(reason(&facts, "Dockerfile"), "it has more keys and values than are read");
}

#[test]
fn many_small_files_count_more_than_their_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..16_500 {
        write(folder.path(), &format!("Dockerfile.{number}"), "FROM a\n");
    }
    let facts = bounded(folder.path());
    let said = "there are more than 4 MiB of Dockerfiles; the others are left out";
    assert_eq!((reason(&facts, "."), facts.dockerfiles.len()), (said, 16_384));
}

#[test]
fn names_as_long_as_a_file_are_cut() {
    let long = "a".repeat(100_000);
    let folder = tree(&[
        ("compose.yaml", &format!("services:\n  {long}:\n    build: {long}\n    {long}: x\n")),
        ("charts/a/Chart.yaml", &format!("apiVersion: v2\nname: {long}\nversion: 1.0.0\n")),
        ("k8s/a.yaml", &DEPLOYMENT.replace("web", &long)),
    ]);
    let facts = bounded(folder.path());
    let shown = format!("{facts:?}");
    assert!(facts.compose.services.len() == 1 && facts.kubernetes.charts.len() == 1);
    assert!(facts.kubernetes.objects.len() == 1 && shown.len() < 10_000, "{} bytes", shown.len());
}

#[test]
fn commands_that_start_compose_are_bounded_in_all() {
    let service = "services:\n  a:\n    image: b\n";
    let names: Vec<String> = (0..500).map(|number| format!("p{number}/compose.a{number}.yaml")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), service)).collect();
    let commands = "docker compose -f compose.a1.yaml up\n".repeat(5_000);
    let once = format!("compose {}", "-docker-compose ".repeat(12_000));
    files.extend([("a.sh", commands.as_str()), ("b.sh", &once)]);
    let facts = bounded(tree(&files).path());
    let said =
        "there are more than 4000 commands that start Compose and files in them; the others are left out";
    assert!(facts.unreadable.iter().any(|left_out| left_out.reason == said), "{:?}", facts.unreadable);
}

#[test]
fn compose_files_are_read_up_to_some_bytes_together() {
    let long = format!("services: {{a: {{image: b}}}}\n# {}\n", "-".repeat(3 << 20));
    let folder = tree(&[
        ("compose.yaml", "include: [a.yaml, b.yaml, c.yaml]\n"),
        ("a.yaml", &long),
        ("b.yaml", &long),
        ("c.yaml", &long),
    ]);
    let said = "the files before it have 8 MiB already";
    let facts = bounded(folder.path());
    assert!(facts.unreadable.iter().any(|left_out| left_out.reason == said), "{:?}", facts.unreadable);
}

#[test]
fn what_is_too_long_for_an_image_is_none() {
    let folder = tree(&[(
        "compose.yaml",
        &format!("services:\n  a: {{build: ., image: \"{}\"}}\n", "$".repeat(5_000)),
    )]);
    let services = bounded(folder.path()).compose.services;
    assert_eq!(services.iter().map(|service| service.image.as_deref()).collect::<Vec<_>>(), [None]);
}
