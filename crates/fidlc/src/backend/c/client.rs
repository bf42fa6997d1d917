//! Functions that send: one for each method, and for two-way ones the halves of it.

use super::Generator;
use super::messages::{Call, Message};
use super::parameters::handles_in_words;
use super::print::Text;
use crate::ir::StructMember;

/// Bytes of the longest message that can stand in for any reply: an epitaph.
const EPITAPH_SIZE: u32 = 24;

impl Generator<'_> {
    /// Declarations of the functions of a method, for the header.
    pub fn declare_client(&self, call: &Call<'_>, out: &mut Text) {
        out.blank();
        out.comments(&call.method.attributes.doc);
        self.takes(&call.request, !call.method.attributes.doc.is_empty(), out);
        match &call.response {
            None => self.signature(&call.base, &self.send_parameters(call), ";", out),
            Some(response) => {
                self.declare_two_way(call, response, out);
            }
        }
    }

    fn declare_two_way(&self, call: &Call<'_>, response: &Message<'_>, out: &mut Text) {
        let base = &call.base;
        if !call.method.attributes.doc.is_empty() || !call.request.members.is_empty() {
            out.line("//");
        }
        out.comment(
            "Blocks until the reply is there. No other reply may be outstanding on the channel.",
        );
        self.gives(response, out);
        self.signature(base, &self.call_parameters(call, response), ";", out);
        out.blank();
        out.comment(&format!(
            "Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes \
             back in the header of the reply, which is for {base}_decode."
        ));
        self.takes(&call.request, true, out);
        self.signature(&format!("{base}_send"), &self.send_parameters(call), ";", out);
        out.blank();
        out.comment("Takes a reply apart. Returns what fidl_decode_reply returns.");
        self.gives(response, out);
        self.signature(&format!("{base}_decode"), &self.decode_parameters(response), ";", out);
    }

    /// Says which handles a function takes. `follows`: after other text.
    pub fn takes(&self, message: &Message<'_>, follows: bool, out: &mut Text) {
        let Some(handles) = handles_in_words(message.members) else { return };
        if follows {
            out.line("//");
        }
        out.comment(&format!("Takes {handles}, whatever it returns."));
    }

    /// Says which handles are the caller's after a function.
    fn gives(&self, message: &Message<'_>, out: &mut Text) {
        if let Some(handles) = handles_in_words(message.members) {
            out.line("//");
            out.comment(&format!("The caller closes {handles}, if it returns ZX_OK."));
        }
    }

    /// The functions of a method, for the source.
    pub fn define_client(&self, call: &Call<'_>, out: &mut Text) {
        match &call.response {
            None => self.define_send(call, &call.base, out),
            Some(response) => {
                self.define_send(call, &format!("{}_send", call.base), out);
                self.define_decode(call, response, out);
                self.define_blocking(call, response, out);
            }
        }
    }

    fn define_send(&self, call: &Call<'_>, name: &str, out: &mut Text) {
        let txid = if call.response.is_some() { "txid" } else { "0" };
        out.blank();
        self.signature(name, &self.send_parameters(call), " {", out);
        let variable = self.message_variable(&call.request, out);
        out.call(
            "    ",
            "fidl_header_init",
            &[format!("&{}", call.request.header_of(variable)), txid.to_owned(), ordinal(call)],
            ";",
        );
        self.fill_message(variable, call.request.members, out);
        out.call(
            "    ",
            "return fidl_send",
            &[
                "channel".to_owned(),
                format!("&{}", call.request.coding()),
                "&message".to_owned(),
                "sizeof message".to_owned(),
            ],
            ";",
        );
        out.line("}");
    }

    /// Declares `message`, with room for what is out of line; says where the struct is in it.
    pub fn message_variable(&self, message: &Message<'_>, out: &mut Text) -> &'static str {
        let ty = message.c_type();
        if message.tail == 0 {
            out.line(&format!("    {ty} message;"));
            return "message";
        }
        out.line("    struct {");
        out.line(&format!("        {ty} fixed;"));
        out.line(&format!("        uint8_t tail[{}];", message.tail));
        out.line("    } message;");
        "message.fixed"
    }

    pub fn fill_message(&self, variable: &str, members: &[StructMember], out: &mut Text) {
        for statement in self.fill(variable, members) {
            out.line(&format!("    {statement}"));
        }
    }

    fn define_decode(&self, call: &Call<'_>, response: &Message<'_>, out: &mut Text) {
        out.blank();
        self.signature(
            &format!("{}_decode", call.base),
            &self.decode_parameters(response),
            " {",
            out,
        );
        out.line(&format!("    {} response;", response.c_type()));
        let arguments = [
            "msg".to_owned(),
            ordinal(call),
            format!("&{}", response.coding()),
            "&response".to_owned(),
        ];
        if response.members.is_empty() {
            out.call("    ", "return fidl_decode_reply", &arguments, ";");
        } else {
            out.call("    ", "const zx_status_t result = fidl_decode_reply", &arguments, ";");
            out.lines(["    if (result != ZX_OK) {", "        return result;", "    }"]);
            for statement in self.give("response", response.members) {
                out.line(&format!("    {statement}"));
            }
            out.line("    return ZX_OK;");
        }
        out.line("}");
    }

    fn define_blocking(&self, call: &Call<'_>, response: &Message<'_>, out: &mut Text) {
        let base = &call.base;
        let words = (response.size + response.tail).max(EPITAPH_SIZE) / 8;
        out.blank();
        self.signature(base, &self.call_parameters(call, response), " {", out);
        out.line("    const uint32_t txid = fidl_next_txid();");
        let mut arguments = vec!["channel".to_owned(), "txid".to_owned()];
        arguments.extend(self.input_names(call.request.members));
        out.call("    ", &format!("zx_status_t result = {base}_send"), &arguments, ";");
        out.lines(["    if (result != ZX_OK) {", "        return result;", "    }"]);
        out.line(&format!("    uint64_t bytes[{words}];"));
        out.line("    fidl_incoming_msg_t msg;");
        out.line("    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);");
        out.lines(["    if (result != ZX_OK) {", "        return result;", "    }"]);
        let mut arguments = vec!["&msg".to_owned()];
        arguments.extend(self.output_names(response.members));
        out.call("    ", &format!("return {base}_decode"), &arguments, ";");
        out.line("}");
    }

    fn send_parameters(&self, call: &Call<'_>) -> Vec<String> {
        let mut parameters = vec!["zx_handle_t channel".to_owned()];
        parameters.extend(call.response.is_some().then(|| "uint32_t txid".to_owned()));
        parameters.extend(self.inputs(call.request.members));
        parameters
    }

    fn call_parameters(&self, call: &Call<'_>, response: &Message<'_>) -> Vec<String> {
        let mut parameters = vec!["zx_handle_t channel".to_owned()];
        parameters.extend(self.inputs(call.request.members));
        parameters.extend(self.outputs(response.members));
        parameters
    }

    fn decode_parameters(&self, response: &Message<'_>) -> Vec<String> {
        let mut parameters = vec!["fidl_incoming_msg_t *msg".to_owned()];
        parameters.extend(self.outputs(response.members));
        parameters
    }

    /// `zx_status_t name(parameters)` and what follows.
    pub fn signature(&self, name: &str, parameters: &[String], tail: &str, out: &mut Text) {
        out.call("", &format!("zx_status_t {name}"), parameters, tail);
    }
}

/// The macro for the ordinal of a method.
pub fn ordinal(call: &Call<'_>) -> String {
    format!("{}Ordinal", call.base)
}
