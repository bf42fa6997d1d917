//! Who may look into the service.

use zx::Credentials;

/// Users that may connect to the Inspector, whoever may open its socket.
#[derive(Clone, Debug)]
pub(crate) struct Permission {
    users: Vec<u32>,
}

const ROOT: u32 = 0;

impl Permission {
    /// The service's own user, root, and some more.
    pub(crate) fn new(mut users: Vec<u32>) -> Self {
        users.extend([ROOT, rustix::process::geteuid().as_raw()]);
        Self { users }
    }

    /// Whether a client may look. Of one that the kernel does not know, nobody can say.
    pub(crate) fn covers(&self, client: Option<Credentials>) -> bool {
        client.is_some_and(|client| self.users.contains(&client.uid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inspector_is_for_root_the_own_user_and_those_of_the_configuration() {
        let own = rustix::process::geteuid().as_raw();
        let client = |uid| Some(Credentials { pid: None, uid, gid: 0 });
        let permission = Permission::new(vec![4_000_000_001]);
        for uid in [ROOT, own, 4_000_000_001] {
            assert!(permission.covers(client(uid)), "{uid}");
        }
        assert!(!permission.covers(client(4_000_000_002)));
        assert!(!permission.covers(None));
    }
}
