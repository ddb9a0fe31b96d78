//! Somebody in front of a browser. On every page that is visited it is checked
//! that nothing is logged as an error, that no other host is asked for anything,
//! and that axe-core finds nothing to complain about.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command as Program;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine;
use serde_json::{Value, json};
use thirtyfour::common::command::{Command, ExtensionCommand};
use thirtyfour::prelude::*;

use super::panel::{PASSWORD, Panel};

const AXE: &str = "axe-core-4.14.1";
const REGISTRY: &str = "https://registry.npmjs.org/axe-core/-";
const PATIENCE: Duration = Duration::from_secs(30);
const RULES: &str = "wcag2a,wcag2aa,wcag21a,wcag21aa,wcag22aa";

/// A browser with one visitor.
pub struct Visitor {
    driver: WebDriver,
    _lab: xtask::lab::WebDriver,
    base: String,
    scripts: bool,
    checked: BTreeSet<String>,
    complaints: Vec<String>,
}

#[derive(Debug)]
struct Raw(&'static str, Value);

impl ExtensionCommand for Raw {
    fn parameters_json(&self) -> Option<Value> {
        Some(self.1.clone())
    }

    fn method(&self) -> reqwest::Method {
        reqwest::Method::POST
    }

    fn endpoint(&self) -> Arc<str> {
        self.0.into()
    }
}

impl Visitor {
    /// Opens a browser for a panel, with or without JavaScript.
    pub async fn open(panel: &Panel, scripts: bool) -> Self {
        let lab = xtask::lab::WebDriver::shared().unwrap();
        let mut wanted = DesiredCapabilities::chrome();
        for argument in lab.chromium_arguments() {
            wanted.add_arg(&argument).unwrap();
        }
        wanted.add_arg("--lang=en").unwrap();
        let mut preferences = json!({ "intl.accept_languages": "en" });
        if !scripts {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        wanted.add_experimental_option("prefs", preferences).unwrap();
        wanted
            .insert_base_capability("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL", "performance": "ALL" }));
        let driver = WebDriver::new(lab.url(), wanted).await.unwrap();
        driver.set_window_rect(0, 0, 1280, 900).await.unwrap();
        Self { driver, _lab: lab, base: panel.url.clone(), scripts, checked: BTreeSet::new(), complaints: Vec::new() }
    }

    /// Opens a page.
    pub async fn go(&mut self, path: &str) {
        self.driver.goto(format!("{}{path}", self.base)).await.unwrap();
        self.look().await;
    }

    /// The path where the browser is.
    pub async fn path(&self) -> String {
        self.driver.current_url().await.unwrap().path().to_owned()
    }

    /// All that can be read.
    pub async fn words(&self) -> String {
        for _ in 0..50 {
            if let Ok(body) = self.driver.find(By::Css("body")).await
                && let Ok(words) = body.text().await
            {
                return words;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nothing can be read at {}", self.path().await);
    }

    /// Types into a field of the form of an action.
    pub async fn fill(&self, action: &str, field: &str, value: &str) {
        let found = self.element(&format!("form[action='/do/{action}'] [name='{field}']")).await;
        found.clear().await.unwrap();
        found.send_keys(value).await.unwrap();
    }

    /// Chooses an answer of a select or of radio buttons.
    pub async fn choose(&self, action: &str, field: &str, value: &str) {
        let form = format!("form[action='/do/{action}']");
        let css = format!(
            "{form} select[name='{field}'] option[value='{value}'], {form} input[name='{field}'][value='{value}']"
        );
        self.element(&css).await.click().await.unwrap();
    }

    /// Presses the button of the form of an action, and looks at what comes.
    pub async fn press(&mut self, action: &str) {
        let css = format!("form[action='/do/{action}'] button[type='submit']");
        let ask = format!("//details[.//form[@action='/do/{action}']]/summary");
        self.click(&css, Some(&ask)).await;
    }

    /// Follows the first link whose address begins with a path.
    pub async fn follow(&mut self, path: &str) {
        self.click(&format!("main a[href^='{path}']"), None).await;
    }

    /// Clicks what may be folded below a summary, again where a page that keeps itself fresh
    /// exchanges it meanwhile, and looks at what comes.
    async fn click(&mut self, css: &str, summary: Option<&str>) {
        for _ in 0..20 {
            let found = self.element(css).await;
            if let Some(summary) = summary
                && let Ok(false) = found.is_displayed().await
                && let Ok(summary) = self.driver.find(By::XPath(summary)).await
            {
                summary.click().await.ok();
            }
            match found.click().await {
                Ok(()) => {
                    self.gone(&found).await;
                    return self.look().await;
                }
                Err(_exchanged) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        panic!("{css} cannot be clicked at {}", self.path().await);
    }

    /// Without JavaScript each click leads to another page: waits until this one is gone, so that nothing
    /// is looked for on it.
    async fn gone(&self, clicked: &WebElement) {
        let until = tokio::time::Instant::now() + Duration::from_secs(2);
        while !self.scripts && clicked.is_displayed().await.is_ok() && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until a page is reached.
    pub async fn arrives(&self, path: &str) {
        let until = tokio::time::Instant::now() + PATIENCE;
        while !self.path().await.starts_with(path) {
            if tokio::time::Instant::now() > until {
                panic!("at {} and not at {path}:\n{}", self.path().await, self.words().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until words can be read; without JavaScript the page is loaded again.
    pub async fn reads(&mut self, words: &str) {
        let until = tokio::time::Instant::now() + PATIENCE;
        while !self.words().await.contains(words) {
            if tokio::time::Instant::now() > until {
                panic!("{words:?} cannot be read at {}:\n{}", self.path().await, self.words().await);
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
            if !self.scripts {
                self.driver.refresh().await.unwrap();
            }
        }
        self.look().await;
    }

    /// Signs in.
    pub async fn signs_in(&mut self, email: &str) {
        self.go("/sign-in").await;
        self.fill("auth.sign_in", "email", email).await;
        self.fill("auth.sign_in", "password", PASSWORD).await;
        self.press("auth.sign_in").await;
    }

    /// How much wider the page is than a phone of 390 pixels.
    pub async fn too_wide_for_a_phone(&self) -> Option<String> {
        self.size(390, 844).await;
        let script = "const wide = document.scrollingElement.scrollWidth; const far = [...document.querySelectorAll('body *')] \
             .filter(e => e.getBoundingClientRect().right > 392).slice(0, 4).map(e => e.tagName + '.' + e.className); \
             return wide + ' ' + far.join(' ');";
        let found: String = self.driver.execute(script, Vec::<Value>::new()).await.unwrap().convert().unwrap();
        self.raw("/goog/cdp/execute", json!({ "cmd": "Emulation.clearDeviceMetricsOverride", "params": {} })).await;
        let wide: u32 = found.split(' ').next().unwrap().parse().unwrap();
        (wide > 392).then_some(found)
    }

    /// Closes the browser; panics with all that was wrong on the way.
    pub async fn leave(self) {
        self.driver.quit().await.unwrap();
        assert!(self.complaints.is_empty(), "{}", self.complaints.join("\n"));
    }

    async fn element(&self, css: &str) -> WebElement {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Ok(found) = self.driver.find(By::Css(css)).await {
                return found;
            }
            if tokio::time::Instant::now() > until {
                panic!("no {css} at {}:\n{}", self.path().await, self.words().await);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn raw(&self, endpoint: &'static str, body: Value) -> Value {
        let command = Command::ExtensionCommand(Box::new(Raw(endpoint, body)));
        self.driver.cmd(command).await.unwrap().value_json().unwrap()
    }

    async fn size(&self, width: u32, height: u32) {
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.raw("/goog/cdp/execute", json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": params })).await;
    }

    /// Checks the page that is shown.
    async fn look(&mut self) {
        let path = self.path().await;
        let at = |what: &str| format!("{path}: {what}");
        let mut found = Vec::new();
        for entry in self.raw("/se/log", json!({ "type": "browser" })).await.as_array().unwrap() {
            if entry["level"] == "SEVERE" {
                found.push(at(&entry["message"].to_string()));
            }
        }
        for entry in self.raw("/se/log", json!({ "type": "performance" })).await.as_array().unwrap() {
            let told: Value = serde_json::from_str(entry["message"].as_str().unwrap()).unwrap();
            let url = told["message"]["params"]["request"]["url"].as_str().unwrap_or_default();
            let is_request = told["message"]["method"] == "Network.requestWillBeSent";
            // What Chromium loads for its own first page has other schemes.
            let is_remote = ["http:", "https:", "ws:", "wss:"].iter().any(|scheme| url.starts_with(scheme));
            if is_request && is_remote && !url.starts_with(&self.base) {
                found.push(at(&format!("another host is asked: {url}")));
            }
        }
        let kind: String =
            path.split('/').map(|part| if part.contains('_') { "id" } else { part }).collect::<Vec<_>>().join("/");
        let is_link = ["/confirm/", "/reset/", "/invite/"].iter().any(|link| kind.starts_with(link));
        let kind = match kind.rsplit_once('/') {
            Some((link, _token)) if is_link => format!("{link}/id"),
            _ => kind,
        };
        if self.scripts && self.checked.insert(kind.clone()) {
            found.extend(self.axe().await.into_iter().map(|what| at(&what)));
            self.size(390, 844).await;
            self.colours("dark").await;
            found.extend(self.axe().await.into_iter().map(|what| at(&format!("dark, on a phone: {what}"))));
            self.as_it_was().await;
            // It tries out inline styles, which the page rightly forbids.
            self.raw("/se/log", json!({ "type": "browser" })).await;
            self.picture(&kind).await;
        }
        self.complaints.append(&mut found);
    }

    /// What axe-core finds wrong.
    async fn axe(&self) -> Vec<String> {
        let Some(axe) = axe_core() else { return Vec::new() };
        self.driver.execute(axe, Vec::<Value>::new()).await.unwrap();
        let script = "const done = arguments[arguments.length - 1]; \
             axe.run(document, { runOnly: { type: 'tag', values: arguments[0].split(',') }, resultTypes: ['violations'] }) \
             .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3) \
             .map(n => n.html.slice(0, 200) + ' ' + n.any.concat(n.all, n.none).map(c => c.message).join(' ')).join(' | '))), \
             e => done(['axe failed: ' + e]));";
        self.driver.execute_async(script, vec![json!(RULES)]).await.unwrap().convert().unwrap()
    }

    /// Saves pictures of the page where `HOSTWRIGHT_SCREENSHOTS` names a folder.
    async fn picture(&self, kind: &str) {
        let Some(folder) = std::env::var_os("HOSTWRIGHT_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        std::fs::create_dir_all(&folder).unwrap();
        let name = kind.trim_matches('/').replace('/', "-");
        for (width, height) in [(1280, 900), (390, 844)] {
            self.size(width, height).await;
            for look in ["light", "dark"] {
                self.colours(look).await;
                let whole = json!({ "format": "png", "captureBeyondViewport": true });
                let taken =
                    self.raw("/goog/cdp/execute", json!({ "cmd": "Page.captureScreenshot", "params": whole })).await;
                let png = base64::engine::general_purpose::STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
                std::fs::write(folder.join(format!("{name}-{width}-{look}.png")), png).unwrap();
            }
        }
        self.as_it_was().await;
    }

    /// The colours that the visitor's system asks for: light or dark.
    async fn colours(&self, look: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": look }] });
        self.raw("/goog/cdp/execute", json!({ "cmd": "Emulation.setEmulatedMedia", "params": features })).await;
        // Colours change within a moment, not at once.
        tokio::time::sleep(Duration::from_millis(250)).await;
    }

    async fn as_it_was(&self) {
        let none = json!({ "features": [] });
        self.raw("/goog/cdp/execute", json!({ "cmd": "Emulation.setEmulatedMedia", "params": none })).await;
        self.raw("/goog/cdp/execute", json!({ "cmd": "Emulation.clearDeviceMetricsOverride", "params": {} })).await;
    }
}

/// The source of axe-core, fetched once into the target folder; nothing, with a
/// message, where it cannot be had.
fn axe_core() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    SOURCE
        .get_or_init(|| match fetch_axe() {
            Ok(source) => Some(source),
            Err(why) => {
                println!("accessibility is NOT checked: {why}");
                None
            }
        })
        .as_deref()
}

fn fetch_axe() -> anyhow::Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/axe");
    let kept = folder.join(format!("{AXE}.js"));
    if let Ok(source) = std::fs::read_to_string(&kept) {
        return Ok(source);
    }
    let scratch = tempfile::tempdir()?;
    let (url, archive) = (format!("{REGISTRY}/{AXE}.tgz"), scratch.path().join("axe.tgz"));
    let fetched = Program::new("curl").args(["-fsSL", "--retry", "3", "-o"]).arg(&archive).arg(&url).output()?;
    anyhow::ensure!(fetched.status.success(), "{url}: {}", String::from_utf8_lossy(&fetched.stderr).trim());
    let opened =
        Program::new("tar").arg("xzf").arg(&archive).arg("package/axe.min.js").current_dir(scratch.path()).status()?;
    anyhow::ensure!(opened.success(), "{url} cannot be unpacked");
    let source = std::fs::read_to_string(scratch.path().join("package/axe.min.js"))?;
    std::fs::create_dir_all(&folder)?;
    // Written beside and renamed: tests that run at the same time see all or nothing.
    let beside = folder.join(format!("{}.part", std::process::id()));
    std::fs::write(&beside, &source)?;
    std::fs::rename(&beside, &kept)?;
    Ok(source)
}
