//! Any text as a FIDL library: diagnostics or an IR and C of it, never a panic.
#![no_main]

use fidlc::backend::c;
use fidlc::{Compiler, SourceFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut compiler = Compiler::new();
    compiler.add_library(vec![SourceFile { name: "fuzz.fidl".into(), text: text.into() }]);
    match compiler.compile() {
        Ok(compilation) => {
            for library in &compilation.libraries {
                let _ = c::generate(library, &compilation.libraries);
            }
        }
        Err(diagnostics) => {
            let _ = diagnostics.to_string();
        }
    }
});
