//! Whom a node belongs to, for logs (`sysmem2-protocols.md` 6.2).

use std::fmt;
use std::sync::Arc;

use crate::interface::Recipient;
use crate::limits::DEBUG_NAME_BYTES_MAX;

/// What a client says about itself. Never affects allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DebugInfo {
    /// Shared, since whole trees inherit it.
    pub name: Arc<str>,
    pub id: u64,
}

impl DebugInfo {
    /// The client says something new; the name it had stays readable behind the new one.
    pub fn rename(&mut self, name: String, id: u64) {
        self.name = match &*self.name {
            "" => name.into(),
            old => cut(format!("{name} (was {old})")),
        };
        self.id = id;
    }

    /// What a token made by `AttachToken` starts with (3.7).
    pub fn attached(&self) -> Self {
        let name = match &*self.name {
            "" => "from AttachToken()".into(),
            name => cut(format!("{name} then AttachToken()")),
        };
        Self { name, id: self.id }
    }

    /// Of handles that go to this client.
    pub fn recipient(&self) -> Recipient {
        Recipient { name: Arc::clone(&self.name), id: self.id }
    }
}

fn cut(mut name: String) -> Arc<str> {
    name.truncate(name.floor_char_boundary(DEBUG_NAME_BYTES_MAX));
    name.into()
}

impl fmt::Display for DebugInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { name, id: 0 } if name.is_empty() => f.write_str("an unnamed client"),
            Self { name, id } => write!(f, "client \"{}\" ({id})", name.escape_debug()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_keeps_the_old_one_readable() {
        let mut info = DebugInfo::default();
        info.rename("camera".into(), 7);
        assert_eq!(info.to_string(), "client \"camera\" (7)");
        info.rename("isp".into(), 8);
        assert_eq!(info, DebugInfo { name: "isp (was camera)".into(), id: 8 });
    }

    #[test]
    fn names_are_cut_between_characters() {
        // "b (was " has 7 bytes and "cc (was " 8, so that one of them ends within a character.
        for (name, length) in [("b", DEBUG_NAME_BYTES_MAX - 1), ("cc", DEBUG_NAME_BYTES_MAX)] {
            let mut info = DebugInfo { name: "ä".repeat(DEBUG_NAME_BYTES_MAX / 2).into(), id: 1 };
            info.rename(name.into(), 2);
            assert_eq!(info.name.len(), length);
        }
    }

    #[test]
    fn what_a_client_calls_itself_stays_within_its_quotes() {
        let info = DebugInfo { name: "a\"\n\u{1b}[31m".into(), id: 1 };
        assert_eq!(info.to_string(), "client \"a\\\"\\n\\u{1b}[31m\" (1)");
    }

    #[test]
    fn attached_tokens_say_where_they_come_from() {
        assert_eq!(&*DebugInfo::default().attached().name, "from AttachToken()");
        let named = DebugInfo { name: "gpu".into(), id: 3 };
        assert_eq!(&*named.attached().name, "gpu then AttachToken()");
    }
}
