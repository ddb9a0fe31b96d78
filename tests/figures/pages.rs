//! What a page costs the panel's process, and how long people wait for it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hostwright_tests::soak::resident_megabytes;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::figure::median;
use crate::seed::{OWNER, PASSWORD};

/// A process that serves, ended with the value.
pub struct Process {
    child: Child,
    pub url: String,
}

/// What it took until `/readyz` answered.
pub struct Started {
    pub process: Process,
    pub milliseconds: f64,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn panel() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("hostwright")
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn started(mut command: Command, port: u16, path: &str) -> Started {
    let began = Instant::now();
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let url = format!("http://127.0.0.1:{port}");
    let process = Process { child, url: url.clone() };
    let client = Client::new();
    loop {
        assert!(began.elapsed() < Duration::from_secs(60), "{url} does not answer");
        if let Ok(answer) = client.get(format!("{url}{path}")).send().await
            && answer.status().is_success()
        {
            break;
        }
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
    Started { process, milliseconds: began.elapsed().as_secs_f64() * 1_000.0 }
}

/// The panel over this data folder.
pub async fn serve(data: &Path) -> Started {
    let port = free_port();
    let mut command = Command::new(panel());
    command
        .arg("serve")
        .env_clear()
        .env("HOSTWRIGHT_DATA_DIR", data)
        .env("HOSTWRIGHT_LISTEN", format!("127.0.0.1:{port}"))
        .env("HOSTWRIGHT_LOG_LEVEL", "error");
    started(command, port, "/readyz").await
}

/// A bare handler that writes what is in the file.
pub async fn serve_bare(file: &Path) -> Started {
    let port = free_port();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["bare", "--file"]).arg(file).args(["--listen", &format!("127.0.0.1:{port}")]);
    started(command, port, "/").await
}

impl Process {
    /// CPU milliseconds that the process has used.
    pub fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let fields: Vec<f64> = fields.split(' ').map(|field| field.parse().unwrap_or_default()).collect();
        // utime and stime, in hundredths of a second.
        (fields[11] + fields[12]) * 10.0
    }

    pub fn megabytes(&self) -> f64 {
        resident_megabytes(&self.child.id().to_string())
    }

    /// Waits until the process does nothing by itself for a while.
    pub async fn rest(&self) {
        let began = Instant::now();
        let mut quiet = 0;
        while quiet < 3 && began.elapsed() < Duration::from_secs(120) {
            let before = self.cpu();
            tokio::time::sleep(Duration::from_millis(700)).await;
            quiet = if self.cpu() - before <= 20.0 { quiet + 1 } else { 0 };
        }
    }

    pub async fn sign_in(&self, email: &str) -> String {
        let input = json!({ "email": email, "password": PASSWORD });
        let client = Client::new();
        let answer = client.post(format!("{}/api/v1/auth/sign-in", self.url)).json(&input).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["session_token"].as_str().unwrap_or_else(|| panic!("{email} cannot sign in: {answer}")).to_owned()
    }

    pub async fn owner(&self) -> String {
        self.sign_in(OWNER).await
    }
}

fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

async fn get(client: &Client, url: &str, session: &str) -> Vec<u8> {
    ask(client, url, session).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn ask(client: &Client, url: &str, session: &str) -> Result<Vec<u8>, String> {
    let told = |error: reqwest::Error| format!("{url}: {error}");
    let answer = client.get(url).header("Cookie", format!("hw_session={session}")).send().await.map_err(told)?;
    if !answer.status().is_success() {
        return Err(format!("{url}: {}", answer.status()));
    }
    Ok(answer.bytes().await.map_err(told)?.to_vec())
}

/// CPU milliseconds of a page, and the page.
pub async fn cost(process: &Process, path: &str, session: &str, count: usize) -> (f64, Vec<u8>) {
    let client = client();
    let url = format!("{}{path}", process.url);
    let mut page = Vec::new();
    for _ in 0..20 {
        page = get(&client, &url, session).await;
    }
    let before = process.cpu();
    for _ in 0..count {
        get(&client, &url, session).await;
    }
    ((process.cpu() - before) / count as f64, page)
}

/// The 99th percentile of milliseconds under this many connections, and how many
/// requests were not answered well.
pub async fn p99(process: &Process, asked: &[(String, String)], connections: usize, each: usize) -> (f64, usize) {
    let mut tasks = Vec::new();
    for number in 0..connections {
        let (asked, url) = (asked.to_vec(), process.url.clone());
        tasks.push(tokio::spawn(async move {
            let client = client();
            let (mut times, mut failed) = (Vec::with_capacity(each), 0_usize);
            for turn in 0..each {
                let (path, session) = &asked[(number + turn) % asked.len()];
                let began = Instant::now();
                failed += usize::from(ask(&client, &format!("{url}{path}"), session).await.is_err());
                times.push(began.elapsed().as_secs_f64() * 1_000.0);
            }
            (times, failed)
        }));
    }
    let (mut times, mut failed) = (Vec::new(), 0);
    for task in tasks {
        let (own, lost) = task.await.unwrap();
        times.extend(own);
        failed += lost;
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() * 99 / 100], failed)
}

/// Cold start to `/readyz` in milliseconds, and idle memory in megabytes: medians.
pub async fn start(data: &Path, times: usize) -> (f64, f64) {
    let (mut starts, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let one = serve(data).await;
        starts.push(one.milliseconds);
        one.process.rest().await;
        idle.push(one.process.megabytes());
    }
    (median(starts), median(idle))
}

/// The same of a bare handler.
pub async fn start_bare(file: &Path, times: usize) -> (f64, f64) {
    let (mut starts, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let one = serve_bare(file).await;
        starts.push(one.milliseconds);
        idle.push(one.process.megabytes());
    }
    (median(starts), median(idle))
}
