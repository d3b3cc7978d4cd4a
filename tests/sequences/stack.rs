//! A stack with a custom resource and what stands beside it, through the operations that its owner asks for.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::Value;

use super::account::Account;
use super::life::{Change, Trouble, Wanted};

use crate::support::cloudformation;
use crate::support::event::{CONFIG, ENDPOINT, Event, FLEET, MONITORING};
use crate::support::harness::Answer;

/// Which of the resource types a stack declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Endpoint,
    /// The stack has an `AWS::SageMaker::Endpoint` of its own on the config.
    Config,
    /// The endpoints were made elsewhere.
    Monitoring,
    /// No endpoint is needed, and none is there.
    Fleet,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Endpoint => ENDPOINT,
            Self::Config => CONFIG,
            Self::Monitoring => MONITORING,
            Self::Fleet => FLEET,
        }
    }

    fn account(self) -> Account {
        let account = Account::new();
        if self == Self::Monitoring {
            account.foreign_endpoint("chat", None);
            account.foreign_endpoint("talk", None);
        }
        account
    }
}

/// What an account looks like in which nothing was ever done but to create what is wanted.
pub(crate) struct Reference {
    kind: Kind,
    pictures: Mutex<HashMap<Option<Wanted>, Value>>,
}

impl Reference {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, pictures: Mutex::default() }
    }

    fn picture(&self, wanted: Option<&Wanted>) -> Value {
        let key = wanted.cloned();
        if let Some(known) = self.pictures.lock().unwrap().get(&key) {
            return known.clone();
        }
        let account = self.kind.account();
        if let Some(wanted) = wanted {
            let event = Event::create(self.kind.name(), &wanted.declared(self.kind));
            let id = account.deliver(&event, wanted.endpoint, &Trouble::Nothing).succeeded().id();
            assert!(self.kind != Kind::Config || account.deploy(wanted.endpoint, &id));
        }
        let picture = account.picture();
        self.pictures.lock().unwrap().insert(key, picture.clone());
        picture
    }
}

/// A resource as its stack knows it.
#[derive(Clone, Debug)]
struct Held {
    id: String,
    wanted: Wanted,
}

pub(crate) struct Stack<'r> {
    kind: Kind,
    account: Account,
    reference: &'r Reference,
    held: Option<Held>,
}

impl<'r> Stack<'r> {
    pub(crate) fn new(kind: Kind, reference: &'r Reference) -> Self {
        Self { kind, account: kind.account(), reference, held: None }
    }

    /// One operation of the stack, to its end.
    pub(crate) fn make(&mut self, change: &Change) {
        match (self.held.take(), &change.wanted) {
            (None, None) => {}
            (None, Some(wanted)) => self.create(wanted, change),
            (Some(old), Some(wanted)) => self.update(old, wanted, change),
            (Some(old), None) => self.delete(&old, &change.trouble),
        }
        let wanted = self.held.as_ref().map(|held| &held.wanted);
        let (is, ought) = (self.account.picture(), self.reference.picture(wanted));
        assert!(is == ought, "after {change:#?}\nthere is   {is:#}\nthere ought to be {ought:#}");
    }

    /// The stack goes.
    pub(crate) fn remove(&mut self) {
        if let Some(old) = self.held.take() {
            self.delete(&old, &Trouble::Nothing);
        }
        let (is, ought) = (self.account.picture(), self.reference.picture(None));
        assert!(is == ought, "after all, there is {is:#}\nthere ought to be {ought:#}");
    }

    fn create(&mut self, wanted: &Wanted, change: &Change) {
        let event = Event::create(self.kind.name(), &wanted.declared(self.kind));
        let answer = self.ask(&event, wanted, &change.trouble, true);
        let mut made = answer.is_success();
        let id = answer.id();
        if made {
            self.ask_again(&event, &answer, change);
            made = self.deploy_rest(wanted, &id, &change.trouble) && !change.rest_fails;
            if !made && self.kind == Kind::Config {
                self.account.retire(wanted.endpoint);
            }
        }
        if made {
            self.held = Some(Held { id, wanted: wanted.clone() });
        } else {
            let delete = cloudformation::rolled_back(&event, &id).unwrap();
            self.insist(&delete, wanted, &change.trouble_back);
        }
    }

