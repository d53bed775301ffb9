//! The page in a real browser, where there is one.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::program::Program;

/// Set where a browser has to be there.
const REQUIRED: &str = "REQUIRE_BROWSER";

/// A browser without a window, spoken to over a pair of pipes: messages of the DevTools protocol, each ended by a zero.
/// <https://chromedevtools.github.io/devtools-protocol/>
struct Browser {
    process: Child,
    replies: BufReader<std::process::ChildStdout>,
    session: Option<String>,
    sent: u64,
    /// What the browser told by itself.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser, or says that there is none.
    fn start() -> Option<Self> {
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
        let found = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        let Some(program) = found.into_iter().find(|path| path.is_file()) else {
            assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, and there is no Chromium");
            // Not through the macros, whose words are kept from those who look on while a test passes.
            let _ =
                writeln!(std::io::stderr(), "left out: pages in a browser, since there is no Chromium here");
            return None;
        };
        let profile = tempfile::tempdir().expect("a profile");
        let mut command = Command::new("sh");
        // The browser listens at descriptor 3 and answers at 4.
        command.args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null"]).arg(program);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        command.args(["--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the browser starts");
        let replies = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut browser =
            Self { process, replies, session: None, sent: 0, events: Vec::new(), _profile: profile };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}))["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", json!({"targetId": target, "flatten": true}));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut message = json!({"id": self.sent, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let pipe = self.process.stdin.as_mut().expect("a pipe");
        pipe.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let reply = self.next();
            if reply["id"] == json!(self.sent) {
                assert!(reply.get("error").is_none(), "{method}: {reply}");
                return reply["result"].clone();
            }
            self.events.push(reply);
        }
    }

    fn next(&mut self) -> Value {
        let mut message = Vec::new();
        self.replies.read_until(0, &mut message).expect("the browser answers");
        assert_eq!(message.pop(), Some(0), "the browser is gone");
        serde_json::from_slice(&message).expect("JSON")
    }

    /// Opens a page on a screen of a width, and waits until it is there.
    fn open(&mut self, page: &Path, width: u32, scheme: &str) {
        self.events.clear();
        let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500});
        self.call("Emulation.setDeviceMetricsOverride", screen);
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"media": "", "features": features}));
        self.call("Page.navigate", json!({"url": format!("file://{}", page.display())}));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.next();
            self.events.push(event);
        }
    }

    /// What an expression comes to on the page.
    fn value(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true});
        let result = self.call("Runtime.evaluate", params);
        assert!(result.get("exceptionDetails").is_none(), "{result}");
        result["result"]["value"].clone()
    }

    fn press(&mut self, key: &str, code: u32) {
        for kind in ["keyDown", "keyUp"] {
            let text = if key == "Enter" && kind == "keyDown" { "\r" } else { "" };
            let params =
                json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
            self.call("Input.dispatchKeyEvent", params);
        }
    }

    /// Keeps a picture of the whole page for those who want to look at it.
    fn picture(&mut self, name: &str) {
        let whole = json!({"captureBeyondViewport": true, "format": "png"});
        let data = self.call("Page.captureScreenshot", whole)["data"].clone();
        keep(name, &data);
    }
}

fn keep(name: &str, data: &Value) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).expect("a folder");
    let bytes = STANDARD.decode(data.as_str().expect("data")).expect("base64");
    std::fs::write(folder.join(name), bytes).expect("a picture");
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Situations that differ in what their pages have to show.
const SITUATIONS: [(&str, &str); 4] = [
    ("small", "--services 2 --developers 2 --purpose production --location one-cloud --uptime 99"),
    (
        "large",
        "--services 40 --developers 80 --teams 9 --servers 30 --purpose production --operations dedicated --uptime 99.99 --deploys zero-downtime --autoscaling --location multi-cloud",
    ),
    ("open", "--purpose production --services 12"),
    ("forced", "--packaged-software chart-only --services 3 --purpose production"),
];

