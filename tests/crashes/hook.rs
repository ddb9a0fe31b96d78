//! Every point at which a process can end: around each commit, and around each
//! call to a node or to the mail server. The points are counted while a story is
//! told, never listed by hand.

use std::future::pending;
use std::sync::{Arc, Mutex};

use hostwright_panel::nodes::model::Node;
use hostwright_panel::notifications::ports::{Delivery, MailTransport, OutgoingMail};
use hostwright_panel::platform::stops::{Moment, Stops};
use hostwright_panel::platform::worker::BoxFuture;
use hostwright_panel::servers::adoption::model::GuestFound;
use hostwright_panel::servers::ports::{self, Act, Acted, Answer, Guest, GuestSeen, NodeSeen};
use hostwright_tests::simulator::act_name;
use tokio::sync::Notify;

/// What happens at the points that are passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing.
    Off,
    /// They are counted.
    Count,
    /// The process ends at this one, counted from 0.
    EndAt(usize),
    /// The process ends when it first comes to this one.
    EndAtFirst(Point),
    /// The process ends after the first change of a node, before its journal.
    EndAfterFirstAct,
    /// Every change of a node is made twice.
    Double,
}

/// Which side of an effect a point is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

/// A point, as it is told when something is wrong there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// `commit`, the name of an act, `look`, `survey`, `console` or `mail`.
    pub what: &'static str,
    pub side: Side,
    /// The last act on a node before it.
    pub follows: &'static str,
}

impl Point {
    /// Whether it is on one side of a change of a node.
    pub fn is_act(self) -> bool {
        !matches!(self.what, "commit" | "look" | "survey" | "console" | "mail")
    }
}

/// Ends the process that it belongs to, where it is told to.
pub struct Hook {
    state: Mutex<State>,
    /// Told when the process has ended.
    pub ended: Notify,
}

struct State {
    mode: Mode,
    passed: Vec<Point>,
    last_act: &'static str,
}

impl Hook {
    pub fn new(mode: Mode) -> Arc<Self> {
        let state = State { mode, passed: Vec::new(), last_act: "the beginning" };
        Arc::new(Self { state: Mutex::new(state), ended: Notify::new() })
    }

    /// Counts anew from here.
    pub fn begin(&self, mode: Mode) {
        *self.state.lock().unwrap() = State { mode, passed: Vec::new(), last_act: "the beginning" };
    }

    /// The points passed so far.
    pub fn passed(&self) -> Vec<Point> {
        self.state.lock().unwrap().passed.clone()
    }

    fn doubles(&self) -> bool {
        self.state.lock().unwrap().mode == Mode::Double
    }

    /// Passes a point; whether the process ends there.
    fn pass(&self, what: &'static str, side: Side) -> bool {
        let mut state = self.state.lock().unwrap();
        let number = state.passed.len();
        let point = Point { what, side, follows: state.last_act };
        let ends = match state.mode {
            Mode::EndAt(place) => place == number,
            Mode::EndAtFirst(first) => first == point,
            Mode::EndAfterFirstAct => point.is_act() && side == Side::After,
            Mode::Off | Mode::Count | Mode::Double => false,
        };
        state.passed.push(point);
        if ends {
            state.mode = Mode::Off;
        }
        drop(state);
        if ends {
            self.ended.notify_one();
        }
        ends
    }

    async fn reach(&self, what: &'static str, side: Side) {
        if self.pass(what, side) {
            pending::<()>().await;
        }
    }

    async fn around<T>(&self, what: &'static str, call: impl Future<Output = T> + Send) -> T {
        self.reach(what, Side::Before).await;
        let answer = call.await;
        self.reach(what, Side::After).await;
        answer
    }
}

impl Stops for Hook {
    fn ends_at(&self, moment: Moment) -> bool {
        match moment {
            Moment::BeforeCommit => self.pass("commit", Side::Before),
            Moment::AfterCommit => self.pass("commit", Side::After),
        }
    }
}

/// A port with points around every call.
pub struct Hooked<T: ?Sized> {
    pub hook: Arc<Hook>,
    pub inner: Arc<T>,
}

impl ports::Hypervisor for Hooked<dyn ports::Hypervisor> {
    fn observe<'a>(&'a self, node: &'a Node, guest: &'a Guest) -> BoxFuture<'a, Answer<GuestSeen>> {
        Box::pin(self.hook.around("look", self.inner.observe(node, guest)))
    }

    fn observe_all<'a>(&'a self, node: &'a Node) -> BoxFuture<'a, Answer<NodeSeen>> {
        Box::pin(self.hook.around("look", self.inner.observe_all(node)))
    }

    fn survey<'a>(&'a self, node: &'a Node, only: Option<&'a str>) -> BoxFuture<'a, Answer<Vec<GuestFound>>> {
        Box::pin(self.hook.around("survey", self.inner.survey(node, only)))
    }

    fn act<'a>(&'a self, node: &'a Node, guest: &'a Guest, act: Act, fence: i64) -> BoxFuture<'a, Answer<Acted>> {
        Box::pin(async move {
            let name = act_name(act);
            self.hook.reach(name, Side::Before).await;
            self.hook.state.lock().unwrap().last_act = name;
            let mut answer = self.inner.act(node, guest, act, fence).await;
            if answer.is_ok() && self.hook.doubles() {
                answer = self.inner.act(node, guest, act, fence).await;
            }
            self.hook.reach(name, Side::After).await;
            answer
        })
    }

    fn console_tail<'a>(&'a self, node: &'a Node, guest: &'a Guest, bytes: u32) -> BoxFuture<'a, Answer<String>> {
        Box::pin(self.hook.around("console", self.inner.console_tail(node, guest, bytes)))
    }
}

impl MailTransport for Hooked<dyn MailTransport> {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Delivery> {
        Box::pin(self.hook.around("mail", self.inner.send(mail)))
    }
}
