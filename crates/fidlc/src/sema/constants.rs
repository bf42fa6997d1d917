//! Constants and their conversion to what is expected (`fidl-language.md` section 5).

use super::model::{DeclId, Scope, Syntax, Ty};
use super::numbers::{self, Number};
use super::resolve::{Builtin, Resolved};
use super::{Analyzer, Memo};
use crate::ast::{Dotted, Expr, ExprKind, Layout, LayoutBody};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::{Primitive, Value};
use crate::source::Span;

/// Where a value is wanted: decides under which rule a value that depends on a broken one is
/// reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Constant,
    /// The value of an enum or bits member.
    Member,
    /// The default of a struct member.
    Default,
    /// A size bound or element count.
    Bound,
}

impl Want {
    fn unresolved(self) -> Rule {
        match self {
            Want::Constant => Rule::UnresolvedConstant,
            Want::Member => Rule::UnresolvedMember,
            Want::Default => Rule::UnresolvedDefault,
            Want::Bound => Rule::UnresolvedBound,
        }
    }

    fn not_convertible(self) -> Rule {
        if self == Want::Bound { Rule::UnresolvedBound } else { Rule::NotConvertible }
    }
}

impl<'a> Analyzer<'a> {
    /// Type and value of a constant; `None` if it has been reported as broken.
    pub(super) fn constant(&mut self, id: DeclId, used: Span) -> Option<(Ty, Value)> {
        match self.constants.get(&id) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Running) => {
                self.cycle(id, used);
                return None;
            }
            None => {}
        }
        let Syntax::Const { ty, value } = self.info(id).syntax else { return None };
        let scope = self.info(id).scope();
        self.constants.insert(id, Memo::Running);
        let result = self.deeper(used, |this| {
            let ty = this.type_of(ty, scope);
            if !this.constant_type(&ty) {
                let span = this.info(id).span;
                let message = "a constant is a primitive, a string, an enum or bits";
                this.error(Rule::BadConstantType, span, message);
                return None;
            }
            let value = this.evaluate(value, &ty, scope, Want::Constant)?;
            Some((ty, value))
        });
        self.constants.insert(id, Memo::Done(result.clone()));
        result
    }

    fn constant_type(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Error | Ty::Primitive(_) => true,
            Ty::String { optional, .. } => !optional,
            Ty::Layout { decl, .. } => self.value_layout(*decl).is_some(),
            _ => false,
        }
    }

    /// The layout of a declaration that is an enum or bits.
    pub(super) fn value_layout(&self, id: DeclId) -> Option<&'a Layout> {
        match self.info(id).syntax {
            Syntax::Layout(layout) => match layout.body {
                LayoutBody::Enum(_) | LayoutBody::Bits(_) => Some(layout),
                _ => None,
            },
            _ => None,
        }
    }

    /// Reports that finding out about `id` needs `id`.
    pub(super) fn cycle(&mut self, id: DeclId, used: Span) {
        let (name, span) = (self.info(id).name.clone(), self.info(id).span);
        let message = format!("`{name}` depends on itself");
        let running = self.constants.iter().filter(|(_, memo)| matches!(memo, Memo::Running));
        self.in_cycle.extend(running.map(|(id, _)| *id));
        self.report(Diagnostic::new(Rule::IncludeCycle, used, message).also(span, "declared here"));
    }

    /// The value of an expression as a value of type `expected`; `None` after reporting why not.
    pub(super) fn evaluate(
        &mut self,
        expr: &Expr,
        expected: &Ty,
        scope: Scope,
        want: Want,
    ) -> Option<Value> {
        match &expr.kind {
            ExprKind::Or(operands) => self.or(operands, expr.span, expected, scope, want),
            ExprKind::Path(path) => self.named_value(path, expected, scope, want),
            ExprKind::Bool(value) => match expected {
                Ty::Error | Ty::Primitive(Primitive::Bool) => Some(Value::Bool(*value)),
                _ => self.mismatch("a bool", expr.span, expected, want),
            },
            ExprKind::String(text) => self.string_value(text, expr.span, expected, want),
            ExprKind::Number(text) => match numbers::parse(text) {
                Some(number) => self.number_value(number, expr.span, expected, want),
                None => {
                    let message = format!("`{text}` is not a number");
                    self.error(want.not_convertible(), expr.span, message);
                    None
                }
            },
        }
    }

    /// Evaluates an integer that is not part of a declaration of its own.
    pub(super) fn bound(&mut self, expr: &Expr, scope: Scope) -> Option<u32> {
        let uint32 = Ty::Primitive(Primitive::Uint32);
        match self.evaluate(expr, &uint32, scope, Want::Bound)? {
            Value::Integer(value) => u32::try_from(value).ok(),
            _ => None,
        }
    }

    fn mismatch<T>(&mut self, found: &str, span: Span, expected: &Ty, want: Want) -> Option<T> {
        let message = format!("{found} where {} is wanted", self.describe(expected));
        self.error(want.not_convertible(), span, message);
        None
    }

    fn or(
        &mut self,
        operands: &[Expr],
        span: Span,
        expected: &Ty,
        scope: Scope,
        want: Want,
    ) -> Option<Value> {
        let integral = match expected {
            Ty::Error => true,
            Ty::Primitive(primitive) => numbers::integer_range(*primitive).is_some(),
            Ty::Layout { decl, .. } => self
                .value_layout(*decl)
                .is_some_and(|layout| matches!(layout.body, LayoutBody::Bits(_))),
            _ => false,
        };
        if !integral {
            let message = format!("`|` cannot make {}", self.describe(expected));
            self.error(Rule::BadOrOperand, span, message);
            return None;
        }
        let mut result = Some(0);
        for operand in operands {
            let value = self.evaluate(operand, expected, scope, want);
            result = match (result, value) {
                (Some(so_far), Some(Value::Integer(value))) => Some(so_far | value),
                _ => None,
            };
        }
        result.map(Value::Integer)
    }

    fn string_value(&mut self, text: &str, span: Span, expected: &Ty, want: Want) -> Option<Value> {
        let bound = match expected {
            Ty::Error => None,
            Ty::String { bound, .. } => *bound,
            _ => return self.mismatch("a string", span, expected, want),
        };
        if bound.is_some_and(|bound| text.len() > bound as usize) {
            let found = format!("a string of {} bytes", text.len());
            return self.mismatch(&found, span, expected, want);
        }
        Some(Value::String(text.to_owned()))
    }

    fn number_value(
        &mut self,
        number: Number,
        span: Span,
        expected: &Ty,
        want: Want,
    ) -> Option<Value> {
        match expected {
            Ty::Error => None,
            Ty::Primitive(primitive) => self.literal(number, *primitive, span, want),
            Ty::Layout { decl, .. } => {
                let bits = self
                    .value_layout(*decl)
                    .is_some_and(|layout| matches!(layout.body, LayoutBody::Bits(_)));
                match number {
                    Number::Integer(0) if bits => Some(Value::Integer(0)),
                    _ => self.mismatch("a number", span, expected, want),
                }
            }
            _ => self.mismatch("a number", span, expected, want),
        }
    }

    fn literal(
        &mut self,
        number: Number,
        primitive: Primitive,
        span: Span,
        want: Want,
    ) -> Option<Value> {
        let expected = Ty::Primitive(primitive);
        let fits = match (number, numbers::integer_range(primitive)) {
            (Number::Integer(value), Some((min, max))) => (min..=max).contains(&value),
            (Number::Float(_), Some(_)) => {
                return self.mismatch("a float", span, &expected, want);
            }
            (_, None) if primitive == Primitive::Bool => {
                return self.mismatch("a number", span, &expected, want);
            }
            (Number::Integer(value), None) => numbers::float_fits(primitive, value as f64),
            (Number::Float(value), None) => numbers::float_fits(primitive, value),
        };
        if !fits {
            let rule = match want {
                Want::Bound => Rule::UnresolvedBound,
                _ => Rule::NumberOutOfRange,
            };
            let message = format!("this number is out of range for {}", numbers::name(primitive));
            self.error(rule, span, message);
            return None;
        }
        Some(match (number, numbers::integer_range(primitive)) {
            (Number::Integer(value), Some(_)) => Value::Integer(value),
            (Number::Integer(value), None) => Value::Float(value as f64),
            (Number::Float(value), _) => Value::Float(value),
        })
    }

    fn named_value(
        &mut self,
        path: &Dotted,
        expected: &Ty,
        scope: Scope,
        want: Want,
    ) -> Option<Value> {
        match self.resolve(path, scope)? {
            Resolved::Decl(id) => {
                let (syntax, declared) = (self.info(id).syntax, self.info(id).span);
                if !matches!(syntax, Syntax::Const { .. }) {
                    let message =
                        format!("`{}` is {}, not a value", path.text(), syntax.describe());
                    self.error(Rule::TypeAsValue, path.span, message);
                    return None;
                }
                match self.constant(id, path.span) {
                    Some((ty, value)) => self.convert(&ty, value, path, expected, want),
                    None if self.in_cycle.contains(&id) => None,
                    None => self.depends(path, declared, want),
                }
            }
            Resolved::Member(id, index, field) => {
                let declared = field.name.span;
                match self.member_value(id, index, path.span) {
                    Some(value) => {
                        let ty = Ty::Layout { decl: id, optional: false };
                        self.convert(&ty, Value::Integer(value), path, expected, want)
                    }
                    None => self.depends(path, declared, want),
                }
            }
            Resolved::Builtin(Builtin::Max) => {
                let number = Number::Integer(u32::MAX.into());
                self.number_value(number, path.span, expected, want)
            }
            Resolved::Builtin(_) => {
                let message = format!("`{}` is a built-in name, not a value", path.text());
                self.error(Rule::TypeAsValue, path.span, message);
                None
            }
        }
    }

    /// The value needs another that is broken.
    fn depends<T>(&mut self, path: &Dotted, declared: Span, want: Want) -> Option<T> {
        let message = format!("`{}` has no value", path.text());
        self.report(
            Diagnostic::new(want.unresolved(), path.span, message)
                .also(declared, "this one does not resolve"),
        );
        None
    }

    /// A named value of type `ty` as one of type `expected`.
    fn convert(
        &mut self,
        ty: &Ty,
        value: Value,
        path: &Dotted,
        expected: &Ty,
        want: Want,
    ) -> Option<Value> {
        match (ty, expected) {
            (Ty::Error, _) | (_, Ty::Error) => return None,
            (Ty::Layout { decl: from, .. }, Ty::Layout { decl: to, .. }) => {
                if from == to {
                    return Some(value);
                }
                let message = format!(
                    "`{}` is a value of {}, not of {}",
                    path.text(),
                    self.describe(ty),
                    self.describe(expected)
                );
                self.error(Rule::MismatchedEnumValue, path.span, message);
                return None;
            }
            (Ty::Primitive(from), Ty::Primitive(to)) => {
                if let Some(value) = convert_primitive(*from, &value, *to) {
                    return Some(value);
                }
            }
            (Ty::String { .. }, Ty::String { bound, .. }) => {
                let length = match &value {
                    Value::String(text) => text.len(),
                    _ => 0,
                };
                if bound.is_none_or(|bound| length <= bound as usize) {
                    return Some(value);
                }
            }
            _ => {}
        }
        let found = format!("`{}` of type {}", path.text(), self.describe(ty));
        self.mismatch(&found, path.span, expected, want)
    }
}

/// Any non-bool number to any other non-bool number type that can hold it; bool only to bool.
fn convert_primitive(from: Primitive, value: &Value, to: Primitive) -> Option<Value> {
    let value = match value {
        Value::Bool(_) if from == to => return Some(value.clone()),
        Value::Integer(value) => Number::Integer(*value),
        Value::Float(value) => Number::Float(*value),
        Value::Bool(_) | Value::String(_) => return None,
    };
    match (value, numbers::integer_range(to)) {
        (Number::Integer(value), Some((min, max))) => {
            (min..=max).contains(&value).then_some(Value::Integer(value))
        }
        (Number::Float(value), Some((min, max))) => {
            let whole = value.fract() == 0.0 && value.abs() < 2f64.powi(64);
            let integer = value as i128;
            (whole && (min..=max).contains(&integer)).then_some(Value::Integer(integer))
        }
        (Number::Integer(value), None) => {
            numbers::float_fits(to, value as f64).then_some(Value::Float(value as f64))
        }
        (Number::Float(value), None) => {
            numbers::float_fits(to, value).then_some(Value::Float(value))
        }
    }
}