/// Texts that stand out too little from what is behind them, by the rules of WCAG AA for ordinary text.
const TOO_FAINT: &str = r"(() => {
    const parse = text => (text.match(/[\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0.05);
    const behind = element => {
        for (let at = element; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || element.closest('svg')) continue;
        const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
        const ratio = Math.max(a, b) / Math.min(a, b);
        if (ratio < 4.5) faint.push(walker.currentNode.data.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
    }
    return faint;
})()";

#[test]
fn pages_fit_screens_and_say_nothing_to_the_console() {
    let Some(mut browser) = Browser::start() else { return };
    for (name, answers) in SITUATIONS {
        let program = Program::new();
        program.run(&format!("{answers} --no-input -o report.html")).ok();
        let page = program.path("report.html");
        for (width, scheme) in [(1280, "light"), (375, "light"), (1280, "dark"), (375, "dark")] {
            browser.open(&page, width, scheme);
            let at = format!("{name} at {width}, {scheme}");
            assert_eq!(browser.value("document.documentElement.scrollWidth"), json!(width), "{at}");
            assert_eq!(browser.value(TOO_FAINT), json!([]), "{at}");
            browser.picture(&format!("{name}-{width}-{scheme}.png"));
            let spoke = ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"];
            let said = |event: &&Value| spoke.iter().any(|method| event["method"] == *method);
            assert_eq!(browser.events.iter().find(said), None, "{at}");
            let requests =
                browser.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
            assert_eq!(requests.count(), 1, "{at}: nothing but the page itself is loaded");
        }
    }
}

#[test]
fn a_page_of_many_systems_fits_screens_and_is_sorted_without_a_script() {
    let Some(mut browser) = Browser::start() else { return };
    let mut lines = String::new();
    let mut numbers = crate::numbers::Numbers(5);
    for number in 0..30 {
        crate::fleet::line(&crate::cases::rulebook(), number, 0, &mut numbers, &mut lines);
    }
    let program =
        Program::new().file("f.jsonl", lines.replace("{\"name\"", "{\"group\":\"a group\",\"name\""));
    program.run("portfolio f.jsonl --shared --pages pages -o report.html").ok();
    let page = program.path("report.html");
    for (width, scheme) in [(1280, "light"), (375, "light"), (1280, "dark"), (375, "dark")] {
        browser.open(&page, width, scheme);
        let at = format!("many at {width}, {scheme}");
        assert_eq!(browser.value("document.documentElement.scrollWidth"), json!(width), "{at}");
        assert_eq!(browser.value(TOO_FAINT), json!([]), "{at}");
        browser.picture(&format!("many-{width}-{scheme}.png"));
        let spoke = ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"];
        let said = |event: &&Value| spoke.iter().any(|method| event["method"] == *method);
        assert_eq!(browser.events.iter().find(said), None, "{at}");
    }
    browser.open(&page, 1280, "light");
    browser.value("document.querySelector('input[value=\"1\"]').click()");
    let names = "[...document.querySelectorAll('.systems tbody tr')]
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .map(row => row.querySelector('a').textContent)";
    let names: Vec<String> = serde_json::from_value(browser.value(names)).expect("names");
    assert_eq!(names.len(), 30);
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn the_note_behind_a_cell_opens_and_closes_by_keys() {
    let Some(mut browser) = Browser::start() else { return };
    let program = Program::new();
    program.run(&format!("{} --no-input -o report.html", SITUATIONS[0].1)).ok();
    browser.open(&program.path("report.html"), 1280, "light");
    let open = "document.querySelectorAll('.note:popover-open').length";
    browser.value("document.querySelector('.heat button').focus()");
    assert_eq!(browser.value(open), json!(0));
    browser.press("Enter", 13);
    assert_eq!(browser.value(open), json!(1));
    browser.picture("note.png");
    browser.press("Escape", 27);
    assert_eq!(browser.value(open), json!(0));
    let focused = "document.activeElement === document.querySelector('.heat button')";
    assert_eq!(browser.value(focused), json!(true));
}

#[test]
fn a_page_prints_on_a4_with_all_that_is_folded() {
    let Some(mut browser) = Browser::start() else { return };
    let program = Program::new();
    program.run(&format!("{} --no-input -o report.html", SITUATIONS[1].1)).ok();
    browser.open(&program.path("report.html"), 1280, "dark");
    let printed =
        browser.call("Page.printToPDF", json!({"preferCSSPageSize": true, "printBackground": true}));
    keep("printed.pdf", &printed["data"]);
    browser.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    let hidden = "[...document.querySelectorAll('#appendix details > :not(summary)')].filter(e => !e.getClientRects().length).length";
    assert_eq!(browser.value(hidden), json!(0), "everything in the appendix is printed");
    assert_eq!(browser.value("getComputedStyle(document.body).backgroundColor"), json!("rgb(255, 255, 255)"));
}