    fn update(&mut self, old: Held, wanted: &Wanted, change: &Change) {
        let (before, after) = (old.wanted.declared(self.kind), wanted.declared(self.kind));
        let event = Event::update(self.kind.name(), &old.id, &before, &after);
        let answer = self.ask(&event, wanted, &change.trouble, wanted.deploys_differently(&old.wanted));
        let id = answer.id();
        if answer.0["Status"] == "FAILED" {
            let back = cloudformation::rolled_back(&event, &id).unwrap();
            let back = self.insist(&back, &old.wanted, &change.trouble_back);
            assert_eq!(back.id(), old.id, "the way back is no replacement");
            self.held = Some(old);
            return;
        }
        if old.wanted == *wanted && matches!(change.trouble, Trouble::Nothing) {
            assert_eq!(self.account.writes(), [""; 0], "an Update that changes nothing");
        }
        self.ask_again(&event, &answer, change);
        let moved =
            id == old.id && !old.wanted.deploys_differently(wanted) || self.deploy_rest(wanted, &id, &change.trouble);
        if moved && !change.rest_fails {
            if self.kind == Kind::Config && old.wanted.endpoint != wanted.endpoint {
                self.account.retire(old.wanted.endpoint);
            }
            if let Some(cleanup) = cloudformation::cleaned_up(&event, &id) {
                self.insist(&cleanup, &old.wanted, &change.trouble_back);
            }
            self.held = Some(Held { id, wanted: wanted.clone() });
            return;
        }
        let back = cloudformation::rolled_back(&event, &id).unwrap();
        self.insist(&back, &old.wanted, &change.trouble_back);
        if self.kind == Kind::Config && old.wanted.deploys_differently(wanted) {
            if old.wanted.endpoint == wanted.endpoint {
                assert!(self.account.deploy(old.wanted.endpoint, &old.id), "the endpoint goes back to its old config");
            } else {
                self.account.retire(wanted.endpoint);
            }
        }
        if let Some(cleanup) = cloudformation::cleaned_up_after_rollback(&event, &id) {
            self.insist(&cleanup, wanted, &Trouble::Nothing);
        }
        self.held = Some(old);
    }

    fn delete(&mut self, old: &Held, trouble: &Trouble) {
        if self.kind == Kind::Config {
            self.account.retire(old.wanted.endpoint);
        }
        self.insist(&Event::delete(self.kind.name(), &old.id, &old.wanted.declared(self.kind)), &old.wanted, trouble);
    }

    /// Sends a request. Where nothing goes wrong, it has to succeed.
    fn ask(&self, event: &Event, wanted: &Wanted, trouble: &Trouble, deploys: bool) -> Answer {
        let trouble = match trouble {
            // Of the stack's own endpoint, or of none.
            Trouble::Transition { .. } | Trouble::HandedOverTwice if self.kind != Kind::Endpoint || !deploys => {
                &Trouble::Nothing
            }
            other => other,
        };
        let answer = self.account.deliver(event, wanted.endpoint, trouble);
        if matches!(
            trouble,
            Trouble::Nothing | Trouble::AtOnce | Trouble::AnswerLost { .. } | Trouble::Throttled { .. }
        ) {
            return answer.succeeded();
        }
        answer
    }

    /// Sends a request that has to succeed in the end: where trouble keeps it from that, the stack's owner tries again.
    fn insist(&self, event: &Event, wanted: &Wanted, trouble: &Trouble) -> Answer {
        let answer = self.ask(event, wanted, trouble, false);
        if answer.is_success() {
            return answer;
        }
        self.ask(&cloudformation::tried_again(event), wanted, &Trouble::Nothing, false).succeeded()
    }

    /// Delivers a request that has succeeded once more, where the change says so: nothing is to be done.
    fn ask_again(&self, event: &Event, first: &Answer, change: &Change) {
        if change.again {
            let second = self.account.deliver(event, "", &Trouble::Nothing).succeeded();
            assert_eq!(second, *first, "the same request again");
            assert_eq!(self.account.writes(), [""; 0], "the same request again");
        }
    }

    /// Moves the stack's own endpoint to the config. Whether it got there.
    fn deploy_rest(&self, wanted: &Wanted, config: &str, trouble: &Trouble) -> bool {
        if self.kind != Kind::Config {
            return true;
        }
        self.account.script(wanted.endpoint, trouble);
        self.account.deploy(wanted.endpoint, config)
    }
}
