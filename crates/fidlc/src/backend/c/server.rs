//! What a program needs to serve a protocol: a table of handlers, dispatch, replies.

use super::client::ordinal;
use super::coding::define_table;
use super::messages::Call;
use super::names;
use super::parameters::handles_in_words;
use super::print::Text;
use super::{Generator, Served};

impl<'a> Generator<'a> {
    /// Everything about a protocol, for the header.
    pub fn declare_protocol(&self, served: &Served<'a>, out: &mut Text) {
        let calls = self.calls(served);
        let name = self.prefix.name(&served.declaration.name.declaration);
        out.blank();
        out.line(&format!("// {}", "-".repeat(97)));
        out.comment(&format!("Protocol {}", served.declaration.name.declaration));
        if !served.declaration.attributes.doc.is_empty() {
            out.line("//");
        }
        out.comments(&served.declaration.attributes.doc);
        out.blank();
        if let Some(service) = &served.protocol.discoverable {
            out.line(&format!("#define {name}_Name \"{service}\""));
        }
        for call in &calls {
            out.line(&format!("#define {} UINT64_C({:#018x})", ordinal(call), call.method.ordinal));
        }
        self.declare_messages(served, out);
        for call in &calls {
            self.declare_client(call, out);
        }
        self.declare_server(&name, &calls, out);
    }

