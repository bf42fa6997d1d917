//! The attributes that the language defines (`fidl-language.md` section 10).
//!
//! Two more are for simple layout, see `sema::simple`: `@for_deprecated_c_bindings`, the last name
//! that
//! `[Layout = "Simple"]` had (section 13), and `@counted_by`, which is this compiler's own and named
//! after the attribute of C compilers for the same purpose.

use super::place::Place;
use crate::ast::{Argument, ExprKind};
use crate::diagnostics::Rule;
use crate::sema::{is_identifier, is_library_name};

/// What an official attribute is and where it goes.
pub(super) struct Official {
    pub name: &'static str,
    pub allowed: fn(Place) -> bool,
    pub arguments: Arguments,
    /// Beyond being a string: what is wrong with the value of an argument, and under which rule.
    pub check: fn(&Argument) -> Option<(Rule, String)>,
}

/// Which arguments an official attribute takes.
#[derive(Clone, Copy)]
pub(super) enum Arguments {
    None,
    /// One string without a name.
    One,
    /// Optional strings with these names.
    Named(&'static [&'static str]),
    /// Those of `@available`, whose values the versions read.
    Versions,
}

/// Arguments of `@available`.
pub(super) const VERSION_ARGUMENTS: &[&str] =
    &["platform", "added", "deprecated", "removed", "replaced", "renamed", "note"];

/// All of them, by name.
pub(super) const OFFICIAL: &[Official] = &[
    Official {
        name: "allow_deprecated_struct_defaults",
        allowed: |place| matches!(place, Place::Struct | Place::AnonymousStruct),
        arguments: Arguments::None,
        check: any,
    },
    Official {
        name: "available",
        allowed: |place| !place.is_anonymous(),
        arguments: Arguments::Versions,
        check: any,
    },
    Official {
        name: "counted_by",
        allowed: |place| place == Place::StructMember,
        arguments: Arguments::One,
        check: any,
    },
    Official {
        name: "discoverable",
        allowed: |place| place == Place::Protocol,
        arguments: Arguments::Named(&["name", "client", "server"]),
        check: discoverable,
    },
    Official { name: "doc", allowed: |_| true, arguments: Arguments::One, check: any },
    Official {
        name: "for_deprecated_c_bindings",
        allowed: |place| matches!(place, Place::Protocol | Place::Struct),
        arguments: Arguments::None,
        check: any,
    },
    Official {
        name: "generated_name",
        allowed: Place::is_anonymous,
        arguments: Arguments::One,
        check: generated_name,
    },
    Official {
        name: "no_resource",
        allowed: |place| place == Place::Protocol,
        arguments: Arguments::None,
        check: any,
    },
    Official {
        name: "selector",
        allowed: |place| matches!(place, Place::Method | Place::Event),
        arguments: Arguments::One,
        check: any,
    },
    Official {
        name: "sensitive",
        allowed: Place::holds_data,
        arguments: Arguments::None,
        check: any,
    },
    Official {
        name: "serializable",
        allowed: Place::is_structure,
        arguments: Arguments::Named(&["read", "write"]),
        check: any,
    },
    Official {
        name: "transport",
        allowed: |place| place == Place::Protocol,
        arguments: Arguments::One,
        check: transport,
    },
    Official {
        name: "unknown",
        allowed: |place| place == Place::EnumMember,
        arguments: Arguments::None,
        check: any,
    },
];

/// The transports that protocols can use. `Banjo` is unverified in the language page.
const TRANSPORTS: [&str; 4] = ["Channel", "Driver", "Syscall", "Banjo"];

fn string(argument: &Argument) -> Option<&str> {
    match &argument.value.kind {
        ExprKind::String(text) => Some(text),
        _ => None,
    }
}

fn any(_: &Argument) -> Option<(Rule, String)> {
    None
}

fn transport(argument: &Argument) -> Option<(Rule, String)> {
    let name = string(argument)?;
    let message = || format!("`{name}` is no known transport: {}", TRANSPORTS.join(", "));
    (!TRANSPORTS.contains(&name)).then(|| (Rule::UnknownTransport, message()))
}

fn generated_name(argument: &Argument) -> Option<(Rule, String)> {
    let name = string(argument)?;
    let message = || format!("`{name}` is not an identifier");
    (!is_identifier(name)).then(|| (Rule::BadGeneratedName, message()))
}

fn discoverable(argument: &Argument) -> Option<(Rule, String)> {
    let value = string(argument)?;
    match argument.name.as_ref()?.text.as_str() {
        "name" => {
            let good = value.rsplit_once('.').is_some_and(|(library, protocol)| {
                is_library_name(library) && is_identifier(protocol)
            });
            let message = || format!("`{value}` is not of the form `library.name.Protocol`");
            (!good).then(|| (Rule::BadDiscoverableName, message()))
        }
        "client" | "server" => {
            let known = |location: &str| matches!(location.trim(), "platform" | "external");
            let good = value.is_empty() || value.split(',').all(known);
            let message = || format!("`{value}` is not a list of `platform` and `external`");
            (!good).then(|| (Rule::BadLocation, message()))
        }
        _ => None,
    }
}
