//! The messages of a protocol as C structs, and methods as what functions are made of.

use super::print::Text;
use super::{Generator, Served};
use crate::ir::{Method, MethodKind, StructMember, Type, TypeKind};

/// Bytes of a message header.
pub const HEADER_SIZE: u32 = 16;

/// A method that C programs send or serve.
pub struct Call<'a> {
    pub method: &'a Method,
    /// What its functions begin with: `fuchsia_sysmem_AllocatorSetDebugClientInfo`.
    pub base: String,
    pub request: Message<'a>,
    /// `None`: one-way.
    pub response: Option<Message<'a>>,
}

/// A whole message.
pub struct Message<'a> {
    /// The C struct, if it is more than a header.
    name: Option<String>,
    /// Its table, for this file alone.
    table: String,
    pub members: &'a [StructMember],
    /// Bytes of the struct, header included; a multiple of 8.
    pub size: u32,
    /// Most bytes of what is out of line; a multiple of 8.
    pub tail: u32,
}

impl<'a> Generator<'a> {
    /// The methods of a protocol. Events are left out: C programs that get news serve a protocol of
    /// their own for it (`sysmem1.md` 1.6).
    pub fn calls(&self, served: &Served<'a>) -> Vec<Call<'a>> {
        let protocol = &served.declaration.name.declaration;
        let call = |method: &'a Method| {
            let base = self.prefix.name(&format!("{protocol}{}", method.name));
            let message = |ty: Option<&Type>, kind: &str| {
                let table = format!("{protocol}{}{kind}_coding", method.name);
                self.message(format!("{base}{kind}Message"), table, ty)
            };
            let (request, response) = match &method.kind {
                MethodKind::OneWay { request } => (message(request.as_ref(), "Request"), None),
                MethodKind::TwoWay { request, response } => (
                    message(request.as_ref(), "Request"),
                    Some(message(response.success.as_ref(), "Response")),
                ),
                MethodKind::Event { .. } => return None,
            };
            Some(Call { method, base, request, response })
        };
        served.protocol.methods.iter().filter_map(call).collect()
    }

    /// All messages of a protocol.
    pub fn messages(&self, served: &Served<'a>) -> Vec<Message<'a>> {
        self.calls(served)
            .into_iter()
            .flat_map(|call| [Some(call.request), call.response])
            .flatten()
            .collect()
    }

    fn message(&self, name: String, table: String, payload: Option<&Type>) -> Message<'a> {
        let layout = payload.and_then(|ty| match &ty.kind {
            TypeKind::Identifier { name, .. } => self.structure(name),
            _ => None,
        });
        match layout {
            None => {
                let table = "fidl_header_only".to_owned();
                Message { name: None, table, members: &[], size: HEADER_SIZE, tail: 0 }
            }
            Some(layout) => Message {
                name: Some(name),
                table,
                members: &layout.members,
                size: HEADER_SIZE + layout.shape.inline_size.next_multiple_of(8),
                tail: layout.shape.max_out_of_line.next_multiple_of(8),
            },
        }
    }

    /// The structs of the messages of a protocol.
    pub fn declare_messages(&self, served: &Served<'a>, out: &mut Text) {
        for message in self.messages(served) {
            let Some(name) = &message.name else { continue };
            out.blank();
            out.line(&format!("typedef struct {name} {{"));
            out.line("    fidl_message_header_t hdr;");
            self.members(message.members, out);
            out.line(&format!("}} {name};"));
            out.blank();
            self.assert_layout(name, message.members, HEADER_SIZE, message.size, out);
        }
    }
}

impl Message<'_> {
    /// The C struct.
    pub fn c_type(&self) -> &str {
        self.name.as_deref().unwrap_or("fidl_message_header_t")
    }

    /// Its table.
    pub fn coding(&self) -> &str {
        &self.table
    }

    /// The header in a variable of this struct.
    pub fn header_of(&self, variable: &str) -> String {
        match self.name {
            None => variable.to_owned(),
            Some(_) => format!("{variable}.hdr"),
        }
    }

    /// The C struct, if it is more than a header.
    pub fn own_struct(&self) -> Option<&str> {
        self.name.as_deref()
    }
}
