//! Koids and nonces: how a token is recognised (`linux-objects.md`, "Token identity").

use std::fmt;
use std::num::NonZeroU64;

/// The identity of the server end of a token: a random non-zero number of 63 bits.
///
/// A koid is a *claim*. The server binds the server end to an abstract name that holds the koid
/// ([`Channel::bind_koid`]), and whoever holds the client end reads it with
/// [`Channel::peer_name_koid`]. A process in another network namespace can bind the same name, so
/// before the server acts on a client end that it was handed, it asks for proof: see [`Nonce`].
///
/// [`Channel::bind_koid`]: crate::Channel::bind_koid
/// [`Channel::peer_name_koid`]: crate::Channel::peer_name_koid
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Koid(NonZeroU64);

impl Koid {
    /// The koid with this number, if it is one: non-zero and below `2^63`.
    pub const fn new(number: u64) -> Option<Koid> {
        if number >> 63 != 0 {
            return None;
        }
        match NonZeroU64::new(number) {
            Some(number) => Some(Koid(number)),
            None => None,
        }
    }

    /// A fresh koid from the kernel's random numbers.
    pub fn random() -> Koid {
        loop {
            let number = u64::from_ne_bytes(random_bytes()) >> 1;
            if let Some(koid) = Koid::new(number) {
                return koid;
            }
        }
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// The abstract name of a socket with this koid, without the NUL in front.
    pub(crate) fn abstract_name(self) -> String {
        format!("sysmem/{:016x}", self.get())
    }

    /// The koid that an abstract name holds, without the NUL in front.
    ///
    /// Strict: 16 lower-case hexadecimal digits, nothing before and nothing after, so that a koid
    /// has one name only.
    pub(crate) fn from_abstract_name(name: &[u8]) -> Option<Koid> {
        let digits = name.strip_prefix(b"sysmem/")?;
        if digits.len() != 16 || !digits.iter().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let digits = std::str::from_utf8(digits).ok()?;
        Koid::new(u64::from_str_radix(digits, 16).ok()?)
    }
}

impl fmt::Debug for Koid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Koid({:016x})", self.get())
    }
}

impl fmt::Display for Koid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.get())
    }
}

/// A one-off random number of 128 bits that proves which socket is the peer of which
/// (`linux-objects.md`, "Token identity", 3).
///
/// 1. The server draws a nonce and sends its 16 bytes as one raw packet through the client end that
///    it was handed.
/// 2. It drains the server end that it holds under the claimed [`Koid`]. Packets before the nonce
///    are the token's last requests, in order, and are served. A packet that [`Nonce::matches`] is
///    the proof that the two ends belong together.
/// 3. The queue is empty and there was no nonce: it is not our token.
///
/// The send may find the socket full, when much was sent before the token was turned in. Then drain
/// first and send again: what was drained is served all the same.
///
/// Good for one proof only. It has no `Clone`, and `Debug` does not show it.
pub struct Nonce([u8; Nonce::BYTES]);

impl Nonce {
    /// Length of the packet that carries a nonce.
    pub const BYTES: usize = 16;

    /// A fresh nonce from the kernel's random numbers.
    pub fn random() -> Nonce {
        Nonce(random_bytes())
    }

    /// The packet to send.
    pub const fn as_bytes(&self) -> &[u8; Nonce::BYTES] {
        &self.0
    }

    /// Whether a received packet is this nonce.
    ///
    /// Looks at every byte whatever it finds, so that the time tells nothing about the place of
    /// the first difference.
    pub fn matches(&self, packet: &[u8]) -> bool {
        packet.len() == Nonce::BYTES
            && packet.iter().zip(&self.0).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

/// Random bytes of the kernel.
///
/// # Panics
///
/// When the kernel has no `getrandom` at all: every Linux that has the rest of what this crate
/// needs has it, and a guessable koid would be worse than none.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        let flags = rustix::rand::GetRandomFlags::empty();
        match rustix::rand::getrandom(&mut bytes[filled..], flags) {
            Ok(count) => filled += count,
            Err(rustix::io::Errno::INTR) => {}
            Err(errno) => panic!("getrandom failed: {errno}"),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_koid_is_a_non_zero_63_bit_number() {
        assert_eq!(Koid::new(0), None);
        assert_eq!(Koid::new(1 << 63), None);
        assert_eq!(Koid::new(u64::MAX), None);
        assert_eq!(Koid::new(1).map(Koid::get), Some(1));
        assert_eq!(Koid::new(u64::MAX >> 1).map(Koid::get), Some(u64::MAX >> 1));
        assert_ne!(Koid::random(), Koid::random());
    }

    #[test]
    fn objects_koid_name_is_sixteen_lower_case_hex_digits() {
        let koid = Koid::new(0xab).unwrap();
        assert_eq!(koid.abstract_name(), "sysmem/00000000000000ab");
        assert_eq!(Koid::from_abstract_name(b"sysmem/00000000000000ab"), Some(koid));
        let refused: [&[u8]; 8] = [
            b"",
            b"sysmem/",
            b"sysmem/00000000000000AB",
            b"sysmem/0000000000000ab",
            b"sysmem/000000000000000ab",
            b"sysmem/+0000000000000ab",
            b"sysmem/0000000000000000",
            b"sysmem/8000000000000000",
        ];
        for name in refused {
            assert_eq!(Koid::from_abstract_name(name), None, "{}", name.escape_ascii());
        }
    }

    #[test]
    fn objects_nonce_matches_itself_and_nothing_else() {
        let nonce = Nonce::random();
        assert!(nonce.matches(nonce.as_bytes()));
        assert!(!nonce.matches(Nonce::random().as_bytes()));
        assert!(!nonce.matches(&nonce.as_bytes()[..15]));
        assert!(!nonce.matches(&[nonce.as_bytes().as_slice(), &[0]].concat()));
        let mut last_bit = *nonce.as_bytes();
        last_bit[15] ^= 1;
        assert!(!nonce.matches(&last_bit));
        assert_eq!(format!("{nonce:?}"), "Nonce(..)");
    }
}
