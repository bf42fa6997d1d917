//! Constants in the arguments of users' attributes.

use super::Analyzer;
use super::model::{Scope, Syntax};
use super::resolve::Resolved;
use crate::ast::{Dotted, ExprKind};
use crate::attributes;
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::Value;

impl Analyzer<'_> {
    /// Evaluates the constants that attributes of users refer to, for the back ends.
    pub(super) fn check_arguments(&mut self) {
        let slice = self.slice;
        for (library, syntax) in slice.libraries.iter().enumerate() {
            for file in &syntax.files {
                let index = file.library.span.file;
                attributes::walk(file, &mut |list, _, element| {
                    let scope = Scope { library, file: index, element };
                    let user = list.iter().filter(|a| !attributes::is_official(&a.name.text));
                    for argument in user.flat_map(|attribute| &attribute.arguments) {
                        if let ExprKind::Path(path) = &argument.value.kind {
                            self.argument(path, scope);
                        }
                    }
                });
            }
        }
    }

    fn argument(&mut self, path: &Dotted, scope: Scope) {
        let Some(resolved) = self.resolve(path, scope) else { return };
        let constant = match resolved {
            Resolved::Decl(id) if matches!(self.info(id).syntax, Syntax::Const { .. }) => id,
            Resolved::Decl(_) | Resolved::Builtin(_) => {
                let message = format!("`{}` is not a value", path.text());
                self.error(Rule::TypeAsValue, path.span, message);
                return;
            }
            Resolved::Member(..) => {
                self.numeric_argument(path);
                return;
            }
        };
        match self.constant(constant, path.span) {
            Some((_, value @ (Value::String(_) | Value::Bool(_)))) => {
                self.arguments.insert(path.span, value);
            }
            Some(_) => self.numeric_argument(path),
            None => {
                let message = format!("`{}` has no value", path.text());
                let declared = self.info(constant).span;
                self.report(
                    Diagnostic::new(Rule::UnresolvedArgument, path.span, message)
                        .also(declared, "this one does not resolve"),
                );
            }
        }
    }

    fn numeric_argument(&mut self, path: &Dotted) {
        let message = "arguments of attributes of your own are strings or bools";
        self.error(Rule::NumericUserArgument, path.span, message);
    }
}
