//! The conformance cases of wire format v2, run against generated code.
//!
//! The build script compiles the folder's `conformance.fidl` with `fidlc`, and writes beside the
//! bindings one [`FromCase`] for each declared type, by which the values of the JSON cases become
//! values of the generated types. The folder is `data/`, or the one that `FIDL_CONFORMANCE_DIR` names;
//! one without `conformance.fidl` is about the types of `data/`.

pub mod case;
pub mod handle;
pub mod value;

pub use handle::{TestHandle, TestHandles};
pub use value::{FromCase, Unbuildable};

/// The folder whose `conformance.fidl` this crate was built from.
pub const CASES: &str = env!("FIDL_CONFORMANCE_CASES");

/// The generated bindings of `conformance.fidl`, and of the worked examples of the wire page.
pub mod bindings {
    /// Library `test.conformance`.
    pub mod test_conformance {
        include!(concat!(env!("OUT_DIR"), "/test_conformance.rs"));
    }

    /// Library `wire.examples`.
    pub mod wire_examples {
        include!(concat!(env!("OUT_DIR"), "/wire_examples.rs"));
    }
}

/// How JSON becomes values of the generated types.
mod bridge {
    use crate::TestHandle as H;
    use crate::bindings::test_conformance as t;
    use crate::case::{Runner, Type};
    use crate::value::{Context, FromCase, Unbuildable, field, fields, variant};
    use serde_json::Value;

    include!(concat!(env!("OUT_DIR"), "/bridge.rs"));
}

pub use bridge::{type_named, type_names};
