//! Handles: what the codec needs to know of them, and the typed ends of channels.

use std::fmt;
use std::marker::PhantomData;

/// Something that travels beside the bytes of a message and has one owner.
pub trait Handle: Sized {
    /// Checks a received handle against its declaration and reduces its rights to the declared ones
    /// (`fidl-wire.md` 3.6).
    ///
    /// # Errors
    ///
    /// The fault; the handle is gone in that case.
    fn receive(self, object_type: ObjectType, rights: Rights) -> Result<Self, HandleFault>;
}

/// Why a received handle does not fit its declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandleFault {
    /// It refers to another kind of object.
    WrongType,
    /// It lacks a right that the declaration demands.
    MissingRights,
}

/// The kind of object that a handle refers to: `zx_obj_type_t`. 0 stands for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ObjectType(pub u32);

impl ObjectType {
    /// Any object.
    pub const ANY: Self = Self(0);
    /// A channel endpoint.
    pub const CHANNEL: Self = Self(4);
}

/// What may be done with a handle: `zx_rights_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rights(pub u32);

impl Rights {
    /// Whatever rights the handle has.
    pub const SAME: Self = Self(0x8000_0000);
    /// The rights of a channel endpoint on the wire (`fidl-wire.md` 3.6).
    pub const CHANNEL_DEFAULT: Self = Self(0xf00e);
}

/// A handle on its way out, with what its declaration promises about it.
#[derive(Debug, PartialEq, Eq)]
pub struct HandleDisposition<H> {
    /// The handle itself.
    pub handle: H,
    /// Declared type, for the transport to verify.
    pub object_type: ObjectType,
    /// Declared rights, for the transport to reduce to.
    pub rights: Rights,
}

macro_rules! channel_end {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<P, H> {
            handle: H,
            protocol: PhantomData<fn() -> P>,
        }

        impl<P, H> $name<P, H> {
            /// Takes a handle for an end that speaks `P`.
            pub const fn new(handle: H) -> Self {
                Self { handle, protocol: PhantomData }
            }

            /// The handle within.
            pub const fn handle(&self) -> &H {
                &self.handle
            }

            /// Gives the handle up.
            pub fn into_handle(self) -> H {
                self.handle
            }
        }

        impl<P, H: fmt::Debug> fmt::Debug for $name<P, H> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.handle).finish()
            }
        }

        impl<P, H: PartialEq> PartialEq for $name<P, H> {
            fn eq(&self, other: &Self) -> bool {
                self.handle == other.handle
            }
        }
    };
}

channel_end! {
    /// The end of a channel on which requests of protocol `P` are sent.
    ClientEnd
}
channel_end! {
    /// The end of a channel on which requests of protocol `P` arrive.
    ServerEnd
}