    fn declare_server(&self, name: &str, calls: &[Call<'a>], out: &mut Text) {
        for call in calls {
            if let (Some(response), Some(parameters)) =
                (&call.response, self.reply_parameters(call))
            {
                out.blank();
                out.comment(&format!("Replies to {}, once.", call.method.name));
                self.takes(response, true, out);
                self.signature(&format!("{}_reply", call.base), &parameters, ";", out);
            }
        }
        out.blank();
        out.comments(&[
            "Handlers of a server, each for the method of its name. ctx is what the dispatch",
            "function was given. NULL: as if there were no such method.",
        ]);
        out.line(&format!("typedef struct {name}_ops {{"));
        for call in calls {
            let member = names::member(&call.method.name);
            if let Some(handles) = handles_in_words(call.request.members) {
                out.indented_comments("    ", &[format!("Closes {handles}, now or later.")]);
            }
            let head = format!("zx_status_t (*{member})");
            out.call("    ", &head, &self.handler_parameters(call), ";");
        }
        if calls.is_empty() {
            // C has no empty structs.
            out.line("    void *none;");
        }
        out.line(&format!("}} {name}_ops_t;"));
        out.blank();
        out.comments(&[
            "Decodes a request and calls its handler.",
            "",
            "ZX_ERR_NOT_SUPPORTED: there is no such method. ZX_ERR_INTERNAL: the message is",
            "malformed, or the handler returned something else than ZX_OK, ZX_ERR_STOP,",
            "ZX_ERR_NEXT or ZX_ERR_ASYNC, which are passed on. In every case the handles of the",
            "message are gone.",
        ]);
        self.signature(&format!("{name}_dispatch"), &dispatch_parameters(name), ";", out);
        out.blank();
        out.comment(
            "As the dispatch function, but leaves the message as it is if there is no such method.",
        );
        self.signature(&format!("{name}_try_dispatch"), &dispatch_parameters(name), ";", out);
        out.blank();
        out.comment(
            "A binding that serves the protocol by these handlers; see fidl_binding_create.",
        );
        out.call(
            "",
            &format!("fidl_binding_t *{name}_binding_create"),
            &binding_parameters(name),
            ";",
        );
    }

    /// Everything about a protocol, for the source.
    pub fn define_protocol(&self, served: &Served<'a>, out: &mut Text) {
        let calls = self.calls(served);
        let name = self.prefix.name(&served.declaration.name.declaration);
        for message in self.messages(served) {
            if let Some(name) = message.own_struct() {
                let table = message.coding().trim_end_matches("_coding");
                define_table("static const", table, name, &self.message_rows(&message), out);
            }
        }
        for call in &calls {
            self.define_client(call, out);
        }
        for call in &calls {
            self.define_reply(call, out);
            self.define_handler_call(&name, call, out);
        }
        self.define_dispatch(&name, &calls, out);
        self.define_binding(&name, out);
    }

    fn define_reply(&self, call: &Call<'a>, out: &mut Text) {
        let (Some(response), Some(parameters)) = (&call.response, self.reply_parameters(call))
        else {
            return;
        };
        out.blank();
        self.signature(&format!("{}_reply", call.base), &parameters, " {", out);
        let variable = self.message_variable(response, out);
        let header = format!("&{}", response.header_of(variable));
        out.call("    ", "fidl_header_init", &[header, "0".to_owned(), ordinal(call)], ";");
        self.fill_message(variable, response.members, out);
        let coding = format!("&{}", response.coding());
        let arguments =
            ["txn".to_owned(), coding, "&message".to_owned(), "sizeof message".to_owned()];
        out.call("    ", "return fidl_reply", &arguments, ";");
        out.line("}");
    }

    /// The function that decodes the request of one method and calls its handler.
    fn define_handler_call(&self, name: &str, call: &Call<'a>, out: &mut Text) {
        let member = names::member(&call.method.name);
        out.blank();
        let head = format!("static zx_status_t handle_{}", handler_name(call, self));
        out.call("", &head, &dispatch_parameters(name), " {");
        out.line(&format!("    {} request;", call.request.c_type()));
        let txn = if call.response.is_some() { "txn" } else { "NULL" };
        out.line(if call.response.is_some() {
            "    txn->awaits_reply = true;"
        } else {
            "    (void)txn;"
        });
        let arguments = [
            "msg".to_owned(),
            txn.to_owned(),
            format!("&{}", call.request.coding()),
            "&request".to_owned(),
        ];
        out.call("    ", "const zx_status_t result = fidl_decode_request", &arguments, ";");
        out.lines(["    if (result != ZX_OK) {", "        return result;", "    }"]);
        let mut arguments = vec!["ctx".to_owned()];
        arguments.extend(self.pass("request", call.request.members));
        arguments.extend(call.response.is_some().then(|| "txn".to_owned()));
        out.call("    ", &format!("return fidl_handled(ops->{member}"), &arguments, ");");
        out.line("}");
    }

    fn define_dispatch(&self, name: &str, calls: &[Call<'a>], out: &mut Text) {
        let parameters = dispatch_parameters(name);
        out.blank();
        self.signature(&format!("{name}_try_dispatch"), &parameters, " {", out);
        out.lines([
            "    fidl_message_header_t header;",
            "    if (fidl_header_of(msg, &header) != ZX_OK) {",
            "        fidl_incoming_msg_close(msg);",
            "        return ZX_ERR_INTERNAL;",
            "    }",
            "    switch (header.ordinal) {",
        ]);
        for call in calls {
            let member = names::member(&call.method.name);
            out.line(&format!("        case {}:", ordinal(call)));
            out.line(&format!("            if (ops->{member} == NULL) {{"));
            out.line("                return ZX_ERR_NOT_SUPPORTED;");
            out.line("            }");
            let head = format!("return handle_{}", handler_name(call, self));
            let arguments = ["ctx", "txn", "msg", "ops"].map(str::to_owned);
            out.call("            ", &head, &arguments, ";");
        }
        out.lines(["        default:"]);
        if calls.is_empty() {
            out.lines([
                "            (void)ctx;",
                "            (void)txn;",
                "            (void)ops;",
            ]);
        }
        out.lines(["            return ZX_ERR_NOT_SUPPORTED;", "    }", "}"]);
        out.blank();
        self.signature(&format!("{name}_dispatch"), &parameters, " {", out);
        let head = format!("const zx_status_t result = {name}_try_dispatch");
        out.call("    ", &head, &["ctx", "txn", "msg", "ops"].map(str::to_owned), ";");
        out.lines([
            "    if (result == ZX_ERR_NOT_SUPPORTED) {",
            "        fidl_incoming_msg_close(msg);",
            "    }",
            "    return result;",
            "}",
        ]);
    }

    fn define_binding(&self, name: &str, out: &mut Text) {
        out.blank();
        out.comment("The dispatch function, for bindings of any protocol.");
        let stem = name.strip_prefix(&self.prefix.name("")).unwrap_or(name);
        let head = format!("static zx_status_t dispatch_{stem}");
        let parameters = [
            "void *ctx".to_owned(),
            "fidl_txn_t *txn".to_owned(),
            "fidl_incoming_msg_t *msg".to_owned(),
            "const void *ops".to_owned(),
        ];
        out.call("", &head, &parameters, " {");
        let arguments = [
            "ctx".to_owned(),
            "txn".to_owned(),
            "msg".to_owned(),
            format!("(const {name}_ops_t *)ops"),
        ];
        out.call("    ", &format!("return {name}_dispatch"), &arguments, ";");
        out.line("}");
        out.blank();
        let head = format!("fidl_binding_t *{name}_binding_create");
        out.call("", &head, &binding_parameters(name), " {");
        out.line(&format!(
            "    return fidl_binding_create(loop, dispatch_{stem}, stub, ops, cap);"
        ));
        out.line("}");
    }

    fn reply_parameters(&self, call: &Call<'a>) -> Option<Vec<String>> {
        let response = call.response.as_ref()?;
        let mut parameters = vec!["fidl_txn_t *txn".to_owned()];
        parameters.extend(self.inputs(response.members));
        Some(parameters)
    }

    fn handler_parameters(&self, call: &Call<'a>) -> Vec<String> {
        let mut parameters = vec!["void *ctx".to_owned()];
        parameters.extend(self.inputs(call.request.members));
        parameters.extend(call.response.is_some().then(|| "fidl_txn_t *txn".to_owned()));
        parameters
    }
}

/// `AllocatorSetDebugClientInfo`: static functions need no prefix for the library.
fn handler_name<'c>(call: &'c Call<'_>, generator: &Generator<'_>) -> &'c str {
    call.base.strip_prefix(&generator.prefix.name("")).unwrap_or(&call.base)
}

fn dispatch_parameters(name: &str) -> [String; 4] {
    [
        "void *ctx".to_owned(),
        "fidl_txn_t *txn".to_owned(),
        "fidl_incoming_msg_t *msg".to_owned(),
        format!("const {name}_ops_t *ops"),
    ]
}

fn binding_parameters(name: &str) -> [String; 4] {
    [
        "fidl_loop_t *loop".to_owned(),
        "void *stub".to_owned(),
        format!("const {name}_ops_t *ops"),
        "uint32_t cap".to_owned(),
    ]
}
