//! What generated code says about protocols and methods.

use crate::codec::Codec;
use crate::response::Response;

/// How a receiver treats methods that it does not know (`fidl-wire.md` 7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Openness {
    /// Flexible ones pass.
    Open,
    /// Flexible one-way methods and events pass.
    Ajar,
    /// None passes.
    Closed,
}

/// A protocol, by its generated marker type.
pub trait Protocol {
    /// For people: `fuchsia.sysmem2/Node`.
    const NAME: &'static str;
    /// The name that a service directory knows it by, if it can be discovered.
    const DISCOVERABLE: Option<&'static str>;
    /// How unknown methods are treated.
    const OPENNESS: Openness;
}

/// A method or event, by its generated marker type.
pub trait Method {
    /// The 63-bit ordinal (section 7.1).
    const ORDINAL: u64;
    /// For people: `fuchsia.sysmem2/Node.Sync`.
    const NAME: &'static str;
    /// Whether the sender lets a receiver not know it.
    const FLEXIBLE: bool;
}

/// A method without reply, or an event.
pub trait OneWay<H>: Method {
    /// The body; [`NoBody`](crate::wire::NoBody) for `()`.
    type Request: Codec<H>;
}

/// A method with a reply.
pub trait TwoWay<H>: Method {
    /// The body of the request; [`NoBody`](crate::wire::NoBody) for `()`.
    type Request: Codec<H>;
    /// The body of the reply: one of the kinds in [`response`](crate::response).
    type Response: Response<H>;
}

/// What a one-way method carries, as a program holds it.
pub type RequestValue<M, H> = <<M as OneWay<H>>::Request as Codec<H>>::Value;

/// What the request of a two-way method carries, as a program holds it.
pub type TwoWayRequestValue<M, H> = <<M as TwoWay<H>>::Request as Codec<H>>::Value;
