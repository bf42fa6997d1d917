//! Any text as a FIDL library: diagnostics or an IR, never a panic.
#![no_main]

use fidlc::{Compiler, SourceFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut compiler = Compiler::new();
    compiler.add_library(vec![SourceFile { name: "fuzz.fidl".into(), text: text.into() }]);
    if let Err(diagnostics) = compiler.compile() {
        let _ = diagnostics.to_string();
    }
});
