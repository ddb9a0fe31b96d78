//! Mails over TLS with a password, through a real mail server.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use hostwright_gateways::SmtpTransport;
use hostwright_gateways::smtp::Security;
use hostwright_panel::notifications::ports::{Delivery, MailTransport, OutgoingMail};

/// Takes mails only over TLS and from `panel` with the password `secret`; says
/// its port, then a line for each mail. Ends with its standard input.
const SERVER: &str = r#"
import socket, ssl, sys
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

folder, mode = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")

class Keeper:
    async def handle_DATA(self, server, session, envelope):
        print("mail", *envelope.rcpt_tos, flush=True)
        return "250 kept"

def known(server, session, envelope, mechanism, data):
    right = data.login == b"panel" and data.password == b"secret"
    return AuthResult(success=right, handled=False)

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
how = dict(hostname="127.0.0.1", port=port, authenticator=known, auth_required=True)
if mode == "tls":
    server = Controller(Keeper(), ssl_context=context, auth_require_tls=False, **how)
else:
    server = Controller(Keeper(), tls_context=context, require_starttls=True, **how)
server.start()
print(port, flush=True)
sys.stdin.read()
server.stop()
"#;

/// A certificate for localhost that is its own authority's only leaf.
const CERTIFICATE: &str = "
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE
[leaf]
basicConstraints = critical,CA:FALSE
subjectAltName = DNS:localhost
";

struct Server {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        make_certificates(folder.path());
        let mut child = Command::new("/usr/bin/python3")
            .args(["-c", SERVER])
            .arg(folder.path())
            .arg(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.as_mut().unwrap());
        said.read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("python3-aiosmtpd is installed and starts");
        Self { child, port, folder }
    }

    fn root(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("ca.pem")).unwrap()
    }

    /// Ends the server; what it said of mails.
    fn end(mut self) -> Vec<String> {
        drop(self.child.stdin.take());
        let said = BufReader::new(self.child.stdout.take().unwrap());
        let lines = said.lines().map_while(Result::ok).collect();
        self.child.wait().unwrap();
        lines
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn make_certificates(folder: &Path) {
    std::fs::write(folder.join("openssl.cnf"), CERTIFICATE).unwrap();
    for command in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority \
         -config openssl.cnf -extensions authority -keyout ca.key -out ca.pem",
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -config openssl.cnf \
         -keyout key.pem -out leaf.csr",
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile openssl.cnf \
         -extensions leaf -out cert.pem",
    ] {
        let output = Command::new("openssl")
            .args(command.split_whitespace())
            .current_dir(folder)
            .output()
            .expect("openssl is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn mail() -> OutgoingMail {
    OutgoingMail {
        id: "mai_018f3c2a7b6e7d0c9a1b2c3d4e5f6a7b".parse().unwrap(),
        from: "panel@example.org".to_owned(),
        from_name: "Panel".to_owned(),
        to: "ada@example.com".to_owned(),
        subject: "Hello".to_owned(),
        text: "Hello Ada\n".to_owned(),
        html: "<p>Hello Ada</p>".to_owned(),
        files: Vec::new(),
    }
}

fn login(password: &str) -> Option<(String, String)> {
    Some(("panel".to_owned(), password.to_owned()))
}

async fn a_protected_server_is_used_as_it_should(mode: &str, security: Security) {
    let server = Server::start(mode);
    let to = |login| SmtpTransport::new("localhost", server.port, security, login).unwrap();
    let known = to(login("secret")).trusting(&server.root()).unwrap();
    assert_eq!(known.send(&mail()).await, Delivery::Accepted("250 kept".to_owned()));

    let stranger = to(login("secret"));
    let outcome = stranger.send(&mail()).await;
    assert!(matches!(&outcome, Delivery::Later(_)), "an unknown authority: {outcome:?}");

    let wrong = to(login("guess")).trusting(&server.root()).unwrap();
    let outcome = wrong.send(&mail()).await;
    assert!(matches!(&outcome, Delivery::Later(words) if words.starts_with("535")), "{outcome:?}");

    let silent = to(None).trusting(&server.root()).unwrap();
    let outcome = silent.send(&mail()).await;
    assert!(matches!(&outcome, Delivery::Later(words) if words.starts_with("530")), "{outcome:?}");

    assert_eq!(server.end(), ["mail ada@example.com"], "one mail came, over TLS");
}

#[tokio::test]
async fn a_mail_goes_out_after_starttls_and_signing_in() {
    a_protected_server_is_used_as_it_should("starttls", Security::StartTls).await;
}

#[tokio::test]
async fn a_mail_goes_out_over_tls_from_the_first_byte() {
    a_protected_server_is_used_as_it_should("tls", Security::Tls).await;
}
