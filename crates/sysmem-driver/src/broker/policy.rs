//! Who may ask for what.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use zx::{Channel, PeerProcess};

use crate::peer::Peer;

/// Which peers may ask for which protocols. What no rule allows is denied.
///
/// A peer is whoever the kernel names as the maker of the other end of the connection
/// (`SO_PEERCRED`), also where it came through another broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Everybody may ask for everything: the permissions of the sockets are all there is.
    #[default]
    Open,
    /// Whoever a rule allows it.
    Rules(Vec<Rule>),
}

/// Allows peers that have each property that is stated to ask for the protocols that are stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Effective users. `None`: any.
    pub uids: Option<Vec<u32>>,
    /// Effective groups; further groups of a process do not count. `None`: any.
    pub gids: Option<Vec<u32>>,
    /// Paths of the programs that the peers execute, as `/proc/PID/exe` has them. `None`: any.
    ///
    /// It keeps programs apart, not enemies: a user can make any process of its own do anything.
    pub programs: Option<Vec<PathBuf>>,
    /// Names of protocols. `None`: any.
    pub protocols: Option<Vec<String>>,
}

/// Why somebody may not.
#[derive(Debug)]
pub(crate) enum Denial {
    /// No rule allows it to this program, which could be found out or not.
    NoRule { program: io::Result<Option<PathBuf>> },
}

impl Policy {
    /// Whether whoever is at the other end of `channel` may ask for `protocol`.
    pub(crate) fn check(
        &self,
        channel: &Channel,
        peer: Peer,
        protocol: &str,
    ) -> Result<(), Denial> {
        let Self::Rules(rules) = self else { return Ok(()) };
        let mut applicable = rules.iter().filter(|rule| rule.applies_to(peer, protocol)).peekable();
        if applicable.peek().is_some_and(|rule| rule.programs.is_none()) {
            return Ok(());
        }
        let program = program_of(channel);
        let path = program.as_ref().ok().and_then(Option::as_deref);
        if applicable.any(|rule| rule.allows_program(path)) {
            Ok(())
        } else {
            Err(Denial::NoRule { program })
        }
    }
}

impl Rule {
    /// Leaves the program aside.
    fn applies_to(&self, peer: Peer, protocol: &str) -> bool {
        contains(&self.uids, |uid| *uid == peer.0.uid)
            && contains(&self.gids, |gid| *gid == peer.0.gid)
            && contains(&self.protocols, |name| name == protocol)
    }

    fn allows_program(&self, program: Option<&Path>) -> bool {
        contains(&self.programs, |path| program == Some(path))
    }
}

fn contains<T>(list: &Option<Vec<T>>, is_it: impl Fn(&T) -> bool) -> bool {
    list.as_ref().is_none_or(|list| list.iter().any(is_it))
}

fn program_of(channel: &Channel) -> io::Result<Option<PathBuf>> {
    PeerProcess::of(channel)?.map(|process| process.program()).transpose()
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::NoRule { program } = self;
        match program {
            Ok(Some(path)) => write!(f, "no rule allows it to {}", path.display()),
            Ok(None) => f.write_str("no rule allows it to an unknown program"),
            Err(error) => write!(f, "no rule allows it, and its program is unknown: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROTOCOL: &str = "fuchsia.sysmem2.Allocator";

    fn allows(rules: Vec<Rule>) -> bool {
        let (_client, server) = Channel::pair().unwrap();
        let peer = Peer::of(&server).unwrap();
        Policy::Rules(rules).check(&server, peer, PROTOCOL).is_ok()
    }

    #[test]
    fn brokers_policy_by_each_property() {
        let (client, _server) = Channel::pair().unwrap();
        let me = Peer::of(&client).unwrap().0;
        let this = std::env::current_exe().unwrap();
        let any = Rule::default;
        let cases = [
            (any(), true),
            (Rule { uids: Some(vec![me.uid + 1, me.uid]), ..any() }, true),
            (Rule { uids: Some(vec![me.uid + 1]), ..any() }, false),
            (Rule { gids: Some(vec![me.gid]), ..any() }, true),
            (Rule { gids: Some(vec![]), ..any() }, false),
            (Rule { programs: Some(vec![this.clone()]), ..any() }, true),
            (Rule { programs: Some(vec!["/bin/other".into()]), ..any() }, false),
            (Rule { protocols: Some(vec![PROTOCOL.to_owned()]), ..any() }, true),
            (Rule { protocols: Some(vec!["other".to_owned()]), ..any() }, false),
            (Rule { programs: Some(vec![this]), uids: Some(vec![me.uid + 1]), ..any() }, false),
        ];
        for (rule, expected) in cases {
            assert_eq!(allows(vec![rule.clone()]), expected, "{rule:?}");
            let other = Rule { programs: Some(vec!["/bin/other".into()]), ..any() };
            assert_eq!(allows(vec![other, rule.clone()]), expected, "{rule:?}");
        }
        assert!(!allows(vec![]), "what no rule allows is denied");
    }

    #[test]
    fn brokers_a_denial_names_the_program() {
        let (_client, server) = Channel::pair().unwrap();
        let peer = Peer::of(&server).unwrap();
        let denial = Policy::Rules(vec![]).check(&server, peer, PROTOCOL).unwrap_err();
        let program = std::env::current_exe().unwrap();
        assert!(denial.to_string().contains(program.to_str().unwrap()), "{denial}");
    }
}
